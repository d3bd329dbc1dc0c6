use crate::cli::Session;
use crate::config::NewSource;
use crate::error::{Error, Usage};
use crate::fetch::{Accept, Fetch, Http, Options, Reply, Request};
use crate::source::feed;

/// The feed at `url`, or the first feed that the page at `url` links, looked at.
pub(in crate::cli) async fn discover(url: &str, allow_private: bool, session: &Session) -> Result<NewSource, Error> {
    let options = session.config_if_any().ok().flatten().map_or_else(Options::default, |config| config.fetch);
    let fetch = Http::new(&options)?;
    let get = |url: String| {
        let request = Request::new(url, Accept::Feed).private(allow_private);
        fetch.fetch(request)
    };
    let reply = get(with_scheme(url)).await?;
    let (reply, title) = match title(&reply) {
        Ok(title) => (reply, title),
        Err(feed::Error::Page { feeds }) if !feeds.is_empty() => {
            let found = get(feeds[0].url.clone()).await?;
            let title = title(&found).map_err(|error| Usage::NotAFeed { url: feeds[0].url.clone(), error })?;
            (found, title.or_else(|| feeds[0].title.clone()))
        }
        Err(error) => return Err(Usage::NotAFeed { url: url.to_owned(), error }.into()),
    };
    let name = title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| reply.url.clone());
    Ok(NewSource { name, kind: "feed", place: reply.moved.unwrap_or(reply.url), section: None, allow_private })
}

fn title(reply: &Reply) -> Result<Option<String>, feed::Error> {
    feed::parse(&reply.bytes, reply.media_type.as_deref(), Some(&reply.url)).map(|(feed, _)| feed.title)
}

/// People type `example.org`.
pub(in crate::cli) fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_owned() } else { format!("https://{url}") }
}
