//! OCI systems in the administration: made, licensed, given customers.

use crate::support::{Acme, Browser, Installation, PASSWORD, Page, eventually, on_both_databases};

const OWNER: &str = "owner@acme.example";
const OTHER: &str = "other@merchant.example";

fn acme(installation: Installation) -> Acme {
    let acme = installation.with_acme("");
    acme.installation.add_user(OWNER, "merchant");
    acme
}

fn new_system(browser: &Browser<'_>, slug: &str, key: &str, active: bool) -> crate::support::Answer {
    let form = browser.page("/admin/systems/new").form("/admin/systems/new");
    let form = form.with("name", "A new system").with("slug", slug).with("license", key);
    if active { form.with("active", "on") } else { form }.send(browser)
}

#[test]
fn seven_things_can_be_wrong_with_a_key_and_each_has_its_sentence() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let issue = |kind: &str, more: &[&str]| -> String {
            let base = ["license", "issue", "--account", OWNER, "--kind", kind];
            let all: Vec<&str> = base.iter().chain(more).copied().collect();
            acme.installation.punchgate(&all).lines().next().expect("a key").to_owned()
        };
        let run = |arguments: &[&str]| acme.installation.punchgate(arguments);
        let good = issue("system", &[]);
        let mistyped = format!("{}{}", &good[..good.len() - 1], if good.ends_with('A') { 'B' } else { 'A' });
        let (customer, elsewhere, expired, suspended) = (
            issue("customer", &[]),
            issue("system", &[]),
            issue("system", &["--valid-until", "2020-01-01"]),
            issue("system", &[]),
        );
        run(&["license", "connect", &elsewhere, "--website", "https://other.example"]);
        for key in [&expired, &suspended] {
            run(&["license", "connect", key, "--website", "https://shop.acme.example"]);
        }
        run(&["license", "suspend", &suspended]);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let unknown = "PGS-00000-00000-00000-00000";
        let mut told = Vec::new();
        for (key, sentence, storable) in [
            (mistyped.as_str(), "mistyped", false),
            (customer.as_str(), "This is a customer license; it belongs in the tab Customers.", false),
            (
                elsewhere.as_str(),
                "Connected with other.example, but the website of this shop is shop.acme.example.",
                true,
            ),
            (expired.as_str(), "Expired on 1 Jan 2020.", true),
            (suspended.as_str(), "Suspended by the vendor.", true),
            (acme.system_key.as_str(), "In use already: OCI system srm.", false),
            (good.as_str(), "Not connected yet: connect it in the license portal.", true),
        ] {
            let asked = browser.page(&format!("/admin/license-check?shop=acme&license={key}"));
            let said = Page { path: key.into(), html: format!("<main>{}</main>", asked.html) };
            said.says(sentence);
            told.push(said.text());
            let active = new_system(&browser, "as-active", key, true);
            assert_eq!(active.status, 422, "{sentence}");
            Page::of(key, &active).says(sentence);
            let inactive = new_system(&browser, &format!("s{}", told.len()), key, false);
            assert_eq!(inactive.status.as_u16(), if storable { 303 } else { 422 }, "{sentence}");
        }
        let asked = browser.page(&format!("/admin/license-check?shop=acme&license={unknown}")).html;
        assert!(asked.contains("There is no license with this key.") || asked.contains("mistyped"), "{asked}");
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 7, "each has its own sentence");
    });
}

