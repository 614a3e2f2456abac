//! Everything that can be found, as data: a stable code, how bad it is, what becomes of a cart's own item
//! that shows it, and the values its sentence names.
//!
//! The sentences are `rule-{code}` or `rule-{code}-{case}` in `locales/*/rules.ftl`; a test holds that
//! every one is there, in both languages. `docs/checker.md` is made from this table, as far as the checker says it.

use crate::oci::finding::Severity::{self, Error, Hint, Warning};

/// One thing that can be found.
#[derive(Debug, PartialEq, Eq)]
pub struct Demand {
    /// Kebab case.
    pub code: &'static str,
    /// Which sentence, where a code has several; else empty.
    pub case: &'static str,
    pub severity: Severity,
    pub place: Place,
    pub mend: Mend,
    /// The values in the sentence.
    pub arguments: &'static [&'static str],
}

impl Demand {
    /// The name of its sentence.
    pub fn key(&self) -> String {
        let Self { code, case, .. } = self;
        if case.is_empty() { format!("rule-{code}") } else { format!("rule-{code}-{case}") }
    }
}

/// Where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Item,
    /// The names of the fields and their indices.
    Names,
    /// The return as a whole.
    Return,
    /// The HTML page and its form.
    Page,
    Xml,
    Json,
    Call,
    /// What was given to the checker.
    Input,
    /// A shop's cart on its way to items and form; the checker never sees one.
    Cart,
}

impl Place {
    pub fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Names => "names",
            Self::Return => "return",
            Self::Page => "page",
            Self::Xml => "XML",
            Self::Json => "JSON",
            Self::Call => "call",
            Self::Input => "input",
            Self::Cart => "cart",
        }
    }
}

/// What becomes of an item of a shop's cart that shows it, before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// The text is cut at a word, with the notice `truncated`.
    Cut,
    /// The field is left out, with the notice `left-out`.
    LeaveOut,
    /// It goes out with a notice.
    Tell,
    /// The cart cannot leave.
    Fault,
    /// Nothing: the checker alone says it.
    Nothing,
}

macro_rules! demands {
    ($($name:ident = $code:literal $($case:literal)?, $severity:ident, $place:ident, $mend:ident, [$($argument:literal),*];)*) => {
        $(pub static $name: Demand = Demand {
            code: $code,
            case: demands!(@case $($case)?),
            severity: $severity,
            place: Place::$place,
            mend: Mend::$mend,
            arguments: &[$($argument),*],
        };)*
        /// All of them, in the order of the documentation.
        pub static ALL: &[&Demand] = &[$(&$name),*];
    };
    (@case) => { "" };
    (@case $case:literal) => { $case };
}

