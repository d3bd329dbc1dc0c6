//! The words of the frame (labels, counts, dates) in each language: data in `texts/*.toml`.
//!
//! To add a language: copy `texts/en.toml`, translate it, and name it in [`SHIPPED`]. A template folder may bring its own
//! as `texts/<code>.toml` without touching any Rust; a key that it does not have is English there, so that a folder made
//! for an earlier version still renders.

use std::collections::BTreeMap;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::render::Error;
use crate::render::direction::Direction;

/// The languages that come with the program; the first is used for those that do not.
const SHIPPED: &[(&str, &str)] = &[
    ("en", include_str!("texts/en.toml")),
    ("de", include_str!("texts/de.toml")),
    ("fr", include_str!("texts/fr.toml")),
    ("es", include_str!("texts/es.toml")),
    ("it", include_str!("texts/it.toml")),
    ("pt", include_str!("texts/pt.toml")),
    ("nl", include_str!("texts/nl.toml")),
];

/// BCP 47 codes of the languages whose frame texts come with the program.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(code, _)| *code)
}

/// The frame in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    #[serde(skip)]
    pub(super) code: String,
    #[serde(skip)]
    locale: Option<Locale>,
    direction: String,
    /// Files of earlier versions have it; the language's own rules know it now.
    #[serde(default, rename = "zero_is_singular")]
    _zero_is_singular: Option<bool>,
    dates: Dates,
    pub(super) counts: Counts,
    pub(super) labels: Labels,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    long: String,
    short: String,
    with_year: String,
    brief: String,
    month: String,
    first: String,
    weekdays: [String; 7],
    months: [String; 12],
    months_short: [String; 12],
}

/// A text for each number of things.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Count {
    /// By the language's plural category (CLDR).
    Forms(Forms),
    /// One thing, and any other number of them.
    Two([String; 2]),
}

/// The plural categories of CLDR; a language uses two or three of them, Arabic all six.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forms {
    zero: Option<String>,
    one: Option<String>,
    two: Option<String>,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

impl Count {
    fn form(&self, category: PluralCategory) -> &str {
        match self {
            Self::Two([one, other]) => {
                if category == PluralCategory::One {
                    one
                } else {
                    other
                }
            }
            Self::Forms(forms) => {
                let form = match category {
                    PluralCategory::Zero => &forms.zero,
                    PluralCategory::One => &forms.one,
                    PluralCategory::Two => &forms.two,
                    PluralCategory::Few => &forms.few,
                    PluralCategory::Many => &forms.many,
                    PluralCategory::Other => &None,
                };
                form.as_ref().unwrap_or(&forms.other)
            }
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counts {
    pub(super) story: Count,
    pub(super) source: Count,
    pub(super) stories_from_sources: String,
    pub(super) reading: Count,
    pub(super) more: Count,
    pub(super) unlisted: Count,
    pub(super) and_more_stories: Count,
    pub(super) left_out: Count,
}

/// Labels that templates print unchanged, and the patterns the view fills in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    pub(super) contents: String,
    pub(super) stories: String,
    pub(super) other_stories: String,
    pub(super) top_story: String,
    pub(super) further_down: String,
    pub(super) further_down_list: String,
    pub(super) update: String,
    pub(super) first_told: String,
    pub(super) untitled: String,
    pub(super) teaser: String,
    pub(super) subscribers_only: String,
    pub(super) also_in: String,
    pub(super) adds: String,
    pub(super) reports: String,
    pub(super) more_of_this: String,
    pub(super) less_of_this: String,
    pub(super) this_sentence: String,
    pub(super) read_in_place: String,
    pub(super) from_the_editor: String,
    pub(super) our_note: String,
    pub(super) advertisement: String,
    pub(super) nothing_new: String,
    pub(super) end: String,
    pub(super) how_to_read: String,
    pub(super) how_to_read_text: String,
    pub(super) more_sources: String,
    pub(super) view_online: String,
    pub(super) health: String,
    pub(super) only_you: String,
    pub(super) answered: String,
    pub(super) not_read: String,
    pub(super) since: String,
    pub(super) why_own: String,
    pub(super) stop_own: String,
    pub(super) why_list: String,
    pub(super) why_list_since: String,
    pub(super) unsubscribe: String,
    pub(super) preferences: String,
    pub(super) all_editions: String,
    pub(super) search: String,
    pub(super) search_archive: String,
    pub(super) search_none: String,
    pub(super) older: String,
    pub(super) newer: String,
    pub(super) kept_text: String,
    pub(super) kept_marks: String,
}

/// All languages known to one template.
#[derive(Debug, Clone)]
pub(super) struct Library(BTreeMap<String, Texts>);

impl Library {
    /// The shipped languages and those among the template's `files`, which win.
    pub(super) fn new(files: &BTreeMap<String, String>) -> Result<Self, Error> {
        let shipped = SHIPPED.iter().map(|(code, toml)| (*code, format!("texts/{code}.toml"), *toml));
        let own = files.iter().filter_map(|(name, toml)| {
            let code = name.strip_prefix("texts/")?.strip_suffix(".toml")?;
            Some((code, name.clone(), toml.as_str()))
        });
        let mut library = BTreeMap::new();
        for (code, name, toml) in shipped.chain(own) {
            library.insert(code.to_ascii_lowercase(), Texts::parse(code, &name, toml)?);
        }
        Ok(Self(library))
    }

    /// The tags of all of them, in alphabetical order.
    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|texts| texts.code.as_str())
    }

