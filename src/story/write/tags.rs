//! Keyphrases → the tags of a story.

/// The keyphrases without those that others say more fully: of `San`, `San Diego`, `cleaning`, `cleaning services` the second
/// and the last stay. A longer one takes the place of the best it says.
pub(in crate::story) fn tags(keyphrases: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for phrase in keyphrases {
        if tags.iter().any(|tag| says(tag, &phrase)) {
            continue;
        }
        match tags.iter().position(|tag| says(&phrase, tag)) {
            Some(place) => {
                let worse = tags.split_off(place);
                let kept: Vec<String> = worse.into_iter().filter(|tag| !says(&phrase, tag)).collect();
                tags.push(phrase);
                tags.extend(kept);
            }
            None => tags.push(phrase),
        }
    }
    tags
}

/// Whether all words of `short` stand in `long`.
fn says(long: &str, short: &str) -> bool {
    let long = long.to_lowercase();
    short.to_lowercase().split_whitespace().all(|word| long.split_whitespace().any(|other| other == word))
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn a_tag_is_not_said_again_in_part() {
        let given = ["San Diego", "San", "cleaning", "Diego", "price", "cleaning services", "Price"];
        assert_eq!(tags(given.map(str::to_owned).into()), ["San Diego", "cleaning services", "price"]);
    }
}
