//! Parts of a machine that a gateway has for itself (Linux namespaces): a disk that is soon full, a network cable that can
//! be pulled. Where the machine does not allow them there is none, and the story says so.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Gateway, Installation};

/// A gateway whose SQLite file lies on a disk of a few MiB (tmpfs) that nobody else sees. It goes with the process.
pub struct SmallDisk {
    pub gateway: Gateway,
    /// Its root, as seen from outside.
    root: PathBuf,
}

impl SmallDisk {
    /// Serves a copy of the installation's database.
    pub fn serve(installation: &Installation) -> Option<Self> {
        const MOUNT: &str = r#"mount -t tmpfs -o size=24m none "$1""#;
        let disk = installation.folder.path().join("disk");
        std::fs::create_dir(&disk).expect("a folder");
        let mut namespace = vec!["--mount"];
        if !runs(Command::new("id").arg("-u").stdout(Stdio::piped()), "0\n") {
            namespace.extend(["--user", "--map-root-user"]);
        }
        let tried = Command::new("unshare").args(&namespace).args(["sh", "-c", MOUNT, "sh"]).arg(&disk).output();
        if !tried.is_ok_and(|tried| tried.status.success()) {
            eprintln!("no disk of its own can be mounted here: the story of the small disk is not told");
            return None;
        }
        let served = installation.command();
        let script = format!(r#"{MOUNT} && cp -a "$2"/punchgate.db* "$1" && exec "$0" serve"#);
        let mut command = Command::new("unshare");
        command.args(&namespace).args(["sh", "-c", &script]).arg(served.get_program()).arg(&disk);
        command.arg(installation.folder.path()).current_dir(installation.folder.path());
        command.envs(served.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PUNCHGATE_DATABASE_URL", format!("sqlite://{}/punchgate.db", disk.display()));
        let gateway = Gateway::start(&mut command);
        let root = PathBuf::from(format!("/proc/{}/root{}", gateway.child.id(), disk.display()));
        Some(Self { gateway, root })
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.root.join("filler")).expect("a file");
        for size in [1 << 20, 4_096, 1] {
            let piece = vec![0; size];
            while filler.write_all(&piece).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn clear(&self) {
        std::fs::remove_file(self.root.join("filler")).expect("the file goes");
    }

    /// Ends the gateway as a power failure would, and keeps what stands on the disk as the installation's database.
    pub fn crash(self, installation: &Installation) {
        // Stopped it writes no more, and its disk is still there.
        let stopped = Command::new("kill").args(["-STOP", &self.gateway.child.id().to_string()]).status();
        assert!(stopped.expect("kill runs").success());
        for name in ["punchgate.db", "punchgate.db-wal"] {
            std::fs::copy(self.root.join(name), installation.folder.path().join(name)).expect("the file is copied");
        }
        let _ = std::fs::remove_file(installation.folder.path().join("punchgate.db-shm"));
        self.gateway.crash();
    }
}

/// A network of its own for a gateway: a cable to this machine, by which it is asked, and a second one to the database.
pub struct Cables {
    name: String,
    /// Of the gateway, on the first cable.
    pub gateway: &'static str,
    /// Of this machine, on the second.
    pub database: &'static str,
}

impl Cables {
    /// Lays them, where `ip` is installed and may do so.
    pub fn lay() -> Option<Self> {
        // Interfaces have at most fifteen characters.
        let name = format!("pgt{}", std::process::id());
        let cables = Self { name: name.clone(), gateway: "10.231.77.2", database: "10.231.77.5" };
        let steps = format!(
            "netns add {name}
             link add {name}h type veth peer name {name}g netns {name}
             link add {name}d type veth peer name {name}e netns {name}
             addr add 10.231.77.1/30 dev {name}h
             addr add 10.231.77.5/30 dev {name}d
             link set {name}h up
             link set {name}d up
             -n {name} addr add 10.231.77.2/30 dev {name}g
             -n {name} addr add 10.231.77.6/30 dev {name}e
             -n {name} link set lo up
             -n {name} link set {name}g up
             -n {name} link set {name}e up"
        );
        if steps.lines().all(ip) {
            return Some(cables);
        }
        eprintln!("no network of its own can be made here: the story of the cut cable is not told");
        None
    }

    /// Serves on the gateway's side.
    pub fn serve(&self, installation: &Installation) -> Gateway {
        let served = installation.command();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(served.get_program()).arg("serve");
        command.current_dir(installation.folder.path());
        command.envs(served.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PUNCHGATE_LISTEN", format!("{}:0", self.gateway));
        Gateway::start(&mut command)
    }

    /// Pulls the cable to the database.
    pub fn pull(&self) {
        assert!(ip(&format!("link set {}d down", self.name)));
    }

    pub fn plug_in(&self) {
        assert!(ip(&format!("link set {}d up", self.name)));
    }
}

impl Drop for Cables {
    fn drop(&mut self) {
        // The cables go with one of their ends.
        ip(&format!("link del {}h", self.name));
        ip(&format!("link del {}d", self.name));
        ip(&format!("netns del {}", self.name));
    }
}

fn ip(step: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(step.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn runs(command: &mut Command, says: &str) -> bool {
    command.output().is_ok_and(|output| output.status.success() && output.stdout == says.as_bytes())
}
