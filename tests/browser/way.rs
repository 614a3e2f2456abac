//! From the first license to a punchout, click by click.

use crate::chrome::Chrome;
use crate::support::{
    Gateway, HOOK, Installation, ReturnForm, SIGN_IN_PASSWORD, bolts, client, eventually, get, on_both_databases,
};

const OWNER: &str = "owner@acme.example";
const VENDOR: &str = "vendor@punchgate.example";
const CUSTOMER: &str = "buyer@acme-customer.example";
const PASSWORD: &str = "correct horse";

/// The labels on the way.
struct Words {
    lang: &'static str,
    sign_in: &'static str,
    sign_out: &'static str,
    issue: &'static str,
    issued: &'static str,
    licenses: &'static str,
    system_license: &'static str,
    customer_license: &'static str,
    manage: &'static str,
    connect: &'static str,
    disconnect: &'static str,
    breaks: &'static str,
    systems: &'static str,
    edit: &'static str,
    save: &'static str,
    general: &'static str,
    customers: &'static str,
    login: &'static str,
    giveback: &'static str,
    fields: &'static str,
    units: &'static str,
    new_customer: &'static str,
    wrong_kind: &'static str,
    works: &'static str,
    assigned: &'static str,
    test: &'static str,
    not_connected: &'static str,
    refused: &'static str,
    preview: &'static str,
    keep_editing: &'static str,
}

const GERMAN: Words = Words {
    lang: "de",
    sign_in: "Anmelden",
    sign_out: "Abmelden",
    issue: "Ausstellen",
    issued: "Diese Lizenzen stehen jetzt im Portal",
    licenses: "Lizenzen",
    system_license: "System-Lizenz",
    customer_license: "Kunden-Lizenz",
    manage: "Lizenz verwalten",
    connect: "Verbinden",
    disconnect: "Trennen",
    breaks: "Ein Kunde kann keinen Punchout mehr machen",
    systems: "OCI-Systeme",
    edit: "Bearbeiten",
    save: "Speichern",
    general: "Allgemein",
    customers: "Kunde",
    login: "Anmeldung",
    giveback: "Rücksprung",
    fields: "Felder",
    units: "Einheiten",
    new_customer: "Neuer Kunde",
    wrong_kind: "Das ist eine Kunden-Lizenz; sie gehört in den Tab Kunde.",
    works: "System-Lizenz, verbunden mit shop.acme.example, gültig bis 31.12.2037",
    assigned: "Kunde 10001 hat jetzt einen Platz in diesem System.",
    test: "Dieses System testen",
    not_connected: "system-license-not-connected",
    refused: "Abgelehnt",
    preview: "Vorschau",
    keep_editing: "Weiter bearbeiten",
};

const ENGLISH: Words = Words {
    lang: "en",
    sign_in: "Sign in",
    sign_out: "Sign out",
    issue: "Issue",
    issued: "These licenses are in the portal",
    licenses: "Licenses",
    system_license: "System license",
    customer_license: "Customer license",
    manage: "Manage this license",
    connect: "Connect",
    disconnect: "Disconnect",
    breaks: "One customer cannot punch out",
    systems: "OCI systems",
    edit: "Edit",
    save: "Save",
    general: "General",
    customers: "Customers",
    login: "Login",
    giveback: "Return",
    fields: "Fields",
    units: "Units",
    new_customer: "New customer",
    wrong_kind: "This is a customer license; it belongs in the tab Customers.",
    works: "System license, connected with shop.acme.example, valid until 31 Dec 2037",
    assigned: "Customer 10001 has a place in this system now.",
    test: "Test this system",
    not_connected: "system-license-not-connected",
    refused: "Refused",
    preview: "Preview",
    keep_editing: "Keep editing",
};

#[test]
fn the_way_in_german() {
    on_both_databases(|installation| walk(&installation, &GERMAN));
}

#[test]
fn the_way_in_english() {
    on_both_databases(|installation| walk(&installation, &ENGLISH));
}

