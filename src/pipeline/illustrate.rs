//! An edition that is composed → its lead story's picture, fetched once and carried inside the mail.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::Config;
use crate::extract;
use crate::fetch::{Accept, Fetch, Request};
use crate::model::{Article, Edition, Picture, Pictures, Problem};
use crate::render::{Form, shown};

/// The picture of the story that leads `edition`, if the config wishes one and the article has one; a problem, which names
/// the source, where the mail cannot carry it. `articles` are those that the edition was composed of.
pub(super) async fn picture(
    edition: &Edition,
    articles: &[Article],
    config: &Config,
    fetch: &dyn Fetch,
) -> Result<Option<Picture>, Problem> {
    if config.newsletter.images == Pictures::None {
        return Ok(None);
    }
    let Some(lead) = shown(edition).into_iter().find(|shown| shown.form == Form::Lead) else { return Ok(None) };
    // The headline's article comes first.
    let of = |id: &str| articles.iter().find(|article| article.id == id && article.image.is_some());
    let Some(article) = lead.story.places.iter().find_map(|place| of(&place.article)) else { return Ok(None) };
    let Some(url) = article.image.clone() else { return Ok(None) };
    let left_out = |why: String| Problem::new(&article.source, format!("the picture `{url}` is left out: {why}"));
    let is_private = config.sources.iter().any(|source| source.name == article.source && source.allow_private);
    let request = Request::new(&url, Accept::Anything).private(is_private).obeying_robots();
    let reply = fetch.fetch(request).await.map_err(|error| left_out(error.to_string()))?;
    let (size, most) = (reply.bytes.len(), config.newsletter.max_image_kb * 1000);
    if size > most {
        let hint = "`[newsletter] max_image_kb` allows larger ones";
        return Err(left_out(format!("it has {} kB", size.div_ceil(1000))).hint(hint));
    }
    let (media_type, size) = extract::picture(&reply.bytes).map_err(|fault| left_out(fault.to_string()))?;
    Ok(Some(Picture {
        story: lead.story.id.clone(),
        media_type: media_type.to_owned(),
        size,
        alt: article.image_alt.clone().unwrap_or_default(),
        data: STANDARD.encode(&reply.bytes),
        url,
    }))
}
