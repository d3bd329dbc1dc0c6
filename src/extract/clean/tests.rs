use std::io::Write as _;
use std::path::PathBuf;

use super::*;

/// A file of the research folder beside the evaluation data; `None`, said aloud, where that is absent.
fn shared(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the place of the evaluation data is the developer's choice")]
    let data = std::env::var("DIGEST_DATA").map_or_else(|_| PathBuf::from("../shared/data"), PathBuf::from);
    let text = std::fs::read_to_string(data.join("..").join(name)).ok();
    if text.is_none() {
        // Past the capture of the test harness: a test that did not run must say so.
        let _ = writeln!(std::io::stderr(), "skipped: {name} is not here (set DIGEST_DATA)");
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
    let lexicon = Lexicon::shipped();
    let document = Document::new(Scan::new(&text, lexicon), lexicon);
    let places: Vec<usize> = (0..)
        .zip(text.split('\n'))
        .filter(|(_, line)| line.contains(char::is_alphanumeric))
        .map(|(at, _)| at)
        .collect();
    let features = Features::new(&document);
    for (place, wanted) in parity["features_of_nonblank_lines"].as_object().unwrap() {
        let line: usize = place.parse().unwrap();
        let mut block = lexicon.forest.block();
        features.write(line, &mut block);
        for (name, (column, wanted)) in lexicon.names.iter().zip(block.iter().zip(wanted.as_array().unwrap())) {
            let (found, wanted) = (column[0], wanted.as_f64().unwrap());
            let skipped = features::UNUSED.contains(&name.as_str());
            assert!(skipped || (found - wanted).abs() < 1e-5, "{name} of line {line}: {found}, not {wanted}");
        }
    }
    let cleaning = lines(&text);
    assert_eq!(cleaning.reason, Reason::Cleaned);
    assert!((cleaning.confidence - parity["confidence"].as_f64().unwrap()).abs() < 1e-5);
    for (place, line) in places.iter().zip(&cleaning.lines) {
        let wanted = parity["probability"][place.to_string()].as_f64().unwrap();
        assert!((line.probability - wanted).abs() < 1e-5, "line {place}: {}, not {wanted}", line.probability);
    }
    let kept: Vec<usize> =
        places.iter().zip(&cleaning.lines).filter(|(_, line)| line.kept).map(|(&at, _)| at).collect();
    let wanted: Vec<usize> =
        parity["kept"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap() as usize).collect();
    assert_eq!(kept, wanted);
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
