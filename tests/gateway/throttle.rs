//! Failed logins are counted, by customer and address; a right password from elsewhere always enters.

use crate::support::{Answer, Buyer, Installation, on_both_databases};

/// Limits that a story reaches quickly.
fn strict(installation: &mut Installation, limits: &[(&str, &str)]) {
    for (name, value) in limits {
        installation.set(&format!("failed_logins_per_{name}"), value);
    }
}

fn fail(buyer: &Buyer<'_>, times: usize) {
    for _ in 0..times {
        assert_eq!(buyer.clone().with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
    }
}

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.refusal(), (429, "too-many-attempts".into()));
    let seconds: u32 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=300).contains(&seconds), "{seconds}");
}

#[test]
fn after_too_many_failures_a_customer_waits_at_this_address_and_enters_from_another() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer();
        fail(&buyer, 3);
        is_told_to_wait(&buyer.clone().with("PASSWORD", "wrong").call());
        is_told_to_wait(&buyer.call());
        is_told_to_wait(&buyer.clone().with("USERNAME", "BUYER@acme-customer.example ").call());
        let page = buyer.visit();
        assert_eq!(page.status, 429);
        assert!(!page.header("retry-after").is_empty() && page.text().contains("too-many-attempts"));

        assert_eq!(buyer.clone().at("127.0.0.2").call().status, 303, "from elsewhere the right password enters");
        is_told_to_wait(&buyer.call());
        fail(&buyer.clone().with("USERNAME", "somebody@else.example"), 1);
    });
}

#[test]
fn one_who_does_not_exist_waits_just_as_long() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let stranger = gateway.buyer().with("USERNAME", "stranger@nowhere.example");
        fail(&stranger, 3);
        is_told_to_wait(&stranger.call());
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

#[test]
fn a_good_login_forgives_what_was_mistyped_before() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for _ in 0..3 {
            fail(&gateway.buyer(), 2);
            assert_eq!(gateway.buyer().call().status, 303);
        }
    });
}

#[test]
fn calls_without_a_system_are_counted_like_all_others() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().path("/oci");
        fail(&buyer, 3);
        is_told_to_wait(&buyer.call());
        assert_eq!(buyer.at("127.0.0.2").call().status, 303);
    });
}

#[test]
fn what_is_wrong_with_the_call_is_no_failed_login() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "2"), ("address", "3")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let wrong = gateway.buyer().with("PASSWORD", "wrong");
        for _ in 0..5 {
            assert_eq!(wrong.clone().with("HOOK_URL", "https://evil.example/").call().status, 400);
            assert_eq!(wrong.clone().path("/oci/nowhere").call().status, 404);
        }
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

#[test]
fn an_address_that_goes_through_a_list_of_customers_waits_for_all_of_them() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("address", "4")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for n in 0..4 {
            fail(&gateway.buyer().with("USERNAME", &format!("guess{n}@acme-customer.example")), 1);
        }
        is_told_to_wait(&gateway.buyer().call());
        assert_eq!(gateway.buyer().at("127.0.0.2").call().status, 303);
    });
}

#[test]
fn many_addresses_after_one_customer_have_one_try_each() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "10"), ("customer", "4")]);
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer();
        assert_eq!(buyer.clone().at("127.0.0.9").call().status, 303, "here he is known");
        fail(&buyer.clone().at("127.0.0.2"), 2);
        fail(&buyer.clone().at("127.0.0.3"), 2);
        for address in ["127.0.0.2", "127.0.0.3"] {
            is_told_to_wait(&buyer.clone().at(address).call());
        }
        fail(&buyer.clone().at("127.0.0.4"), 1);
        is_told_to_wait(&buyer.clone().at("127.0.0.4").call());
        assert_eq!(buyer.clone().at("127.0.0.5").call().status, 303, "the right password enters at the first try");
        fail(&buyer.clone().at("127.0.0.9"), 2);
        assert_eq!(buyer.at("127.0.0.9").call().status, 303, "and where he is known even after mistyping");
    });
}

#[test]
fn behind_a_trusted_proxy_the_buyers_own_address_is_counted() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        installation.set("trusted_proxies", "127.0.0.1, 127.0.0.5");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let from = |forwarded: &str| gateway.buyer().header("x-forwarded-for", forwarded);
        fail(&from("203.0.113.7"), 3);
        is_told_to_wait(&from("203.0.113.7").call());
        is_told_to_wait(&from("198.51.100.1, 203.0.113.7, 127.0.0.5").call());
        assert_eq!(from("203.0.113.7, 203.0.113.8").call().status, 303, "only the last stranger's word counts");
    });
}

#[test]
fn nobody_else_is_believed_about_the_address() {
    on_both_databases(|mut installation| {
        strict(&mut installation, &[("customer_and_address", "3")]);
        installation.set("trusted_proxies", "127.0.0.5");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for n in 1..=3 {
            fail(&gateway.buyer().header("x-forwarded-for", &format!("203.0.113.{n}")), 1);
        }
        is_told_to_wait(&gateway.buyer().header("x-forwarded-for", "203.0.113.4").call());
        assert_eq!(gateway.buyer().at("127.0.0.5").header("x-forwarded-for", "203.0.113.4").call().status, 303);
    });
}
