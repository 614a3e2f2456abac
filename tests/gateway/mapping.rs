//! From the cart to the items: templates, charges, families, and settings of single customers.

use serde_json::{Value, json};

use crate::support::{Acme, Gateway, PASSWORD, ReturnForm, bolts, get, on_both_databases};

/// The form that a cart becomes, handed over in a punchout of this login.
fn form(gateway: &Gateway, cart: &Value) -> ReturnForm {
    let punchout = gateway.punch_out();
    ReturnForm::read(&get(&gateway.shop().cart(&punchout, cart)).text())
}

fn field<'a>(form: &'a ReturnForm, name: &str) -> Option<&'a str> {
    form.get(&format!("NEW_ITEM-{name}"))
}

/// A cart of bolts with what else each line says.
fn cart(lines: &[Value]) -> Value {
    let mut cart = bolts();
    let bolt = cart["lines"][0].clone();
    let line = |(index, changes): (usize, &Value)| {
        let mut line = bolt.clone();
        line["id"] = index.to_string().into();
        for (name, value) in changes.as_object().expect("an object") {
            line[name] = value.clone();
        }
        line
    };
    cart["lines"] = lines.iter().enumerate().map(line).collect();
    cart
}

/// Codes of the notices that a cart gets.
fn notices(gateway: &Gateway, cart: &Value) -> Vec<String> {
    let answer = gateway.shop().try_cart(&gateway.punch_out(), cart);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let notices = answer.json()["notices"].as_array().expect("notices").clone();
    notices.iter().map(|notice| notice["code"].as_str().expect("a code").to_owned()).collect()
}

/// A second customer, 10002, with a license of his own.
fn second_customer(acme: &Acme) -> String {
    let key = acme.installation.issue("customer").remove(0);
    acme.installation.connect(&key);
    format!(
        "\n[[customer]]\nshop = \"acme\"\nnumber = \"10002\"\nemail = \"second@customer.example\"\npassword = \"{PASSWORD}\"\n\
         \n[[assignment]]\nsystem = \"srm\"\ncustomer = \"10002\"\nlicense = \"{key}\"\n"
    )
}

#[test]
fn a_template_goes_from_the_setup_file_into_the_form() {
    on_both_databases(|installation| {
        let acme = installation.with_acme(
            "[[system.field]]\nname = \"DESCRIPTION\"\ntemplate = \"{{ line.name | upper }} ({{ line.custom.size }})\"\n\
             [[system.field]]\nname = \"CUST_FIELD1\"\ntemplate = \"{{ customer.number | pad(10) }}\"",
        );
        assert!(acme.installation.punchgate(&["export"]).contains("{{ line.name | upper }} ({{ line.custom.size }})"));
        let gateway = acme.installation.serve();
        let form = form(&gateway, &cart(&[json!({ "custom": { "size": "M8" } })]));
        assert_eq!(field(&form, "DESCRIPTION[1]"), Some("HEX BOLT M8X40 (M8)"));
        assert_eq!(field(&form, "CUST_FIELD1[1]"), Some("0000010001"));

        let refused =
            gateway.shop().try_cart(&gateway.punch_out(), &cart(&[json!({ "custom": { "size": "M8" } }), json!({})]));
        assert_eq!(refused.refusal(), (422, "cart-faulty".into()));
        let fault = &refused.json()["faults"][0];
        assert_eq!(
            (fault["line"].as_str(), fault["field"].as_str(), fault["code"].as_str()),
            (Some("2"), Some("DESCRIPTION"), Some("template-failed"))
        );
        assert!(
            fault["message"].as_str().is_some_and(|message| message.contains("line.custom.size is not there")),
            "{fault}"
        );
    });
}

#[test]
fn a_wrong_template_stops_apply_with_its_line() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let wrong = "[[system.field]]\nname = \"TAX\"\ntemplate = \"\"\"\n{{ line.nmae }}\"\"\"";
        let output = acme.installation.try_apply(&acme.setup(wrong));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success());
        assert!(told.contains("system srm: field: TAX: template: line.nmae is not known; known are line.id"), "{told}");
    });
}

#[test]
fn shipping_discount_and_tax_go_home_as_the_system_is_set() {
    on_both_databases(|installation| {
        let acme =
            installation.with_acme("[system.charges]\nshipping = \"spread\"\ndiscount = \"line\"\ntax = \"line\"");
        let gateway = acme.installation.serve();
        let cart = cart(&[
            json!({ "quantity": "2", "price": { "net": "10" }, "tax_rate": "19" }),
            json!({ "kind": "shipping", "name": "Parcel", "quantity": "1", "price": { "net": "5" }, "tax_rate": "19" }),
            json!({ "kind": "discount", "name": "Bonus", "quantity": "1", "price": { "net": "-1" }, "tax_rate": "19" }),
        ]);
        let form = form(&gateway, &cart);
        let prices: Vec<Option<&str>> = (1..=4).map(|n| form.get(&format!("NEW_ITEM-PRICE[{n}]"))).collect();
        assert_eq!(prices, [Some("12.500"), Some("-1.000"), Some("4.560"), None]);
        assert_eq!(field(&form, "DESCRIPTION[3]"), Some("Tax 19 %"));
        let mut told = notices(&gateway, &cart);
        told.sort();
        assert_eq!(told, ["charge-spread", "negative-price", "tax-line"]);
    });
}

