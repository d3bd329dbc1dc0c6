//! Templates, loaded and checked.

use std::collections::BTreeMap;

use css_inline::CSSInliner;
use tera::{Context, Kwargs, State, Tera, Value};

use crate::model::{Edition, SourceHealthFor};
use crate::render::reader::ReaderView;
use crate::render::texts::Library;
use crate::render::view::View;
use crate::render::{Error, Reader, Rendered, Why, display, escape, tidy, wrap};

/// The files a template consists of: subject, HTML, text, Markdown.
pub const FILES: [&str; 4] = ["subject.txt", "edition.html", "edition.txt", "edition.md"];

/// The template that lends its files to those that do not have them.
const DEFAULT: &[(&str, &str)] = &[
    (FILES[0], include_str!("../../templates/default/subject.txt")),
    (FILES[1], include_str!("../../templates/default/edition.html")),
    (FILES[2], include_str!("../../templates/default/edition.txt")),
    (FILES[3], include_str!("../../templates/default/edition.md")),
    ("story.html", include_str!("../../templates/default/story.html")),
    ("story.txt", include_str!("../../templates/default/story.txt")),
    ("story.md", include_str!("../../templates/default/story.md")),
    ("sentences.html", include_str!("../../templates/default/sentences.html")),
    ("advertisement.html", include_str!("../../templates/default/advertisement.html")),
    ("advertisement.txt", include_str!("../../templates/default/advertisement.txt")),
    ("advertisement.md", include_str!("../../templates/default/advertisement.md")),
];

const PLAIN: &[(&str, &str)] = &[
    (FILES[1], include_str!("../../templates/plain/edition.html")),
    ("story.html", include_str!("../../templates/plain/story.html")),
    ("advertisement.html", include_str!("../../templates/plain/advertisement.html")),
];

const BUILTIN: [(&str, &[(&str, &str)]); 2] = [("default", DEFAULT), ("plain", PLAIN)];

/// A template, parsed; cheap to keep, not cheap to make.
#[derive(Debug)]
pub struct Templates {
    html: Tera,
    text: Tera,
    markdown: Tera,
    pub(super) library: Library,
    inliner: CSSInliner<'static>,
}

impl Templates {
    /// The names of the templates that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The files of a template that comes with the program.
    pub fn sources(name: &str) -> Option<BTreeMap<String, String>> {
        let (_, files) = BUILTIN.iter().find(|(known, _)| *known == name)?;
        Some(files.iter().map(|(file, source)| ((*file).to_owned(), (*source).to_owned())).collect())
    }

    /// A template that comes with the program.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn builtin(name: &str) -> Result<Self, Error> {
        let unknown = || {
            let names: Vec<_> = Self::names().map(|name| format!("`{name}`")).collect();
            Error::plain(format!("no template is called `{name}`; built in are {}", names.join(" and ")))
        };
        Self::parse(&Self::sources(name).ok_or_else(unknown)?)
    }

    /// A template out of its files: name inside the folder → content. Of the four of [`FILES`] at least one must be there,
    /// the others are those of `default`; other `.html`, `.txt` and `.md` files may be included by them, and
    /// `texts/<language>.toml` adds a language.
    ///
    /// # Errors
    /// None of the four is there, or a file is wrong: a syntax error, an unknown filter, an incomplete language.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Error> {
        if !FILES.iter().any(|name| files.contains_key(*name)) {
            return Err(Error::plain(format!("the template has none of the files {}", FILES.join(", "))));
        }
        let lent = DEFAULT.iter().filter(|(name, _)| !files.contains_key(*name)).copied();
        let templates: Vec<(&str, &str)> = files
            .iter()
            .filter(|(name, _)| [".html", ".txt", ".md"].iter().any(|suffix| name.ends_with(suffix)))
            .map(|(name, source)| (name.as_str(), source.as_str()))
            .chain(lent)
            .collect();
        let inliner = CSSInliner::options().load_remote_stylesheets(false).minify_css(true).build();
        Ok(Self {
            html: engine(&[".html"], tera::escape_html, &templates)?,
            text: engine(&[".txt"], escape::text, &templates)?,
            markdown: engine(&[".md"], escape::markdown, &templates)?,
            library: Library::new(files)?,
            inliner,
        })
    }

    /// BCP 47 codes of the languages its frame speaks: the shipped ones and those among its files.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.library.codes()
    }

    /// Everything `reader` gets of `edition`.
    ///
    /// For many readers it is rendered once, with something in the reader's place that is replaced in each copy.
    ///
    /// # Errors
    /// The template does not fit the data: an unknown name, a wrong type.
    pub fn render(&self, edition: &Edition, reader: &Reader) -> Result<Rendered, Error> {
        let wanted = reader.language.as_deref().into_iter().chain([edition.language.as_str()]);
        let texts = self.library.find(wanted);
        let mut view = View::new(edition, texts);
        view.edition.online = reader.online.as_deref().and_then(display::link);
        let tells_health = match edition.layout.source_health {
            SourceHealthFor::None => false,
            SourceHealthFor::Owner => reader.why == Why::OwnDigest,
            SourceHealthFor::All => true,
        };
        if !tells_health {
            (view.health.asked, view.health.line) = (0, String::new());
            view.health.failed.clear();
        }
        let mut context = Context::from_serialize(&view)?;
        context.insert("reader", &ReaderView::new(reader, edition, texts));
        let [subject, html, text, markdown] = FILES;
        let subject = tidy::subject(&self.run(subject, &context)?);
        context.insert("subject", &subject);
        let inlined = self.inliner.inline(&self.run(html, &context)?);
        let html = inlined.map_err(|error| Error::plain(format!("cannot inline the CSS: {error}")))?;
        Ok(Rendered {
            html: tidy::html(&tidy::attributes(&html.replace(" data-css-inline=\"keep\"", ""))),
            text: tidy::text(&self.run(text, &context)?),
            markdown: tidy::text(&self.run(markdown, &context)?),
            subject,
        })
    }

    /// `file` of the template, with `context`.
    pub(super) fn run(&self, file: &str, context: &Context) -> Result<String, Error> {
        let engine = match file.rsplit_once('.') {
            Some((_, "html")) => &self.html,
            Some((_, "md")) => &self.markdown,
            _ => &self.text,
        };
        Ok(engine.render(file, context)?)
    }
}

