//! An extractive summarizer and newsletter generator: every sentence verbatim, every sentence linked to its place in the
//! source. The command `digest` is built on this library; these are its entrances.
//!
//! # Summarize a text
//!
//! ```
//! let text = "The harbour reopened on Sunday. Ships had waited for six days. A ballot of the dockers follows.";
//! let options = newsdigest::summary::Options { sentences: Some(1), ..Default::default() };
//! let summary = newsdigest::summarize(text, &options);
//! let sentence = summary.chosen().next().expect("a text with sentences has a summary");
//! assert_eq!(&text[sentence.start..sentence.end], sentence.text);
//! ```
//!
//! # Read a page
//!
//! ```
//! let page = "<html><head><title>The bridge is open</title></head><body><nav><a href='/'>Home</a></nav><article>
//!     <h1>The bridge is open</h1><p>The old bridge over the Wend opened again on Monday, after a year of work.</p>
//!     <p>Masons had replaced two of its nine arches, and a third is to follow in spring.</p></article></body></html>";
//! let (article, problems) = newsdigest::extract::html(page, None, &Default::default());
//! assert_eq!(article.title, "The bridge is open");
//! assert!(article.text.starts_with("The old bridge") && !article.text.contains("Home"));
//! assert!(problems.is_empty());
//! ```
//!
//! # Read a feed
//!
//! ```
//! let xml = b"<rss version='2.0'><channel><title>Harbour news</title>
//!     <item><title>Open again</title><link>https://example.org/1</link></item></channel></rss>";
//! let (feed, _) = newsdigest::feed::parse(xml, None, Some("https://example.org/feed.xml"))?;
//! assert_eq!(feed.title.as_deref(), Some("Harbour news"));
//! assert_eq!(feed.entries[0].url(), Some("https://example.org/1"));
//! # Ok::<(), newsdigest::feed::Error>(())
//! ```
//!
//! # Run a dry run from a config
//!
//! The same as `digest --dry-run`: sources are asked, an edition is composed, nothing is sent or stored.
//!
//! ```
//! use newsdigest::Config;
//! use newsdigest::pipeline::{self, Host, Job, Request};
//!
//! let folder = tempfile::tempdir()?;
//! let note = "The bridge is open\n\nThe old bridge over the Wend opened again on Monday. Masons had worked for a year.";
//! std::fs::write(folder.path().join("bridge.txt"), note)?;
//! let config = "version = 1\nstore.path = 'digest.db'\n[[source]]\nname = 'Notes'\nfiles = '*.txt'\n";
//! let config = Config::parse(config, &folder.path().join("config.toml"))?;
//!
//! let request = Request::new(Job::DryRun, "2026-10-19T05:00:00Z".parse()?);
//! let runtime = tokio::runtime::Runtime::new()?;
//! let report = runtime.block_on(pipeline::run(&request, &config, &Host::default()))?;
//! let preview = report.preview.expect("a dry run shows an edition");
//! assert!(preview.rendered.text.contains("The old bridge over the Wend opened again on Monday."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Verify a sentence
//!
//! ```
//! use newsdigest::model::Article;
//! use newsdigest::pipeline::{Inputs, compose};
//! use newsdigest::{Config, Templates, verify};
//!
//! let text = "The old bridge over the Wend opened again on Monday. Masons had worked on it for a year.";
//! let mut article = Article { title: "The bridge is open".into(), text: text.into(), ..Article::default() };
//! article.identify(None, "notes");
//! let config = Config::parse("version = 1", "config.toml".as_ref())?;
//! let inputs = Inputs::new(vec![article.clone()], &config, "2026-10-19T05:00:00Z".parse()?);
//! let composed = compose(&inputs, &config, &Templates::builtin("default")?)?;
//! let stored = [(article.clone(), article.hash())];
//! assert!(verify(composed.edition(), &stored).is_empty(), "every sentence stands in its article");
//! let forged = [(Article { text: text.replace("old", "new"), ..article.clone() }, article.hash())];
//! assert!(!verify(composed.edition(), &forged).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules stand in the order of the data: each may use those above it and none below it. Those that are hidden here are
//! not part of the interface and change without notice.

#[doc(hidden)]
pub mod text;

#[doc(hidden)]
pub mod rank;

pub mod summary;

pub mod model;

pub mod extract;

#[doc(hidden)]
pub mod story;

#[doc(hidden)]
pub mod render;

#[doc(hidden)]
pub mod fetch;

#[doc(hidden)]
pub mod source;

#[doc(hidden)]
pub mod store;

#[doc(hidden)]
pub mod send;

#[doc(hidden)]
pub mod config;

#[doc(hidden)]
pub mod error;

pub mod pipeline;

#[doc(hidden)]
pub mod serve;

#[doc(hidden)]
pub mod cli;

pub use config::Config;
pub use error::Error;
pub use render::Templates;
pub use source::feed;
pub use story::verify;
pub use summary::summarize;
