//! The places a story appeared, and what an article is called.

use crate::model::{Article, KeySentence, Place};
use crate::story::draft::StoryDraft;

/// Characters of a headline; a longer one is a text that its source took for one.
const LONGEST_HEADLINE: usize = 300;
/// Characters of the opening words that stand for a missing headline: in Thai, or from a stranger, one "word" may be a page.
const LONGEST_OPENING: usize = 80;
/// Words of them.
const OPENING_WORDS: usize = 12;

/// The article's own headline; one without any is named by its first words, its address or its source.
pub(in crate::story) fn headline(article: &Article) -> String {
    let title = article.title.trim();
    if !title.is_empty() {
        return clipped(title, LONGEST_HEADLINE);
    }
    let mut words = article.text.split_whitespace();
    let opening: Vec<&str> = words.by_ref().take(OPENING_WORDS).collect();
    match (opening.is_empty(), &article.url) {
        (true, Some(url)) => clipped(url, LONGEST_HEADLINE),
        (true, None) => article.source.clone(),
        (false, _) => {
            let opening = clipped(&opening.join(" "), LONGEST_OPENING);
            let goes_on = words.next().is_some() && !opening.ends_with('…');
            if goes_on { format!("{opening} …") } else { opening }
        }
    }
}

/// Whole if it has at most `longest` characters, else cut between two words, or inside one that is longer than that.
fn clipped(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else { return text.to_owned() };
    let end = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{} …", text[..end].trim_end())
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

#[cfg(test)]
mod tests {
    use super::headline;
    use crate::model::Article;

    #[test]
    fn a_headline_ends_however_long_its_words_are() {
        let named = |title: &str, text: &str| {
            headline(&Article { title: title.into(), text: text.into(), source: "wire".into(), ..Article::default() })
        };
        assert_eq!(named(" The ferry is late ", ""), "The ferry is late");
        assert_eq!(named("", "One two three."), "One two three.");
        assert_eq!(named("", "1 2 3 4 5 6 7 8 9 10 11 12 13"), "1 2 3 4 5 6 7 8 9 10 11 12 …");
        assert_eq!(named("", ""), "wire");
        assert_eq!(named("", &format!("The council voted. {}", "สภา".repeat(40_000))), "The council voted. …");
        assert_eq!(named(&"x".repeat(100_000), "").chars().count(), 302);
        assert_eq!(named("", &"ส".repeat(100_000)).chars().count(), 82);
        let long = named(&"long headline ".repeat(1_000), "");
        assert!(long.ends_with("long headline …") || long.ends_with("headline long …"), "{long}");
        assert!(long.chars().count() <= 302, "{long}");
    }
}
