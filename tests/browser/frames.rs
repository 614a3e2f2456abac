//! A procurement system that shows the shop in a frame, as SRM 7 does, in a browser that keeps no cookies of third parties.
//!
//! Buyer, portal and gateway are sites of their own (127.0.0.1 and localhost are two to a browser), so every page of ours is a
//! stranger's in a frame.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::chrome::Chrome;
use crate::site::{Answer, Request, Site};
use crate::support::{API_KEY, Gateway, Installation, PASSWORD, bolts, on_both_databases};

/// The page that opens the shop in a frame, with what the call shall say; `around` stands beside the frame.
fn catalog(gateway: &str, system: &str, parameters: &[(&str, &str)], around: &str) -> String {
    let inputs: String =
        parameters.iter().map(|(name, value)| format!("<input type=hidden name='{name}' value='{value}'>")).collect();
    format!(
        "<!doctype html><title>Procurement</title><p>Catalog</p>{around}<iframe name=shop width=700 height=500></iframe>\
         <form method=post target=shop action='{gateway}/oci/{system}'>{inputs}</form><script>document.forms[0].submit()</script>"
    )
}

/// The procurement system. `/catalog` asks for a system and a target; `/window` shows that page in a frame of its own.
fn buyer_page(request: &Request, gateway: &str) -> Answer {
    let asked = |name: &str| {
        url::form_urlencoded::parse(request.query.as_bytes())
            .find(|(known, _)| known == name)
            .map_or_else(String::new, |(_, value)| value.into_owned())
    };
    match request.path.as_str() {
        "/catalog" => {
            let (hook, target) = (asked("hook"), asked("target"));
            let login = [("USERNAME", "buyer@acme-customer.example"), ("PASSWORD", PASSWORD)];
            let more = [("HOOK_URL", hook.as_str()), ("returntarget", target.as_str()), ("language", "en")];
            let parameters: Vec<_> = login.into_iter().chain(more).collect();
            Answer::Page(catalog(gateway, &asked("system"), &parameters, ""))
        }
        // The shop in a window of its own, and this one known by a name.
        "/window" => {
            let login = [("USERNAME", "buyer@acme-customer.example"), ("PASSWORD", PASSWORD)];
            let (hook, target) = (asked("hook"), asked("target"));
            let parameters: Vec<_> =
                login.into_iter().chain([("HOOK_URL", hook.as_str()), ("returntarget", target.as_str())]).collect();
            let page = catalog(gateway, &asked("system"), &parameters, "<script>window.name = 'procurement'</script>");
            Answer::Page(page.replace("target=shop", "target=elsewhere"))
        }
        "/return" => Answer::Page("<!doctype html><title>Requisition</title><p>Requisition</p>".to_owned()),
        _ => Answer::Page("<!doctype html><title>Empty</title>".to_owned()),
    }
}

/// The shop: redeems the token, hands a cart over and sends the browser on, over a second page that would see its cookie.
fn shop_page(request: &Request, gateway: &str) -> Answer {
    let Some(token) = request.query.strip_prefix("token=") else {
        return Answer::Redirect(request.query.strip_prefix("to=").unwrap_or_default().to_owned(), None);
    };
    let ask = |path: &str, body: serde_json::Value| -> serde_json::Value {
        let request = crate::support::client().post(format!("{gateway}{path}")).bearer_auth(API_KEY).json(&body);
        request.send().expect("an answer").json().expect("JSON")
    };
    let entry = ask("/api/v1/entries/redeem", json!({ "token": token }));
    let path = format!("/api/v1/punchouts/{}/cart", entry["punchout"].as_str().expect("an id"));
    let handed = ask(&path, bolts());
    let to = format!("/on?to={}", handed["return_url"].as_str().expect("an address"));
    Answer::Redirect(to, Some("shop=1; Path=/; SameSite=None; Secure".to_owned()))
}

/// One browser at a time: five of them are slower than a person is patient.
static TURN: Mutex<()> = Mutex::new(());

struct World {
    _turn: MutexGuard<'static, ()>,
    buyer: Site,
    shop: Site,
    gateway: Gateway,
    /// As browsers know it.
    url: String,
    /// Its database lives as long.
    _installation: Installation,
}

