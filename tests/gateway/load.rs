//! `punchgate load` against a real gateway.

use serde_json::Value;

use crate::support::{API_KEY, Gateway, HOOK, Installation, PASSWORD, on_both_databases};

fn load(installation: &Installation, gateway: &Gateway, more: &[&str]) -> std::process::Output {
    let mut command = installation.command();
    command.args(["load", "--url", &gateway.url, "--system", "srm", "--user", "buyer@acme-customer.example"]);
    command.args(["--hook", HOOK, "--warm-up", "0s"]).args(more);
    if !more.contains(&"--duration") {
        command.args(["--duration", "1s"]);
    }
    command.env("PUNCHGATE_LOAD_PASSWORD", PASSWORD).env("PUNCHGATE_LOAD_API_KEY", API_KEY);
    command.output().expect("the binary runs")
}

fn json(installation: &Installation, gateway: &Gateway, more: &[&str]) -> Value {
    let output = load(installation, gateway, &[&["--json"], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn visits_are_made_and_told_in_both_loops() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let told = json(&acme.installation, &gateway, &["--mix", "round-trip=1,warm=1", "--concurrency", "2"]);
        assert_eq!(told["loop"], "closed");
        let good = |told: &Value, step: &str| told["steps"][step]["good"].as_u64().unwrap_or_default();
        let trips = good(&told, "round trip");
        assert!(trips > 0, "{told:#}");
        for step in ["redeem", "cart", "return"] {
            assert_eq!(good(&told, step), trips, "{step}: {told:#}");
        }
        assert!(good(&told, "login") > trips, "the other half of the mix");
        assert_eq!(told["steps"]["login"]["refused"], serde_json::json!({}), "{told:#}");
        let latency = &told["steps"]["round trip"]["latency_ms"];
        let at = |name: &str| latency[name].as_f64().expect("a latency");
        assert!(at("p50") <= at("p99") && at("p99") <= at("max") && at("p50") > 0.0, "{latency}");

        // What the gateway counted is what was told.
        let open = json(&acme.installation, &gateway, &["--mix", "warm", "--rate", "20"]);
        assert_eq!((open["loop"].as_str(), open["set"]["rate"].as_f64()), (Some("open"), Some(20.0)));
        assert_eq!(good(&open, "login"), 20, "{open:#}");
        let metrics = crate::support::get(&gateway.metrics_url).text();
        let counted = metrics.lines().find_map(|line| line.strip_prefix("punchgate_punchouts_total "));
        assert_eq!(counted.and_then(|count| count.parse().ok()), Some(good(&told, "login") + 20), "{metrics}");
    });
}

#[test]
fn a_flood_is_told_apart_by_its_answers() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    // Ten failures from one address are allowed.
    let told = json(&acme.installation, &gateway, &["--mix", "flood", "--rate", "30"]);
    let flood = &told["steps"]["flood"];
    assert_eq!((flood["good"].as_u64(), flood["refused"]["429"].as_u64()), (Some(10), Some(20)), "{told:#}");
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    let said = |more: &[&str]| {
        let output = load(&acme.installation, &gateway, more);
        assert!(!output.status.success(), "{more:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&["--mix", "tepid"]).contains("there are warm, cold, round-trip, validate, flood"));
    assert!(said(&["--rate", "0"]).contains("from 0.01 to 1000000"));
    assert!(said(&["--duration", "soon"]).contains("a span of time such as 30s or 5m"));
    assert!(said(&["--mix", "warm", "--rate", "5", "--system", "nowhere"]).contains("cannot be used multiple times"));
    let table = load(&acme.installation, &gateway, &["--mix", "warm", "--rate", "10"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("open loop, 10 visits a second") && table.contains("p99.9"), "{table}");
    assert!(!table.contains(PASSWORD) && !table.contains(API_KEY), "{table}");
}
