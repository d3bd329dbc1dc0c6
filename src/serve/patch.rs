//! The patch to the config, line by line, and writing it: only over the file it was made for.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::serve::problem::Problem;
use crate::serve::trial::name;

/// Unchanged lines around a change.
const CONTEXT: usize = 2;
/// Pairs of lines that are compared.
const MOST_COMPARED: usize = 16_000_000;

/// Lines that differ between two texts, with what stands around them, and a name for the result.
pub(super) fn patch(before: &str, after: &str) -> Value {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let steps = steps(&old, &new);
    let near = |place: usize| {
        let end = (place + CONTEXT + 1).min(steps.len());
        steps[place.saturating_sub(CONTEXT)..end].iter().any(|(sign, ..)| *sign != ' ')
    };
    let mut rows = Vec::new();
    let mut gap = true;
    for (place, (sign, line, other)) in steps.iter().enumerate() {
        if !near(place) {
            gap = true;
            continue;
        }
        let text = if *sign == '+' { new[*other] } else { old[*line] };
        let (line, other) = ((*sign != '+').then_some(line + 1), (*sign != '-').then_some(other + 1));
        rows.push(json!({ "sign": sign, "old": line, "new": other, "text": text, "gap": gap }));
        gap = false;
    }
    json!({ "rows": rows, "patch_hash": name(&[before, after]) })
}

/// One line: its sign, and its places in both texts.
type Step = (char, usize, usize);

/// A shortest way from `old` to `new`; the equal ends are not compared with each other.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle, fresh) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    // Lengths of the longest common subsequences of what is left; of very much they are not found out.
    let width = fresh.len() + 1;
    let mut lengths = vec![0_u32; (middle.len() + 1) * width];
    let is_small = lengths.len() <= MOST_COMPARED;
    for a in (0..if is_small { middle.len() } else { 0 }).rev() {
        for b in (0..fresh.len()).rev() {
            lengths[a * width + b] = if middle[a] == fresh[b] {
                lengths[(a + 1) * width + b + 1] + 1
            } else {
                lengths[(a + 1) * width + b].max(lengths[a * width + b + 1])
            };
        }
    }
    let mut steps: Vec<Step> = (0..head).map(|line| (' ', line, line)).collect();
    let (mut a, mut b) = (0, 0);
    while a < middle.len() || b < fresh.len() {
        if a < middle.len() && b < fresh.len() && middle[a] == fresh[b] {
            steps.push((' ', head + a, head + b));
            (a, b) = (a + 1, b + 1);
        } else if a < middle.len() && (b == fresh.len() || lengths[(a + 1) * width + b] >= lengths[a * width + b + 1]) {
            steps.push(('-', head + a, head + b));
            a += 1;
        } else {
            steps.push(('+', head + a, head + b));
            b += 1;
        }
    }
    steps.extend((0..tail).map(|line| (' ', old.len() - tail + line, new.len() - tail + line)));
    steps
}

/// Puts `after` in place of the file at `path`, whole or not at all, if it still says `before`; its mode stays.
pub(super) fn write(path: &Path, before: &str, after: &str) -> Result<(), Problem> {
    let failed = |error: std::io::Error| Problem::new(500, "failed", format!("the config cannot be written: {error}"));
    // A link to a file elsewhere stays a link.
    let path = path.canonicalize().map_err(failed)?;
    if fs::read(&path).map_err(failed)? != before.as_bytes() {
        return Err(Problem::new(409, "stale_base", "The file changed meanwhile; nothing was written."));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(after.as_bytes()).map_err(failed)?;
    file.as_file().set_permissions(path.metadata().map_err(failed)?.permissions()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_two_lines_around_it() {
        let patch = patch("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nD\ne\nf\ng\nh\n");
        let rows = patch["rows"].as_array().unwrap();
        let shown: Vec<String> = rows
            .iter()
            .map(|row| {
                format!(
                    "{}{}{}",
                    if row["gap"] == true { "@" } else { "" },
                    row["sign"].as_str().unwrap(),
                    row["text"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(shown, ["@ b", " c", "-d", "+D", " e", " f", " g", "+h"]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_off_the_steps(
            old in prop::collection::vec("[a-c]{1}", 0..12), new in prop::collection::vec("[a-c]{1}", 0..12),
        ) {
            let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(|s| &**s).collect(), new.iter().map(|s| &**s).collect());
            let steps = steps(&old, &new);
            let before: Vec<&str> = steps.iter().filter(|step| step.0 != '+').map(|step| old[step.1]).collect();
            let after: Vec<&str> = steps.iter().filter(|step| step.0 != '-').map(|step| new[step.2]).collect();
            prop_assert_eq!(before, old);
            prop_assert_eq!(after, new);
        }
    }
}
