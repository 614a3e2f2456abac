//! Which visits a load is made of, and in which proportions.

use std::fmt;
use std::str::FromStr;

/// What one visit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A login of the first user, again and again: the gateway remembers the credential.
    Warm,
    /// A login of the next user of the list. Argon2 is needed for each if the gateway remembers none
    /// (`recent_logins = "0s"`) or has not seen them lately.
    Cold,
    /// Login, redeem, cart, return page.
    RoundTrip,
    /// `FUNCTION=VALIDATE`, answered from the catalog.
    Validate,
    /// A login with a wrong password.
    Flood,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Warm, Self::Cold, Self::RoundTrip, Self::Validate, Self::Flood];

    pub fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Cold => "cold",
            Self::RoundTrip => "round-trip",
            Self::Validate => "validate",
            Self::Flood => "flood",
        }
    }
}

/// Kinds of visits with their weights: `round-trip=3,warm=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    parts: Vec<(Kind, u32)>,
    /// All weights together.
    whole: u64,
    /// From one visit's place in the whole to the next one's.
    step: u64,
}

impl Mix {
    /// The kind of the `nth` visit. The kinds alternate as evenly as their weights allow, so that two runs are alike.
    pub fn kind(&self, nth: u64) -> Kind {
        let mut place = nth % self.whole * self.step % self.whole;
        for (kind, weight) in &self.parts {
            if place < u64::from(*weight) {
                return *kind;
            }
            place -= u64::from(*weight);
        }
        self.parts[0].0
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.parts.iter().any(|(known, _)| *known == kind)
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<(Kind, u32)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (name, weight) = part.split_once('=').unwrap_or((part, "1"));
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name.trim()).ok_or_else(|| {
                format!("\"{name}\" is no kind of visit; there are {}", Kind::ALL.map(Kind::name).join(", "))
            })?;
            let weight = weight.trim().parse().ok().filter(|weight| (1..=1_000).contains(weight));
            let weight = weight.ok_or_else(|| format!("the weight of {name} must be a whole number from 1 to 1000"))?;
            if parts.iter().any(|(known, _)| *known == kind) {
                return Err(format!("{name} stands there twice"));
            }
            parts.push((kind, weight));
        }
        let whole = parts.iter().map(|(_, weight)| u64::from(*weight)).sum();
        // A step that has no factor in common with the whole visits every place once, far from its neighbours.
        let step = (whole * 5 / 8 + 1..).find(|step| greatest_common_divisor(*step, whole) == 1).unwrap_or(1);
        Ok(Self { parts, whole, step })
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(|(kind, weight)| format!("{}={weight}", kind.name())).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_in_their_proportions_and_well_mixed() {
        let mix: Mix = "round-trip=3, warm".parse().unwrap();
        let kinds: Vec<Kind> = (0..8).map(|nth| mix.kind(nth)).collect();
        for four in kinds.chunks(4) {
            assert_eq!(four.iter().filter(|kind| **kind == Kind::RoundTrip).count(), 3, "{kinds:?}");
        }
        let mix: Mix = "warm=50,flood=50".parse().unwrap();
        let longest = (0..100).fold((0, 0), |(run, longest): (u32, u32), nth| {
            let run = if mix.kind(nth) == Kind::Warm { run + 1 } else { 0 };
            (run, longest.max(run))
        });
        assert!(longest.1 <= 3, "{longest:?}");
    }

    #[test]
    fn what_is_no_mix_is_said() {
        let wrong = |text: &str| text.parse::<Mix>().unwrap_err();
        assert!(wrong("hot").contains("there are warm, cold, round-trip, validate, flood"));
        assert!(wrong("warm=0").contains("from 1 to 1000"));
        assert!(wrong("warm,warm").contains("twice"));
        assert_eq!("warm=2,cold".parse::<Mix>().unwrap().to_string(), "warm=2,cold=1");
    }
}
