//! What is done to a file after its template has run.

use crate::render::SUBJECT_LENGTH;
use crate::render::clean;

/// One line within [`SUBJECT_LENGTH`].
pub(super) fn subject(raw: &str) -> String {
    clean::shorten(&raw.split_whitespace().collect::<Vec<_>>().join(" "), SUBJECT_LENGTH)
}

/// No trailing blanks, no two empty lines in a row, none at the start, one newline at the end.
pub(super) fn text(raw: &str) -> String {
    let mut tidy = String::with_capacity(raw.len());
    for line in raw.lines().map(str::trim_end) {
        let doubled = line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n"));
        if !doubled {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    while tidy.ends_with("\n\n") {
        tidy.pop();
    }
    tidy
}

/// Indentation and empty lines of the template left out: they are a tenth of a mail and say nothing.
pub(super) fn html(raw: &str) -> String {
    let mut tidy = String::with_capacity(raw.len());
    for line in raw.lines().map(str::trim).filter(|line| !line.is_empty()) {
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_trailing_blanks_and_single_empty_lines() {
        assert_eq!(text("\n\nA  \n\n\n\n  B\t\n\n\n"), "A\n\n  B\n");
        assert_eq!(text(""), "");
    }

    #[test]
    fn a_subject_is_one_line_of_at_most_seventy_characters() {
        assert_eq!(subject("\n A \n B\n"), "A B");
        assert_eq!(subject(&"word ".repeat(40)).chars().count(), 70);
    }
}
