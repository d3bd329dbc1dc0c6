//! Sees that the config or the template's files changed, by looking twice a second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::serve::desk::Desk;

const LOOKS: Duration = Duration::from_millis(500);

/// When each file was changed, and how long it is.
type Seen = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Looks until it is stopped.
pub(super) async fn watch(desk: Arc<Desk>) {
    let mut before = look(&desk);
    let mut ticks = tokio::time::interval(LOOKS);
    loop {
        ticks.tick().await;
        let seen = look(&desk);
        if seen == before {
            continue;
        }
        before = seen;
        // Not in the middle of our own writing; and what we wrote is known already.
        let _turn = desk.writing.lock().await;
        let text = std::fs::read_to_string(&desk.path).unwrap_or_default();
        let current = desk.current();
        if text != current.text || desk.trouble().is_some() || Path::new(&current.config.template()).is_dir() {
            desk.reload().await;
        }
    }
}

fn look(desk: &Desk) -> Seen {
    let template = PathBuf::from(desk.current().config.template());
    let folders = [template.clone(), template.join("texts")];
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.sort();
    paths.push(desk.path.clone());
    let stamp = |path: PathBuf| {
        let data = path.metadata().ok();
        let (changed, length) =
            (data.as_ref().and_then(|data| data.modified().ok()), data.map_or(0, |data| data.len()));
        (path, changed, length)
    };
    paths.into_iter().map(stamp).collect()
}