#[test]
fn a_new_system_and_a_customer_with_his_license_punch_out() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let keys = acme.installation.issue("system");
        acme.installation.connect(&keys[0]);
        acme.installation.connect(&keys[1]);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        browser.done(&new_system(&browser, "basware", &keys[0], true)).says("is there");
        browser.page("/admin/systems").says("A new system").says("Valid").says("basware");

        let empty = browser.page("/admin/systems/basware/customers");
        empty.says("No customers in this system yet");
        let new = "/admin/systems/basware/customers/new";
        let dialog = browser.page(new);
        dialog.says("10001").says("buyer@acme-customer.example").says("Or choose one of your free licenses");
        let nobody = dialog.form(new).send(&browser);
        assert_eq!(nobody.status, 422);
        Page::of(new, &nobody).says("Please choose a customer from the list.");
        let id = dialog
            .html
            .split("name=\"customer\" value=\"")
            .nth(1)
            .expect("a choice")
            .split('"')
            .next()
            .expect("an id")
            .to_owned();
        let taken = dialog.form(new).with("customer", &id).with("license", &acme.customer_key).send(&browser);
        Page::of(new, &taken).says("In use already: Customer 10001 in srm.");
        let assigned = dialog.form(new).with("customer", &id).with("free", &keys[1]).send(&browser);
        browser.done(&assigned).says("Customer 10001 has a place in this system now.").says("Valid");

        let hooks = browser.page("/admin/systems/basware/return?edit").form("/admin/systems/basware/return");
        browser.done(&hooks.with("hooks", "https://srm.example.com").send(&browser)).says("saved");
        eventually("the new system takes calls", || {
            gateway.buyer().path("/oci/basware").with("PASSWORD", PASSWORD).call().status == 303
        });
        let remove = format!("/admin/systems/basware/customers/{id}/remove");
        browser.done(&browser.page(&remove).form(&remove).send(&browser)).says("was removed from this system");
    });
}

#[test]
fn the_second_of_two_who_save_is_told_and_loses_none_of_his_typing() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let (one, two) = (gateway.signed_in(OWNER), gateway.signed_in(OWNER));
        let path = "/admin/systems/srm";
        let (first, second) = (one.page("/admin/systems/srm?edit"), two.page("/admin/systems/srm?edit"));
        one.done(&first.form(path).with("name", "Renamed by one").send(&one)).says("Renamed by one");
        let told = second.form(path).with("name", "Renamed by two").send(&two);
        assert_eq!(told.status, 422);
        let page = Page::of(path, &told);
        page.says("Somebody else saved this system").says("Save anyway (overwrites the other change)");
        assert!(page.html.contains("value=\"Renamed by two\""));
        one.page(path).says("Renamed by one");
        let (tab, tab_edit) = ("/admin/systems/srm/login", "/admin/systems/srm/login?edit");
        let (first, second) = (one.page(tab_edit), two.page(tab_edit));
        one.done(&first.form(tab).with("user", "LOGIN").send(&one));
        let told = Page::of(tab, &second.form(tab).with("user", "BENUTZER").send(&two));
        told.says("Save anyway (overwrites").says("Somebody else saved this system");
        assert!(told.html.contains("value=\"BENUTZER\""));
    });
}

#[test]
fn the_tabs_change_what_calls_and_carts_do() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let form = |tab: &str| {
            let path = format!("/admin/systems/srm/{tab}");
            (browser.page(&format!("{path}?edit")).form(&path), path)
        };
        let (login, _) = form("login");
        browser.done(&login.with("user", "LOGIN").without("GET").send(&browser)).says("saved");
        let (fields, path) = form("fields");
        let more = fields.with("more", "1").send(&browser);
        let rows = Page::of(&path, &more);
        let last = rows.html.matches("name=\"name-").count() - 1;
        let saved = rows.form(&path).with(&format!("name-{last}"), "CUST_FIELD1").with(&format!("fixed-{last}"), "PG");
        browser.done(&saved.send(&browser)).says("saved");
        let (units, _) = form("units");
        browser.done(&units.with("unit-0", "Gebinde").with("code-0", "CS").send(&browser)).says("saved");
        let (giveback, path) = form("return");
        let wrong = giveback.with("hooks", "srm.example.com").send(&browser);
        assert_eq!(wrong.status, 422);
        Page::of(&path, &wrong).says("srm.example.com: write https:// in front of it.");
        let exported = acme.installation.punchgate(&["export"]);
        for part in ["user = \"LOGIN\"", "CUST_FIELD1", "Gebinde = \"CS\"", "methods = [\"POST\"]"] {
            assert!(exported.contains(part), "{part} in {exported}");
        }
        assert!(!exported.contains("VENDORMAT"), "what the preset says is not stored: {exported}");
        eventually("the new name counts", || gateway.buyer().with("LOGIN", "10001").call().status == 303);
        let preset = browser.page("/admin/systems/srm/preset?to=basware");
        preset.says("What “Basware” would change").says("call.functions");
        browser.done(&preset.form("/admin/systems/srm/preset").send(&browser)).says("Basware");
    });
}

