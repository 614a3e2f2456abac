//! The OCI call: how procurement systems name, encode and send their parameters, what the shop gets
//! to see of them, and who is meant by a login.

use serde_json::json;

use crate::support::{API_KEY, Answer, HOOK, Installation, PASSWORD, bolts, client, get, on_both_databases};

const LOGIN: &str = "USERNAME=buyer%40acme-customer.example&PASSWORD=correct+horse";
const ENCODED_HOOK: &str = "HOOK_URL=https%3A%2F%2Fsrm.example.com%2Freturn%3Fsid%3D7";

#[test]
fn parameters_are_understood_in_any_case_by_get_and_by_post() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let login = "username=buyer%40acme-customer.example&Password=correct+horse";
        for hook in ["HOOK_URL", "hook_url", "Hook_Url", "HOOK-URL", "hook-url"] {
            let parameters = format!("{login}&{hook}=https%3A%2F%2Fsrm.example.com%2Freturn%3Fsid%3D7");
            let by_post = gateway.send("POST", "/oci/srm", Some(&parameters));
            assert_eq!(gateway.bring_back(&by_post).action, HOOK, "{hook}");
            let by_get = gateway.send("GET", &format!("/oci/srm?{parameters}"), None);
            assert_eq!(gateway.bring_back(&by_get).action, HOOK, "{hook}");
        }
    });
}

#[test]
fn a_system_may_have_names_of_its_own_for_login_and_hook() {
    on_both_databases(|installation| {
        let acme =
            installation.with_acme("[system.call]\nnames = { user = \"LOGIN\", password = \"KEY\", hook = \"BACK\" }");
        let gateway = acme.installation.serve();
        let own = |login: &str, hook: &str| gateway.send("POST", "/oci/srm", Some(&format!("{login}&{hook}")));
        let login = "login=buyer%40acme-customer.example&Key=correct+horse";
        let hook = "back=https%3A%2F%2Fsrm.example.com%2Freturn%3Fsid%3D7";
        assert_eq!(gateway.bring_back(&own(login, hook)).action, HOOK);
        assert_eq!(own(login, ENCODED_HOOK).refusal(), (400, "hook-missing".into()), "the usual name is no other name");
        assert_eq!(own(LOGIN, hook).refusal(), (401, "login-missing".into()));
    });
}

#[test]
fn what_stands_in_the_body_wins_over_the_query() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let stale = "USERNAME=nobody&PASSWORD=old&HOOK_URL=https%3A%2F%2Fevil.example%2F&costcenter=1&plant=A";
        let body = format!("{LOGIN}&{ENCODED_HOOK}&costcenter=2");
        let entered = gateway.send("POST", &format!("/oci/srm?{stale}"), Some(&body));
        let entry = gateway.shop().redeem(&entered.token());
        assert_eq!(entry["extra"], json!({ "costcenter": "2", "plant": "A" }));

        let swapped = gateway.send("POST", &format!("/oci/srm?{body}"), Some(stale));
        assert_eq!(swapped.refusal(), (400, "hook-host".into()));
        let mixed = gateway.send("POST", &format!("/oci/srm?{LOGIN}"), Some(ENCODED_HOOK));
        assert_eq!(gateway.bring_back(&mixed).action, HOOK, "query and body are read together");
    });
}

#[test]
fn an_unencoded_hook_keeps_its_own_query_up_to_the_first_ampersand() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let raw = "HOOK_URL=https://srm.example.com/return?sid=7+8%26x=9&client=100";
        let entered = gateway.send("GET", &format!("/oci/srm?{LOGIN}&{raw}"), None);
        assert_eq!(gateway.shop().redeem(&entered.token())["extra"], json!({ "client": "100" }));
        let entered = gateway.send("GET", &format!("/oci/srm?{LOGIN}&{raw}"), None);
        assert_eq!(gateway.bring_back(&entered).action, "https://srm.example.com/return?sid=7+8%26x=9");
    });
}

