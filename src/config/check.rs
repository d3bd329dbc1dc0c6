//! Checks beyond serde's: addresses, patterns, ranges, files that must exist, keys that go together.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::config::diagnostic::{Diagnostic, did_you_mean};
use crate::config::file::VERSION;
use crate::config::position::{Positions, Step};
use crate::config::{Config, File, Publish, locate, sections_of};
use crate::render::{self, Templates};
use crate::send::{self, Mailbox, TransportKind};
use crate::source::Source;
use crate::store;
use crate::story::{Rule, Rules};
use crate::summary::Order;

use Step::{At, Key};

/// Days that `[store]` keeps things where it does not say.
const KEEP_DAYS: u32 = 365;

/// Nobody looks back further, in days.
const MOST_DAYS: u32 = 3660;

/// Resolves and checks `file`, which was read from `text`.
///
/// # Errors
/// All mistakes, in the order of the file.
pub(super) fn check(file: File, text: &str, path: &Path, base: &Path) -> Result<Config, Vec<Diagnostic>> {
    let mut checker = Checker { positions: Positions::of(text), base, found: Vec::new() };
    checker.version(&file);
    let timezone = checker.newsletter(&file);
    let sources = checker.sources(&file);
    let section_limits = checker.sections(&file);
    let rules = checker.rules(&file.rule).in_sections(sections_of(&sources));
    checker.numbers(&file);
    let mail = file.mail.map(|mail| checker.mail(mail));
    let rating = file.rating.map(|rating| checker.rating(rating));
    let store = checker.store(&file.store);
    let keep_days = checker.keep_days(file.store.keep_days, file.stories.remember_days);
    if let Some(ping) = &file.ping {
        checker.web_address(&ping.url, &[Key("ping"), Key("url")]);
    }
    let publish = file.publish.map(|publish| checker.publish(publish));
    let mut found = checker.found;
    if !found.is_empty() {
        found.sort_by_key(|mistake| mistake.span.as_ref().map_or(0, |span| span.start));
        return Err(found);
    }
    Ok(Config {
        path: path.to_path_buf(),
        base: base.to_path_buf(),
        newsletter: file.newsletter,
        timezone,
        sources,
        section_limits,
        rules,
        summary: file.summary,
        stories: file.stories,
        fetch: file.fetch,
        mail,
        store,
        keep_days,
        rating,
        publish,
        ping: file.ping,
        hooks: file.hooks,
    })
}