#[test]
fn every_fault_of_a_form_is_told_at_once_and_at_the_part_that_is_wrong() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let path = "/admin/systems/srm/fields";
        let form = browser.page(&format!("{path}?edit")).form(path);
        let form = form.with("from-0", "name, nmae").with("name-1", "vendor mat").with("max-2", "some");
        let form = form.with("from-3", "").with("template-3", "{{ line.nmae }}").with("from-4", "id");
        let told = form.with("template-4", "x").send(&browser);
        assert_eq!(told.status, 422);
        let page = Page::of(path, &told);
        page.says("There is no source nmae.").says("A field’s name is made of capital letters");
        page.says("A number from 1 on").says("line.nmae is not known").says("sources or a template, not both");
        for (field, sentence) in
            [("from-0", "nmae"), ("name-1", "capital"), ("max-2", "number"), ("template-3", "line.nmae")]
        {
            let fault = page.find(&format!("#f-{field}-error"));
            assert!(fault.as_deref().unwrap_or_default().contains(sentence), "{field}: {fault:?}");
        }

        let path = "/admin/systems/srm/return";
        let form = browser.page(&format!("{path}?edit")).form(path);
        let form = form.with("hooks", "srm.example.com\nhttps://user@srm.example.com").with("charset", "klingon");
        let form = form.with("frame_ancestors", "srm").with("first_index", "many").with("xml_type", "a b");
        let told = form.with("longtext", "LONG").with("target", "").send(&browser);
        assert_eq!(told.status, 422);
        let page = Page::of(path, &told);
        for sentence in [
            "srm.example.com: write https:// in front of it.",
            "no user name",
            "auto, auto-strict, or the label",
            "srm: this is not an origin",
            "from 0 to 1,000",
            "such as ESAPO.",
            "a small n in curly braces.",
            "or the name of a window",
        ] {
            page.says(sentence);
        }
    });
}

#[test]
fn templates_charges_and_the_rest_are_set_in_the_administration() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let form = |tab: &str| {
            let path = format!("/admin/systems/srm/{tab}");
            browser.page(&format!("{path}?edit")).form(&path)
        };
        let fields = form("fields").with("from-0", "").with("template-0", "{{ line.name | upper }}");
        browser.done(&fields.send(&browser)).says("saved").says("Template");
        let giveback = form("return").with("discount", "line").with("tax", "refuse").with("transport", "auto");
        let giveback = giveback.with("frame_ancestors", "https://srm.example.com").with("xml_type_name", "~xmlType");
        browser.done(&giveback.send(&browser)).says("saved");
        browser.done(&form("login").with("max_hits", "50").send(&browser)).says("saved");
        let wrong = form("login").with("max_hits", "5000").with("user", "").send(&browser);
        Page::of("/admin/systems/srm/login", &wrong).says("from 1 to 2,000").says("Please enter the name");
        let exported = acme.installation.punchgate(&["export"]);
        for part in [
            "template = \"{{ line.name | upper }}\"",
            "discount = \"line\"",
            "tax = \"refuse\"",
            "transport = \"auto\"",
            "frame_ancestors = [\"https://srm.example.com\"]",
            "xml_type_name = [\"~xmlType\"]",
            "max_hits = 50",
        ] {
            assert!(exported.contains(part), "{part} in {exported}");
        }
        assert!(!exported.contains("shipping ="), "what the preset says is not stored: {exported}");
        eventually("the template is in force", || {
            let form = gateway.bring_back(&gateway.buyer().call());
            form.get("NEW_ITEM-DESCRIPTION[1]") == Some("HEX BOLT M8X40")
        });
    });
}

