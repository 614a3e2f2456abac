//! Shops, their keys and their customers in the administration; files of customers.

use crate::support::{API_KEY, Acme, Installation, Page, eventually, on_both_databases};

const OWNER: &str = "owner@acme.example";

fn acme(installation: Installation) -> Acme {
    let acme = installation.with_acme("");
    acme.installation.add_user(OWNER, "merchant");
    acme
}

#[test]
fn an_api_key_is_shown_once_and_the_old_one_is_good_for_the_overlap_that_was_chosen() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let redeem = |key: &str| {
            let client = crate::support::client();
            let request = client.post(format!("{}/api/v1/entries/redeem", gateway.url)).bearer_auth(key);
            request.json(&serde_json::json!({ "token": "none" })).send().expect("an answer").status().as_u16()
        };
        assert_eq!(redeem(API_KEY), 404, "the key is good, the token is not");
        let rotate = |overlap: &str| {
            let form = browser.page("/admin/shops/acme").form("/admin/shops/acme/keys").with("overlap", overlap);
            Page::of("", &form.send(&browser)).find("#api-key").expect("the new key")
        };
        let second = rotate("3600000000");
        eventually("the new key is good", || redeem(&second) == 404);
        assert_eq!(redeem(API_KEY), 404, "the old one still is");
        assert!(!browser.page("/admin/shops/acme").html.contains(&second), "shown once");
        let form = browser.page("/admin/shops/acme").form("/admin/shops/acme/keys").with("overlap", "0");
        let made = form.clone().send(&browser);
        let third = Page::of("", &made).find("#api-key").expect("the new key");
        let again = form.send(&browser);
        assert_eq!(again.status, 409, "the answer was loaded anew");
        let told = Page::of("", &again);
        told.says("This API key was made already").says_not(&third);
        assert!(told.links().contains(&"/admin/shops/acme".to_owned()) && !told.html.contains("/language"));
        eventually("the others are not", || redeem(&second) == 401 && redeem(API_KEY) == 401);
        assert_eq!(redeem(&third), 404);
        assert!(!String::from_utf8_lossy(&acme.installation.stored()).contains(&third), "only its digest is kept");
    });
}

#[test]
fn a_shop_is_set_up_from_nothing() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        browser.page("/admin").says("Five steps to the first punchout.");
        browser.page("/admin/shops").says("No shop yet");
        let new = "/admin/shops/new";
        let form = || {
            browser
                .page(new)
                .form(new)
                .with("name", "Acme")
                .with("slug", "acme")
                .with("website", "https://shop.acme.example")
        };
        let wrong =
            form().with("slug", "Not a slug").with("website", "shop").with("entry_url", "nowhere").send(&browser);
        assert_eq!(wrong.status, 422);
        Page::of(new, &wrong).says("small letters").says("has no dot").says("whole web address");
        let made = form().with("entry_url", "https://shop.acme.example/enter").send(&browser);
        assert_eq!(made.status, 200, "{}", made.text());
        Page::of(new, &made).says("This key is shown only now.");
        let edited = browser.page("/admin/shops/acme?edit").form("/admin/shops/acme").with("name", "Acme Tools");
        browser.done(&edited.send(&browser)).says("Acme Tools");
        let removed = browser.page("/admin/shops/acme").form("/admin/shops/acme/remove").send(&browser);
        browser.done(&removed).says("was removed");
    });
}

#[test]
fn a_customer_is_made_changed_given_a_password_and_removed() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let new = "/admin/customers/new";
        let form = |number: &str, email: &str| {
            browser.page(new).form(new).with("number", number).with("email", email).with("password", "first password")
        };
        for (number, email, sentence) in [
            ("10001", "new@acme-customer.example", "Another customer of this shop has this number."),
            ("10002", "BUYER@acme-customer.example", "Customer 10001 has this e-mail address already."),
            ("10002", "nobody", "This is not an e-mail address."),
        ] {
            let refused = form(number, email).send(&browser);
            assert_eq!(refused.status, 422, "{sentence}");
            Page::of(new, &refused).says(sentence);
        }
        let made = form("10002", "new@acme-customer.example").send(&browser);
        let page = browser.done(&made);
        page.says("Customer 10002 is there.");
        let path = made.header("location").to_owned();
        let call = |password: &str| {
            let buyer = gateway.buyer().with("USERNAME", "10002").with("PASSWORD", password);
            buyer.header("accept", "application/json").call().refusal()
        };
        assert_eq!(call("first password"), (403, "not-assigned".into()));
        let set = page.form(&format!("{path}/password")).with("password", "second password").send(&browser);
        browser.done(&set).says("The password was set.");
        assert_eq!(call("first password").0, 401);
        assert_eq!(call("second password"), (403, "not-assigned".into()));
        let off = browser.page(&format!("{path}?edit")).form(&path).without("active").send(&browser);
        browser.done(&off).says("The customer was saved.");
        assert_eq!(call("second password").0, 401, "deactivated");
        let remove = format!("{path}/remove");
        browser.done(&browser.page(&remove).form(&remove).send(&browser)).says("Customer 10002 was removed.");
        assert_eq!(browser.get(&path).status, 404);
        assert!(!String::from_utf8_lossy(&acme.installation.stored()).contains("second password"));
    });
}

