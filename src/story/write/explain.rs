//! Why each sentence of a story was taken or not.

use serde::Serialize;

use crate::model::{Article, KeySentence};
use crate::story::draft::StoryDraft;
use crate::summary::{Reasons, Summary};

/// One sentence that a story could have said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentenceDecision {
    /// Id of the story.
    pub story: String,
    /// Name of the source it stands in.
    pub source: String,
    /// Id of the article it stands in.
    pub article: String,
    /// First byte in that article's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The sentence.
    pub text: String,
    /// Whether the story says it.
    pub taken: bool,
    /// Why, in one plain sentence.
    pub why: String,
    /// The terms of its score.
    pub reasons: Reasons,
}

/// All sentences of a story's texts, text by text; `told` are those that it says.
pub(in crate::story) fn explain(
    draft: &StoryDraft<'_>,
    texts: &[&Article],
    summed: &Summary,
    written: &[KeySentence],
) -> Vec<SentenceDecision> {
    let decide = |sentence: &crate::summary::Sentence| {
        let article = texts[sentence.source];
        let said = written.iter().find(|said| said.article == article.id && said.start == sentence.start);
        SentenceDecision {
            story: draft.id.clone(),
            source: article.source.clone(),
            article: article.id.clone(),
            start: sentence.start,
            end: sentence.end,
            text: sentence.text.clone(),
            taken: said.is_some(),
            why: match said {
                Some(said) => said.reason.clone(),
                None if sentence.chosen && !draft.past.is_empty() => {
                    "Left out: an earlier edition says most of it.".into()
                }
                None if sentence.chosen => "Left out: the story is cut to what stands by itself.".into(),
                None => sentence.reasons.why(),
            },
            reasons: sentence.reasons.clone(),
        }
    };
    summed.sentences.iter().map(decide).collect()
}
