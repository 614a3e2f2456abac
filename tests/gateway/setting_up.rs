//! Setting up from files and the command line: apply, export, imports, accounts, migrations, settings.

use serde_json::Value;

use crate::support::{API_KEY, Acme, Installation, PASSWORD, bolts, eventually, on_both_databases};

fn err(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The installation's setup file on the command line, with further arguments.
fn apply_with(acme: &Acme, toml: &str, arguments: &[&str]) -> String {
    let path = acme.installation.file("setup.toml", toml);
    let mut all = vec!["apply", path.to_str().expect("a path")];
    all.extend(arguments);
    acme.installation.punchgate(&all)
}

#[test]
fn a_second_run_changes_nothing_not_even_the_password() {
    on_both_databases(|installation| {
        let acme = installation.with_acme(
            "[system.form]\nfirst_index = 0\n[[system.field]]\nname = \"MATGROUP\"\nfixed = \"1\"\nmax = 10",
        );
        let setup = acme
            .setup("[system.form]\nfirst_index = 0\n[[system.field]]\nname = \"MATGROUP\"\nfixed = \"1\"\nmax = 10");
        let hashes = || acme.installation.punchgate(&["export", "--with-password-hashes"]);
        let before = hashes();
        assert_eq!(acme.installation.apply(&setup), "no changes\n");
        assert_eq!(hashes(), before, "the password keeps its hash");
        // Another password is a change, and is not shown.
        let changed = acme.installation.apply(&setup.replace(PASSWORD, "another horse"));
        assert_eq!(changed, "~ customer acme/10001\n    password: changed\n1 change\n");
    });
}

#[test]
fn a_dry_run_shows_what_the_real_run_then_does_and_does_nothing() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let before = acme.installation.punchgate(&["export", "--with-password-hashes"]);
        let changed = format!(
            "{}\n[[customer]]\nshop = \"acme\"\nnumber = \"10002\"\nemail = \"second@acme-customer.example\"\npassword = \"x\"\n",
            acme.setup("active = false\n[system.units]\ndefault = \"C62\"").replace("Acme Tools", "Acme & Sons")
        );
        let shown = apply_with(&acme, &changed, &["--dry-run"]);
        assert_eq!(acme.installation.punchgate(&["export", "--with-password-hashes"]), before);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.last(), Some(&"3 changes; nothing was done, this was a dry run"));

        let done = apply_with(&acme, &changed, &[]);
        let done: Vec<&str> = done.lines().collect();
        assert_eq!(lines[..lines.len() - 1], done[..done.len() - 1]);
        assert_eq!(
            done,
            [
                "~ shop acme",
                "    name: \"Acme Tools\" → \"Acme & Sons\"",
                "~ system srm",
                "    active: true → false",
                "    units: (preset) → {\"default\":\"C62\"}",
                "+ customer acme/10002",
                "3 changes"
            ]
        );
    });
}

#[test]
fn what_the_file_does_not_name_stays_unless_it_is_pruned() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_other_shop();
        let all = acme.setup("");
        let (shop_and_system, _) = all.split_once("[[customer]]").expect("a customer");
        assert_eq!(acme.installation.apply(shop_and_system), "no changes\n");

        let shown = apply_with(&acme, shop_and_system, &["--prune", "--dry-run"]);
        let done = apply_with(&acme, shop_and_system, &["--prune"]);
        assert_eq!(done, "- assignment srm/10001\n- customer acme/10001\n- shop other\n3 changes\n");
        assert_eq!(shown.lines().take(3).collect::<Vec<_>>(), done.lines().take(3).collect::<Vec<_>>());
        let left = acme.installation.punchgate(&["export"]);
        assert!(!left.contains("10001") && !left.contains("Other Tools") && left.contains("Acme Tools"), "{left}");
        // Its license is free again.
        assert_eq!(acme.installation.apply(&all).lines().last(), Some("2 changes"));
    });
}

#[test]
fn a_pruned_customers_license_and_email_may_go_to_his_successor_in_the_same_run() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let successor = acme.setup("").replace("\"10001\"", "\"20001\"");
        let done = apply_with(&acme, &successor, &["--prune"]);
        assert_eq!(
            done,
            "- assignment srm/10001\n- customer acme/10001\n+ customer acme/20001\n+ assignment srm/20001\n4 changes\n"
        );
        let gateway = acme.installation.serve();
        let entry = gateway.shop().redeem(&gateway.buyer().call().token());
        assert_eq!(entry["customer"]["number"], "20001");
    });
}

