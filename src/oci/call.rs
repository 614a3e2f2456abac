//! A call: what a procurement system asks for when it opens the catalogue (OCI 4.0, digest sections 1 and 2).
//!
//! Owns the reading of parameters into one typed value and the reasons why that cannot be done.
//! It does not judge the hook ([`hook`](super::hook) does), knows no system and checks no password.
//! The surprising fact: half of all first calls carry a placeholder like `<HOOK_URL>` instead of a value, so that is a reason of its own.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use super::facts::{Facts, named_language};
pub use super::parameters::{MAX_PARAMETERS, Parameter, Parameters, Source};

use super::facts::SECRET_NAMES;
use super::parameters::decode_again;

/// The names a buyer's system uses for the parameters that OCI leaves to agreement.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Names {
    pub user: String,
    pub password: String,
    pub hook: String,
    pub token: String,
    pub cancel: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            user: "USERNAME".to_owned(),
            password: "PASSWORD".to_owned(),
            hook: "HOOK_URL".to_owned(),
            token: "TOKEN".to_owned(),
            cancel: "OCICANCEL".to_owned(),
        }
    }
}

/// What the shop shall show after the login.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    Shop,
    Detail { product_id: String },
    Search { text: String },
}

/// The value of `FUNCTION` with its arguments (OCI 4.0, digest section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Function {
    /// No function: shop and come back with a cart.
    None,
    /// Show the product that an earlier cart named by EXT_PRODUCT_ID.
    Detail { product_id: String },
    /// Answer with one item, price for `quantity` (as received, in OCI's number form).
    Validate { product_id: String, quantity: Option<String> },
    /// Show the search result in the shop.
    Sourcing { text: String, vendor: Option<String> },
    /// Answer with all hits as a cart; an empty text has none.
    BackgroundSearch { text: String },
    /// The catalogue as JSON; its paging stays in [`Facts::extra`].
    DownloadJson,
}

impl Function {
    /// The value of `FUNCTION` in the standard's spelling; empty for [`Function::None`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "",
            Self::Detail { .. } => "DETAIL",
            Self::Validate { .. } => "VALIDATE",
            Self::Sourcing { .. } => "SOURCING",
            Self::BackgroundSearch { .. } => "BACKGROUND_SEARCH",
            Self::DownloadJson => "DOWNLOADJSON",
        }
    }

    /// What the shop shall show; `None` for functions that are answered without the shop's pages.
    pub fn intent(&self) -> Option<Intent> {
        match self {
            Self::None => Some(Intent::Shop),
            Self::Detail { product_id } => Some(Intent::Detail { product_id: product_id.clone() }),
            Self::Sourcing { text, .. } => Some(Intent::Search { text: text.clone() }),
            Self::Validate { .. } | Self::BackgroundSearch { .. } | Self::DownloadJson => None,
        }
    }

    fn read(parameters: &Parameters) -> Result<Self, CallError> {
        let asked = parameters.get("FUNCTION").unwrap_or_default().trim();
        Ok(match asked.to_ascii_uppercase().as_str() {
            "" => Self::None,
            "DETAIL" => Self::Detail { product_id: product_id(parameters, "DETAIL")? },
            "VALIDATE" => Self::Validate {
                product_id: product_id(parameters, "VALIDATE")?,
                quantity: filled(parameters, "QUANTITY"),
            },
            "SOURCING" => {
                Self::Sourcing { text: search_text(parameters, "SOURCING")?, vendor: filled(parameters, "VENDOR") }
            }
            "BACKGROUND_SEARCH" => Self::BackgroundSearch { text: search_text(parameters, "BACKGROUND_SEARCH")? },
            "DOWNLOADJSON" => Self::DownloadJson,
            _ => {
                return Err(CallError::UnknownFunction { function: asked.chars().take(64).collect() });
            }
        })
    }

    fn arguments(&self) -> &'static [&'static str] {
        match self {
            Self::None | Self::DownloadJson => &[],
            Self::Detail { .. } => &["PRODUCTID"],
            Self::Validate { .. } => &["PRODUCTID", "QUANTITY"],
            Self::Sourcing { .. } => &["SEARCHSTRING", "VENDOR"],
            Self::BackgroundSearch { .. } => &["SEARCHSTRING"],
        }
    }
}

