//! The audit log: who changed what, when, from where; as a page and as CSV.

use actix_web::http::header::{CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::account::Reach;
use crate::clock::{self, rfc3339};
use crate::store::audit::{self, Entry, Filter};
use crate::texts::Texts;
use crate::web::form::{Field, Pager, address};
use crate::web::frame::{self, Frame, Page, Section};
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn};

/// Entries on one page.
const PAGE: i64 = 50;
/// Entries in one CSV file; who needs more narrows the dates.
const MOST: i64 = 50_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    actor: String,
    kind: String,
    from: String,
    to: String,
    before: String,
}

impl Wish {
    fn filter(&self, reach: &Reach, limit: i64) -> Filter {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let (account_id, ownerless) = match reach {
            Reach::Everything => (None, true),
            Reach::Account { id, ownerless } => (Some(id.clone()), *ownerless),
        };
        Filter {
            account_id,
            ownerless,
            actor: given(&self.actor),
            object_kind: given(&self.kind),
            from: clock::end_of_day(&self.from).map(|end| end - clock::DAY),
            to: clock::end_of_day(&self.to),
            before: given(&self.before),
            limit,
        }
    }

    fn address(&self, path: &str, before: &str) -> String {
        let filters = [("actor", self.actor.as_str()), ("kind", &self.kind), ("from", &self.from), ("to", &self.to)];
        address(path, &[filters[0], filters[1], filters[2], filters[3], ("before", before)])
    }
}

struct Row {
    at: i64,
    actor: String,
    from: String,
    action: String,
    kind: String,
    name: String,
    /// Each change as "field: before → after".
    changes: Vec<String>,
}

#[derive(Template)]
#[template(path = "admin/audit/list.html")]
struct ListPage {
    t: Texts,
    frame: Frame,
    rows: Vec<Row>,
    actor: Field,
    kind: Field,
    kinds: Vec<(String, String)>,
    from: Field,
    to: Field,
    csv: String,
    pager: Pager,
}

/// `GET /admin/audit`.
pub async fn list(request: HttpRequest, web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let t = by.texts();
    let filter = wish.filter(&by.reach, PAGE + 1);
    let mut entries = web.gateway.store.read(move |c| audit::list(c, &filter)).await?;
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);
    let last = entries.last().filter(|_| more).map(|last| last.id.clone());
    let kinds = ["shop", "system", "customer", "assignment", "license", "account", "punchout"];
    let kinds = kinds.map(|kind| (kind.to_owned(), kind_word(t, kind)));
    let page = ListPage {
        t,
        frame: Frame::new(&request, &by, Section::Audit, t.of("frame-audit")),
        rows: entries.into_iter().map(|entry| Row::of(t, entry)).collect(),
        actor: Field::new("actor", &wish.actor),
        kind: Field::new("kind", &wish.kind),
        kinds: std::iter::once((String::new(), t.of("audit-all-kinds"))).chain(kinds).collect(),
        from: Field::new("from", &wish.from),
        to: Field::new("to", &wish.to),
        csv: wish.address("/admin/audit.csv", ""),
        pager: Pager {
            first: (!wish.before.is_empty()).then(|| wish.address("/admin/audit", "")),
            next: last.map(|last| wish.address("/admin/audit", &last)),
        },
    };
    Ok(frame::show(&request, &page))
}

impl Row {
    fn of(t: Texts, entry: Entry) -> Self {
        Self {
            at: entry.happened_at,
            actor: actor_word(t, &entry.actor),
            from: entry.address.unwrap_or_default(),
            action: action_word(t, &entry.action),
            kind: kind_word(t, &entry.object_kind),
            name: entry.object_name,
            changes: changes(entry.before.as_deref(), entry.after.as_deref()),
        }
    }
}

fn actor_word(t: Texts, actor: &str) -> String {
    match actor {
        "command line" => t.of("audit-command-line"),
        "shop" => t.of("audit-by-shop"),
        person => person.to_owned(),
    }
}

