//! Secrets that we make: entry tokens, session ids, API keys and return tickets.
//!
//! Tokens and API keys are 256 random bits, entry tokens 208; the database holds their SHA-256 only, which needs no salt
//! and no slowness because nobody can guess so many.
//!
//! The surprising fact: a return ticket is stored nowhere. It is the punchout's id with an HMAC under the
//! installation's key, so any node can check it and make it again. The key lies in the database: who holds a copy of that holds the carts, too.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use ulid::Ulid;
use zeroize::Zeroizing;

/// A random secret for URLs and headers: 256 bits as 43 characters of base64url, an API key with `pgk_` in front.
pub struct Token(SecretString);

impl Token {
    pub fn generate() -> Token {
        Token::with_prefix("")
    }

    /// The text, to be shown once and kept nowhere.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database keeps of it; of an entry token it keeps [`entry_digest`].
    pub fn digest(&self) -> [u8; 32] {
        digest(self.expose())
    }

    fn with_prefix(prefix: &str) -> Token {
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *random).expect("the system gives randomness");
        let mut text = String::with_capacity(prefix.len() + 43);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(*random, &mut text);
        Token(SecretString::from(text))
    }
}

/// How many bytes of an entry token say when it was made.
const TIME: usize = 6;

/// A new one-time token for the way into the shop: 43 characters like any other, but the first six bytes are the time, in
/// 16 microseconds (until the year 2112); 208 bits are random. Those made one after the other lie side by side in the
/// database's index, which random ones would touch all over.
pub fn entry_token(micros: i64) -> Token {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut bytes[TIME..]).expect("the system gives randomness");
    bytes[..TIME].copy_from_slice(&(micros / 16).to_be_bytes()[8 - TIME..]);
    let mut text = String::with_capacity(43);
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
    Token(SecretString::from(text))
}

