//! Text and links from outside, made fit to be shown.
//!
//! This is what every kind of output needs; `escape` does what HTML, Markdown or text need beyond it.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_segmenter::GraphemeClusterSegmenter;
use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// Keeps two characters from being read as one sign without being seen (U+2060 WORD JOINER).
pub(super) const JOINER: char = '\u{2060}';
/// How many combining marks may sit on one letter: Vietnamese and Hebrew need three.
const MAX_MARKS: usize = 4;
/// Longer links are left out: no reader needs them, and some mail servers refuse them.
const MAX_LINK: usize = 2_000;

/// `text` as one line without control, direction and other invisible characters, cut at `longest` characters.
///
/// Anything a mail provider would take for a merge tag (`{{name}}`, `*|NAME|*`, `%NAME%`) is broken up by a word joiner:
/// a headline must not be able to fetch what the provider knows about the reader.
pub(super) fn line(text: &str, longest: usize) -> String {
    let shown = shorten(&visible(text), longest);
    match without_merge_tags(&shown) {
        Cow::Borrowed(_) => shown,
        Cow::Owned(broken) => broken,
    }
}

/// White space becomes single blanks; characters that cannot or must not be seen are left out.
fn visible(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut marks, mut blank) = (0_usize, false);
    for character in text.chars() {
        if character.is_whitespace() || character == '\u{2028}' || character == '\u{2029}' {
            blank = true;
            continue;
        }
        if is_hidden(character) {
            continue;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if marks > MAX_MARKS {
            continue;
        }
        if blank && !line.is_empty() {
            line.push(' ');
        }
        blank = false;
        line.push(character);
    }
    line
}

/// Control characters, direction overrides and isolates, invisible operators and tags, noncharacters.
///
/// The joiners of Persian, Indic scripts and emoji (U+200C, U+200D) and the direction marks U+200E and U+200F stay.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Combining marks that stack on a letter.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{6D6}'..='\u{6ED}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// `text` in at most `longest` characters, cut between words where there are any, with an ellipsis.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    let Some((room, _)) = text.char_indices().nth(longest) else { return text.to_owned() };
    let last = text[..room].char_indices().next_back().map_or(0, |(index, _)| index);
    let kept = &text[..last];
    let inside_a_word = !text[last..].starts_with(' ');
    let word_end = kept.rfind(' ').filter(|blank| inside_a_word && blank * 3 > last);
    let kept = word_end.map_or(kept, |blank| &kept[..blank]);
    format!("{}…", kept.trim_end_matches(|character: char| character.is_whitespace() || ",;:–—-·".contains(character)))
}

/// `text` before its last word, and the last word; where words are written without spaces, the last two characters.
pub(super) fn last_word(text: &str) -> (&str, &str) {
    let word = text.rfind(' ').map_or(0, |blank| blank + 1);
    if !text[word..].chars().any(is_unspaced) {
        return text.split_at(word);
    }
    let near = text[word..].char_indices().rev().nth(15).map_or(word, |(index, _)| word + index);
    let ends: Vec<usize> = GraphemeClusterSegmenter::new().segment_str(&text[near..]).collect();
    let start = ends.len().checked_sub(3).map_or(word, |third| near + ends[third]);
    text.split_at(start)
}

/// Letters of scripts that put no space between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3000}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A headline for a subject: whole if it has at most `longest` characters, else cut before its last colon, comma or dash
/// after the thirtieth character, and only without one between words, with an ellipsis.
pub(super) fn clip(headline: &str, longest: usize) -> String {
    const SHORTEST: usize = 30;
    let Some((room, _)) = headline.char_indices().nth(longest) else { return headline.to_owned() };
    let least = headline.char_indices().nth(SHORTEST).map_or(room, |(index, _)| index);
    let cut = headline[..room].char_indices().rev().take_while(|(index, _)| *index >= least).find(|(index, sign)| {
        let after = headline[index + sign.len_utf8()..].starts_with(' ');
        (":,;".contains(*sign) && after)
            || ("、，：；".contains(*sign))
            || ("–—-".contains(*sign) && after && headline[..*index].ends_with(' '))
    });
    cut.map_or_else(|| shorten(headline, longest), |(index, _)| headline[..index].trim_end().to_owned())
}

