//! `/admin`: the first steps, each with what is done and what comes next.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;

use crate::license::Kind;
use crate::setup::steps::{self, Lack, Steps};
use crate::setup::systems::Overview;
use crate::texts::Texts;
use crate::web::admin::systems::place_state;
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::SignedIn;

struct Step {
    done: bool,
    title: String,
    sentence: String,
    link: String,
    href: String,
}

#[derive(Template)]
#[template(path = "admin/start/page.html")]
struct StartPage {
    t: Texts,
    frame: Frame,
    steps: Vec<Step>,
    all_done: bool,
}

/// `GET /admin`.
pub async fn page(request: HttpRequest, web: Data<Web>, by: SignedIn) -> Page {
    let (t, reach, account) = (by.texts(), by.reach.clone(), by.account.id.clone());
    let now = web.gateway.clock.now();
    let done = web.gateway.store.read(move |c| steps::find(c, &reach, &account, now)).await?;
    let Steps { license, shop, system, lack, customer, punchout } = done;
    let step = |done: bool, title: &str, sentence: &str, link: &str, href: &str| Step {
        done,
        title: t.of(title),
        sentence: t.of(sentence),
        link: t.of(link),
        href: href.to_owned(),
    };
    let mut steps = vec![
        step(license, "start-license", "start-license-sentence", "frame-licenses", "/account/license"),
        step(shop, "start-shop", "start-shop-sentence", "frame-shops", "/admin/shops"),
        step(system, "start-system", "start-system-sentence", "frame-systems", "/admin/systems"),
        step(customer, "start-customer", "start-customer-sentence", "frame-customers", "/admin/customers"),
        step(punchout, "start-punchout", "start-punchout-sentence", "frame-punchouts", "/admin/punchouts"),
    ];
    if let Some((listed, lack)) = lack {
        let (sentence, link, href) = lacking(t, &listed, lack, now);
        steps[2] = Step { done: false, title: t.of("start-system"), sentence, link, href };
    }
    let page = StartPage {
        t,
        frame: Frame::new(&request, &by, Section::Start, t.of("frame-start")),
        all_done: steps.iter().all(|step| step.done),
        steps,
    };
    Ok(frame::show(&request, &page))
}

/// What a system still lacks to take calls: the sentence, and the way to where it is mended.
fn lacking(t: Texts, listed: &Overview, lack: Lack, now: i64) -> (String, String, String) {
    let (name, path) = (&listed.system.name, format!("/admin/systems/{}", listed.system.slug));
    match (lack, &listed.license) {
        (Lack::License, Some(license)) => {
            let state = place_state(t, license, Kind::System, &listed.shop, now).word;
            (t.fill2("start-system-license", "system", name, "state", state), t.of("punchouts-mend-general"), path)
        }
        _ => {
            let to = format!("{path}/return?edit");
            (t.fill("start-system-hooks", "system", name), t.of("punchouts-mend-return"), to)
        }
    }
}
