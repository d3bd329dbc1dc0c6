//! Sentences that their source prints under other stories too: they are not what a source adds, nor what is new.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::model::Article;
use crate::story::cluster::sentences;

/// Which articles of which source hold a sentence.
pub(in crate::story) struct Elsewhere {
    /// The articles' ids.
    ids: Vec<String>,
    /// Of each sentence, its articles' places in `ids`.
    holders: HashMap<u64, Vec<u32>, FixedState>,
}

impl Elsewhere {
    /// All sentences of `articles`.
    pub(in crate::story) fn new(articles: &[&Article]) -> Self {
        let mut holders: HashMap<u64, Vec<u32>, FixedState> = HashMap::default();
        for (place, article) in (0_u32..).zip(articles) {
            for range in sentences(&article.text) {
                let places = holders.entry(key(&article.source, &article.text[range])).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Self { ids: articles.iter().map(|article| article.id.clone()).collect(), holders }
    }

    /// Whether all of `sentence` stands in an article of `source` that is not `own`.
    pub(in crate::story) fn prints(&self, source: &str, sentence: &str, own: impl Fn(&str) -> bool) -> bool {
        let elsewhere = |places: &Vec<u32>| places.iter().any(|place| !own(&self.ids[*place as usize]));
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
