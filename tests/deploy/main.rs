//! What is deployed with: held against the schemas of Compose and Kubernetes, and against the program itself, so that a
//! setting, an address or a metric that was renamed is renamed there too.
//!
//! YAML is read by node (`npm ci --prefix tests/deploy`). Where it is missing its part is skipped with a line, unless
//! `PUNCHGATE_TEST_REQUIRE_DEPLOY` is set; Kubernetes' own schema, `docker compose` and systemd are used where they are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use punchgate::config::SETTINGS;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the script beside this makes of a file; None where node or its packages are missing.
fn node(what: &str, file: &Path) -> Option<Vec<Value>> {
    let folder = root().join("tests/deploy");
    let installed = folder.join("node_modules/ajv").exists()
        && Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !installed {
        let required = std::env::var_os("PUNCHGATE_TEST_REQUIRE_DEPLOY").is_some();
        assert!(!required, "node or its packages are missing (npm ci --prefix tests/deploy), and they are required");
        eprintln!("skipped: node or its packages are missing (npm ci --prefix tests/deploy)");
        return None;
    }
    let output = Command::new("node").arg("deploy.js").arg(what).arg(file).current_dir(folder).output();
    let output = output.expect("node runs");
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn yaml(path: &str) -> Option<Vec<Value>> {
    node("json", &root().join(path))
}

fn manifests() -> Option<Vec<Value>> {
    let list = yaml("deploy/kubernetes/kustomization.yaml")?.remove(0);
    let listed = list["resources"].as_array().expect("resources").clone();
    let read = |name: &Value| yaml(&format!("deploy/kubernetes/{}", name.as_str().expect("a name"))).expect("node");
    Some(listed.iter().flat_map(read).collect())
}

fn of_kind<'a>(manifests: &'a [Value], kind: &str) -> &'a Value {
    manifests.iter().find(|manifest| manifest["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

/// Seconds of `40s`.
fn seconds(span: &Value) -> i64 {
    punchgate::config::read_span(span.as_str().expect("a span of time")).expect("a span") / punchgate::clock::SECOND
}

fn default_of(setting: &str) -> Value {
    SETTINGS.iter().find(|(name, ..)| *name == setting).expect("a setting").1.into()
}

#[test]
fn the_compose_file_is_one_by_the_schema_of_its_specification() {
    let Some(errors) = node("compose", &root().join("docker-compose.yml")) else { return };
    assert_eq!(errors, Vec::<Value>::new());
    // And the schema does say something.
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("wrong.yml");
    std::fs::write(&wrong, text("docker-compose.yml").replace("stop_grace_period", "stop_grace")).expect("a file");
    assert!(!node("compose", &wrong).expect("node").is_empty());
}

#[test]
fn docker_compose_itself_takes_the_file_where_it_is_installed() {
    let has = Command::new("docker").args(["compose", "version"]).output().is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("skipped: docker compose is not installed");
        return;
    }
    let mut config = Command::new("docker");
    config.args(["compose", "config", "--quiet"]).current_dir(root());
    let output = config.env("POSTGRES_PASSWORD", "x").env("GRAFANA_PASSWORD", "x").output().expect("docker runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn proxy_metrics_and_gateways_of_the_compose_file_know_of_each_other() {
    let Some(compose) = yaml("docker-compose.yml") else { return };
    let services = compose[0]["services"].as_object().expect("services");
    for (name, service) in services {
        let image = service["image"].as_str().expect("an image");
        let version = image.rsplit_once(':').map(|(_, tag)| tag.trim_start_matches('v')).unwrap_or_default();
        let is_pinned = version.split('.').count() >= 2 && version.starts_with(|c: char| c.is_ascii_digit());
        assert!(is_pinned || image == "punchgate", "{name}: {image}");
    }
    let gateways: BTreeSet<&str> = services.keys().map(String::as_str).filter(|n| n.starts_with("gateway-")).collect();
    assert_eq!(gateways.len(), 2);
    let caddy = text("deploy/caddy/Caddyfile");
    let prometheus = yaml("deploy/prometheus/prometheus.yml").expect("node").remove(0);
    let targets = prometheus["scrape_configs"][0]["static_configs"][0]["targets"].as_array().expect("targets");
    assert_eq!(targets.len(), gateways.len());
    for name in gateways {
        let service = &services[name];
        assert!(caddy.contains(&format!(" {name}:8080")), "{name} gets requests");
        assert!(targets.contains(&format!("{name}:9464").into()), "{name} is measured");
        let proxy = &services["caddy"]["networks"]["default"]["ipv4_address"];
        assert_eq!(&service["environment"]["PUNCHGATE_TRUSTED_PROXIES"], proxy);
        assert!(seconds(&service["stop_grace_period"]) > seconds(&default_of("shutdown_timeout")));
    }
    assert!(caddy.contains("health_uri /health/ready"));
    let (dockerfile, app) = (text("Dockerfile"), text("src/web/app.rs"));
    assert!(app.contains("\"/health/ready\"") && app.contains("\"/health/live\""));
    assert!(dockerfile.contains("PUNCHGATE_LISTEN=0.0.0.0:8080") && dockerfile.contains("METRICS_LISTEN=0.0.0.0:9464"));
}

#[test]
fn every_setting_that_is_deployed_exists() {
    for path in [
        "docker-compose.yml",
        "Dockerfile",
        "deploy/systemd/punchgate.service",
        "deploy/kubernetes/settings.yaml",
        "deploy/kubernetes/migrate.yaml",
        "deploy/kubernetes/deployment.yaml",
    ] {
        let text = text(path);
        let names: BTreeSet<String> = text
            .split("PUNCHGATE_")
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>())
            .collect();
        assert!(!names.is_empty(), "{path}");
        for name in names.iter().map(|name| name.to_lowercase()) {
            // The name of the machine is the compose file's own.
            let is_known = name == "host" || SETTINGS.iter().any(|(setting, ..)| *setting == name);
            assert!(is_known, "{path}: there is no setting {name}");
        }
    }
}

#[test]
fn every_metric_that_is_shown_or_watched_is_counted() {
    let described = text("src/telemetry.rs");
    let names = |text: &str| -> BTreeSet<String> {
        let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
        text.split("punchgate_").skip(1).map(|rest| format!("punchgate_{}", name(rest))).collect()
    };
    let dashboard: Value = serde_json::from_str(&text("deploy/grafana/dashboards/punchgate.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut shown = BTreeSet::new();
    for panel in panels {
        assert_eq!(panel["datasource"]["uid"], "prometheus");
        for target in panel["targets"].as_array().expect("targets") {
            shown.extend(names(target["expr"].as_str().expect("an expression")));
        }
    }
    assert!(shown.len() > 5, "{shown:?}");
    shown.extend(names(&text("deploy/prometheus/rules.yml")));
    for name in &shown {
        assert!(described.contains(&format!("\"{name}\"")), "nobody counts {name}");
    }
    let source = text("deploy/grafana/provisioning/datasources/prometheus.yml");
    assert!(source.contains("uid: prometheus\n"), "the panels find their source");
}

#[test]
fn the_manifests_are_ones_by_the_schema_of_kubernetes_where_it_is_installed() {
    let Some(manifests) = manifests() else { return };
    let has = Command::new("python3").args(["-c", "import kubernetes_validate"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: Python's kubernetes-validate is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for manifest in manifests {
        let file = folder.path().join("manifest.json");
        std::fs::write(&file, manifest.to_string()).expect("a file");
        let validated = Command::new("python3").args(["-m", "kubernetes_validate", "--strict"]).arg(&file).output();
        let validated = validated.expect("python3 runs");
        let said = String::from_utf8_lossy(&[validated.stdout, validated.stderr].concat()).into_owned();
        assert!(said.contains(" passed for resource ") && !said.contains("ERROR"), "{manifest}: {said}");
    }
}

#[test]
fn pods_are_asked_where_the_gateway_answers_end_in_time_and_may_do_little() {
    let Some(manifests) = manifests() else { return };
    let settings = &of_kind(&manifests, "ConfigMap")["data"];
    let deployment = &of_kind(&manifests, "Deployment")["spec"];
    let pod = &deployment["template"]["spec"];
    let container = &pod["containers"][0];
    let ports: Vec<&str> =
        container["ports"].as_array().expect("ports").iter().filter_map(|p| p["name"].as_str()).collect();
    for (probe, path) in [("startupProbe", "live"), ("livenessProbe", "live"), ("readinessProbe", "ready")] {
        let asked = &container[probe]["httpGet"];
        assert_eq!(asked["path"], format!("/health/{path}"), "{probe}");
        assert!(ports.contains(&asked["port"].as_str().expect("a port by name")), "{probe}");
    }
    let pause = container["lifecycle"]["preStop"]["exec"]["command"][1].as_str().expect("seconds");
    let needed = seconds(&settings["PUNCHGATE_SHUTDOWN_TIMEOUT"]) + pause.parse::<i64>().expect("seconds");
    assert!(pod["terminationGracePeriodSeconds"].as_i64().is_some_and(|grace| grace > needed), "{needed} s are needed");

    let labels = &deployment["template"]["metadata"]["labels"]["app.kubernetes.io/name"];
    let service = &of_kind(&manifests, "Service")["spec"];
    assert_eq!(&service["selector"]["app.kubernetes.io/name"], labels);
    assert!(ports.contains(&service["ports"][0]["targetPort"].as_str().expect("a port by name")));
    let budget = &of_kind(&manifests, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"];
    assert_eq!(&budget["app.kubernetes.io/name"], labels);
    let scaled = &of_kind(&manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"];
    assert_eq!((&scaled["kind"], &scaled["name"]), (&"Deployment".into(), labels));

    let job = &of_kind(&manifests, "Job")["spec"]["template"]["spec"];
    for pod in [pod, job] {
        let container = &pod["containers"][0];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert!(text("Dockerfile").contains(&format!("--uid {}", pod["securityContext"]["runAsUser"])));
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
        let url = &container["env"][0];
        assert_eq!(url["name"], "PUNCHGATE_DATABASE_URL");
        assert!(url["value"].is_null() && url["valueFrom"]["secretKeyRef"]["name"].is_string(), "only by reference");
    }
}

#[test]
fn the_unit_is_one_by_systemd_and_leaves_little_to_do() {
    let analyze = |arguments: &[&str]| {
        Command::new("systemd-analyze")
            .args(arguments)
            .arg("deploy/systemd/punchgate.service")
            .current_dir(root())
            .output()
    };
    let Ok(verified) = analyze(&["verify"]) else {
        eprintln!("skipped: systemd-analyze is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    // The program itself need not be installed here, nor its user be made.
    let faults: Vec<&str> = said.lines().filter(|line| !line.contains("is not executable")).collect();
    let faults: Vec<&&str> = faults.iter().filter(|line| line.contains("punchgate")).collect();
    assert!(faults.is_empty(), "{faults:?}");
    // Tenths of an exposure from 0 to 10.
    let secured = analyze(&["security", "--offline=true", "--threshold=20"]).expect("systemd-analyze runs");
    assert!(secured.status.success(), "{}", String::from_utf8_lossy(&secured.stdout));
    let unit = text("deploy/systemd/punchgate.service");
    let stop = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).expect("a time to stop");
    assert!(seconds(&stop.into()) > seconds(&default_of("shutdown_timeout")));
}
