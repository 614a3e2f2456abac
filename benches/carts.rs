//! What a cart costs, step by step and as a whole: the shop's JSON, its items, the form, the page, and how the form is
//! stored and read again. Each for 10 to 10,000 lines.
//!
//! `cargo bench --bench carts`, or one step with a part of its name: `cargo bench --bench carts -- 'page/utf-8'`

mod fixtures;

/// As in the server.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fixtures::cpu::{CpuTime, criterion};
use fixtures::{SIZES, TEXTS, cart, facts, form, generic, hook, mapped, with_templates};
use punchgate::mapping::cart::Cart;
use punchgate::oci::page::Form;
use punchgate::oci::xml;

/// One step: its name, and how the work on a cart of so many lines is made.
fn step(c: &mut Criterion<CpuTime>, name: &str, work: impl Fn(usize) -> Box<dyn Fn() -> usize>) {
    let mut group = c.benchmark_group(name);
    for lines in SIZES {
        group.throughput(Throughput::Elements(lines as u64));
        group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
        group.sample_size(if lines > 1_000 { 20 } else { 50 });
        let work = work(lines);
        group.bench_function(BenchmarkId::from_parameter(lines), |b| b.iter(&work));
    }
    group.finish();
}

fn benches(c: &mut Criterion<CpuTime>) {
    step(c, "cart/1 read", |lines| {
        let json = cart(lines);
        Box::new(move || Cart::read(black_box(&json)).expect("a good cart").lines.len())
    });
    step(c, "cart/2 map, default", |lines| {
        let (profile, cart) = (generic(), Cart::read(&cart(lines)).expect("a good cart"));
        Box::new(move || mapped(&profile, black_box(&cart)).len())
    });
    step(c, "cart/2 map, templates", |lines| {
        let (profile, cart) = (with_templates(), Cart::read(&cart(lines)).expect("a good cart"));
        Box::new(move || mapped(&profile, black_box(&cart)).len())
    });
    for charset in ["utf-8", "iso-8859-1", "windows-1252"] {
        step(c, &format!("cart/3 form, {charset}"), |lines| {
            let (profile, hook, facts) = (generic(), hook(), facts(charset));
            let items = mapped(&profile, &Cart::read(&cart(lines)).expect("a good cart"));
            Box::new(move || form(&profile, &hook, &facts, black_box(&items)).action.len())
        });
        step(c, &format!("cart/4 page, {charset}"), |lines| {
            let form = made(lines, charset);
            Box::new(move || black_box(&form).encoded_page("nonce", &TEXTS).len())
        });
    }
    step(c, "cart/3 XML document", |lines| {
        let items = mapped(&generic(), &Cart::read(&cart(lines)).expect("a good cart"));
        Box::new(move || xml::encoded(&xml::document(black_box(&items))).len())
    });
    step(c, "cart/3+4 form and page, utf-8", |lines| {
        let (profile, hook, facts) = (generic(), hook(), facts("utf-8"));
        let items = mapped(&profile, &Cart::read(&cart(lines)).expect("a good cart"));
        Box::new(move || form(&profile, &hook, &facts, black_box(&items)).encoded_page("nonce", &TEXTS).len())
    });
    step(c, "cart/5 store the form", |lines| {
        let form = made(lines, "utf-8");
        Box::new(move || serde_json::to_string(black_box(&form)).expect("JSON").len())
    });
    step(c, "cart/6 read the stored form", |lines| {
        let stored = serde_json::to_string(&made(lines, "utf-8")).expect("JSON");
        Box::new(move || serde_json::from_str::<Form>(black_box(&stored)).expect("a form").action.len())
    });
    step(c, "cart/whole, from JSON to page", |lines| {
        let (profile, hook, facts, json) = (generic(), hook(), facts("utf-8"), cart(lines));
        Box::new(move || {
            let items = mapped(&profile, &Cart::read(black_box(&json)).expect("a good cart"));
            form(&profile, &hook, &facts, &items).encoded_page("nonce", &TEXTS).len()
        })
    });
}

fn made(lines: usize, charset: &str) -> Form {
    let profile = generic();
    let items = mapped(&profile, &Cart::read(&cart(lines)).expect("a good cart"));
    form(&profile, &hook(), &facts(charset), &items)
}

criterion_group!(name = group; config = criterion(); targets = benches);
criterion_main!(group);
