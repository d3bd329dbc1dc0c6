//! Kept from one composition of the same articles to the next: their vectors, how likely two of them tell one event, who
//! prints which sentence, and summaries.
//!
//! A composition is the same with it or without. A value is taken only when everything that it is made of is the same:
//! the articles in their order, their times, what is gone and what is kept apart.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::quality::FixedState;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::cluster::{Corpus, Pair, pairs};
use super::write::Elsewhere;
use crate::model::Article;
use crate::summary::Summary;

/// Summaries that are kept.
const MOST_SUMMARIES: usize = 256;

/// A hash of all that an article's vector is made of, and the time it is taken to be of.
type ArticleKey = (u64, Option<Timestamp>);

/// Vectors and pairs computed for some articles.
#[derive(Default)]
pub struct Memo {
    corpus: Mutex<Option<(Vec<ArticleKey>, Arc<Corpus>)>>,
    pairs: Mutex<Option<Pairs>>,
    elsewhere: Mutex<Option<(Arc<Corpus>, Arc<Elsewhere>)>>,
    summaries: Mutex<HashMap<u64, Arc<Summary>>>,
}

struct Pairs {
    corpus: Arc<Corpus>,
    gone: Vec<bool>,
    apart: BTreeSet<(u32, u32)>,
    pairs: Arc<Vec<Pair>>,
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}

impl Memo {
    /// The vectors of `articles`.
    pub(in crate::story) fn corpus(&self, articles: &[&Article], times: &[Option<Timestamp>]) -> Arc<Corpus> {
        let state = FixedState::default();
        let key = |(article, time): (&&Article, &Option<Timestamp>)| {
            let Article { id, source, title, text, language, url, byline, tags, teaser, .. } = article;
            (state.hash_one((id, source, title, text, language, url, byline, tags, teaser)), *time)
        };
        let keys: Vec<ArticleKey> = articles.iter().zip(times).map(key).collect();
        let kept = self.corpus.lock().as_ref().filter(|(known, _)| *known == keys).map(|(_, corpus)| corpus.clone());
        kept.unwrap_or_else(|| {
            let corpus = Arc::new(Corpus::new(articles, times));
            *self.corpus.lock() = Some((keys, corpus.clone()));
            corpus
        })
    }

    /// Which of `articles`, whose vectors are `corpus`, print a sentence.
    pub(in crate::story) fn elsewhere(&self, corpus: &Arc<Corpus>, articles: &[&Article]) -> Arc<Elsewhere> {
        let is_same = |(known, _): &&(Arc<Corpus>, Arc<Elsewhere>)| Arc::ptr_eq(known, corpus);
        let kept = self.elsewhere.lock().as_ref().filter(is_same).map(|(_, elsewhere)| elsewhere.clone());
        kept.unwrap_or_else(|| {
            let elsewhere = Arc::new(Elsewhere::new(articles));
            *self.elsewhere.lock() = Some((corpus.clone(), elsewhere.clone()));
            elsewhere
        })
    }

    /// The summary of what `key` is a hash of.
    pub(in crate::story) fn summary(&self, key: u64, summarize: impl FnOnce() -> Summary) -> Arc<Summary> {
        if let Some(kept) = self.summaries.lock().get(&key) {
            return kept.clone();
        }
        let summary = Arc::new(summarize());
        let mut summaries = self.summaries.lock();
        if summaries.len() >= MOST_SUMMARIES {
            summaries.clear();
        }
        summaries.insert(key, summary.clone());
        summary
    }

    /// The pairs of `corpus` that may tell one event.
    pub(in crate::story) fn pairs(
        &self,
        corpus: &Arc<Corpus>,
        gone: &[bool],
        apart: &BTreeSet<(u32, u32)>,
    ) -> Arc<Vec<Pair>> {
        let is_same = |kept: &&Pairs| Arc::ptr_eq(&kept.corpus, corpus) && kept.gone == gone && kept.apart == *apart;
        let kept = self.pairs.lock().as_ref().filter(is_same).map(|kept| kept.pairs.clone());
        kept.unwrap_or_else(|| {
            let pairs = Arc::new(pairs(corpus, gone, apart));
            let (corpus, gone, apart) = (corpus.clone(), gone.to_vec(), apart.clone());
            *self.pairs.lock() = Some(Pairs { corpus, gone, apart, pairs: pairs.clone() });
            pairs
        })
    }
}