#[test]
fn a_punchout_outlives_its_customer_and_tells_the_shop_so() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        let all = acme.setup("");
        apply_with(&acme, all.split_once("[[customer]]").expect("a customer").0, &["--prune"]);
        assert_eq!(gateway.buyer().call().refusal(), (401, "login-wrong".into()));
        assert_eq!(gateway.shop().status(&punchout)["customer"]["number"], "10001");
        gateway.shop().cart(&punchout, &bolts());
    });
}

#[test]
fn an_error_in_the_last_entry_leaves_everything_as_it_was() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let before = acme.installation.punchgate(&["export", "--with-password-hashes"]);
        let wrong = format!(
            "{}\n[[assignment]]\nsystem = \"srm\"\ncustomer = \"99999\"\n",
            acme.setup("active = false").replace("Acme Tools", "Acme & Sons").replace(PASSWORD, "another horse")
        );
        let refused = acme.installation.try_apply(&wrong);
        assert_eq!(refused.status.code(), Some(1));
        assert!(refused.stdout.is_empty(), "nothing was done, so nothing is shown as done");
        let sentence = err(&refused);
        assert!(
            sentence.contains("assignment srm/99999: there is no customer 99999 in the system's shop"),
            "{sentence}"
        );
        assert_eq!(acme.installation.punchgate(&["export", "--with-password-hashes"]), before);
    });
}

#[test]
fn secrets_come_from_the_environment_and_a_missing_variable_is_named() {
    on_both_databases(|installation| {
        let mut acme = installation.with_acme("");
        let setup = acme.setup("").replace(PASSWORD, "env:BUYER_PASSWORD").replace(API_KEY, "env:ACME_API_KEY");
        acme.installation.set_variable("BUYER_PASSWORD", PASSWORD);
        let sentence = err(&acme.installation.try_apply(&setup));
        assert!(
            sentence.contains("shop acme: api_key: the environment variable ACME_API_KEY is not set"),
            "{sentence}"
        );
        acme.installation.set_variable("ACME_API_KEY", API_KEY);
        assert_eq!(acme.installation.apply(&setup), "no changes\n", "they are the same secrets");
    });
}

#[test]
fn two_systems_and_two_customers_may_swap_their_licenses() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let more = acme.installation.issue("system");
        more.iter().for_each(|key| acme.installation.connect(key));
        let setup = |keys: [&str; 4]| {
            let first = acme.setup("").replace(&acme.system_key, keys[0]).replace(&acme.customer_key, keys[1]);
            format!(
                r#"{first}
[[system]]
shop = "acme"
slug = "basware"
name = "Basware"
license = "{}"
hooks = ["https://basware.example.com"]

[[assignment]]
system = "basware"
customer = "10001"
license = "{}"
"#,
                keys[2], keys[3]
            )
        };
        let straight = [acme.system_key.as_str(), &acme.customer_key, &more[0], &more[1]];
        let crossed = [more[0].as_str(), &more[1], &acme.system_key, &acme.customer_key];
        acme.installation.apply(&setup(straight));
        let swapped = acme.installation.apply(&setup(crossed));
        assert_eq!(
            swapped,
            "~ system srm\n    license: replaced\n~ system basware\n    license: replaced\n\
             ~ assignment srm/10001\n    license: replaced\n~ assignment basware/10001\n    license: replaced\n4 changes\n"
        );
        let used_by = |key: &str| {
            let listed = acme.installation.punchgate(&["license", "list", "--json"]);
            let listed: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
            listed.into_iter().find(|license| license["key"] == key).expect("the license")["used_by"].take()
        };
        assert_eq!(used_by(&acme.system_key), "system basware");
        assert_eq!(used_by(&more[1]), "customer 10001 in system srm");

        // One license for two is refused, and told where it is.
        let twice = setup([&acme.system_key, &acme.customer_key, &acme.system_key, &more[1]]);
        let sentence = err(&acme.installation.try_apply(&twice));
        assert!(sentence.contains("license: it is in use by system"), "{sentence}");
        assert_eq!(used_by(&acme.system_key), "system basware");
    });
}

