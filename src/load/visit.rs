//! One visit: what a procurement system, and the shop behind the gateway, send.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Client, RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::mix::Kind;
use super::record::{End, Record, Step};

/// No answer for that long is none.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who logs in.
pub struct User {
    pub email: String,
    pub password: SecretString,
}

/// The gateway that is driven, and with what.
pub struct Target {
    pub client: Client,
    /// Without a slash at the end.
    pub url: String,
    pub system: String,
    pub users: Vec<User>,
    pub hook: String,
    /// Of the shop; needed for round trips.
    pub api_key: Option<SecretString>,
    /// JSON.
    pub cart: Vec<u8>,
    /// For VALIDATE.
    pub product: String,
    /// From how many addresses the calls say that they come; 0 says nothing.
    pub addresses: u32,
    next: AtomicU64,
}

impl Target {
    pub fn new(url: &str, system: &str, users: Vec<User>, hook: &str) -> Result<Self, reqwest::Error> {
        let client =
            Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).tcp_nodelay(true).build()?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
            system: system.to_owned(),
            users,
            hook: hook.to_owned(),
            api_key: None,
            cart: cart(10),
            product: String::new(),
            addresses: 0,
            next: AtomicU64::new(0),
        })
    }

    /// Makes a visit. Its first request counts from `since`: with a set rate that is when it should have begun, so
    /// that a gateway which stands still is not forgiven for the visits that had to wait.
    pub async fn visit(&self, kind: Kind, since: Instant, record: &Record) {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        match kind {
            Kind::Warm => drop(self.login(&self.users[0], nth, since, record).await),
            Kind::Cold => drop(self.login(self.user(nth), nth, since, record).await),
            Kind::RoundTrip => {
                let end = self.round_trip(nth, since, record).await;
                record.add(Step::RoundTrip, end.err().unwrap_or(End::Good), since.elapsed());
            }
            Kind::Validate => {
                let user = &self.users[0];
                let call = self.call(user, user.password.expose_secret(), nth);
                let call = call.query(&[("FUNCTION", "VALIDATE"), ("PRODUCTID", &self.product), ("QUANTITY", "10")]);
                let _ = answered(call, 200, Step::Validate, since, record).await;
            }
            Kind::Flood => {
                let wrong = format!("wrong {nth}");
                // Good would be that nobody came in: 401.
                let _ = answered(self.call(self.user(nth), &wrong, nth), 401, Step::Flood, since, record).await;
            }
        }
    }

    fn user(&self, nth: u64) -> &User {
        &self.users[(nth % self.users.len() as u64) as usize]
    }

    fn call(&self, user: &User, password: &str, nth: u64) -> RequestBuilder {
        let form = [
            ("USERNAME", user.email.as_str()),
            ("PASSWORD", password),
            ("HOOK_URL", &self.hook),
            ("OCI_VERSION", "4.0"),
            ("http_content_charset", "utf-8"),
            ("~OkCode", "ADDI"),
            ("~TARGET", "_top"),
            ("~CALLER", "CTLG"),
        ];
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .client
            .post(format!("{}/oci/{}", self.url, self.system))
            .header("content-type", "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/problem+json")
            .body(form);
        match self.addresses {
            0 => request,
            // Network 10 has room for 16 million.
            most => {
                let address =
                    std::net::Ipv4Addr::from(0x0a00_0000 | (nth.wrapping_mul(7_919) % u64::from(most)) as u32);
                request.header("x-forwarded-for", address.to_string())
            }
        }
    }

    async fn login(&self, user: &User, nth: u64, since: Instant, record: &Record) -> Result<String, End> {
        let call = self.call(user, user.password.expose_secret(), nth);
        let answer = answered(call, 303, Step::Login, since, record).await?;
        let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
        let token = url::Url::parse(location).ok().and_then(|location| {
            location.query_pairs().find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
        });
        token.ok_or_else(|| End::Failed("no token in the redirect".into()))
    }

    async fn round_trip(&self, nth: u64, since: Instant, record: &Record) -> Result<(), End> {
        let token = self.login(self.user(nth), nth, since, record).await?;
        let key = self.api_key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
        let redeem = self
            .client
            .post(format!("{}/api/v1/entries/redeem", self.url))
            .bearer_auth(key)
            .json(&json!({ "token": token }));
        let entry = read(answered(redeem, 200, Step::Redeem, Instant::now(), record).await?).await?;
        let punchout = entry["punchout"].as_str().ok_or_else(|| End::Failed("no punchout in the answer".into()))?;
        let cart = self
            .client
            .post(format!("{}/api/v1/punchouts/{punchout}/cart", self.url))
            .bearer_auth(key)
            .header("content-type", "application/json")
            .body(self.cart.clone());
        let cart = read(answered(cart, 201, Step::Cart, Instant::now(), record).await?).await?;
        let page = cart["return_url"].as_str().ok_or_else(|| End::Failed("no return_url in the answer".into()))?;
        // The address as it is known here may be another than the public one.
        let path = url::Url::parse(page).map(|page| page.path().to_owned()).unwrap_or_default();
        let page = self.client.get(format!("{}{path}", self.url));
        answered(page, 200, Step::Return, Instant::now(), record).await.map(drop)
    }
}

