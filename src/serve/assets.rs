//! The page itself: plain files that lie beside this one, inside the program.

use std::sync::{Arc, LazyLock};

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::serve::guard::Keys;
use crate::serve::problem::Problem;

/// As it is served: without comments and indentation, which are for us.
static SHELL: LazyLock<String> = LazyLock::new(|| served(include_str!("page/index.html")));
const FILES: [(&str, &str, &str); 8] = [
    ("page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("core.js", "text/javascript; charset=utf-8", include_str!("page/core.js")),
    ("mail.js", "text/javascript; charset=utf-8", include_str!("page/mail.js")),
    ("rules.js", "text/javascript; charset=utf-8", include_str!("page/rules.js")),
    ("story.js", "text/javascript; charset=utf-8", include_str!("page/story.js")),
    ("tune.js", "text/javascript; charset=utf-8", include_str!("page/tune.js")),
    ("views.js", "text/javascript; charset=utf-8", include_str!("page/views.js")),
];

/// `text` without lines that are comments, and without the blanks that a line begins with.
fn served(text: &str) -> String {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The shell, with the token that writing needs.
pub(super) async fn shell(State(keys): State<Arc<Keys>>) -> Html<String> {
    Html(SHELL.replace("{token}", &keys.token))
}

/// A style sheet or a script.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], served(text)).into_response(),
        None => Problem::new(404, "not_found", "There is nothing here.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_and_says_nothing_unsafe() {
        let size: usize = FILES.iter().map(|(.., text)| served(text).len()).sum::<usize>() + SHELL.len();
        assert!(size <= 75_500, "{size} bytes");
        let scripts = FILES.iter().filter(|(name, ..)| name.ends_with(".js"));
        for (name, _, text) in scripts {
            for unsafe_word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!text.contains(unsafe_word), "{name} uses {unsafe_word}");
            }
        }
        assert!(!SHELL.contains("style=") && !SHELL.contains("onclick"));
    }
}
