//! A mail as it was sent → the sentences in it that are not the edition's, word for word.
//!
//! Every link to a sentence's place is looked up in the edition; without its number the paragraph around it has to hold
//! that sentence as it stands in the source. So has the text part. It holds for any template whose places are links. Words of
//! the publisher have to be in both parts, and in no quotation.

use std::collections::BTreeMap;

use dom_query::Document;
use serde::Serialize;

use crate::model::{Edition, KeySentence};
use crate::render::display;

/// How the sentences of a mail were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MailProof {
    /// Sentences quoted in the HTML part.
    pub quoted: usize,
    /// How many of them stand there word for word.
    pub proven: usize,
    /// Paragraphs of the publisher's own words, shown in both parts.
    pub own: usize,
    /// One line for each that is not as the edition has it.
    pub flaws: Vec<String>,
}

/// Looks up every quoted sentence of a mail in its `edition`.
pub fn prove_mail(edition: &Edition, html: &str, text: &str) -> MailProof {
    let mut by_link: BTreeMap<String, Vec<&KeySentence>> = BTreeMap::new();
    for sentence in edition.stories().flat_map(|story| &story.sentences) {
        if let Some(link) = sentence.link.as_deref().and_then(display::link) {
            by_link.entry(link).or_default().push(sentence);
        }
    }
    let own = own_words(edition);
    let document = Document::from(html);
    document.select("sup").remove();
    let text = flat(text);
    let mut proof = MailProof::default();
    for place in document.select("a[href*=':~:text=']").nodes() {
        let target = place.attr("href").unwrap_or_default();
        let sentences = by_link.get(&*target);
        // What the publisher links is no quotation, unless it is the place of one: then it cannot pass for it.
        let is_own = || edition.own.advertisement.as_ref().and_then(|block| display::link(block.url.as_deref()?));
        if sentences.is_none() && is_own().as_deref() == Some(&*target) {
            continue;
        }
        proof.quoted += 1;
        let Some(sentences) = sentences else {
            proof.flaws.push(format!("no sentence of the edition stands at `{target}`"));
            continue;
        };
        let around = place.parent().map(|paragraph| flat(&paragraph.text())).unwrap_or_default();
        let says =
            |words: &str, sentence: &KeySentence| words.contains(&flat(&display::line(&sentence.text, usize::MAX)));
        let sentence = sentences.iter().find(|sentence| says(&around, sentence)).unwrap_or(&sentences[0]);
        if !says(&around, sentence) {
            proof.flaws.push(format!("the HTML part does not say word for word: {}", sentence.text));
        } else if !says(&text, sentence) {
            proof.flaws.push(format!("the text part does not say word for word: {}", sentence.text));
        } else if let Some(words) = own.iter().find(|words| around.contains(&flat(words)) && !says(words, sentence)) {
            proof.flaws.push(format!("the publisher's own words stand inside a quotation: {words}"));
        }
    }
    proof.proven = proof.quoted - proof.flaws.len();
    let shown = flat(&document.text());
    for words in own {
        let words_flat = flat(&words);
        if shown.contains(&words_flat) && text.contains(&words_flat) {
            proof.own += 1;
        } else {
            proof.flaws.push(format!("the mail does not show the publisher's own words: {words}"));
        }
    }
    proof
}

/// The publisher's own words, paragraph by paragraph, as a mail shows them.
fn own_words(edition: &Edition) -> Vec<String> {
    let own = &edition.own;
    let intro = own.intro.iter().flat_map(|intro| intro.text.split("\n\n"));
    let block = own.advertisement.iter().map(|block| block.text.as_str());
    let words = intro.chain(own.notes.values().map(String::as_str)).chain(block);
    words.map(|words| display::line(words, usize::MAX)).filter(|words| display::shows(words)).collect()
}

/// `text` without the blanks and joiners that layout adds.
fn flat(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != display::JOINER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Advertisement, Intro};
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

    #[test]
    fn own_words_are_known_and_must_not_stand_in_a_quotation() {
        let mut edition = sample();
        edition.own.intro = Some(Intro { text: "Good morning.\n\nTwo stories go on.".into(), author: None });
        let url = Some("https://sponsor.example/#:~:text=books".into());
        edition.own.advertisement = Some(Advertisement { text: "Books by the yard.".into(), link: None, url });
        for template in Templates::names() {
            let mail = Templates::builtin(template).unwrap().render(&edition, &Reader::default()).unwrap();
            let proof = prove_mail(&edition, &mail.html, &mail.text);
            assert_eq!((proof.own, proof.flaws), (3, Vec::new()), "{template}");
            let mixed = mail.html.replace("The first container", "Good morning. The first container");
            let flaws = prove_mail(&edition, &mixed, &mail.text).flaws;
            assert!(!flaws.is_empty() && flaws.iter().all(|flaw| flaw.contains("inside a quotation")), "{flaws:?}");
            for (html, text) in [
                (mail.html.replace("Two stories go on.", ""), mail.text.clone()),
                (mail.html.clone(), mail.text.replace("Two stories", "Two")),
            ] {
                let proof = prove_mail(&edition, &html, &text);
                assert!(proof.own == 2 && proof.flaws.len() == 1, "{proof:?}");
                assert!(proof.flaws[0].ends_with("Two stories go on."), "{:?}", proof.flaws);
            }
            let mut posing = edition.clone();
            let quoted = posing.stories().flat_map(|story| &story.sentences).find(|sentence| sentence.link.is_some());
            let quoted = quoted.unwrap().clone();
            posing.own.advertisement.as_mut().unwrap().url = quoted.link;
            let mail = Templates::builtin(template).unwrap().render(&posing, &Reader::default()).unwrap();
            let flaws = prove_mail(&posing, &mail.html, &mail.text).flaws;
            assert!(flaws.len() == 1 && flaws[0].contains(&quoted.text), "{flaws:?}");
        }
    }
}