    /// The texts for a BCP 47 tag: its own, else those of its language, else the next `wanted`, else English.
    pub(super) fn find<'a>(&self, wanted: impl IntoIterator<Item = &'a str>) -> &Texts {
        let known = |tag: &str| {
            let tag = tag.to_ascii_lowercase();
            let mut shorter = Some(tag.as_str());
            while let Some(prefix) = shorter {
                if let Some(texts) = self.0.get(prefix) {
                    return Some(texts);
                }
                shorter = prefix.rsplit_once('-').map(|(head, _)| head);
            }
            None
        };
        wanted.into_iter().find_map(known).unwrap_or_else(|| &self.0[SHIPPED[0].0])
    }
}

impl Texts {
    fn parse(code: &str, file: &str, source: &str) -> Result<Self, Error> {
        let wrong = |error: toml::de::Error| {
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            Error::at(file, source, error.span().map_or(0, |span| span.start), &message)
        };
        let own: Table = toml::from_str(source).map_err(wrong)?;
        let mut texts: Self = match toml::from_str(source) {
            Ok(texts) => texts,
            // A key is missing, or one is wrong: with those of English filled in only the latter remains.
            Err(error) => filled_in(own).try_into().map_err(|_| wrong(error))?,
        };
        code.clone_into(&mut texts.code);
        texts.locale = Locale::try_from_str(code).ok();
        Ok(texts)
    }

    /// Which way the frame runs.
    pub(super) fn direction(&self) -> Direction {
        if self.direction == "rtl" { Direction::Rtl } else { Direction::Ltr }
    }

    /// `count`'s text for `n` things.
    pub(super) fn count(&self, count: &Count, n: usize) -> String {
        let usual = if n == 1 { PluralCategory::One } else { PluralCategory::Other };
        // The rules are part of the program: to look them up costs less than to share them between threads.
        let locale = self.locale.clone();
        let rules = locale.and_then(|locale| PluralRules::try_new(locale.into(), PluralRuleType::Cardinal.into()).ok());
        let category = rules.map_or(usual, |rules| rules.category_for(n));
        fill(count.form(category), &[("n", &n.to_string())])
    }

    /// Weekday, day, month and year, as the head of a page has it.
    pub(super) fn long_date(&self, date: Date) -> String {
        capitalized(&self.date(&self.dates.long, date))
    }

    /// Month and year, as a head.
    pub(super) fn month(&self, date: Date) -> String {
        capitalized(&self.date(&self.dates.month, date))
    }

    /// Day and month, and the year if it is another than that of `today`.
    pub(super) fn short_date(&self, date: Date, today: Date) -> String {
        let pattern = if date.year() == today.year() { &self.dates.short } else { &self.dates.with_year };
        self.date(pattern, date)
    }

    /// Day and short month, for a byline; of another year than `today`'s, day, month and year.
    pub(super) fn brief_date(&self, date: Date, today: Date) -> String {
        if date.year() != today.year() {
            return self.full_date(date);
        }
        self.date_with(&self.dates.brief, &self.dates.months_short, date)
    }

    /// Day, month and year.
    pub(super) fn full_date(&self, date: Date) -> String {
        self.date(&self.dates.with_year, date)
    }

    fn date(&self, pattern: &str, date: Date) -> String {
        self.date_with(pattern, &self.dates.months, date)
    }

