//! Sees that the config or the template's files changed, by looking twice a second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::serve::workbench::Workbench;

const LOOKS: Duration = Duration::from_millis(500);

/// When each file was changed, and how long it is.
type Seen = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Looks until it is stopped.
pub(super) async fn watch(workbench: Arc<Workbench>) {
    let mut before = look(&workbench);
    let mut ticks = tokio::time::interval(LOOKS);
    loop {
        ticks.tick().await;
        let seen = look(&workbench);
        if seen == before {
            continue;
        }
        before = seen;
        // Not in the middle of our own writing; and what we wrote is known already.
        let _turn = workbench.writing.lock().await;
        let text = std::fs::read_to_string(&workbench.path).unwrap_or_default();
        let current = workbench.current();
        if text != current.text || workbench.trouble().is_some() || Path::new(&current.config.template()).is_dir() {
            workbench.reload().await;
        }
    }
}

fn look(workbench: &Workbench) -> Seen {
    let template = PathBuf::from(workbench.current().config.template());
    let folders = [template.clone(), template.join("texts")];
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.sort();
    paths.push(workbench.path.clone());
    let stamp = |path: PathBuf| {
        let data = path.metadata().ok();
        let (changed, length) =
            (data.as_ref().and_then(|data| data.modified().ok()), data.map_or(0, |data| data.len()));
        (path, changed, length)
    };
    paths.into_iter().map(stamp).collect()
}
