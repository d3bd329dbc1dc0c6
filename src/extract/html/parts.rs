//! Lines of an article that are no statements of it: the items of lists that are no sentences, and claims under examination.

use crate::extract::blocks_to_text::Line;
use crate::model::PartKind;

/// Labels before a claim that an article examines.
const CLAIM_LABELS: [&str; 12] = [
    "claim",
    "the claim",
    "claim reviewed",
    "behauptung",
    "die behauptung",
    "afirmación",
    "la afirmación",
    "affirmation",
    "l'affirmation",
    "alegação",
    "affermazione",
    "bewering",
];

/// Sentences that say that the rest is for subscribers.
const SUBSCRIBERS: [&str; 24] = [
    "this article is for subscribers",
    "this article is only for subscribers",
    "this story is for subscribers",
    "this post is for paid subscribers",
    "this post is for paying subscribers",
    "subscribe to continue reading",
    "subscribe to read the full",
    "to continue reading, subscribe",
    "to read the full story, subscribe",
    "exclusive to subscribers",
    "already a subscriber?",
    "keep reading with a subscription",
    "this content is for members only",
    "dieser artikel ist nur für abonnent",
    "nur für abonnenten",
    "weiterlesen mit",
    "cet article est réservé aux abonnés",
    "réservé à nos abonnés",
    "la suite est réservée aux abonnés",
    "contenido exclusivo para suscriptores",
    "conteúdo exclusivo para assinantes",
    "riservato agli abbonati",
    "alleen voor abonnees",
    "endast för prenumeranter",
];

/// The line says that the rest of the article is for subscribers.
pub(crate) fn is_for_subscribers(line: &str) -> bool {
    if line.len() > 200 {
        return false;
    }
    let line = line.to_lowercase();
    SUBSCRIBERS.iter().any(|words| line.contains(words))
}

/// Marks the items of lists that are no sentences.
pub(crate) fn mark_data(lines: &mut [Line]) {
    for list in lines.chunk_by_mut(|one, other| one.kind == other.kind) {
        if list[0].kind == Some(PartKind::List) && list.len() > 1 && is_data(list) {
            list.iter_mut().for_each(|line| line.kind = Some(PartKind::Data));
        }
    }
}

/// Few items end as sentences do, and they are as short as words in a table or begin with numbers, as ingredients, results
/// and the hours of a timetable do.
fn is_data(list: &[Line]) -> bool {
    let count = |is: &dyn Fn(&str) -> bool| list.iter().filter(|line| is(line.text.as_str())).count();
    let sentences = count(&|text| text.ends_with(['.', '!', '?', '。', '…', '”', '"', '»']));
    let numbered = count(&|text| text.starts_with(|c: char| c.is_numeric()));
    let short = count(&|text| text.split_whitespace().count() <= 5 && text.len() < 60);
    sentences * 5 <= list.len() && (numbered * 5 >= list.len() * 2 || short * 3 >= list.len() * 2)
}

/// Marks the lines that state one of `claims`, or a claim by their label.
pub(crate) fn mark_claims(lines: &mut [Line], claims: &[String]) {
    let claims: Vec<String> = claims.iter().map(|claim| key(claim)).filter(|claim| claim.len() >= 12).collect();
    let mut labelled = false;
    for line in lines {
        let label = line.text.split_once([':', '：']).map_or(line.text.as_str(), |(label, _)| label);
        let is_label = label.len() < 40 && CLAIM_LABELS.contains(&label.trim().to_lowercase().as_str());
        let own = key(&line.text);
        let states = claims.iter().any(|claim| own.contains(claim) && own.len() < 2 * claim.len());
        if states || labelled || (is_label && label.len() + 2 < line.text.len()) {
            line.kind = Some(PartKind::Claim);
        }
        // A label alone in its line speaks of the next.
        labelled = is_label && label.trim_end_matches(':').len() + 2 >= line.text.len();
    }
}

/// A text by its letters and digits alone.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Vec<Line> {
        items.iter().map(|item| Line { text: (*item).into(), kind: Some(PartKind::List) }).collect()
    }

    #[test]
    fn ingredients_results_and_hours_are_no_prose_and_notes_of_a_release_are() {
        for items in [
            &["200 g flour", "1 egg", "a pinch of salt", "2 tablespoons of the best olive oil you have"][..],
            &["Harwick – Ashford 3:1", "Milton – Selby 0:0"],
            &[
                "9:00 Doors open to all members of the society",
                "9:30 Welcome by the mayor and the two chairs of the society",
            ],
        ] {
            let mut lines = list(items);
            mark_data(&mut lines);
            assert!(lines.iter().all(|line| line.kind == Some(PartKind::Data)), "{items:?}");
        }
        for items in [
            &["Fixed a crash when a file with a long name is opened", "Added a search for the notes of all your books"]
                [..],
            &["Water the bed in the evening.", "Cut the roses."],
        ] {
            let mut lines = list(items);
            mark_data(&mut lines);
            assert!(lines.iter().all(|line| line.kind == Some(PartKind::List)), "{items:?}");
        }
    }

    #[test]
    fn a_claim_under_examination_is_marked() {
        let line = |text: &str| Line { text: text.into(), kind: None };
        let mut lines = [
            line("Claim:"),
            line("The bridge is made of cheese."),
            line("That is false."),
            line("Claim: It floats."),
            line("The harbour is haunted, they say."),
        ];
        mark_claims(&mut lines, &["The harbour is haunted".into()]);
        let claims: Vec<bool> = lines.iter().map(|line| line.kind == Some(PartKind::Claim)).collect();
        assert_eq!(claims, [false, true, false, true, true]);
    }

    #[test]
    fn a_line_that_closes_the_door_is_known() {
        assert!(is_for_subscribers("This article is for subscribers only."));
        assert!(is_for_subscribers("Dieser Artikel ist nur für Abonnenten lesbar"));
        assert!(!is_for_subscribers("The paper has 3,000 subscribers."));
    }
}