    fn date_with(&self, pattern: &str, months: &[String; 12], date: Date) -> String {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        let day = if date.day() == 1 { self.dates.first.clone() } else { date.day().to_string() };
        let (weekday, month) = (&self.dates.weekdays[weekday], &months[month]);
        fill(pattern, &[("weekday", weekday), ("day", &day), ("month", month), ("year", &date.year().to_string())])
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `own` with the English texts in the places of missing ones.
fn filled_in(mut own: Table) -> Table {
    let english: Table = toml::from_str(SHIPPED[0].1).unwrap_or_default();
    for (key, value) in english {
        match (own.get_mut(&key).and_then(toml::Value::as_table_mut), value) {
            (Some(section), toml::Value::Table(texts)) => {
                for (key, text) in texts {
                    section.entry(key).or_insert(text);
                }
            }
            (None, value) => drop(own.entry(key).or_insert(value)),
            (Some(_), _) => {}
        }
    }
    own
}

/// The zone of an IANA name out of the bundled database, so that no disk is read; UTC for a name it does not know.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// The day of `time` in `zone`.
pub(super) fn day(time: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(time).date()
}

/// `pattern` with each `{name}` replaced; what is put in is not looked at again.
pub(super) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let after = &rest[open + 1..];
        let known = after.find('}').and_then(|close| {
            let value = values.iter().find(|(name, _)| *name == &after[..close])?.1;
            Some((close, value))
        });
        filled.push_str(&rest[..open]);
        match known {
            Some((close, value)) => {
                filled.push_str(value);
                rest = &after[close + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        Library::new(&BTreeMap::new()).unwrap()
    }

    #[test]
    fn each_shipped_language_writes_its_dates_and_counts() {
        let date = Date::constant(2025, 7, 1);
        let check = |tag: &str, long: &str, short: &str, none: &str| {
            let library = library();
            let texts = library.find([tag]);
            assert_eq!(texts.long_date(date), long);
            assert_eq!(texts.short_date(date, date), short);
            assert_eq!(texts.count(&texts.counts.story, 0), none);
        };
        check("en", "Tuesday, 1 July 2025", "1 July", "0 stories");
        check("de-AT", "Dienstag, 1. Juli 2025", "1. Juli", "0 Meldungen");
        check("fr", "Mardi 1er juillet 2025", "1er juillet", "0 sujet");
        check("es", "Martes, 1 de julio de 2025", "1 de julio", "0 noticias");
        check("it", "Martedì 1º luglio 2025", "1º luglio", "0 notizie");
        check("pt-BR", "Terça-feira, 1 de julho de 2025", "1 de julho", "0 notícia");
        check("nl", "Dinsdag 1 juli 2025", "1 juli", "0 berichten");
    }

    #[test]
    fn a_byline_of_another_year_names_the_year() {
        let library = library();
        let texts = library.find(["en"]);
        let today = Date::constant(2026, 12, 1);
        assert_eq!(texts.brief_date(Date::constant(2026, 11, 14), today), "14 Nov");
        assert_eq!(texts.brief_date(Date::constant(2019, 11, 14), today), "14 November 2019");
    }

    #[test]
    fn an_unknown_language_falls_back_to_the_next_and_then_to_english() {
        assert_eq!(library().find(["ja", "de"]).code, "de");
        assert_eq!(library().find(["ja"]).code, "en");
    }

    #[test]
    fn a_template_may_bring_a_language_a_missing_key_is_english_and_a_wrong_one_is_shown_with_its_place() {
        let own = |toml: String| BTreeMap::from([("texts/sv.toml".to_owned(), toml)]);
        let swedish = SHIPPED[0].1.replace("\"Update\"", "\"Nytt\"");
        assert_eq!(Library::new(&own(swedish.clone())).unwrap().find(["sv"]).labels.update, "Nytt");
        let earlier: String =
            swedish.lines().filter(|line| !line.starts_with("adds")).map(|line| format!("{line}\n")).collect();
        assert_eq!(Library::new(&own(earlier)).unwrap().find(["sv"]).labels.adds, "{source} adds:");
        let error = Library::new(&own(swedish.replace("teaser =", "tease ="))).unwrap_err();
        assert_eq!(error.place.clone().unwrap().file, "texts/sv.toml");
        assert!(error.to_string().contains("tease"), "{error}");
    }

    #[test]
    fn a_language_with_more_than_two_plurals_has_its_forms() {
        let forms = "story = { one = \"{n} artykuł\", few = \"{n} artykuły\", many = \"{n} artykułów\", other = \"{n} artykułu\" }";
        let polish: String = SHIPPED[0]
            .1
            .lines()
            .map(|line| if line.starts_with("story =") { forms } else { line })
            .fold(String::new(), |file, line| file + line + "\n");
        let library = Library::new(&BTreeMap::from([("texts/pl.toml".to_owned(), polish)])).unwrap();
        let texts = library.find(["pl"]);
        let written = [0, 1, 2, 5, 12, 22, 25].map(|n| texts.count(&texts.counts.story, n));
        let expected =
            ["0 artykułów", "1 artykuł", "2 artykuły", "5 artykułów", "12 artykułów", "22 artykuły", "25 artykułów"];
        assert_eq!(written, expected);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        assert_eq!(fill("{a} and {b} {c}", &[("a", "{b}"), ("b", "2")]), "{b} and 2 {c}");
    }

    #[test]
    fn a_date_is_that_of_the_editions_zone() {
        let time: Timestamp = "2025-06-02T22:30:00Z".parse().unwrap();
        assert_eq!(day(time, &zone("Europe/Berlin")).day(), 3);
        assert_eq!(day(time, &zone("America/New_York")).day(), 2);
        assert_eq!(day(time, &zone("Nowhere/Land")).day(), 2);
    }
}