#[test]
fn a_set_and_its_parts_are_a_family_in_the_form() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let cart =
            cart(&[json!({}), json!({ "kind": "text", "name": "As a set" }), json!({ "parent": "0" }), json!({})]);
        let gateway = acme.installation.serve();
        let form = form(&gateway, &cart);
        let told = |name: &str| (1..=3).map(|n| form.get(&format!("NEW_ITEM-{name}[{n}]"))).collect::<Vec<_>>();
        assert_eq!(told("ITEM_TYPE"), [Some("R"), Some("O"), None]);
        assert_eq!(told("PARENT_ID"), [None, Some("1"), None]);
    });
}

#[test]
fn a_single_customer_may_call_and_be_answered_otherwise() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let settings = "hooks = [\"https://srm.example.com\"]\n[system.override.\"10002\"]\ncall = { names = { user = \"LOGIN\", password = \"CODEWORT\", hook = \"BACK\" }, functions = [] }\n\
            hooks = [\"https://other.example.com\", \"https://srm.example.com\"]\nform = { first_index = 0 }\n\
            [[system.override.\"10002\".field]]\nname = \"CUST_FIELD1\"\nfixed = \"special\"\n\
            [system.override.\"4711\"]\nform = { first_index = 0 }";
        let file = acme.setup(settings) + &second_customer(&acme);
        let path = acme.installation.file("setup.toml", &file);
        let output = acme.installation.try_punchgate(&["apply", path.to_str().expect("a path")]);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{told}");
        assert!(told.contains("system srm: override.\"4711\": there is no such customer yet"), "{told}");
        assert!(!told.contains("override.\"10002\": there is"), "{told}");
        let again = acme.installation.apply(&file);
        assert!(!again.contains("~ system srm"), "nothing changed: {again}");
        assert!(acme.installation.punchgate(&["export"]).contains("[system.override.10002"));

        let gateway = acme.installation.serve();
        let special = |user: &str, password: &str| {
            let buyer = gateway.buyer().without("USERNAME").without("PASSWORD").without("HOOK_URL");
            buyer
                .with("LOGIN", user)
                .with("CODEWORT", password)
                .with("BACK", "https://other.example.com/r")
                .with("COSTCENTER", "7")
        };
        let entered = special("second@customer.example", PASSWORD).call();
        let entry = gateway.shop().redeem(&entered.token());
        assert_eq!(
            (entry["customer"]["number"].as_str(), &entry["extra"]),
            (Some("10002"), &json!({ "COSTCENTER": "7" }))
        );
        let punchout = entry["punchout"].as_str().expect("an id");
        let form = ReturnForm::read(&get(&gateway.shop().cart(punchout, &bolts())).text());
        assert_eq!(
            (form.action.as_str(), form.get("NEW_ITEM-CUST_FIELD1[0]")),
            ("https://other.example.com/r", Some("special"))
        );

        // Where no system is named, his own names are known too.
        let somewhere = special("second@customer.example", PASSWORD).path("/oci").call();
        assert_eq!(somewhere.status, 303, "{}", somewhere.text());

        // Everybody else is called and answered as ever.
        let usual = ReturnForm::read(&get(&gateway.shop().cart(&gateway.punch_out(), &bolts())).text());
        assert_eq!((usual.action.as_str(), usual.get("NEW_ITEM-CUST_FIELD1[1]")), (crate::support::HOOK, None));
        // By the system's own names he is let in, too; what he may is his own.
        let by_names = gateway.buyer().with("USERNAME", "10002");
        assert_eq!(by_names.call().status, 303);
        let detail = by_names.with("FUNCTION", "DETAIL").with("PRODUCTID", "1").call();
        assert_eq!(detail.refusal(), (400, "function-not-offered".into()));
        assert_eq!(
            gateway.buyer().with("HOOK_URL", "https://other.example.com/r").call().refusal(),
            (400, "hook-host".into())
        );

        // Strangers learn nothing: whoever is meant, the answer is the same.
        let refusals = ["10002", "10001", "nobody"].map(|user| special(user, "wrong").call().refusal());
        assert_eq!(
            refusals,
            [(401, "login-wrong".to_owned()), (401, "login-wrong".to_owned()), (401, "login-wrong".to_owned())]
        );
        // With the right password another customer is told what his own call lacks.
        assert_eq!(special("10001", PASSWORD).call().refusal().0, 400);
        // No secret is kept under a name that only an override knows.
        special("10002", "a-secret-of-his").call();
        let stored = String::from_utf8_lossy(&acme.installation.stored()).into_owned();
        assert!(!stored.contains("a-secret-of-his"));
    });
}