#[test]
fn an_unencoded_hook_at_the_end_takes_the_rest_where_the_system_says_so() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.call]\nhook_is_last = true");
        let gateway = acme.installation.serve();
        let call = |query: &str| gateway.send("GET", &format!("/oci/srm?{LOGIN}&costcenter=4711&{query}"), None);

        let raw = "HOOK_URL=https://srm.example.com/return?uniqueid=4711&client=100&b=c%20d";
        assert_eq!(gateway.shop().redeem(&call(raw).token())["extra"], json!({ "costcenter": "4711" }));
        let form = gateway.bring_back(&call(raw));
        assert_eq!(form.action, "https://srm.example.com/return?uniqueid=4711&client=100&b=c%20d");

        let encoded = format!("{ENCODED_HOOK}&plant=A");
        let entry = gateway.shop().redeem(&call(&encoded).token());
        assert_eq!(entry["extra"], json!({ "costcenter": "4711", "plant": "A" }), "an encoded hook ends where it ends");
    });
}

#[test]
fn a_doubly_encoded_hook_is_decoded_twice() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let hook = "HOOK_URL=https%253A%252F%252Fsrm.example.com%252Freturn%253Fsid%253D7";
        for (method, query, body) in [("GET", hook, None), ("POST", "", Some(format!("{LOGIN}&{hook}")))] {
            let entered = gateway.send(method, &format!("/oci/srm?{LOGIN}&{query}"), body.as_deref());
            assert_eq!(gateway.bring_back(&entered).action, HOOK, "{method}");
        }
    });
}

#[test]
fn bytes_of_an_old_code_page_reach_the_shop_as_letters() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let old = "name=M%FCller&street=Stra%DFe+1&limit=5%80&town=K%C3%B6ln";
        let letters = json!({ "name": "Müller", "street": "Straße 1", "limit": "5€", "town": "Köln" });
        let call = format!("{LOGIN}&{ENCODED_HOOK}&{old}");
        let by_get = gateway.send("GET", &format!("/oci/srm?{call}"), None);
        assert_eq!(gateway.shop().redeem(&by_get.token())["extra"], letters);
        let by_post = gateway.send("POST", "/oci/srm", Some(&call));
        assert_eq!(gateway.shop().redeem(&by_post.token())["extra"], letters);
    });
}

#[test]
fn a_placeholder_instead_of_a_value_is_named_to_the_operator_and_explained_to_the_buyer() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for (parameter, value, logged) in [
            ("HOOK_URL", "<HOOK_URL>", "<HOOK_URL>"),
            ("HOOK_URL", "%HOOK_URL%", "%HOOK_URL%"),
            ("USERNAME", "{USERNAME}", "{USERNAME}"),
            ("PASSWORD", "%PASSWORD%", "***"),
        ] {
            let buyer = gateway.buyer().with(parameter, value);
            let answer = buyer.call();
            assert_eq!(answer.refusal(), (400, "placeholder".into()), "{value}");
            let page = buyer.visit();
            assert_eq!((page.status.as_u16(), page.header("content-type")), (400, "text/html; charset=utf-8"));
            let html = page.text();
            assert!(
                html.contains("placeholder") && html.contains("the name of a field instead of its value"),
                "{html}"
            );
            assert!(!html.contains(value.trim_matches(['<', '>'])), "a page never repeats what the call said: {html}");

            let entry = gateway.logged(answer.json()["reference"].as_str().expect("a reference"));
            let cause = entry["cause"].as_str().expect("a cause");
            assert!(
                cause.contains(&format!("The parameter {parameter} arrived as the placeholder \"{logged}\"")),
                "{cause}"
            );
        }
        let raw = gateway.send("GET", &format!("/oci/srm?{LOGIN}&HOOK_URL=%HOOK_URL%"), None);
        assert_eq!(raw.refusal(), (400, "placeholder".into()), "nor is it decoded to something else");
    });
}

