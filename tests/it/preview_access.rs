//! Every view of the preview page passes the checks of axe-core, in light and dark, on a desk and on a phone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::Value;

use crate::preview_browser::{open, until};
use crate::support::skip::skip;

/// Put there by `.ci/run`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe-core/axe.min.js");

/// Each view, how it is reached, and what stands there then.
const VIEWS: [(&str, &str, &str); 9] = [
    ("sentence", "setView('edition'); choose(app.result.stories[0].id, 0)", "document.querySelector('#right .facts')"),
    ("story", "choose(app.result.stories[0].id, null)", "document.querySelector('#right .points')"),
    (
        "tune",
        "isPhone() && setView('tune'); setKey('newsletter.max_stories', 2)",
        "app.causes && app.result.stories.length === 2",
    ),
    ("differences", "openDiff()", "document.querySelector('#right .change')"),
    ("left out", "setView('left')", "document.querySelector('#account-rows td')"),
    ("rules", "setView('rules')", "document.querySelector('#list-view .form') && editing.hits"),
    ("sources", "setView('sources')", "document.getElementById('content_selector')"),
    ("write", "setView('edition'); openWrite()", "document.querySelector('#dialog .patch')"),
    ("keys", "document.getElementById('dialog').close(); openKeys()", "document.getElementById('letters')"),
];

#[test]
fn axe_finds_nothing_on_any_view() {
    let Ok(axe) = fs::read_to_string(AXE) else {
        skip("axe-core is not in target/axe-core: .ci/run fetches it");
        return;
    };
    let Some((_program, _page, mut chromium)) = open(1440, false) else { return };
    chromium.evaluate(&format!("{axe};1"));
    let mut found = Vec::new();
    for (width, dark) in [(1440, false), (1440, true), (375, false), (375, true)] {
        chromium.resize(width, 900, dark);
        chromium.evaluate("document.getElementById('dialog').close(); setChanges([]); 1");
        for (view, go, there) in VIEWS {
            chromium.evaluate(&format!("{go}; 1"));
            until(&mut chromium, there);
            // The mail is not ours to mend here, and has tests of its own.
            let run = "axe.run(document, { iframes: false }).then(all => all.violations.map(one => `${one.id}: ${one.nodes[0].html}`))";
            let violations = chromium.evaluate(run);
            let all = violations.as_array().unwrap().iter().filter_map(Value::as_str);
            found.extend(all.map(|what| format!("{view} at {width}, {}: {what}", if dark { "dark" } else { "light" })));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
