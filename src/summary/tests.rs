use super::{Budget, Options, Text, summarize, summarize_texts};
use crate::rank::Method;

const NEWS: &str = "The river rose again on Monday and flooded the old town. Firemen carried sandbags to the bridge all \
    night. The mayor said the flood was the worst in the old town since 1954. A dog was rescued from a roof. Trains \
    did not run. Firemen expect the river to rise until Wednesday, and the old town may be flooded again.";

/// Properties of every summary.
fn check(text: &str, options: &Options) {
    let summary = summarize(text, options);
    let mut at = 0;
    for sentence in &summary.sentences {
        assert_eq!(sentence.text, text[sentence.start..sentence.end]);
        assert!(sentence.start >= at && sentence.text == sentence.text.trim());
        assert!(sentence.score.is_finite());
        at = sentence.end;
    }
    let chosen = summary.chosen().count();
    let limit = options.budget().sentences(summary.sentences.len());
    assert!(chosen <= limit && (chosen > 0 || summary.sentences.is_empty()));
    assert_eq!(summary, summarize(text, options));
}

#[test]
fn every_text_gets_an_answer() {
    let long = "word ".repeat(10_000);
    let one = "x".repeat(50_000);
    let same = "The same thing happened again. ".repeat(600);
    let two = "It is so. It is so.";
    let mixed = format!("{NEWS} Der Fluss stieg am Montag. 河水周一再次上涨。");
    for text in [
        "",
        " \n ",
        "\0\0",
        "one",
        "One sentence only.",
        two,
        "the of and",
        "1 2 3",
        "🙂 🙂! 🙂",
        "שלום עולם. מה נשמע?",
        NEWS,
        &long,
        &one,
        &same,
        &mixed,
    ] {
        for method in crate::rank::Method::ALL {
            check(text, &Options { method, ..Options::default() });
        }
        check(text, &Options { words: Some(12), ..Options::default() });
        check(text, &Options { share: Some(0.01), ..Options::default() });
    }
}

#[test]
fn a_summary_holds_what_the_text_is_about() {
    let summary = summarize(NEWS, &Options { sentences: Some(2), ..Options::default() });
    let chosen: Vec<usize> = summary.chosen().map(|sentence| sentence.index).collect();
    assert_eq!(chosen[0], 0);
    assert_eq!(summary.language.as_deref(), Some("en"));
    assert!(summary.keyphrases.contains(&"river".to_owned()), "{:?}", summary.keyphrases);
}

#[test]
fn several_texts_are_one_graph_and_each_sentence_keeps_its_source() {
    let other = "The old town was flooded when the river rose on Monday. Shops stayed closed.";
    let texts = [Text { text: NEWS, ..Text::default() }, Text { text: other, language: Some("en"), ..Text::default() }];
    let summary = summarize_texts(&texts, &Options::default());
    assert_eq!(summary.sentences.len(), 8);
    for sentence in &summary.sentences {
        assert_eq!(sentence.text, texts[sentence.source].text[sentence.start..sentence.end]);
    }
    assert_eq!(summary.chosen().count(), 3);
}

#[test]
fn the_first_budget_given_counts() {
    assert_eq!(Options::default().budget(), Budget::Sentences(3));
    assert_eq!(Options { words: Some(9), share: Some(0.5), ..Options::default() }.budget(), Budget::Words(9));
}

#[test]
fn options_are_read_as_the_config_writes_them() {
    let options: Options = toml::from_str("method = 'lexrank'\norder = 'auto'\nshare = 0.2").unwrap();
    assert_eq!(options.order.fixed(), None);
    let options: Options = toml::from_str("order = 0.5").unwrap();
    assert_eq!(options.order.fixed(), Some(0.5));
    assert!(toml::from_str::<Options>("ordre = 1").is_err());
}

#[test]
fn only_the_given_parts_are_summarized_and_spans_count_the_whole_text() {
    let text = "Menu. Home. The river rose on Monday. It fell again. Share this! The town was flooded by the river.";
    let parts =
        [text.find("The river").unwrap()..text.find("Share").unwrap(), text.find("The town").unwrap()..text.len()];
    let summary = summarize_texts(&[Text { text, parts: &parts, ..Text::default() }], &Options::default());
    assert_eq!(summary.sentences.len(), 3);
    for (index, sentence) in summary.sentences.iter().enumerate() {
        assert_eq!((sentence.index, sentence.text.as_str()), (index, &text[sentence.start..sentence.end]));
    }
    assert!(!summary.sentences.iter().any(|sentence| sentence.text.contains("Share")));
}

#[test]
fn of_ten_thousand_identical_sentences_one_is_enough() {
    let same = "The same thing happened again. ".repeat(10_000);
    let summary = summarize(&same, &Options::default());
    assert_eq!(summary.chosen().map(|sentence| sentence.index).collect::<Vec<_>>(), [0]);
}

#[test]
fn five_megabytes_of_one_word_get_an_answer() {
    for text in ["word ".repeat(1 << 20), "x".repeat(5 << 20), "word. ".repeat(100_000), ". \"".repeat(100_000)] {
        let summary = summarize(&text, &Options::default());
        assert!(summary.sentences.iter().all(|sentence| sentence.score.is_finite()));
        assert!(summary.chosen().count() <= 3);
    }
}

#[test]
fn one_sentence_alone_is_a_full_one() {
    let text = "The river rose again. The river rose again on Monday and flooded the old town near the bridge. \
        Firemen came to the old town. They carried sand to the bridge. Shops stayed closed.";
    let alone = summarize(text, &Options { sentences: Some(1), ..Options::default() });
    assert_eq!(alone.chosen().map(|sentence| sentence.index).collect::<Vec<_>>(), [1]);
}

#[test]
fn one_sentence_of_lead_is_the_first() {
    let text =
        "It rained. The river above the old town rose by two metres on Monday night and took the bridge with it.";
    let options = Options { method: Method::Lead, sentences: Some(1), ..Options::default() };
    assert_eq!(summarize(text, &options).chosen().next().map(|sentence| sentence.index), Some(0));
}

#[test]
fn a_chosen_sentence_begins_behind_its_dateline_and_a_lone_mark_is_no_sentence() {
    let text =
        "OSLO (AP) — The river rose again on Monday night.\n\n***\n\nThe river rose in the old town. A dog barked.";
    let summary = summarize(text, &Options { sentences: Some(1), method: Method::Lead, ..Options::default() });
    let chosen: Vec<&str> = summary.chosen().map(|sentence| &text[sentence.start..sentence.end]).collect();
    assert_eq!(chosen, ["The river rose again on Monday night."]);
    assert_eq!(summary.sentences.len(), 3);
    assert!(text[summary.sentences[0].start - summary.sentences[0].dateline..].starts_with("OSLO"));
}
