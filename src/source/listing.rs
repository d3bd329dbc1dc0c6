//! A page of links: the articles it links, as entries without text.

use jiff::Timestamp;

use crate::extract::{article_links, decode};
use crate::fetch::{Accept, Fetch, Reply};
use crate::model::{Entry, Link, Problem};
use crate::source::web::{self, FetchOutcome};
use crate::source::{Gathered, Location, Memory, Outcome, Source};

/// The first `max_entries` articles that the page links. The text, the date and the headline of each come from its own page.
pub(super) async fn gather(
    source: &Source,
    location: &Location,
    mut memory: Memory,
    now: Timestamp,
    fetch: &dyn Fetch,
) -> Gathered {
    let before = memory.clone();
    let reply = match web::get(source, location, Accept::Page, &mut memory, now, fetch).await {
        FetchOutcome::Document(reply) => reply,
        FetchOutcome::Unchanged => return Gathered { outcome: Outcome::Unchanged, memory, ..Gathered::default() },
        FetchOutcome::Failed(problem) => return Gathered::failed(memory, problem),
    };
    let (selector, address) = (source.link_selector.clone(), Some(reply.url.clone()));
    match read(reply, selector).await {
        Ok(mut entries) => {
            entries.truncate(source.max_entries);
            let none = entries.is_empty().then(|| {
                let problem = Problem::new(&source.name, format!("no article is linked on `{location}`"));
                problem.hint("name the links in `link_selector` of this source")
            });
            Gathered { entries, address, memory, problems: none.into_iter().collect(), ..Gathered::default() }
        }
        Err(reason) => {
            // It was not read: next time it must not count as known.
            memory.validators = before.validators;
            memory.hash = before.hash;
            let problem = Problem::new(&source.name, format!("cannot read the links of `{location}`")).because(reason);
            Gathered::failed(memory, problem)
        }
    }
}

/// Reads on a thread for such work: the network must not wait for a parser.
async fn read(reply: Reply, selector: Option<String>) -> Result<Vec<Entry>, String> {
    let reading = move || {
        let html = decode(&reply.bytes, reply.media_type.as_deref());
        article_links(&html, &reply.url, selector.as_deref())
    };
    let links = tokio::task::spawn_blocking(reading).await.map_err(|error| error.to_string())??;
    let entry = |link: crate::extract::PageLink| Entry {
        title: Some(link.title).filter(|title| !title.is_empty()),
        links: vec![Link { href: link.url, rel: Some("alternate".into()), media_type: None }],
        ..Entry::default()
    };
    Ok(links.into_iter().map(entry).collect())
}
