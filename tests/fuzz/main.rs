//! A short run of every fuzz target, as `cargo test`: arbitrary bytes, and seeds that were cut, doubled, crossed and
//! spoiled. Beside panics it finds what takes too long or too much memory. The long run is `cargo fuzz`; see
//! `docs/testing.md`.

mod allocations;
mod bodies;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use bodies::{TARGETS, Target};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// Cases of one target; `PUNCHGATE_TEST_FUZZ_CASES` asks for more.
const CASES: u32 = 400;
/// What one input may take, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// Memory at one time: a fixed part, and so many bytes for each byte that came in.
const MEMORY: (u64, u64) = (16 << 20, 400);

/// Pieces of what is read, to stand where they do not belong.
const DICTIONARY: &[&str] = &[
    "NEW_ITEM-",
    "NEW_ITEM-LONGTEXT_1:132[]",
    "[1]",
    "[99999999999]",
    "[]",
    "HOOK_URL=",
    "https://",
    "SAPEVENT:POST",
    "%",
    "%00",
    "%E2%82",
    "&",
    "=",
    "<form>",
    "<input name=\"",
    "\" value='",
    "<textarea>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<meta charset=utf-16>",
    "{{ ",
    " }}",
    "{% for x in range(9999) %}",
    "{% endfor %}",
    "| upper",
    "\"net\":",
    "1e9999",
    "-0",
    "null",
    "{",
    "[",
    "\\ud800",
    "\"lines\":[",
    "<ARTICLE>",
    "</ARTICLE>",
    "<!ENTITY a \"b\">",
    "&a;",
    "&#0;",
    ";",
    "\"",
    "\u{feff}",
    "\u{0}",
    "\u{202e}",
    "\r\n",
    "ÿ",
];

/// One thing that is done to a seed.
#[derive(Clone, Debug)]
enum Change {
    Delete(Index, u8),
    Double(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Cross(Index, Index),
    Word(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, length)| Change::Delete(at, length)),
        (at(), any::<u8>()).prop_map(|(at, length)| Change::Double(at, length)),
        (at(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (at(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at()).prop_map(|(at, other)| Change::Cross(at, other)),
        (at(), at()).prop_map(|(at, word)| Change::Word(at, word)),
    ]
}

fn changed(mut data: Vec<u8>, changes: &[Change], other: &[u8]) -> Vec<u8> {
    for change in changes {
        let size = data.len();
        let place = move |at: &Index| at.index(size + 1);
        let range = move |at: &Index, length: u8| place(at)..(place(at) + usize::from(length)).min(size);
        match change {
            Change::Delete(at, length) => drop(data.drain(range(at, *length))),
            Change::Double(at, length) => {
                let range = range(at, *length);
                let (end, piece) = (range.end, data[range].to_vec());
                data.splice(end..end, piece);
            }
            Change::Flip(at, bits) => {
                let at = place(at);
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Change::Insert(at, bytes) => {
                let at = place(at);
                data.splice(at..at, bytes.iter().copied());
            }
            Change::Cross(at, from) => {
                let at = place(at);
                data.truncate(at);
                data.extend_from_slice(&other[from.index(other.len() + 1)..]);
            }
            Change::Word(at, word) => {
                let at = place(at);
                data.splice(at..at, word.get(DICTIONARY).bytes());
            }
        }
    }
    data
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds")
}

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder().join(target.name)).expect("seeds").flatten().map(|file| file.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no seeds", target.name);
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

#[track_caller]
fn feed(target: &Target, data: &[u8]) {
    let started = Instant::now();
    let memory = measure(|| (target.body)(data));
    let shown = || String::from_utf8_lossy(&data[..data.len().min(2_000)]).into_owned();
    assert!(started.elapsed() < PATIENCE, "{} takes {:?} for {:?}", target.name, started.elapsed(), shown());
    let allowed = MEMORY.0 + MEMORY.1 * data.len() as u64;
    assert!(memory.bytes_max < allowed, "{} takes {} bytes for {:?}", target.name, memory.bytes_max, shown());
}

fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| feed(target, seed));
    let cases = std::env::var("PUNCHGATE_TEST_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mutated = (any::<Index>(), any::<Index>(), prop::collection::vec(change(), 1..12));
    let mutated = mutated.prop_map(|(seed, other, changes)| {
        changed(seed.get::<Vec<u8>>(&seeds).clone(), &changes, other.get::<Vec<u8>>(&seeds))
    });
    let bytes = prop_oneof![
        6 => mutated,
        1 => prop::collection::vec(any::<u8>(), 0..600),
        1 => any::<String>().prop_map(String::into_bytes),
    ];
    let outcome = TestRunner::new(config).run(&bytes, |data| {
        feed(target, &data);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{name}: {failure}");
    }
}

#[test]
fn no_call_upsets_its_reader() {
    run("call");
}

#[test]
fn no_hook_upsets_the_form() {
    run("hook");
}

#[test]
fn no_cart_upsets_the_mapping() {
    run("cart");
}

#[test]
fn no_template_takes_more_than_its_share() {
    run("template");
}

#[test]
fn no_return_upsets_its_reader() {
    run("returned");
}

#[test]
fn nothing_that_is_pasted_upsets_the_checker() {
    run("checker");
}

#[test]
fn no_file_upsets_the_readers_of_catalogs() {
    run("catalog");
}

#[test]
fn every_target_has_its_file_and_the_other_way_round() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the targets")
        .flatten()
        .map(|file| file.path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut names: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn much_of_the_same_stays_quick_and_small() {
    // What doubles in length must not take four times as long: a megabyte of each is no matter of minutes.
    let many = |piece: &str, count: usize| piece.repeat(count).into_bytes();
    for (name, data) in [
        ("call", many("&", 60_000)),
        ("call", many("a=b&", 15_000)),
        ("call", [b"HOOK_URL=".as_slice(), &many("%25", 20_000)].concat()),
        ("hook", many("https://b.example/?a=b&", 80)),
        ("returned", many("<form>", 40_000)),
        ("returned", many("<div>", 40_000)),
        ("returned", many("<table><form>", 20_000)),
        ("returned", many("<input name=NEW_ITEM-UNIT[1] value=x>", 8_000)),
        ("returned", many("<select><option>", 15_000)),
        ("returned", many("&", 250_000)),
        ("returned", many("NEW_ITEM-UNIT=x&", 15_000)),
        ("returned", many("NEW_ITEM-LONGTEXT_1:132[]=x&", 9_000)),
        ("checker", many("[", 250_000)),
        ("checker", many("{\"a\":", 50_000)),
        ("checker", many("<a>", 80_000)),
        ("checker", many("&lt;", 60_000)),
        ("cart", many("[", 250_000)),
        ("catalog", many("<a>", 80_000)),
        ("catalog", many("<BMECAT>", 30_000)),
        ("catalog", many(";", 250_000)),
        ("catalog", many("\"", 250_000)),
        ("template", many("{{ 1 }}", 500)),
        ("template", many("{% for x in range(9999) %}", 40).into_iter().chain(many("{% endfor %}", 40)).collect()),
    ] {
        let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
        feed(target, &data);
    }
}