struct Checker<'a> {
    positions: Positions,
    base: &'a Path,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn span(&self, path: &[Step<'_>]) -> Option<Range<usize>> {
        self.positions.value(path)
    }

    fn wrong(&mut self, path: &[Step<'_>], message: impl Into<String>) {
        self.found.push(Diagnostic::at(self.span(path), message));
    }

    fn wrong_with_hint(&mut self, path: &[Step<'_>], message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(Diagnostic::at(self.span(path), message).hint(hint));
    }

    fn version(&mut self, file: &File) {
        if file.version.is_some_and(|version| version != VERSION) {
            self.wrong(&[Key("version")], format!("this program reads version {VERSION} of the config"));
        }
    }

    fn store(&mut self, options: &store::Options) -> store::Location {
        let file = locate::store(options.path.as_deref(), self.base);
        store::Location::new(options, file.clone(), self.base).unwrap_or_else(|why| {
            // Without the line it stands in, which may hold a password.
            self.found.push(Diagnostic::at(None, format!("[store] has {why}")));
            store::Location::File(file)
        })
    }

    /// Earlier stories are needed as long as they are remembered.
    fn keep_days(&mut self, named: Option<u32>, remembered: u32) -> u32 {
        let kept = named.unwrap_or(KEEP_DAYS);
        if kept > 0 && kept < remembered {
            let (here, there) = ([Key("store"), Key("keep_days")], [Key("stories"), Key("remember_days")]);
            let both = format!("`keep_days = {kept}` and `remember_days = {remembered}`");
            let hint = "keep the texts of earlier stories as long as they are remembered, or 0: for ever";
            if named.is_some() {
                self.wrong_with_hint(&here, format!("{both}: kept shorter than remembered"), hint);
            }
            if self.span(&there).is_some() {
                self.wrong_with_hint(&there, format!("{both}: remembered longer than kept"), hint);
            }
        }
        kept
    }

    fn newsletter(&mut self, file: &File) -> TimeZone {
        let newsletter = &file.newsletter;
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if newsletter.name.is_empty() || !newsletter.name.chars().all(plain) {
            self.wrong(&[Key("newsletter"), Key("name")], "a newsletter's name has only a-z, 0-9 and hyphens");
        }
        let languages: Vec<&str> = render::languages().collect();
        let own = self.base.join(&newsletter.template).join("texts").join(format!("{}.toml", newsletter.language));
        if !languages.contains(&newsletter.language.as_str()) && !own.is_file() {
            let path = [Key("newsletter"), Key("language")];
            let hint = format!("there are frame texts in: {}", languages.join(", "));
            self.wrong_with_hint(&path, format!("no frame texts in language `{}`", newsletter.language), hint);
        }
        self.template(&newsletter.template);
        if newsletter.editor.as_deref().is_some_and(|editor| Mailbox::parse(editor).is_err()) {
            self.wrong(&[Key("newsletter"), Key("editor")], "`editor` is no mail address");
        }
        TimeZone::get(&newsletter.timezone).unwrap_or_else(|_| {
            let path = [Key("newsletter"), Key("timezone")];
            let hint = "use a name such as `Europe/Berlin` or `UTC`";
            self.wrong_with_hint(&path, format!("unknown time zone `{}`", newsletter.timezone), hint);
            TimeZone::UTC
        })
    }

    fn template(&mut self, name: &str) {
        if Templates::names().all(|known| known != name) && !self.base.join(name).is_dir() {
            let hint = did_you_mean(name, Templates::names())
                .unwrap_or_else(|| "`digest template dump default --to FOLDER` writes one to start from".to_owned());
            let message = format!("no built-in template and no folder `{name}`");
            self.wrong_with_hint(&[Key("newsletter"), Key("template")], message, hint);
        }
    }

    fn sources(&mut self, file: &File) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for (index, options) in file.source.iter().enumerate() {
            match Source::new(&options.in_section(&file.section), &file.defaults, self.base) {
                Ok(source) if sources.iter().any(|other| other.name == source.name) => {
                    let path = [Key("source"), At(index), Key("name")];
                    self.wrong(&path, format!("another source is called `{}`", source.name));
                }
                Ok(source) => sources.push(source),
                Err(mistake) => {
                    let mut path = vec![Key("source"), At(index)];
                    path.extend(mistake.key.map(Key));
                    let mut diagnostic = Diagnostic::at(self.span(&path), mistake.what);
                    diagnostic.hint = mistake.hint;
                    self.found.push(diagnostic);
                }
            }
        }
        sources
    }

    /// The limits of the sections that have one.
    fn sections(&mut self, file: &File) -> BTreeMap<String, usize> {
        let mut limits = BTreeMap::new();
        for (index, section) in file.section.iter().enumerate() {
            let path = |key| [Key("section"), At(index), Key(key)];
            let name = section.name.trim();
            let used = file.source.iter().filter_map(|source| source.section.as_deref().map(str::trim));
            if name.is_empty() {
                self.wrong(&path("name"), "a section needs the name that its sources give");
            } else if file.section[..index].iter().any(|other| other.name.trim() == name) {
                self.wrong(&path("name"), format!("another section is called `{name}`"));
            } else if !file.source.is_empty() && used.clone().all(|known| known != name) {
                let hint = did_you_mean(name, used).unwrap_or_else(|| format!("give a source `section = \"{name}\"`"));
                self.wrong_with_hint(&path("name"), format!("no source stands in the section `{name}`"), hint);
            }
            if section.sentences.is_some() && section.words.is_some() {
                self.wrong(&path("words"), "a summary has one budget: `sentences` or `words`");
            }
            let numbers =
                [("max_stories", section.max_stories), ("sentences", section.sentences), ("words", section.words)];
            for (key, _) in numbers.iter().filter(|(_, number)| *number == Some(0)) {
                self.wrong(&path(key), format!("`{key}` is at least 1"));
            }
            limits.extend(section.max_stories.map(|most| (name.to_owned(), most)));
        }
        limits
    }

    fn rules(&mut self, rules: &[Rule]) -> Rules {
        Rules::compile(rules).unwrap_or_else(|errors| {
            for error in errors {
                let mut path = vec![Key("rule"), At(error.rule)];
                path.extend(error.field.split('.').filter(|key| !key.is_empty()).map(Key));
                // The `regex` crate draws the pattern again over several lines; its last line says what is wrong.
                let said = error.message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let what =
                    if said == error.message { said } else { format!("the pattern is no regular expression: {said}") };
                self.wrong(&path, format!("rule `{}`: {what}", error.name));
            }
            Rules::default()
        })
    }

    fn numbers(&mut self, file: &File) {
        let summary = &file.summary;
        let order = if let Order::Fixed(weight) = summary.order { Some(weight) } else { None };
        let parts = [
            ("summary", "damping", Some(summary.damping)),
            ("summary", "share", summary.share),
            ("summary", "order", order),
            ("stories", "cluster", Some(file.stories.cluster)),
            ("stories", "duplicate", Some(file.stories.duplicate)),
        ];
        for (table, key, value) in parts {
            if value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
                self.wrong(&[Key(table), Key(key)], format!("`{key}` is a number from 0 to 1"));
            }
        }
        for (key, value) in [("title", summary.title), ("redundancy", summary.redundancy)] {
            if !value.is_finite() || value < 0.0 {
                self.wrong(&[Key("summary"), Key(key)], format!("`{key}` is a number from 0 up"));
            }
        }
        let budgets = [("sentences", summary.sentences), ("words", summary.words)];
        for (key, _) in budgets.iter().filter(|(_, value)| *value == Some(0)) {
            self.wrong(&[Key("summary"), Key(key)], format!("`{key}` is at least 1"));
        }
        let set = |key: &'static str, is_set: bool| is_set.then_some(key);
        let given = [
            set("sentences", summary.sentences.is_some()),
            set("words", summary.words.is_some()),
            set("share", summary.share.is_some()),
        ];
        if let Some(second) = given.into_iter().flatten().nth(1) {
            self.wrong(&[Key("summary"), Key(second)], "a summary has one budget: `sentences`, `words` or `share`");
        }
        if file.stories.remember_days > MOST_DAYS {
            self.wrong(&[Key("stories"), Key("remember_days")], format!("`remember_days` is at most {MOST_DAYS}"));
        }
        if file.newsletter.first_hours > 24 * MOST_DAYS {
            let most = 24 * MOST_DAYS;
            self.wrong(&[Key("newsletter"), Key("first_hours")], format!("`first_hours` is at most {most}"));
        }
        for (key, value) in [("connections", file.fetch.connections), ("per_host", file.fetch.per_host)] {
            if value == 0 {
                self.wrong(&[Key("fetch"), Key(key)], format!("`{key}` is at least 1"));
            }
        }
    }

    fn mail(&mut self, mut mail: send::Options) -> send::Options {
        const MAIL: Step<'static> = Key("mail");
        if mail.from.is_empty() {
            let hint = "add `from = \"Name <name@example.org>\"`";
            self.wrong_with_hint(&[MAIL, Key("from")], "the mail has no sender: `from` is missing", hint);
        } else {
            self.mailbox(&mail.from, &[MAIL, Key("from")]);
        }
        for (index, to) in mail.to.iter().enumerate() {
            self.mailbox(to.address(), &[MAIL, Key("to"), At(index)]);
        }
        for (index, bcc) in mail.bcc.iter().enumerate() {
            self.mailbox(bcc, &[MAIL, Key("bcc"), At(index)]);
        }
        if let Some(owner) = &mail.owner {
            self.mailbox(owner, &[MAIL, Key("owner")]);
        }
        if let Some(reply_to) = &mail.reply_to {
            self.mailbox(reply_to, &[MAIL, Key("reply_to")]);
        }
        if mail.to.is_empty() && mail.recipients.is_none() {
            self.wrong_with_hint(&[MAIL], "nobody gets this mail", "give `to = [\"you@example.org\"]` or `recipients`");
        }
        self.smtp(&mail);
        if mail.transport == TransportKind::Sendmail && mail.sendmail.command.is_empty() {
            self.wrong(&[MAIL, Key("sendmail"), Key("command")], "`command` needs a program");
        }
        self.present(&mut mail.recipients, &[MAIL, Key("recipients")]);
        self.present(&mut mail.unsubscribe_secret_file, &[MAIL, Key("unsubscribe_secret_file")]);
        self.present(&mut mail.smtp.password_file, &[MAIL, Key("smtp"), Key("password_file")]);
        self.present(&mut mail.smtp.ca_file, &[MAIL, Key("smtp"), Key("ca_file")]);
        if let Some(dkim) = &mut mail.dkim {
            let mut key_file = Some(std::mem::take(&mut dkim.key_file));
            self.present(&mut key_file, &[MAIL, Key("dkim"), Key("key_file")]);
            dkim.key_file = key_file.unwrap_or_default();
        }
        if let Some(url) = &mail.unsubscribe_url {
            self.web_address(url, &[MAIL, Key("unsubscribe_url")]);
        }
        mail.file.folder = self.base.join(&mail.file.folder);
        mail
    }

    fn rating(&mut self, mut rating: send::RatingOptions) -> send::RatingOptions {
        self.mailbox(&rating.mailto, &[Key("rating"), Key("mailto")]);
        let mut secret_file = Some(rating.secret_file);
        self.present(&mut secret_file, &[Key("rating"), Key("secret_file")]);
        rating.secret_file = secret_file.unwrap_or_default();
        rating
    }

    fn publish(&mut self, mut publish: Publish) -> Publish {
        if let Some(url) = &mut publish.url {
            self.web_address(url, &[Key("publish"), Key("url")]);
            if !url.ends_with('/') {
                url.push('/');
            }
        }
        if publish.folder.as_os_str().is_empty() {
            self.wrong(&[Key("publish"), Key("folder")], "the archive needs a folder of its own");
        }
        publish.folder = self.base.join(&publish.folder);
        publish
    }

    fn smtp(&mut self, mail: &send::Options) {
        let smtp = &mail.smtp;
        let path = |key: &'static str| [Key("mail"), Key("smtp"), Key(key)];
        if mail.transport == TransportKind::Smtp && smtp.host.is_empty() {
            let hint = "add `[mail.smtp] host = \"smtp.example.org\"`, or `transport = \"sendmail\"` in `[mail]`";
            self.wrong_with_hint(&path("host"), "`transport = \"smtp\"` needs a server", hint);
        }
        let secrets = [
            ("password_command", smtp.password_command.is_some()),
            ("password_file", smtp.password_file.is_some()),
            ("password_env", smtp.password_env.is_some()),
        ];
        let mut given = secrets.iter().filter(|(_, is_set)| *is_set).map(|(key, _)| *key);
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let message = format!("two secrets: `{first}` and `{second}`");
            self.wrong_with_hint(&path(second), message, format!("keep one of them, for example `{first}`"));
        }
        let has_secret = secrets.iter().any(|(_, is_set)| *is_set);
        if smtp.username.is_some() && !has_secret {
            let hint = "add `password_command`, `password_file` or `password_env`";
            self.wrong_with_hint(&path("username"), "a user without a password", hint);
        }
        if smtp.connections == 0 {
            self.wrong(&path("connections"), "`connections` is at least 1");
        }
    }

    fn mailbox(&mut self, text: &str, path: &[Step<'_>]) {
        if let Err(error) = Mailbox::parse(text) {
            self.wrong_with_hint(path, error.to_string(), "write `name@example.org` or `Name <name@example.org>`");
        }
    }

    fn web_address(&mut self, text: &str, path: &[Step<'_>]) {
        let is_web = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web {
            self.wrong(path, format!("`{text}` is no http or https address"));
        }
    }

    /// Resolves a path against the config's folder and asks for the file to be there.
    fn present(&mut self, file: &mut Option<PathBuf>, path: &[Step<'_>]) {
        let Some(given) = file else { return };
        let resolved = self.base.join(&given);
        if !resolved.is_file() {
            self.wrong(path, format!("there is no file `{}`", given.display()));
        }
        *given = resolved;
    }
}