fn kind_word(t: Texts, kind: &str) -> String {
    t.of(match kind {
        "shop" => "audit-kind-shop",
        "system" => "audit-kind-system",
        "customer" => "audit-kind-customer",
        "assignment" => "audit-kind-assignment",
        "license" => "audit-kind-license",
        "account" => "audit-kind-account",
        _ => "audit-kind-punchout",
    })
}

fn action_word(t: Texts, action: &str) -> String {
    t.of(match action {
        "created" => "audit-created",
        "changed" => "audit-changed",
        "removed" => "audit-removed",
        "connected" => "audit-connected",
        "disconnected" => "audit-disconnected",
        "issued" => "audit-issued",
        "extended" => "audit-extended",
        "suspended" => "audit-suspended",
        "resumed" => "audit-resumed",
        "cancelled" => "audit-cancelled",
        "signed-in" => "audit-signed-in",
        "sign-in-refused" => "audit-sign-in-refused",
        "signed-out" => "audit-signed-out",
        "password-changed" => "audit-password-changed",
        "second-factor-on" => "audit-second-factor-on",
        "second-factor-off" => "audit-second-factor-off",
        "invited" => "audit-invited",
        "key-rotated" => "audit-key-rotated",
        _ => "audit-imported",
    })
}

/// What differs between two states, field by field; of something made or removed, what it held.
fn changes(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let read = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let mut found = Vec::new();
    differ("", &read(before), &read(after), &mut found);
    found
}

fn differ(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    if before == after {
        return;
    }
    if let Value::Object(_) = if after.is_null() { before } else { after }
        && (before.is_object() || before.is_null())
        && (after.is_object() || after.is_null())
    {
        let empty = serde_json::Map::new();
        let (was, will) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
        let mut names: Vec<&String> = was.keys().chain(will.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            differ(&path, was.get(name).unwrap_or(&Value::Null), will.get(name).unwrap_or(&Value::Null), found);
        }
        return;
    }
    let written = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    found.push(match before {
        Value::Null => format!("{path}: {}", written(after)),
        before => format!("{path}: {} → {}", written(before), written(after)),
    });
}

/// `GET /admin/audit.csv`: the same, for a spreadsheet.
pub async fn csv(web: Data<Web>, by: SignedIn, wish: Query<Wish>) -> Page {
    let filter = wish.filter(&by.reach, MOST);
    let entries = web.gateway.store.read(move |c| audit::list(c, &filter)).await?;
    let text = actix_web::web::block(move || written(entries)).await;
    let text = text
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| PageError::Refused(crate::refusal::Refusal::new(crate::refusal::Code::Internal)))?;
    let name = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename("audit-log.csv".into())],
    };
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).content_type("text/csv; charset=utf-8").body(text))
}

fn written(entries: Vec<Entry>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["time", "actor", "address", "action", "kind", "name", "changes"])?;
    for entry in entries {
        let changes = changes(entry.before.as_deref(), entry.after.as_deref()).join("; ");
        let cells = [
            rfc3339(entry.happened_at),
            entry.actor,
            entry.address.unwrap_or_default(),
            entry.action,
            entry.object_kind,
            entry.object_name,
            changes,
        ];
        writer.write_record(cells.map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Spreadsheets run what begins like a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_what_differs_and_nothing_else() {
        let before = r#"{"name":"A","active":true,"settings":{"form":{"method":"POST"}}}"#;
        let after = r#"{"name":"B","active":true,"settings":{"form":{"method":"GET"}}}"#;
        assert_eq!(changes(Some(before), Some(after)), ["name: A → B", "settings.form.method: POST → GET"]);
        assert_eq!(changes(None, Some(r#"{"name":"A"}"#)), ["name: A"]);
        assert_eq!(changes(Some(r#"{"name":"A"}"#), None), ["name: A → –"]);
        assert!(changes(None, None).is_empty());
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        assert_eq!(harmless("=1+1".into()), "'=1+1");
        assert_eq!(harmless("buyer@acme.example".into()), "buyer@acme.example");
    }
}