#[test]
fn extra_parameters_reach_the_shop_and_passwords_under_any_name_do_not() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let entered = gateway
            .buyer()
            .with("costcenter", "4711")
            .with("fname", "Zoë & Söhne")
            .with("empty", "")
            .with("pwd", "another secret")
            .with("~Password", "a third secret")
            .with("TOKEN", "a fourth secret")
            .with("remember", PASSWORD)
            .with("OCI_VERSION", "4.0")
            .with("~OkCode", "ADDI")
            .call();
        let entry = gateway.shop().redeem(&entered.token());
        assert_eq!(entry["extra"], json!({ "costcenter": "4711", "fname": "Zoë & Söhne", "empty": "" }));
    });
}

#[test]
fn no_secret_is_ever_logged_and_no_password_is_ever_stored() {
    on_both_databases(|mut installation| {
        installation.set("log", "trace");
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let wrong = gateway.buyer().with("PASSWORD", "wrong staple");
        assert_eq!(wrong.call().status, 401);
        assert_eq!(wrong.visit().status, 401);

        let entered = gateway.buyer().with("note", PASSWORD).visit();
        let token = entered.token();
        let entry = gateway.shop().redeem(&token);
        let return_url = gateway.shop().cart(entry["punchout"].as_str().expect("an id"), &bolts());
        let page = get(&return_url).text();
        let ticket = return_url.rsplit('/').next().expect("a ticket");
        assert_eq!(gateway.shop().try_redeem(&token).status, 409);
        let change = json!({ "password": "battery staple" });
        assert_eq!(gateway.shop().request("PUT", "/api/v1/customers/10001", Some(&change)).status, 200);
        assert_eq!(gateway.buyer().with("PASSWORD", "battery staple").visit().status, 303);

        let last = gateway.buyer().path("/oci/nowhere").call();
        gateway.logged(last.json()["reference"].as_str().expect("a reference"));
        let log = gateway.log();
        assert!(log.contains("opened a punchout") && log.contains("returned a cart"));
        let stored = acme.installation.stored();
        let holds =
            |haystack: &[u8], needle: &str| haystack.windows(needle.len()).any(|bytes| bytes == needle.as_bytes());
        assert!(holds(&stored, "buyer@acme-customer.example"), "the search finds what is there");

        let passwords = [PASSWORD, "correct+horse", "correct%20horse", "staple"];
        for secret in passwords.into_iter().chain([token.as_str(), ticket, API_KEY]) {
            assert!(!holds(&stored, secret), "{secret} is stored");
            assert!(!page.contains(secret), "{secret} stands on the return page");
        }
        for secret in passwords.into_iter().chain([&token, ticket, API_KEY, &acme.system_key, &acme.customer_key]) {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is logged");
        }
    });
}

#[test]
fn a_customer_is_known_by_his_email_in_any_case_or_by_his_number() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for user in
            ["buyer@acme-customer.example", "BUYER@Acme-Customer.EXAMPLE", " buyer@acme-customer.example ", "10001"]
        {
            let entered = gateway.buyer().with("USERNAME", user).call();
            let entry = gateway.shop().redeem(&entered.token());
            assert_eq!(
                entry["customer"],
                json!({ "number": "10001", "email": "buyer@acme-customer.example" }),
                "{user}"
            );
        }
        for user in ["buyer", "1000", "010001", "buyer@acme-customer.exampl"] {
            let refused = gateway.buyer().with("USERNAME", user).call();
            assert_eq!(refused.refusal(), (401, "login-wrong".into()), "{user}");
        }
    });
}

/// A second system for customer 10001, with licenses of its own.
fn second_system(keys: &[String], active: bool) -> String {
    format!(
        r#"
[[system]]
shop = "acme"
slug = "erp"
name = "ERP"
active = {active}
license = "{}"
hooks = ["https://erp.example.com"]

[[assignment]]
system = "erp"
customer = "10001"
license = "{}"
"#,
        keys[0], keys[1]
    )
}

