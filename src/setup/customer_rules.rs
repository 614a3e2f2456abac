//! What a customer must be like, whichever way he comes: number, e-mail, password.

use crate::credential::password::{self, PASSWORD_MAX};

/// What is wrong with a customer as he was written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomerFault {
    #[error("{0}")]
    Malformed(String),
    #[error("active must be true or false")]
    Active,
    #[error("this is not a customer number: 1 to 64 printable characters")]
    Number,
    #[error("this is not an e-mail address")]
    Email,
    #[error("give password or password_hash, not both")]
    BothPasswords,
    #[error("the password must have 1 to 1,024 bytes")]
    PasswordLength,
    #[error(
        "password_hash must be argon2id ($argon2id$…, up to 256 MiB) or bcrypt ($2a$, $2b$, $2y$, cost 4 to 14); what costs \
         more would hold up the logins of all"
    )]
    Hash,
    #[error("the customer or his email stands in the file twice")]
    Twice,
}

/// A number is what stands in the shop: anything printable, up to 64 characters.
pub fn check_number(number: &str) -> Result<(), String> {
    let printable = !number.chars().any(char::is_control);
    if number.trim().is_empty() || number.chars().count() > 64 || !printable {
        return Err(format!("\"{number}\" is not a customer number: 1 to 64 printable characters"));
    }
    Ok(())
}

/// Shops accept all kinds of addresses; only what can be none is refused.
pub fn check_email(email: &str) -> Result<(), String> {
    let email = email.trim();
    let parts = email.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if parts.is_none() || email.chars().count() > 254 || email.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(format!("\"{email}\" is not an e-mail address"));
    }
    Ok(())
}

/// Shops have passwords of all kinds; only with these nobody could ever log in.
pub fn check_password(password: &str) -> Result<(), String> {
    if password.is_empty() || password.len() > PASSWORD_MAX {
        return Err("the password must have 1 to 1,024 bytes".into());
    }
    Ok(())
}

/// A password or its hash, not both, and only what somebody could log in with.
pub fn check_passwords(password: Option<&str>, hash: Option<&str>) -> Result<(), CustomerFault> {
    if password.is_some() && hash.is_some() {
        return Err(CustomerFault::BothPasswords);
    }
    if password.is_some_and(|password| check_password(password).is_err()) {
        return Err(CustomerFault::PasswordLength);
    }
    if hash.is_some_and(|hash| !password::readable(hash.trim())) {
        return Err(CustomerFault::Hash);
    }
    Ok(())
}
