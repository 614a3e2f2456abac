//! The license portal, told from a browser without scripts.

use crate::support::{Browser, Installation, Page, eventually, on_both_databases};

const OWNER: &str = "owner@acme.example";

fn id_of(browser: &Browser<'_>, key: &str) -> String {
    let masked = &key[key.len() - 5..];
    let found = browser.page(&format!("/account/license?q={masked}"));
    let link = found.links().into_iter().find(|link| link.starts_with("/account/license/"));
    link.expect("the license").rsplit('/').next().expect("an id").to_owned()
}

fn connect(browser: &Browser<'_>, id: &str, website: &str) -> crate::support::Answer {
    let path = format!("/account/license/{id}");
    browser.page(&path).form(&format!("{path}/connect")).with("website", website).send(browser)
}

fn issued(installation: &Installation) -> String {
    installation.add_user(OWNER, "merchant");
    installation.issue("system")[0].clone()
}

#[test]
fn an_account_without_licenses_is_told_what_comes_next() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let page = gateway.signed_in(OWNER).page("/account/license");
        page.says("You have no licenses yet").says("issues them to this account");
    });
}

#[test]
fn what_is_no_website_is_told_in_a_sentence_of_its_own_and_stored_nowhere() {
    on_both_databases(|installation| {
        let key = issued(&installation);
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        let id = id_of(&browser, &key);
        let mut sentences = Vec::new();
        for (website, sentence) in [
            ("shop", "This name has no dot"),
            ("http://", "This is not a website"),
            ("192.0.2.7", "An IP address cannot be connected with"),
            ("https://user:secret@shop.acme.example", "no user name or password"),
            ("owner@acme.example", "This is an e-mail address"),
            ("mailto:owner@acme.example", "A website begins with https:// or http://"),
            ("", "Please enter the website"),
        ] {
            let refused = connect(&browser, &id, website);
            assert_eq!(refused.status, 422, "{website}");
            let page = Page::of("", &refused);
            page.says(sentence);
            assert!(page.html.contains(&format!("value=\"{website}\"")), "{website} is shown again");
            sentences.push(page.find("#f-website-error").expect("the sentence"));
        }
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), 7, "{sentences:?}");
        browser.page(&format!("/account/license/{id}")).says("Not connected").says_not("Connected with");
    });
}

#[test]
fn websites_are_taken_as_people_paste_them_and_loopback_is_a_test() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let keys = installation.issue("system");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        let (one, other) = (id_of(&browser, &keys[0]), id_of(&browser, &keys[1]));
        let connected = connect(&browser, &one, " HTTPS://WWW.Shop.Acme.example/de/?x=1 ");
        browser.done(&connected).says("The license is connected with shop.acme.example.").says("Disconnect");
        let connected = connect(&browser, &other, "http://localhost:8081");
        browser.done(&connected).says("localhost:8081").says("Test website");
    });
}

#[test]
fn disconnecting_says_what_it_breaks_and_then_breaks_just_that() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_user(OWNER, "merchant");
        let gateway = acme.installation.serve();
        gateway.punch_out();
        let browser = gateway.signed_in(OWNER);
        let path = format!("/account/license/{}", id_of(&browser, &acme.system_key));
        let asked = browser.page(&format!("{path}/disconnect"));
        asked.says("One customer cannot punch out until the license is connected again.");
        browser.done(&asked.form(&format!("{path}/disconnect")).send(&browser)).says("The license is disconnected.");
        let call = || gateway.buyer().header("accept", "application/json").call();
        eventually("the license counts no more", || call().text().contains("system-license-not-connected"));
        browser.page(&path).says("History").says("Disconnected shop.acme.example").says(OWNER);
        let listed = browser.page("/admin/punchouts");
        listed.says("Refused");
    });
}

#[test]
fn a_license_that_ends_soon_says_so() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let now = punchgate::clock::Clock::System.now();
        let day = punchgate::clock::date(now + 10 * punchgate::clock::DAY);
        let args = ["license", "issue", "--account", OWNER, "--kind", "customer", "--valid-until", &day];
        let key = installation.punchgate(&args).trim().to_owned();
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        connect(&browser, &id_of(&browser, &key), "shop.acme.example");
        browser.page("/account/license").says("Ends soon");
        browser.page(&format!("/account/license/{}", id_of(&browser, &key))).says("This license ends in 10 days.");
    });
}

#[test]
fn filters_come_with_the_eleventh_license_and_pages_are_stable() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let issue = |kind: &str, count: &str| {
            installation.punchgate(&["license", "issue", "--account", OWNER, "--kind", kind, "--count", count])
        };
        issue("customer", "10");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        assert!(!browser.page("/account/license").html.contains("name=\"state\""));
        issue("customer", "50");
        let first = browser.page("/account/license");
        assert!(first.html.contains("name=\"state\""));
        let manage = |page: &Page| {
            page.links().into_iter().filter(|link| link.starts_with("/account/license/")).collect::<Vec<_>>()
        };
        let next = first.links().into_iter().find(|link| link.contains("before=")).expect("a next page");
        let (one, two) = (manage(&first), manage(&browser.page(&next)));
        assert_eq!((one.len(), two.len()), (50, 10));
        assert!(one.iter().all(|link| !two.contains(link)), "no license stands on both pages");
        issue("system", "1");
        browser.page("/account/license?kind=system").says("System license").says_not("No license fits");
        browser.page("/account/license?state=suspended").says("No license fits");
    });
}