#[test]
fn without_a_system_in_the_address_the_customer_tells_which_one_is_meant() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().path("/oci");
        for call in [buyer.call(), buyer.visit(), buyer.clone().with("USERNAME", "10001").call()] {
            assert_eq!(gateway.shop().redeem(&call.token())["system"], "srm");
        }
        assert_eq!(buyer.clone().with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
        let stranger = buyer.clone().with("USERNAME", "stranger@nowhere.example");
        assert_eq!(stranger.call().refusal(), (401, "login-wrong".into()));
        let elsewhere = buyer.clone().with("HOOK_URL", "https://evil.example/");
        assert_eq!(elsewhere.call().refusal(), (400, "hook-host".into()), "the system's own list still counts");
        assert_eq!(buyer.clone().with("HOOK_URL", "javascript:alert(1)").call().refusal(), (400, "hook-scheme".into()));
        assert_eq!(buyer.without("HOOK_URL").call().refusal(), (400, "hook-missing".into()));
    });
}

#[test]
fn a_customer_of_several_systems_has_to_say_which_one_he_means() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let keys = acme.installation.issue("system");
        keys.iter().for_each(|key| acme.installation.connect(key));
        acme.installation.apply(&second_system(&keys, true));
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().path("/oci");
        let refused = buyer.call();
        assert_eq!(refused.refusal(), (403, "system-ambiguous".into()));
        let entry = gateway.logged(refused.json()["reference"].as_str().expect("a reference"));
        let cause = entry["cause"].as_str().expect("a cause");
        assert!(cause.contains("srm") && cause.contains("erp"), "{cause}");
        assert_eq!(buyer.clone().with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
        assert_eq!(gateway.buyer().call().status, 303, "by its own address each is found");

        acme.installation.apply(&second_system(&keys, false));
        let gateway = acme.installation.serve();
        let entered = gateway.buyer().path("/oci").call();
        assert_eq!(gateway.shop().redeem(&entered.token())["system"], "srm", "what is switched off is not meant");
    });
}

#[test]
fn without_a_system_in_the_address_a_right_login_is_told_what_forbids_it() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("active = false");
        let gateway = acme.installation.serve();
        let buyer = gateway.buyer().path("/oci");
        assert_eq!(buyer.call().refusal(), (403, "system-inactive".into()));
        acme.installation.sql("DELETE FROM assignments");
        assert_eq!(buyer.call().refusal(), (403, "not-assigned".into()));
        assert_eq!(buyer.with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
    });
}

#[test]
fn without_a_system_in_the_address_a_systems_own_names_of_parameters_are_known() {
    let names = "[system.call]\nnames = { user = \"LOGIN\", password = \"KEY\", hook = \"BACK\" }";
    let acme = Installation::on_sqlite().with_acme(names);
    let gateway = acme.installation.serve();
    let call = "LOGIN=buyer%40acme-customer.example&KEY=correct+horse&BACK=https%3A%2F%2Fsrm.example.com%2Freturn";
    let entered = gateway.send("GET", &format!("/oci?{call}"), None);
    assert_eq!(gateway.shop().redeem(&entered.token())["system"], "srm");
    // Whoever uses the standard's names is told what is missing of these.
    let standard = gateway.send("GET", "/oci?USERNAME=a&PASSWORD=b", None);
    assert_eq!(standard.refusal(), (400, "hook-missing".into()));
}

#[test]
fn a_slash_behind_the_address_does_no_harm() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    for path in ["/oci/", "/oci/srm/"] {
        assert_eq!(gateway.buyer().path(path).call().status, 303, "{path}");
    }
}

#[test]
fn every_path_says_by_which_methods_it_may_be_asked() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    let ask = |method: &str, path: &str| {
        let method = method.parse().expect("a method");
        Answer::of(client().request(method, format!("{}{path}", gateway.url)).send().expect("an answer"))
    };
    for (method, path, allowed) in [
        ("GET", "/api/v1/entries/redeem", "POST"),
        ("PUT", "/api/v1/punchouts/1/cart", "POST"),
        ("PATCH", "/api/v1/punchouts/1", "GET, DELETE"),
        ("POST", "/api/v1/customers/1", "PUT"),
        ("DELETE", "/health/live", "GET, HEAD"),
    ] {
        let answer = ask(method, path);
        assert_eq!(answer.status.as_u16(), 405, "{method} {path}");
        assert_eq!(answer.header("allow"), allowed);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], "method-unknown");
    }
    let page = ask("POST", "/return/ticket");
    assert_eq!((page.status.as_u16(), page.header("allow")), (405, "GET"));
    assert!(page.header("content-type").starts_with("text/html"));
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(ask("HEAD", path).status, 200, "{path}");
    }
}

