//! Where the data lies, as one text of the settings.
//!
//! What libpq's users write about TLS is understood: `sslmode` and `sslrootcert`. The driver knows three of the six
//! modes only, so both are taken off the URL before it sees it.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Host, SslMode};

use super::tls;

/// `sqlite://FILE` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(Box<PostgresUrl>),
}

/// A PostgreSQL server, and how the line to it is protected.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    text: String,
    pub(super) config: tokio_postgres::Config,
    pub(super) trust: Trust,
}

/// Whose certificate is taken for the server's, where TLS is spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trust {
    /// Anybody's: encrypted, and no more.
    Anybody,
    /// One that an authority signed, whatever name is in it (`verify-ca`).
    Signed(Authorities),
    /// One that an authority signed for the name in the URL (`verify-full`).
    Named(Authorities),
}

/// Who may sign a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Authorities {
    /// Those that this machine trusts.
    Machine,
    /// Those of a PEM file.
    File(PathBuf),
}

impl DatabaseUrl {
    /// Reads a database URL; the error says what is allowed and never repeats a password.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err("a file name must follow sqlite://".into());
            }
            if path == ":memory:" {
                return Err("a database in memory would forget what it acknowledged; name a file".into());
            }
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            PostgresUrl::read(text).map(|url| Self::Postgres(Box::new(url)))
        } else {
            Err("it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE".into())
        }
    }
}

impl PostgresUrl {
    fn read(text: &str) -> Result<Self, String> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut authorities, mut rest) = (String::from("prefer"), None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = || {
                let value = percent_decode_str(value).decode_utf8();
                value.map(String::from).map_err(|_| format!("the value of {name} is no UTF-8"))
            };
            match name {
                "sslmode" => mode = value()?,
                "sslrootcert" => authorities = Some(value()?),
                _ => rest.push(pair),
            }
        }
        let mut config: tokio_postgres::Config =
            format!("{place}?{}", rest.join("&")).parse().map_err(|error: tokio_postgres::Error| {
                format!("it must be postgres://USER:PASSWORD@HOST/DATABASE, and this is wrong: {}", cause(&error))
            })?;
        let mut trust = protect(&mut config, &mode, authorities.as_deref())?;
        complete(&mut config);
        if config.get_ssl_mode() == SslMode::Disable {
            trust = Trust::Anybody;
        }
        tls::check(&trust)?;
        Ok(Self { text: text.to_owned(), config, trust })
    }
}

/// What `sslmode` and `sslrootcert` ask for, as libpq means it: a file of authorities makes `require` look at the
/// certificate as well.
fn protect(config: &mut tokio_postgres::Config, mode: &str, authorities: Option<&str>) -> Result<Trust, String> {
    let named = match authorities {
        None | Some("" | "system") => Authorities::Machine,
        Some(file) => Authorities::File(Path::new(file).to_owned()),
    };
    let (driver, trust) = match mode {
        "disable" => (SslMode::Disable, Trust::Anybody),
        "prefer" => (SslMode::Prefer, Trust::Anybody),
        "require" if matches!(named, Authorities::File(_)) => (SslMode::Require, Trust::Signed(named)),
        "require" => (SslMode::Require, Trust::Anybody),
        "verify-ca" => (SslMode::Require, Trust::Signed(named)),
        "verify-full" => (SslMode::Require, Trust::Named(named)),
        _ => {
            return Err(format!(
                "sslmode must be disable, prefer, require, verify-ca or verify-full, and not \"{mode}\""
            ));
        }
    };
    config.ssl_mode(driver);
    Ok(trust)
}

fn complete(config: &mut tokio_postgres::Config) {
    // A socket of this machine speaks no TLS, whatever is asked for.
    let hosts = config.get_hosts().to_vec();
    if !hosts.is_empty() && hosts.iter().all(|host| matches!(host, Host::Unix(_))) {
        config.ssl_mode(SslMode::Disable);
    }
    // TLS wants a name to speak to, and an address is one.
    if hosts.is_empty() {
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
}

/// The innermost reason: the driver's own words name the part of the URL and never its value.
fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Without the password of a PostgreSQL URL.
impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => match url::Url::parse(&url.text) {
                Ok(mut url) => {
                    if url.password().is_some() {
                        let _ = url.set_password(Some("***"));
                    }
                    url.set_query(None);
                    write!(f, "{url}")
                }
                Err(_) => f.write_str("postgres://***"),
            },
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<PostgresUrl, String> {
        PostgresUrl::read(&format!("postgres://u:hunter2@db.example/x{query}"))
    }

    #[test]
    fn the_modes_of_libpq_are_understood_and_others_are_told() {
        for (query, driver, trust) in [
            ("", SslMode::Prefer, Trust::Anybody),
            ("?sslmode=disable", SslMode::Disable, Trust::Anybody),
            ("?sslmode=prefer", SslMode::Prefer, Trust::Anybody),
            ("?sslmode=require", SslMode::Require, Trust::Anybody),
            ("?connect_timeout=7&sslmode=verify-full", SslMode::Require, Trust::Named(Authorities::Machine)),
            ("?sslmode=verify-ca&sslrootcert=system", SslMode::Require, Trust::Signed(Authorities::Machine)),
        ] {
            let url = read(query).expect(query);
            assert_eq!((url.config.get_ssl_mode(), &url.trust), (driver, &trust), "{query}");
        }
        let error = read("?sslmode=verify").err().expect("refused");
        assert_eq!(error, "sslmode must be disable, prefer, require, verify-ca or verify-full, and not \"verify\"");
    }

    #[test]
    fn a_file_of_authorities_that_cannot_be_used_is_told() {
        let error = read("?sslmode=verify-full&sslrootcert=%2Fnowhere%2Fca.pem").err().expect("refused");
        assert!(error.starts_with("the file of sslrootcert, /nowhere/ca.pem, cannot be read: "), "{error}");
        let empty = tempfile::NamedTempFile::new().expect("a file");
        let error = read(&format!("?sslmode=require&sslrootcert={}", empty.path().display())).err().expect("refused");
        assert!(error.ends_with("holds no certificate in PEM form"), "{error}");
    }

    #[test]
    fn what_the_driver_does_not_know_is_told_without_the_password() {
        let error = read("?sslcert=x").err().expect("refused");
        assert!(error.contains("sslcert") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_socket_of_this_machine_is_never_encrypted() {
        let url = PostgresUrl::read("postgres:///x?host=/run/postgresql&sslmode=verify-full").expect("a URL");
        assert_eq!((url.config.get_ssl_mode(), url.trust), (SslMode::Disable, Trust::Anybody));
    }
}