fn walk(installation: &Installation, words: &Words) {
    installation.add_user(OWNER, "merchant");
    installation.add_user(VENDOR, "vendor");
    let gateway = installation.serve();
    let Some(chrome) = Chrome::start(words.lang, &gateway.url) else { return };
    vendor_issues(&chrome, words);
    let system_key = owner_connects(&chrome, words);
    let api_key = owner_sets_up_shop_and_customer(&chrome, words);
    owner_makes_the_system(&chrome, words, &system_key);
    customer_gets_his_place(&chrome, words);
    look_at_the_tabs(&chrome, words);
    try_the_system(&chrome, words);
    punch_out(&gateway, &api_key);
    look_at_the_lists(&chrome, words);
    preview_settings(&chrome, words);
    settings_of_one_customer(&chrome, words);
    disconnect_and_be_refused(&chrome, words, &gateway);
    look_at_the_rest(&chrome, words);
    let faults = chrome.faults.borrow();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(chrome.complaints(), Vec::<String>::new(), "the browser has nothing to complain about");
}

fn sign_in(chrome: &Chrome, words: &Words, email: &str) {
    chrome.fill("email", email);
    chrome.fill("password", SIGN_IN_PASSWORD);
    chrome.press(words.sign_in);
    chrome.see(email);
}

fn vendor_issues(chrome: &Chrome, words: &Words) {
    chrome.open("/vendor/licenses/new");
    chrome.look("01-sign-in");
    sign_in(chrome, words, VENDOR);
    chrome.fill("account", OWNER);
    chrome.choose_day("valid_until", "2037-12-31");
    chrome.look("02-vendor-issue");
    chrome.press(words.issue);
    chrome.see(words.issued);
    chrome.look("03-vendor-issued");
    for (path, name) in [("/vendor", "04-vendor-accounts"), ("/vendor/licenses", "05-vendor-licenses")] {
        chrome.open(path);
        chrome.see(OWNER);
        chrome.look(name);
    }
    chrome.open("/vendor");
    chrome.press(OWNER);
    chrome.look("06-vendor-account");
    chrome.press(words.sign_out);
    chrome.arrive("/signin");
}

/// Both licenses; gives the key of the system license.
fn owner_connects(chrome: &Chrome, words: &Words) -> String {
    chrome.open("/account/license");
    sign_in(chrome, words, OWNER);
    chrome.see(words.system_license);
    chrome.look("10-licenses");
    let mut system_key = String::new();
    for kind in ["system", "customer"] {
        chrome.open(&format!("/account/license?kind={kind}"));
        chrome.press(words.manage);
        let key = chrome.read("#license-key");
        chrome.fill("website", "shop");
        chrome.press(words.connect);
        chrome.see("shop.example.com");
        chrome.look(&format!("11-{kind}-license-with-a-fault"));
        chrome.fill("website", "https://shop.acme.example/");
        chrome.press(words.connect);
        chrome.see("shop.acme.example");
        chrome.see(words.disconnect);
        chrome.look(&format!("12-{kind}-license-connected"));
        if kind == "system" {
            system_key = key;
        }
    }
    assert!(system_key.starts_with("PGS-"), "{system_key}");
    system_key
}

fn owner_sets_up_shop_and_customer(chrome: &Chrome, words: &Words) -> String {
    chrome.open("/admin");
    chrome.look("20-first-steps");
    chrome.open("/admin/shops");
    chrome.look("21-no-shop-yet");
    chrome.open("/admin/shops/new");
    chrome.fill("name", "Acme Tools");
    chrome.fill("slug", "acme");
    chrome.fill("website", "https://shop.acme.example");
    chrome.fill("entry_url", "https://shop.acme.example/punchout/enter");
    chrome.look("22-new-shop");
    chrome.press(words.save);
    let api_key = chrome.read("#api-key");
    chrome.look("23-api-key");
    chrome.open("/admin/customers/new");
    chrome.fill("number", "10001");
    chrome.fill("email", CUSTOMER);
    chrome.fill("password", PASSWORD);
    chrome.look("24-new-shop-customer");
    chrome.press(words.save);
    chrome.see(CUSTOMER);
    chrome.look("25-shop-customer");
    api_key
}

