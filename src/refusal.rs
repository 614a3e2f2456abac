//! Every reason to say no, in one table: its stable code, its HTTP status, and by the code its
//! sentences in `locales/`: one for the buyer, one (`.operator`) with the likely cause and the fix.
//!
//! A refusal never says which of e-mail or password was wrong and never holds a secret.
//! `docs/refusals.md` is generated from here by a test.

use crate::credential::password::Busy;
use crate::credential::throttle::TooMany;
use crate::license::{Invalid, Kind};
use crate::mapping::cart::CartError;
use crate::oci::call::CallError;
use crate::oci::finding::Fault;
use crate::oci::hook::HookError;
use crate::shop::catalog::CatalogError;
use crate::store::StoreError;
use crate::texts::{self, Language};

macro_rules! codes {
    ($($variant:ident $code:literal $status:literal,)*) => {
        /// The stable names of all refusals.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// As it stands in answers, logs, `docs/refusals.md` and `locales/`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The code of that name, from what is stored.
            pub fn read(name: &str) -> Option<Self> {
                match name { $($code => Some(Code::$variant),)* _ => None }
            }

            /// The HTTP status of the answer.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }
        }
    };
}

codes! {
    // The call of the procurement system.
    CallTooLarge "call-too-large" 413,
    TooManyParameters "too-many-parameters" 413,
    MethodNotAllowed "method-not-allowed" 405,
    Placeholder "placeholder" 400,
    HookMissing "hook-missing" 400,
    HookMalformed "hook-malformed" 400,
    HookScheme "hook-scheme" 400,
    HookUserInfo "hook-user-info" 400,
    HookHost "hook-host" 400,
    HookPort "hook-port" 400,
    HookNotHttps "hook-not-https" 400,
    HookPath "hook-path" 400,
    HookSapEvent "hook-sapevent" 400,
    FunctionUnknown "function-unknown" 400,
    FunctionArgument "function-argument" 400,
    FunctionArgumentWrong "function-argument-wrong" 400,
    FunctionNotOffered "function-not-offered" 400,
    DownloadOver "download-over" 410,
    ShopUnavailable "shop-unavailable" 503,
    ShopAnswerWrong "shop-answer-wrong" 502,
    // The login.
    LoginMissing "login-missing" 401,
    LoginWrong "login-wrong" 401,
    TooManyAttempts "too-many-attempts" 429,
    TooBusy "too-busy" 503,
    // System, assignment, licenses.
    SystemUnknown "system-unknown" 404,
    SystemAmbiguous "system-ambiguous" 403,
    SystemInactive "system-inactive" 403,
    NotAssigned "not-assigned" 403,
    SystemLicenseMissing "system-license-missing" 403,
    SystemLicenseWrongKind "system-license-wrong-kind" 403,
    SystemLicenseNotConnected "system-license-not-connected" 403,
    SystemLicenseOtherWebsite "system-license-other-website" 403,
    SystemLicenseNotYetValid "system-license-not-yet-valid" 403,
    SystemLicenseExpired "system-license-expired" 403,
    SystemLicenseSuspended "system-license-suspended" 403,
    SystemLicenseInUse "system-license-in-use" 403,
    CustomerLicenseMissing "customer-license-missing" 403,
    CustomerLicenseWrongKind "customer-license-wrong-kind" 403,
    CustomerLicenseNotConnected "customer-license-not-connected" 403,
    CustomerLicenseOtherWebsite "customer-license-other-website" 403,
    CustomerLicenseNotYetValid "customer-license-not-yet-valid" 403,
    CustomerLicenseExpired "customer-license-expired" 403,
    CustomerLicenseSuspended "customer-license-suspended" 403,
    CustomerLicenseInUse "customer-license-in-use" 403,
    // The shop's side.
    ApiKeyWrong "api-key-wrong" 401,
    EntryUnknown "entry-unknown" 404,
    EntryUsed "entry-used" 409,
    EntryExpired "entry-expired" 410,
    PunchoutUnknown "punchout-unknown" 404,
    PunchoutNotEntered "punchout-not-entered" 409,
    PunchoutReturned "punchout-returned" 409,
    PunchoutClosed "punchout-closed" 409,
    PunchoutCancelled "punchout-cancelled" 409,
    PunchoutExpired "punchout-expired" 410,
    CartMalformed "cart-malformed" 400,
    CartTooLarge "cart-too-large" 413,
    CartTooManyLines "cart-too-many-lines" 413,
    CartFaulty "cart-faulty" 422,
    CustomerFaulty "customer-faulty" 422,
    BodyMalformed "body-malformed" 400,
    BodyTooLarge "body-too-large" 413,
    // Pages and paths.
    TicketUnknown "ticket-unknown" 404,
    NothingToReturn "nothing-to-return" 409,
    NotFound "not-found" 404,
    MethodUnknown "method-unknown" 405,
    FormForeign "form-foreign" 403,
    // Ourselves.
    DatabaseUnavailable "database-unavailable" 503,
    Internal "internal" 500,
}

