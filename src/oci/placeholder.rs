//! Placeholders: `<HOOK_URL>` or `{{USERNAME}}` left in where the buyer's system should have put a value.
//!
//! Owns their spellings. It never repeats a password, not even one that is a placeholder.
//! The surprising fact: real passwords and real searches look like placeholders too, so both have a narrower rule.

use super::call::CallError;
use super::facts::SECRET_NAMES;

pub(super) fn refuse_placeholder(parameter: &str, value: &str) -> Result<(), CallError> {
    if inside_placeholder(value).is_some() || is_field_name(parameter, value) {
        return Err(CallError::Placeholder { parameter: parameter.to_owned(), value: value.trim().to_owned() });
    }
    Ok(())
}

/// Article numbers may stand in brackets, too; they have digits, which the names of fields have not.
pub(super) fn refuse_product_placeholder(parameter: &str, value: &str) -> Result<(), CallError> {
    if value.contains(|character: char| character.is_ascii_digit()) {
        return Ok(());
    }
    refuse_placeholder(parameter, value)
}

/// A real password may look like a placeholder, so here the inside must name the parameter.
pub(super) fn refuse_password_placeholder(parameter: &str, value: &str) -> Result<(), CallError> {
    let names_it = inside_placeholder(value)
        .is_some_and(|inside| SECRET_NAMES.iter().chain([&parameter]).any(|name| name.eq_ignore_ascii_case(inside)));
    if names_it {
        return Err(CallError::Placeholder { parameter: parameter.to_owned(), value: "***".to_owned() });
    }
    Ok(())
}

/// `HOOK_URL=HOOK_URL`, `HOOK_URL=$HOOK_URL`, and what SAP's customizing calls the fields that it fills in: `SY-UNAME`.
fn is_field_name(parameter: &str, value: &str) -> bool {
    let value = value.trim();
    let is_system_field = || {
        let field = value.get(..3).filter(|start| start.eq_ignore_ascii_case("SY-")).map(|_| &value[3..]);
        field.is_some_and(|field| field.len() >= 4 && field.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    let is_own_name = || value.strip_prefix('$').unwrap_or(value).eq_ignore_ascii_case(parameter);
    !value.is_empty() && (is_own_name() || is_system_field())
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
    use super::super::call::{Call, Names};
    use super::super::parameters::Parameters;
    use super::*;

    fn get(query: &str) -> Result<Call, CallError> {
        Call::read(&Parameters::read(query.as_bytes(), b"", None)?, &Names::default())
    }

    fn with_hook(hook: &str) -> Result<Call, CallError> {
        get(&format!("USERNAME=u&PASSWORD=p&HOOK_URL={hook}"))
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
            "HOOK_URL",
            "$hook_url",
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
    fn a_field_of_sap_instead_of_its_value_is_no_user() {
        let user = |user: &str| get(&format!("HOOK_URL=https://b.example/&PASSWORD=p&USERNAME={user}"));
        for field in ["SY-UNAME", "sy-uname", "USERNAME", "$USERNAME"] {
            assert!(matches!(user(field), Err(CallError::Placeholder { .. })), "{field}");
        }
        for name in ["SY-1000", "sy-tom1", "Uname", "10001"] {
            assert!(user(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_article_number_in_brackets_is_one() {
        let product = |id: &str| {
            get(&format!("HOOK_URL=https://b.example/&USERNAME=u&PASSWORD=p&FUNCTION=DETAIL&PRODUCTID={id}"))
        };
        for number in ["[A-1]", "%25A1%25", "{4711}", "<M8>"] {
            assert!(product(number).is_ok(), "{number}");
        }
        for placeholder in ["<PRODUCTID>", "{SKU}", "[product id]", "PRODUCTID"] {
            assert!(matches!(product(placeholder), Err(CallError::Placeholder { .. })), "{placeholder}");
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
}
