//! The settings of one gateway process: defaults, then `punchgate.toml`, then environment
//! variables `PUNCHGATE_…`, each overriding the one before.
//!
//! Every setting is listed once, in [`SETTINGS`]. A wrong one stops the start with a sentence that
//! names the setting, its value and what is allowed.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread;

use crate::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::credential::password::Parameters;
use crate::credential::throttle::Limits;
use crate::store::{DatabaseUrl, Terms};
use crate::toml_fault::without_values;

/// The file that is read when it exists and no other is named.
pub const DEFAULT_FILE: &str = "punchgate.toml";
/// Names of environment variables start with it: `listen` is `PUNCHGATE_LISTEN`.
const PREFIX: &str = "PUNCHGATE_";

/// Name, default as a person would write it, and what it is: also the text of `punchgate --help`.
pub const SETTINGS: &[(&str, &str, &str)] = &[
    (
        "database_url",
        "sqlite://punchgate.db",
        "where the data lies: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE",
    ),
    ("database_connections", "8", "connections of one gateway to PostgreSQL: 1 to 100"),
    ("statement_timeout", "10s", "how long one statement of a request may take on PostgreSQL: 1s to 5m"),
    ("migrate", "true", "bring the schema up to date at the start: true or false"),
    ("listen", "127.0.0.1:8080", "address and port of the gateway"),
    ("metrics_listen", "127.0.0.1:9464", "address and port of /metrics, or \"off\""),
    ("public_url", "http://LISTEN", "the gateway's address as browsers and shops see it"),
    ("trusted_proxies", "", "addresses of reverse proxies, by commas, whose X-Forwarded-For is believed"),
    ("entry_lifetime", "5m", "how long the token in the redirect into the shop is good: 1s to 1h"),
    ("punchout_lifetime", "8h", "how long a buyer may stay in the shop: 1s to 7d"),
    ("password_memory_kib", "19456", "memory of one argon2id hash in KiB: 8 to 262144"),
    ("password_iterations", "2", "passes of one argon2id hash: 1 to 20"),
    ("password_parallelism", "1", "lanes of one argon2id hash: 1 to 16"),
    ("hash_threads", "CORES", "threads that check passwords: 1 to 256; while most are wrong, a quarter of them rests"),
    ("hash_queue", "64", "logins that may wait for such a thread; more are told to come back: 1 to 10000"),
    ("recent_logins", "5m", "how long a verified password is remembered in memory (as a keyed hash): 0s (never) to 1h"),
    (
        "failed_logins_per_customer_and_address",
        "10",
        "failed logins of one customer from one address in five minutes: 1 to 100000",
    ),
    ("failed_logins_per_address", "100", "failed logins from one address in five minutes: 1 to 1000000"),
    (
        "failed_logins_per_customer",
        "50",
        "failed logins of one customer in five minutes, after which each new address has one try: 1 to 1000000",
    ),
    ("shop_timeout", "8s", "how long a shop that answers for its products itself is waited for: 1s to 30s"),
    ("refusals_kept_days", "90", "how many days refused calls stay in the administration's list: 1 to 3650"),
    (
        "punchouts_kept",
        "off",
        "how long punchouts are kept after their end before only their number stays: 1d to 3650d, or \"off\" for ever",
    ),
    ("workers", "CORES", "threads that answer requests: 1 to 256"),
    (
        "drain",
        "0s",
        "how long after SIGTERM requests are still taken while /health/ready says no, so that a load balancer sends them elsewhere: 0s to 5m",
    ),
    ("shutdown_timeout", "30s", "how long requests may go on after that: 1s to 10m"),
    ("log", "info", "what is logged, as in RUST_LOG: off, error, warn, info, debug, trace, or by module"),
    ("log_format", "auto", "text, json, or auto: text on a terminal, json otherwise"),
];

