//! `digest group`: articles in, stories out.

use std::io::{BufRead, BufReader, Read, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::cli::{Exit, terminal};
use crate::model::Article;
use crate::story::{self, Frequencies, Options};

/// A line may be this long.
const LONGEST_LINE: u64 = 64 << 20;

/// Finds which articles tell one event and which are copies.
///
/// Reads JSON Lines {"id","source"?,"published"?,"language"?,"title"?,"text"?,"url"?} and answers each, in their order, with
/// {"id","story","duplicate_of"?}. Articles of one event have the same number for a story.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files of JSON Lines, read as one; `-` or none reads standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    /// Read and write JSON Lines (the only form there is)
    #[arg(long)]
    jsonl: bool,
    /// Instead of stories, how probably two articles tell one event, and what that is made of, a line a pair:
    /// {"a","b","probability","features"}
    #[arg(long, group = "stage")]
    pairs: bool,
    /// Instead of stories, the counts of words that `--frequencies` takes, a line each: of several parts, one after the other,
    /// they are those of the whole
    #[arg(long, group = "stage")]
    counts: bool,
    /// Instead of stories, the words by which each article is found, with their weights: {"id","keys":[[word,weight],…]}. Two
    /// articles can tell one event only if the products over shared keys sum up to 0.02
    #[arg(long, group = "stage")]
    keys: bool,
    /// Weighs the articles as a part of a larger corpus, of which these are the counts
    #[arg(long, value_name = "FILE", conflicts_with = "counts")]
    frequencies: Option<String>,
    /// Mean probability, 0 to 1, from which two groups of articles are one story
    #[arg(long, value_name = "P", default_value_t = Options::default().cluster)]
    cluster: f64,
    /// Share, 0 to 1, of the shorter text found in the longer one, from which both are one article
    #[arg(long, value_name = "SHARE", default_value_t = Options::default().duplicate)]
    duplicate: f64,
}

/// One line of the input.
#[derive(Debug, Deserialize)]
struct Record {
    id: serde_json::Value,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// One line of the output.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    story: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<&'a serde_json::Value>,
}

/// The result of one line.
enum Line {
    /// The article of this place.
    Article(usize),
    /// A line that is no record.
    Bad { line: usize, error: String },
}

/// All that was read.
#[derive(Default)]
struct Input {
    lines: Vec<Line>,
    ids: Vec<serde_json::Value>,
    articles: Vec<Article>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let mut input = Input::default();
    let stdin = ["-".to_owned()];
    for name in if args.inputs.is_empty() { &stdin[..] } else { &args.inputs } {
        input.read(name).map_err(|source| Error::File { action: "read", path: name.clone(), source })?;
    }
    let whole = args.frequencies.as_deref().map(frequencies).transpose()?;
    let whole = whole.as_ref();
    let options = Options { cluster: args.cluster, duplicate: args.duplicate, ..Options::default() };
    let mut out = std::io::BufWriter::new(terminal::stdout());
    let answered = if args.pairs {
        input.pairs(&story::score_pairs(&input.articles, whole), &mut out)
    } else if args.counts {
        lines(&story::count_words(&input.articles), &mut out)
    } else if args.keys {
        let keys = story::keys(&input.articles, whole);
        let keyed = input.ids.iter().zip(keys).map(|(id, keys)| serde_json::json!({ "id": id, "keys": keys }));
        lines(&keyed.collect::<Vec<_>>(), &mut out)
    } else {
        input.answer(&story::group(&input.articles, &options, whole), &mut out)
    };
    match answered.and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::File { action: "write", path: "standard output".to_owned(), source: error })
        }
        _ if input.lines.iter().any(|line| matches!(line, Line::Bad { .. })) => Ok(Exit::LeftOut),
        _ => Ok(Exit::Done),
    }
}

