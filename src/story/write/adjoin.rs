//! Which sentences of a story stand next to each other in their source: between all others something was left out.

use crate::model::{Article, KeySentence};

/// Marks each sentence that only white space parts from the sentence of its article shown before it.
pub(super) fn adjoining(mut sentences: Vec<KeySentence>, texts: &[&Article]) -> Vec<KeySentence> {
    for place in 1..sentences.len() {
        let (shown, rest) = sentences.split_at_mut(place);
        let sentence = &mut rest[0];
        let before = shown.iter().rev().find(|other| other.article == sentence.article);
        let text = texts.iter().find(|article| article.id == sentence.article).map(|article| article.text.as_str());
        let between = before.and_then(|before| text?.get(before.end..sentence.start));
        sentence.adjoins = between.is_some_and(|between| between.trim().is_empty());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sentences_with_nothing_but_white_space_between_them_adjoin() {
        let article = Article { id: "a".into(), text: "One.\n Two. Left out. Four.".into(), ..Article::default() };
        let at = |text: &str| {
            let start = article.text.find(text).unwrap_or_default();
            KeySentence {
                text: text.into(),
                article: "a".into(),
                source: "s".into(),
                start,
                end: start + text.len(),
                link: None,
                score: 0.0,
                reason: String::new(),
                adjoins: false,
            }
        };
        let marked = adjoining(["One.", "Two.", "Four."].map(at).to_vec(), &[&article]);
        assert_eq!(marked.iter().map(|sentence| sentence.adjoins).collect::<Vec<_>>(), [false, true, false]);
    }
}