/// The settings, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: DatabaseUrl,
    pub database_connections: usize,
    /// Microseconds, like all spans of time here.
    pub statement_timeout: i64,
    pub migrate: bool,
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    /// Nobody chose the address of the metrics: the gateway may run without them when it is taken.
    pub metrics_by_default: bool,
    /// Without a slash at the end. None: made from the address that was really bound.
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub entry_lifetime: i64,
    pub punchout_lifetime: i64,
    pub password: Parameters,
    pub hash_threads: usize,
    pub hash_queue: usize,
    pub recent_logins: i64,
    pub failed_logins_per_customer_and_address: u32,
    pub failed_logins_per_address: u32,
    pub failed_logins_per_customer: u32,
    pub shop_timeout: i64,
    pub refusals_kept: i64,
    /// None: for ever.
    pub punchouts_kept: Option<i64>,
    pub workers: usize,
    pub drain: i64,
    pub shutdown_timeout: i64,
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the settings file {file} cannot be read: {reason}")]
    File { file: PathBuf, reason: String },
    #[error("the settings file {file} has the unknown key \"{key}\"{hint}")]
    UnknownKey { file: PathBuf, key: String, hint: String },
    #[error("{place} is \"{value}\": {allowed}")]
    Value { place: String, value: String, allowed: String },
}

impl Config {
    /// How PostgreSQL is used by a command, whose statements may take their time.
    pub fn terms(&self) -> Terms {
        Terms { connections: self.database_connections, statement_timeout: None }
    }

    /// And by a gateway, whose callers wait.
    pub fn terms_of_requests(&self) -> Terms {
        let limit = std::time::Duration::from_micros(self.statement_timeout.unsigned_abs());
        Terms { statement_timeout: Some(limit), ..self.terms() }
    }

    /// How often a login may fail, of shop customers and of accounts alike.
    pub fn login_limits(&self) -> Limits {
        Limits {
            per_customer_and_address: self.failed_logins_per_customer_and_address,
            per_address: self.failed_logins_per_address,
            per_customer: self.failed_logins_per_customer,
            window_seconds: 300,
        }
    }

    /// Reads the settings of this process: the named file (which must exist) or `punchgate.toml`
    /// (which need not), and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment =
            std::env::vars().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_lowercase(), value)));
        Self::read(file, environment.collect())
    }

    /// The same with an environment of one's own; its names come without the prefix, in lower case.
    pub fn read(file: Option<&Path>, environment: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut sources = Sources { values: BTreeMap::new() };
        match file {
            Some(file) => sources.add_file(file)?,
            None if Path::new(DEFAULT_FILE).exists() => sources.add_file(Path::new(DEFAULT_FILE))?,
            None => {}
        }
        for (key, value) in environment {
            // Variables such as PUNCHGATE_API_KEY belong to shops or scripts and are not ours.
            if SETTINGS.iter().any(|(name, ..)| *name == key) {
                sources.values.insert(key.clone(), (format!("{PREFIX}{}", key.to_uppercase()), value));
            }
        }
        let cores = thread::available_parallelism().map_or(1, |n| n.get());
        Ok(Self {
            database_url: sources
                .get("database_url", DatabaseUrl::read)?
                .unwrap_or(DatabaseUrl::Sqlite("punchgate.db".into())),
            database_connections: sources.get("database_connections", |v| number(v, 1, 100))?.map_or(8, |n| n as usize),
            statement_timeout: sources
                .get("statement_timeout", |v| span(v, SECOND, 5 * MINUTE))?
                .unwrap_or(10 * SECOND),
            migrate: sources
                .get("migrate", |v| v.parse().map_err(|_| "it must be true or false".into()))?
                .unwrap_or(true),
            listen: sources.get("listen", address)?.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            metrics_listen: sources
                .get("metrics_listen", |v| if v == "off" { Ok(None) } else { address(v).map(Some) })?
                .unwrap_or(Some(SocketAddr::from(([127, 0, 0, 1], 9464)))),
            metrics_by_default: !sources.values.contains_key("metrics_listen"),
            public_url: sources.get("public_url", public_url)?,
            trusted_proxies: sources.get("trusted_proxies", addresses)?.unwrap_or_default(),
            entry_lifetime: sources.get("entry_lifetime", |v| span(v, SECOND, HOUR))?.unwrap_or(5 * MINUTE),
            punchout_lifetime: sources.get("punchout_lifetime", |v| span(v, SECOND, 7 * DAY))?.unwrap_or(8 * HOUR),
            password: Parameters {
                memory_kib: sources.get("password_memory_kib", |v| number(v, 8, 262_144))?.unwrap_or(19_456),
                iterations: sources.get("password_iterations", |v| number(v, 1, 20))?.unwrap_or(2),
                parallelism: sources.get("password_parallelism", |v| number(v, 1, 16))?.unwrap_or(1),
            },
            hash_threads: sources.get("hash_threads", |v| number(v, 1, 256))?.map_or(cores, |n| n as usize),
            hash_queue: sources.get("hash_queue", |v| number(v, 1, 10_000))?.map_or(64, |n| n as usize),
            recent_logins: sources.get("recent_logins", |v| span(v, 0, HOUR))?.unwrap_or(5 * MINUTE),
            failed_logins_per_customer_and_address: sources
                .get("failed_logins_per_customer_and_address", |v| number(v, 1, 100_000))?
                .unwrap_or(10),
            failed_logins_per_address: sources
                .get("failed_logins_per_address", |v| number(v, 1, 1_000_000))?
                .unwrap_or(100),
            failed_logins_per_customer: sources
                .get("failed_logins_per_customer", |v| number(v, 1, 1_000_000))?
                .unwrap_or(50),
            shop_timeout: sources.get("shop_timeout", |v| span(v, SECOND, 30 * SECOND))?.unwrap_or(8 * SECOND),
            refusals_kept: i64::from(sources.get("refusals_kept_days", |v| number(v, 1, 3_650))?.unwrap_or(90)) * DAY,
            punchouts_kept: sources
                .get("punchouts_kept", |v| if v == "off" { Ok(None) } else { span(v, DAY, 3_650 * DAY).map(Some) })?
                .unwrap_or(None),
            workers: sources.get("workers", |v| number(v, 1, 256))?.map_or(cores, |n| n as usize),
            drain: sources.get("drain", |v| span(v, 0, 5 * MINUTE))?.unwrap_or(0),
            shutdown_timeout: sources.get("shutdown_timeout", |v| span(v, SECOND, 10 * MINUTE))?.unwrap_or(30 * SECOND),
            log: sources.get("log", log_filter)?.unwrap_or_else(|| "info".into()),
            log_format: sources.get("log_format", log_format)?.unwrap_or(LogFormat::Auto),
        })
    }
}

