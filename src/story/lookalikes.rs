//! Articles that look alike and are not one thing, and articles that look otherwise and are one: across languages, and
//! with nothing that stands in the evaluation data.

use super::tests::{Fixture, assert_proven, news};
use super::{Options, group};
use crate::model::Article;

fn article(source: &str, language: &str, title: &str, text: &str) -> Article {
    Article {
        id: format!("{source}: {title}: {text}"),
        source: source.into(),
        title: title.into(),
        published: Some("2026-03-09T20:00:00Z".parse().unwrap()),
        language: Some(language.into()),
        text: text.into(),
        confidence: 1.0,
        ..Article::default()
    }
}

/// How many stories there are, and how many articles are copies.
fn count(articles: &[Article]) -> (usize, usize) {
    let found = group(articles, &Options::default(), None);
    let stories: std::collections::BTreeSet<usize> = found.iter().map(|grouped| grouped.story).collect();
    (stories.len(), found.iter().filter(|grouped| grouped.duplicate_of.is_some()).count())
}

#[test]
fn what_shares_only_a_template_is_a_story_of_its_own() {
    let release = "This release brings small fixes and updated translations. Thank you to all who helped. The full list \
of changes is in the changelog.";
    let releases = [("oar", "2.4.0"), ("keel", "2.4.0"), ("mast", "Mast 7.1")];
    let mut articles: Vec<Article> = releases.map(|(source, title)| article(source, "en", title, release)).to_vec();
    for (source, town) in [("status-a", "Ulvik"), ("status-b", "Marlow")] {
        let text = format!(
            "We are aware that some customers in {town} cannot log in. Our team is working on a fix. We will post an \
update within 30 minutes."
        );
        articles.push(article(source, "en", &format!("Login problems in {town}"), &text));
    }
    for (town, degrees) in [("Altensund", 11), ("Brehmlo", 14), ("Cadensee", 9), ("Dorum", 12)] {
        let text = format!(
            "In {town} bleibt es heute meist trocken bei höchstens {degrees} Grad. Der Wind weht schwach aus Südwest. \
In der Nacht ist örtlich Nebel möglich."
        );
        articles.push(article("wetter", "de", &format!("Wetter für {town}"), &text));
    }
    assert_eq!(count(&articles), (articles.len(), 0));
}

#[test]
fn a_true_copy_names_every_place_it_appeared() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    let original = fixture.articles[2].clone();
    let cut = original.text.find(" The team").unwrap();
    let copies = [
        ("wire", "Telescope", original.text.clone()),
        ("coast", "A new eye on the sky", format!("By our staff\n{}\nRead more on our website.", original.text)),
        ("blog", original.title.as_str(), original.text[..cut].to_owned()),
    ];
    for (source, title, text) in copies {
        let copy = Article { published: original.published, ..article(source, "en", title, &text) };
        fixture.articles.push(Article { first_seen: original.first_seen, ..copy });
    }
    let composition = fixture.compose();
    let story = composition.edition.stories().find(|story| story.headline.contains("Halden")).unwrap();
    let mut named: Vec<&str> = story.places.iter().chain(&story.also_in).map(|place| place.source.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["blog", "coast", "lab", "wire"]);
    assert_eq!(composition.edition.story_count(), 2);
    assert_proven(&composition.edition, &fixture.articles);
}

/// A text that holds a paper's, and as much again, is the copy, whatever date it claims; the longer text of the paper itself
/// stands for its shorter one.
#[test]
fn what_a_stranger_adds_to_a_text_does_not_make_it_the_original() {
    let paper = news().remove(2);
    let added = "Our shop in Carwell sells garden chairs, lamps and kettles at half the price until Saturday. Orders that \
reach Ines Tallow before noon leave the same day. Delivery inside the valley costs nothing from forty crowns on.";
    let longer = |source: &str, published: &str, seen: &str| Article {
        published: Some(published.parse().unwrap()),
        first_seen: Some(seen.parse().unwrap()),
        ..article(source, "en", &paper.title, &format!("{}\n\n{added}", paper.text))
    };
    let stranger = longer("blog", "2026-03-08T20:00:00Z", "2026-03-09T22:00:00Z");
    let originals = |articles: &[Article]| -> Vec<Option<usize>> {
        group(articles, &Options::default(), None).into_iter().map(|grouped| grouped.duplicate_of).collect()
    };
    assert_eq!(originals(&[paper.clone(), stranger.clone()]), [None, Some(0)]);
    assert_eq!(originals(&[stranger, paper.clone()]), [Some(1), None]);
    let whole = longer(&paper.source, "2026-03-09T20:00:00Z", "2026-03-09T22:00:00Z");
    assert_eq!(originals(&[paper, whole]), [Some(1), None]);
}

#[test]
fn texts_that_are_hardly_texts_stay_apart() {
    let texts = [
        "word ".repeat(3_000),
        "a".to_owned(),
        "b".to_owned(),
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine".to_owned(),
        "Порт порт 港 港口 مرفأ harbour λιμάνι 항구".to_owned(),
        "…".to_owned(),
        "\u{301}\u{200d}\u{202e}".to_owned(),
        "x".repeat(100_000),
    ];
    let mut articles: Vec<Article> = texts.iter().map(|text| article("s", "", "", text)).collect();
    for bare in &mut articles {
        (bare.published, bare.language) = (None, None);
    }
    assert_eq!(count(&articles), (articles.len(), 0));
    let fixture = Fixture { articles, ..Fixture::default() };
    let composition = fixture.compose();
    assert_eq!(composition.decisions.len(), texts.len());
    assert_proven(&composition.edition, &fixture.articles);
}
