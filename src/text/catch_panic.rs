//! A guard around third-party code that panics on some inputs.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` if it panics, of which nothing is printed.
///
/// The silence needs a panic hook around the process's own; it changes nothing about panics outside of `work`.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    if !std::thread::panicking() {
        HOOK.call_once(|| {
            let previous = take_hook();
            set_hook(Box::new(move |info| {
                if !QUIET.get() {
                    previous(info);
                }
            }));
        });
    }
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(before);
    result
}

#[cfg(test)]
mod tests {
    use super::catch_panic;

    #[test]
    fn a_panic_is_no_answer() {
        assert_eq!(catch_panic(|| 1), Some(1));
        assert_eq!(catch_panic(|| "ab".split_at(3)), None);
        assert_eq!(catch_panic(|| catch_panic(|| "ab".split_at(3)).is_none()), Some(true));
    }
}
