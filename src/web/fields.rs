//! The fields of a posted form, taken only if the form was ours: the browser says that the page came
//! from here (`Sec-Fetch-Site`, else `Origin`), and the form carries the token of its cookie.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, ORIGIN};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use subtle::ConstantTimeEq;
use ulid::Ulid;
use url::Url;

use crate::clock::MINUTE;
use crate::refusal::{Code, Refusal};
use crate::web::body;
use crate::web::server::Web;
use crate::web::session::{PageError, SignedIn, Vendor, Visitor};

/// A form with a whole mapping in it.
const FORM_LIMIT: usize = 1024 * 1024;
/// The hidden field with the token.
pub const TOKEN_FIELD: &str = "form-token";
/// The hidden field with the id of what the form makes.
const ONCE_FIELD: &str = "once";
/// How far the clocks of two gateways may be apart.
const APART: i64 = MINUTE;

/// What was filled in: names and values in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    pub fn read(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a field without blanks around it; nothing if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value as it was typed: passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Ticked boxes, pressed buttons.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The id of what this form makes, as the form brought it: sent once more, it meets the same primary key, on
    /// whichever gateway. A new one for who posts without, and instead of one from the future, which would stand before all others.
    pub fn once(&self, now: i64) -> String {
        let latest = u64::try_from((now + APART) / 1000).unwrap_or_default();
        let brought = Ulid::from_string(self.get(ONCE_FIELD)).ok().filter(|id| id.timestamp_ms() <= latest);
        brought.map_or_else(|| Ulid::new().to_string(), |id| id.to_string())
    }

    /// A number, if it is one.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }
}

/// A form posted by whoever `W` is: [`Visitor`], [`SignedIn`] or [`Vendor`].
pub struct Posted<W> {
    pub by: W,
    pub fields: Fields,
}

/// Somebody whose forms carry a token.
pub trait Poster: FromRequest<Error = PageError> {
    fn form_token(&self) -> &str;
}

impl Poster for Visitor {
    fn form_token(&self) -> &str {
        &self.form_token
    }
}

impl Poster for SignedIn {
    fn form_token(&self) -> &str {
        &self.visitor.form_token
    }
}

impl Poster for Vendor {
    fn form_token(&self) -> &str {
        &self.0.visitor.form_token
    }
}

impl<W: Poster + 'static> FromRequest for Posted<W> {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let by = W::from_request(request, payload);
        let request = request.clone();
        let body = actix_web::web::Payload::from_request(&request, payload);
        Box::pin(async move {
            let by = by.await?;
            from_here(&request)?;
            let body = body.await.map_err(|_| Refusal::new(Code::BodyMalformed).with("reason", "no body"))?;
            let fields = Fields::read(&body::read(body, FORM_LIMIT, Code::BodyTooLarge).await?);
            check_token(&by, fields.raw(TOKEN_FIELD))?;
            Ok(Self { by, fields })
        })
    }
}

/// The form's token must be the poster's.
pub fn check_token(by: &impl Poster, token: &str) -> Result<(), Refusal> {
    if by.form_token().as_bytes().ct_eq(token.as_bytes()).into() {
        Ok(())
    } else {
        Err(Refusal::new(Code::FormForeign))
    }
}

/// Browsers say where a request comes from; one that says "elsewhere" is not ours.
pub fn from_here(request: &HttpRequest) -> Result<(), Refusal> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let foreign = || Err(Refusal::new(Code::FormForeign));
    if let Some(site) = header(HeaderName::from_static("sec-fetch-site")) {
        return if matches!(site, "same-origin" | "none") { Ok(()) } else { foreign() };
    }
    let Some(origin) = header(ORIGIN) else { return Ok(()) };
    let web = request.app_data::<Data<Web>>().ok_or_else(|| Refusal::new(Code::Internal))?;
    let ours = |url: &str| Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    if origin == ours(&web.gateway.public_url) { Ok(()) } else { foreign() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_their_order_and_passwords_keep_their_blanks() {
        let fields = Fields::read(b"a=+1+&b=x&b=y&password=+p+&box=");
        assert_eq!(fields.get("a"), "1");
        assert_eq!(fields.all("b").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(fields.raw("password"), " p ");
        assert!(fields.has("box") && !fields.has("other"));
        assert_eq!(fields.number("a"), Some(1));
    }

    #[test]
    fn a_form_brings_the_id_of_what_it_makes_and_who_brings_none_gets_one() {
        let (id, now) = (Ulid::new(), crate::clock::Clock::System.now());
        let once = |text: String, now| Fields::read(text.as_bytes()).once(now);
        assert_eq!(once(format!("once={id}"), now), id.to_string());
        for strange in ["", "once=", "once=x", "once=7ZZZZZZZZZZZZZZZZZZZZZZZZZ"] {
            let made = once(strange.to_owned(), now);
            assert!(made.len() == 26 && made.as_str() < "7", "{strange}: {made}");
        }
        assert_ne!(once(format!("once={id}"), now - 2 * MINUTE), id.to_string(), "from the future");
    }
}