#[test]
fn customers_of_two_shops_with_the_same_email_are_told_apart_by_their_passwords() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let keys = acme.installation.issue("system");
        keys.iter().for_each(|key| acme.installation.connect(key));
        let second = acme.setup("").replace("\"acme\"", "\"beta\"").replace("\"srm\"", "\"beta-srm\"");
        let second = second.replace(API_KEY, "another-key-for-tests-0123456789").replace(PASSWORD, "battery staple");
        let second = second.replace(&acme.system_key, &keys[0]).replace(&acme.customer_key, &keys[1]);
        acme.installation.apply(&second);
        let gateway = acme.installation.serve();
        let mut beta = gateway.shop();
        beta.api_key = "another-key-for-tests-0123456789".into();

        let buyer = gateway.buyer().path("/oci");
        let entry = gateway.shop().redeem(&buyer.call().token());
        assert_eq!(entry["system"], "srm");
        let token = buyer.clone().with("PASSWORD", "battery staple").call().token();
        assert_eq!(gateway.shop().try_redeem(&token).refusal(), (404, "entry-unknown".into()), "not this shop's buyer");
        assert_eq!(beta.redeem(&token)["system"], "beta-srm");
        assert_eq!(buyer.with("PASSWORD", "wrong").call().refusal(), (401, "login-wrong".into()));
        let astray = gateway.buyer().path("/oci/beta-srm").call();
        assert_eq!(astray.refusal(), (401, "login-wrong".into()), "a password is good for its own shop only");
        acme.installation.apply(&second.replace("battery staple", PASSWORD));
        assert_eq!(gateway.buyer().path("/oci").call().refusal(), (403, "system-ambiguous".into()));
    });
}

#[test]
fn an_address_without_a_system_behind_it_is_refused_whatever_the_login() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for path in ["/oci/sap", "/oci/SRM", "/oci/srm-2", "/oci/%3Cscript%3E"] {
            let buyer = gateway.buyer().path(path);
            assert_eq!(buyer.call().refusal(), (404, "system-unknown".into()), "{path}");
            assert_eq!(buyer.with("PASSWORD", "wrong").call().refusal(), (404, "system-unknown".into()), "{path}");
        }
        assert_eq!(gateway.send("GET", "/oci/srm/more", None).refusal(), (404, "not-found".into()));
    });
}

#[test]
fn a_method_that_the_system_does_not_use_is_refused() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("[system.call]\nmethods = [\"POST\"]");
        let gateway = acme.installation.serve();
        let refused = gateway.send("GET", &format!("/oci/srm?{LOGIN}&{ENCODED_HOOK}"), None);
        assert_eq!(refused.refusal(), (405, "method-not-allowed".into()));
        assert_eq!(refused.header("allow"), "POST");
        assert_eq!(gateway.buyer().visit().status, 405);
        assert_eq!(gateway.buyer().call().status, 303);
    });
}