#[test]
fn an_api_key_is_made_and_shown_once_and_works() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let file = r#"
[[shop]]
slug = "other"
name = "Other Tools"
website = "https://shop.other.example"
account = "owner@acme.example"
connector = { kind = "redirect", entry_url = "https://shop.other.example/enter" }
"#;
        let dry = apply_with(&acme, file, &["--dry-run"]);
        assert!(!dry.contains("API key"), "a dry run makes none: {dry}");
        let made = acme.installation.apply(file);
        let key = made.lines().find_map(|line| line.strip_prefix("API key of shop other, shown only now: "));
        let key = key.expect("a key").to_owned();
        assert!(key.len() >= 32, "{key}");
        assert_eq!(acme.installation.apply(file), "no changes\n");
        assert!(!acme.installation.punchgate(&["export"]).contains(&key));
        let stored = acme.installation.stored();
        assert!(!stored.windows(key.len()).any(|window| window == key.as_bytes()), "only its hash is stored");

        let gateway = acme.installation.serve();
        let mut shop = gateway.shop();
        shop.api_key = key;
        assert_eq!(shop.try_redeem("nobody's").refusal(), (404, "entry-unknown".into()));
    });
}

#[test]
fn a_new_api_key_replaces_the_old_one_while_the_gateway_runs() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let rotated = "rotated-key-for-tests-0123456789";
        let changed = acme.installation.apply(&acme.setup("").replace(API_KEY, rotated));
        assert_eq!(changed, "~ shop acme\n    api_key: replaced\n1 change\n");
        eventually("the old key is worthless", || gateway.shop().try_redeem("x").status == 401);
        let mut shop = gateway.shop();
        shop.api_key = rotated.into();
        assert_eq!(shop.try_redeem("x").refusal(), (404, "entry-unknown".into()));
    });
}

#[test]
fn an_unknown_key_in_the_file_is_named_with_its_line() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let before = acme.installation.punchgate(&["export"]);
        let refused = |toml: &str| {
            let output = acme.installation.try_apply(toml);
            assert_eq!(output.status.code(), Some(1), "{toml}");
            err(&output)
        };
        let sentence = refused("[[shop]]\nslug = \"acme\"\nwebsit = \"https://shop.acme.example\"\n");
        assert!(sentence.contains("line 3") && sentence.contains("`websit`"), "{sentence}");
        let sentence = refused("[[shopp]]\nslug = \"acme\"\n");
        assert!(sentence.contains("line 1") && sentence.contains("`shopp`"), "{sentence}");
        // Settings of a system too: there the place is the system.
        let sentence = refused(&acme.setup("[system.form]\nmetod = \"GET\""));
        assert!(sentence.contains("system srm") && sentence.contains("`metod`"), "{sentence}");
        let sentence = refused(&acme.setup("preset = \"sap-r3\""));
        assert!(sentence.contains("there is no preset \"sap-r3\"; there are: generic"), "{sentence}");
        let sentence = refused(&acme.setup("hooks = [\"srm.example.com\"]"));
        assert!(sentence.contains("system srm") && sentence.contains("srm.example.com"), "{sentence}");
        assert_eq!(acme.installation.punchgate(&["export"]), before);
    });
}

#[test]
fn an_export_applied_again_is_no_change_and_holds_no_secret() {
    on_both_databases(|installation| {
        let system = r#"
preset = "generic"
[system.call]
hook_is_last = true
names = { user = "~Username" }
[system.units]
map = { piece = "C62", "m²" = "MTK" }
[[system.field]]
name = "DESCRIPTION"
from = ["custom.short", "name"]
max = 30
"#;
        let acme = installation.with_acme(system);
        let exported = acme.installation.punchgate(&["export"]);
        assert_eq!(acme.installation.apply(&exported), "no changes\n", "{exported}");
        for secret in [PASSWORD, API_KEY, "$argon2"] {
            assert!(!exported.contains(secret), "{exported}");
        }
        assert_eq!(acme.installation.punchgate(&["export"]), exported);
    });
}

#[test]
fn an_export_with_hashes_fills_an_empty_database_as_far_as_its_licenses_allow() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let exported = acme.installation.punchgate(&["export", "--with-password-hashes"]);
        let empty = Installation::on_sqlite();
        // Licenses are the vendor's: keys that were not issued there are refused by name.
        let sentence = err(&empty.try_apply(&exported));
        assert!(sentence.contains("system srm: license: there is no license with this key"), "{sentence}");
        assert_eq!(empty.punchgate(&["export"]).trim(), "", "all or nothing");

        let keys = empty.issue("system");
        keys.iter().for_each(|key| empty.connect(key));
        let mine = exported.replace(&acme.system_key, &keys[0]).replace(&acme.customer_key, &keys[1]);
        let filled = empty.apply(&mine);
        assert!(filled.contains("API key of shop acme, shown only now: "), "{filled}");
        let gateway = empty.serve();
        assert_eq!(gateway.buyer().call().status, 303, "the old password is right");
        assert_eq!(gateway.buyer().with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
    });
}

