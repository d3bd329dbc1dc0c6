//! Sentences that their source prints under other stories too: they are not what a source adds, nor what is new.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::model::Article;
use crate::story::cluster::sentences;

/// Which articles of which source hold a sentence.
pub(in crate::story) struct Elsewhere<'a> {
    holders: HashMap<u64, Vec<&'a str>, FixedState>,
}

impl<'a> Elsewhere<'a> {
    /// All sentences of `articles`.
    pub(in crate::story) fn new(articles: &[&'a Article]) -> Self {
        let mut holders: HashMap<u64, Vec<&str>, FixedState> = HashMap::default();
        for article in articles {
            for range in sentences(&article.text) {
                let ids = holders.entry(key(&article.source, &article.text[range])).or_default();
                if ids.last() != Some(&article.id.as_str()) {
                    ids.push(&article.id);
                }
            }
        }
        Self { holders }
    }

    /// Whether all of `sentence` stands in an article of `source` that is not `own`.
    pub(in crate::story) fn prints(&self, source: &str, sentence: &str, own: impl Fn(&str) -> bool) -> bool {
        let elsewhere = |ids: &Vec<&str>| ids.iter().any(|id| !own(id));
        let mut parts = sentences(sentence).into_iter().peekable();
        parts.peek().is_some()
            && parts.all(|range| self.holders.get(&key(source, &sentence[range])).is_some_and(elsewhere))
    }
}

/// Equal for one source and the same words, whatever stands between and after them.
fn key(source: &str, sentence: &str) -> u64 {
    let words = sentence.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    FixedState::with_seed(0).hash_one((source, words.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::Elsewhere;
    use crate::model::Article;

    #[test]
    fn a_sentence_that_a_source_prints_under_another_article_is_known() {
        let article = |id: &str, text: &str| Article {
            id: id.into(),
            source: "coast".into(),
            text: text.into(),
            ..Article::default()
        };
        let articles =
            [article("a", "The quay is open. Write to us at once!"), article("b", "Fog. Write to us,  at once.")];
        let elsewhere = Elsewhere::new(&articles.iter().collect::<Vec<_>>());
        assert!(elsewhere.prints("coast", "Write to us at once!", |id| id == "a"));
        assert!(!elsewhere.prints("coast", "Write to us at once!", |id| id == "a" || id == "b"));
        assert!(!elsewhere.prints("wire", "Write to us at once!", |id| id == "a"));
        assert!(!elsewhere.prints("coast", "The quay is open.", |id| id == "a"));
        assert!(!elsewhere.prints("coast", "", |_| false));
    }
}
