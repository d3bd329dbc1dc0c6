//! The addresses of the page and what each answers. GET changes nothing; what writes, composes or sends is a POST.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::config;
use crate::model::{Recipient, SendOutcome};
use crate::pipeline::{self, Mail};
use crate::send::{self, Mailbox};
use crate::serve::causes::Question;
use crate::serve::changes::{Asked, blamed, changed, understood};
use crate::serve::difference::difference;
use crate::serve::guard::{Keys, guard};
use crate::serve::problem::Problem;
use crate::serve::trial::Trial;
use crate::serve::workbench::{NEXT, Workbench};
use crate::serve::{account, assets, controls, patch, reading, rules, sources, story, trial, ways};

/// Bytes of a request.
const LONGEST_BODY: usize = 64_000;
/// Between two test mails.
const TEST_PAUSE: Duration = Duration::from_secs(5);

/// Content security policy of the mail in its frame: it may look like itself.
const MAIL_POLICY: &str = "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
    frame-ancestors 'self'";

type Answer = Result<Json<Value>, Problem>;

pub(super) fn router(workbench: Arc<Workbench>, keys: Arc<Keys>) -> Router {
    let page = Router::new()
        .route("/", get(assets::shell))
        .route("/assets/{name}", get(assets::file))
        .with_state(keys.clone());
    let interface = Router::new()
        .route("/state", get(state))
        .route("/controls", get(all_controls))
        .route("/mail/{name}", get(mail))
        .route("/story/{id}/{story}", get(one_story))
        .route("/entries/{id}", get(entries))
        .route("/entry/{id}", get(entry))
        .route("/sources/{id}", get(all_sources))
        .route("/events", get(events))
        .route("/compose", post(compose))
        .route("/ways", post(all_ways))
        .route("/rule", post(rule))
        .route("/causes", post(all_causes))
        .route("/ask", post(ask))
        .route("/read", post(look))
        .route("/patch", post(show_patch))
        .route("/write", post(write))
        .route("/undo", post(undo))
        .route("/test", post(test))
        .route("/gather", post(gather))
        .with_state(workbench);
    let all = page.merge(interface);
    Router::new()
        .nest(keys.root().trim_end_matches('/'), all.clone())
        .route(&keys.root(), get(assets::shell).with_state(keys.clone()))
        .fallback(async || Problem::new(404, "not_found", "There is nothing here."))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(middleware::from_fn_with_state(keys, guard))
}

/// The body of a request, as JSON.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::new(400, "body", error.to_string()))
}

fn held(workbench: &Workbench, id: &str) -> Result<Arc<Trial>, Problem> {
    workbench.trial(id).ok_or_else(Problem::gone)
}

async fn state(State(workbench): State<Arc<Workbench>>) -> Answer {
    let (current, loaded) = (workbench.current(), workbench.loaded());
    let zone = current.config.timezone.clone();
    let label = |time: jiff::Timestamp| zone.to_datetime(time).strftime("%a %-d %b, %H:%M").to_string();
    let sent = loaded.editions.iter().map(|(id, at)| json!({ "id": id, "label": label(*at), "kind": "sent" }));
    let next = json!({ "id": NEXT, "label": "Next edition", "kind": "next" });
    let mail = current.config.mail.as_ref();
    let recipients = mail.and_then(|mail| send::recipients(mail).ok()).map(|found| found.recipients);
    let first = recipients.and_then(|all| all.into_iter().next()).map(|first| first.address);
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "title": current.config.newsletter.title,
        "config": {
            "file": workbench.path.file_name().map(|name| name.to_string_lossy()), "hash": current.hash, "error": workbench.trouble(),
        },
        "days": std::iter::once(next).chain(sent).take(100).collect::<Vec<_>>(),
        "mail": { "can_test": mail.is_some(), "first_to": first },
        "sources": { "count": current.config.sources.len(), "failing": sources::failing(&current.config, &loaded) },
    })))
}

async fn all_controls(State(workbench): State<Arc<Workbench>>) -> Answer {
    controls::controls(&workbench.current()).map(Json)
}

/// A request to compose.
#[derive(Debug, Deserialize)]
struct Composing {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    seq: u64,
    #[serde(default = "next_day")]
    day: String,
    #[serde(default)]
    base: Option<String>,
    #[serde(default)]
    changes: Vec<Asked>,
    /// Of a question about one entry.
    #[serde(default)]
    article: String,
    /// Of a question about one rule.
    #[serde(default)]
    rule: Option<Value>,
}

fn next_day() -> String {
    NEXT.to_owned()
}

/// The text of the config in use, if it is the one that the page knows.
fn base(workbench: &Workbench, asked: Option<&str>) -> Result<String, Problem> {
    let current = workbench.current();
    match asked {
        Some(hash) if hash != current.hash => {
            Err(Problem::new(409, "stale_base", "The file changed meanwhile; nothing was done."))
        }
        _ => Ok(current.text.clone()),
    }
}