impl World {
    fn new(mut installation: Installation) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
        let url = format!("http://localhost:{port}");
        installation.set("listen", &format!("127.0.0.1:{port}"));
        installation.set("public_url", &url);
        let shared: Arc<str> = url.as_str().into();
        let (of_buyer, of_shop) = (shared.clone(), format!("http://127.0.0.1:{port}"));
        let buyer = Site::start(move |request| buyer_page(request, &of_buyer));
        let shop = Site::start(move |request| shop_page(request, &of_shop));
        let mut toml = format!(
            r#"
[[shop]]
slug = "acme"
name = "Acme Tools"
website = "http://localhost:{0}"
account = "owner@acme.example"
connector = {{ kind = "redirect", entry_url = "http://localhost:{0}/enter" }}
api_key = "{API_KEY}"

[[customer]]
shop = "acme"
number = "10001"
email = "buyer@acme-customer.example"
password = "{PASSWORD}"
"#,
            shop.port
        );
        let framed = format!("frame_ancestors = [\"http://127.0.0.1:{}\"]", buyer.port);
        let stranger = "frame_ancestors = [\"https://srm.example.com\"]";
        for (slug, form) in [
            ("srm", ""),
            ("get", "method = \"GET\""),
            ("split", "hook_query = \"split\""),
            ("framed", framed.as_str()),
            ("stranger", stranger),
        ] {
            let keys = installation.issue("system");
            for key in &keys {
                installation.punchgate(&[
                    "license",
                    "connect",
                    key,
                    "--website",
                    &format!("http://localhost:{}", shop.port),
                ]);
            }
            let (system, customer) = (&keys[0], &keys[1]);
            toml.push_str(&format!(
                r#"
[[system]]
shop = "acme"
slug = "{slug}"
name = "{slug}"
license = "{system}"
hooks = ["any", "SAPEVENT:POST"]
[system.form]
{form}

[[assignment]]
system = "{slug}"
customer = "10001"
license = "{customer}"
"#
            ));
        }
        installation.apply(&toml);
        let gateway = installation.serve();
        Self { _turn: turn, buyer, shop, gateway, url, _installation: installation }
    }

    fn hook(&self) -> String {
        format!("http://127.0.0.1:{}/return?sid=7&sid=8", self.buyer.port)
    }

    /// The address of a page of the buyer, on one of its two sites.
    fn page(&self, path: &str, system: &str, hook: &str, target: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("system", system), ("hook", hook), ("target", target)])
            .finish();
        format!("{path}?{query}")
    }

    /// What the buyer's system was sent, when it was.
    #[track_caller]
    fn requisition(&self) -> Request {
        for _ in 0..400 {
            if let Some(request) = self.buyer.received("/return").pop() {
                return request;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("no cart came back; the gateway says: {}", self.gateway.log());
    }
}

fn has_bolts(fields: &str) -> bool {
    fields.contains("NEW_ITEM-DESCRIPTION%5B1%5D=Hex+bolt+M8x40")
}

#[test]
fn a_cart_comes_back_from_a_frame_without_any_cookie() {
    on_both_databases(|installation| {
        let world = World::new(installation);
        let base = format!("http://127.0.0.1:{}", world.buyer.port);
        let Some(chrome) = Chrome::without_third_party_cookies(&base) else { return };

        // Into the whole window, by POST with the hook's query kept.
        chrome.open(&world.page("/catalog", "srm", &world.hook(), "_top"));
        let sent = world.requisition();
        chrome.arrive("/return");
        assert_eq!((sent.method.as_str(), sent.query.as_str()), ("POST", "sid=7&sid=8"));
        assert!(has_bolts(&sent.body), "{}", sent.body);
        let on = world.shop.received("/on");
        assert_eq!((on.len(), on[0].cookie.as_str()), (1, ""), "the browser keeps no cookie of a stranger in a frame");

        // Into the parent, which is that window. (A parent that is a frame itself no browser lets a stranger send away.)
        world.buyer.forget();
        chrome.open(&world.page("/catalog", "srm", &world.hook(), "_parent"));
        assert!(has_bolts(&world.requisition().body));
        chrome.arrive("/return");
        assert_eq!(world.buyer.received("/return").len(), 1, "the form is sent once");

        // Out of a window of its own into the one that opened it, by its name.
        world.buyer.forget();
        chrome.open(&world.page("/window", "srm", &world.hook(), "procurement"));
        assert!(has_bolts(&world.requisition().body));
        chrome.arrive("/return");
    });
}

#[test]
fn a_cart_comes_back_by_get_and_with_the_hook_split() {
    on_both_databases(|installation| {
        let world = World::new(installation);
        let base = format!("http://127.0.0.1:{}", world.buyer.port);
        let Some(chrome) = Chrome::without_third_party_cookies(&base) else { return };

        chrome.open(&world.page("/catalog", "get", &world.hook(), "_top"));
        let sent = world.requisition();
        chrome.arrive("/return");
        assert_eq!(sent.method, "GET");
        assert!(sent.query.starts_with("sid=7&sid=8&") && has_bolts(&sent.query), "{}", sent.query);

        world.buyer.forget();
        chrome.open(&world.page("/catalog", "split", &world.hook(), "_top"));
        let sent = world.requisition();
        chrome.arrive("/return");
        assert_eq!((sent.method.as_str(), sent.query.as_str()), ("POST", ""));
        assert!(sent.body.starts_with("sid=7&sid=8&") && has_bolts(&sent.body), "{}", sent.body);
    });
}

#[test]
fn where_the_browser_lets_no_frame_send_the_window_away_the_buyers_press_does() {
    on_both_databases(|installation| {
        let world = World::new(installation);
        // The window belongs to a portal of another site than the hook: browsers then want a press of the buyer first.
        let base = format!("http://localhost:{}", world.buyer.port);
        let Some(chrome) = Chrome::without_third_party_cookies(&base) else { return };
        chrome.open(&world.page("/catalog", "srm", &world.hook(), "_top"));
        chrome.see_in_frame("shop", "If nothing happens within a few seconds, press the button.");
        std::thread::sleep(std::time::Duration::from_secs(1));
        if world.buyer.received("/return").is_empty() {
            chrome.press_in_frame("shop", "Send the cart");
        }
        assert!(has_bolts(&world.requisition().body));
        chrome.arrive("/return");
    });
}

#[test]
fn a_page_for_sap_gui_stays_where_it_is_in_any_other_browser() {
    on_both_databases(|installation| {
        let world = World::new(installation);
        let base = format!("http://127.0.0.1:{}", world.buyer.port);
        let Some(chrome) = Chrome::without_third_party_cookies(&base) else { return };
        chrome.open(&world.page("/catalog", "srm", "SAPEVENT:POST", "_top"));
        chrome.see_in_frame("shop", "this window is not SAP GUI");
        std::thread::sleep(std::time::Duration::from_secs(2));
        chrome.arrive("/catalog");
        chrome.see_in_frame("shop", "Send the cart");
        chrome.press_in_frame("shop", "Send the cart");
        std::thread::sleep(std::time::Duration::from_secs(1));
        chrome.arrive("/catalog");
        chrome.see_in_frame("shop", "this window is not SAP GUI");
    });
}

#[test]
fn the_browser_keeps_our_pages_out_of_frames_that_are_not_named() {
    on_both_databases(|installation| {
        let world = World::new(installation);
        let base = format!("http://127.0.0.1:{}", world.buyer.port);
        let Some(chrome) = Chrome::without_third_party_cookies(&base) else { return };
        chrome.open(&world.page("/catalog", "framed", &world.hook(), "_top"));
        assert!(has_bolts(&world.requisition().body));

        world.buyer.forget();
        chrome.open(&world.page("/catalog", "stranger", &world.hook(), "_top"));
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert_eq!(world.shop.received("/on").len(), 2, "the browser was on its way to the return page");
        assert!(world.buyer.received("/return").is_empty(), "and did not show it");
        assert!(world.url.starts_with("http://localhost"));
    });
}
