use super::{Error, Location, Store};

/// How often a file that changes while it is read is read again: one with a log is read in one state each query anyway.
const TRIES: usize = 3;

/// The result of `read` on the store at `location`, where it lies: it may be too large to be copied. If a run writes to it
/// meanwhile, it is read again.
///
/// # Errors
/// When it cannot be read, and as `read` has them.
pub async fn look<T, E: From<Error>>(location: &Location, read: impl AsyncFn(&Store) -> Result<T, E>) -> Result<T, E> {
    let mut tries = 0;
    loop {
        tries += 1;
        let store = Store::view(location).await?;
        let found = read(&store).await;
        if store.is_unchanged() || tries == TRIES {
            return found;
        }
    }
}
