//! Signing in, and what belongs to nobody else.

use crate::support::{Page, on_both_databases};

#[test]
fn who_is_not_signed_in_is_sent_to_sign_in_and_comes_back() {
    on_both_databases(|installation| {
        installation.add_user("owner@acme.example", "merchant");
        let gateway = installation.serve();
        let browser = gateway.browser();
        let wrong = browser.sign_in("owner@acme.example", "wrong");
        assert_eq!(wrong.status, 422);
        Page::of("/signin", &wrong).says("The e-mail address or the password is wrong.");
        let right = gateway.signed_in("OWNER@acme.example");
        assert_eq!(right.get("/nowhere").status, 404);
    });
}

#[test]
fn a_form_that_is_not_ours_is_refused() {
    on_both_databases(|installation| {
        installation.add_user("owner@acme.example", "merchant");
        let gateway = installation.serve();
        let browser = gateway.signed_in("owner@acme.example");
        let refused = browser.post("/signout", &[("form-token", "made-up")]);
        assert_eq!(refused.status, 403, "{}", refused.text());
    });
}
