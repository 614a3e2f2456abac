//! The functions of a call (OCI 4.0, digest section 2): what a buyer wants besides plain shopping.
//!
//! Owns the names of functions and arguments and what the shop shall show for each. It answers none of them.
//! The surprising fact: an empty SEARCHSTRING is a search that finds nothing, an absent one is a fault.

use serde::{Deserialize, Serialize};

use super::call::CallError;
use super::parameters::Parameters;
use super::placeholder::refuse_placeholder;

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

    pub(super) fn read(parameters: &Parameters) -> Result<Self, CallError> {
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

    /// The parameters the function has taken.
    pub(super) fn arguments(&self) -> &'static [&'static str] {
        match self {
            Self::None | Self::DownloadJson => &[],
            Self::Detail { .. } => &["PRODUCTID"],
            Self::Validate { .. } => &["PRODUCTID", "QUANTITY"],
            Self::Sourcing { .. } => &["SEARCHSTRING", "VENDOR"],
            Self::BackgroundSearch { .. } => &["SEARCHSTRING"],
        }
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

#[cfg(test)]
mod tests {
    use super::super::call::{Call, Names};
    use super::*;

    const LOGIN: &str = "USERNAME=u&PASSWORD=p&HOOK_URL=https%3A%2F%2Fbuyer.example%2Fr";

    fn get(query: &str) -> Result<Call, CallError> {
        Call::read(&Parameters::read(query.as_bytes(), b"", None)?, &Names::default())
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
    fn a_search_with_wildcards_is_no_placeholder() {
        let search = |text: &str| get(&format!("{LOGIN}&FUNCTION=SOURCING&SEARCHSTRING={text}"));
        for typed in ["%25toner%25", "%23M8%23", "[A4]"] {
            assert!(search(typed).is_ok(), "{typed}");
        }
        for placeholder in ["%SEARCHSTRING%", "<text>", "{SEARCHSTRING}", "[searchterm]"] {
            assert!(search(placeholder).is_err(), "{placeholder}");
        }
    }
}