#[test]
fn one_customer_has_settings_of_his_own() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let list = browser.page("/admin/systems/srm/customers");
        let prefix = "/admin/systems/srm/customers/0";
        let place = list.links().into_iter().find(|link| link.starts_with(prefix)).expect("a place");
        let save = |toml: &str| browser.page(&place).form(&place).with("settings", toml).send(&browser);
        let told = save("[[field]]\nname = \"TAX\"\nfrom = [\"nmae\"]");
        assert_eq!(told.status, 422);
        Page::of(&place, &told).says("\"nmae\" is not known");
        Page::of(&place, &save("[[field")).says("This cannot be saved").says("TOML parse error");
        Page::of(&place, &save("preset = \"basware\"")).says("preset cannot be overridden");

        let own = "[[field]]\nname = \"CUST_FIELD1\"\nfrom = [\"customer.number\"]";
        browser.done(&save(own)).says("saved");
        let again = browser.page(&place).form(&place);
        assert!(again.get("settings").expect("a text").contains("customer.number"));
        // Both parts are one form: with a fault in one nothing of the other is lost, or stored.
        let mistyped =
            again.with("license", "PGC-AAAAA").with("settings", "[form]\ncharset = \"utf-8\"").send(&browser);
        assert_eq!(mistyped.status, 422);
        let told = Page::of(&place, &mistyped).form(&place);
        assert_eq!(told.get("license"), Some("PGC-AAAAA"));
        assert_eq!(told.get("settings"), Some("[form]\ncharset = \"utf-8\""));
        assert_eq!(browser.page(&place).form(&place).get("license"), Some(acme.customer_key.as_str()));
        // Somebody else saved the system meanwhile: that is told only to who changes its settings.
        let old = browser.page(&place).form(&place);
        let renamed = browser.page("/admin/systems/srm?edit").form("/admin/systems/srm").with("name", "Renamed");
        browser.done(&renamed.send(&browser));
        browser.done(&old.clone().send(&browser)).says("Customer 10001 was saved.");
        let told = old.with("settings", "[form]\ncharset = \"utf-8\"").send(&browser);
        assert_eq!(told.status, 422);
        Page::of(&place, &told).says("Somebody else saved this system").says("Save anyway");
        // A license that is good no more stays where it is, and stops nothing else from being saved.
        acme.installation.punchgate(&["license", "suspend", &acme.customer_key]);
        browser.done(&browser.page(&place).form(&place).send(&browser)).says("Customer 10001 was saved.");
        acme.installation.punchgate(&["license", "resume", &acme.customer_key]);
        browser.page("/admin/systems/srm/fields").says("Customers with settings of their own: 10001.");
        assert!(acme.installation.punchgate(&["export"]).contains("override.10001"));
        eventually("it counts for him", || {
            let form = gateway.bring_back(&gateway.buyer().call());
            form.get("NEW_ITEM-CUST_FIELD1[1]") == Some("10001")
        });
        browser.done(&save("")).says("saved");
        browser.page("/admin/systems/srm/fields").says_not("Customers with settings of their own");
    });
}

#[test]
fn a_shop_shows_its_catalog_and_may_answer_for_its_products_itself() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let path = "/admin/shops/acme";
        browser.page(path).says("No catalog was imported yet").says("punchgate catalog import --shop acme");
        let csv = "product_id;name;price_net;currency\n1;Bolt;1.20;EUR\n2;Nut;0.10;EUR\n";
        let file = acme.installation.file("catalog.csv", csv);
        acme.installation.punchgate(&["catalog", "import", "--shop", "acme", file.to_str().expect("a path")]);
        browser.page(path).says("Articles 2").says("catalog.csv").says("2 new");
        let form = || browser.page("/admin/shops/acme?edit").form(path);
        let wrong = form().with("catalog_url", "shop.acme.example/catalog").send(&browser);
        assert_eq!(wrong.status, 422);
        Page::of(path, &wrong).says("without # and user name");
        let address = "https://shop.acme.example/catalog";
        browser.done(&form().with("catalog_url", address).send(&browser)).says("answers for its products itself");
        assert!(acme.installation.punchgate(&["export"]).contains(address));
        browser.done(&form().with("catalog_url", "").send(&browser)).says_not("answers for its products itself");
    });
}