#[test]
fn a_function_that_shows_something_in_the_shop_becomes_the_intent() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        let intent = |parameters: &[(&str, &str)]| {
            let buyer = parameters.iter().fold(gateway.buyer(), |buyer, (name, value)| buyer.with(name, value));
            gateway.shop().redeem(&buyer.call().token())
        };
        let shop = json!({ "kind": "shop" });
        assert_eq!(intent(&[])["intent"], shop);
        assert_eq!(intent(&[("FUNCTION", "")])["intent"], shop);

        let detail = json!({ "kind": "detail", "product_id": "SW-10001 / ä" });
        for (function, argument) in [("DETAIL", "PRODUCTID"), ("detail", "productid"), ("Detail", "ProductId")] {
            let entry = intent(&[("FUNCTION", function), (argument, "SW-10001 / ä"), ("plant", "A")]);
            assert_eq!(entry["intent"], detail);
            assert_eq!(entry["extra"], json!({ "plant": "A" }), "what the function consumed is not extra");
        }
        let search = |text: &str| json!({ "kind": "search", "text": text });
        assert_eq!(intent(&[("FUNCTION", "SOURCING"), ("SEARCHSTRING", "hex bolt")])["intent"], search("hex bolt"));
        assert_eq!(intent(&[("FUNCTION", "sourcing"), ("searchstring", "")])["intent"], search(""));
        assert_eq!(intent(&[("FUNCTION", "SOURCING"), ("SEARCHSTRING", "%toner%")])["intent"], search("%toner%"));
    });
}

#[test]
fn a_function_without_its_argument_unknown_or_not_offered_is_refused_before_the_login() {
    on_both_databases(|installation| {
        let acme =
            installation.with_acme("[system.call]\nfunctions = [\"SOURCING\", \"VALIDATE\", \"BACKGROUND_SEARCH\"]");
        let gateway = acme.installation.serve();
        let call = |function: &str, arguments: &[(&str, &str)]| {
            let buyer = gateway.buyer().with("PASSWORD", "wrong").with("FUNCTION", function);
            arguments.iter().fold(buyer, |buyer, (name, value)| buyer.with(name, value)).call().refusal()
        };
        let refused = |code: &str| (400, code.to_owned());
        for (function, empty) in [("DETAIL", "PRODUCTID"), ("VALIDATE", "PRODUCTID")] {
            assert_eq!(call(function, &[]), refused("function-argument"), "{function}");
            assert_eq!(call(function, &[(empty, "  ")]), refused("function-argument"), "{function}");
        }
        for function in ["SOURCING", "BACKGROUND_SEARCH"] {
            assert_eq!(call(function, &[]), refused("function-argument"), "{function}");
        }
        assert_eq!(call("DETAIL", &[("PRODUCTID", "<PRODUCTID>")]), refused("placeholder"));

        let product = [("PRODUCTID", "SW-10001"), ("QUANTITY", "10")];
        assert_eq!(call("VALIDATE", &product), (401, "login-wrong".into()), "this one is offered");
        assert_eq!(call("VALIDATE", &[("PRODUCTID", "1"), ("QUANTITY", "1,5")]), refused("function-argument-wrong"));
        assert_eq!(call("DOWNLOADJSON", &[]), refused("function-not-offered"));
        assert_eq!(call("DETAIL", &product), refused("function-not-offered"), "this system leaves it out");
        for unknown in ["QUANTITYCHECK", "DETAILADD", "<script>", "42"] {
            assert_eq!(call(unknown, &product), refused("function-unknown"), "{unknown}");
        }
        assert_eq!(call("SOURCING", &[("SEARCHSTRING", "bolt")]), (401, "login-wrong".into()), "this one is offered");
    });
}

#[test]
fn a_login_that_no_database_could_hold_is_simply_wrong() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();
        for path in ["/oci/srm", "/oci"] {
            let refused = gateway.buyer().path(path).with("USERNAME", "buyer\0@acme-customer.example").call();
            assert_eq!(refused.refusal(), (401, "login-wrong".into()), "{path}");
        }
    });
}

#[test]
fn a_method_that_no_call_has_is_refused_by_name() {
    let acme = Installation::on_sqlite().with_acme("");
    let gateway = acme.installation.serve();
    for path in ["/oci/srm", "/oci"] {
        let request = client().put(format!("{}{path}", gateway.url)).header("accept", "application/json");
        let answer = Answer::of(request.send().expect("an answer"));
        assert_eq!(answer.refusal(), (405, "method-not-allowed".into()));
        assert_eq!(answer.header("allow"), "GET, POST");
    }
}
