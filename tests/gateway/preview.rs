//! What settings would change is seen before they are in force: on the command line and in the administration.

use serde_json::{Value, json};

use crate::support::{Acme, Gateway, Installation, Page, bolts, on_both_databases};

const OWNER: &str = "owner@acme.example";
const OTHER: &str = "other@merchant.example";

fn acme(installation: Installation) -> Acme {
    let acme = installation.with_acme("");
    acme.installation.add_user(OWNER, "merchant");
    acme
}

fn named(name: &str) -> Value {
    let mut cart = bolts();
    cart["lines"][0]["name"] = json!(name);
    cart
}

/// Records a cart; gives the punchout's id.
fn record(gateway: &Gateway, cart: &Value) -> String {
    let punchout = gateway.punch_out();
    gateway.shop().cart(&punchout, cart);
    punchout
}

/// Both streams of a dry run.
fn dry_run(acme: &Acme, system: &str, more: &[&str]) -> (String, String) {
    let path = acme.installation.file("draft.toml", &acme.setup(system));
    let mut arguments = vec!["apply", path.to_str().expect("a path"), "--dry-run"];
    arguments.extend(more);
    let output = acme.installation.try_punchgate(&arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_dry_run_tries_new_settings_on_recorded_carts_and_changes_nothing() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let (_, note) = dry_run(&acme, "[system.units]\ndefault = \"C62\"", &[]);
        assert!(note.contains("note: system srm has no recorded carts yet"), "{note}");
        let gateway = acme.installation.serve();
        let first = record(&gateway, &bolts());
        record(&gateway, &named("Washer"));
        let before = acme.installation.punchgate(&["export"]);

        let upper = "[[system.field]]\nname = \"DESCRIPTION\"\nfrom = [\"product_id\"]\n[[system.field]]\nname = \"TAX\"\nfixed = \"19\"";
        let (shown, _) = dry_run(&acme, upper, &[]);
        for part in [
            "? system srm on its last 2 recorded carts: 2 would differ\n",
            "    DESCRIPTION: 2 lines of 2 carts\n",
            "    TAX: 2 lines of 2 carts\n",
            "item 1, DESCRIPTION: \"Washer\" → \"SW-10001\"\n",
            "item 1, TAX: (nothing) → \"19\"\n",
            &format!("cart of punchout {first}, customer 10001, "),
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert_eq!(shown.lines().last(), Some("1 change; nothing was done, this was a dry run"));
        let (shown, _) = dry_run(&acme, upper, &["--carts", "1"]);
        assert!(shown.contains("on its last recorded cart: 1 would differ") && !shown.contains(&first), "{shown}");
        assert_eq!(acme.installation.punchgate(&["export"]), before);

        let (shown, _) = dry_run(&acme, "[system.units]\ndefault = \"C62\"", &[]);
        assert!(shown.contains("on its last 2 recorded carts: 2 without any difference\n"), "{shown}");
        let (shown, _) = dry_run(&acme, "active = false", &[]);
        assert!(!shown.contains("? system"), "what does not concern carts is not tried: {shown}");
    });
}

#[test]
fn a_dry_run_says_which_cart_would_be_refused_and_what_becomes_of_the_form() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        record(&gateway, &bolts());
        let long = format!("[[system.field]]\nname = \"VENDORMAT\"\nfixed = \"{}\"", "9".repeat(60));
        let (shown, _) = dry_run(&acme, &long, &[]);
        assert!(shown.contains("on its last recorded cart: 1 WOULD BE REFUSED"), "{shown}");
        assert!(shown.contains("! line 1, VENDORMAT: ") && shown.contains("(cart-faulty)"), "{shown}");
        let (shown, _) = dry_run(&acme, "hooks = [\"https://elsewhere.example\"]", &[]);
        assert!(shown.contains("WOULD BE REFUSED (hook-host)"), "{shown}");
        let (shown, _) = dry_run(&acme, "[system.form]\nmethod = \"GET\"", &[]);
        for part in ["form: method: \"POST\" → \"GET\" (1 cart)", "form: sid: (nothing) → \"…\""] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(!shown.contains("sid=7"), "no session of a buyer is told: {shown}");
    });
}

#[test]
fn a_preview_shows_the_differences_and_saves_nothing_until_it_is_told_to() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let punchout = record(&gateway, &named("Hex bolt M8x40"));
        record(&gateway, &named("Washer"));
        let browser = gateway.signed_in(OWNER);
        let path = "/admin/systems/srm/fields";
        let form = || browser.page(&format!("{path}?edit")).form(path);
        let draft = form().with("max-0", "12").with("fixed-1", "unused");
        let before = acme.installation.punchgate(&["export"]);

        let shown = Page::of(path, &draft.with("preview", "1").send(&browser));
        shown.says("Nothing is saved yet").says("1 cart would differ").says("1 cart without difference");
        shown.says("Tried on the last 2 recorded carts of this system.").says("field.DESCRIPTION");
        shown.says("DESCRIPTION 1 line in 1 cart").says("new notice").says("truncated");
        let part = |css: &str| shown.find(css).unwrap_or_default();
        assert_eq!((part("del").as_str(), part("ins").as_str()), ("M8x40", ""));
        assert!(shown.links().contains(&format!("/admin/punchouts/{punchout}")), "{:?}", shown.links());
        assert_eq!(acme.installation.punchgate(&["export"]), before, "nothing is saved");

        let again = Page::of(path, &shown.form(path).with("edit", "1").send(&browser));
        assert_eq!(again.form(path).get("max-0"), Some("12"), "the draft is still there");
        let fewer = shown.form(path).with("preview", "1").with("preview-carts", "1").send(&browser);
        Page::of(path, &fewer).says("No difference").says("Tried on the last recorded cart");
        browser.done(&shown.form(path).send(&browser)).says("saved");
        assert!(acme.installation.punchgate(&["export"]).contains("max = 12"));
    });
}

