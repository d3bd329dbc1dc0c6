//! A rendered copy → the faults that mail programs, filters and readers would stumble over.
//!
//! This looks at the finished parts, so it holds for any template. It knows the rules that matter to most readers, not all
//! of HTML and CSS: size, leftovers of template syntax, structure, links, contrast in light and dark, and that the text
//! part says what the HTML says. It promises to find nothing in the built-in templates, whatever the edition.
//!
//! To add a rule: a function in the file of its subject, called from that file's `problems`, and a line in its test.

mod contrast;
mod html;
mod text;

use std::sync::LazyLock;

use dom_query::Document;
use regex::Regex;

use crate::model::Problem;
use crate::render::{Rendered, SUBJECT_LENGTH};

const SUBJECT: &str = "subject";
const HTML: &str = "HTML part";
const TEXT: &str = "text part";

/// The faults of a copy whose HTML should have at most `max_html_kb` kB (1,000 bytes); empty if there are none.
pub fn lint(rendered: &Rendered, max_html_kb: u32) -> Vec<Problem> {
    let document = Document::from(rendered.html.as_str());
    let mut problems = subject(&rendered.subject);
    problems.extend(html::problems(&rendered.html, &document, max_html_kb));
    problems.extend(contrast::problems(&rendered.html, &document));
    problems.extend(text::problems(&rendered.text, &document));
    problems.dedup();
    problems
}

fn subject(subject: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let length = subject.chars().count();
    if subject.trim().is_empty() {
        problems.push(Problem::new(SUBJECT, "it is empty"));
    } else if length > SUBJECT_LENGTH {
        problems
            .push(Problem::new(SUBJECT, format!("it has {length} characters; mail lists cut near {SUBJECT_LENGTH}")));
    }
    problems.extend(leftover(SUBJECT, subject));
    problems
}

/// Template syntax or a bare "undefined" in what should be read.
fn leftover(part: &str, text: &str) -> Option<Problem> {
    static LEFTOVER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\{\{|\{%|\{#|\*\|\w+\|\*|\$\{\w+\}|<%|\[object Object\]|^\s*(?:undefined|null|None|NaN|Some\(.*\))\s*$",
        )
        .expect("the pattern is a constant")
    });
    let found = LEFTOVER.find(text)?;
    let what = format!("it shows a leftover of template syntax: `{}`", found.as_str().trim());
    Some(Problem::new(part, what).hint("a variable of the template was not filled in"))
}

/// `text` in one line of at most 50 characters, for a message.
fn excerpt(text: &str) -> String {
    crate::render::display::shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), 50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Reader, Templates, Why, sample};

    fn copy(template: &str) -> Rendered {
        let reader = Reader {
            address: "reader@example.net".into(),
            why: Why::List { since: None },
            unsubscribe: Some("https://news.example.org/u/7f3a9c".into()),
            ..Reader::default()
        };
        Templates::builtin(template).unwrap().render(&sample(), &reader).unwrap()
    }

    #[test]
    fn nothing_is_wrong_with_the_built_in_templates() {
        for template in Templates::names() {
            assert_eq!(lint(&copy(template), 95), [], "{template}");
        }
    }

    #[test]
    fn each_fault_is_found() {
        let check = |from: &str, to: &str, says: &str| {
            let mut broken = copy("default");
            assert!(broken.html.contains(from), "{from}");
            broken.html = broken.html.replace(from, to);
            let found = lint(&broken, 95);
            assert!(found.iter().any(|problem| problem.to_string().contains(says)), "{says}: {found:#?}");
        };
        check("Harbour reopens", "{{ story.headline }}", "leftover");
        check(">Lab Notes<", ">undefined<", "leftover");
        check("<h1", "<h2", "h1");
        check("<h3", "<h4", "h4");
        check("<title>", "<title></title><i>", "title");
        check(" lang=\"en\"", "", "lang");
        check("</h1>", "</h1><script>1</script>", "script");
        check("</h1>", "</h1><img src=\"http://x.example/a.png\">", "image");
        check("</h1>", "</h1><table><tr><td>x</td></tr></table>", "presentation");
        check("https://wire.example/harbour-reopens\"", "javascript:void(0)\"", "javascript");
        check("https://wire.example/harbour-reopens\"", "/harbour\"", "absolute");
        check("https://wire.example/harbour-reopens\"", "http://wire.example/harbour\"", "http:");
        check("https://wire.example/harbour-reopens\"", "https://wire.example/other\"", "is not in it");
        check("href=\"#part2\"", "href=\"#part99\"", "#part99");
        check(";color:#1C1D21", ";color:#DDDDDD", "light");
        check(".ink{color:#ECEAE5!important}", ".ink{color:#333333!important}", "dark");
        check(".ink{color:#ECEAE5!important}", ".ink{color:#ECEAE5}", "dark");
        check("@media (prefers-color-scheme:dark)", "@media print", "dark");
        check("</style>", "}}</style>", "style");
    }

    #[test]
    fn size_subject_and_text_are_looked_at() {
        let check = |change: fn(&mut Rendered), says: &str| {
            let mut broken = copy("plain");
            change(&mut broken);
            let found = lint(&broken, 95);
            assert!(found.iter().any(|problem| problem.to_string().contains(says)), "{says}: {found:#?}");
        };
        check(|copy| copy.html.push_str(&" ".repeat(95_000)), "Gmail");
        check(|copy| copy.subject.clear(), "empty");
        check(|copy| copy.subject = "x".repeat(91), "91 characters");
        check(|copy| copy.text.clear(), "empty");
        check(|copy| copy.text = copy.text.replace("Harbour", "Port"), "Harbour reopens");
        check(|copy| copy.text.push_str(&"word ".repeat(30)), "columns");
        check(|copy| copy.text.push_str("<p>x</p>"), "markup");
    }
}