impl Code {
    /// What the operator's sentence may name; what nobody gave reads `…` there.
    pub fn arguments(self) -> &'static [&'static str] {
        use Code::*;
        match self {
            CallTooLarge | CartTooLarge | BodyTooLarge => &["limit"],
            MethodNotAllowed => &["method"],
            MethodUnknown => &["method", "methods"],
            Placeholder => &["parameter", "value"],
            HookMissing | LoginMissing => &["parameter"],
            HookMalformed | CartMalformed | CustomerFaulty | BodyMalformed => &["reason"],
            HookScheme => &["scheme"],
            HookHost | HookPort | HookNotHttps | HookPath => &["origin"],
            FunctionUnknown | FunctionNotOffered => &["function"],
            FunctionArgument => &["function", "argument"],
            FunctionArgumentWrong => &["function", "argument", "reason"],
            DownloadOver => &["transaction"],
            ShopUnavailable | ShopAnswerWrong => &["reason"],
            SystemAmbiguous => &["systems"],
            CartTooManyLines | CartFaulty => &["count"],
            SystemUnknown
            | SystemInactive
            | SystemLicenseMissing
            | SystemLicenseWrongKind
            | SystemLicenseNotConnected
            | SystemLicenseOtherWebsite
            | SystemLicenseNotYetValid
            | SystemLicenseExpired
            | SystemLicenseSuspended
            | SystemLicenseInUse => &["system"],
            NotAssigned
            | CustomerLicenseMissing
            | CustomerLicenseWrongKind
            | CustomerLicenseNotConnected
            | CustomerLicenseOtherWebsite
            | CustomerLicenseNotYetValid
            | CustomerLicenseExpired
            | CustomerLicenseSuspended
            | CustomerLicenseInUse => &["system", "customer"],
            _ => &[],
        }
    }
}

/// A reason to say no, with what its sentences name.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub code: Code,
    /// Values for the placeholders of the sentences. Shown to people: never a secret.
    pub arguments: Vec<(&'static str, String)>,
    /// Seconds after which another try makes sense.
    pub retry_after: Option<u32>,
    /// What is wrong with a cart, fault by fault.
    pub faults: Vec<Fault>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self { code, arguments: Vec::new(), retry_after: None, faults: Vec::new() }
    }

    /// Names something in the sentences, cut to a length that a page can show.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        const LONGEST: usize = 200;
        let mut value: String = value.into();
        if value.chars().count() > LONGEST {
            value = value.chars().take(LONGEST).chain(['…']).collect();
        }
        self.arguments.push((name, value));
        self
    }

    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The sentence for whoever sits before the browser. It names nothing of what the call said.
    pub fn buyer_sentence(&self, language: Language) -> String {
        texts::text(language, self.code.as_str())
    }

    /// The sentence for who can mend it: likely cause and fix.
    pub fn operator_sentence(&self, language: Language) -> String {
        let named = |name: &'static str| {
            let given = self.arguments.iter().find(|(given, value)| *given == name && !value.is_empty());
            (name, given.map_or_else(|| "…".to_owned(), |(_, value)| value.clone()))
        };
        let arguments: Vec<(&'static str, String)> = self.code.arguments().iter().map(|name| named(name)).collect();
        texts::text_with(language, &format!("{}.operator", self.code.as_str()), &arguments)
    }

    /// The arguments as they are stored: JSON, name → value.
    pub fn stored_arguments(&self) -> String {
        let named: serde_json::Map<String, serde_json::Value> = self
            .arguments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.replace('\0', "\u{fffd}").into()))
            .collect();
        serde_json::Value::Object(named).to_string()
    }

    /// A refusal again, from what is stored of it. None if its code is one of another version.
    pub fn restore(code: &str, arguments: &str, faults: &str) -> Option<Self> {
        let code = Code::read(code)?;
        let named: serde_json::Map<String, serde_json::Value> = serde_json::from_str(arguments).unwrap_or_default();
        let given = |name: &'static str| Some((name, named.get(name)?.as_str()?.to_owned()));
        Some(Self {
            code,
            arguments: code.arguments().iter().copied().filter_map(given).collect(),
            retry_after: None,
            faults: serde_json::from_str(faults).unwrap_or_default(),
        })
    }

    /// A license that does not pay for what it is asked to pay for.
    pub fn license(kind: Kind, invalid: Invalid) -> Self {
        use Code::*;
        let (system, customer) = match invalid {
            Invalid::WrongKind => (SystemLicenseWrongKind, CustomerLicenseWrongKind),
            Invalid::NotConnected => (SystemLicenseNotConnected, CustomerLicenseNotConnected),
            Invalid::OtherWebsite => (SystemLicenseOtherWebsite, CustomerLicenseOtherWebsite),
            Invalid::NotYetValid => (SystemLicenseNotYetValid, CustomerLicenseNotYetValid),
            Invalid::Expired => (SystemLicenseExpired, CustomerLicenseExpired),
            Invalid::Suspended => (SystemLicenseSuspended, CustomerLicenseSuspended),
            Invalid::InUse => (SystemLicenseInUse, CustomerLicenseInUse),
        };
        Self::new(match kind {
            Kind::System => system,
            Kind::Customer => customer,
        })
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        match error {
            CallError::TooManyParameters => Self::new(Code::TooManyParameters),
            CallError::HookMissing { parameter } => Self::new(Code::HookMissing).with("parameter", parameter),
            CallError::Placeholder { parameter, value } => {
                Self::new(Code::Placeholder).with("parameter", parameter).with("value", value)
            }
            CallError::LoginMissing { parameter } => Self::new(Code::LoginMissing).with("parameter", parameter),
            CallError::UnknownFunction { function } => Self::new(Code::FunctionUnknown).with("function", function),
            CallError::ArgumentMissing { function, argument } => {
                Self::new(Code::FunctionArgument).with("function", function).with("argument", argument)
            }
            CallError::ArgumentWrong { function, argument, reason } => Self::new(Code::FunctionArgumentWrong)
                .with("function", function)
                .with("argument", argument)
                .with("reason", reason),
        }
    }
}