/// One call, read and complete. The hook is decoded but not yet allowed, the login not yet checked.
#[derive(Clone, Debug)]
pub struct Call {
    pub user: String,
    pub password: SecretString,
    /// As decoded; control characters are still in it, so that they can be refused.
    pub hook: String,
    /// Where to go without a cart; as decoded.
    pub cancel: Option<String>,
    pub function: Function,
    pub facts: Facts,
}

/// Why a call cannot be read. None of the reasons holds a password.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    #[error("the call has more than {MAX_PARAMETERS} parameters")]
    TooManyParameters,
    #[error("the call has no return address: {parameter} is missing or empty")]
    HookMissing { parameter: String },
    #[error("{parameter} holds the placeholder {value} instead of a value")]
    Placeholder { parameter: String, value: String },
    #[error("the call has no login: {parameter} is missing or empty")]
    LoginMissing { parameter: String },
    #[error("the function {function} is unknown")]
    UnknownFunction { function: String },
    #[error("the function {function} lacks its argument {argument}")]
    ArgumentMissing { function: &'static str, argument: &'static str },
}

impl Call {
    /// Reads a call. Checks in this order: hook, placeholders in the login, login complete, cancel address, function.
    ///
    /// # Errors
    /// The first reason found; see [`CallError`].
    pub fn read(parameters: &Parameters, names: &Names) -> Result<Self, CallError> {
        let hook = decode_again(parameters.get_hook(&names.hook).unwrap_or_default());
        if hook.trim_matches(' ').is_empty() {
            return Err(CallError::HookMissing { parameter: names.hook.clone() });
        }
        refuse_placeholder(&names.hook, &hook)?;

        let user = parameters.get(&names.user).unwrap_or_default();
        let password = parameters.get(&names.password).unwrap_or_default();
        refuse_placeholder(&names.user, user)?;
        refuse_password_placeholder(&names.password, password)?;
        for (parameter, missing) in [(&names.user, user.trim().is_empty()), (&names.password, password.is_empty())] {
            if missing {
                return Err(CallError::LoginMissing { parameter: parameter.clone() });
            }
        }

        let cancel = decode_again(parameters.get(&names.cancel).unwrap_or_default());
        refuse_placeholder(&names.cancel, &cancel)?;

        let function = Function::read(parameters)?;
        let facts = Facts::read(parameters, names, function.arguments());
        Ok(Self {
            user: user.to_owned(),
            password: password.into(),
            cancel: (!cancel.trim_matches(' ').is_empty()).then(|| cancel.into_owned()),
            hook: hook.into_owned(),
            function,
            facts,
        })
    }
}

