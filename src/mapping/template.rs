//! Templates of an operator's own: `template = "{{ line.name | upper }}"` (MiniJinja), in a sandbox.
//!
//! What is wrong with a template is found when the settings are compiled: its syntax, names, filters and tests
//! that nobody knows, numbers compared in a way that is not exact. What only a cart can bring about is a fault of
//! that line and field. A template loads nothing, and has a bounded amount of work and output.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::filters;
use super::sources::Scope;
use super::template_check::{check_names, check_tags};
use super::values::line_members;
pub(super) use super::values::{LineValues, Surroundings};

/// Characters of one template.
pub const MAX_SOURCE: usize = 4_000;
/// Steps of one rendering; a byte that is written or read costs a 64th.
pub const FUEL: u64 = 20_000;
/// Steps of all templates of one cart together: about two seconds.
pub const FUEL_OF_A_CART: u64 = 20_000_000;
/// Bytes that one rendering may give.
pub const MAX_OUTPUT: usize = 64 * 1024;
/// Statements within statements, and entries within entries.
const MAX_DEPTH: usize = 50;

const NAME: &str = "template";

/// A compiled template.
#[derive(Debug, Clone)]
pub(super) struct Template {
    environment: Arc<Environment<'static>>,
    /// What it draws from, as `line.custom.size`.
    paths: Arc<[String]>,
    line_members: Arc<[&'static str]>,
    of_the_line: bool,
}

/// Why a template gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(super) struct TemplateFailed {
    /// A sentence for the shop's developer.
    pub reason: String,
    /// Whether it draws from a value that is not there, which another cart may bring.
    pub is_missing: bool,
}

impl TemplateFailed {
    fn by(reason: String) -> Self {
        Self { reason, is_missing: false }
    }
}

/// Fuel that the templates of a cart have used.
#[derive(Debug, Default)]
pub(super) struct Spent(Cell<u64>);

impl Template {
    /// Compiles a template, or says what is wrong with it and in which line.
    pub fn new(source: &str) -> Result<Self, String> {
        let length = source.chars().count();
        if length > MAX_SOURCE {
            return Err(format!("it has {length} characters; {MAX_SOURCE} are allowed"));
        }
        check_tags(source)?;
        let mut environment = SANDBOX.clone();
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| told(&error))?;
        let template = environment.get_template(NAME).map_err(|error| told(&error))?;
        let mut paths: Vec<String> = template.undeclared_variables(true).into_iter().collect();
        paths.sort_unstable();
        check_names(&paths)?;
        let line_members = line_members(source, &paths).into();
        let of_the_line = paths.iter().any(|path| path == "line" || path.starts_with("line."));
        Ok(Self { environment: Arc::new(environment), paths: paths.into(), line_members, of_the_line })
    }

    /// The members of a line that it draws from.
    pub fn line_members(&self) -> &[&'static str] {
        &self.line_members
    }

    /// Whether it draws from the line itself.
    pub fn is_of_the_line(&self) -> bool {
        self.of_the_line
    }

    pub fn render(&self, scope: &Scope, values: &LineValues) -> Result<String, TemplateFailed> {
        let root = values.root();
        let spent = &scope.spent.0;
        if spent.get() > FUEL_OF_A_CART {
            return Err(TemplateFailed::by(
                "the templates of this cart take too much work; make them simpler.".to_owned(),
            ));
        }
        let template = self.environment.get_template(NAME).map_err(|error| TemplateFailed::by(told(&error)))?;
        match template.render_captured(root.clone()) {
            Ok(done) => {
                let (used, _) = done.state().fuel_levels().unwrap_or_default();
                spent.set(spent.get() + used);
                let written = done.into_output();
                // Fuel has bounded it already, at twenty times as much.
                if written.len() > MAX_OUTPUT {
                    return Err(TemplateFailed::by(format!("it gives more than {} KiB.", MAX_OUTPUT / 1024)));
                }
                Ok(written)
            }
            Err(error) => {
                spent.set(spent.get() + FUEL);
                Err(self.failed(&error, &root))
            }
        }
    }

    fn failed(&self, error: &Error, root: &Value) -> TemplateFailed {
        let line = error.line().map(|line| format!(" (line {line} of the template)")).unwrap_or_default();
        let missing: Vec<&str> = self.paths.iter().map(String::as_str).filter(|path| is_missing(root, path)).collect();
        let is_missing = !missing.is_empty() || error.kind() == ErrorKind::UndefinedError;
        let reason = match (error.kind(), missing.as_slice()) {
            (ErrorKind::OutOfFuel, _) => format!("it takes too much work; {FUEL} steps are allowed"),
            (ErrorKind::UndefinedError, []) => {
                "a value is not there; write | default(\"\") behind what may be missing".to_owned()
            }
            (ErrorKind::UndefinedError, several) => format!(
                "{} {} not there; write | default(\"\") behind what may be missing",
                several.join(", "),
                if several.len() == 1 { "is" } else { "are" }
            ),
            _ => reason_of(error),
        };
        TemplateFailed { reason: format!("{reason}{line}."), is_missing }
    }
}

