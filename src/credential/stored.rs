//! Stored passwords: their text forms, and the work of comparing one.
//!
//! New hashes are argon2id in PHC form (RFC 9106); bcrypt is read for customers who come from another shop and
//! replaced at their next good login.
//!
//! The surprising fact: where there is nothing to compare, the work is done all the same, so that time tells
//! nothing about who exists.

use argon2::{Algorithm, Argon2, Params, Version};
use password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::memory::Memory;

/// The longest password that is ever hashed, in bytes.
pub const PASSWORD_MAX: usize = 1024;

/// What one argon2id hash costs. The default is OWASP's: 19 MiB, two passes, one lane.
///
/// Values out of range are brought into it: 8 KiB a lane to 256 MiB, 1 to 16 iterations, 1 to 16 lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
}

impl Default for Parameters {
    fn default() -> Parameters {
        Parameters { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

impl Parameters {
    /// How many blocks of 1 KiB one hash works in.
    pub(super) fn block_count(self) -> usize {
        self.argon2().params().block_count()
    }

    fn argon2(self) -> Argon2<'static> {
        let lanes = self.parallelism.clamp(1, 16);
        let memory = self.memory_kib.clamp(8 * lanes, MEMORY_MAX_KIB);
        let params = Params::new(memory, self.iterations.clamp(1, 16), lanes, Some(OUTPUT))
            .expect("parameters were brought into argon2's range");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// What comparing a password came to.
#[derive(Clone, PartialEq, Eq)]
pub enum Verified {
    No,
    Yes,
    /// Right, and here is its hash in today's form, to be stored in place of the old one.
    YesUpgrade(String),
}

impl Verified {
    pub fn is_yes(&self) -> bool {
        !matches!(self, Verified::No)
    }
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Verified::No => "No",
            Verified::Yes => "Yes",
            Verified::YesUpgrade(_) => "YesUpgrade(***)",
        })
    }
}

/// Whether this is a hash that can be compared with: `$argon2id$…` or bcrypt (`$2a$`, `$2b$`, `$2y$`), within limits on
/// their cost, so that an imported hash cannot hold up everybody.
pub fn readable(hash: &str) -> bool {
    Stored::read(hash).is_some()
}

const OUTPUT: usize = 32;
const MEMORY_MAX_KIB: u32 = 256 * 1024;
/// Memory × passes: half a second or so, four times PHP's default.
const WORK_MAX_KIB: u64 = 1024 * 1024;
const BCRYPT_COST_MAX: u32 = 14;

/// A hash of the password with a fresh salt, as PHC text. A password longer than [`PASSWORD_MAX`] gives a hash that
/// nothing matches: refuse it before.
pub(super) fn hash(password: &SecretString, parameters: Parameters, memory: &mut Memory) -> String {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the system gives randomness");
    let mut unmatched = [0; 32];
    let password = match within_limit(password) {
        Some(bytes) => bytes,
        None => {
            getrandom::fill(&mut unmatched).expect("the system gives randomness");
            &unmatched
        }
    };
    let argon2 = parameters.argon2();
    let mut output = [0; OUTPUT];
    argon2
        .hash_password_into_with_memory(password, &salt, &mut output, memory.blocks(argon2.params().block_count()))
        .expect("salt, output and memory have the sizes argon2 asks for");

    let mut params = ParamsString::new();
    for (name, value) in
        [("m", argon2.params().m_cost()), ("t", argon2.params().t_cost()), ("p", argon2.params().p_cost())]
    {
        params.add_decimal(name, value).expect("three short numbers fit");
    }
    PasswordHash {
        algorithm: Ident::new_unwrap("argon2id"),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(Salt::new(&salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(&output).expect("32 bytes are an output")),
    }
    .to_string()
}

/// Compares a password with its stored hash. Without one, or with one that is not [`readable`], the work of one hash of
/// the current parameters is done and the answer is no.
pub(super) fn verify(
    password: &SecretString,
    stored: Option<&str>,
    parameters: Parameters,
    memory: &mut Memory,
) -> Verified {
    let (Some(bytes), Some(stored)) = (within_limit(password), stored.and_then(Stored::read)) else {
        spend(within_limit(password).unwrap_or_default(), parameters, memory);
        return Verified::No;
    };
    match (stored.matches(bytes, memory), stored.is_current(parameters)) {
        (false, _) => Verified::No,
        (true, true) => Verified::Yes,
        (true, false) => Verified::YesUpgrade(hash(password, parameters, memory)),
    }
}

/// Whether a password fits its stored hash, and nothing more: for where nobody measures the time.
pub(super) fn matches(password: &SecretString, stored: &str, memory: &mut Memory) -> bool {
    let (bytes, stored) = (within_limit(password), Stored::read(stored));
    bytes.zip(stored).is_some_and(|(bytes, stored)| stored.matches(bytes, memory))
}

fn spend(password: &[u8], parameters: Parameters, memory: &mut Memory) {
    let argon2 = parameters.argon2();
    let mut output = [0; OUTPUT];
    let blocks = memory.blocks(argon2.params().block_count());
    let _ = std::hint::black_box(argon2.hash_password_into_with_memory(password, &[0; 16], &mut output, blocks));
}

fn within_limit(password: &SecretString) -> Option<&[u8]> {
    Some(password.expose_secret().as_bytes()).filter(|bytes| bytes.len() <= PASSWORD_MAX)
}

/// A stored hash that is worth comparing with.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack for one comparison")]
enum Stored<'a> {
    Argon2 {
        argon2: Argon2<'static>,
        salt: Salt,
        output: Output,
    },
    /// It takes the first 72 bytes of a password, as the shop it comes from did.
    Bcrypt(&'a str),
}

impl Stored<'_> {
    fn matches(&self, password: &[u8], memory: &mut Memory) -> bool {
        match self {
            Stored::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Stored::Argon2 { argon2, salt, output } => {
                let mut found = vec![0; output.len()];
                let blocks = memory.blocks(argon2.params().block_count());
                let hashed = argon2.hash_password_into_with_memory(password, salt, &mut found, blocks);
                hashed.is_ok() && bool::from(found.ct_eq(output.as_bytes()))
            }
        }
    }

    /// Whether a hash made today would look the same. [`Stored::read`] lets only today's version of argon2 pass.
    fn is_current(&self, parameters: Parameters) -> bool {
        let Stored::Argon2 { argon2, output, .. } = self else { return false };
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        costs(argon2.params()) == costs(parameters.argon2().params()) && output.len() == OUTPUT
    }

    fn read(text: &str) -> Option<Stored<'_>> {
        if text.starts_with("$2") { Stored::read_bcrypt(text) } else { Stored::read_argon2(text) }
    }

