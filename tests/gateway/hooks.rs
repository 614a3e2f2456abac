//! Where a cart may go: every return address that is none, or not this buyer's, is refused with its
//! own code, before anybody looks at the login.

use serde_json::json;

use crate::support::{Gateway, bolts, eventually, on_both_databases};

/// The code with which a hook is refused; the login is wrong too, so that the order shows.
fn refused(gateway: &Gateway, hook: &str) -> (u16, String) {
    gateway.buyer().with("PASSWORD", "wrong").with("HOOK_URL", hook).call().refusal()
}

/// The form's action, for a hook that is allowed.
fn accepted(gateway: &Gateway, hook: &str) -> String {
    gateway.bring_back(&gateway.buyer().with("HOOK_URL", hook).call()).action
}

fn each_is_refused(gateway: &Gateway, code: &str, hooks: &[&str]) {
    for hook in hooks {
        assert_eq!(refused(gateway, hook), (400, code.to_owned()), "{hook:?}");
    }
}

#[test]
fn a_call_without_a_return_address_is_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let without = gateway.buyer().with("PASSWORD", "wrong").without("HOOK_URL");
        assert_eq!(without.call().refusal(), (400, "hook-missing".into()));
        assert_eq!(without.visit().status, 400);
        each_is_refused(&gateway, "hook-missing", &["", "   "]);
    });
}

#[test]
fn an_address_that_no_cart_may_go_to_is_refused_whatever_a_system_lists() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"any\"]");
        let gateway = acme.installation.serve();
        each_is_refused(
            &gateway,
            "hook-scheme",
            &[
                "javascript:alert(document.cookie)",
                "JaVaScRiPt://srm.example.com/%0aalert(1)",
                " javascript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "vbscript:x",
                "file:///etc/passwd",
                "ftp://srm.example.com/",
                "blob:https://srm.example.com/1",
                "SAPEVENT:GET",
            ],
        );
        each_is_refused(
            &gateway,
            "hook-user-info",
            &[
                "https://user@srm.example.com/return",
                "https://user:secret@srm.example.com/return",
                "https://srm.example.com@evil.example/return",
                "https://@srm.example.com/return",
                "https://srm.example.com:443@evil.example/",
            ],
        );
        each_is_refused(
            &gateway,
            "hook-malformed",
            &[
                "srm.example.com/return",
                "//srm.example.com/return",
                "/return",
                "https:srm.example.com/return",
                "https:/srm.example.com/return",
                "https:///srm.example.com/return",
                "https://",
                "https://srm.example.com:99999/",
                "https://srm.example.com%2eevil.example/return",
                "https:\\\\srm.example.com\\return",
                "https://evil.example\\@srm.example.com/",
                "https://srm.example\t.com/return",
                "https://srm.example.com/re\nturn",
                "https://srm.example.com/\r\nSet-Cookie: a=b",
                "java\tscript:alert(1)",
                "\u{1}javascript:alert(1)",
                "https://srm.example.com/\0",
                "https://srm.example.com/\u{2028}",
            ],
        );
        let long = |length: usize| format!("https://srm.example.com/{}", "x".repeat(length - 24));
        assert_eq!(refused(&gateway, &long(2049)), (400, "hook-malformed".into()));
        assert_eq!(refused(&gateway, &long(2048)), (401, "login-wrong".into()), "so long it may be");
    });
}

#[test]
fn an_address_that_is_not_on_the_list_is_refused_however_much_it_looks_like_one() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"https://srm.example.com\", \"https://test.example.com:8443\"]");
        let gateway = acme.installation.serve();
        each_is_refused(
            &gateway,
            "hook-host",
            &[
                "https://evil.example/return",
                "https://srm.example.com.evil.example/return",
                "https://evilsrm.example.com/return",
                "https://srm-example.com/return",
                "https://example.com/return",
                "https://sub.srm.example.com/return",
                // A Cyrillic а, and its punycode.
                "https://srm.ex\u{430}mple.com/return",
                "https://srm.xn--exmple-4nf.com/return",
                "https://evil.example/https://srm.example.com/",
                "https://evil.example?https://srm.example.com/",
                "https://evil.example#@srm.example.com/",
                "https://127.0.0.1/return",
                "https://[::1]/return",
                "http://evil.example/return",
            ],
        );
        each_is_refused(
            &gateway,
            "hook-port",
            &["https://srm.example.com:8443/return", "https://srm.example.com:80/", "https://test.example.com/return"],
        );
        each_is_refused(
            &gateway,
            "hook-not-https",
            &["http://srm.example.com/return", "http://srm.example.com:80/", "http://test.example.com:8443/"],
        );
        each_is_refused(&gateway, "hook-sapevent", &["SAPEVENT:POST", "sapevent:post"]);

        for same in [
            "https://srm.example.com/return?sid=7&x=a+b%20c#top",
            "HTTPS://SRM.Example.COM:443/return",
            "https://srm.example.com",
            "https://test.example.com:8443/",
        ] {
            assert_eq!(accepted(&gateway, same), same, "what is allowed goes back letter by letter");
        }
    });
}