/// Setting → (where it was said, its text).
struct Sources {
    values: BTreeMap<String, (String, String)>,
}

impl Sources {
    fn add_file(&mut self, file: &Path) -> Result<(), ConfigError> {
        let unreadable = |reason: String| ConfigError::File { file: file.to_owned(), reason };
        let text = std::fs::read_to_string(file).map_err(|e| unreadable(e.to_string()))?;
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| unreadable(without_values(&e, &text)))?;
        for (key, value) in table {
            if !SETTINGS.iter().any(|(name, ..)| *name == key) {
                let hint = nearest(&key).map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
                return Err(ConfigError::UnknownKey { file: file.to_owned(), key, hint });
            }
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Array(entries) => {
                    let entries: Option<Vec<&str>> = entries.iter().map(toml::Value::as_str).collect();
                    entries.ok_or_else(|| unreadable(format!("\"{key}\" must be a list of texts")))?.join(",")
                }
                other => other.to_string(),
            };
            self.values.insert(key.clone(), (format!("{key} in {}", file.display()), text));
        }
        Ok(())
    }

    fn get<T>(&self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        let Some((place, value)) = self.values.get(name) else { return Ok(None) };
        read(value.trim()).map(Some).map_err(|allowed| {
            // A database URL may hold a password.
            let value = if name == "database_url" {
                DatabaseUrl::read(value).map_or_else(|_| shortened(value), |url| url.to_string())
            } else {
                shortened(value)
            };
            ConfigError::Value { place: place.clone(), value, allowed }
        })
    }
}

/// A wrong database URL is shown up to its scheme only.
fn shortened(value: &str) -> String {
    match value.split_once("://") {
        Some((scheme, rest)) if rest.contains('@') => format!("{scheme}://…"),
        _ => value.to_owned(),
    }
}

fn nearest(key: &str) -> Option<&'static str> {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let wanted = letters(key);
    SETTINGS.iter().map(|(name, ..)| *name).find(|name| {
        let name = letters(name);
        name == wanted || name.starts_with(&wanted) || wanted.starts_with(&name)
    })
}

fn address(value: &str) -> Result<SocketAddr, String> {
    value.parse().map_err(|_| "it must be an address and a port such as 127.0.0.1:8080 or [::]:8080".into())
}

fn addresses(value: &str) -> Result<Vec<IpAddr>, String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            entry
                .parse()
                .map_err(|_| format!("it must be IP addresses with commas between them, and \"{entry}\" is none"))
        })
        .collect()
}

