//! The second factor: time-based codes (RFC 6238: SHA-1, six digits, thirty seconds, as every
//! authenticator app has them), and recovery codes for the day when the device is lost.

use data_encoding::BASE32_NOPAD;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Algorithm, Builder, Totp};

use crate::clock::SECOND;
use crate::credential::secret;

/// RFC 4226 asks for 160 bits.
pub const SECRET_BYTES: usize = 20;
/// Codes that are given at a time.
pub const RECOVERY_CODES: usize = 10;

/// A secret that a device shares with us.
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn generate() -> Self {
        let mut bytes = vec![0u8; SECRET_BYTES];
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        Self(bytes)
    }

    /// From the form of [`Secret::base32`].
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).ok()?;
        (bytes.len() == SECRET_BYTES).then_some(Self(bytes))
    }

    pub fn stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In groups of four, to be typed into a device without a camera.
    pub fn base32(&self) -> String {
        let text = BASE32_NOPAD.encode(&self.0);
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    fn totp(&self, email: &str) -> Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(30)
            .with_secret(self.0.clone())
            .with_account_name(email.replace(':', ""))
            .with_issuer(Some("Punchgate"))
            .build_noncompliant()
    }

    /// The time step that a code belongs to: this one, the one before or the next (for clocks that are off).
    pub fn step(&self, code: &str, now: i64) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = self.totp("").check(&code, (now / SECOND).unsigned_abs())?;
        i64::try_from(step).ok()
    }

    /// The picture that an authenticator app reads, as SVG.
    pub fn picture(&self, email: &str) -> String {
        let code = self.totp(email).to_url().ok().and_then(|url| QrCode::new(url.as_bytes()).ok());
        match code {
            Some(code) => code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build(),
            None => String::new(),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Fresh recovery codes: 80 random bits each, in four groups of four.
pub fn recovery_codes() -> Vec<String> {
    let code = |_| {
        let mut bytes = [0u8; 10];
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        let text = BASE32_NOPAD.encode(&bytes).to_lowercase();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// What is stored of a recovery code, however it was typed.
pub fn recovery_digest(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    secret::digest(&format!("recovery\n{plain}")).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = Secret(b"12345678901234567890".to_vec());
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(secret.step(code, seconds * SECOND), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_half_a_minute_around_its_time() {
        let secret = Secret(b"12345678901234567890".to_vec());
        assert_eq!(secret.step("287 082", 89 * SECOND), Some(1));
        assert_eq!(secret.step("287082", 29 * SECOND), Some(1));
        assert_eq!(secret.step("287082", 120 * SECOND), None);
        assert_eq!(secret.step("", 59 * SECOND), None);
    }

    #[test]
    fn a_secret_is_read_back_from_what_is_shown() {
        let secret = Secret::generate();
        assert_eq!(Secret::read(&secret.base32()).expect("a secret").0, secret.0);
        assert!(Secret::read("ABCD").is_none() && Secret::read("not base 32!").is_none());
        assert_eq!(format!("{secret:?}"), "***");
    }

    #[test]
    fn the_picture_is_an_svg_and_the_address_names_issuer_and_account() {
        let secret = Secret::generate();
        assert!(secret.picture("owner@acme.example").contains("<svg"));
        let url = secret.totp("owner@acme.example").to_url().expect("an address");
        assert!(url.starts_with("otpauth://totp/Punchgate:owner%40acme.example?"), "{url}");
    }

    #[test]
    fn a_recovery_code_is_known_again_however_it_is_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), RECOVERY_CODES);
        assert_eq!(recovery_digest(&codes[0]), recovery_digest(&codes[0].to_uppercase().replace('-', " ")));
        assert_ne!(recovery_digest(&codes[0]), recovery_digest(&codes[1]));
    }
}
