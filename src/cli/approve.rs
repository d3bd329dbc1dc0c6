//! `digest approve`: a draft becomes an edition.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::cli::{Exit, Session};
use crate::config::Config;
use crate::error::{Error, Usage};
use crate::pipeline;

/// Puts the draft into the outbox, from where the next `digest deliver` or `digest run` sends it
///
/// With `[newsletter] approve = true` an edition waits as a draft, and nobody gets it until it is approved. Every sentence is
/// proven first, in the store and in the mail; a draft that cannot be proven is not sent, and the sentence is named.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Not before this time: an hour (10:00) of the newsletter's zone, the next one there is, or RFC 3339
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Throw the draft away instead; its articles wait for the next edition
    #[arg(long, conflicts_with = "at")]
    discard: bool,
    /// As if it were this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

pub(super) fn run(args: &Args, session: &Session) -> Result<Exit, Error> {
    let config = session.config()?;
    if args.discard {
        let edition = session.block_on(pipeline::discard_draft(&config))??;
        session.output.note(&format!("draft {} is discarded; its articles wait for the next edition", edition.id));
        return Ok(Exit::Done);
    }
    let now = args.now.unwrap_or(session.now);
    let at = args.at.as_deref().map(|text| next(text, now, &config)).transpose()?;
    let approved = session.block_on(pipeline::approve(&config, now, at))??;
    approved.problems.iter().for_each(|problem| session.output.problem(problem));
    let when = at.map_or_else(|| "the next `digest deliver` sends it".to_owned(), |at| format!("not before {at}"));
    let readers = approved.recipients;
    session.output.note(&format!("edition {} is in the outbox for {readers} readers: {when}", approved.edition.id));
    Ok(if approved.problems.is_empty() { Exit::Done } else { Exit::LeftOut })
}

/// The point in time that `text` names: an hour is the next one of it.
fn next(text: &str, now: Timestamp, config: &Config) -> Result<Timestamp, Error> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let wrong = || Usage::NotATime(text.to_owned());
    let hour = Time::strptime("%H:%M", text).map_err(|_| wrong())?;
    let zone = TimeZone::get(&config.newsletter.timezone).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(now).date();
    let tomorrow = today.checked_add(1.day()).map_err(|_| wrong())?;
    let times = [today, tomorrow].map(|day| day.to_datetime(hour).to_zoned_datetime(zone.clone()));
    let next = times.into_iter().flatten().map(|time| time.timestamp()).find(|time| *time >= now);
    next.ok_or_else(|| wrong().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_the_next_one_in_the_zone_of_the_newsletter() {
        let text = "version = 1\n[newsletter]\ntimezone = 'Europe/Berlin'\n";
        let config = Config::parse(text, "config.toml".as_ref()).unwrap();
        let check = |text: &str, now: &str, expected: &str| {
            assert_eq!(
                next(text, now.parse().unwrap(), &config).unwrap(),
                expected.parse().unwrap(),
                "{text} at {now}"
            );
        };
        check("10:00", "2026-10-19T05:00:00Z", "2026-10-19T08:00:00Z");
        check("10:00", "2026-10-19T08:00:00Z", "2026-10-19T08:00:00Z");
        check("9:30", "2026-10-19T08:00:00Z", "2026-10-20T07:30:00Z");
        // A night later the clocks go back; and an hour that a night in March leaves out is the one after it.
        check("10:00", "2026-10-24T09:00:00Z", "2026-10-25T09:00:00Z");
        check("02:30", "2026-03-28T23:30:00Z", "2026-03-29T01:30:00Z");
        check("2026-10-19T10:00:00+02:00", "2026-10-19T05:00:00Z", "2026-10-19T08:00:00Z");
        for wrong in ["", "soon", "24:00", "10", "10:00:61", "10:00 am"] {
            assert!(next(wrong, Timestamp::UNIX_EPOCH, &config).is_err(), "{wrong}");
        }
    }
}