/// Signs with which template languages and mail providers start a placeholder, and the bare words broken programs leave.
fn without_merge_tags(text: &str) -> Cow<'_, str> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{[{%#]|\*\||\$\{|<%|%%?[A-Z_]{3,}%|\[object Object\]|^\W*(?:undefined|null|None|NaN|nil|Some\()")
            .expect("the pattern is a constant")
    });
    TAG.replace_all(text, |found: &regex::Captures<'_>| {
        let sign = found[0]
            .bytes()
            .take_while(|byte| *byte == b'%')
            .count()
            .max(found[0].chars().next().map_or(0, char::len_utf8));
        format!("{}{JOINER}{}", &found[0][..sign], &found[0][sign..])
    })
}

/// `url` as an absolute, percent-encoded `http:`, `https:` or `mailto:` link; `None` if it is anything else.
///
/// A user name in a link shows one host and goes to another: such a link is none.
pub(super) fn link(url: &str) -> Option<String> {
    /// An escaped byte before capitals and another escape looks like a provider's `%NAME%`; in lower case it does not.
    static PROVIDER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"%[A-F]{2}[A-Z_]+%").expect("the pattern is a constant"));
    let mut url = Url::parse(url.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let fits =
        (is_web && url.has_host() && url.username().is_empty() && url.password().is_none()) || url.scheme() == "mailto";
    if !fits {
        return None;
    }
    // A feed that escapes twice writes `&amp;` into its links; no server means that.
    if let Some(query) = url.query().filter(|query| query.contains("&amp;")).map(|query| query.replace("&amp;", "&")) {
        url.set_query(Some(&query));
    }
    let link = String::from(url).replace('{', "%7B").replace('}', "%7D").replace('\'', "%27");
    let link = PROVIDER.replace_all(&link, |found: &regex::Captures<'_>| {
        format!("{}{}", found[0][..3].to_ascii_lowercase(), &found[0][3..])
    });
    (link.len() <= MAX_LINK && link.is_ascii()).then(|| link.into_owned())
}

/// `name` as the words of a link to `url`: a name that shows nothing is replaced by the host, one that itself looks like
/// a place elsewhere, in whatever letters, is followed by it.
pub(super) fn link_text(name: String, url: Option<&str>) -> String {
    let actual = url.and_then(|url| Url::parse(url).ok()?.host_str().map(str::to_owned));
    if !shows(&name) {
        return actual.unwrap_or_else(|| "—".to_owned());
    }
    let Some(actual) = actual else { return name };
    let mut claimed = host_in(&name).into_iter().chain(name.split_whitespace().filter_map(address_in));
    // In letters of another script one host looks like another: then only its name in ASCII says which it is.
    if claimed.any(|claimed| !claimed.is_ascii() || registered(&to_ascii(&claimed)) != registered(&actual)) {
        format!("{} [{actual}]", name.replace("://", &format!(":{JOINER}//")))
    } else {
        name
    }
}

/// The host that a reader takes `name` for: nothing but a host, with a scheme and a path perhaps. Signs that look like
/// ASCII (wide letters, letters in circles, other full stops) are read as it; a space between words is seen, and in no host.
fn host_in(name: &str) -> Option<String> {
    let is_seen = |character: &char| *character == ' ' || !is_unseen(*character);
    let folded: String = name.nfkc().filter(is_seen).flat_map(char::to_lowercase).collect();
    let bare = folded.trim_matches(|character: char| !character.is_alphanumeric()).replace('。', ".");
    let bare = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).unwrap_or(&bare);
    let end = bare.find(['/', '?', '#', ':', '\\']).unwrap_or(bare.len());
    let (host, path) = bare.split_at(end);
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|sign| sign.is_alphanumeric() || sign == '-' || is_mark(sign))
    };
    let top = labels.last().filter(|top| top.chars().count() >= 2 && top.chars().all(char::is_alphabetic));
    let is_host = labels.len() >= 2 && top.is_some() && labels.iter().all(is_label);
    (is_host && !path.contains(char::is_whitespace)).then(|| host.to_owned())
}

/// The host of a word that is an address.
fn address_in(word: &str) -> Option<String> {
    let folded: String = word.nfkc().flat_map(char::to_lowercase).collect();
    let is_address = folded.contains("://") || folded.contains("www.");
    let start = folded.find("://").map_or(0, |scheme| folded[..scheme].rfind("http").unwrap_or(scheme + 3));
    host_in(folded.get(start..).filter(|_| is_address)?)
}

/// `host` as the network knows it.
fn to_ascii(host: &str) -> String {
    let parsed = Url::parse(&format!("http://{host}/")).ok().and_then(|url| url.host_str().map(str::to_owned));
    parsed.unwrap_or_else(|| host.to_owned())
}

