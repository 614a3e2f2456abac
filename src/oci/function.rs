//! The functions of a call (OCI 4.0, digest section 2): what a buyer wants besides plain shopping.
//!
//! Owns the names of functions and arguments and what the shop shall show for each. It answers none of them.
//! The surprising fact: an empty SEARCHSTRING is a search that finds nothing, an absent one is a fault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::amount::{self, Decimal};
use super::call::CallError;
use super::download::Wish;
use super::parameters::Parameters;
use super::placeholder::{refuse_placeholder, refuse_product_placeholder};

/// The most products one VALIDATE may ask for.
pub const MAX_VALIDATED: usize = 200;

/// What the shop shall show after the login.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, ToSchema)]
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
    /// Answer with an item for each product; at least one, at most [`MAX_VALIDATED`].
    Validate { asked: Vec<Asked> },
    /// Show the search result in the shop.
    Sourcing { text: String },
    /// Answer with all hits as a cart; an empty text has none.
    BackgroundSearch { text: String },
    /// A page of the catalogue as JSON.
    DownloadJson(Wish),
}

/// One product of a VALIDATE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub product_id: String,
    /// A quantity that OCI can write; none if the call names none.
    pub quantity: Option<Decimal>,
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
            Self::DownloadJson(_) => "DOWNLOADJSON",
        }
    }

    /// What the shop shall show; `None` for functions that are answered without the shop's pages.
    pub fn intent(&self) -> Option<Intent> {
        match self {
            Self::None => Some(Intent::Shop),
            Self::Detail { product_id } => Some(Intent::Detail { product_id: product_id.clone() }),
            Self::Sourcing { text } => Some(Intent::Search { text: text.clone() }),
            Self::Validate { .. } | Self::BackgroundSearch { .. } | Self::DownloadJson(_) => None,
        }
    }

    /// Whether the call is read by a machine that takes the answer from the response itself: such a call may come
    /// without a return address.
    pub(super) fn needs_no_hook(parameters: &Parameters) -> bool {
        let asked = parameters.get("FUNCTION").unwrap_or_default().trim();
        ["VALIDATE", "BACKGROUND_SEARCH", "DOWNLOADJSON"].iter().any(|name| name.eq_ignore_ascii_case(asked))
    }

    pub(super) fn read(parameters: &Parameters) -> Result<Self, CallError> {
        let asked = parameters.get("FUNCTION").unwrap_or_default().trim();
        Ok(match asked.to_ascii_uppercase().as_str() {
            "" => Self::None,
            "DETAIL" => Self::Detail { product_id: product_id(parameters, "DETAIL")? },
            "VALIDATE" => Self::Validate { asked: asked_for(parameters)? },
            "SOURCING" => {
                // VENDOR is not ours to read: it stays among the call's other parameters, and the shop gets it with them.
                Self::Sourcing { text: search_text(parameters, "SOURCING")? }
            }
            "BACKGROUND_SEARCH" => Self::BackgroundSearch { text: search_text(parameters, "BACKGROUND_SEARCH")? },
            "DOWNLOADJSON" => Self::DownloadJson(Wish::read(parameters)?),
            _ => {
                return Err(CallError::UnknownFunction { function: asked.chars().take(64).collect() });
            }
        })
    }

    /// The parameters the function has taken.
    pub(super) fn arguments(&self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::DownloadJson(_) => &["PAGESIZE", "REQUESTEDPAGE", "LASTUPDATED", "TRANSACTIONID", "CTI"],
            Self::Detail { .. } => &["PRODUCTID"],
            Self::Validate { .. } => &["PRODUCTID", "QUANTITY"],
            Self::Sourcing { .. } | Self::BackgroundSearch { .. } => &["SEARCHSTRING"],
        }
    }
}