/// What the database keeps of an entry token, as it was received: its time, which is no secret, and 208 bits of the
/// SHA-256 of it.
pub fn entry_digest(token: &str) -> [u8; 32] {
    let (mut kept, whole) = ([0; 32], digest(token));
    // The time is what the first eight characters say; what says none belongs to no token of ours.
    let _ = token.get(..8).map(|time| URL_SAFE_NO_PAD.decode_slice(time, &mut kept[..TIME]));
    kept[TIME..].copy_from_slice(&whole[..32 - TIME]);
    kept
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A new API key of a shop: `pgk_` and 43 characters. The prefix lets secret scanners and people recognize it.
pub fn api_key_generate() -> Token {
    Token::with_prefix("pgk_")
}

/// The first characters of a key, by which its owner knows it again: a fifth of it, eight at most.
pub fn hint(key: &str) -> String {
    key.chars().take((key.chars().count() / 5).min(8)).collect()
}

/// SHA-256 of a token, an API key or a stored hash as it was received: what the database keeps to know it again.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The key return tickets are derived with; the same on every node of an installation.
pub struct TicketKey(SecretBox<[u8; 32]>);

const ID: usize = 16;
/// 160 bits of the HMAC: with the id 36 bytes, which are 48 characters without remainder.
const PROOF: usize = 20;

impl TicketKey {
    pub fn new(bytes: [u8; 32]) -> TicketKey {
        TicketKey(SecretBox::new(Box::new(bytes)))
    }

    /// The ticket of a punchout, 48 characters of base64url; always the same for the same punchout.
    ///
    /// # Panics
    /// If `punchout` is not a ULID; ids of punchouts are.
    pub fn issue(&self, punchout: &str) -> String {
        let id = Ulid::from_string(punchout).expect("the id of a punchout is a ULID").to_bytes();
        let mut ticket = [0; ID + PROOF];
        ticket[..ID].copy_from_slice(&id);
        ticket[ID..].copy_from_slice(&self.proof(&id));
        URL_SAFE_NO_PAD.encode(ticket)
    }

    /// The punchout a ticket was issued for, as canonical ULID text; `None` for anything we did not issue.
    pub fn read(&self, ticket: &str) -> Option<String> {
        let mut bytes = [0; ID + PROOF];
        let length = URL_SAFE_NO_PAD.decode_slice(ticket, &mut bytes).ok()?;
        let (id, proof) = bytes.split_first_chunk::<ID>()?;
        let right = length == ID + PROOF && bool::from(self.proof(id).ct_eq(proof));
        right.then(|| Ulid::from_bytes(*id).to_string())
    }

    fn proof(&self, id: &[u8; ID]) -> [u8; PROOF] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes a key of any length");
        mac.update(b"return ticket");
        mac.update(id);
        let mut proof = [0; PROOF];
        proof.copy_from_slice(&mac.finalize().into_bytes()[..PROOF]);
        proof
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const PUNCHOUT: &str = "01J9ZK3W8R5T2Q4M6N8P0S1VXY";

    #[test]
    fn a_token_is_43_characters_that_stand_in_a_url() {
        let token = Token::generate();
        assert_eq!(token.expose().len(), 43);
        assert!(token.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(token.digest(), digest(token.expose()));
    }

    #[test]
    fn entry_tokens_and_what_is_kept_of_them_lie_in_the_order_of_time() {
        let made: Vec<_> = (0..1_000).map(|n| entry_token(1_795_000_000_000_000 + n * 16)).collect();
        let kept: Vec<_> = made.iter().map(|token| entry_digest(token.expose())).collect();
        assert!(kept.is_sorted());
        assert!(made.iter().all(|token| token.expose().len() == 43));
        let at_once: HashSet<_> = (0..1_000).map(|_| entry_digest(entry_token(0).expose())).collect();
        assert_eq!(at_once.len(), 1_000);
        let token = made[0].expose();
        for other in [format!("{token}="), token.to_lowercase(), token[..42].to_owned(), String::new(), "ÄÖÜ".into()]
        {
            assert_ne!(entry_digest(&other), kept[0], "{other}");
        }
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let tokens: HashSet<_> = (0..1000).map(|_| Token::generate().expose().to_owned()).collect();
        assert_eq!(tokens.len(), 1000);
    }

    #[test]
    fn an_api_key_is_recognized_by_its_prefix() {
        let key = api_key_generate();
        assert!(key.expose().starts_with("pgk_"));
        assert_eq!(key.expose().len(), 47);
        assert_ne!(key.digest(), digest(&key.expose()[4..]), "the prefix is part of the key");
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    #[test]
    fn secrets_print_as_stars() {
        assert_eq!(format!("{:?} {:?}", Token::generate(), TicketKey::new([1; 32])), "*** ***");
    }

    #[test]
    fn a_ticket_leads_back_to_its_punchout() {
        let key = TicketKey::new([1; 32]);
        let ticket = key.issue(PUNCHOUT);
        assert_eq!(ticket.len(), 48);
        assert_eq!(key.issue(PUNCHOUT), ticket, "a ticket is derived, not drawn");
        assert_eq!(key.read(&ticket).as_deref(), Some(PUNCHOUT));
    }

    #[test]
    fn a_ticket_of_another_installation_leads_nowhere() {
        let ticket = TicketKey::new([1; 32]).issue(PUNCHOUT);
        assert_eq!(TicketKey::new([2; 32]).read(&ticket), None);
    }

    #[test]
    fn what_is_no_ticket_leads_nowhere() {
        let key = TicketKey::new([1; 32]);
        let ticket = key.issue(PUNCHOUT);
        for text in
            ["", "x", PUNCHOUT, &ticket[..47], &format!("{ticket}A"), &format!("{ticket}="), &format!(" {ticket}")]
        {
            assert_eq!(key.read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_punchout_has_a_ticket_and_every_changed_ticket_is_refused(
            id: u128, place in 0..48_usize, letter in "[A-Za-z0-9_-]",
        ) {
            let (key, id) = (TicketKey::new([3; 32]), Ulid(id).to_string());
            let ticket = key.issue(&id);
            prop_assert_eq!(key.read(&ticket), Some(id));
            let mut changed = ticket.clone();
            changed.replace_range(place..=place, &letter);
            if changed != ticket {
                prop_assert_eq!(key.read(&changed), None);
            }
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,60}") {
            prop_assert_eq!(TicketKey::new([3; 32]).read(&text), None);
        }
    }
}
