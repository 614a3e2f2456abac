//! `punchgate copy`: a whole installation moves to another database, of the other kind, and goes on there.

use std::path::Path;

use crate::support::{API_KEY, Acme, Gateway, Installation, bolts, get, on_both_databases};

const TOOLS: &str = "product_id,name,price_net,currency
SW-10001,Sechskantschraube M8x40 verzinkt,12.50,EUR
SW-10002,Unterlegscheibe M8,0.10,EUR
SW-10003,\"Schraubenschlüssel, 13 mm\",9.90,EUR
";

const OWNER: &str = "owner@acme.example";

/// For each kind of source one of the other kind; on SQLite alone where PostgreSQL is not installed.
fn from_each_to_the_other(story: impl Fn(Installation, Installation)) {
    on_both_databases(|source| {
        let is_sqlite = source.database_url.starts_with("sqlite://");
        let target = match Installation::on_postgres() {
            Some(postgres) if is_sqlite => postgres,
            _ => Installation::on_sqlite(),
        };
        story(source, target);
    });
}

/// An installation that has seen some life: everything that people and shops leave behind.
struct Lived {
    acme: Acme,
    /// Of a punchout whose buyer has not entered the shop yet.
    token: String,
    /// Of one that is in the shop.
    in_shop: String,
    /// The address of a return page without the gateway's own, and what it showed.
    returned: (String, String),
}

fn lived(installation: Installation) -> Lived {
    let acme = installation.with_acme("");
    acme.installation.add_other_shop();
    acme.installation.add_user(OWNER, "merchant");
    let catalog = acme.installation.file("tools.csv", TOOLS);
    import(&acme.installation, &catalog);
    // A second version, so that there are articles that have ended.
    let changed = acme.installation.file("tools.csv", &TOOLS.replace("12.50", "13.00").replace("SW-10002", "SW-10009"));
    import(&acme.installation, &changed);

    let gateway = acme.installation.serve();
    let refused = gateway.buyer().with("PASSWORD", "wrong").call();
    assert_eq!(refused.status, 401);
    let (token, in_shop) = (gateway.buyer().call().token(), gateway.punch_out());
    let mut cart = bolts();
    cart["lines"][0]["name"] = "Größe \"8\" <ü> €'; \u{1F529}".into();
    let url = gateway.shop().cart(&gateway.punch_out(), &cart);
    let shown = get(&url).text();
    let path = url.trim_start_matches(&gateway.url).to_owned();
    gateway.signed_in(OWNER).page("/admin");
    // Ends in order, so that the refusal is written down.
    assert_eq!(gateway.stop(), Some(0));
    Lived { acme, token, in_shop, returned: (path, shown) }
}

fn import(installation: &Installation, file: &Path) {
    let file = file.to_str().expect("a path");
    installation.punchgate(&["catalog", "import", "--shop", "acme", "--allow-shrink", file]);
}

fn search(installation: &Installation, text: &str) -> String {
    let said = installation.punchgate(&["catalog", "search", "--shop", "acme", text]);
    said.rsplit_once(", in ").map_or(said.clone(), |(found, _)| found.to_owned())
}

fn copy<'a>(source: &'a Installation, target: &'a Installation, more: &[&'a str]) -> std::process::Output {
    let arguments = ["copy", "--from", &source.database_url, "--to", &target.database_url];
    source.try_punchgate(&[&arguments, more].concat())
}