fn filled(parameters: &Parameters, name: &str) -> Option<String> {
    let value = parameters.get(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// `PRODUCTID` with `QUANTITY`, then `PRODUCTID[n]` with `QUANTITY[n]` by their index. An index without a product is passed
/// over: some clients send all places of a form.
fn asked_for(parameters: &Parameters) -> Result<Vec<Asked>, CallError> {
    let mut places: BTreeMap<u32, &str> = BTreeMap::new();
    for parameter in parameters.iter() {
        let place = parameter.name.get(.."PRODUCTID".len()).filter(|name| name.eq_ignore_ascii_case("PRODUCTID"));
        let place = place.and_then(|name| parameter.name[name.len()..].strip_prefix('[')?.strip_suffix(']'));
        if let Some((number, place)) = place.and_then(|place| Some((place.parse().ok()?, place))) {
            places.entry(number).or_insert(place);
        }
    }
    let suffixes = [String::new()].into_iter().chain(places.into_values().map(|place| format!("[{place}]")));
    let mut asked = Vec::new();
    for suffix in suffixes {
        let argument = format!("PRODUCTID{suffix}");
        if let Some(product_id) = filled(parameters, &argument) {
            refuse_product_placeholder(&argument, &product_id)?;
            asked.push(Asked { product_id, quantity: quantity(parameters, &format!("QUANTITY{suffix}"))? });
        }
    }
    match asked.len() {
        0 => Err(CallError::ArgumentMissing { function: "VALIDATE", argument: "PRODUCTID" }),
        1..=MAX_VALIDATED => Ok(asked),
        many => Err(CallError::ArgumentWrong {
            function: "VALIDATE",
            argument: "PRODUCTID[n]".to_owned(),
            reason: format!("it asks for {many} products; at most {MAX_VALIDATED} are answered at once"),
        }),
    }
}

fn quantity(parameters: &Parameters, argument: &str) -> Result<Option<Decimal>, CallError> {
    let Some(written) = filled(parameters, argument) else { return Ok(None) };
    refuse_placeholder(argument, &written)?;
    let wrong =
        |reason: String| CallError::ArgumentWrong { function: "VALIDATE", argument: argument.to_owned(), reason };
    let quantity = amount::read(&written)
        .ok_or_else(|| wrong("it is not digits with perhaps a point between them, as 100.000".to_owned()))?;
    // What could not be written into the item need not be looked up.
    amount::quantity(quantity).map_err(|error| wrong(error.to_string()))?;
    Ok(Some(quantity.normalize()))
}

fn product_id(parameters: &Parameters, function: &'static str) -> Result<String, CallError> {
    let argument = "PRODUCTID";
    let product_id = filled(parameters, argument).ok_or(CallError::ArgumentMissing { function, argument })?;
    refuse_product_placeholder(argument, &product_id)?;
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
            Ok(Function::Validate { asked: vec![asked("MSC-1001", Some(100))] })
        );
        assert_eq!(
            function("FUNCTION=SOURCING&SEARCHSTRING=Switch&VENDOR=77"),
            Ok(Function::Sourcing { text: "Switch".into() })
        );
        assert_eq!(
            function("FUNCTION=background_search&SEARCHSTRING="),
            Ok(Function::BackgroundSearch { text: String::new() })
        );
        assert_eq!(
            function("FUNCTION=DOWNLOADJSON&PAGESIZE=100"),
            Ok(Function::DownloadJson(Wish { page_size: 100, ..Wish::default() }))
        );
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
        assert!(extra("FUNCTION=VALIDATE&PRODUCTID[1]=1&Quantity[1]=2").is_empty());
        assert!(extra("FUNCTION=DOWNLOADJSON&pagesize=50").is_empty());
        assert_eq!(extra("PAGESIZE=50"), [("PAGESIZE".to_owned(), "50".to_owned())]);
    }

    #[test]
    fn several_products_are_asked_for_by_their_index() {
        let products = |rest: &str| match get(&format!("{LOGIN}&FUNCTION=VALIDATE&{rest}")).map(|call| call.function) {
            Ok(Function::Validate { asked }) => Ok(asked),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error),
        };
        let many = "PRODUCTID[10]=c&productid[2]=b&QUANTITY[2]=7&PRODUCTID[1]=a&Quantity[1]=0005.000&PRODUCTID[3]=+";
        assert_eq!(products(many), Ok(vec![asked("a", Some(5)), asked("b", Some(7)), asked("c", None)]));
        assert_eq!(products("PRODUCTID=x&PRODUCTID%5B1%5D=y"), Ok(vec![asked("x", None), asked("y", None)]));
        assert_eq!(products("PRODUCTID[x]=a"), Err(missing("PRODUCTID")));
        let all = (1..=MAX_VALIDATED).map(|n| format!("PRODUCTID[{n}]=a")).collect::<Vec<_>>().join("&");
        assert_eq!(products(&all).map(|asked| asked.len()), Ok(MAX_VALIDATED));
        assert!(matches!(products(&format!("{all}&PRODUCTID=a")), Err(CallError::ArgumentWrong { .. })));
    }

    #[test]
    fn a_quantity_that_is_none_is_refused_by_name() {
        for wrong in ["0", "-1", "1,5", "1.000,00", "ten", "1e3", "0.0001", "100000000000"] {
            let refused = get(&format!("{LOGIN}&FUNCTION=VALIDATE&PRODUCTID[4]=1&QUANTITY[4]={wrong}"));
            let named = |argument: &str| argument == "QUANTITY[4]";
            assert!(matches!(refused, Err(CallError::ArgumentWrong { argument, .. }) if named(&argument)), "{wrong}");
        }
        assert!(get(&format!("{LOGIN}&FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=")).is_ok());
    }

    #[test]
    fn machines_may_call_without_a_hook_and_people_may_not() {
        const NO_HOOK: &str = "USERNAME=u&PASSWORD=p";
        for function in ["validate&PRODUCTID=1", "BACKGROUND_SEARCH&SEARCHSTRING=x", "DOWNLOADJSON"] {
            let call = get(&format!("{NO_HOOK}&HOOK_URL=&FUNCTION={function}"));
            assert_eq!(call.map(|call| call.hook), Ok(None), "{function}");
        }
        for function in ["", "DETAIL&PRODUCTID=1", "SOURCING&SEARCHSTRING=x", "QUANTITYCHECK"] {
            let refused = get(&format!("{NO_HOOK}&FUNCTION={function}"));
            assert!(matches!(refused, Err(CallError::HookMissing { .. })), "{function}");
        }
    }

    fn asked(product_id: &str, quantity: Option<i64>) -> Asked {
        Asked { product_id: product_id.to_owned(), quantity: quantity.map(Decimal::from) }
    }

    fn missing(argument: &'static str) -> CallError {
        CallError::ArgumentMissing { function: "VALIDATE", argument }
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
