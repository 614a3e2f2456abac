//! What the form of a return page says is what the procurement system reads: real pages of the real gateway are
//! submitted as browsers submit them, to parsers that we did not write. PHP, Ruby's Rack, Python's werkzeug and npm's
//! qs stand behind servers of one file each and tell what they read; Chromium settles what browsers send.
//!
//! Needs php, ruby with rack, python3 with werkzeug, node with qs (`npm ci --prefix tests/parsers`). Where one is missing
//! its part is skipped with a line, unless `PUNCHGATE_TEST_REQUIRE_PARSERS` is set.

mod browser;
mod carts;
mod limits;
mod page;
mod parsers;
mod submission;
mod words;

// The same installation, gateway, buyer and shop as in the stories; not all of it is used here.
#[allow(dead_code, unused_imports)]
#[path = "../gateway/support/mod.rs"]
mod support;

#[allow(dead_code)]
#[path = "../browser/chrome.rs"]
mod chrome;
