//! The proof that nothing was invented: every sentence of an edition, looked up in its article.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Article, Edition, KeySentence};
use crate::summary::text_fragment;

/// A sentence that cannot be proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flaw {
    /// Id of the story.
    pub story: String,
    /// Id of the article.
    pub article: String,
    /// The sentence.
    pub sentence: String,
    /// The fault; starts in lower case, ends without a stop.
    pub what: String,
}

/// Looks up every sentence of `edition` in `articles`, each with the hash its text had when it was stored.
///
/// No flaws: all is proven.
pub fn verify(edition: &Edition, articles: &[(Article, String)]) -> Vec<Flaw> {
    let by_id: BTreeMap<&str, &(Article, String)> =
        articles.iter().map(|stored| (stored.0.id.as_str(), stored)).collect();
    let mut flaws = Vec::new();
    for story in edition.stories() {
        for sentence in &story.sentences {
            if let Some(what) = flaw(sentence, by_id.get(sentence.article.as_str()).copied()) {
                flaws.push(Flaw {
                    story: story.id.clone(),
                    article: sentence.article.clone(),
                    sentence: sentence.text.clone(),
                    what,
                });
            }
        }
    }
    flaws
}

fn flaw(sentence: &KeySentence, stored: Option<&(Article, String)>) -> Option<String> {
    let Some((article, hash)) = stored else { return Some("its article is not stored".to_owned()) };
    if article.source != sentence.source {
        return Some(format!("is credited to `{}`, and its article came from `{}`", sentence.source, article.source));
    }
    if article.hash() != *hash {
        return Some("the stored article is not the one that was read: its hash differs".to_owned());
    }
    if article.text.get(sentence.start..sentence.end) != Some(sentence.text.as_str()) {
        return Some(format!("does not stand at bytes {} to {} of its article", sentence.start, sentence.end));
    }
    let expected = article.url.as_deref().map(|url| text_fragment(url, &article.text, sentence.start..sentence.end));
    (sentence.link != expected).then(|| "its link does not point at it".to_owned())
}
