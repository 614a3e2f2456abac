//! The shop redeems the one-time token of the redirect.

use std::collections::BTreeSet;
use std::thread;

use serde_json::json;

use crate::support::{Answer, Gateway, bolts, client, on_both_databases};

/// The statuses of many redeems of one token at the same moment, spread over the gateways.
fn redeem_at_once(gateways: &[&Gateway], token: &str) -> Vec<u16> {
    thread::scope(|scope| {
        let redeem = |n: usize| {
            let gateway = gateways[n % gateways.len()];
            scope.spawn(move || {
                let answer = gateway.shop().try_redeem(token);
                if answer.status != 200 {
                    assert_eq!(answer.refusal(), (409, "entry-used".into()));
                }
                answer.status.as_u16()
            })
        };
        let tries: Vec<_> = (0..50).map(redeem).collect();
        tries.into_iter().map(|one| one.join().expect("a status")).collect()
    })
}

#[test]
fn of_fifty_who_redeem_a_token_at_once_exactly_one_gets_in() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let statuses = redeem_at_once(&[&gateway], &gateway.buyer().call().token());
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    });
}

#[test]
fn two_gateways_on_one_database_let_a_token_in_once_between_them() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let (one, other) = (acme.installation.serve(), acme.installation.serve());
        let statuses = redeem_at_once(&[&one, &other], &one.buyer().call().token());
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");

        // What one node began, the other brings to its end.
        let punchout = one.punch_out();
        let return_url = other.shop().cart(&punchout, &bolts());
        assert!(return_url.starts_with(&other.url), "{return_url}");
        let page = crate::support::get(&return_url.replace(&other.url, &one.url));
        assert_eq!(page.status, 200, "a ticket of one node opens the page at the other");
        assert_eq!(other.shop().status(&punchout)["state"], "returned");
    });
}

#[test]
fn a_token_that_was_redeemed_is_refused_however_often_it_comes_again() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let token = gateway.buyer().call().token();
        gateway.shop().redeem(&token);
        for _ in 0..3 {
            let again = gateway.shop().try_redeem(&token);
            assert_eq!(again.refusal(), (409, "entry-used".into()));
            assert!(!again.text().contains("acme-customer"), "a refusal tells nothing of the customer");
        }
    });
}

#[test]
fn a_token_that_nobody_issued_and_a_token_of_another_shop_are_equally_unknown() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        acme.installation.add_other_shop();
        let gateway = acme.installation.serve();
        let token = gateway.buyer().call().token();

        let nobodys = gateway.shop().try_redeem("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let anothers = gateway.other_shop().try_redeem(&token);
        for answer in [&nobodys, &anothers] {
            assert_eq!(answer.refusal(), (404, "entry-unknown".into()));
        }
        let without_reference = |answer: &Answer| {
            let mut problem = answer.json();
            problem["reference"].take();
            problem
        };
        assert_eq!(without_reference(&nobodys), without_reference(&anothers));
        // The stranger's try did not use it up.
        gateway.shop().redeem(&token);
    });
}

#[test]
fn a_wrong_api_key_is_told_as_a_problem_document() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let token = gateway.buyer().call().token();
        let mut stranger = gateway.shop();
        stranger.api_key = "not-a-key".into();
        let refused = stranger.try_redeem(&token);
        assert_eq!(refused.refusal(), (401, "api-key-wrong".into()));
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        let problem = refused.json();
        assert_eq!(problem["status"], 401);
        assert_eq!(problem["type"], "urn:punchgate:refusal:api-key-wrong");
        assert!(problem["reference"].as_str().is_some_and(|reference| reference.len() == 9), "{problem}");

        let url = format!("{}/api/v1/entries/redeem", gateway.url);
        let body = json!({ "token": token }).to_string();
        let send = |authorization: Option<&str>| {
            let mut request = client().post(&url).header("content-type", "application/json").body(body.clone());
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            Answer::of(request.send().expect("an answer"))
        };
        for authorization in [None, Some("Bearer"), Some("Bearer "), Some("Basic c2hvcDpzaG9w")] {
            assert_eq!(send(authorization).refusal(), (401, "api-key-wrong".into()), "{authorization:?}");
        }
        // None of these tries used the token up.
        gateway.shop().redeem(&token);
    });
}

#[test]
fn a_token_that_waited_too_long_has_expired() {
    on_both_databases(|mut installation| {
        installation.set("entry_lifetime", "1s");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let token = gateway.buyer().call().token();
        thread::sleep(std::time::Duration::from_millis(1_050));
        assert_eq!(gateway.shop().try_redeem(&token).refusal(), (410, "entry-expired".into()));
        assert_eq!(gateway.shop().try_redeem(&token).refusal(), (410, "entry-expired".into()));
    });
}

#[test]
fn a_redeem_without_a_token_or_without_json_is_told_what_is_wrong() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let redeem = |body: &str| gateway.shop().send("/api/v1/entries/redeem", "*/*", body).refusal();
        assert_eq!(redeem("{}"), (400, "body-malformed".into()));
        assert_eq!(redeem("token=abc"), (400, "body-malformed".into()));
        assert_eq!(redeem(r#"{"token": 7}"#), (400, "body-malformed".into()));
        assert_eq!(redeem(r#"{"token": ""}"#), (404, "entry-unknown".into()));
    });
}

#[test]
fn tokens_fit_into_a_url_and_into_saps_field_and_are_never_stored() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let tokens: BTreeSet<String> = (0..5).map(|_| gateway.buyer().call().token()).collect();
        assert_eq!(tokens.len(), 5, "each login has its own");
        for token in &tokens {
            assert!((22..=132).contains(&token.len()), "{token}");
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
        }
        let stored = acme.installation.stored();
        let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("buyer@acme-customer.example"), "the look reaches the rows");
        assert!(tokens.iter().all(|token| !holds(token)), "a token lies in the database");
        assert!(tokens.iter().all(|token| !gateway.log().contains(token)), "a token lies in the log");
    });
}

#[test]
fn two_logins_of_one_customer_are_two_punchouts_with_carts_of_their_own() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let (first, second) = (gateway.punch_out(), gateway.punch_out());
        assert_ne!(first, second);
        let cart_of = |name: &str| {
            let mut cart = bolts();
            cart["lines"][0]["name"] = name.into();
            cart
        };
        let one = gateway.shop().cart(&first, &cart_of("Bolt of the first"));
        let other = gateway.shop().cart(&second, &cart_of("Bolt of the second"));
        assert_ne!(one, other);
        assert!(crate::support::get(&one).text().contains("Bolt of the first"));
        assert_eq!(gateway.shop().status(&first)["state"], "returned");
        assert_eq!(gateway.shop().status(&second)["state"], "in_shop", "the other one goes on");
        assert!(crate::support::get(&other).text().contains("Bolt of the second"));
    });
}
