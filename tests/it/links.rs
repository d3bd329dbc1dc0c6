//! Every link of the pages leads to a file and a heading that are there, and the guide names all its pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown::Page;

/// The pages of this repository, fixtures and what was built apart.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [".", "docs", "docs/guide", "templates"] {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        found.extend(files.filter(|path| path.extension().is_some_and(|kind| kind == "md")));
    }
    found.sort();
    found
}

/// The fault of the link to `target` on the page at `path`.
fn trouble(path: &Path, page: &Page, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let there = if file.is_empty() { path.to_path_buf() } else { path.parent().unwrap().join(file) };
    if !there.exists() {
        return Some(format!("there is no `{}`", there.display()));
    }
    let anchor = anchor?;
    let anchors =
        if file.is_empty() { page.anchors() } else { Page::read(&fs::read_to_string(&there).unwrap()).anchors() };
    (!anchors.iter().any(|known| known == anchor)).then(|| format!("no heading `{anchor}` among {anchors:?}"))
}

#[test]
fn every_link_leads_somewhere() {
    let (mut wrong, mut links) = (Vec::new(), 0);
    for path in pages() {
        let page = Page::read(&fs::read_to_string(&path).unwrap());
        for (line, target) in &page.links {
            links += 1;
            let trouble = trouble(&path, &page, target);
            wrong.extend(trouble.map(|trouble| format!("{}:{line}: `{target}`: {trouble}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(links > 60, "the links are found: {links}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let path = Path::new("docs/guide/start.md");
    let page = Page::read(&fs::read_to_string(path).unwrap());
    assert!(trouble(path, &page, "nowhere.md").unwrap().contains("nowhere.md"));
    assert!(trouble(path, &page, "operating.md#nowhere").unwrap().contains("nowhere"));
    assert!(trouble(path, &page, "#nowhere").unwrap().contains("nowhere"));
    assert_eq!(trouble(path, &page, "operating.md#systemd"), None);
}

#[test]
fn the_contents_of_the_guide_name_every_page_once() {
    let contents = Page::read(&fs::read_to_string("docs/guide/SUMMARY.md").unwrap());
    let named: Vec<&str> = contents.links.iter().map(|(_, target)| target.as_str()).collect();
    let there: BTreeSet<String> = fs::read_dir("docs/guide")
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    assert_eq!(named.len(), there.len());
    assert_eq!(named.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), there);
}