/// One JSON line each.
fn lines(values: &[impl Serialize], out: &mut impl Write) -> std::io::Result<()> {
    for value in values {
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The counts in the file at `path`.
fn frequencies(path: &str) -> Result<Frequencies, Error> {
    let fails = |source| Error::File { action: "read", path: path.to_owned(), source };
    let mut whole = Frequencies::default();
    for (number, line) in BufReader::new(std::fs::File::open(path).map_err(fails)?).lines().enumerate() {
        let line = line.map_err(fails)?;
        let count = serde_json::from_str(&line).map_err(|_| {
            let what = format!("line {} is no count of `digest group --counts`", number + 1);
            fails(std::io::Error::new(std::io::ErrorKind::InvalidData, what))
        })?;
        whole.add(count);
    }
    Ok(whole)
}

impl Input {
    fn read(&mut self, name: &str) -> std::io::Result<()> {
        let reader: Box<dyn Read> =
            if name == "-" { Box::new(std::io::stdin()) } else { Box::new(std::fs::File::open(name)?) };
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                self.add(&line);
            }
        }
    }

    fn add(&mut self, line: &[u8]) {
        let number = self.lines.len() + 1;
        match serde_json::from_slice::<Record>(line) {
            Err(error) => self.lines.push(Line::Bad { line: number, error: error.to_string() }),
            Ok(record) => {
                self.lines.push(Line::Article(self.articles.len()));
                self.articles.push(Article {
                    id: record.id.to_string(),
                    source: record.source.unwrap_or_default(),
                    url: record.url,
                    title: record.title.unwrap_or_default(),
                    published: record.published.as_deref().and_then(date),
                    language: record.language,
                    text: record.text.unwrap_or_default(),
                    ..Article::default()
                });
                self.ids.push(record.id);
            }
        }
    }

    fn pairs(&self, scored: &[story::ScoredPair], out: &mut impl Write) -> std::io::Result<()> {
        for story::ScoredPair { a, b, probability, features } in scored {
            let (a, b) = (&self.ids[*a], &self.ids[*b]);
            let line = serde_json::json!({ "a": a, "b": b, "probability": probability, "features": features });
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn answer(&self, grouped: &[story::Grouped], out: &mut impl Write) -> std::io::Result<()> {
        for line in &self.lines {
            match line {
                Line::Bad { line, error } => {
                    serde_json::to_writer(&mut *out, &serde_json::json!({ "line": line, "error": error }))?;
                }
                Line::Article(place) => {
                    let found = grouped[*place];
                    let duplicate_of = found.duplicate_of.map(|original| &self.ids[original]);
                    let answer = Answer { id: &self.ids[*place], story: found.story, duplicate_of };
                    serde_json::to_writer(&mut *out, &answer)?;
                }
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// RFC 3339, an ISO date, an RFC 2822 date, or an American one (`Nov. 3, 2015`), as noon UTC when it has no time.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let day = |date: Date| format!("{date}T12:00:00Z").parse().ok();
    let iso = |text: &str| text.get(..10).and_then(|start| start.parse::<Date>().ok());
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    iso(text).and_then(day).or_else(|| american(text).and_then(day))
}

/// Month by its first three letters, day, year; whatever follows is not looked at.
fn american(text: &str) -> Option<Date> {
    let mut words = text.split([' ', ',', '.']).filter(|word| !word.is_empty());
    let month: String = words.next()?.chars().take(3).collect();
    let (number, year) = (words.next()?, words.next()?);
    Date::strptime("%b %d %Y", format!("{month} {number} {year}")).ok()
}

#[cfg(test)]
mod tests {
    use super::date;

    fn check(text: &str, expected: &str) {
        let found = date(text).map(|time| time.to_string()).unwrap_or_default();
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{text}: {found}");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        check("2011-04-07", "2011-04-07");
        check("2011-04-07T10:00:00+02:00", "2011-04-07T08:00:00Z");
        check("2011-04-07 10:00", "2011-04-07");
        check("July 23, 2011", "2011-07-23");
        check("Sept. 3, 2014 10:15 am", "2014-09-03");
        check("Thu, 07 Apr 2011 10:00:00 +0000", "2011-04-07T10:00:00Z");
        check("yesterday", "");
        check("", "");
    }
}
