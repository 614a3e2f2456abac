//! Faults of TOML files, as people and logs may read them: settings and apply files hold secrets.

/// What is wrong with a TOML text, and where, without the line itself: a password may stand in it.
pub fn without_values(error: &toml::de::Error, text: &str) -> String {
    let reason = error.message().trim_end();
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return reason.to_owned() };
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {}, column {column}: {reason}", before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_place_and_not_what_stands_there() {
        for (text, place) in [
            ("a = 1\npassword = \"geheim123\"x\n", "line 2, column 23: "),
            ("database_url = \"postgres://u:geheim123@localhost\n", "line 1, column "),
        ] {
            let told = without_values(&text.parse::<toml::Table>().unwrap_err(), text);
            assert!(told.starts_with(place) && !told.contains("geheim"), "{told}");
        }
    }
}
