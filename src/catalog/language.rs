//! Names of languages: BMEcat writes three letters (ISO 639-2), catalogs and buyers two (ISO 639-1), some a country too.

/// The primary tag in two letters where there are two: `deu`, `ger`, `de-AT` and `DE` are `de`.
pub(super) fn primary(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let primary = lower.split(['-', '_']).next().unwrap_or_default();
    let two = THREE.iter().find(|(three, _)| three.split(' ').any(|three| three == primary)).map(|(_, two)| *two);
    match two {
        Some(two) => two.to_owned(),
        None => primary.chars().filter(char::is_ascii_lowercase).take(8).collect(),
    }
}

/// Those of Europe and its trade, with the two spellings that some have.
const THREE: [(&str, &str); 40] = [
    ("deu ger", "de"),
    ("eng", "en"),
    ("fra fre", "fr"),
    ("ita", "it"),
    ("spa", "es"),
    ("nld dut", "nl"),
    ("por", "pt"),
    ("pol", "pl"),
    ("ces cze", "cs"),
    ("slk slo", "sk"),
    ("slv", "sl"),
    ("hun", "hu"),
    ("ron rum", "ro"),
    ("bul", "bg"),
    ("hrv scr", "hr"),
    ("srp scc", "sr"),
    ("bos", "bs"),
    ("mkd mac", "mk"),
    ("sqi alb", "sq"),
    ("ell gre", "el"),
    ("tur", "tr"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("bel", "be"),
    ("lit", "lt"),
    ("lav", "lv"),
    ("est", "et"),
    ("fin", "fi"),
    ("swe", "sv"),
    ("dan", "da"),
    ("nor", "no"),
    ("nob", "nb"),
    ("isl ice", "is"),
    ("gle", "ga"),
    ("cat", "ca"),
    ("eus baq", "eu"),
    ("zho chi", "zh"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("ara", "ar"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_the_same_in_two_letters_and_in_three() {
        for (name, tag) in [("deu", "de"), ("GER", "de"), ("de-AT", "de"), ("en_GB", "en"), ("ltz", "ltz"), ("", "")] {
            assert_eq!(primary(name), tag, "{name}");
        }
    }
}
