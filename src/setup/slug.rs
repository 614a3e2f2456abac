//! Technical names: what stands in URLs.

/// Small letters, digits, dashes and underscores, up to 64.
pub fn check(slug: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if slug.is_empty() || slug.len() > 64 || !slug.chars().all(allowed) || slug.starts_with('-') {
        return Err(format!("the slug \"{slug}\" must be 1 to 64 small letters, digits, - or _"));
    }
    Ok(())
}
