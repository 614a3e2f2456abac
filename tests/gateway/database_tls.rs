//! TLS to PostgreSQL, as `sslmode` and `sslrootcert` of the database's URL ask for it.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::support::Installation;
use crate::support::postgres::{Cluster, give_away};

/// An authority, and a certificate and its key by it, for the name `localhost` and no address.
fn authority() -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let root = params.self_signed(&key).expect("an authority").pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    let server = server.signed_by(&key, &issuer).expect("a certificate").pem();
    (root, server, key.serialize_pem())
}

/// A server that takes nobody without TLS, but to the database `plain`, where it takes nobody with it; its authority, and another.
fn cluster(folder: &tempfile::TempDir) -> Option<(Cluster, PathBuf, PathBuf)> {
    let (root, certificate, key) = authority();
    let cluster = Cluster::own("ssl = on", |data| {
        for (name, text) in [
            ("server.crt", certificate.as_str()),
            ("server.key", &key),
            (
                "pg_hba.conf",
                "hostssl plain all 127.0.0.1/32 reject\nhostnossl plain all 127.0.0.1/32 trust\n\
                 hostssl all all 127.0.0.1/32 trust\n",
            ),
        ] {
            fs::write(data.join(name), text).expect("a file of the cluster");
            give_away(&data.join(name));
        }
    })?;
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("an authority's file");
        path
    };
    Some((cluster, file("root.pem", &root), file("other.pem", &authority().0)))
}

#[test]
fn the_connection_is_encrypted_and_the_server_checked_as_the_url_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((cluster, root, other)) = cluster(&folder) else { return };
    let (root, other) = (root.display(), other.display());
    let url = cluster.database();
    let by_name = url.replace("127.0.0.1", "localhost");
    let migrate = |url: &str, query: &str| {
        let migrated = Installation::on_url(format!("{url}?{query}")).try_punchgate(&["migrate"]);
        let said = String::from_utf8_lossy(&migrated.stderr).into_owned();
        match migrated.status.success() {
            true => Ok(()),
            false => Err(said),
        }
    };
    for (url, query) in [
        (&url, String::new()),
        (&url, "sslmode=prefer".into()),
        (&url, "sslmode=require".into()),
        (&url, format!("sslmode=require&sslrootcert={root}")),
        (&url, format!("sslmode=verify-ca&sslrootcert={root}")),
        (&by_name, format!("sslmode=verify-full&sslrootcert={root}")),
    ] {
        assert_eq!(migrate(url, &query), Ok(()), "{query}");
    }
    for (url, query, why) in [
        (&url, "sslmode=disable".into(), "no encryption"),
        (&by_name, format!("sslmode=verify-full&sslrootcert={other}"), "certificate"),
        (&by_name, format!("sslmode=verify-ca&sslrootcert={other}"), "certificate"),
        (&by_name, format!("sslmode=require&sslrootcert={other}"), "certificate"),
        (&url, format!("sslmode=verify-full&sslrootcert={root}"), "not valid for name"),
        (&by_name, "sslmode=verify-full".into(), "certificate"),
    ] {
        let said = migrate(url, &query).expect_err(&query);
        assert!(said.starts_with("punchgate: cannot open postgres://") && said.contains(why), "{query}: {said}");
        assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    }
    for query in ["sslmode=yes", "sslmode=verify-full&sslrootcert=/nowhere.pem"] {
        let said = migrate(&url, query).expect_err(query);
        assert!(said.starts_with("punchgate: PUNCHGATE_DATABASE_URL is "), "{query}: {said}");
    }

    // Where TLS is only preferred, a server may refuse it.
    Installation::on_url(url.clone()).sql("CREATE DATABASE plain");
    let (_, name) = url.rsplit_once('/').expect("a database");
    let plain = url.replace(name, "plain");
    assert_eq!(migrate(&plain, "sslmode=prefer"), Ok(()));
    migrate(&plain, "sslmode=require").expect_err("refused with TLS");

    // All of a punchout, and what nodes tell each other, by TLS.
    let acme = Installation::on_url(format!("{by_name}?sslmode=verify-full&sslrootcert={root}")).with_acme("");
    let gateway = acme.installation.serve();
    let entered = gateway.buyer().call();
    assert_eq!(gateway.bring_back(&entered).get("NEW_ITEM-QUANTITY[1]"), Some("3.000"));
    let plain = "DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE NOT ssl AND \
                 datname = current_database()) OR (SELECT count(*) FROM pg_stat_ssl WHERE ssl) < 9 \
                 THEN RAISE 'not all is encrypted'; END IF; END $$";
    assert!(Installation::on_url(url).try_sql(plain));
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required_and_taken_where_it_is_preferred() {
    let Some(installation) = Installation::on_postgres() else { return };
    let migrate = |mode: &str| {
        let url = format!("{}?sslmode={mode}", installation.database_url);
        Installation::on_url(url).try_punchgate(&["migrate"])
    };
    for mode in ["disable", "prefer"] {
        assert!(migrate(mode).status.success(), "{mode}");
    }
    let refused = migrate("require");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("server does not support TLS"), "{said}");
}
