//! The house itself: which room may know of which, read from the `use` lines of `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each room of `src/lib.rs` may use of the others. `web`, `cli` and `demo` stand on top.
const ROOMS: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "account",
            "catalog",
            "checker",
            "clock",
            "config",
            "credential",
            "demo",
            "license",
            "load",
            "oci",
            "punchout",
            "setup",
            "shop",
            "snapshot",
            "store",
            "system",
            "telemetry",
            "web",
        ],
    ),
    // Strangers: HTTP only, and the protocol itself to read a cart as buyers do.
    ("demo", &["oci"]),
    ("load", &[]),
    (
        "web",
        &[
            "account",
            "catalog",
            "checker",
            "clock",
            "config",
            "credential",
            "license",
            "mapping",
            "oci",
            "punchout",
            "refusal",
            "setup",
            "shop",
            "snapshot",
            "store",
            "system",
            "texts",
        ],
    ),
    (
        "punchout",
        &[
            "account",
            "catalog",
            "clock",
            "config",
            "credential",
            "license",
            "mapping",
            "oci",
            "refusal",
            "shop",
            "snapshot",
            "store",
            "system",
            "texts",
        ],
    ),
    ("checker", &["oci", "refusal", "system", "texts"]),
    ("account", &["clock", "credential", "refusal", "store"]),
    (
        "setup",
        &[
            "account",
            "catalog",
            "clock",
            "credential",
            "license",
            "mapping",
            "oci",
            "refusal",
            "shop",
            "snapshot",
            "store",
            "system",
            "toml_fault",
        ],
    ),
    ("snapshot", &["license", "mapping", "shop", "store", "system"]),
    // A reason to say no is made from the errors of the rooms below.
    ("refusal", &["credential", "license", "mapping", "oci", "shop", "store", "texts"]),
    ("texts", &["clock"]),
    ("credential", &[]),
    ("shop", &["catalog", "clock", "mapping", "oci"]),
    ("store", &["catalog", "clock", "license"]),
    ("system", &["mapping", "oci"]),
    ("catalog", &["mapping", "oci"]),
    ("license", &[]),
    ("mapping", &["oci"]),
    ("oci", &[]),
    ("clock", &[]),
    ("toml_fault", &[]),
    // Settings are read into the types of the rooms they are for.
    ("config", &["clock", "credential", "store", "toml_fault"]),
    ("telemetry", &["config"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file of `src/` by its path in there, without comments and without its tests.
fn code() -> BTreeMap<String, String> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a file of the source");
        let product = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code: Vec<&str> = product.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let name = path.strip_prefix(source()).expect("below src").to_string_lossy().replace('\\', "/");
        (name, code.join("\n"))
    };
    found.into_iter().map(read).collect()
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The names after `prefix`: `crate::store` and the members of `crate::{snapshot, web}`.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut member = String::new();
                for character in group.chars() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.extend([name(std::mem::take(&mut member).trim())]),
                        other if depth == 0 => member.push(other),
                        _ => {}
                    }
                }
                names.extend([name(member.trim())]);
            }
            None => names.extend([name(rest)]),
        }
    }
    names.remove("");
    names
}

#[test]
fn rooms_use_only_what_stands_below_them() {
    let code = code();
    let rooms: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in &code {
        let room = room(file);
        if ["lib", "main"].contains(&room) {
            continue;
        }
        let Some(allowed) = rooms.get(room) else {
            wrong.push(format!("src/{file}: the room {room} is not in this test; say what it may use"));
            continue;
        };
        for used in named_after(text, "crate::") {
            let is_room = rooms.contains_key(used.as_str());
            if is_room && used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("src/{file} uses {used}, and {room} may use {}", allowed.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_names_every_room_and_arrows_point_down_it() {
    let map = fs::read_to_string(source().join("lib.rs")).expect("lib.rs");
    let mapped: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(mapped.iter().copied().collect::<BTreeSet<_>>(), known);
    let place = |room: &str| mapped.iter().position(|mapped| *mapped == room).expect("a room of the map");
    for (room, uses) in ROOMS {
        for used in *uses {
            assert!(place(used) > place(room), "{room} may use {used}, which must stand below it in src/lib.rs");
        }
    }
}

#[test]
fn diesel_is_known_to_the_store_alone_and_actix_to_those_who_speak_http() {
    let only_in = |names: &[&str], rooms: &[&str]| {
        for (file, text) in code() {
            let uses = names.iter().any(|name| text.contains(&format!("{name}::")));
            assert!(!uses || rooms.contains(&room(&file)), "src/{file} uses {names:?}, which belongs to {rooms:?}");
        }
    };
    only_in(&["diesel", "diesel_async", "diesel_migrations"], &["store"]);
    only_in(
        &["actix_web", "actix_http", "actix_rt", "tracing_actix_web", "utoipa_swagger_ui"],
        &["web", "demo", "cli"],
    );
    only_in(&["argon2", "bcrypt", "password_hash"], &["credential"]);
}

#[test]
fn the_pure_rooms_do_nothing_but_reckon() {
    for (file, text) in code() {
        if !["catalog", "oci", "license", "mapping"].contains(&room(&file)) {
            continue;
        }
        for impure in [
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
            "std::time",
            "tokio::",
            "jiff::",
            "getrandom::",
            "reqwest::",
            "tracing::",
            "metrics::",
            "SystemTime",
            "Instant",
        ] {
            assert!(!text.contains(impure), "src/{file} uses {impure}");
        }
    }
}
