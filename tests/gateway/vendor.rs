//! The vendor: accounts, invitations, licenses; and the audit log of it all.

use crate::support::{Page, eventually, on_both_databases};

const VENDOR: &str = "vendor@punchgate.example";

#[test]
fn a_vendor_invites_an_owner_who_chooses_his_password_once() {
    on_both_databases(|installation| {
        installation.add_user(VENDOR, "vendor");
        let gateway = installation.serve();
        let browser = gateway.signed_in(VENDOR);
        let new = "/vendor/accounts/new";
        let invited = browser.page(new).form(new).with("email", "owner@acme.example").send(&browser);
        let answer = Page::of(new, &invited);
        assert!(!answer.html.contains("action=\"/language\""), "another language would lose the link");
        assert!(browser.page(new).html.contains("action=\"/language\""));
        let link = answer.find("#invitation").expect("a link");
        let path = link.strip_prefix(&gateway.url).expect("an address of ours").to_owned();
        let owner = gateway.browser();
        let page = owner.page(&path);
        page.says("owner@acme.example");
        assert_eq!(page.form(&path).with("password", "short").send(&owner).status, 422);
        let chosen = page.form(&path).with("password", "a good long password").send(&owner);
        owner.done(&chosen).says("Your password is set.");
        assert_eq!(owner.get(&path).status, 410, "good once");
        assert_eq!(owner.sign_in("owner@acme.example", "a good long password").status, 303);
        let twice = browser.page(new).form(new).with("email", "owner@acme.example").send(&browser);
        Page::of(new, &twice).says("There is an account with this e-mail address already.");
    });
}

#[test]
fn licenses_are_issued_extended_suspended_and_resumed() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_user(VENDOR, "vendor");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(VENDOR);
        let new = "/vendor/licenses/new";
        let form = |count: &str| {
            browser
                .page(new)
                .form(new)
                .with("account", "owner@acme.example")
                .with("kind", "system")
                .with("count", count)
        };
        for (count, day, sentence) in [
            ("0", "", "A number from 1 to 100."),
            ("1", "31.12.2027", "This is not a day."),
            ("1", "2020-12-31", "This day is past."),
        ] {
            let refused = form(count).with("valid_until", day).send(&browser);
            assert_eq!(refused.status, 422);
            Page::of(new, &refused).says(sentence);
        }
        let issued = Page::of(new, &form("2").with("valid_until", "2030-12-31").send(&browser));
        assert_eq!((issued.html.matches("<code>PGS-").count(), issued.html.matches("<code>PGC-").count()), (2, 2));

        let last = &acme.system_key[acme.system_key.len() - 5..];
        let found = browser.page(&format!("/vendor/licenses?q={last}"));
        let path = found.links().into_iter().find(|link| link.starts_with("/vendor/licenses/0")).expect("the license");
        let page = browser.page(&path);
        page.says("OCI system srm").says("One customer cannot punch out while it is suspended.");
        browser.done(&page.form(&format!("{path}/suspend")).send(&browser)).says("The license is suspended.");
        let call = || gateway.buyer().header("accept", "application/json").call();
        eventually("it counts no more", || call().text().contains("system-license-suspended"));
        browser.done(&browser.page(&path).form(&format!("{path}/resume")).send(&browser)).says("in force again");
        let extended = browser.page(&path).form(&format!("{path}/extend")).with("valid_until", "2031-06-30");
        browser.done(&extended.send(&browser)).says("30 Jun 2031");
        eventually("it counts again", || gateway.buyer().call().status == 303);
        browser.page("/vendor").says("owner@acme.example").says("No password yet");
    });
}

#[test]
fn licenses_are_issued_once_though_the_answer_is_loaded_anew() {
    on_both_databases(|installation| {
        installation.add_user(VENDOR, "vendor");
        let gateway = installation.serve();
        let browser = gateway.signed_in(VENDOR);
        let new = "/vendor/licenses/new";
        let form = browser.page(new).form(new).with("account", "owner@acme.example").with("kind", "customer");
        let issued = Page::of(new, &form.clone().with("count", "2").send(&browser));
        assert_eq!(issued.html.matches("<code>PGC-").count(), 2);
        let again = form.clone().with("count", "2").send(&browser);
        assert_eq!(again.status, 409);
        Page::of(new, &again).says("issued already").says_not("PGC-");
        let listed =
            || browser.page("/vendor/licenses").links().iter().filter(|l| l.starts_with("/vendor/licenses/0")).count();
        assert_eq!(listed(), 2);
        for form in [form.clone().without("once"), form.with("once", "no id")] {
            assert_eq!(form.send(&browser).status, 200, "who brings no id gets one");
        }
        assert_eq!(listed(), 4);
    });
}

#[test]
fn a_license_is_ended_by_no_past_day_and_may_be_without_end() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_user(VENDOR, "vendor");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(VENDOR);
        let last = &acme.system_key[acme.system_key.len() - 5..];
        let found = browser.page(&format!("/vendor/licenses?q={last}"));
        let path = found.links().into_iter().find(|link| link.starts_with("/vendor/licenses/0")).expect("the license");
        let extend = |day: &str| {
            let action = format!("{path}/extend");
            browser.page(&path).form(&action).with("valid_until", day).send(&browser)
        };
        browser.done(&extend("2031-06-30")).says("30 Jun 2031");
        let past = extend("2026-01-01");
        assert_eq!(past.status, 422);
        Page::of(&path, &past).says("This day is past.");
        let page = browser.page(&path);
        assert_eq!(page.form(&format!("{path}/extend")).get("valid_until"), Some("2031-06-30"), "as it was");
        browser.done(&extend("")).says("Valid until without end").says("Extended without end");

        acme.installation.punchgate(&["license", "extend", &acme.system_key, "--valid-until", "2026-01-01"]);
        browser.done(&browser.page(&path).form(&format!("{path}/suspend")).send(&browser));
        let resumed = browser.page(&path).says("But the license has expired").form(&format!("{path}/resume"));
        browser.done(&resumed.send(&browser)).says("it has expired").says_not("The license is in force again");
    });
}

#[test]
fn who_changed_what_is_written_down_and_exported() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_user("owner@acme.example", "merchant");
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in("owner@acme.example");
        let edit = browser.page("/admin/systems/srm?edit").form("/admin/systems/srm").with("name", "=SUM(A1)");
        browser.done(&edit.send(&browser));
        let page = browser.page("/admin/audit?kind=system");
        page.says("OCI system srm").says("name: SRM → =SUM(A1)").says("owner@acme.example").says("127.0.0.1");
        let changed = serde_json::json!({ "email": "other@acme-customer.example", "password": "another horse" });
        assert_eq!(gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&changed)).status, 200);
        let by_shop = browser.page("/admin/audit?actor=shop");
        by_shop.says("email: buyer@acme-customer.example → other@acme-customer.example").says("password changed");
        by_shop.says("The shop, by its API").says_not("another horse");
        browser.page("/admin/audit").says("Command line").says("signed in");
        let csv = browser.get("/admin/audit.csv");
        assert!(csv.header("content-type").starts_with("text/csv"));
        let mut reader = csv::Reader::from_reader(csv.bytes.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
        assert!(rows.iter().any(|row| row[6].contains("name: SRM → =SUM(A1)")), "{rows:?}");
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with('=')), "no cell is a formula");
        for secret in [acme.system_key.as_str(), acme.customer_key.as_str(), crate::support::PASSWORD] {
            assert!(!csv.text().contains(secret));
        }
    });
}