/// `url` without the part that leads to a sentence.
pub(super) fn page(url: &str) -> &str {
    url.split_once(":~:").map_or(url, |(page, _)| page.trim_end_matches('#'))
}

/// `words` as those of a link, which name the host it goes to.
pub(super) fn naming_host(words: String, url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let host = host.trim_start_matches("www.");
    match words.as_str() {
        "" => host.to_owned(),
        words if words.contains(host) => words.to_owned(),
        words => format!("{words} ({host})"),
    }
}

/// Something can be seen of a line.
pub(super) fn shows(line: &str) -> bool {
    line.chars().any(|character| !is_unseen(character) && !is_mark(character))
}

/// Blanks of all kinds, and what changes the character before it or joins two.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || is_hidden(character)
        || matches!(character, '\u{200C}'..='\u{200F}' | '\u{180B}'..='\u{180F}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{E000}'..='\u{F8FF}')
}

/// The part of a host that somebody registered, near enough: two labels, three under `co.uk` and its like.
fn registered(host: &str) -> &str {
    let labels: Vec<&str> = host.rsplit('.').collect();
    let keep = if labels.len() > 2 && labels[0].len() == 2 && labels[1].len() <= 3 { 3 } else { 2 };
    let length: usize = labels.iter().take(keep).map(|label| label.len() + 1).sum();
    &host[host.len().saturating_sub(length.saturating_sub(1))..]
}

