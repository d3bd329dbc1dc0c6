//! A mail's plain text → what its sender wrote: without signatures, armour, quoted letters of others and the footers of lists.

/// A line that parts a mail from the footer of its list, or the mails of a digest.
const RULE: usize = 18;

/// Lines of a list's footer.
const LONGEST_FOOTER: usize = 12;

/// Lines behind the mark of a signature that lacks its space.
const LONGEST_SIGNATURE: usize = 10;

/// Paragraphs as a sender wrote them (RFC 3676): a line that ends in a space goes on in the next, `delsp` says without that
/// space.
pub(super) fn unflowed(text: &str, delsp: bool) -> String {
    let mut found = String::with_capacity(text.len());
    // How deep the paragraph that goes on is quoted.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let flows = content.ends_with(' ') && content != "-- ";
        if content == "-- " || open != Some(depth) {
            if !found.is_empty() {
                found.push('\n');
            }
            found.extend(std::iter::repeat_n('>', depth));
            found.push_str(if depth > 0 { " " } else { "" });
        }
        found.push_str(if flows && delsp { &content[..content.len() - 1] } else { content });
        open = flows.then_some(depth);
    }
    found
}

/// The text that is the sender's own.
pub(super) fn own_text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let lines = without_armour(&lines);
    let lines = without_signatures(&lines);
    let own = without_quotes(&lines);
    // A mail that is nothing but quotation was forwarded: that is its text.
    let has_text = |lines: &[&str]| lines.iter().any(|line| line.chars().any(char::is_alphanumeric));
    let own = if has_text(&own) { own } else { lines.iter().map(|line| line.trim_start_matches(['>', ' '])).collect() };
    own.join("\n")
}

/// Without the armour of a signed text (RFC 9580, section 7) and what it holds; dash-escaped lines as they were.
fn without_armour<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mark = |line: &str| {
        let name = line.trim().strip_prefix("-----")?.strip_suffix("-----")?;
        name.contains("PGP").then(|| name.to_owned())
    };
    let mut kept = Vec::with_capacity(lines.len());
    let (mut at, mut signed) = (0, false);
    while at < lines.len() {
        match mark(lines[at]).as_deref() {
            Some("BEGIN PGP SIGNED MESSAGE") => {
                signed = true;
                // Its own head ends with an empty line.
                at += lines[at..].iter().position(|line| line.trim().is_empty()).unwrap_or(0);
            }
            Some(begin) if begin.starts_with("BEGIN PGP") => {
                signed = false;
                let end =
                    lines[at..].iter().position(|line| mark(line).is_some_and(|mark| mark.starts_with("END PGP")));
                at += end.unwrap_or(lines.len() - at);
            }
            Some(_) => {}
            None => kept.push(if signed { lines[at].strip_prefix("- ").unwrap_or(lines[at]) } else { lines[at] }),
        }
        at += 1;
    }
    kept
}

/// Without signatures (`-- `), each up to the line that parts the mails of a digest, and without the footer of a list.
fn without_signatures<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let is_rule = |line: &str| {
        let line = line.trim();
        line.len() >= RULE && ["-", "_", "=", "*"].iter().any(|sign| line.chars().all(|c| sign.starts_with(c)))
    };
    let last = lines.iter().rposition(|line| is_rule(line)).filter(|at| lines.len() - at <= LONGEST_FOOTER);
    let footer = last.filter(|at| is_list_footer(&lines[*at..]));
    let lines = &lines[..footer.unwrap_or(lines.len())];
    let mut kept = Vec::with_capacity(lines.len());
    let mut signature = false;
    for (at, line) in lines.iter().enumerate() {
        let begins = *line == "-- " || (line.trim_end() == "--" && lines.len() - at <= LONGEST_SIGNATURE);
        signature = (signature || begins) && !(signature && is_rule(line));
        if !signature {
            kept.push(*line);
        }
    }
    kept
}

fn is_list_footer(lines: &[&str]) -> bool {
    let text = lines.join(" ").to_lowercase();
    [
        "mailing list",
        "listinfo",
        "unsubscribe",
        "mailingliste",
        "liste de diffusion",
        "lista de correo",
        "mailman",
        "groups.io",
        "@googlegroups",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// Without quoted lines, the line that says whose they are, and the letter that is quoted whole below a reply.
fn without_quotes<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        if is_original(&lines[at..]) {
            break;
        }
        if !line.starts_with('>') {
            kept.push(line);
            continue;
        }
        if at == 0 || !lines[at - 1].starts_with('>') {
            drop_attribution(&mut kept);
        }
    }
    kept
}

