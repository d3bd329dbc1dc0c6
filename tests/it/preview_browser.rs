//! The preview page in a real browser: tuned by pointer and by keyboard alone, on a desk and on a phone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::{Value, json};

use crate::support::chromium::Chromium;
use crate::support::preview::{CONFIG, Page, newsletter};
use crate::support::program::Program;
use crate::support::skip::skip;

/// The page of a newsletter in the browser, composed; `None` where there is no browser.
pub(crate) fn open(width: u32, dark: bool) -> Option<(Program, Page, Chromium)> {
    let Some(mut chromium) = Chromium::start() else {
        skip("chromium is not installed");
        return None;
    };
    let program = newsletter();
    let page = Page::serve(&program, &["--port", "0"]);
    chromium.resize(width, 900, dark);
    chromium.visit(&page.opening, "1");
    until(&mut chromium, "app.result && document.querySelector('#overlay button')");
    Some((program, page, chromium))
}

/// Waits until `condition` holds on the page: for so many frames, then it fails and says what is there.
#[track_caller]
pub(crate) fn until(chromium: &mut Chromium, condition: &str) -> Value {
    let script = format!(
        "new Promise(done => {{ let frames = 0; const look = () => {{ let now; try {{ now = {condition}; }} catch (error) {{ now = null; }}
         if (now) done(now === true || typeof now === 'object' ? 'yes' : now);
         else if (++frames > 900) done(''); else requestAnimationFrame(look); }}; look(); }})"
    );
    let found = chromium.evaluate(&script);
    if found == "" {
        let said = chromium.evaluate("document.body.innerText.slice(0, 3000)");
        panic!("never: {condition}\n{said}");
    }
    found
}

/// Types into the field `id` as a person would, behind what is there.
fn fill(chromium: &mut Chromium, id: &str, text: &str) {
    chromium.evaluate(&format!("document.getElementById('{id}').focus(); document.getElementById('{id}').select()"));
    for letter in text.chars() {
        let letter = letter.to_string();
        chromium.press(&letter, Some(&letter), 0);
    }
}

const STORIES: &str = "document.getElementById('set-newsletter-max_stories')";

#[test]
fn a_setting_is_moved_a_rule_typed_and_both_are_written() {
    let Some((program, _page, mut chromium)) = open(1440, false) else { return };
    let slide = format!(
        "{{ const slider = {STORIES}.parentElement.querySelector('[type=range]'); slider.value = 3; slider.dispatchEvent(new Event('input')); }}"
    );
    chromium.evaluate(&slide);
    until(
        &mut chromium,
        "app.result.diff.out.length === 1 && document.getElementById('change-effect').innerText.includes('−1 story')",
    );
    chromium.evaluate("document.getElementById('differences').click()");
    until(&mut chromium, "document.querySelector('#right .change.go')?.innerText.includes('max_stories')");

    chromium.evaluate("document.querySelector('[data-view=rules]').click()");
    until(&mut chromium, "document.querySelector('#right .part')");
    chromium
        .evaluate("[...document.querySelectorAll('#left button')].find(one => one.innerText === 'New rule').click()");
    until(&mut chromium, "document.activeElement.id === 'rule-0'");
    fill(&mut chromium, "rule-0", "tram, ferry");
    until(&mut chromium, "document.querySelector('#hits h2')?.innerText === '2 hits'");
    until(&mut chromium, "document.querySelector('#rule-toml').innerText.includes('(?i)')");
    until(&mut chromium, "app.result.counts.dropped === 3");

    chromium.evaluate("document.getElementById('write').click()");
    let patch = until(&mut chromium, "document.querySelector('#dialog .patch')?.innerText");
    assert!(patch.as_str().unwrap().contains("+ drop = { title = '(?i)\\b(tram|ferry)\\b' }"), "{patch}");
    assert_eq!(fs::read_to_string(program.path("config.toml")).unwrap(), CONFIG, "not written before it was seen");
    chromium.evaluate("document.querySelector('#dialog .main').click()");
    until(&mut chromium, "document.getElementById('dialog-title')?.innerText === 'Written'");
    let written = fs::read_to_string(program.path("config.toml")).unwrap();
    let rule = "\n[[rule]]\nname = \"my rule\"\ndrop = { title = '(?i)\\b(tram|ferry)\\b' }\n";
    let expected = CONFIG
        .replace("max_stories = 4 ", "max_stories = 3 ")
        .replace("deals?\\b' }\n", &format!("deals?\\b' }}\n{rule}"));
    assert_eq!(written, expected);
    until(&mut chromium, "!app.changes.length && app.result.id === app.result.before");
}

