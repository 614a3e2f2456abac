//! The way of somebody who never saw a command line, in a real browser: from the first license to a punchout that
//! works, and one that is refused with the right reason; on both databases. Every page on the way is photographed to
//! `target/screenshots/` and checked for accessibility, wide and light as well as narrow and dark.
//!
//! Needs Chromium with its driver, and axe-core (`npm ci --prefix tests/browser`). Where they are missing these
//! tests say so and are skipped, unless `PUNCHGATE_TEST_REQUIRE_BROWSER` is set.

mod chrome;
mod frames;
mod site;
mod way;

// The same installation, gateway, buyer and shop as in the other stories; not all of it is used here.
#[allow(dead_code, unused_imports)]
#[path = "../gateway/support/mod.rs"]
mod support;