#[test]
fn customers_come_from_csv_files_as_spreadsheets_write_them() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let import = |content: &str| {
            let path = acme.installation.file("customers.csv", content);
            acme.installation.try_punchgate(&["customer", "import", "--shop", "acme", path.to_str().expect("a path")])
        };
        let told = |output: std::process::Output| {
            assert!(output.status.success(), "{}", err(&output));
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let semicolons = "\u{feff}number;email;password\r\n10001;buyer@acme-customer.example;correct horse\r\n20001;\"a;b@c.example\";pw-of-20001\r\n";
        assert_eq!(told(import(semicolons)), "1 created, 0 changed, 1 unchanged\n");
        assert_eq!(told(import(semicolons)), "0 created, 0 changed, 2 unchanged\n");
        let commas = "number,email,password_hash,active\n20002,d@c.example,$2y$04$abcdefghijklmnopqrstuuKxDJFPqAjDjFgdC2pLPRTx3FCWjkCZ2,true\n20001,new@c.example,,false\n";
        assert_eq!(told(import(commas)), "1 created, 1 changed, 0 unchanged\n");
        let piped = acme.installation.punchgate_with_input(&["customer", "import", "--shop", "acme", "-"], commas);
        assert_eq!(told(piped), "0 created, 0 changed, 2 unchanged\n");
        let exported = acme.installation.punchgate(&["export"]);
        assert!(exported.contains("d@c.example") && exported.contains("new@c.example"), "{exported}");

        let refused = |content: &str| {
            let output = import(content);
            assert_eq!(output.status.code(), Some(1), "{content}");
            err(&output)
        };
        let before = acme.installation.punchgate(&["export", "--with-password-hashes"]);
        for (content, reason) in [
            (
                "number;email;password\n30001;a@b.example;secret-1\n30002;no-address;secret-2\n",
                "line 3: customer \"30002\": this is not an e-mail address",
            ),
            (
                "number;email;password\n30001;a@b.example;secret-1\n;b@b.example;secret-2\n",
                "line 3: customer \"\": this is not a customer number",
            ),
            (
                "number;email;password\n30001;a@b.example;secret-1\n30001;b@b.example;secret-2\n",
                "line 3: customer \"30001\": the customer or his email stands in the file twice",
            ),
            ("number;email;password\n30001;a@b.example;secret-1\n30002;b@b.example;\n", "line 3: a new customer needs"),
            (
                "number;email;password\n30001;a@b.example;secret-1\n30002;d@c.example;secret-2\n",
                "line 3: customer 20002 has the email",
            ),
            (
                "number;email;password_hash\n30001;a@b.example;secret-1\n",
                "line 2: customer \"30001\": password_hash must be",
            ),
            (
                "number;email;active\n30001;a@b.example;perhaps\n",
                "line 2: customer \"30001\": active must be true or false",
            ),
            (
                "number;email;password\n30001;a@b.example;\"secret-1\n30002;b@b.example;secret-2\n",
                "line 2: customer \"\": a value goes on in the next line; is a quotation mark not closed?",
            ),
            ("number;mail\n30001;a@b.example\n", "\"email\" is not among them"),
            ("number;email;passwort\n30001;a@b.example;secret-1\n", "unknown column \"passwort\""),
        ] {
            let sentence = refused(content);
            assert!(sentence.contains(reason), "{content:?}: {sentence}");
            assert!(!sentence.contains("secret-"), "{sentence}");
        }
        assert_eq!(acme.installation.punchgate(&["export", "--with-password-hashes"]), before, "all or nothing");
        acme.installation.file("customers.csv", commas);
        let nowhere = acme.installation.refused(&["customer", "import", "--shop", "nowhere", "customers.csv"]);
        assert!(nowhere.contains("there is no shop \"nowhere\""), "{nowhere}");
    });
}

#[test]
fn an_imported_customer_can_log_in_once_he_is_assigned() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let path = acme.installation.file("customers.csv", "number,email,password\n20001,new@c.example,pw-of-20001\n");
        acme.installation.punchgate(&["customer", "import", "--shop", "acme", path.to_str().expect("a path")]);
        let key = acme.installation.issue("customer").remove(0);
        acme.installation.connect(&key);
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().with("USERNAME", "NEW@c.example").with("PASSWORD", "pw-of-20001");
        assert_eq!(buyer.call().refusal(), (403, "not-assigned".into()));
        acme.installation
            .apply(&format!("[[assignment]]\nsystem = \"srm\"\ncustomer = \"20001\"\nlicense = \"{key}\"\n"));
        assert_eq!(buyer.call().status, 303);
    });
}

