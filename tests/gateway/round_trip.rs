//! From the call to the returned cart, as procurement system and shop live it.

use crate::support::{HOOK, ReturnForm, bolts, get, on_both_databases};

#[test]
fn a_buyer_punches_out_and_brings_a_cart_back() {
    on_both_databases(|installation| {
        let acme = installation.with_acme("");
        let gateway = acme.installation.serve();

        let entered = gateway.buyer().with("costcenter", "4711").with("sap-language", "DE").call();
        assert!(entered.header("location").starts_with("https://shop.acme.example/punchout/enter?token="));
        let entry = gateway.shop().redeem(&entered.token());
        assert_eq!(entry["system"], "srm");
        assert_eq!(entry["customer"]["number"], "10001");
        assert_eq!(entry["customer"]["email"], "buyer@acme-customer.example");
        assert_eq!(entry["intent"]["kind"], "shop");
        assert_eq!(entry["language"], "de");
        assert_eq!(entry["extra"], serde_json::json!({ "costcenter": "4711" }));

        let punchout = entry["punchout"].as_str().expect("an id");
        let return_url = gateway.shop().cart(punchout, &bolts());
        assert_eq!(gateway.shop().status(punchout)["state"], "in_shop");

        let page = get(&return_url);
        assert_eq!(page.status, 200);
        let form = ReturnForm::read(&page.text());
        assert_eq!((form.action.as_str(), form.method.as_str()), (HOOK, "post"));
        assert_eq!(form.get("NEW_ITEM-DESCRIPTION[1]"), Some("Hex bolt M8x40"));
        assert_eq!(form.get("NEW_ITEM-QUANTITY[1]"), Some("3.000"));
        assert_eq!(form.get("NEW_ITEM-PRICE[1]"), Some("12.500"));
        assert_eq!(form.get("NEW_ITEM-PRICEUNIT[1]"), Some("1"));
        assert_eq!(form.get("NEW_ITEM-CURRENCY[1]"), Some("EUR"));
        assert_eq!(form.get("NEW_ITEM-UNIT[1]"), Some("PCE"));
        assert_eq!(form.get("NEW_ITEM-VENDORMAT[1]"), Some("SW-10001"));

        assert_eq!(gateway.shop().status(punchout)["state"], "returned");
        assert_eq!(ReturnForm::read(&get(&return_url).text()).fields, form.fields, "a reload shows the same form");
        let second = gateway.shop().try_cart(punchout, &bolts());
        assert_eq!(second.refusal(), (409, "punchout-returned".into()));
    });
}
