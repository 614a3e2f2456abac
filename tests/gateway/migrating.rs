//! The schema: brought up to date, looked at, refused when it is newer than the program.

use std::process::Output;

use crate::support::{Gateway, Installation, on_both_databases};

fn check(installation: &Installation) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = installation.try_punchgate(&["migrate", "--check"]);
    (status.code(), String::from_utf8([stdout, stderr].concat()).expect("UTF-8"))
}

/// Makes the database one that a later version has migrated.
fn migrate_as_a_later_version(installation: &Installation) {
    installation.sql("ALTER TABLE punchouts ADD COLUMN later TEXT");
    installation.sql("ALTER TABLE customers ADD COLUMN later BIGINT NOT NULL DEFAULT 7");
    installation.sql("CREATE TABLE later (id TEXT NOT NULL PRIMARY KEY)");
    installation.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231235959')");
}

#[test]
fn the_schema_is_brought_up_to_date_when_asked_and_looked_at_when_asked() {
    on_both_databases(|installation| {
        let (code, said) = check(&installation);
        assert_eq!(code, Some(3), "{said}");
        let first = "2026-11-24-000000_first would be applied; gateways of an older version may go on beside it\n";
        assert!(said.starts_with(first), "{said}");
        if let Some(file) = installation.database_url.strip_prefix("sqlite://") {
            assert!(!std::path::Path::new(file).exists(), "looking makes no file");
        }
        // A gateway that must not touch the schema does not start on an empty database.
        let refused = installation.refused(&["serve", "--no-migrate"]);
        assert!(
            refused.contains("the database schema is not up to date") && refused.contains("run: punchgate migrate"),
            "{refused}"
        );
        assert_eq!(check(&installation), (code, said), "looking changes nothing");

        let migrated = installation.punchgate(&["migrate"]);
        assert!(migrated.contains(" applied\n") && migrated.ends_with(" is up to date\n"), "{migrated}");
        let (code, said) = check(&installation);
        assert_eq!((code, said.lines().count()), (Some(0), 1), "{said}");
        assert!(said.ends_with(" is up to date\n"), "{said}");
        assert!(!installation.punchgate(&["migrate"]).contains("applied"));
    });
}

#[test]
fn a_database_that_is_half_way_is_told_what_it_lacks() {
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        installation.sql("DELETE FROM __diesel_schema_migrations WHERE version = '20261127000000'");
        let (code, said) = check(&installation);
        let lacks = "2026-11-27-000000_catalog would be applied; gateways of an older version may go on beside it\n";
        assert_eq!((code, said.as_str()), (Some(3), lacks));
    });
}

#[test]
fn a_running_gateway_goes_on_beside_a_newer_schema_and_none_starts_on_it() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        gateway.punch_out();
        migrate_as_a_later_version(&acme.installation);
        let form = gateway.bring_back(&gateway.buyer().call());
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Hex bolt M8x40"));
        assert_eq!(gateway.stop(), Some(0));

        for arguments in
            [&["serve"][..], &["serve", "--no-migrate"], &["export"], &["migrate"], &["migrate", "--check"]]
        {
            let refused = acme.installation.refused(arguments);
            assert!(
                refused.starts_with("punchgate: the database schema is newer than this program: Punchgate ")
                    && refused.contains("does not know its migration 20991231235959; start the version that made it"),
                "{arguments:?}: {refused}"
            );
        }
    });
}

#[test]
fn several_processes_may_bring_an_empty_database_up_to_date_at_once() {
    on_both_databases(|installation| {
        let at_once = |count: usize, work: &(dyn Fn() -> String + Sync)| -> Vec<String> {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
                threads.into_iter().map(|thread| thread.join().expect("it came up")).collect()
            })
        };
        let said = at_once(6, &|| installation.punchgate(&["migrate"])).concat();
        assert_eq!(said.matches("2026-11-24-000000_first applied\n").count(), 1, "{said}");
        assert_eq!(said.matches(" is up to date\n").count(), 6, "{said}");
    });
}

#[test]
fn several_gateways_may_start_on_an_empty_database_at_once() {
    on_both_databases(|installation| {
        // SQLite is for one gateway, with commands beside it.
        let count = if installation.database_url.starts_with("postgres") { 4 } else { 1 };
        let gateways: Vec<Gateway> = std::thread::scope(|scope| {
            let commands: Vec<_> = (0..3).map(|_| scope.spawn(|| installation.punchgate(&["migrate"]))).collect();
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| installation.serve())).collect();
            commands.into_iter().for_each(|thread| drop(thread.join().expect("it migrated")));
            threads.into_iter().map(|thread| thread.join().expect("it came up")).collect()
        });
        assert_eq!(gateways.len(), count);
        for gateway in &gateways {
            let ready = crate::support::get(&format!("{}/health/ready", gateway.url));
            assert_eq!(ready.status, 200);
        }
        assert_eq!(check(&installation).0, Some(0));
    });
}