/// Sends a request and writes down what came of it. The body of a good answer is read too: it is part of the time.
async fn answered(
    request: RequestBuilder,
    good: u16,
    step: Step,
    since: Instant,
    record: &Record,
) -> Result<Answer, End> {
    let answer = match request.send().await {
        Ok(answer) => read_all(answer).await,
        Err(error) => Err(error),
    };
    let (end, answer) = match answer {
        // A product that nobody knows is answered with a page that carries no form.
        Ok(answer) if answer.status == good && step == Step::Validate && !answer.has_form() => {
            let why = End::Failed("an answer without the product".to_owned());
            (why.clone(), Err(why))
        }
        Ok(answer) if answer.status == good => (End::Good, Ok(answer)),
        Ok(answer) => (End::Refused(answer.status), Err(End::Refused(answer.status))),
        Err(error) => {
            let why = End::Failed(reason(&error).to_owned());
            (why.clone(), Err(why))
        }
    };
    record.add(step, end, since.elapsed());
    answer
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: bytes::Bytes,
}

impl Answer {
    fn has_form(&self) -> bool {
        self.body.windows(5).any(|bytes| bytes == b"<form")
    }
}

async fn read_all(response: Response) -> Result<Answer, reqwest::Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.bytes().await? })
}

async fn read(answer: Answer) -> Result<Value, End> {
    serde_json::from_slice(&answer.body).map_err(|_| End::Failed("an answer that is not JSON".into()))
}

fn reason(error: &reqwest::Error) -> &'static str {
    match error {
        _ if error.is_timeout() => "no answer in time",
        _ if error.is_connect() => "no connection",
        _ => "the connection broke",
    }
}

/// A cart of so many lines, like those that shops send.
pub fn cart(lines: usize) -> Vec<u8> {
    let line = |n: usize| {
        json!({
            "id": n.to_string(), "product_id": format!("SW-{n:05}"),
            "name": format!("Sechskantschraube M8x40 verzinkt, Größe {n}"),
            "description": "<p>Zinc plated, <b>DIN 933</b></p><ul><li>steel 8.8</li></ul>",
            "quantity": "3", "unit": "piece", "price": { "net": "12.50", "per": "1" }, "tax_rate": "19",
            "manufacturer": { "number": "8812", "name": "Acme" }, "manufacturer_part": "HB-M8",
            "categories": [{ "scheme": "ECLASS13.0", "id": "23110101", "name": "Hexagon bolt" }],
        })
    };
    json!({ "currency": "EUR", "lines": (1..=lines).map(line).collect::<Vec<_>>() }).to_string().into_bytes()
}
