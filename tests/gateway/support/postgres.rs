//! A private PostgreSQL cluster for one test run, from the server binaries that are installed.
//!
//! It lives in a temporary folder on a free port, started as an unprivileged user when the tests
//! run as root, and is stopped by a small shell that waits for the end of this process, or for the
//! end of the cluster where a story has one of its own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65_534;

pub struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    pub port: u16,
    databases: AtomicU32,
    /// Its standard input is the leash: closed when this process ends, and the shell stops the server.
    _keeper: Child,
}

/// The cluster of this test run, or None where PostgreSQL is not installed. With
/// `PUNCHGATE_TEST_REQUIRE_POSTGRES` set, that is an error.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| match binaries() {
            Some(bin) => Some(Cluster::start(bin, "", |_| {})),
            None if std::env::var_os("PUNCHGATE_TEST_REQUIRE_POSTGRES").is_some() => {
                panic!("no PostgreSQL server binaries in /usr/lib/postgresql/*/bin or PATH, and they are required")
            }
            None => {
                eprintln!("PostgreSQL is not installed: the stories run on SQLite only");
                None
            }
        })
        .as_ref()
}

impl Cluster {
    /// A cluster that only this story has, with settings added to `postgresql.conf` and files put into its folder by
    /// `prepare`; None where PostgreSQL is not installed.
    pub fn own(settings: &str, prepare: impl FnOnce(&Path)) -> Option<Self> {
        cluster()?;
        Some(Self::start(binaries()?, settings, prepare))
    }

    /// Ends the server at once, as a power failure of its machine would.
    pub fn stop(&self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    pub fn start_again(&self) {
        self.control(&["start", "-l", &self.folder.join("log").to_string_lossy()]);
    }

    fn control(&self, arguments: &[&str]) {
        let mut command = Command::new(self.bin.join("pg_ctl"));
        command.args(arguments).args(["-w", "-D"]).arg(self.folder.join("data")).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        assert!(command.status().expect("pg_ctl runs").success(), "pg_ctl {arguments:?}");
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        self.database_with(&[])
    }

    /// The same, made with further options of createdb.
    pub fn database_with(&self, options: &[&str]) -> String {
        let name = format!("story{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.bin.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "punchgate", &name])
            .args(options)
            .output()
            .expect("createdb runs");
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://punchgate@127.0.0.1:{}/{name}", self.port)
    }

    fn start(bin: PathBuf, settings: &str, prepare: impl FnOnce(&Path)) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let root = is_root();
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("punchgate-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the cluster");
        if root {
            chown(&folder, Some(NOBODY), Some(NOBODY)).expect("the folder can be given away");
        }
        let data = folder.join("data");
        let mut initdb = Command::new(bin.join("initdb"));
        initdb
            .args(["--username=punchgate", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data);
        initdb.current_dir(&folder);
        if root {
            initdb.uid(NOBODY).gid(NOBODY);
        }
        let made = initdb.output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let port = free_port();
        let mut all = fs::read_to_string(data.join("postgresql.conf")).expect("its settings");
        all.push_str(&format!(
            "\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
             max_connections = 300\n{settings}\n"
        ));
        fs::write(data.join("postgresql.conf"), all).expect("its settings");
        prepare(&data);
        let script = r#"
            "$1/pg_ctl" -D "$2" -w -l "$3/log" start >/dev/null 2>&1
            read -r _ || true
            "$1/pg_ctl" -D "$2" -w -m immediate stop >/dev/null 2>&1
            rm -rf "$3"
        "#;
        let mut keeper = Command::new("sh");
        keeper.args(["-c", script, "sh"]).arg(&bin).arg(&data).arg(&folder);
        keeper.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if root {
            keeper.uid(NOBODY).gid(NOBODY);
        }
        let keeper = keeper.spawn().expect("a shell");
        let cluster = Self { bin, folder: folder.clone(), port, databases: AtomicU32::new(0), _keeper: keeper };
        cluster.wait(&folder);
        cluster
    }

    fn wait(&self, folder: &Path) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            let ready = Command::new(self.bin.join("pg_isready"))
                .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-q"])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("PostgreSQL does not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }
}

/// Runs a statement on a database.
pub fn execute(url: &str, statement: &str) {
    let done = try_execute(url, statement);
    assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
}

pub fn try_execute(url: &str, statement: &str) -> Output {
    let psql = binaries().expect("the server's binaries").join("psql");
    let mut command = Command::new(psql);
    command.args(["-qX", "-v", "ON_ERROR_STOP=1", "-c", statement, url]).output().expect("psql runs")
}

/// Gives a file of a cluster to whom the cluster runs as; nobody else may read it.
pub fn give_away(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("a mode");
    if is_root() {
        chown(file, Some(NOBODY), Some(NOBODY)).expect("the file can be given away");
    }
}

/// The one value that a query gives, as text.
pub fn query(url: &str, query: &str) -> String {
    let psql = binaries().expect("the server's binaries").join("psql");
    let done = Command::new(psql).args(["-qXtA", "-v", "ON_ERROR_STOP=1", "-c", query, url]).output();
    let done = done.expect("psql runs");
    assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8").trim_end().to_owned()
}

/// All rows of a database as text.
pub fn dump(url: &str) -> Vec<u8> {
    let bin = binaries().expect("the server's binaries");
    let dumped = Command::new(bin.join("pg_dump")).args(["--data-only", "--inserts", url]).output();
    let dumped = dumped.expect("pg_dump runs");
    assert!(dumped.status.success(), "pg_dump: {}", String::from_utf8_lossy(&dumped.stderr));
    dumped.stdout
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    found.sort();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    found.into_iter().rev().find(|bin| ["postgres", "initdb", "createdb"].iter().all(|name| bin.join(name).is_file()))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
