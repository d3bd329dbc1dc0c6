//! The command `digest`; all of it is in the library's `cli`.

use std::process::ExitCode;

use jiff::Timestamp;

#[expect(
    clippy::disallowed_methods,
    reason = "the one reading of the clock; everything below takes `now` as an argument"
)]
fn main() -> ExitCode {
    newsdigest::cli::main(Timestamp::now())
}