#[test]
fn the_operator_learns_which_address_to_allow_and_the_buyer_does_not_see_it() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().with("HOOK_URL", "https://srm.ex\u{430}mple.com/return?session=4711");
        let answer = buyer.call();
        let entry = gateway.logged(answer.json()["reference"].as_str().expect("a reference"));
        let cause = entry["cause"].as_str().expect("a cause");
        assert!(cause.contains("https://srm.xn--exmple-4nf.com"), "a look-alike is shown for what it is: {cause}");
        assert!(!cause.contains("4711"), "only the origin is of interest: {cause}");
        for shown in [answer.text(), buyer.visit().text()] {
            assert!(!shown.contains("xn--") && !shown.contains("4711") && !shown.contains("mple.com"), "{shown}");
        }
    });
}

#[test]
fn a_listed_path_is_not_left() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"https://srm.example.com/sap/its/\"]");
        let gateway = acme.installation.serve();
        each_is_refused(
            &gateway,
            "hook-path",
            &[
                "https://srm.example.com/",
                "https://srm.example.com/sap",
                "https://srm.example.com/sap/itsy",
                "https://srm.example.com/SAP/ITS/",
                "https://srm.example.com/sap/its/../../evil",
                "https://srm.example.com/sap/its/%2e%2e/evil",
                "https://srm.example.com/sap/its/%2E./evil",
                "https://srm.example.com/sap/its/..%2fevil",
                "https://srm.example.com/sap/its/..;/evil",
                "https://srm.example.com/evil/sap/its/",
                "https://srm.example.com/evil?/sap/its/",
                "https://srm.example.com//sap/its/",
            ],
        );
        each_is_refused(&gateway, "hook-host", &["https://evil.example/sap/its/"]);
        for below in ["https://srm.example.com/sap/its", "https://srm.example.com/sap/its/return?x=../../evil"] {
            assert_eq!(accepted(&gateway, below), below);
        }
    });
}

#[test]
fn sap_gui_takes_the_cart_itself_where_the_system_says_so() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"SAPEVENT:POST\", \"https://srm.example.com\"]");
        let gateway = acme.installation.serve();
        assert_eq!(accepted(&gateway, "SAPEVENT:POST"), "SAPEVENT:POST");
        assert_eq!(accepted(&gateway, "https://srm.example.com/return"), "https://srm.example.com/return");
        each_is_refused(&gateway, "hook-scheme", &["SAPEVENT:GET", "SAPEVENT:POST/x"]);
    });
}

#[test]
fn any_https_is_neither_http_nor_sap_gui() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"any-https\"]");
        let gateway = acme.installation.serve();
        for hook in ["https://anybody.example:8443/return", "https://10.0.0.7/return"] {
            assert_eq!(accepted(&gateway, hook), hook);
        }
        each_is_refused(&gateway, "hook-not-https", &["http://anybody.example/return"]);
        each_is_refused(&gateway, "hook-sapevent", &["SAPEVENT:POST"]);
    });
}

#[test]
fn any_is_https_and_http_but_not_sap_gui() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = [\"any\"]");
        let gateway = acme.installation.serve();
        for hook in ["https://anybody.example/return", "http://p1.wdf.example:1080/scripts/wgate.dll/MEW0/?~"] {
            assert_eq!(accepted(&gateway, hook), hook);
        }
        each_is_refused(&gateway, "hook-sapevent", &["SAPEVENT:POST"]);
    });
}

#[test]
fn a_system_that_lists_nothing_sends_no_cart_anywhere() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("hooks = []");
        let gateway = acme.installation.serve();
        each_is_refused(&gateway, "hook-host", &["https://srm.example.com/return", "http://srm.example.com/"]);
        each_is_refused(&gateway, "hook-sapevent", &["SAPEVENT:POST"]);
    });
}

#[test]
fn of_two_return_addresses_the_one_that_is_checked_is_the_one_that_is_used() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let login = "USERNAME=10001&PASSWORD=correct+horse";
        let (good, evil) = ("https%3A%2F%2Fsrm.example.com%2Fr", "https%3A%2F%2Fevil.example%2Fr");
        let call = |parameters: String| gateway.send("POST", "/oci/srm", Some(&format!("{login}&{parameters}")));
        let entered = call(format!("HOOK_URL={good}&HOOK_URL={evil}&hook_url={evil}&HOOK-URL={evil}"));
        assert_eq!(gateway.bring_back(&entered).action, "https://srm.example.com/r");
        let refused = call(format!("hook_url={good}&HOOK_URL={evil}"));
        assert_eq!(refused.refusal(), (400, "hook-host".into()));
    });
}

#[test]
fn an_address_taken_off_the_list_gets_no_cart_from_buyers_already_in_the_shop() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let punchout = gateway.punch_out();
        acme.installation.apply(&acme.setup("hooks = [\"https://new.example.com\"]"));
        eventually("the change is in force", || gateway.buyer().call().status == 400);
        let refused = gateway.shop().try_cart(&punchout, &bolts());
        assert_eq!(refused.refusal(), (400, "hook-host".into()));
        assert_eq!(gateway.shop().status(&punchout)["return_url"], json!(null));
    });
}