    fn read_bcrypt(text: &str) -> Option<Stored<'_>> {
        // $2x$ marks hashes of a faulty implementation, which only that one can repeat.
        let known = ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix));
        let parts: bcrypt::HashParts = text.parse().ok().filter(|_| known)?;
        (4..=BCRYPT_COST_MAX).contains(&parts.get_cost()).then_some(Stored::Bcrypt(text))
    }

    fn read_argon2(text: &str) -> Option<Stored<'_>> {
        let phc = PasswordHash::new(text).ok()?;
        if phc.algorithm.as_str() != "argon2id" || phc.version != Some(Version::V0x13.into()) {
            return None;
        }
        // Exactly these three: `keyid` and `data` would mean a secret we do not have.
        let cost = |name: &str| phc.params.get_decimal(name);
        let (memory, iterations, lanes) = (cost("m")?, cost("t")?, cost("p")?);
        if phc.params.iter().count() != 3
            || memory > MEMORY_MAX_KIB
            || u64::from(memory) * u64::from(iterations) > WORK_MAX_KIB
            || lanes > 16
        {
            return None;
        }
        let (salt, output) = (phc.salt?, phc.hash?);
        if output.len() < 16 {
            return None;
        }
        let params = Params::new(memory, iterations, lanes, Some(output.len())).ok()?;
        Some(Stored::Argon2 { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), salt, output })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const CHEAP: Parameters = Parameters { memory_kib: 64, iterations: 1, parallelism: 1 };

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn check(password: &str, stored: Option<&str>) -> Verified {
        verify(&secret(password), stored, CHEAP, &mut Memory::default())
    }

    #[test]
    fn a_password_is_verified_by_its_own_hash_only() {
        let stored = hash(&secret("Grüße 123"), CHEAP, &mut Memory::default());
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert_eq!(check("Grüße 123", Some(&stored)), Verified::Yes);
        assert_eq!(check("grüße 123", Some(&stored)), Verified::No);
        assert_eq!(check("", Some(&stored)), Verified::No);
        assert_ne!(hash(&secret("Grüße 123"), CHEAP, &mut Memory::default()), stored, "salts differ");
    }

    #[test]
    fn the_reference_implementation_agrees() {
        // From the command line tool of the reference implementation: "password", "somesalt", -id -t 2 -k 65536 -p 1.
        let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(check("password", Some(stored)).is_yes());
        assert!(!check("Password", Some(stored)).is_yes());
    }

    #[test]
    fn a_hash_with_other_parameters_is_renewed_at_the_next_good_login() {
        let old = hash(&secret("pw"), Parameters { memory_kib: 128, ..CHEAP }, &mut Memory::default());
        assert_eq!(check("wrong", Some(&old)), Verified::No);
        let Verified::YesUpgrade(new) = check("pw", Some(&old)) else { panic!("not renewed") };
        assert_eq!(check("pw", Some(&new)), Verified::Yes);
    }

    #[test]
    fn an_imported_bcrypt_hash_is_accepted_and_renewed() {
        for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
            let stored = bcrypt::hash_with_result("geheim", 4).unwrap().format_for_version(version);
            assert!(readable(&stored));
            assert_eq!(check("falsch", Some(&stored)), Verified::No);
            let Verified::YesUpgrade(new) = check("geheim", Some(&stored)) else { panic!("not renewed") };
            assert!(new.starts_with("$argon2id$"));
        }
    }

    #[test]
    fn bcrypt_sees_the_first_72_bytes_as_it_did_where_it_came_from() {
        let stored = bcrypt::hash("a".repeat(80), 4).unwrap();
        assert!(check(&"a".repeat(100), Some(&stored)).is_yes());
        assert!(!check(&"a".repeat(71), Some(&stored)).is_yes());
    }

    #[test]
    fn what_cannot_be_compared_or_costs_absurdly_is_not_readable() {
        let argon2 =
            |params: &str| format!("$argon2id$v=19${params}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        assert!(readable(&argon2("m=65536,t=4,p=1")));
        assert!(readable(&argon2("m=262144,t=3,p=1")));
        for hash in [
            argon2("m=262145,t=1,p=1"),
            argon2("m=4194304,t=1,p=1"),
            argon2("m=65536,t=4000000,p=1"),
            argon2("m=65536,t=0,p=1"),
            argon2("m=65536,t=1,p=4096"),
            argon2("m=65536,t=1"),
            argon2("m=65536,t=1,p=1,keyid=AAAA"),
            argon2("m=65536,t=1,p=1").replace("argon2id", "argon2i"),
            argon2("m=65536,t=1,p=1").replace("v=19", "v=16"),
            "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ".to_owned(),
            bcrypt::hash("x", 4).unwrap().replace("$04$", "$15$"),
            bcrypt::hash("x", 4).unwrap().replace("$04$", "$03$"),
            bcrypt::hash("x", 4).unwrap().replace("$2b$", "$2x$"),
            "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
            "password".to_owned(),
            String::new(),
        ] {
            assert!(!readable(&hash), "{hash}");
            assert_eq!(check("password", Some(&hash)), Verified::No);
        }
    }

    #[test]
    fn a_password_beyond_the_limit_never_matches() {
        let longest = "x".repeat(PASSWORD_MAX);
        let stored = hash(&secret(&longest), CHEAP, &mut Memory::default());
        assert_eq!(check(&longest, Some(&stored)), Verified::Yes);
        let longer = "x".repeat(PASSWORD_MAX + 1);
        assert_eq!(check(&longer, Some(&stored)), Verified::No);
        let unmatched = hash(&secret(&longer), CHEAP, &mut Memory::default());
        assert_eq!(check(&longer, Some(&unmatched)), Verified::No);
        assert_eq!(check("", Some(&unmatched)), Verified::No);
    }

    #[test]
    fn parameters_out_of_range_are_brought_into_it() {
        let odd = Parameters { memory_kib: 0, iterations: 0, parallelism: 0 };
        let stored = hash(&secret("pw"), odd, &mut Memory::default());
        assert!(stored.contains("$m=8,t=1,p=1$"), "{stored}");
        assert_eq!(verify(&secret("pw"), Some(&stored), odd, &mut Memory::default()), Verified::Yes);
    }

    #[test]
    fn an_unknown_user_takes_as_long_as_a_wrong_password() {
        let (parameters, mut memory) = (Parameters { memory_kib: 4096, ..CHEAP }, Memory::default());
        let stored = hash(&secret("right"), parameters, &mut memory);
        // The quickest of several is what the machine's other work disturbs least.
        let mut quickest = |password: &str, stored: Option<&str>| {
            let once = |_| {
                let start = Instant::now();
                assert_eq!(verify(&secret(password), stored, parameters, &mut memory), Verified::No);
                start.elapsed()
            };
            (0..15).map(once).min().unwrap_or(Duration::MAX)
        };
        let known = quickest("wrong", Some(&stored));
        for other in [quickest("wrong", None), quickest("wrong", Some("nonsense")), quickest(&"x".repeat(9999), None)] {
            let ratio = other.as_secs_f64() / known.as_secs_f64();
            assert!((0.6..1.6).contains(&ratio), "{other:?} to {known:?}");
        }
    }

    #[test]
    fn a_result_prints_no_hash() {
        assert_eq!(format!("{:?}", Verified::YesUpgrade("$argon2id$…".into())), "YesUpgrade(***)");
    }
}
