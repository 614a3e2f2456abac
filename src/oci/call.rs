//! A call: what a procurement system asks for when it opens the catalogue (OCI 4.0, digest sections 1 and 2).
//!
//! Owns the reading of parameters into one typed value and the reasons why that cannot be done.
//! It does not judge the hook ([`hook`](super::hook) does), knows no system and checks no password.
//! The surprising fact: half of all first calls carry a placeholder like `<HOOK_URL>` instead of a value, so that is a reason of its own.

use std::borrow::Cow;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use super::facts::{Facts, named_language};
pub use super::function::{Asked, Function, Intent};
pub use super::parameters::{MAX_PARAMETERS, Parameter, Parameters, Source};

use super::parameters::decode_again;
use super::placeholder::{refuse_password_placeholder, refuse_placeholder};

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

/// One call, read and complete. The hook is decoded but not yet allowed, the login not yet checked.
#[derive(Clone, Debug)]
pub struct Call {
    pub user: String,
    pub password: SecretString,
    /// As decoded; control characters are still in it, so that they can be refused. Only functions that are answered in the
    /// response may come without one.
    pub hook: Option<String>,
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
    #[error("the function {function} cannot be answered because of {argument}: {reason}")]
    ArgumentWrong { function: &'static str, argument: String, reason: String },
}

impl Call {
    /// Reads a call. Checks in this order: hook, placeholders in the login, login complete, cancel address, function.
    ///
    /// # Errors
    /// The first reason found; see [`CallError`].
    pub fn read(parameters: &Parameters, names: &Names) -> Result<Self, CallError> {
        let hook = decode_again(parameters.get_hook(&names.hook).unwrap_or_default());
        let hook = Some(hook).filter(|hook| !hook.trim_matches(' ').is_empty());
        if hook.is_none() && !Function::needs_no_hook(parameters) {
            return Err(CallError::HookMissing { parameter: names.hook.clone() });
        }
        refuse_placeholder(&names.hook, hook.as_deref().unwrap_or_default())?;

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
            hook: hook.map(Cow::into_owned),
            function,
            facts,
        })
    }
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
        assert_eq!(
            call.hook.as_deref(),
            Some("https://srm.example.com/sap/its/bbpsc01?sap-client=100&sap-sessionid=ABC123")
        );
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
        assert_eq!(call.hook.as_deref(), Some("http://p1.wdf.sap-ag.de:1080/scripts/wgate.dll/MEW0/?~"));
    }

    #[test]
    fn an_unencoded_hook_is_read_up_to_the_next_ampersand() {
        let call = with_hook("https://www.site.example?hash=a+c&FUNCTION=").unwrap();
        assert_eq!(call.hook.as_deref(), Some("https://www.site.example?hash=a+c"));
    }

    #[test]
    fn a_doubly_encoded_hook_is_decoded_twice() {
        let call = with_hook("https%253A%252F%252Fbuyer.example%252Fr%253Fa%253D1").unwrap();
        assert_eq!(call.hook.as_deref(), Some("https://buyer.example/r?a=1"));
    }

    #[test]
    fn control_characters_stay_in_the_hook_to_be_refused_there() {
        assert_eq!(
            with_hook("https%3A%2F%2Fbuyer.example%2F%00%09").unwrap().hook.as_deref(),
            Some("https://buyer.example/\0\t")
        );
        assert_eq!(with_hook("SAPEVENT%3APOST").unwrap().hook.as_deref(), Some("SAPEVENT:POST"));
    }

    #[test]
    fn body_and_case_decide_as_documented() {
        let call = parse(
            "HOOK_URL=https%3A%2F%2Fold.example.com%2Fx&OCI_VERSION=3.0",
            "username=a&USERNAME=buyer1&Password=secret&hook_Url=https%3A%2F%2Fsrm.example.com%2Freturn&OCI_VERSION=4.0",
            &Names::default(),
        )
        .unwrap();
        assert_eq!(call.hook.as_deref(), Some("https://srm.example.com/return"));
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
        assert_eq!(call.hook.as_deref(), Some("http://myshop.example/ocireceive.asp"));
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
        assert_eq!(call.hook.as_deref(), Some("https://ifs.example.com/main/punchout/return?uniqueid=4711"));
        assert_eq!(call.facts.items, [("VENDOR".to_owned(), "100234".to_owned())]);
        assert_eq!(call.facts.version.as_deref(), Some("4.0"));
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