demands! {
    // Conditions between fields.
    MISSING_ALWAYS = "missing" "always", Error, Item, Fault, ["field"];
    MISSING_WITHOUT = "missing" "without", Error, Item, Fault, ["field", "other"];
    MISSING_WITH = "missing" "with", Error, Item, Fault, ["field", "other"];
    BOTH = "both", Warning, Item, LeaveOut, ["field", "value", "other"];
    MEANS_NOTHING = "means-nothing", Warning, Item, LeaveOut, ["field", "value", "other"];
    BETTER_PRICE = "better" "price", Hint, Item, Nothing, ["field"];
    BETTER_PRICE_UNIT = "better" "price-unit", Hint, Item, Nothing, ["field"];
    BETTER_PRODUCT_ID = "better" "product-id", Hint, Item, Nothing, ["field"];
    // Lengths.
    TOO_LONG = "too-long", Error, Item, Fault, ["field", "value", "length", "max"];
    TEXT_TOO_LONG = "text-too-long", Warning, Item, Cut, ["field", "value", "length", "max"];
    CODE_TOO_LONG = "code-too-long", Warning, Item, LeaveOut, ["field", "value", "length", "max"];
    // Numbers.
    AMOUNT_COMMA = "bad-amount" "comma", Error, Item, Fault, ["field", "value"];
    AMOUNT_THOUSANDS = "bad-amount" "thousands", Error, Item, Fault, ["field", "value"];
    AMOUNT_EXPONENT = "bad-amount" "exponent", Error, Item, Fault, ["field", "value"];
    AMOUNT_NEGATIVE = "bad-amount" "negative", Error, Item, Fault, ["field", "value"];
    AMOUNT_DECIMALS = "bad-amount" "decimals", Error, Item, Fault, ["field", "value"];
    AMOUNT_DIGITS = "bad-amount" "digits", Error, Item, Fault, ["field", "value"];
    AMOUNT_BLANKS = "bad-amount" "blanks", Warning, Item, Fault, ["field", "value"];
    AMOUNT_OTHER = "bad-amount" "other", Error, Item, Fault, ["field", "value"];
    PADDED = "padded", Hint, Item, Nothing, ["field", "value"];
    QUANTITY_ZERO = "quantity-zero", Error, Item, Fault, ["field", "value"];
    PRICE_UNIT = "bad-price-unit", Error, Item, Fault, ["field", "value", "max"];
    PRICE_UNIT_DECIMALS = "bad-price-unit" "decimals", Warning, Item, Fault, ["field", "value"];
    PRICE_UNIT_BLANKS = "bad-price-unit" "blanks", Warning, Item, Fault, ["field", "value"];
    BAD_WHOLE = "bad-whole", Warning, Item, LeaveOut, ["field", "value", "max"];
    // Codes.
    BAD_FLAG = "bad-flag", Error, Item, Fault, ["field", "value"];
    BAD_LETTER = "bad-letter", Warning, Item, LeaveOut, ["field", "value", "allowed"];
    BAD_URL = "bad-url", Warning, Item, LeaveOut, ["field", "value"];
    BAD_CURRENCY = "bad-currency", Error, Item, Fault, ["field", "value"];
    UNIT_TOO_LONG = "unit-too-long", Error, Item, Tell, ["field", "value"];
    UNIT_CASE = "unit-case", Warning, Item, Tell, ["field", "value", "code"];
    UNIT_OUTSIDE = "unit-outside-rec20", Warning, Item, Tell, ["field", "value"];
    LATER_RELEASE = "later-release", Warning, Item, Tell, ["field", "release", "since"];
    UNKNOWN_FIELD = "unknown-field", Hint, Item, Nothing, ["field"];
    // Texts.
    CONTROL = "control-characters", Warning, Item, Nothing, ["field", "value"];
    HTML = "html", Warning, Item, Tell, ["field", "value"];
    REFERENCE = "character-reference", Warning, Item, Nothing, ["field", "reference"];
    OUTSIDE_CHARSET = "outside-charset", Warning, Item, Nothing, ["field", "characters", "charset", "reference"];
    OUTER_BLANKS = "outer-blanks", Hint, Item, Nothing, ["field"];
    // What became of an item of a cart.
    TRUNCATED = "truncated", Warning, Item, Tell, ["field", "value", "cut", "max"];
    LEFT_OUT_LONG = "left-out" "long", Warning, Item, Tell, ["field", "value", "length", "max"];
    LEFT_OUT_WHOLE = "left-out" "whole", Warning, Item, Tell, ["field", "value", "max"];
    LEFT_OUT_LETTER = "left-out" "letter", Warning, Item, Tell, ["field", "value", "allowed"];
    LEFT_OUT_URL = "left-out" "url", Warning, Item, Tell, ["field", "value"];
    LEFT_OUT_CHARSET = "left-out" "charset", Warning, Item, Tell, ["field", "value", "characters", "charset"];
    LEFT_OUT_BOTH = "left-out" "both", Warning, Item, Tell, ["field", "value", "other"];
    LEFT_OUT_MEANS_NOTHING = "left-out" "means-nothing", Warning, Item, Tell, ["field", "value", "other"];
    // Names and indices.
    NAME_HYPHEN = "name-hyphen", Error, Names, Nothing, ["field"];
    NAME_UNDERSCORE = "name-underscore", Error, Names, Nothing, ["field"];
    NAME_BLANKS = "name-blanks", Error, Names, Nothing, ["field"];
    NAME_CASE = "name-case", Warning, Names, Nothing, ["field"];
    NAME_WIDTH = "name-width", Warning, Names, Nothing, ["field"];
    LONGTEXT_INDEX = "longtext-index", Warning, Names, Nothing, ["field"];
    LONGTEXT_FORM = "longtext-form", Warning, Names, Nothing, ["field"];
    INDEX_UNREADABLE = "index-unreadable", Error, Names, Nothing, ["field"];
    INDEX_ZERO = "index-zero", Error, Names, Nothing, [];
    INDEX_ONE = "index-one", Error, Names, Nothing, [];
    INDEX_GAPS = "index-gaps", Warning, Names, Nothing, ["missing"];
    INDEX_ORDER = "index-order", Hint, Names, Nothing, [];
    INDEX_NONE = "index-none", Error, Names, Nothing, [];
    INDEX_SOME = "index-some", Error, Names, Nothing, [];
    TWICE = "twice", Warning, Names, Nothing, ["field"];
    // The whole return.
    NO_ITEMS = "no-items", Warning, Return, Nothing, [];
    TOO_MANY_LINES = "too-many-lines", Error, Return, Nothing, ["count", "max"];
    TOO_MANY_VARIABLES = "too-many-variables", Warning, Return, Nothing, ["count"];
    LONG_GET = "long-get", Warning, Return, Nothing, ["length"];
    PARENT_UNKNOWN = "parent-unknown", Error, Return, Nothing, ["field", "value"];
    PARENT_CIRCLE = "parent-circle", Error, Return, Nothing, ["field", "value"];
    CONTROL_MISSING = "control-missing", Hint, Return, Nothing, ["names"];
    CONTROL_VALUE = "control-value", Warning, Return, Nothing, ["field", "value", "allowed"];
    FOREIGN_TOKEN = "foreign-token", Warning, Return, Nothing, ["field"];
    FOREIGN = "foreign-field", Hint, Return, Nothing, ["names"];
    // The page.
    ACTION_NONE = "action-none", Warning, Page, Nothing, [];
    ACTION_RELATIVE = "action-relative", Error, Page, Nothing, ["value"];
    ACTION_SCHEME = "action-scheme", Error, Page, Nothing, ["value"];
    ACTION_HTTP = "action-http", Hint, Page, Nothing, ["value"];
    METHOD_GET = "method-get", Warning, Page, Nothing, [];
    METHOD_SAPEVENT = "method-sapevent", Error, Page, Nothing, [];
    METHOD_OTHER = "method-other", Error, Page, Nothing, ["value"];
    ENCTYPE = "enctype", Error, Page, Nothing, ["value"];
    TARGET_NONE = "target-none", Hint, Page, Nothing, [];
    TARGET_SELF = "target-self", Warning, Page, Nothing, ["value"];
    TARGET_NAME = "target-name", Warning, Page, Nothing, ["value"];
    NO_BUTTON = "no-button", Warning, Page, Nothing, [];
    NO_FORM = "no-form", Error, Page, Nothing, [];
    NO_FORM_END = "form-not-closed", Warning, Page, Nothing, [];
    SEVERAL_FORMS = "several-forms", Warning, Page, Nothing, ["count"];
    BROKEN_QUOTES = "broken-quotes", Error, Page, Nothing, ["field", "value", "rest", "line"];
    CHARSET_NONE = "charset-none", Warning, Page, Nothing, [];
    CHARSET_UNKNOWN = "charset-unknown", Error, Page, Nothing, ["value"];
    CHARSET_DIFFERS = "charset-differs", Warning, Page, Nothing, ["declared", "accepted"];
    CHARSET_WANTED = "charset-wanted", Warning, Page, Nothing, ["declared", "wanted"];
    CHARSET_BYTES = "charset-bytes", Error, Page, Nothing, ["charset"];
    // XML.
    XML_UNREADABLE = "xml-unreadable", Error, Xml, Nothing, ["reason"];
    XML_DOCTYPE = "xml-doctype", Error, Xml, Nothing, [];
    XML_BASE64 = "xml-base64", Error, Xml, Nothing, ["field"];
    XML_BREAKS = "xml-breaks", Warning, Xml, Nothing, ["field"];
    XML_TYPE_NONE = "xml-type-none", Error, Xml, Nothing, [];
    XML_TYPE_VALUE = "xml-type-value", Warning, Xml, Nothing, ["field", "value"];
    XML_AND_FORM = "xml-and-form", Warning, Xml, Nothing, [];
    XML_BARE = "xml-bare", Hint, Xml, Nothing, [];
    XML_ELEMENT = "xml-element", Warning, Xml, Nothing, ["field"];
    // JSON.
    JSON_UNREADABLE = "json-unreadable", Error, Json, Nothing, ["reason"];
    JSON_NESTED = "json-nested", Hint, Json, Nothing, [];
    JSON_NOT_OCI = "json-not-oci", Error, Json, Nothing, [];
    DOWNLOAD_MISSING = "download-missing", Error, Json, Nothing, ["field"];
    DOWNLOAD_CASE = "download-case", Hint, Json, Nothing, [];
    DOWNLOAD_UNWRAPPED = "download-unwrapped", Hint, Json, Nothing, [];
    DOWNLOAD_COUNTER = "download-counter", Warning, Json, Nothing, ["field"];
    DOWNLOAD_COUNT = "download-count", Warning, Json, Nothing, ["total", "count"];
    DOWNLOAD_TRANSACTION = "download-transaction", Warning, Json, Nothing, ["value"];
    // Calls, beside what a call is refused for.
    CALL_RAW_HOOK = "call-raw-hook", Warning, Call, Nothing, ["field"];
    CALL_TWICE_ENCODED = "call-twice-encoded", Hint, Call, Nothing, ["field"];
    CALL_PASSWORD_IN_ADDRESS = "call-password-in-address", Hint, Call, Nothing, [];
    CALL_OTHER_LOGIN = "call-other-login", Hint, Call, Nothing, ["names"];
    CALL_NO_FUNCTION = "call-function-not-offered", Error, Call, Nothing, ["value"];
    CALL_METHOD = "call-method", Error, Call, Nothing, ["value"];
    CALL_CHARSET = "call-charset", Warning, Call, Nothing, ["value"];
    CALL_TWICE = "call-twice", Hint, Call, Nothing, ["field"];
    // The input.
    EMPTY = "input-empty", Error, Input, Nothing, [];
    TOO_LARGE = "input-too-large", Error, Input, Nothing, ["max"];
    NOT_OCI = "input-not-oci", Error, Input, Nothing, [];
    TOO_MANY_FIELDS = "too-many-fields", Error, Input, Nothing, ["max"];
    MORE = "more-findings", Hint, Input, Nothing, ["count"];
    // What is wrong with a shop's JSON.
    EMPTY_CART = "empty-cart", Error, Cart, Fault, ["field"];
    MISSING_CURRENCY = "missing" "currency", Error, Cart, Fault, ["field"];
    MISSING_LINES = "missing" "lines", Error, Cart, Fault, ["field"];
    MISSING_IN_LINE = "missing" "in-line", Error, Cart, Fault, ["field"];
    MISSING_NAME = "missing" "name", Error, Cart, Fault, ["field"];
    MISSING_TEXT = "missing" "text", Error, Cart, Fault, ["field"];
    TYPE_STRING = "wrong-type" "string", Error, Cart, Fault, ["field", "type"];
    TYPE_DECIMAL = "wrong-type" "decimal", Error, Cart, Fault, ["field", "type"];
    TYPE_OBJECT = "wrong-type" "object", Error, Cart, Fault, ["field", "type"];
    TYPE_LIST = "wrong-type" "list", Error, Cart, Fault, ["field", "type"];
    TYPE_OBJECTS = "wrong-type" "objects", Error, Cart, Fault, ["field", "type"];
    TYPE_CONFIGURATION = "wrong-type" "configuration", Error, Cart, Fault, ["field", "type"];
    BAD_DECIMAL = "bad-decimal", Error, Cart, Fault, ["field", "value"];
    BAD_WHOLE_NUMBER = "bad-whole-number", Error, Cart, Fault, ["field", "value"];
    UNKNOWN_KIND = "unknown-kind", Error, Cart, Fault, ["field", "value"];
    QUANTITY_NOT_POSITIVE = "quantity-not-positive", Error, Cart, Fault, ["field", "value"];
    PRICE_NEGATIVE = "price-negative", Error, Cart, Fault, ["field", "value"];
    PER_NOT_POSITIVE = "per-not-positive", Error, Cart, Fault, ["field", "value"];
    TAX_RATE_NEGATIVE = "tax-rate-negative", Error, Cart, Fault, ["field", "value"];
    DUPLICATE_ID = "duplicate-id", Error, Cart, Fault, ["field", "value", "line"];
    UNKNOWN_PARENT = "unknown-parent", Error, Cart, Fault, ["field", "value"];
    PARENT_CYCLE = "parent-cycle", Error, Cart, Fault, ["field"];
    // What of a cart cannot become an item.
    TEXT_WITHOUT_LINE = "text-without-line", Error, Cart, Fault, ["field"];
    SHIPPING_REFUSED = "shipping-refused", Error, Cart, Fault, ["field", "name"];
    DISCOUNT_REFUSED = "discount-refused", Error, Cart, Fault, ["field", "name"];
    DISCOUNT_POSITIVE = "discount-positive", Error, Cart, Fault, ["field", "name", "value"];
    DISCOUNT_TOO_LARGE = "discount-too-large", Error, Cart, Fault, ["field"];
    NOTHING_TO_SPREAD_OVER = "nothing-to-spread-over", Error, Cart, Fault, ["field"];
    TAX_REFUSED = "tax-refused", Error, Cart, Fault, ["field", "rate"];
    MISSING_TAX_RATE = "missing" "tax-rate", Error, Cart, Fault, ["field"];
    BAD_QUANTITY_ZERO = "bad-quantity" "zero", Error, Cart, Fault, ["field", "value"];
    BAD_QUANTITY_DIGITS = "bad-quantity" "digits", Error, Cart, Fault, ["field", "value"];
    BAD_QUANTITY_DECIMALS = "bad-quantity" "decimals", Error, Cart, Fault, ["field", "value"];
    BAD_PRICE_NEGATIVE = "bad-price" "negative", Error, Cart, Fault, ["field", "value"];
    BAD_PRICE_PER = "bad-price" "per", Error, Cart, Fault, ["field", "value"];
    BAD_PRICE_DIGITS = "bad-price" "digits", Error, Cart, Fault, ["field", "value"];
    BAD_PRICE_SMALL = "bad-price" "small", Error, Cart, Fault, ["field", "value"];
    BAD_PRICE_SPREAD = "bad-price" "spread", Error, Cart, Fault, ["field"];
    BAD_PRICE_TAX = "bad-price" "tax", Error, Cart, Fault, ["field"];
    BAD_PRICE_GROSS = "bad-price" "gross", Error, Cart, Fault, ["field"];
    UNKNOWN_UNIT = "unknown-unit", Error, Cart, Fault, ["field", "value"];
    UNKNOWN_UNIT_NONE = "unknown-unit" "none", Error, Cart, Fault, ["field"];
    TEMPLATE_FAILED = "template-failed", Error, Cart, Fault, ["field", "reason"];
    NOT_IN_CHARSET = "not-in-charset", Error, Cart, Fault, ["field", "value", "characters", "charset"];
    // What became of a cart.
    TRUNCATED_BY_SYSTEM = "truncated" "system", Warning, Cart, Tell, ["field", "value", "cut", "max"];
    DEFAULTED = "defaulted", Warning, Cart, Tell, ["field", "value", "code"];
    ROUNDED = "rounded", Warning, Cart, Tell, ["field", "net", "per", "price", "unit"];
    NEGATIVE_PRICE = "negative-price", Warning, Cart, Tell, ["field", "value"];
    TEXT_MOVED = "text-moved", Warning, Cart, Tell, ["field", "line"];
    HIERARCHY_LEFT_OUT = "hierarchy-left-out", Warning, Cart, Tell, ["field", "release", "line"];
    PARENT_LATER = "parent-later", Warning, Cart, Tell, ["field", "value"];
    SHIPPING_SPREAD = "charge-spread" "shipping", Warning, Cart, Tell, ["field", "amount", "currency", "count"];
    DISCOUNT_SPREAD = "charge-spread" "discount", Warning, Cart, Tell, ["field", "amount", "currency", "count"];
    SPREAD_ROUNDED = "spread-rounded", Warning, Cart, Tell, ["field", "amount", "currency"];
    TAX_SPREAD = "tax-spread", Warning, Cart, Tell, ["field"];
    TAX_LINE = "tax-line", Warning, Cart, Tell, ["field", "amount", "currency", "rate"];
    TRANSLITERATED = "transliterated", Warning, Cart, Tell, ["field", "characters", "charset"];
    NOT_IN_XML = "not-in-xml", Warning, Cart, Tell, ["field", "value"];
    // What the buyer's system will make of a cart.
    FORECAST_XML = "forecast-xml", Warning, Cart, Tell, ["field"];
    FORECAST_INSECURE_HOOK = "forecast-insecure-hook", Warning, Cart, Tell, ["field"];
    FORECAST_SELF_IN_FRAME = "forecast-self-in-frame", Warning, Cart, Tell, ["field"];
    FORECAST_URL_REFUSED = "forecast-url-length" "refused", Warning, Cart, Tell, ["field", "length", "max"];
    FORECAST_URL_CUT = "forecast-url-length" "cut", Warning, Cart, Tell, ["field", "length", "max"];
    FORECAST_URL_BUYER = "forecast-url-length" "buyer", Warning, Cart, Tell, ["field", "length", "max"];
    FORECAST_TOO_MANY_LINES = "forecast-too-many-lines", Warning, Cart, Tell, ["field", "count", "max"];
    FORECAST_INDEX = "forecast-index", Warning, Cart, Tell, ["field", "first", "base", "lost"];
    FORECAST_GAP_INDEX = "forecast-gap" "index", Warning, Cart, Tell, ["field", "first", "base"];
    FORECAST_GAP_ITEM = "forecast-gap" "item", Warning, Cart, Tell, ["field"];
    FORECAST_GAP_FIELD = "forecast-gap" "field", Warning, Cart, Tell, ["field"];
    FORECAST_FIELDS_WHOLE = "forecast-too-many-fields" "whole", Warning, Cart, Tell, ["field", "fields", "max", "lost", "count"];
    FORECAST_FIELDS_LAST = "forecast-too-many-fields" "last", Warning, Cart, Tell, ["field", "fields", "max"];
    FORECAST_FIELDS_MORE = "forecast-too-many-fields" "more", Warning, Cart, Tell, ["field", "fields", "max", "lost"];
    FORECAST_CUT = "forecast-cut", Warning, Cart, Tell, ["field", "value", "length", "max"];
    FORECAST_PRICE_UNIT = "forecast-price-unit", Warning, Cart, Tell, ["field", "price", "unit"];
    FORECAST_ROUNDED = "forecast-rounded", Warning, Cart, Tell, ["field", "decimals", "price", "rounded"];
    FORECAST_UNIT = "forecast-unit", Warning, Cart, Tell, ["field", "value", "units"];
    FORECAST_FURTHER = "forecast-further", Warning, Cart, Tell, ["field", "count"];
}