fn filled(parameters: &Parameters, name: &str) -> Option<String> {
    let value = parameters.get(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn product_id(parameters: &Parameters, function: &'static str) -> Result<String, CallError> {
    let argument = "PRODUCTID";
    let product_id = filled(parameters, argument).ok_or(CallError::ArgumentMissing { function, argument })?;
    refuse_placeholder(argument, &product_id)?;
    Ok(product_id)
}

/// An empty text is a text: it finds nothing. Only its absence is a fault.
fn search_text(parameters: &Parameters, function: &'static str) -> Result<String, CallError> {
    let argument = "SEARCHSTRING";
    let text = parameters.get(argument).ok_or(CallError::ArgumentMissing { function, argument })?.trim();
    // People type %toner% and #4711#: there the inside must speak of a search to be a placeholder.
    let typed = text.starts_with(['%', '#', '$', '[']) && !text.starts_with("${");
    if !typed || text.to_ascii_lowercase().contains("search") {
        refuse_placeholder(argument, text)?;
    }
    Ok(text.to_owned())
}

fn refuse_placeholder(parameter: &str, value: &str) -> Result<(), CallError> {
    match inside_placeholder(value) {
        Some(_) => Err(CallError::Placeholder { parameter: parameter.to_owned(), value: value.trim().to_owned() }),
        None => Ok(()),
    }
}

/// A real password may look like a placeholder, so here the inside must name the parameter.
fn refuse_password_placeholder(parameter: &str, value: &str) -> Result<(), CallError> {
    let names_it = inside_placeholder(value)
        .is_some_and(|inside| SECRET_NAMES.iter().chain([&parameter]).any(|name| name.eq_ignore_ascii_case(inside)));
    if names_it {
        return Err(CallError::Placeholder { parameter: parameter.to_owned(), value: "***".to_owned() });
    }
    Ok(())
}

/// The name inside `<NAME>`, `%NAME%`, `{NAME}`, `{{NAME}}`, `${NAME}`, `[NAME]`, `#NAME#`, `__NAME__`, `$NAME$`.
fn inside_placeholder(value: &str) -> Option<&str> {
    const FENCES: [(&str, &str); 9] = [
        ("{{", "}}"),
        ("${", "}"),
        ("__", "__"),
        ("<", ">"),
        ("{", "}"),
        ("[", "]"),
        ("%", "%"),
        ("#", "#"),
        ("$", "$"),
    ];
    let value = value.trim();
    FENCES.iter().find_map(|(open, close)| {
        let inside = value.strip_prefix(open)?.strip_suffix(close)?.trim();
        let is_name = inside.len() <= 64
            && inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '~')
            && inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.~: ".contains(&byte));
        is_name.then_some(inside)
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const LOGIN: &str = "USERNAME=buyer1&PASSWORD=verysecret&HOOK_URL=https%3A%2F%2Fbuyer.example%2Fr";

    fn parse(query: &str, body: &str, names: &Names) -> Result<Call, CallError> {
        let parameters = Parameters::read(query.as_bytes(), body.as_bytes(), None).unwrap();
        Call::read(&parameters, names)
    }

    fn get(query: &str) -> Result<Call, CallError> {
        parse(query, "", &Names::default())
    }

    fn with_hook(hook: &str) -> Result<Call, CallError> {
        get(&format!("USERNAME=u&PASSWORD=p&HOOK_URL={hook}"))
    }

    #[test]
    fn the_standard_call_by_post_is_read() {
        let call = parse(
            "",
            "USERNAME=buyer1&PASSWORD=secret&HOOK_URL=https%3A%2F%2Fsrm.example.com%2Fsap%2Fits%2Fbbpsc01%3Fsap-client%3D100%26sap-sessionid%3DABC123\
             &OCI_VERSION=4.0&http_content_charset=utf-8&returntarget=_parent&%7EOkCode=ADDI&%7ETARGET=_top&%7ECALLER=CTLG",
            &Names::default(),
        )
        .unwrap();
        assert_eq!(call.user, "buyer1");
        assert_eq!(call.password.expose_secret(), "secret");
        assert_eq!(call.hook, "https://srm.example.com/sap/its/bbpsc01?sap-client=100&sap-sessionid=ABC123");
        assert_eq!(call.function, Function::None);
        assert_eq!(call.function.intent(), Some(Intent::Shop));
        assert_eq!(call.cancel, None);
        assert!(call.facts.extra.is_empty());
    }

    #[test]
    fn an_over_encoded_hook_of_an_old_r3_is_read() {
        let call = with_hook(
            "http%3A%2F%2Fp1%2Ewdf%2Esap%2Dag%2Ede%3A1080%2Fscripts%2Fwgate%2Edll%2FMEW0%2F%3F%7E&~ForceTarge=Yes",
        )
        .unwrap();
        assert_eq!(call.hook, "http://p1.wdf.sap-ag.de:1080/scripts/wgate.dll/MEW0/?~");
    }

    #[test]
    fn an_unencoded_hook_is_read_up_to_the_next_ampersand() {
        let call = with_hook("https://www.site.example?hash=a+c&FUNCTION=").unwrap();
        assert_eq!(call.hook, "https://www.site.example?hash=a+c");
    }

    #[test]
    fn a_doubly_encoded_hook_is_decoded_twice() {
        let call = with_hook("https%253A%252F%252Fbuyer.example%252Fr%253Fa%253D1").unwrap();
        assert_eq!(call.hook, "https://buyer.example/r?a=1");
    }

    #[test]
    fn control_characters_stay_in_the_hook_to_be_refused_there() {
        assert_eq!(with_hook("https%3A%2F%2Fbuyer.example%2F%00%09").unwrap().hook, "https://buyer.example/\0\t");
        assert_eq!(with_hook("SAPEVENT%3APOST").unwrap().hook, "SAPEVENT:POST");
    }

    #[test]
    fn body_and_case_decide_as_documented() {
        let call = parse(
            "HOOK_URL=https%3A%2F%2Fold.example.com%2Fx&OCI_VERSION=3.0",
            "username=a&USERNAME=buyer1&Password=secret&hook_Url=https%3A%2F%2Fsrm.example.com%2Freturn&OCI_VERSION=4.0",
            &Names::default(),
        )
        .unwrap();
        assert_eq!(call.hook, "https://srm.example.com/return");
        assert_eq!(call.user, "buyer1");
        assert_eq!(call.password.expose_secret(), "secret");
        assert_eq!(call.facts.version.as_deref(), Some("4.0"));
        assert!(call.facts.extra.is_empty());
    }

    #[test]
    fn other_names_are_a_matter_of_settings() {
        let names = Names { user: "USER".into(), password: "PW".into(), hook: "hookUrl".into(), ..Names::default() };
        let call = parse(
            "fr:act=oci&OCI_VERSION=4.0&USER=user-id&PW=password&hookURL=http://myshop.example/ocireceive.asp\
             &FUNCTION=sourcing&searchstring=Switch",
            "",
            &names,
        )
        .unwrap();
        assert_eq!(call.user, "user-id");
        assert_eq!(call.hook, "http://myshop.example/ocireceive.asp");
        assert_eq!(call.function.intent(), Some(Intent::Search { text: "Switch".into() }));
        assert_eq!(call.facts.extra, [("fr:act".to_owned(), "oci".to_owned())]);
    }

    #[test]
    fn a_call_of_ifs_brings_cancel_address_vendor_and_hook_last() {
        let call = get(
            "OCIVERSION=4.0&SENDERID=ifs-sender&PASSWORD=pw&USERNAME=ifsuser&NEW_ITEM-VENDOR=100234&ACCOUNT_CODE=\
             &OCICANCEL=https://ifs.example.com/main/punchout/cancel&HOOK_URL=https://ifs.example.com/main/punchout/return?uniqueid=4711",
        )
        .unwrap();
        assert_eq!(call.cancel.as_deref(), Some("https://ifs.example.com/main/punchout/cancel"));
        assert_eq!(call.hook, "https://ifs.example.com/main/punchout/return?uniqueid=4711");
        assert_eq!(call.facts.items, [("VENDOR".to_owned(), "100234".to_owned())]);
        assert_eq!(call.facts.version.as_deref(), Some("4.0"));
    }

    #[test]
    fn every_function_is_read_with_its_arguments() {
        let function = |rest: &str| get(&format!("{LOGIN}&{rest}")).map(|call| call.function);
        assert_eq!(
            function("FUNCTION=Detail&ProductId=50123").unwrap().intent(),
            Some(Intent::Detail { product_id: "50123".into() })
        );
        assert_eq!(
            function("FUNCTION=VALIDATE&PRODUCTID=MSC-1001&QUANTITY=100.000"),
            Ok(Function::Validate { product_id: "MSC-1001".into(), quantity: Some("100.000".into()) })
        );
        assert_eq!(
            function("FUNCTION=SOURCING&SEARCHSTRING=Switch&VENDOR=77"),
            Ok(Function::Sourcing { text: "Switch".into(), vendor: Some("77".into()) })
        );
        assert_eq!(
            function("FUNCTION=background_search&SEARCHSTRING="),
            Ok(Function::BackgroundSearch { text: String::new() })
        );
        assert_eq!(function("FUNCTION=DOWNLOADJSON&PAGESIZE=100"), Ok(Function::DownloadJson));
        assert_eq!(function("FUNCTION=&PRODUCTID=1"), Ok(Function::None));
        assert_eq!(
            function("FUNCTION=DETAILADD&PRODUCTID=4711"),
            Err(CallError::UnknownFunction { function: "DETAILADD".into() })
        );
        assert_eq!(
            function("FUNCTION=VALIDATE&PRODUCTID="),
            Err(CallError::ArgumentMissing { function: "VALIDATE", argument: "PRODUCTID" })
        );
        assert_eq!(
            function("FUNCTION=SOURCING"),
            Err(CallError::ArgumentMissing { function: "SOURCING", argument: "SEARCHSTRING" })
        );
    }

    #[test]
    fn arguments_are_kept_as_extra_only_when_no_function_took_them() {
        let extra = |rest: &str| get(&format!("{LOGIN}&{rest}")).unwrap().facts.extra;
        assert!(extra("FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=2").is_empty());
        assert_eq!(extra("PRODUCTID=1"), [("PRODUCTID".to_owned(), "1".to_owned())]);
        assert_eq!(extra("FUNCTION=DOWNLOADJSON&PAGESIZE=50"), [("PAGESIZE".to_owned(), "50".to_owned())]);
    }

    #[test]
    fn a_placeholder_in_the_hook_is_told_from_a_missing_one() {
        for placeholder in [
            "<HOOK_URL>",
            "%HOOK_URL%",
            "{HOOK_URL}",
            "{{x}}",
            "${x}",
            "[HOOK_URL]",
            "#HOOK_URL#",
            "__HOOK_URL__",
            "$HOOK_URL$",
            "%25BACK_URL%25",
            "%3CHOOK_URL%3E",
            "%3C+your+return+address+%3E",
        ] {
            assert!(
                matches!(with_hook(placeholder), Err(CallError::Placeholder { parameter, .. }) if parameter == "HOOK_URL"),
                "{placeholder}"
            );
        }
        for missing in ["", "+", "%20"] {
            assert_eq!(with_hook(missing).err(), Some(CallError::HookMissing { parameter: "HOOK_URL".into() }));
        }
    }

    #[test]
    fn a_search_with_wildcards_is_no_placeholder() {
        let search = |text: &str| get(&format!("{LOGIN}&FUNCTION=SOURCING&SEARCHSTRING={text}"));
        for typed in ["%25toner%25", "%23M8%23", "[A4]"] {
            assert!(search(typed).is_ok(), "{typed}");
        }
        for placeholder in ["%SEARCHSTRING%", "<text>", "{SEARCHSTRING}", "[searchterm]"] {
            assert!(search(placeholder).is_err(), "{placeholder}");
        }
    }

    #[test]
    fn a_password_may_look_odd_unless_it_names_its_parameter() {
        let login = |password: &str| get(&format!("HOOK_URL=https://b.example/&USERNAME=u&PASSWORD={password}"));
        assert!(login("%25geheim%25").is_ok());
        assert!(login("[x1y2z3]").is_ok());
        assert_eq!(
            login("<PASSWORD>").err(),
            Some(CallError::Placeholder { parameter: "PASSWORD".into(), value: "***".into() })
        );
    }

    #[test]
    fn reasons_come_in_their_order() {
        let reason = |query: &str| get(query).err().unwrap();
        assert!(matches!(reason("USERNAME=<x>"), CallError::HookMissing { .. }));
        assert!(matches!(
            reason("HOOK_URL=https://b.example/&USERNAME=<x>&FUNCTION=NO"),
            CallError::Placeholder { parameter, .. } if parameter == "USERNAME"
        ));
        assert!(matches!(
            reason("HOOK_URL=https://b.example/&USERNAME=u&PASSWORD=&FUNCTION=NO"),
            CallError::LoginMissing { parameter } if parameter == "PASSWORD"
        ));
        assert!(matches!(reason(&format!("{LOGIN}&OCICANCEL=<x>&FUNCTION=NO")), CallError::Placeholder { .. }));
        assert!(matches!(reason(&format!("{LOGIN}&FUNCTION=NO")), CallError::UnknownFunction { .. }));
    }

    #[test]
    fn the_password_is_not_printed() {
        let call = get(&format!("{LOGIN}&copy=verysecret")).unwrap();
        assert!(!format!("{call:?}").contains("verysecret"));
    }
}