fn public_url(value: &str) -> Result<String, String> {
    let wrong = || {
        "it must be a URL such as https://punchout.example.com, without user, password, query or fragment".to_owned()
    };
    let url = url::Url::parse(value).map_err(|_| wrong())?;
    let plain =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn number(value: &str, least: u32, most: u32) -> Result<u32, String> {
    value
        .parse()
        .ok()
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format!("it must be a whole number from {least} to {most}"))
}

/// A span such as `90s`, `5m`, `8h`, `7d`.
fn span(value: &str, least: i64, most: i64) -> Result<i64, String> {
    read_span(value).filter(|span| (least..=most).contains(span)).ok_or_else(|| {
        format!("it must be a span of time from {} to {}, such as 90s, 5m, 8h or 7d", written(least), written(most))
    })
}

/// Microseconds of `90s`, `5m`, `8h`, `7d`; None if it is not a span of time.
pub fn read_span(value: &str) -> Option<i64> {
    let unit = value.chars().last()?;
    let amount: i64 = value.strip_suffix(unit)?.trim().parse().ok()?;
    let unit = match unit {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    amount.checked_mul(unit).filter(|span| *span >= 0)
}

fn written(span: i64) -> String {
    let (amount, unit) = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')]
        .into_iter()
        .find(|(size, _)| span > 0 && span % size == 0)
        .map_or((span / SECOND, 's'), |(size, unit)| (span / size, unit));
    format!("{amount}{unit}")
}

fn log_filter(value: &str) -> Result<String, String> {
    // A bare word is a level here; as the name of a module it would switch everything off.
    let is_level = |word: &str| word.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let is_bare = |part: &&str| part.chars().all(|c| c.is_alphanumeric() || c.is_whitespace());
    let is_clear = value.split(',').filter(is_bare).all(is_level);
    match value.parse::<tracing_subscriber::filter::EnvFilter>() {
        Ok(_) if is_clear && !value.is_empty() => Ok(value.to_owned()),
        _ => {
            Err("it must be off, error, warn, info, debug or trace, or a filter by module such as warn,punchgate=debug"
                .into())
        }
    }
}

fn log_format(value: &str) -> Result<LogFormat, String> {
    match value {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("it must be auto, text or json".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn read(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, text).expect("a settings file");
        Config::read(Some(&file), environment(pairs))
    }

    #[test]
    fn the_environment_overrides_the_file_and_the_file_the_defaults() {
        let config = read(
            "listen = \"127.0.0.1:9000\"\nentry_lifetime = \"30s\"\nhash_queue = 7",
            &[("listen", "127.0.0.1:9001")],
        )
        .expect("settings");
        assert_eq!(config.listen.port(), 9001);
        assert_eq!(config.entry_lifetime, 30 * SECOND);
        assert_eq!(config.hash_queue, 7);
        assert_eq!(config.punchout_lifetime, 8 * HOUR);
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_name_its_value_and_what_is_allowed() {
        let error = read("", &[("listen", "everywhere")]).expect_err("refused").to_string();
        assert_eq!(
            error,
            "PUNCHGATE_LISTEN is \"everywhere\": it must be an address and a port such as 127.0.0.1:8080 or [::]:8080"
        );
        let error = read("hash_queue = 0", &[]).expect_err("refused").to_string();
        assert!(
            error.starts_with("hash_queue in ")
                && error.ends_with("is \"0\": it must be a whole number from 1 to 10000"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_in_the_file_stops_the_start_and_the_likely_one_is_named() {
        let error = read("databaseurl = \"sqlite://x.db\"", &[]).expect_err("refused").to_string();
        assert!(error.contains("unknown key \"databaseurl\"; did you mean \"database_url\"?"), "{error}");
    }

    #[test]
    fn a_password_in_a_database_url_is_never_told() {
        let error = read("", &[("database_url", "mysql://root:hunter2@db/x")]).expect_err("refused").to_string();
        assert!(!error.contains("hunter2"), "{error}");
        let config = read("", &[("database_url", "postgres://u:hunter2@db/x")]).expect("settings");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn every_setting_that_is_listed_can_be_set_and_none_other() {
        for (name, default, _) in SETTINGS {
            let value = default.replace("CORES", "2").replace("http://LISTEN", "http://localhost:1");
            read("", &[(name, &value)]).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}