impl From<HookError> for Refusal {
    fn from(error: HookError) -> Self {
        match error {
            HookError::TooLong
            | HookError::ControlCharacters
            | HookError::NotAUrl
            | HookError::NoScheme
            | HookError::NoHost => Self::new(Code::HookMalformed).with("reason", error.to_string()),
            HookError::Scheme { scheme } => Self::new(Code::HookScheme).with("scheme", scheme),
            HookError::UserInfo => Self::new(Code::HookUserInfo),
            HookError::HostNotAllowed { origin } => Self::new(Code::HookHost).with("origin", origin),
            HookError::PortNotAllowed { origin } => Self::new(Code::HookPort).with("origin", origin),
            HookError::HttpNotAllowed { origin } => Self::new(Code::HookNotHttps).with("origin", origin),
            HookError::PathNotAllowed { origin } => Self::new(Code::HookPath).with("origin", origin),
            HookError::SapEventNotAllowed => Self::new(Code::HookSapEvent),
        }
    }
}

impl From<CartError> for Refusal {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Faulty { faults, .. } => faults.into(),
            CartError::TooManyLines { count } => Self::new(Code::CartTooManyLines).with("count", count.to_string()),
            malformed => Self::new(Code::CartMalformed).with("reason", malformed.to_string()),
        }
    }
}

impl From<Vec<Fault>> for Refusal {
    fn from(faults: Vec<Fault>) -> Self {
        let mut refusal = Self::new(Code::CartFaulty).with("count", faults.len().to_string());
        refusal.faults = faults;
        refusal
    }
}

impl From<Busy> for Refusal {
    fn from(busy: Busy) -> Self {
        Self::new(Code::TooBusy).retry_after(busy.retry_after_seconds)
    }
}

impl From<TooMany> for Refusal {
    fn from(too_many: TooMany) -> Self {
        Self::new(Code::TooManyAttempts).retry_after(too_many.retry_after_seconds)
    }
}

impl From<CatalogError> for Refusal {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Unavailable { reason, retry_after_seconds } => {
                Self::new(Code::ShopUnavailable).with("reason", reason).retry_after(retry_after_seconds)
            }
            CatalogError::Wrong { reason } => Self::new(Code::ShopAnswerWrong).with("reason", reason),
        }
    }
}