#[test]
fn all_of_it_goes_by_keyboard() {
    let Some((program, _page, mut chromium)) = open(1440, true) else { return };
    let key = |chromium: &mut Chromium, key: &str| chromium.press(key, Some(key), 0);
    key(&mut chromium, "j");
    until(&mut chromium, "document.activeElement.className.includes('n') && document.querySelector('#right .points')");
    key(&mut chromium, "l");
    until(
        &mut chromium,
        "document.activeElement.getAttribute('aria-label')?.startsWith('Sentence 1 of story 1') && document.querySelector('#right .facts')",
    );
    key(&mut chromium, "t");
    until(&mut chromium, "document.activeElement.placeholder === 'Find a setting'");
    for letter in "max_stories".chars() {
        key(&mut chromium, &letter.to_string());
    }
    until(
        &mut chromium,
        &format!(
            "{STORIES}.offsetParent && [...document.querySelectorAll('.setting')].filter(row => row.offsetParent).length < 4"
        ),
    );
    for _ in 0..2 {
        chromium.evaluate("1");
        chromium.tab();
    }
    until(&mut chromium, &format!("document.activeElement === {STORIES}"));
    chromium.evaluate(&format!("{STORIES}.select()"));
    key(&mut chromium, "2");
    until(&mut chromium, "app.result.stories.length === 2");
    chromium.press("Escape", None, 0);
    key(&mut chromium, "d");
    until(&mut chromium, "document.querySelectorAll('#right .change.go').length === 2");
    chromium.press("z", None, 2);
    until(&mut chromium, "!app.changes.length && app.result.stories.length === 4");
    chromium.press("Z", None, 2 + 8);
    until(&mut chromium, "app.changes.length === 1 && app.result.stories.length === 2");
    chromium.press("s", None, 2);
    until(&mut chromium, "document.querySelector('#dialog .main') === document.activeElement");
    chromium.press("Enter", Some("\r"), 0);
    until(&mut chromium, "document.getElementById('dialog-title')?.innerText === 'Written'");
    let expected = CONFIG.replace("max_stories = 4 ", "max_stories = 2 ");
    assert_eq!(fs::read_to_string(program.path("config.toml")).unwrap(), expected);
}

#[test]
fn on_a_phone_nothing_is_cut_and_all_can_be_hit() {
    let Some((_program, _page, mut chromium)) = open(375, false) else { return };
    let wide = "document.scrollingElement.scrollWidth";
    let small = "[...document.querySelectorAll('button, select, input:not([type=range]):not([type=checkbox])')]
        .filter(one => one.offsetParent && !one.closest('#overlay') && !one.matches('.link'))
        .map(one => [one.innerText || one.id, one.getBoundingClientRect().height]).filter(([, height]) => height < 33.5)";
    for view in ["tune", "edition", "left", "rules", "sources"] {
        chromium.evaluate(&format!("document.querySelector('[data-view={view}]').click()"));
        let there = match view {
            "tune" => "document.querySelector('#left .setting')?.offsetParent",
            "edition" => "document.querySelector('#overlay button')",
            "rules" => "document.querySelector('#list-view .form')",
            _ => "document.querySelector('#list-view .rows td')",
        };
        until(&mut chromium, there);
        assert_eq!(chromium.evaluate(wide), 375, "{view}");
        let found = chromium.evaluate(small);
        let missed: Vec<&Value> = found.as_array().unwrap().iter().filter(|one| one[0] != "title").collect();
        assert!(missed.is_empty(), "{view}: {missed:?}");
    }
    chromium.evaluate("document.querySelector('[data-view=edition]').click()");
    until(&mut chromium, "document.querySelector('#overlay .s')");
    chromium.evaluate("document.querySelector('#overlay .s').click()");
    until(&mut chromium, "document.querySelector('#right .facts')?.offsetParent");
    let seen = chromium.evaluate("document.querySelector('#overlay .on').getBoundingClientRect().bottom < document.getElementById('right').getBoundingClientRect().top");
    assert_eq!(seen, true, "the chosen sentence stays in sight above its sheet");
}

#[test]
fn buttons_lie_over_their_sentences_and_a_title_runs_no_script() {
    let Some((_program, _page, mut chromium)) = open(1440, false) else { return };
    let over = "(() => {
        const page = document.getElementById('frame').contentDocument, off = [];
        for (const spot of spots.filter(one => one.n !== null)) {
            const box = spot.node.getBoundingClientRect(), frame = document.getElementById('frame').getBoundingClientRect();
            const range = page.caretRangeFromPoint(box.left + 6 - frame.left, box.top + box.height / 2 - frame.top);
            const words = app.result.stories.find(one => one.id === spot.story).sentences[spot.n].text;
            const here = range?.startContainer.data?.slice(range.startOffset, range.startOffset + 12).trim().slice(0, 5);
            if (box.top > 0 && box.bottom < innerHeight && !(here && words.includes(here))) off.push([here, words]);
        }
        return [spots.filter(one => one.n !== null).length, app.result.stories.flatMap(one => one.sentences).length, off];
    })()";
    for width in [1440, 1024, 375] {
        chromium.resize(width, 2400, false);
        until(&mut chromium, &format!("innerWidth === {width} && document.querySelector('#overlay .s')"));
        let found = until(&mut chromium, &format!("(found => found[2].length === 0 && JSON.stringify(found))({over})"));
        let found: Value = serde_json::from_str(found.as_str().unwrap()).unwrap();
        assert_eq!(found[0], found[1], "every sentence of the mail has its button");
        assert!(found[0].as_u64().unwrap() >= 4, "{found}");
    }
    let hacked = chromium.evaluate("[typeof window.hacked, typeof document.getElementById('frame').contentWindow.hacked, document.querySelectorAll('main script').length]");
    assert_eq!(hacked, json!(["undefined", "undefined", 0]));
}

#[test]
fn two_fast_changes_show_the_last_and_the_address_keeps_them() {
    let Some((_program, page, mut chromium)) = open(1024, false) else { return };
    chromium.evaluate("for (const value of [1, 2, 3, 1, 2]) setKey('newsletter.max_stories', value, true)");
    until(
        &mut chromium,
        "app.result.stories.length === 2 && document.querySelector('#change-count').innerText === '1 change'",
    );
    chromium.evaluate("setKey('summary.sentences', 1)");
    until(&mut chromium, "app.result.diff.sentences.length || app.result.diff.forms.length");
    let address = chromium.evaluate("location.hash");
    assert!(address.as_str().unwrap().contains("t="), "{address}");
    let again = format!("{}?again{}", page.root, address.as_str().unwrap());
    chromium.visit(&again, "1");
    until(&mut chromium, "app.result?.stories.length === 2 && app.changes.length === 2");
}
