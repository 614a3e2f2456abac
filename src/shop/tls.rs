//! Which cryptography TLS to shops is made with.
//!
//! `ring` is compiled in, and has to be named once before the first HTTP client of the process: without it none can be built.

/// Names it. May be called any number of times.
pub fn install() {
    // Whoever was first has named the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