impl From<StoreError> for Refusal {
    /// The reason goes to the log here, once; the caller only learns whether to try again.
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "refused a request because of the database");
                Self::new(Code::DatabaseUnavailable).retry_after(5)
            }
            StoreError::Conflict(_) | StoreError::Query(_) => {
                tracing::error!(%error, "a query failed that never should");
                Self::new(Code::Internal)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/refusals.md");

    /// The whole of `docs/refusals.md`.
    fn documentation() -> String {
        let mut page = String::from(
            "# Refusals\n\n\
             Every reason why Punchgate says no: to a procurement system, a buyer's browser or a shop. The code is stable; it stands in the\n\
             answer, in the log and here. Buyers read the first sentence, in their language; operators and shop developers read the second,\n\
             which names what was found in place of `…this…`. The sentences are in `locales/`, the codes in `src/refusal.rs`, from which\n\
             this page is generated (`PUNCHGATE_WRITE_DOCS=1 cargo test refusals_are_documented`).\n\n\
             | Code | Status | What the buyer reads | What the operator reads |\n|---|---|---|---|\n",
        );
        for code in Code::ALL {
            let refusal = code
                .arguments()
                .iter()
                .copied()
                .fold(Refusal::new(*code), |refusal, name| refusal.with(name, format!("…{name}…")));
            let cell = |sentence: String| sentence.replace('|', "\\|").replace('<', "&lt;");
            let (buyer, operator) =
                (cell(refusal.buyer_sentence(Language::English)), cell(refusal.operator_sentence(Language::English)));
            page.push_str(&format!("| `{}` | {} | {buyer} | {operator} |\n", code.as_str(), code.status()));
        }
        page
    }

    #[test]
    fn refusals_are_documented() {
        let page = documentation();
        if std::env::var_os("PUNCHGATE_WRITE_DOCS").is_some() {
            std::fs::write(DOCS, &page).expect("docs/refusals.md can be written");
        }
        let committed = std::fs::read_to_string(DOCS).unwrap_or_default();
        assert!(
            committed == page,
            "docs/refusals.md is not what the code says; write it with: PUNCHGATE_WRITE_DOCS=1 cargo test refusals_are_documented"
        );
    }

    #[test]
    fn a_stored_refusal_says_the_same_again() {
        for code in Code::ALL {
            let refusal = code
                .arguments()
                .iter()
                .copied()
                .fold(Refusal::new(*code), |refusal, name| refusal.with(name, format!("\"{name}\"\n")));
            let again = Refusal::restore(code.as_str(), &refusal.stored_arguments(), "[]").expect("a refusal");
            assert_eq!(again.operator_sentence(Language::German), refusal.operator_sentence(Language::German));
        }
        assert!(Refusal::restore("gone-since", "{}", "[]").is_none());
    }

    #[test]
    fn the_codes_are_unique_and_kebab_case() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let name = code.as_str();
            assert!(seen.insert(name), "{name} stands twice in the table");
            assert!(
                name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
                "{name}"
            );
        }
    }

    #[test]
    fn an_operators_sentence_names_what_was_found_and_stays_whole_when_something_was_not_given() {
        let refusal = Refusal::new(Code::NotAssigned).with("customer", "10001").with("system", "");
        let sentence = refusal.operator_sentence(Language::English);
        assert!(sentence.contains("10001") && sentence.contains("\"…\""), "{sentence}");
    }

    #[test]
    fn what_a_refusal_names_is_cut_to_a_length_that_a_page_can_show() {
        let refusal = Refusal::new(Code::Placeholder).with("value", "x".repeat(10_000));
        assert!(refusal.operator_sentence(Language::German).chars().count() < 1_000);
    }

    #[test]
    fn every_argument_that_is_given_by_a_conversion_is_one_that_the_sentence_may_name() {
        let refusals: Vec<Refusal> = vec![
            CallError::HookMissing { parameter: "HOOK_URL".into() }.into(),
            CallError::Placeholder { parameter: "HOOK_URL".into(), value: "<HOOK_URL>".into() }.into(),
            CallError::LoginMissing { parameter: "USERNAME".into() }.into(),
            CallError::UnknownFunction { function: "X".into() }.into(),
            CallError::ArgumentMissing { function: "DETAIL", argument: "PRODUCTID" }.into(),
            HookError::NoHost.into(),
            HookError::Scheme { scheme: "ftp".into() }.into(),
            HookError::HostNotAllowed { origin: "https://x.example".into() }.into(),
            HookError::PortNotAllowed { origin: "https://x.example".into() }.into(),
            HookError::HttpNotAllowed { origin: "http://x.example".into() }.into(),
            HookError::PathNotAllowed { origin: "https://x.example".into() }.into(),
            CartError::TooManyLines { count: 10_001 }.into(),
            Vec::<Fault>::new().into(),
        ];
        for refusal in refusals {
            let given: Vec<&str> = refusal.arguments.iter().map(|(name, _)| *name).collect();
            assert_eq!(given, refusal.code.arguments(), "{:?}", refusal.code);
        }
    }
}
