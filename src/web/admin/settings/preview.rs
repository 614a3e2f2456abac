//! What a draft of a tab would change for carts, before it is saved: the shadow run as a page, with the draft
//! carried along in the form.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::previewed::{ShownCart, ShownChange};
use super::{Bar, Shell};
use crate::punchout::preview::{self, CARTS, Counts, MOST_CARTS, Preview, Recorded};
use crate::punchout::trial::SAMPLE_CART;
use crate::refusal::{Code, Refusal};
use crate::setup::systems::Found;
use crate::snapshot;
use crate::store::StoreError;
use crate::system::{self, Difference, Profile, Settings, SettingsError};
use crate::texts::Texts;
use crate::web::admin::systems::Head;
use crate::web::fields::{Fields, TOKEN_FIELD};
use crate::web::form::Field;
use crate::web::frame::{self, Frame};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Rows of differences on one page; the rest is counted.
const ROWS: usize = 400;
/// Characters of a cart that is typed in.
const LONGEST_CART: usize = 200_000;

/// Buttons and fields that belong to the preview, not to the draft.
const OWN: [&str; 7] = [TOKEN_FIELD, "preview", "edit", "more", "preview-carts", "preview-cart", "preview-customer"];

#[derive(Template)]
#[template(path = "admin/settings/preview.html")]
struct PreviewPage {
    t: Texts,
    frame: Frame,
    head: Head,
    s: Bar,
    /// The draft, as it was typed.
    draft: Vec<(String, String)>,
    settings: Vec<Difference>,
    /// What the carts were: recorded, typed in, or the sample.
    source: String,
    verdicts: Vec<(String, &'static str)>,
    all_the_same: bool,
    fields: Vec<(String, String)>,
    form: Vec<(ShownChange, String)>,
    carts: Vec<ShownCart>,
    more: usize,
    count: Field,
    cart: Field,
    customer: Field,
}

/// Where the carts of a preview are from.
enum Source {
    Recorded { left_out: usize },
    Typed,
    Sample,
}

/// The page, or what of the draft cannot be settings at all.
pub async fn show(
    request: &HttpRequest,
    web: &Web,
    by: &SignedIn,
    found: &Found,
    shell: Shell,
    settings: &Settings,
    fields: &Fields,
) -> Result<Result<HttpResponse, SettingsError>, PageError> {
    let draft = match system::own(settings).and_then(|own| Profile::read(&own.to_string())) {
        Ok(draft) => draft,
        Err(error) => return Ok(Err(error)),
    };
    let (present, was) = match (Profile::read(&found.system.settings), super::effective(found)) {
        (Ok(present), Ok(was)) => (present, was),
        _ => return Err(internal("the settings in force cannot be read")),
    };
    let shop = snapshot::shop(found.shop.clone()).ok_or_else(|| internal("the shop cannot be read"))?;
    let t = by.texts();
    let wanted = fields.number("preview-carts").and_then(|count| usize::try_from(count).ok()).unwrap_or(CARTS);
    let count = wanted.clamp(1, MOST_CARTS);
    let typed: String = fields.get("preview-cart").chars().take(LONGEST_CART).collect();
    let customer: String = fields.get("preview-customer").chars().take(100).collect();
    let (carts, source) = choose(web, by, found, count, &typed, &customer).await?;
    let preview = preview::run_aside(&web.gateway, shop, present, draft, carts).await?;
    let Shell { frame, head, bar: s, .. } = shell;
    let counts = preview.counts();
    let mut shown = PreviewPage {
        t,
        frame,
        head,
        s,
        draft: fields.0.iter().filter(|(name, _)| !OWN.contains(&name.as_str())).cloned().collect(),
        settings: system::differences(&was, settings).unwrap_or_default(),
        source: told(t, &source, counts.carts),
        verdicts: verdicts(t, counts),
        all_the_same: counts.same == counts.carts,
        fields: Vec::new(),
        form: Vec::new(),
        carts: Vec::new(),
        more: 0,
        count: Field::new("preview-carts", count.to_string()).hinted(),
        cart: Field::new("preview-cart", if matches!(source, Source::Sample) { SAMPLE_CART } else { &typed }).hinted(),
        customer: Field::new("preview-customer", customer).hinted(),
    };
    shown.fill(preview);
    Ok(Ok(frame::show(request, &shown)))
}

/// The cart that was typed in, else the recorded ones, else the sample.
async fn choose(
    web: &Web,
    by: &SignedIn,
    found: &Found,
    count: usize,
    typed: &str,
    customer: &str,
) -> Result<(Vec<Recorded>, Source), PageError> {
    let one = |json: &str| Recorded::typed(json, customer).map(|cart| vec![cart]);
    let one = |json: &str| one(json).map_err(|error| internal(&error.to_string()));
    if !typed.is_empty() {
        return Ok((one(typed)?, Source::Typed));
    }
    let (reach, id) = (by.reach.clone(), found.system.id.clone());
    let read = move |c: &mut crate::store::Connection| preview::recorded(c, &reach, &id, count);
    let recorded = web.gateway.store.read::<_, StoreError>(read).await?;
    let (carts, left_out) = recorded.ok_or_else(PageError::not_found)?;
    if carts.is_empty() { Ok((one(SAMPLE_CART)?, Source::Sample)) } else { Ok((carts, Source::Recorded { left_out })) }
}

impl PreviewPage {
    fn fill(&mut self, preview: Preview) {
        let t = self.t;
        self.fields = preview
            .fields
            .iter()
            .map(|(field, (lines, carts))| {
                let (lines, carts) = (t.count("preview-lines", *lines), t.count("preview-carts", *carts));
                (field.clone(), t.fill2("preview-lines-of-carts", "lines", lines, "carts", carts))
            })
            .collect();
        let form = preview.form.iter();
        self.form = form
            .map(|(field, carts)| (ShownChange::of(field, String::new()), t.count("preview-carts", *carts)))
            .collect();
        let mut room = ROWS;
        for cart in &preview.carts {
            let (shown, more) = ShownCart::of(t, cart, &mut room);
            self.more += more;
            self.carts.extend(shown);
        }
    }

    fn refused(&self) -> bool {
        self.verdicts.iter().any(|(_, tone)| *tone == "bad")
    }
}

fn told(t: Texts, source: &Source, carts: usize) -> String {
    match source {
        Source::Recorded { left_out: 0 } => t.count("preview-recorded", carts),
        Source::Recorded { left_out } => {
            format!("{} {}", t.count("preview-recorded", carts), t.count("preview-left-out", *left_out))
        }
        Source::Typed => t.of("preview-typed"),
        Source::Sample => t.of("preview-sample"),
    }
}

/// How many carts came to what: the worst first.
fn verdicts(t: Texts, counts: Counts) -> Vec<(String, &'static str)> {
    [
        (counts.refused, "preview-refused", "bad"),
        (counts.refused_before, "preview-refused-before", "bad"),
        (counts.differing, "preview-differing", "warn"),
        (counts.accepted, "preview-accepted", "good"),
        (counts.same, "preview-same", "good"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, key, tone)| (t.count(key, count), tone))
    .collect()
}

fn internal(reason: &str) -> PageError {
    tracing::error!(reason, "a preview could not be made");
    PageError::Refused(Refusal::new(Code::Internal))
}