#[test]
fn every_row_of_a_file_is_shown_and_nothing_is_imported_until_confirmed() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let path = "/admin/customers/import";
        let file = "number;email;password\n20001;a@customer.example;open sesame\n;b@customer.example;x\n20003;no-address;x\n20001;c@customer.example;x\n10001;buyer@acme-customer.example;\n20005;e@customer.example;\n";
        let upload = |file: &str| browser.page(path).form(path).with_file("file", "kunden.csv", file).send(&browser);
        let shown = upload(file);
        assert_eq!(shown.status, 200, "{}", shown.text());
        let preview = Page::of(path, &shown);
        preview.says("4 rows have faults.").says("Nothing is imported yet.");
        for part in [
            "20001",
            "no-address",
            "This is not an e-mail address.",
            "stands in the file twice",
            "1 to 64 printable",
            "needs a password",
            "Unchanged",
        ] {
            preview.says(part);
        }
        assert!(!preview.html.contains("open sesame"), "no password on the page");
        assert!(!String::from_utf8_lossy(&acme.installation.stored()).contains("open sesame"), "nor in the database");
        browser.page("/admin/customers").says_not("20001");

        let confirming = |preview: &Page| {
            let form = preview.html.split("action=\"/admin/customers/import/").nth(1).expect("a form");
            format!("{path}/{}", form.split('"').next().expect("an id"))
        };
        let action = confirming(&preview);
        let wrong_key = preview.form(&action).with("key", "AAAA").send(&browser);
        assert_eq!(wrong_key.status, 303);
        browser.page("/admin/customers").says_not("20001");
        let confirmed = preview.form(&action).send(&browser);
        assert_eq!(confirmed.status, 303);
        eventually("the import is done", || browser.get(&action).text().contains("The import is done."));
        browser.page("/admin/customers").says("20001").says_not("20003");
        assert_eq!(preview.form(&action).send(&browser).status, 303, "a second confirmation does nothing");
        let call = gateway
            .buyer()
            .with("USERNAME", "20001")
            .with("PASSWORD", "open sesame")
            .header("accept", "application/json");
        assert_eq!(call.call().refusal(), (403, "not-assigned".into()), "the password is good");
        let unreadable = upload("name;mail\nx;y\n");
        assert_eq!(unreadable.status, 422);
        Page::of(path, &unreadable).says("The file cannot be read");
        browser.page("/admin/audit").says("imported");
        let renamed = upload("number;email;password\n20001;renamed@customer.example;another one\n");
        assert_eq!(renamed.status, 200, "{}", renamed.text());
        let preview = Page::of(path, &renamed);
        let action = confirming(&preview);
        preview.form(&action).send(&browser);
        eventually("the import is done", || browser.get(&action).text().contains("The import is done."));
        browser.page("/admin/audit?kind=customer").says("renamed@customer.example");
    });
}

#[test]
fn the_first_page_says_what_a_system_lacks_that_refuses_every_call() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let step = || browser.page("/admin").find(".steps li:nth-child(3)").expect("the third step");
        assert!(step().contains("Done"), "{}", step());
        acme.installation.punchgate(&["license", "suspend", &acme.system_key]);
        assert!(step().contains("its license is not in force (Suspended)") && !step().contains("Done"), "{}", step());
        acme.installation.punchgate(&["license", "resume", &acme.system_key]);
        let path = "/admin/systems/srm/return";
        let form = browser.page("/admin/systems/srm/return?edit").form(path);
        browser.done(&form.with("hooks", "").send(&browser));
        assert!(step().contains("no allowed return targets") && !step().contains("Done"), "{}", step());
        assert!(browser.page("/admin").links().contains(&format!("{path}?edit")));
    });
}