async fn compose(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Composing = read(&body)?;
    let begun = Instant::now();
    workbench.ask(&asked.tab, asked.seq);
    let text = base(&workbench, asked.base.as_deref())?;
    let superseded = || Problem::new(409, "superseded", "A newer request came.");
    let before = workbench.compose(&asked.day, text.clone()).await?;
    if !workbench.is_wanted(&asked.tab, asked.seq) {
        return Err(superseded());
    }
    let after = match changed(&text, &asked.changes) {
        Ok(changed) => workbench.compose(&asked.day, changed).await,
        Err(problem) => Err(problem),
    };
    let after = after.map_err(|problem| match problem.code {
        "config" | "pattern" => blamed(problem, &text, &asked.changes, &workbench.path),
        _ => problem,
    })?;
    if !workbench.is_wanted(&asked.tab, asked.seq) {
        return Err(superseded());
    }
    let mut answer = after.summary();
    answer["seq"] = asked.seq.into();
    answer["before"] = before.id.clone().into();
    answer["diff"] = difference(&before, &after);
    answer["ms"] = (begun.elapsed().as_secs_f64() * 1e3).round().into();
    Ok(Json(answer))
}

async fn mail(State(workbench): State<Arc<Workbench>>, Path(name): Path<String>) -> Result<Response, Problem> {
    let (id, form) = name.split_once('.').ok_or_else(Problem::gone)?;
    let trial = held(&workbench, id)?;
    let rendered = &trial.preview.rendered;
    let plain = "text/plain; charset=utf-8";
    let (kind, bytes) = match form {
        "html" => ("text/html; charset=utf-8", rendered.html.clone().into_bytes()),
        "txt" => (plain, rendered.text.clone().into_bytes()),
        "md" => (plain, rendered.markdown.clone().into_bytes()),
        "eml" => {
            let message = trial.preview.message.as_ref();
            let message = message.ok_or_else(|| Problem::new(404, "no_mail", "Without [mail] there is no message."))?;
            (plain, message.message.bytes.clone())
        }
        _ => return Err(Problem::gone()),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
    ];
    Ok((headers, bytes).into_response())
}

async fn one_story(State(workbench): State<Arc<Workbench>>, Path((id, name)): Path<(String, String)>) -> Answer {
    story::story(&*held(&workbench, &id)?, &name).map(Json)
}

async fn entries(
    State(workbench): State<Arc<Workbench>>,
    Path(id): Path<String>,
    Query(query): Query<account::Query>,
) -> Answer {
    Ok(Json(account::entries(&*held(&workbench, &id)?, &query)))
}

async fn entry(
    State(workbench): State<Arc<Workbench>>,
    Path(id): Path<String>,
    Query(query): Query<account::Query>,
) -> Answer {
    account::entry(&*held(&workbench, &id)?, &query).map(Json)
}

async fn all_sources(State(workbench): State<Arc<Workbench>>, Path(id): Path<String>) -> Answer {
    Ok(Json(sources::sources(&*held(&workbench, &id)?, &workbench.loaded(), &workbench.asked.lock())))
}

async fn all_ways(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Composing = read(&body)?;
    let text = base(&workbench, asked.base.as_deref())?;
    ways::ways(&workbench, &asked.day, &text, &asked.changes, &asked.article).await.map(Json)
}

async fn all_causes(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Composing = read(&body)?;
    let text = base(&workbench, asked.base.as_deref())?;
    let Composing { day, changes, tab, seq, .. } = &asked;
    let question = Question { workbench: &workbench, day, text: &text, changes, tab, seq: *seq };
    question.answer().await.map(Json)
}

/// A source that is asked alone.
#[derive(Debug, Deserialize)]
struct Asking {
    source: String,
}