fn copied(source: &Installation, target: &Installation) -> String {
    let output = copy(source, target, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refusal(source: &Installation, target: &Installation, more: &[&str]) -> String {
    let output = copy(source, target, more);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// Rows of a table as the printed comparison has them.
fn rows(said: &str, table: &str) -> u64 {
    let line = said.lines().find(|line| line.split_whitespace().next() == Some(table));
    let number = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or_else(|| panic!("no {table}: {said}"));
    number.parse().expect("a number of rows")
}

/// What must go on where the data went to.
fn goes_on(lived: &Lived, target: &Installation) {
    let gateway: Gateway = target.serve();
    let entry = gateway.shop().redeem(&lived.token);
    assert_eq!(entry["customer"]["number"], "10001");
    // The way of the one that was open, to its end.
    let page = get(&gateway.shop().cart(entry["punchout"].as_str().expect("an id"), &bolts()));
    assert!(page.text().contains("Hex bolt M8x40"), "{}", page.text());
    assert_eq!(gateway.shop().try_redeem(&lived.token).status, 409, "a token is good once, here as there");
    assert_eq!(get(&gateway.shop().cart(&lived.in_shop, &bolts())).status, 200);
    // What was returned already is shown as it was: its ticket needs the key of the installation.
    let (path, shown) = &lived.returned;
    let again = get(&format!("{}{path}", gateway.url));
    let form = |text: &str| crate::support::ReturnForm::read(text).fields;
    assert_eq!(form(&again.text()), form(shown));
    // A password, a session of nobody, a sign-in.
    assert_eq!(gateway.buyer().call().status, 303);
    assert_eq!(gateway.buyer().with("PASSWORD", "wrong").call().status, 401);
    gateway.signed_in(OWNER).page("/admin/punchouts");
    assert_eq!(gateway.stop(), Some(0));
}

#[test]
fn an_installation_moves_to_the_other_kind_of_database_and_goes_on_there() {
    from_each_to_the_other(|source, target| {
        let lived = lived(source);
        let source = &lived.acme.installation;
        let said = copied(source, &target);
        assert!(!said.contains("DIFFERS"), "{said}");
        assert!(said.ends_with("; set database_url to it\n"), "{said}");
        for (table, count) in [
            ("revision", 1),
            ("licenses", 2),
            ("shops", 2),
            ("systems", 1),
            ("customers", 1),
            ("assignments", 1),
            ("punchouts", 3),
            ("refusals", 1),
            ("sessions", 1),
            ("catalogs", 1),
            ("catalog_versions", 2),
            ("catalog_articles", 5),
            ("catalog_bodies", 5),
        ] {
            assert_eq!(rows(&said, table), count, "{table}: {said}");
        }
        // A gateway on PostgreSQL has one more, for what it tells the others.
        assert!(rows(&said, "installation_keys") > 0, "{said}");
        assert!(rows(&said, "audit_log") > 0 && rows(&said, "license_events") > 0, "{said}");
        for text in ["SW-10001", "schraube", "sechskant verzinkt", "schlussel 13"] {
            let found = search(source, text);
            assert!(!found.is_empty() && !found.starts_with("0 of"), "{text}: {found}");
            assert_eq!(search(&target, text), found, "{text}");
        }
        let export = |installation: &Installation| installation.punchgate(&["export"]);
        assert_eq!(export(source), export(&target));
        // A catalog can be imported again: the index of searches follows what goes.
        let less = target.file("less.csv", &TOOLS.replace("SW-10003", "SW-20003"));
        import(&target, &less);
        assert!(search(&target, "SW-20003").contains("1 of 1"), "{}", search(&target, "SW-20003"));
        goes_on(&lived, &target);
    });
}

#[test]
fn there_and_back_again_is_where_it_was() {
    from_each_to_the_other(|source, between| {
        let lived = lived(source);
        let there = copied(&lived.acme.installation, &between);
        let home = Installation::on_sqlite();
        let back = copied(&between, &home);
        let sums = |said: &str| {
            said.lines().filter(|line| !line.contains(" is a copy of ")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(sums(&there).len() > 20);
        assert_eq!(sums(&there), sums(&back));
        goes_on(&lived, &home);
    });
}

#[test]
fn a_database_that_sorts_by_language_is_copied_all_the_same() {
    let Some(english) = Installation::on_english_postgres() else { return };
    let lived = lived(english);
    let source = &lived.acme.installation;
    assert_eq!(source.query("SELECT 'Z' < 'a'"), "f", "the database sorts by language");
    for (name, byte) in [("Z", 1), ("a", 2), ("b c", 3), ("bc", 4), ("b-d", 5)] {
        source.sql(&format!("INSERT INTO installation_keys VALUES ('{name}', '\\x0{byte}')"));
    }
    for day in ["2026-01-01", "2026-01-02"] {
        for state in ["returned", "closed"] {
            source.sql(&format!(
                "INSERT INTO punchout_counts VALUES ('{day}', '01DXF6DT000000000000000000', '{state}', 3)"
            ));
        }
    }
    let home = Installation::on_sqlite();
    let said = copied(source, &home);
    assert_eq!((rows(&said, "installation_keys"), rows(&said, "punchout_counts")), (7, 4), "{said}");
    goes_on(&lived, &home);
}

#[test]
fn a_copy_that_was_interrupted_is_continued_and_until_then_no_gateway_starts_on_it() {
    from_each_to_the_other(|source, target| {
        let lived = lived(source);
        let source = &lived.acme.installation;
        // More than one page, so that it stops within a table.
        source.sql(
            "INSERT INTO license_events (id, license_id, happened_at, kind, detail, actor) \
             WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
             SELECT '01DXF6DT00' || substr(id, 11, 13) || i, license_id, happened_at, kind, 'old', actor \
             FROM license_events, n WHERE kind = 'issued'",
        );
        let stopped = refusal(source, &target, &["--stop-after", "100"]);
        assert!(stopped.starts_with("punchgate: the copy was stopped after "), "{stopped}");
        let refused = target.refused(&["serve"]);
        assert!(refused.contains("holds an unfinished copy of "), "{refused}");
        assert!(target.refused(&["export"]).contains("holds an unfinished copy of "));
        // It is no source either, and no target of another one.
        let other = Installation::on_sqlite();
        assert!(refusal(&target, &other, &[]).contains("the source is itself an unfinished copy of "));
        other.apply("");
        assert!(refusal(&other, &target, &[]).contains("the target holds an unfinished copy of "));

        for most in ["1", "500"] {
            let stopped = refusal(source, &target, &["--stop-after", most]);
            assert!(stopped.contains("the same command continues it"), "{stopped}");
        }
        let said = copied(source, &target);
        assert_eq!(rows(&said, "license_events") % 900, rows(&said, "license_events") - 1_800, "{said}");
        goes_on(&lived, &target);
    });
}

#[test]
fn a_source_that_changed_while_an_interrupted_copy_waited_is_noticed() {
    from_each_to_the_other(|source, target| {
        let lived = lived(source);
        let source = &lived.acme.installation;
        refusal(source, &target, &["--stop-after", "20"]);
        source.sql("UPDATE accounts SET email = 'other@acme.example' WHERE email = 'owner@acme.example'");
        let output = copy(source, &target, &[]);
        assert_eq!(output.status.code(), Some(1));
        let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(said.matches("DIFFERS").count(), 1, "{said}");
        assert!(error.starts_with("punchgate: source and target differ in accounts; "), "{error}");
        assert!(target.refused(&["serve"]).contains("unfinished copy"));
    });
}

#[test]
fn only_an_empty_database_is_a_target() {
    from_each_to_the_other(|source, target| {
        source.apply("[[shop]]\nslug = \"a\"\nname = \"A\"\nwebsite = \"https://a.example\"\nconnector = { kind = \"redirect\", entry_url = \"https://a.example/enter\" }\n");
        target.issue("system");
        let before = target.punchgate(&["license", "list"]);
        let refused = refusal(&source, &target, &[]);
        assert_eq!(
            refused,
            "punchgate: the target is not empty: its table accounts has rows; a copy needs a database of its own\n"
        );
        assert_eq!(target.punchgate(&["license", "list"]), before, "what is there stays");
        // Nor is one of somebody else, in which nothing is made.
        let strange = if target.database_url.starts_with("sqlite://") {
            Some(Installation::on_sqlite())
        } else {
            Installation::on_postgres()
        };
        if let Some(strange) = strange {
            strange.sql("CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY)");
            let refused = refusal(&source, &strange, &[]);
            assert!(
                refused.contains("the target is not empty: its table orders is not one of Punchgate's"),
                "{refused}"
            );
            assert_eq!(strange.try_punchgate(&["migrate", "--check"]).status.code(), Some(3));
        }
        // Nor is the source itself, nor is nothing a source.
        assert!(refusal(&source, &source, &[]).contains("--from and --to are the same database"));
        let nothing = ["copy", "--from", "sqlite://nothing.db", "--to", &target.database_url];
        assert!(source.refused(&nothing).contains("there is no file nothing.db"));
    });
}

#[test]
fn an_old_source_is_refused_and_a_strange_table_in_it_too() {
    from_each_to_the_other(|source, target| {
        source.apply("");
        source.sql("CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY)");
        let refused = refusal(&source, &target, &[]);
        assert!(refused.contains("the table notes is not one of Punchgate's"), "{refused}");
        source.sql("DROP TABLE notes");
        source.sql("DELETE FROM __diesel_schema_migrations WHERE version = '20261127000000'");
        assert!(refusal(&source, &target, &[]).contains("the schema of the source is not up to date"));
    });
}

#[test]
fn a_text_that_postgresql_cannot_keep_is_told_with_its_row() {
    let Some(target) = Installation::on_postgres() else { return };
    let acme = Installation::on_sqlite().with_acme("");
    acme.installation.sql("UPDATE customers SET email = 'a' || char(0) || 'b'");
    let refused = refusal(&acme.installation, &target, &[]);
    assert!(refused.contains(" of the table customers has a NUL character in its column email"), "{refused}");
    assert!(!refused.contains(API_KEY));
}

#[test]
fn a_source_is_used_while_it_is_copied_and_a_url_may_come_from_a_variable() {
    from_each_to_the_other(|mut source, target| {
        source.set_variable("TARGET_URL", &target.database_url);
        let acme = source.with_acme("");
        acme.installation.add_user(OWNER, "merchant");
        let gateway = acme.installation.serve();
        let before = gateway.punch_out();
        let url = &acme.installation.database_url;
        let said = acme.installation.punchgate(&["copy", "--from", url, "--to", "env:TARGET_URL"]);
        assert_eq!(rows(&said, "punchouts"), 1);
        assert_eq!(get(&gateway.shop().cart(&before, &bolts())).status, 200, "the source goes on");
        let missing = acme.installation.try_punchgate(&["copy", "--from", url, "--to", "env:NOT_THERE"]);
        let missing = String::from_utf8(missing.stderr).expect("UTF-8");
        assert!(missing.contains("the environment has no variable NOT_THERE"), "{missing}");
    });
}