#[test]
fn a_draft_that_would_refuse_a_cart_says_so_and_a_faulty_draft_shows_its_fault() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        record(&gateway, &bolts());
        let browser = gateway.signed_in(OWNER);
        let form = |tab: &str| {
            let path = format!("/admin/systems/srm/{tab}");
            (browser.page(&format!("{path}?edit")).form(&path).with("preview", "1"), path)
        };
        let (fields, path) = form("fields");
        let refused = fields.with("from-1", "").with("fixed-1", &"9".repeat(60)).send(&browser);
        assert_eq!(refused.status, 200);
        Page::of(&path, &refused).says("1 cart would be refused").says("VENDORMAT").says("would be another article");

        let (giveback, path) = form("return");
        let shown = giveback.with("hooks", "https://elsewhere.example").with("charset", "iso-8859-1").send(&browser);
        Page::of(&path, &shown).says("1 cart would be refused").says("https://srm.example.com");
        let (giveback, path) = form("return");
        let shown = Page::of(&path, &giveback.with("first_index", "0").with("charset", "iso-8859-1").send(&browser));
        shown.says("The form around the items").says("first_index").says("charset").says("1 cart would differ");
        let (giveback, path) = form("return");
        let faulty = giveback.with("hooks", "elsewhere.example").send(&browser);
        assert_eq!(faulty.status, 422);
        Page::of(&path, &faulty).says("elsewhere.example: write https:// in front of it.").says("Preview");

        let (units, path) = form("units");
        let shown = Page::of(&path, &units.with("unit-0", "piece").with("code-0", "C62").send(&browser));
        assert_eq!((shown.find("del"), shown.find("ins")), (Some("PCE".into()), Some("C62".into())));
    });
}

#[test]
fn without_recorded_carts_a_sample_or_an_own_cart_is_tried() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        let browser = gateway.signed_in(OWNER);
        let path = "/admin/systems/srm/units";
        let form = browser.page(&format!("{path}?edit")).form(path).with("unit-0", "crate").with("code-0", "CR");
        let sample = Page::of(path, &form.with("preview", "1").send(&browser));
        sample.says("a sample cart was tried").says("No difference");
        let mut cart = bolts();
        cart["lines"][0]["unit"] = json!("crate");
        let own = sample.form(path).with("preview", "1").with("preview-cart", &cart.to_string());
        let own = Page::of(path, &own.send(&browser));
        own.says("Tried on your own cart").says("UNIT");
        assert_eq!(own.find("ins"), Some("CR".into()));
        assert_eq!(own.form(path).get("preview-cart"), Some(cart.to_string().as_str()));
        let nonsense = own.form(path).with("preview", "1").with("preview-cart", "{").send(&browser);
        assert_eq!(nonsense.status, 200);
        Page::of(path, &nonsense).says("1 cart is refused either way");
        browser.page("/admin/punchouts").says_not("10001");
    });
}

#[test]
fn another_preset_is_tried_like_any_other_draft() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        let gateway = acme.installation.serve();
        record(&gateway, &bolts());
        let browser = gateway.signed_in(OWNER);
        let (path, chosen) = ("/admin/systems/srm/preset", "/admin/systems/srm/preset?to=sap-me");
        let shown = browser.page(chosen).form(path).with("preview", "1").send(&browser);
        let shown = Page::of(path, &shown);
        shown.says("Nothing is saved yet").says("preset");
        assert_eq!(shown.form(path).with("edit", "1").send(&browser).header("location"), chosen);
        assert!(!acme.installation.punchgate(&["export"]).contains("sap-me"));
        browser.done(&shown.form(path).send(&browser));
        assert!(acme.installation.punchgate(&["export"]).contains("sap-me"));
    });
}

#[test]
fn another_merchant_previews_nothing_and_trials_are_no_carts() {
    on_both_databases(|installation| {
        let acme = acme(installation);
        acme.installation.add_user(OTHER, "merchant");
        let gateway = acme.installation.serve();
        let owner = gateway.signed_in(OWNER);
        let trial = owner.done(&owner.page("/admin/systems/srm/test").form("/admin/systems/srm/test").send(&owner));
        let cart = trial.form(&format!("{}/cart", trial.path)).send(&owner);
        owner.done(&cart).says("The cart was taken over.");
        let path = "/admin/systems/srm/fields";
        let previewed = owner.page(&format!("{path}?edit")).form(path).with("preview", "1").send(&owner);
        Page::of(path, &previewed).says("No cart of this system was recorded yet").says("No difference");

        let other = gateway.signed_in(OTHER);
        let token = other.page("/account").form("/signout").get("form-token").expect("a token").to_owned();
        let answer = other.post(path, &[("form-token", &token), ("preview", "1"), ("version", "1")]);
        assert_eq!(answer.status, 404, "{}", answer.text());
    });
}

#[test]
fn the_page_of_a_preview_is_german_for_germans() {
    let acme = acme(Installation::on_sqlite());
    let gateway = acme.installation.serve();
    record(&gateway, &bolts());
    let mut browser = gateway.signed_in(OWNER);
    browser.language = "de";
    let path = "/admin/systems/srm/fields";
    let form = browser.page(&format!("{path}?edit")).form(path).with("max-0", "5").with("preview", "1");
    Page::of(path, &form.send(&browser)).says("Noch ist nichts gespeichert").says("1 Warenkorb wäre anders");
}
