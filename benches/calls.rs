//! What reading a call costs: parameters, call, hook.
//!
//! `cargo bench --bench calls`

mod fixtures;

/// As in the server.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fixtures::cpu::{CpuTime, criterion};
use punchgate::oci::call::{Call, Names, Parameters};
use punchgate::oci::hook::HookPolicy;

fn benches(c: &mut Criterion<CpuTime>) {
    let login = "USERNAME=buyer%40example.com&PASSWORD=correct+horse&HOOK_URL=https%3A%2F%2Fsrm.example.com%2Fsap%2Fits%2Fbbpsc01%3Fsap-client%3D100%26sap-sessionid%3DABC123";
    let standard = format!(
        "{login}&OCI_VERSION=4.0&OPI_VERSION=1.0&http_content_charset=utf-8&returntarget=_parent&%7EOkCode=ADDI&%7ETARGET=_top&%7ECALLER=CTLG"
    );
    let german = format!("{standard}&kostenstelle=Gr%F6%DFe&NEW_ITEM-VENDOR=0000012345&sap-language=DE");
    let mut long = standard.clone();
    (0..150).for_each(|n| long.push_str(&format!("&parameter{n}=value+number+{n}%2C+encoded")));

    let names = Names::default();
    let policy = HookPolicy::read(&["https://srm.example.com/sap/".to_owned()]).expect("a policy");
    let mut group = c.benchmark_group("call");
    for (name, query, body) in [
        ("GET, login only", login, ""),
        ("POST, standard", "", standard.as_str()),
        ("GET, windows-1252", german.as_str(), ""),
        ("POST, 160 parameters", "", long.as_str()),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let parameters = Parameters::read(black_box(query.as_bytes()), black_box(body.as_bytes()), None);
                let call = Call::read(&parameters.expect("parameters"), &names).expect("a call");
                let hook = policy.allow(call.hook.as_deref().expect("a hook")).expect("an allowed hook");
                (call, hook)
            })
        });
    }
    group.finish();
}

criterion_group!(name = group; config = criterion(); targets = benches);
criterion_main!(group);
