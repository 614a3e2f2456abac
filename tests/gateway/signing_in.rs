//! Signing in, the second factor, invitations, and forms that are not ours.

use crate::support::{Browser, Page, SIGN_IN_PASSWORD, on_both_databases};

const OWNER: &str = "owner@acme.example";

#[test]
fn who_is_not_signed_in_is_sent_to_sign_in_and_comes_back() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let browser = gateway.browser();
        let sent = browser.get("/account?x=1");
        assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/signin?next=%2Faccount%3Fx%3D1"));
        let page = browser.page(sent.header("location"));
        let back = page.form("/signin").with("email", OWNER).with("password", SIGN_IN_PASSWORD).send(&browser);
        assert_eq!((back.status.as_u16(), back.header("location")), (303, "/account?x=1"));
        browser.page("/account").says("My account");
    });
}

#[test]
fn a_wrong_guess_tells_nothing() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        installation.issue("system");
        let gateway = installation.serve();
        let told: Vec<String> = [(OWNER, "wrong password"), ("nobody@acme.example", "wrong password"), ("", "")]
            .into_iter()
            .map(|(email, password)| {
                let answer = gateway.browser().sign_in(email, password);
                assert_eq!(answer.status, 422);
                Page::of("/signin", &answer).says("The e-mail address or the password is wrong.").text()
            })
            .collect();
        assert!(told.iter().all(|text| *text == told[0]), "{told:?}");
        assert_eq!(gateway.signed_in("OWNER@acme.example").get("/account").status, 200);
    });
}

#[test]
fn too_many_wrong_guesses_are_slowed_down() {
    on_both_databases(|mut installation| {
        installation.set("failed_logins_per_customer_and_address", "3");
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let answers: Vec<u16> =
            (0..5).map(|_| gateway.browser().sign_in(OWNER, "wrong password").status.as_u16()).collect();
        assert_eq!(answers[..3], [422, 422, 422], "{answers:?}");
        assert_eq!(answers[4], 429, "{answers:?}");
    });
}

#[test]
fn nobody_is_sent_to_another_host() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
            let browser = gateway.browser();
            let form = browser.page("/signin").form("/signin").with("next", next);
            let sent = form.with("email", OWNER).with("password", SIGN_IN_PASSWORD).send(&browser);
            assert_eq!(sent.header("location"), "/admin", "{next}");
        }
    });
}

#[test]
fn signing_out_ends_the_session_everywhere_it_is_known() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let (gateway, other) = (installation.serve(), installation.serve());
        let browser = gateway.signed_in(OWNER);
        let there = browser.get(&format!("{}/account", other.url));
        assert_eq!(there.status, 200, "another node knows the session");
        let out = browser.page("/account").form("/signout").send(&browser);
        assert_eq!(out.status, 303);
        assert_eq!(browser.get("/account").status, 303);
    });
}

#[test]
fn a_form_that_is_not_ours_is_refused() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        for path in ["/signout", "/account/password", "/account/second-factor/off", "/account/sessions", "/language"] {
            let refused = browser.post(path, &[("form-token", "made-up")]);
            assert_eq!(refused.status, 403, "{path}: {}", refused.text());
        }
        assert_eq!(browser.get("/account").status, 200, "still signed in");
    });
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let (here, elsewhere) = (gateway.signed_in(OWNER), gateway.signed_in(OWNER));
        let change = |old: &str, new: &str| {
            here.page("/account").form("/account/password").with("old", old).with("new", new).send(&here)
        };
        Page::of("", &change("wrong password", "another good password")).says("This is not your current password.");
        Page::of("", &change(SIGN_IN_PASSWORD, "short")).says("at least 10 characters");
        here.done(&change(SIGN_IN_PASSWORD, "another good password")).says("Your password was changed");
        assert_eq!(elsewhere.get("/account").status, 303);
        assert_eq!(gateway.browser().sign_in(OWNER, SIGN_IN_PASSWORD).status, 422);
        assert_eq!(gateway.browser().sign_in(OWNER, "another good password").status, 303);
    });
}

fn code_now(secret: &str, steps_later: u64) -> String {
    use totp_rs::{Algorithm, Builder};
    let plain: String = secret.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = data_encoding::BASE32_NOPAD.decode(plain.as_bytes()).expect("base 32");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(bytes)
        .build_noncompliant();
    totp.generate(now + 30 * steps_later).to_string()
}

/// Sets the second factor up; gives its secret and the recovery codes.
fn set_up(browser: &Browser<'_>) -> (String, Vec<String>) {
    let page = browser.page("/account/second-factor");
    let form = page.form("/account/second-factor");
    let secret = form.get("secret").expect("a secret").to_owned();
    let code = code_now(&secret, 0);
    let answer = form.with("code", &code).with("password", SIGN_IN_PASSWORD).send(browser);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let codes = Page::of("", &answer).find("pre").expect("codes").split(' ').map(str::to_owned).collect();
    (secret, codes)
}

#[test]
fn with_a_second_factor_the_password_alone_opens_nothing_and_a_code_is_good_once() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        let page = browser.page("/account/second-factor");
        let wrong = page.form("/account/second-factor").with("code", "000000").with("password", SIGN_IN_PASSWORD);
        assert_eq!(wrong.send(&browser).status, 422);
        let (secret, recovery) = set_up(&browser);
        assert_eq!(recovery.len(), 10);
        browser.page("/account").says("10 recovery codes are left.");

        let give = |browser: &Browser<'_>, code: &str| {
            let signed_in = browser.sign_in(OWNER, SIGN_IN_PASSWORD);
            assert_eq!(signed_in.header("location"), "/signin/code?next=%2Fadmin");
            assert_eq!(browser.get("/account").status, 303, "the password alone opens nothing");
            browser.page("/signin/code").form("/signin/code").with("code", code).send(browser)
        };
        let used = code_now(&secret, 0);
        assert_eq!(give(&gateway.browser(), &used).status, 422, "the code that switched it on is used");
        let fresh = code_now(&secret, 1);
        let other = gateway.browser();
        assert_eq!(give(&other, &fresh).status, 303);
        assert_eq!(other.get("/account").status, 200);
        assert_eq!(give(&gateway.browser(), &fresh).status, 422, "good once");

        let saved = gateway.browser();
        assert_eq!(give(&saved, &recovery[0].to_uppercase()).status, 303);
        assert_eq!(give(&gateway.browser(), &recovery[0]).status, 422, "good once");
        saved.page("/account").says("9 recovery codes are left.");

        let off = saved.page("/account").form("/account/second-factor/off");
        assert_eq!(off.with("password", "wrong").send(&saved).status, 422);
        let off = saved.page("/account").form("/account/second-factor/off").with("password", SIGN_IN_PASSWORD);
        saved.done(&off.send(&saved)).says("The second factor is switched off.");
        assert_eq!(gateway.signed_in(OWNER).get("/account").status, 200);
    });
}

#[test]
fn the_language_is_chosen_and_kept_with_the_account() {
    on_both_databases(|installation| {
        installation.add_user(OWNER, "merchant");
        let gateway = installation.serve();
        let browser = gateway.signed_in(OWNER);
        let chosen = browser.page("/account").form("/language").with("language", "de").send(&browser);
        browser.done(&chosen).says("Mein Konto");
        gateway.signed_in(OWNER).page("/account").says("Mein Konto");
    });
}