fn owner_makes_the_system(chrome: &Chrome, words: &Words, system_key: &str) {
    chrome.open("/admin");
    chrome.press(words.systems);
    chrome.look("30-no-system-yet");
    chrome.open("/admin/systems/new");
    chrome.fill("name", "SAP SRM");
    chrome.fill("slug", "sap-srm");
    chrome.select("preset", "sap-srm");
    chrome.tick("active");
    chrome.fill("license", "PGS-1");
    chrome.see("PGS-XXXXX");
    chrome.fill("license", system_key);
    chrome.see(words.works);
    chrome.look("31-new-system");
    chrome.press(words.save);
    chrome.see("/oci/sap-srm");
    chrome.see(words.edit);
    chrome.look("32-system-general");
    chrome.press(words.edit);
    chrome.fill("name", "SAP SRM production");
    chrome.look("33-system-general-edited");
    chrome.press(words.save);
    chrome.see("SAP SRM production");
    chrome.press(words.giveback);
    chrome.press(words.edit);
    chrome.fill("hooks", "https://srm.example.com");
    chrome.press(words.save);
    chrome.see(words.edit);
}

fn customer_gets_his_place(chrome: &Chrome, words: &Words) {
    chrome.press(words.customers);
    chrome.look("40-no-customers-yet");
    chrome.press(words.new_customer);
    chrome.answer_after(1000);
    chrome.fill("q", "acme-cust");
    // The list is on its way once more while he is chosen from the one that is there.
    std::thread::sleep(std::time::Duration::from_millis(500));
    chrome.choose("10001");
    std::thread::sleep(std::time::Duration::from_millis(1200));
    chrome.answer_after(0);
    chrome.choose("PGC-");
    chrome.look("41-new-customer-dialog");
    chrome.press_in_dialog(words.save);
    chrome.see(words.assigned);
    chrome.look("42-customers");
    chrome.open("/admin/systems/sap-srm?edit");
    chrome.open("/account/license?kind=customer");
    chrome.press(words.manage);
    let customer_key = chrome.read("#license-key");
    chrome.open("/admin/systems/sap-srm?edit");
    chrome.fill("license", &customer_key);
    chrome.see(words.wrong_kind);
    chrome.look("43-a-key-of-the-wrong-kind");
    assert!(
        chrome.text().contains(words.general)
            && !chrome.text().contains(words.customer_license.to_uppercase().as_str())
    );
    chrome.open("/admin/systems");
    chrome.see("SAP SRM production");
    chrome.look("44-systems");
}

fn look_at_the_tabs(chrome: &Chrome, words: &Words) {
    chrome.open("/admin/systems/sap-srm");
    for (label, name) in [
        (words.login, "50-login"),
        (words.giveback, "51-return"),
        (words.fields, "52-fields"),
        (words.units, "53-units"),
    ] {
        chrome.press(label);
        chrome.see(words.edit);
        chrome.look(name);
        chrome.press(words.edit);
        chrome.see(words.save);
        chrome.look(&format!("{name}-edited"));
    }
    chrome.open("/admin/systems/sap-srm/preset?to=basware");
    chrome.look("54-preset");
}

/// No outside website is needed: the gateway plays buyer and shop.
fn try_the_system(chrome: &Chrome, words: &Words) {
    chrome.open("/admin/systems/sap-srm");
    chrome.press(words.test);
    chrome.see("10001");
    chrome.look("60-test");
    chrome.press_submit("/admin/systems/sap-srm/test");
    chrome.see("303");
    chrome.look("61-test-called");
    chrome.press_submit_ending("/cart");
    chrome.see("NEW_ITEM-DESCRIPTION");
    chrome.look("62-test-cart");
}

fn call(gateway: &Gateway) -> crate::support::Answer {
    let fields = [("USERNAME", CUSTOMER), ("PASSWORD", PASSWORD), ("HOOK_URL", HOOK)];
    let request = client().post(format!("{}/oci/sap-srm", gateway.url)).header("accept", "text/html").form(&fields);
    crate::support::Answer::of(request.send().expect("an answer"))
}