/// `tag` if it is written like a BCP 47 tag.
pub(super) fn language(tag: &str) -> Option<String> {
    let mut parts = tag.split('-');
    let primary =
        parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    (primary && rest && tag.len() <= 35).then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_shows_what_can_be_seen_and_nothing_else() {
        let check = |input: &str, expected: &str| assert_eq!(line(input, 200), expected, "{input:?}");
        check("  two\r\n words\t\u{2028}here ", "two words here");
        check("a\u{0}b\u{1b}[31mc\u{7f}\u{9b}", "ab[31mc");
        check("safe\u{202e}gpj.exe\u{2066}x\u{2069}", "safegpj.exex");
        check("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\u{301}");
        check("👩\u{200d}🚀 می\u{200c}خواهم", "👩\u{200d}🚀 می\u{200c}خواهم");
        check(
            "Hi {{ name }} *|MAIL|* 50%OFF %%NAME%%",
            "Hi {\u{2060}{ name }} *\u{2060}|MAIL|* 50%OFF %%\u{2060}NAME%%",
        );
        check("null", "n\u{2060}ull");
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        assert_eq!(shorten("one two three", 13), "one two three");
        assert_eq!(shorten("one two three four", 13), "one two…");
        assert_eq!(shorten("onetwothreefour", 10), "onetwothr…");
        assert_eq!(shorten("日本語の長い見出し", 5), "日本語の…");
    }

    #[test]
    fn the_last_word_is_a_word_or_two_characters() {
        let check = |text: &str, last: &str| {
            let (head, found) = last_word(text);
            assert_eq!((found, format!("{head}{found}").as_str()), (last, text));
        };
        check("The port is open again.", "again.");
        check("Open.", "Open.");
        check("He said: “Open (again).”", "(again).”");
        check("港の再開を認めた。", "た。");
        check("港の再開を認めた", "めた");
        check("التقط المرصد أولى صوره", "صوره");
        check("", "");
    }

    #[test]
    fn a_long_headline_is_clipped_before_punctuation_and_only_then_between_words() {
        let check = |headline: &str, longest: usize, expected: &str| assert_eq!(clip(headline, longest), expected);
        check("A short one: whole", 90, "A short one: whole");
        let aville = "The harbour of Aville reopens today: what the mediator proposed";
        check(aville, 50, "The harbour of Aville reopens today");
        check(
            "The harbour of Aville has reopened – after six days of strike",
            50,
            "The harbour of Aville has reopened",
        );
        let early = "Harbour: reopens without a mediator and without a second proposal";
        check(early, 40, "Harbour: reopens without a mediator and…");
    }

    #[test]
    fn only_web_and_mail_links_remain() {
        let check = |input: &str, expected: Option<&str>| assert_eq!(link(input).as_deref(), expected, "{input:?}");
        check("https://example.org/a b?q={{x}}", Some("https://example.org/a%20b?q=%7B%7Bx%7D%7D"));
        check("https://bücher.example/ä", Some("https://xn--bcher-kva.example/%C3%A4"));
        check("https://example.org/?a=1&amp;b=2", Some("https://example.org/?a=1&b=2"));
        check("https://example.org/x#:~:text=Both%20sides", Some("https://example.org/x#:~:text=Both%20sides"));
        check("https://example.org/«CITATION «", Some("https://example.org/%C2%abCITATION%20%C2%AB"));
        check("javascript:alert(1)", None);
        check("data:text/html,x", None);
        check("file:///etc/passwd", None);
        check("https://bank.example@evil.example/", None);
        check("/relative", None);
    }

    #[test]
    fn a_name_that_looks_like_another_place_tells_the_true_one() {
        let check = |name: &str, url: &str, expected: &str| assert_eq!(link_text(name.into(), Some(url)), expected);
        check("bank.example", "https://evil.test/x", "bank.example [evil.test]");
        check("heise.de", "https://www.heise.de/x", "heise.de");
        check("https://bank.example/login", "https://evil.test/", "https:\u{2060}//bank.example/login [evil.test]");
        check("\u{200d} ", "https://example.org/", "example.org");
        check("Example Wire", "https://evil.test/", "Example Wire");
        check("ｂａｎｋ．ｅｘａｍｐｌｅ", "https://evil.test/", "ｂａｎｋ．ｅｘａｍｐｌｅ [evil.test]");
        check("bank。example", "https://evil.test/", "bank。example [evil.test]");
        check("bank\u{2024}example", "https://evil.test/", "bank\u{2024}example [evil.test]");
        check("🔒 bank.example", "https://evil.test/", "🔒 bank.example [evil.test]");
        check(
            "Pay at https://bank.example/ now",
            "https://evil.test/",
            "Pay at https:\u{2060}//bank.example/ now [evil.test]",
        );
        check("Pay at www.bank.example now", "https://evil.test/", "Pay at www.bank.example now [evil.test]");
        // Cyrillic а, е and р: it looks like another host and is this one.
        check("ра.example", "https://xn--80aa.example/", "ра.example [xn--80aa.example]");
        check("bаnk.example", "https://evil.test/", "bаnk.example [evil.test]");
        check("Prices rise by 2.5 percent", "https://news.example/", "Prices rise by 2.5 percent");
        check("news.example", "https://www.news.example/a", "news.example");
        check(
            "New York man threatens Rep. Ilhan Lund",
            "https://news.example/",
            "New York man threatens Rep. Ilhan Lund",
        );
        check("The ID. SPACE wagon", "https://news.example/", "The ID. SPACE wagon");
        check("ba\u{200b}nk.exa\u{2060}mple", "https://evil.test/", "ba\u{200b}nk.exa\u{2060}mple [evil.test]");
    }

    #[test]
    fn a_line_of_signs_that_nobody_sees_shows_nothing() {
        for unseen in [
            "",
            "\u{200b}\u{200d}",
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{fe0f}",
            "\u{301}\u{301}",
            "\u{e001}",
            "\u{2060}\u{a0}",
        ] {
            assert!(!shows(unseen), "{unseen:?}");
        }
        assert!(shows("е") && shows("漢") && shows("👩\u{200d}🚀") && shows("—"));
    }

    proptest! {
        #[test]
        fn a_host_in_any_disguise_never_hides_the_true_one(
            label in "[a-z]{2,10}", disguise in 0..6, at in any::<prop::sample::Index>(), path in "(/[a-z]{0,6})?",
        ) {
            let claimed = format!("{label}.example");
            let at = at.index(label.len());
            let disguised: String = claimed.char_indices().map(|(place, sign)| match (disguise, sign) {
                (0, sign) if place == at => char::from_u32(sign as u32 + 0xFEE0).unwrap(),
                (1, '.') => '．',
                (2, '.') => '。',
                (3, 'a') => 'а',
                (3, 'e') => 'е',
                (4, sign) if place == at => char::from_u32(sign as u32 - 'a' as u32 + 0x24D0).unwrap(),
                (5, sign) if place == at => sign.to_ascii_uppercase(),
                (_, sign) => sign,
            }).collect();
            let shown = link_text(line(&format!("{disguised}{path}"), 200), Some("https://evil.test/"));
            prop_assert!(shown.ends_with(" [evil.test]"), "{shown}");
        }
    }

    #[test]
    fn a_language_is_a_tag_or_nothing() {
        assert_eq!(language("pt-BR").as_deref(), Some("pt-BR"));
        assert_eq!(language("en\" onload=\""), None);
        assert_eq!(language(""), None);
    }
}
