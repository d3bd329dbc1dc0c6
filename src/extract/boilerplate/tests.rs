use std::io::Write as _;
use std::path::PathBuf;

use super::*;

/// A file of the research folder beside the evaluation data; `None`, said aloud, where that is absent.
fn shared(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the place of the evaluation data is the developer's choice")]
    let setting = |name| std::env::var(name).ok();
    let data = setting("DIGEST_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let text = std::fs::read_to_string(data.join("..").join(name)).ok();
    if text.is_none() {
        // Past the capture of the test harness: a test that did not run must say so.
        let _ = writeln!(std::io::stderr(), "skipped: {name} is not here (set DIGEST_DATA)");
        assert!(
            setting("DIGEST_NO_SKIP").is_none_or(|value| value != "1"),
            "DIGEST_NO_SKIP is set, and {name} is not here"
        );
    }
    text
}

#[test]
fn features_and_probabilities_equal_the_reference() {
    let (Some(parity), Some(text)) = (shared("recipes/clean.parity.json"), shared("data/sample/scraped-article.txt"))
    else {
        return;
    };
    let parity: serde_json::Value = serde_json::from_str(&parity).unwrap();
    let word_classes = WordClasses::shipped();
    let document = Document::new(TokenizedText::new(&text, &[], word_classes), word_classes);
    let places: Vec<usize> = (0..)
        .zip(text.split('\n'))
        .filter(|(_, line)| line.contains(char::is_alphanumeric))
        .map(|(at, _)| at)
        .collect();
    let features = Features::new(&document);
    for (place, wanted) in parity["features_of_nonblank_lines"].as_object().unwrap() {
        let line: usize = place.parse().unwrap();
        let mut block = word_classes.forest.block();
        features.write(line, &mut block);
        for (name, (column, wanted)) in word_classes.names.iter().zip(block.iter().zip(wanted.as_array().unwrap())) {
            let (found, wanted) = (column[0], wanted.as_f64().unwrap());
            let skipped = features::UNUSED.contains(&name.as_str());
            assert!(skipped || (found - wanted).abs() < 1e-5, "{name} of line {line}: {found}, not {wanted}");
        }
    }
    let probabilities = probabilities(&document, &word_classes.recipe);
    for (place, found) in places.iter().zip(&probabilities) {
        let wanted = parity["probability"][place.to_string()].as_f64().unwrap();
        assert!((found - wanted).abs() < 1e-5, "line {place}: {found}, not {wanted}");
    }
    let (keep, confidence, reason) = choose(&document, &probabilities, word_classes);
    assert_eq!(reason, Reason::Cleaned);
    assert!((confidence - parity["confidence"].as_f64().unwrap()).abs() < 1e-5);
    let wanted: Vec<usize> =
        parity["kept"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap() as usize).collect();
    let kept = |keep: &mut dyn Iterator<Item = bool>| -> Vec<usize> {
        places.iter().zip(keep).filter(|(_, keep)| *keep).map(|(&at, _)| at).collect()
    };
    assert_eq!(kept(&mut keep.into_iter()), wanted);
    // The other half of the trees chooses the same lines of it.
    assert_eq!(kept(&mut lines(&text).lines.into_iter().map(|line| line.kept)), wanted);
}

const ARTICLE: &str = "The council of Harwick voted on Monday evening to rebuild the old harbour bridge over the next three years.\n\
The bridge, which was closed to lorries in March, carries about nine thousand cars a day across the harbour.\n\
Engineers told the council that the bridge would have to be closed for good if the harbour wall was not repaired.\n\
The council said that the work on the bridge would begin in spring and that the harbour would stay open to ships.\n\
\"We have waited for this bridge for ten years,\" said the head of the council after the vote on Monday evening.";

#[test]
fn boilerplate_around_an_article_is_left_out() {
    let text = format!(
        "Home\nNews\nSport\nSubscribe\nLog in\n\n{ARTICLE}\n\nShare on Facebook\nRead more\nSubscribe to our newsletter\nPrivacy policy\n\
         © 2026 The Harwick Post. All rights reserved."
    );
    let cleaning = lines(&text);
    assert_eq!(cleaning.reason, Reason::Cleaned);
    assert_eq!(cleaning.text(&text), ARTICLE);
}

#[test]
fn comments_are_left_out_of_a_text_that_is_clean_beside_them() {
    let comments = "Comments\nAnna says:\nMay 3, 2026 at 10:15 am\nI have waited for this bridge for ten years, and so have my neighbours.\n\
        Bert says:\nMay 3, 2026 at 11:02 am\nAnd who will pay for all of this in the end? We will, as ever.\n\
        Carla says:\nMay 4, 2026 at 9:30 pm\nI have moved away from Harwick, and I do not miss the bridge at all.";
    let text = format!("{ARTICLE}\n{comments}");
    let cleaning = lines(&text);
    assert_eq!(cleaning.reason, Reason::Cleaned);
    assert!(cleaning.text(&text).starts_with(ARTICLE));
    assert!(!cleaning.text(&text).contains("neighbours") && !cleaning.text(&text).contains("moved away"));
    let spans: Vec<usize> = cleaning.lines.iter().map(|line| line.span.start).collect();
    assert_eq!((spans.len(), spans.is_sorted()), (text.lines().count(), true), "every line is given, in order");
}

#[test]
fn clean_text_stays_whole() {
    let cleaning = lines(ARTICLE);
    assert_eq!((cleaning.reason, cleaning.text(ARTICLE).as_str()), (Reason::Clean, ARTICLE));
}

#[test]
fn kept_spans_stand_in_the_text_without_the_white_space_around_them() {
    let text = "\r\n   Ein Satz mit Ümlauten, der für sich steht und lang genug ist.  \r\n\t\r\nNoch einer.\r";
    let cleaning = lines(text);
    let kept: Vec<&str> = cleaning.kept.iter().map(|span| &text[span.clone()]).collect();
    assert_eq!(kept, ["Ein Satz mit Ümlauten, der für sich steht und lang genug ist.", "Noch einer."]);
}

#[test]
fn texts_without_words_keep_nothing_and_do_not_panic() {
    for text in ["", "\n\n", "!!! ---", "\u{0}", "…\n。"] {
        assert_eq!(lines(text).reason, Reason::NoWords, "{text:?}");
    }
}