/// The procurement system and the shop, over HTTP.
fn punch_out(gateway: &Gateway, api_key: &str) {
    eventually("the gateway knows the system", || call(gateway).status == 303);
    let token = call(gateway).token();
    let shop = |path: &str, body: serde_json::Value| -> serde_json::Value {
        let request = client().post(format!("{}/api/v1/{path}", gateway.url)).bearer_auth(api_key).json(&body);
        request.send().expect("an answer").json().expect("JSON")
    };
    let entered = shop("entries/redeem", serde_json::json!({ "token": token }));
    let punchout = entered["punchout"].as_str().expect("a punchout");
    let cart = shop(&format!("punchouts/{punchout}/cart"), bolts());
    let form = ReturnForm::read(&get(cart["return_url"].as_str().expect("a return page")).text());
    assert_eq!(form.action, HOOK);
    assert!(form.get("NEW_ITEM-DESCRIPTION[1]").is_some(), "{:?}", form.fields);
}

/// A draft is tried on the cart that was just recorded, and on one that it would refuse.
fn preview_settings(chrome: &Chrome, words: &Words) {
    chrome.open("/admin/systems/sap-srm/fields?edit");
    chrome.fill("name-0", "DESCRIPTION");
    chrome.fill("max-0", "8");
    chrome.fill("fixed-1", "unused");
    chrome.press(words.preview);
    chrome.see(words.keep_editing);
    chrome.look("76-preview");
    chrome.press(words.keep_editing);
    chrome.see(words.preview);
    chrome.fill("from-1", "nmae, product_id");
    chrome.fill("max-0", "many");
    chrome.press(words.save);
    chrome.see("nmae");
    chrome.look("77-fields-with-faults");
    chrome.open("/admin/systems/sap-srm/return?edit");
    chrome.fill("hooks", "https://elsewhere.example.com");
    chrome.select("discount", "line");
    chrome.press(words.preview);
    chrome.see(words.keep_editing);
    chrome.look("78-preview-refused");
}

fn settings_of_one_customer(chrome: &Chrome, words: &Words) {
    chrome.open("/admin/systems/sap-srm/customers");
    chrome.press_link_to("/admin/systems/sap-srm/customers/0");
    chrome.see("10001");
    chrome.fill("settings", "[form]\ncharset = \"klingon\"");
    chrome.press(words.save);
    chrome.see("klingon");
    chrome.look("79-settings-of-one-customer");
    chrome.open("/admin/shops/acme");
    chrome.see(words.edit);
    chrome.look("79-shop-with-catalog");
}

fn look_at_the_lists(chrome: &Chrome, words: &Words) {
    chrome.open("/admin/punchouts");
    chrome.see("10001");
    chrome.look("70-punchouts");
    chrome.press_link_to("/admin/punchouts/0");
    chrome.see("10001");
    chrome.look("71-punchout");
    for (path, name) in [
        ("/admin", "72-all-steps-done"),
        ("/admin/customers", "73-shop-customers"),
        ("/admin/shops/acme", "74-shop"),
        ("/admin/audit", "75-audit-log"),
    ] {
        chrome.open(path);
        chrome.look(name);
    }
    chrome.see(words.licenses);
}

fn disconnect_and_be_refused(chrome: &Chrome, words: &Words, gateway: &Gateway) {
    chrome.open("/account/license?kind=system");
    chrome.press(words.manage);
    chrome.press(words.disconnect);
    chrome.see(words.breaks);
    chrome.look("80-disconnect-asks");
    chrome.press_in_dialog(words.disconnect);
    chrome.see(words.connect);
    eventually("the call is refused", || call(gateway).status == 403);
    // Refusals are written down beside the answer's way, so the list may have to be looked at again.
    eventually("the refusal is in the list", || {
        chrome.open("/admin/punchouts?state=refused");
        chrome.has_link_to("/admin/refusals/0")
    });
    assert!(chrome.text().contains(words.refused));
    chrome.look("81-refusals");
    chrome.press_link_to("/admin/refusals/0");
    chrome.see(words.not_connected);
    chrome.look("82-refusal");
}

fn look_at_the_rest(chrome: &Chrome, words: &Words) {
    for (path, name) in [
        ("/account", "90-my-account"),
        ("/account/second-factor", "91-second-factor"),
        ("/admin/customers/import", "92-import"),
        ("/admin/nowhere", "93-nothing-here"),
    ] {
        chrome.open(path);
        chrome.look(name);
    }
    chrome.open("/admin");
    chrome.press(words.sign_out);
    chrome.arrive("/signin");
}