async fn ask(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Result<StatusCode, Problem> {
    let Asking { source } = read(&body)?;
    reading::ask(workbench, &source).map(|()| StatusCode::ACCEPTED)
}

async fn look(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    reading::look(&workbench, &read(&body)?).await.map(Json)
}

async fn rule(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Composing = read(&body)?;
    let rule = understood(asked.rule.clone().unwrap_or_default())?;
    let compiled = rules::compiled(&rule)?;
    let text = base(&workbench, asked.base.as_deref())?;
    let others: Vec<Asked> =
        asked.changes.iter().filter(|one| one.rule.as_deref() != Some(&rule.name)).cloned().collect();
    let with = |value: Option<&Value>| {
        let one =
            Asked { rule: Some(rule.name.clone()), value: value.cloned(), remove: value.is_none(), ..Asked::default() };
        changed(&text, &[others.clone(), vec![one]].concat())
    };
    let without = workbench.compose(&asked.day, with(None)?).await?;
    let with = workbench.compose(&asked.day, with(asked.rule.as_ref())?).await?;
    let compiled = compiled.in_sections(with.config.sections_of_sources());
    let mut answer = rules::hits(&compiled, &without, &with);
    let alone = changed("", &[Asked { rule: Some(rule.name.clone()), value: asked.rule, ..Asked::default() }])?;
    answer["toml"] = alone.trim().into();
    Ok(Json(answer))
}

/// A request to write.
#[derive(Debug, Deserialize)]
struct Writing {
    base: String,
    changes: Vec<Asked>,
    #[serde(default)]
    patch_hash: String,
}

async fn show_patch(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Writing = read(&body)?;
    let text = base(&workbench, Some(&asked.base))?;
    let after = changed(&text, &asked.changes)?;
    config::Config::parse(&after, &workbench.path)?;
    Ok(Json(patch::patch(&text, &after)))
}

async fn write(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let asked: Writing = read(&body)?;
    let mut written = workbench.writing.lock().await;
    if workbench.trouble().is_some() {
        return Err(Problem::new(409, "stale_base", "The file has a mistake now; nothing was written."));
    }
    let text = base(&workbench, Some(&asked.base))?;
    let after = changed(&text, &asked.changes)?;
    if trial::name(&[&text, &after]) != asked.patch_hash {
        return Err(Problem::new(409, "stale_patch", "This is not the patch that was shown; nothing was written."));
    }
    config::Config::parse(&after, &workbench.path)?;
    patch::write(&workbench.path, &text, &after)?;
    *written = Some((after.clone(), text));
    workbench.adopt(after)?;
    Ok(Json(json!({ "hash": workbench.current().hash, "changes": asked.changes.len() })))
}

/// Puts back what stood in the file before the page wrote it, as long as nobody else did.
async fn undo(State(workbench): State<Arc<Workbench>>) -> Answer {
    let mut written = workbench.writing.lock().await;
    let Some((ours, before)) = written.take() else {
        return Err(Problem::new(409, "stale_base", "Nothing was written that could be taken back."));
    };
    patch::write(&workbench.path, &ours, &before)?;
    workbench.adopt(before)?;
    Ok(Json(json!({ "hash": workbench.current().hash })))
}

/// A test mail.
#[derive(Debug, Deserialize)]
struct Testing {
    id: String,
    to: String,
}

async fn test(State(workbench): State<Arc<Workbench>>, body: Bytes) -> Answer {
    let Testing { id, to } = read(&body)?;
    let trial = held(&workbench, &id)?;
    let settings = |error: send::Error| Problem::new(422, "config", error.to_string());
    let mail = Mail::new(&trial.config).map_err(settings)?;
    let mail = mail.ok_or_else(|| Problem::new(422, "no_mail", "The config has no [mail]."))?;
    let mailbox = Mailbox::parse(&to).map_err(|error| Problem::new(422, "address", error.to_string()))?;
    {
        let mut last = workbench.last_test.lock();
        if last.is_some_and(|last| last.elapsed() < TEST_PAUSE) {
            return Err(Problem::new(429, "too_soon", "One test mail in five seconds."));
        }
        *last = Some(Instant::now());
    }
    let reader = Recipient { address: mailbox.address, name: mailbox.name, language: None };
    let copy = pipeline::preview(&trial.composed, Some(&mail), Some(&reader)).map_err(settings)?;
    let message = copy.message.ok_or_else(|| Problem::new(422, "no_mail", "The config has no [mail]."))?;
    let transport = send::transport(&mail.options, &workbench.surroundings.environment).map_err(settings)?;
    let outcome = transport.send(&message.message).await;
    transport.close().await;
    match outcome {
        SendOutcome::Accepted(words) => Ok(Json(json!({ "server": words, "to": reader.address }))),
        SendOutcome::Deferred(words)
        | SendOutcome::Unavailable(words)
        | SendOutcome::Refused(words)
        | SendOutcome::Unknown(words)
        | SendOutcome::Abort(words) => {
            Err(Problem::new(502, "mail_server", "The test copy was not taken.").detail(words))
        }
    }
}

/// Asks all sources again, behind the answer.
async fn gather(State(workbench): State<Arc<Workbench>>) -> StatusCode {
    tokio::spawn(async move {
        let error = workbench.gather().await.err();
        workbench.say("gathered", &json!({ "error": error }));
    });
    StatusCode::ACCEPTED
}

async fn events(
    State(workbench): State<Arc<Workbench>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let busy = |_| Problem::new(503, "busy", "Too many pages are open.");
    let room = workbench.listeners.clone().try_acquire_owned().map_err(busy)?;
    let listen = (workbench.hear(), room);
    let events = stream::unfold(listen, |(mut hear, room)| async move {
        let event = match hear.recv().await {
            Ok((name, data)) => Event::default().event(name).data(data),
            // Some were missed: the page asks for all it needs.
            Err(RecvError::Lagged(_)) => Event::default().event("gap").data(""),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), (hear, room)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