/// `-----Original Message-----` and the like, or the head of a letter in the middle of the text.
fn is_original(lines: &[&str]) -> bool {
    let first = lines[0].trim();
    if !first.starts_with(['-', '_']) {
        return false;
    }
    let name = first.trim_matches(['-', '_', ' ']).to_lowercase();
    let named = [
        "original message",
        "ursprüngliche nachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "mensagem original",
        "oorspronkelijk bericht",
        "ursprungligt meddelande",
        "oprindelig meddelelse",
        "wiadomość oryginalna",
        "исходное сообщение",
        "原始邮件",
        "元のメッセージ",
    ];
    (first.starts_with("--") && named.contains(&name.as_str()))
        || (first.starts_with("________________")
            && lines.get(1).is_some_and(|line| has_field(line))
            && lines.get(2).is_some_and(|line| has_field(line)))
}

fn has_field(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name.trim_matches(['*', ' ']).to_lowercase()).unwrap_or_default();
    [
        "from",
        "sent",
        "to",
        "date",
        "subject",
        "von",
        "gesendet",
        "an",
        "de",
        "envoyé",
        "à",
        "para",
        "enviado",
        "da",
        "inviato",
        "van",
        "verzonden",
    ]
    .contains(&name.as_str())
}

/// Takes the lines off that say who wrote what follows: they end in a colon, and name an address, a day or a time.
fn drop_attribution(kept: &mut Vec<&str>) {
    // No further than such lines reach: a text may be answered a hundred thousand times.
    let near = kept.len().saturating_sub(6);
    let end = kept[near..].iter().rposition(|line| !line.trim().is_empty()).map_or(near, |at| near + at + 1);
    let first = kept[near..end].iter().rposition(|line| line.trim().is_empty()).map_or(near, |at| near + at + 1);
    // The lines may be broken in two, and stand below others of their paragraph.
    for start in (first..end).rev().take(3) {
        let words = kept[start..end].join(" ");
        let closes = words.trim_end().ends_with([':', '：']);
        let says =
            words.contains('@') || words.chars().filter(char::is_ascii_digit).count() >= 3 || words.contains('<');
        if closes
            && words.len() < 300
            && says
            && (start == 0 || kept[start - 1].trim().is_empty() || begins(kept[start]))
        {
            kept.truncate(start);
            return;
        }
    }
    // "Ann wrote:" alone in its paragraph.
    let words = kept[first..end].join(" ");
    if words.trim_end().ends_with([':', '：']) && words.split_whitespace().count() <= 8 && end == first + 1 {
        kept.truncate(first);
    }
}

/// Words that such a line begins with.
fn begins(line: &str) -> bool {
    ["On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ", "W dniu ", "Dne ", "On, "]
        .iter()
        .any(|word| line.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_paragraphs() {
        for (text, delsp, expected) in [
            ("One two \nthree.\n\nFour.", false, "One two three.\n\nFour."),
            ("港の \n防波堤。", true, "港の防波堤。"),
            ("> a \n> b\nc \nd\n-- \nsig", false, "> a b\nc d\n-- \nsig"),
            (" From here \non.\n >no quote", false, "From here on.\n>no quote"),
            ("", false, ""),
        ] {
            assert_eq!(unflowed(text, delsp), expected, "{text:?}");
        }
    }

    #[test]
    fn only_what_the_sender_wrote_is_text() {
        let list =
            "_______________________________________________\nquay mailing list\nhttps://l.example/listinfo/quay";
        for (text, expected) in [
            (
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nText.\n- - item\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n",
                "Text.\n- item",
            ),
            (
                "Text.\n\nOn Wed, 25 Nov 2026, Ann <a@a.example> wrote:\n> Why?\n> Well.\n\nBecause.",
                "Text.\n\n\nBecause.",
            ),
            ("Am 25.11.26 um 10:00 schrieb Ann Keel:\n> Warum?\n\nDarum.", "\nDarum."),
            (
                "On Wed, 25 Nov 2026 at 10:00, a person with a long name\n<a@a.example> wrote:\n\n> Why?\n\nBecause.",
                "\nBecause.",
            ),
            ("He said:\nno.\n\n> Why?", "He said:\nno.\n"),
            (&format!("Text.\n\n-- \nAnn\n{list}"), "Text.\n"),
            (&format!("Text.\n{list}"), "Text."),
            (
                "One.\n-- \nAnn\n\n------------------------------\n\nTwo.\n-- \nBob",
                "One.\n------------------------------\n\nTwo.",
            ),
            ("Text.\n--\nAnn, 1 Quay Street", "Text."),
            ("Text.\n\n-----Original Message-----\nFrom: Ann\n\nOld text.", "Text.\n"),
            ("> Only\n> quoted.", "Only\nquoted."),
        ] {
            assert_eq!(own_text(text), expected, "{text:?}");
        }
    }
}
