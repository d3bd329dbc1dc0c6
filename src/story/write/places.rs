//! The places a story appeared, and what an article is called.

use crate::model::{Article, KeySentence, Place};
use crate::story::draft::StoryDraft;

/// The article's own headline; one without any is named by its address or its first words.
pub(in crate::story) fn headline(article: &Article) -> String {
    let title = article.title.trim();
    if !title.is_empty() {
        return title.to_owned();
    }
    let mut words = article.text.split_whitespace();
    let start: Vec<&str> = words.by_ref().take(12).collect();
    match (start.is_empty(), &article.url) {
        (true, Some(url)) => url.clone(),
        (true, None) => article.source.clone(),
        (false, _) => format!("{}{}", start.join(" "), if words.next().is_some() { " …" } else { "" }),
    }
}

/// Places that gave the headline or a sentence, and the others; each source once in all.
pub(in crate::story) fn places(draft: &StoryDraft<'_>, sentences: &[KeySentence]) -> (Vec<Place>, Vec<Place>) {
    let mut named: Vec<&str> = Vec::new();
    let (mut places, mut also_in) = (Vec::new(), Vec::new());
    let spoke = |article: &&&Article| sentences.iter().any(|sentence| sentence.article == article.id);
    let (quoted, silent): (Vec<_>, Vec<_>) = draft.originals.iter().skip(1).partition(spoke);
    for article in std::iter::once(&draft.originals[0]).chain(quoted) {
        if !named.contains(&article.source.as_str()) {
            named.push(&article.source);
            places.push(place(article));
        }
    }
    for article in silent.into_iter().chain(&draft.copies) {
        if !named.contains(&article.source.as_str()) {
            named.push(&article.source);
            also_in.push(place(article));
        }
    }
    (places, also_in)
}

fn place(article: &Article) -> Place {
    Place {
        article: article.id.clone(),
        source: article.source.clone(),
        title: headline(article),
        url: article.url.clone(),
    }
}