fn is_missing(root: &Value, path: &str) -> bool {
    let mut value = root.clone();
    for name in path.split('.') {
        value = match value.get_attr(name) {
            Ok(value) => value,
            Err(_) => return true,
        };
    }
    value.is_undefined()
}

/// An error of the engine in one sentence's part: the line, and what is wrong.
fn told(error: &Error) -> String {
    match error.line() {
        Some(line) => format!("line {line}: {}", reason_of(error)),
        None => reason_of(error),
    }
}

fn reason_of(error: &Error) -> String {
    let kind = error.kind().to_string();
    match error.detail() {
        Some(detail) if error.kind() == ErrorKind::InvalidOperation => detail.to_owned(),
        Some(detail) => format!("{kind}: {detail}"),
        None => kind,
    }
}

/// What every template runs in. Only the engine's parts for text and lists are left; what calculates in binary
/// floating point is gone.
static SANDBOX: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MAX_DEPTH);
    environment.set_formatter(write);
    for filter in filters::WITHOUT {
        environment.remove_filter(filter);
    }
    filters::add(&mut environment);
    environment
});

/// Writes a value into the output.
fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        return Ok(out.write_str(text)?);
    }
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if value.is_number() && !value.is_integer() {
        let detail = format!("{value} comes from binary floating point, which is not exact; {}", filters::ARITHMETIC);
        return Err(Error::new(ErrorKind::InvalidOperation, detail));
    }
    match value.kind() {
        minijinja::value::ValueKind::Bool => Ok(out.write_str(if value.is_true() { "true" } else { "false" })?),
        minijinja::value::ValueKind::None => Ok(()),
        minijinja::value::ValueKind::Map | minijinja::value::ValueKind::Seq => {
            let detail = "a list or an object cannot be written as a text; name one of its members, or join them";
            Err(Error::new(ErrorKind::InvalidOperation, detail))
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cart::Cart;
    use super::super::sources::Context;
    use super::super::values::LINE;
    use super::*;

    fn rendered(source: &str) -> Result<String, String> {
        let cart = Cart::read(
            br#"{"currency":"EUR","lines":[{"id":"7","product_id":"P1","name":"Hex bolt M8x40 zinc plated","description":"<p>Zinc</p>",
            "quantity":"2.50","price":{"net":"0.30","per":"100"},"tax_rate":"19","categories":[{"scheme":"ECLASS13.0","id":"23-11-01-01"}],
            "custom":{"size":"M8","flag":true,"weight":1.005,"html":"<b>x</b> &amp; y","list":["a","b"],"sizes":{"height":2}}}]}"#,
        )
        .unwrap();
        let extra = [("CostCenter".to_owned(), "4711".to_owned())];
        let context = Context {
            customer_number: "10001",
            extra: &extra,
            language: "de",
            shop_name: "Acme",
            ..Context::default()
        };
        let template = Template::new(source)?;
        let scope = Scope {
            cart: &cart,
            context: &context,
            total: "0.0075".into(),
            surroundings: Some(Surroundings::new(&cart, "0.0075", &context, template.line_members.clone())),
            spent: Spent::default(),
        };
        let values = LineValues::new(&cart.lines[0], scope.surroundings.as_ref());
        template.render(&scope, &values).map_err(|error| error.to_string())
    }

    fn text(source: &str) -> String {
        rendered(source).unwrap_or_else(|error| panic!("{source}: {error}"))
    }

    #[test]
    fn the_examples_of_the_documentation_are_true() {
        let documentation = include_str!("../../docs/mapping.md");
        let rows = documentation.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | `"));
        let tried = rows
            .filter(|(source, _)| source.contains("{{") || source.contains("{%"))
            .map(|(source, rest)| {
                let expected = rest.split('`').next().unwrap_or_default();
                assert_eq!(text(&source.replace("\\|", "|")), expected, "{source}");
            })
            .count();
        assert!(tried >= 15, "{tried}");
    }

    #[test]
    fn numbers_are_exact_and_what_is_not_is_refused() {
        assert_eq!(text("{{ line.price.net | plus('0.10') }}"), "0.4");
        assert_eq!(text("{{ 0.1 | plus(0.2) }} {{ line.custom.weight | price(2) }}"), "0.3 1.01");
        assert_eq!(text("{% if line.quantity is gt(2) and line.quantity is lt('2.6') %}yes{% endif %}"), "yes");
        assert_eq!(text("{{ line.quantity is eq(2.5) }} {{ index is eq(1) }} {{ index + 1 }}"), "true true 2");
        for (source, told) in [
            ("{{ line.quantity * 2 }}", "operator"),
            ("{{ 0.1 + 0.2 }}", "binary floating point"),
            ("{{ line.name | plus(1) }}", "is not a number"),
            ("{{ 1 | divided_by(0) }}", "28 digits"),
        ] {
            let error = rendered(source).unwrap_err();
            assert!(error.contains(told), "{source}: {error}");
        }
    }

    #[test]
    fn a_wrong_template_is_told_by_its_line_before_any_cart_comes() {
        for (source, told) in [
            ("a\n{{ line.name ", "line 2"),
            ("{{ line.nmae }}", "line.nmae is not known; known are line.id"),
            ("{{ line.price.gross }}", "line.price.gross is not known; known are line.price.net, line.price.per"),
            ("{{ customer.name }}", "customer.name is not known"),
            ("{{ product.name }}", "product is not known; known are line, cart, customer, shop, call, index"),
            ("x\n{{ line.name | uper }}", "line 2: there is no filter \"uper\""),
            ("{{ line.name | float }}", "there is no filter \"float\""),
            ("{% if line.name is emty %}{% endif %}", "there is no test \"emty\""),
            ("{% if line.quantity > 1 %}{% endif %}", "is gt(10)"),
            ("{% if line.quantity == 1 %}{% endif %}", "is eq(10)"),
            ("{{ 1 / 3 }}", "divided_by"),
            ("{% include 'x' %}", "include"),
            ("{% extends 'x' %}", "extends"),
            ("{% import 'x' as y %}", "import"),
            ("{% macro a() %}{{ a() }}{% endmacro %}", "macro"),
        ] {
            let error = Template::new(source).unwrap_err();
            assert!(error.contains(told), "{source}: {error}");
        }
        assert!(Template::new(&"x".repeat(MAX_SOURCE + 1)).unwrap_err().contains("4000 are allowed"));
        assert_eq!(
            text("{# {{ nothing | at all }} #}{{ 'a > b }} | x' }}{% raw %}{{ x }}{% endraw %}"),
            "a > b }} | x{{ x }}"
        );
    }

    #[test]
    fn a_template_that_is_missing_something_says_what() {
        assert_eq!(
            rendered("{{ line.custom.color }}").unwrap_err(),
            "line.custom.color is not there; write | default(\"\") behind what may be missing (line 1 of the template)."
        );
        assert_eq!(
            text("{{ line.custom.color | default('red') }}{{ line.unit | default(', piece') }}{{ call.costcenter }}"),
            "red, piece4711"
        );
        assert!(rendered("{{ call.plant }}").unwrap_err().starts_with("call.plant is not there"));
        assert!(rendered("{{ line.custom }}").unwrap_err().contains("cannot be written"));
    }

    #[test]
    fn a_line_is_there_however_a_template_comes_to_it() {
        assert_eq!(text("{% set l = line %}{{ l.name }}"), "Hex bolt M8x40 zinc plated");
        assert_eq!(text("{% if line.id is empty %}{% set line = cart %}{% endif %}{{ line.product_id }}"), "P1");
        assert_eq!(text("{{ line['product_id'] }} {{ line . ean | default('-') }}"), "P1 -");
        let members = |source| Template::new(source).unwrap().line_members().to_vec();
        assert_eq!(
            members("{{ line.custom.size }}{{ shop.name }}{{ line.name | replace('online', '') }}"),
            ["name", "custom"]
        );
        assert_eq!(members("{{ shop.name }} outline.name"), [""; 0]);
        assert_eq!(members("{% for line in [line] %}{{ line.name }}{% endfor %}").len(), LINE.len());
    }

    #[test]
    fn work_and_output_have_an_end() {
        assert!(
            rendered("{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}")
                .unwrap_err()
                .contains("too much work")
        );
        assert!(rendered("{{ 'x' * 100000000 }}").unwrap_err().contains("too much work"));
        assert!(rendered("{% for a in range(300) %}{{ line.name * 20 }}{% endfor %}").unwrap_err().contains("64 KiB"));
        assert!(rendered("{{ line.name | pad(100000) }}").unwrap_err().contains("too wide"));
        let deep = format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000));
        assert!(rendered(&format!("{{{{ {deep} }}}}")).is_err());
        let deep = format!("{}{}", "{% if true %}".repeat(120), "{% endif %}".repeat(120));
        let _ = rendered(&deep);
    }

    fn piece() -> impl Strategy<Value = String> {
        let fixed = [
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "line",
            ".name",
            ".custom",
            ".size",
            "index",
            "|",
            "upper",
            "pad(3)",
            "price",
            "eclass",
            "for x in",
            "endfor",
            "if",
            "endif",
            "else",
            "set x =",
            "range(999999999)",
            "'",
            "\"",
            "\\",
            "*",
            "+",
            "-",
            "~",
            "99999999999999999999",
            "1.5",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ":",
            "is",
            "not",
            "defined",
            "eq(1)",
            ",",
            "batch(2)",
            "list",
            "join",
            "sort",
            "slice(0)",
            "reverse",
            "truncate_words(0)",
            "replace('','xxxxxxxx')",
            "split('')",
            "map('upper')",
            "raw",
            "endraw",
            "call",
            "loop.index",
            "\n",
            "é",
            "**",
            "//",
            "%",
        ];
        prop_oneof![8 => prop::sample::select(fixed.to_vec()).prop_map(|piece| format!("{piece} ")), 1 => any::<String>()]
    }

    fn tag() -> impl Strategy<Value = String> {
        let filter = prop::sample::select(filters::FILTERS.to_vec());
        let argument = prop::sample::select(vec![
            "",
            "(0)",
            "(1)",
            "(-1)",
            "('x')",
            "('')",
            "(99999999999)",
            "(line)",
            "(line.custom)",
            "(1, 2, 3)",
        ]);
        let value = prop::sample::select(vec![
            "line.name",
            "line.price.net",
            "line.custom",
            "line.custom.list",
            "line.categories",
            "line",
            "call",
            "index",
            "'ä€'",
            "''",
            "1.5",
            "range(100000)",
            "[1, [2, 3]]",
            "{'a': 1}",
            "none",
            "true",
            "line.custom.none",
            "'x' * 9999",
        ]);
        (value, prop::collection::vec((filter, argument), 0..4)).prop_map(|(value, filters)| {
            let filters: String = filters.iter().map(|(filter, argument)| format!(" | {filter}{argument}")).collect();
            format!("{{{{ {value}{filters} }}}}")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_template_escapes_its_bounds(source in prop_oneof![
            prop::collection::vec(piece(), 0..20).prop_map(|pieces| pieces.concat()),
            prop::collection::vec(tag(), 1..4).prop_map(|tags| tags.concat()),
        ]) {
            let began = std::time::Instant::now();
            if let Ok(text) = rendered(&source) {
                prop_assert!(text.len() <= MAX_OUTPUT);
            }
            prop_assert!(began.elapsed() < std::time::Duration::from_secs(5), "{}", source);
        }
    }
}
