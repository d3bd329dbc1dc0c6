//! A mail as it was sent → the sentences in it that are not the edition's, word for word.
//!
//! Every link to a sentence's place is looked up in the edition; without its number the paragraph around it has to hold
//! that sentence as it stands in the source. So has the text part. It holds for any template whose places are links.

use std::collections::BTreeMap;

use dom_query::Document;

use crate::model::{Edition, KeySentence};
use crate::render::display;

/// How the sentences of a mail were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailProof {
    /// Sentences quoted in the HTML part.
    pub quoted: usize,
    /// One line for each that is not as the edition has it.
    pub flaws: Vec<String>,
}

/// Looks up every quoted sentence of a mail in its `edition`.
pub fn prove_mail(edition: &Edition, html: &str, text: &str) -> MailProof {
    let sentences = edition.stories().flat_map(|story| &story.sentences);
    let by_link: BTreeMap<String, &KeySentence> =
        sentences.filter_map(|sentence| Some((display::link(sentence.link.as_deref()?)?, sentence))).collect();
    let document = Document::from(html);
    document.select("sup").remove();
    let text = flat(text);
    let mut proof = MailProof::default();
    for place in document.select("a[href*=':~:text=']").nodes() {
        proof.quoted += 1;
        let target = place.attr("href").unwrap_or_default();
        let Some(sentence) = by_link.get(&*target) else {
            proof.flaws.push(format!("no sentence of the edition stands at `{target}`"));
            continue;
        };
        let said = flat(&display::line(&sentence.text, usize::MAX));
        let around = place.parent().map(|paragraph| flat(&paragraph.text())).unwrap_or_default();
        if !around.contains(&said) {
            proof.flaws.push(format!("the HTML part does not say word for word: {}", sentence.text));
        } else if !text.contains(&said) {
            proof.flaws.push(format!("the text part does not say word for word: {}", sentence.text));
        }
    }
    proof
}

/// `text` without the blanks and joiners that layout adds.
fn flat(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != display::JOINER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Reader, Templates, sample};

    #[test]
    fn a_mail_is_proven_and_one_changed_word_is_found() {
        let edition = sample();
        for template in Templates::names() {
            let mail = Templates::builtin(template).unwrap().render(&edition, &Reader::default()).unwrap();
            let proof = prove_mail(&edition, &mail.html, &mail.text);
            assert_eq!(proof.flaws, Vec::<String>::new(), "{template}");
            assert!(proof.quoted >= 8, "{template}: {}", proof.quoted);
            let changed = mail.html.replace("are expected at", "are refused at");
            assert_eq!(prove_mail(&edition, &changed, &mail.text).flaws.len(), 1, "{template}");
            let elsewhere = mail.html.replace("text=The%20first", "text=The%20last");
            assert_eq!(prove_mail(&edition, &elsewhere, &mail.text).flaws.len(), 1, "{template}");
            let changed = mail.text.replace("expected", "refused");
            assert_eq!(prove_mail(&edition, &mail.html, &changed).flaws.len(), 1, "{template}");
        }
    }
}
