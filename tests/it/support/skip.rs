//! Tests that need what not every machine has.

use std::io::Write as _;

/// Says on standard error that a test does not run here, and why.
///
/// # Panics
/// With `DIGEST_NO_SKIP=1`: where all is installed, a test that does not run has failed.
#[expect(clippy::disallowed_methods, reason = "a test reads from its environment what it has to do")]
pub(crate) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    let must_run = std::env::var_os("DIGEST_NO_SKIP").is_some_and(|value| value == "1");
    assert!(!must_run, "DIGEST_NO_SKIP is set, and this test does not run: {why}");
}