#[test]
fn another_merchant_finds_nothing_wherever_he_looks() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        acme.installation.add_user(OTHER, "merchant");
        let gateway = acme.installation.serve();
        gateway.punch_out();
        let owner = gateway.signed_in(OWNER);
        let links = |path: &str, prefix: &str| -> String {
            let page = owner.page(path);
            page.links()
                .into_iter()
                .find(|link| link.starts_with(prefix))
                .unwrap_or_else(|| panic!("{prefix} on {path}"))
        };
        let license = links("/account/license", "/account/license/");
        let customer = links("/admin/customers", "/admin/customers/0");
        let id = customer.rsplit('/').next().expect("an id").to_owned();
        let punchout = links("/admin/punchouts", "/admin/punchouts/0");
        let mut paths = vec![
            license.clone(),
            format!("{license}/disconnect"),
            customer.clone(),
            format!("{customer}/remove"),
            punchout.clone(),
        ];
        paths.push(format!("{punchout}/cancel"));
        for tab in [
            "",
            "/customers",
            "/customers/new",
            "/customers/choices",
            "/login",
            "/return",
            "/fields",
            "/units",
            "/preset",
            "/test",
            "/remove",
        ] {
            paths.push(format!("/admin/systems/srm{tab}"));
        }
        paths.push(format!("/admin/systems/srm/customers/{id}"));
        paths.push(format!("/admin/systems/srm/customers/{id}/remove"));
        paths.extend(
            [
                "/admin/shops/acme",
                "/admin/customers?shop=acme",
                "/admin/license-check?system=srm",
                "/admin/license-check?shop=acme",
            ]
            .map(str::to_owned),
        );
        paths
            .extend(["/vendor", "/vendor/licenses", "/vendor/licenses/new", "/vendor/accounts/new"].map(str::to_owned));
        let other = gateway.signed_in(OTHER);
        let token = other.page("/account").form("/signout").get("form-token").expect("a token").to_owned();
        for path in &paths {
            assert_eq!(other.get(path).status, 404, "GET {path}");
        }
        let posts = [
            format!("{license}/connect"),
            format!("{license}/disconnect"),
            format!("{customer}/password"),
            format!("{customer}/remove"),
            customer.clone(),
            format!("{punchout}/cancel"),
            "/admin/systems/srm".into(),
            "/admin/systems/srm/remove".into(),
            "/admin/systems/srm/customers/new".into(),
            format!("/admin/systems/srm/customers/{id}"),
            format!("/admin/systems/srm/customers/{id}/remove"),
            "/admin/systems/srm/login".into(),
            "/admin/systems/srm/return".into(),
            "/admin/systems/srm/fields".into(),
            "/admin/systems/srm/units".into(),
            "/admin/systems/srm/preset".into(),
            "/admin/systems/srm/test".into(),
            "/admin/shops/acme".into(),
            "/admin/shops/acme/keys".into(),
            "/admin/shops/acme/remove".into(),
            "/vendor/licenses/new".into(),
            "/vendor/accounts/new".into(),
        ];
        for path in &posts {
            let answer = other.post(
                path,
                &[("form-token", &token), ("website", "shop.acme.example"), ("password", "x"), ("to", "basware")],
            );
            assert_eq!(answer.status, 404, "POST {path}: {}", answer.text());
        }
        for list in [
            "/account/license",
            "/admin/systems",
            "/admin/shops",
            "/admin/customers",
            "/admin/punchouts",
            "/admin/audit",
        ] {
            other.page(list).says_not("srm").says_not("Acme Tools").says_not("10001");
        }
        gateway.punch_out();
    });
}