#[test]
fn an_account_gets_its_password_from_standard_input_or_a_made_one() {
    on_both_databases(|installation| {
        let add = |input: &str| {
            installation.punchgate_with_input(
                &["user", "add", "Vendor@Punchgate.example", "--role", "vendor", "--password-stdin"],
                input,
            )
        };
        let short = add("short\n");
        assert_eq!(short.status.code(), Some(1));
        assert!(err(&short).contains("the password must have 10 to 1,024 characters"), "{}", err(&short));

        let added = add("a long enough password\n");
        assert!(added.status.success(), "{}", err(&added));
        let told = String::from_utf8_lossy(&added.stdout).into_owned();
        assert_eq!(told, "vendor@punchgate.example may sign in as vendor\n", "and the password is not repeated");

        let made = installation.punchgate(&["user", "add", "owner@acme.example", "--role", "merchant"]);
        let password = made.lines().find_map(|line| line.strip_prefix("password, shown only now: ")).expect("one");
        assert_eq!(password.len(), 20);
        let stored = installation.stored();
        assert!(!stored.windows(password.len()).any(|window| window == password.as_bytes()));

        let wrong = installation.refused(&["user", "add", "nobody", "--role", "vendor"]);
        assert!(wrong.contains("\"nobody\" is not an e-mail address"), "{wrong}");
    });
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_sentence() {
    on_both_databases(|installation| {
        let refused = |name: &str, value: &str| {
            let mut command = installation.command();
            let output =
                command.env(format!("PUNCHGATE_{name}"), value).arg("serve").output().expect("the binary runs");
            assert_eq!(output.status.code(), Some(1), "{name}={value}");
            let sentence = err(&output);
            assert_eq!(sentence.lines().count(), 1, "{sentence}");
            sentence
        };
        for (name, value, allowed) in [
            ("LISTEN", "everywhere", "it must be an address and a port such as 127.0.0.1:8080 or [::]:8080"),
            ("HASH_QUEUE", "0", "it must be a whole number from 1 to 10000"),
            ("ENTRY_LIFETIME", "2h", "it must be a span of time from 1s to 1h, such as 90s, 5m, 8h or 7d"),
            ("MIGRATE", "perhaps", "it must be true or false"),
            (
                "PUBLIC_URL",
                "gateway",
                "it must be a URL such as https://punchout.example.com, without user, password, query or fragment",
            ),
            (
                "LOG",
                "loud",
                "it must be off, error, warn, info, debug or trace, or a filter by module such as warn,punchgate=debug",
            ),
            ("LOG_FORMAT", "xml", "it must be auto, text or json"),
            ("DATABASE_URL", "oracle://db", "it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"),
        ] {
            let expected = format!("punchgate: PUNCHGATE_{name} is \"{value}\": {allowed}\n");
            assert_eq!(refused(name, value), expected);
        }
        let sentence = refused("DATABASE_URL", "mysql://root:hunter2@db/x");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    });
}

#[test]
fn the_settings_file_is_read_and_an_unknown_key_in_it_is_an_error() {
    on_both_databases(|installation| {
        installation.file("punchgate.toml", "entry_lifetime = \"90s\"\nhash_queu = 7\n");
        let sentence = installation.refused(&["migrate"]);
        assert_eq!(
            sentence,
            "punchgate: the settings file punchgate.toml has the unknown key \"hash_queu\"; did you mean \"hash_queue\"?\n"
        );
        installation.file("punchgate.toml", "entry_lifetime = \"90s\"\nhash_queue = 7\n");
        installation.punchgate(&["migrate"]);
        let missing = installation.refused(&["--config", "elsewhere.toml", "migrate"]);
        assert!(missing.contains("the settings file elsewhere.toml cannot be read"), "{missing}");
        // The environment stands above the file.
        let mut command = installation.command();
        let output = command.env("PUNCHGATE_HASH_QUEUE", "0").arg("migrate").output().expect("the binary runs");
        assert!(err(&output).contains("PUNCHGATE_HASH_QUEUE is \"0\""), "{}", err(&output));
    });
}

#[test]
fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    on_both_databases(|installation| {
        let mut command = installation.command();
        command.env("PUNCHGATE_DATABASE_URL", "postgres://punchgate:hunter2@127.0.0.1:1/nowhere").arg("migrate");
        let output = command.output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(1));
        let sentence = err(&output);
        assert!(sentence.contains("cannot open postgres://punchgate:***@127.0.0.1:1/nowhere"), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    });
}

#[test]
fn the_database_file_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    gateway.punch_out();
    let file = acme.installation.database_url.strip_prefix("sqlite://").expect("a file").to_owned();
    for file in [file.clone(), format!("{file}-wal")] {
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}