/// One engine a kind of file, since an engine knows one way to escape.
pub(super) fn engine(
    suffixes: &[&'static str],
    escape: tera::EscapeFn,
    templates: &[(&str, &str)],
) -> Result<Tera, Error> {
    let mut engine = Tera::new();
    engine.autoescape_on(suffixes.iter().copied());
    engine.set_escape_fn(escape);
    engine.register_filter("safe", refuse_safe);
    engine.register_filter("wrap", wrap_filter);
    engine.register_filter("shorten", shorten_filter);
    engine.register_filter("clip", clip_filter);
    engine.register_filter("unbroken", unbroken_filter);
    engine.register_filter("underline", underline_filter);
    engine.add_raw_templates(templates.iter().copied())?;
    Ok(engine)
}

/// Everything a template prints comes from outside; none of it may pass unescaped.
fn refuse_safe(_: Value, _: Kwargs, _: &State) -> Result<Value, tera::Error> {
    Err(tera::Error::message(
        "the `safe` filter is not available: all that an edition says comes from outside and is escaped",
    ))
}

/// `wrap(first="", rest="", width=72, whole=false)`: lines of that display width behind those margins.
fn wrap_filter(text: &str, arguments: Kwargs, _: &State) -> Result<Value, tera::Error> {
    let margin = |name| arguments.get::<&str>(name).map(Option::unwrap_or_default);
    let columns = arguments.get::<usize>("width")?.unwrap_or(wrap::COLUMNS);
    let whole = arguments.get::<bool>("whole")?.unwrap_or_default();
    Ok(Value::safe_string(&wrap::wrap(text, margin("first")?, margin("rest")?, columns, whole)))
}

/// `shorten(length=N)`: at most that many characters, cut between words.
fn shorten_filter(text: &str, arguments: Kwargs, _: &State) -> Result<String, tera::Error> {
    Ok(display::shorten(text, arguments.must_get::<usize>("length")?))
}

/// `clip(length=N)`: a headline of at most that many characters, cut before its last colon, comma or dash if there is one.
fn clip_filter(text: &str, arguments: Kwargs, _: &State) -> Result<String, tera::Error> {
    Ok(display::clip(text, arguments.must_get::<usize>("length")?))
}

/// `unbroken`: no line ends inside it.
fn unbroken_filter(text: &str, _: Kwargs, _: &State) -> Result<String, tera::Error> {
    Ok(text.replace(' ', "\u{A0}"))
}

/// `underline(with="-")`: that sign as often as the text is wide.
fn underline_filter(text: &str, arguments: Kwargs, _: &State) -> Result<String, tera::Error> {
    let sign = arguments.get::<&str>("with")?.unwrap_or("-");
    Ok(sign.repeat(wrap::width(text).min(wrap::COLUMNS)))
}
