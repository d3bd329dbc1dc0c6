use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Composition, Inputs, Limits, Memo, Newsletter, Options, Outcome, PastStory, Patterns, Preferences, Rule, Rules,
    SourcePolicy, compose, drop_links, group, shorten, steps, verify,
};
use crate::model::{Access, Article, Edition, SourceHealth};
use crate::summary;

/// Everything that `Inputs` borrows, with defaults.
pub(in crate::story) struct Fixture {
    pub(in crate::story) articles: Vec<Article>,
    pub(in crate::story) sources: Vec<SourcePolicy>,
    pub(in crate::story) rules: Vec<Rule>,
    pub(in crate::story) past: Vec<PastStory>,
    pub(in crate::story) now: &'static str,
    pub(in crate::story) since: Option<&'static str>,
    pub(in crate::story) options: Options,
    pub(in crate::story) limits: Limits,
    pub(in crate::story) summary: summary::Options,
}

impl Default for Fixture {
    fn default() -> Self {
        let source = |name: &str, section: &str| SourcePolicy {
            name: name.into(),
            section: (!section.is_empty()).then(|| section.into()),
            ..SourcePolicy::default()
        };
        Self {
            articles: Vec::new(),
            sources: vec![
                source("wire", "World"),
                source("coast", "World"),
                source("lab", "Science"),
                source("blog", ""),
            ],
            rules: Vec::new(),
            past: Vec::new(),
            now: "2026-03-10T06:00:00Z",
            since: Some("2026-03-09T06:00:00Z"),
            options: Options::default(),
            limits: Limits::default(),
            summary: summary::Options::default(),
        }
    }
}

impl Fixture {
    pub(in crate::story) fn compose(&self) -> Composition {
        self.compose_with(&Memo::default())
    }

    pub(in crate::story) fn compose_with(&self, memo: &Memo) -> Composition {
        let rules = Rules::compile(&self.rules).unwrap();
        compose(&Inputs {
            newsletter: Newsletter { name: "morning", title: "Morning", language: "en", timezone: "UTC" },
            articles: &self.articles,
            repeated: &BTreeMap::new(),
            sources: &self.sources,
            rules: &rules,
            preferences: &Preferences::default(),
            past: &self.past,
            now: time(self.now),
            since: self.since.map(time),
            health: SourceHealth::default(),
            options: &self.options,
            limits: &self.limits,
            summary: &self.summary,
            memo,
        })
    }
}

impl Fixture {
    /// Names of all sources that the edition names with a story, sorted.
    pub(in crate::story) fn sources_named(&self) -> Vec<String> {
        let composition = self.compose();
        let places = composition.edition.stories().flat_map(|story| story.places.iter().chain(&story.also_in));
        let mut names: Vec<String> = places.map(|place| place.source.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A number that puts ids in another order for each seed.
pub(in crate::story) fn scatter(id: &str, seed: u64) -> u64 {
    id.bytes().fold(seed, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3).rotate_left(29))
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn article(id: &str, source: &str, title: &str, text: &str) -> Article {
    Article {
        id: id.into(),
        source: source.into(),
        url: Some(format!("https://{source}.example/{id}")),
        title: title.into(),
        published: Some(time("2026-03-09T20:00:00Z")),
        first_seen: Some(time("2026-03-09T21:00:00Z")),
        language: Some("en".into()),
        text: text.into(),
        confidence: 1.0,
        ..Article::default()
    }
}

const HARBOUR_WIRE: &str = "Port workers in Marlow ended their six-day strike on Sunday after both sides accepted a mediator. \
The Marlow port authority said the first container ships would berth at the northern quay before noon. \
Union leader Petra Voss called the offer of 4.2 percent a start. \
About 900 dockers had stopped work over night shifts and pay. \
Exporters counted losses of 31 million crowns.";
const HARBOUR_COAST: &str = "The harbour of Marlow reopens today, six days after dockers walked out over pay and night shifts. \
Petra Voss, who leads the union, said members would vote on the 4.2 percent offer within a week. \
Cold stores along the northern quay are full, and fishermen had to throw away their catch in the village of Ennick. \
The mediator, former judge Olaf Brandt, starts work in Marlow on Monday.";
const TELESCOPE: &str = "Astronomers switched on the Halden telescope on a plateau in Chile this week. \
The mirror of the Halden telescope is 11 metres wide and took nine years to grind. \
Its first image shows a cluster of young stars in Carina. \
The team will look for planets around faint red dwarfs.";

pub(in crate::story) fn news() -> Vec<Article> {
    vec![
        article("a", "wire", "Marlow harbour strike ends as both sides accept mediator", HARBOUR_WIRE),
        article("b", "coast", "Marlow harbour reopens after dockers' strike", HARBOUR_COAST),
        article("c", "lab", "Halden telescope opens its eye", TELESCOPE),
    ]
}

/// Eight short articles about eight things.
pub(in crate::story) fn notices(source: &str) -> Vec<Article> {
    let notices = [
        ("Apple harvest begins", "Orchards in the north started picking early this year."),
        ("Bridge closed to lorries", "Inspectors found rust in two main cables."),
        ("Choir wins prize", "Singers from Ostrow took gold at the festival."),
        ("Dolphins in the bay", "A school of forty animals swam past the lighthouse."),
        ("Engine maker cuts jobs", "The company blames weak orders from abroad."),
        ("Forest fire under control", "Crews with six helicopters stopped the flames."),
        ("Garden show opens", "Visitors can walk among tulips until June."),
        ("Hammer thrower breaks record", "Ilse Dahl threw 84 metres in the final round."),
    ];
    notices.iter().map(|(title, text)| article(title, source, title, text)).collect()
}

fn outcome<'a>(composition: &'a Composition, id: &str) -> &'a Outcome {
    let decision = composition.decisions.iter().find(|decision| decision.article == id);
    &decision.unwrap_or_else(|| panic!("{id} has a decision")).outcome
}

pub(in crate::story) fn assert_proven(edition: &Edition, articles: &[Article]) {
    let stored: Vec<(Article, String)> = articles.iter().map(|article| (article.clone(), article.hash())).collect();
    assert_eq!(verify(edition, &stored), []);
}

#[test]
fn articles_about_one_event_are_one_story_under_its_head() {
    let fixture = Fixture { articles: news(), ..Fixture::default() };
    let composition = fixture.compose();
    let edition = &composition.edition;
    assert_eq!(edition.sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(), ["World", "Science"]);
    assert_eq!(edition.story_count(), 2);
    let harbour = edition.stories().next().unwrap();
    let sources: Vec<&str> = harbour.places.iter().chain(&harbour.also_in).map(|place| place.source.as_str()).collect();
    assert_eq!(sources.len(), 2);
    assert!(harbour.sentences.len() >= 3 && harbour.sentences.iter().all(|sentence| sentence.link.is_some()));
    assert_eq!(composition.decisions.len(), 3);
    assert_proven(edition, &fixture.articles);
}

#[test]
fn the_order_of_the_articles_does_not_matter() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    let first = fixture.compose();
    fixture.articles.reverse();
    let second = fixture.compose();
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    fixture.articles.swap(0, 1);
    assert_eq!(format!("{first:?}"), format!("{:?}", fixture.compose()));
}

#[test]
fn a_copy_is_named_under_also_in_and_told_once() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    fixture.articles.push(article("d", "blog", "Telescope", TELESCOPE));
    let composition = fixture.compose();
    assert_eq!(composition.edition.story_count(), 2);
    assert!(matches!(outcome(&composition, "d"), Outcome::Duplicate { of } if of == "c"));
    let telescope = composition.edition.stories().find(|story| story.headline.contains("Halden")).unwrap();
    assert_eq!(telescope.also_in.iter().map(|place| place.source.as_str()).collect::<Vec<_>>(), ["blog"]);
}

#[test]
fn an_open_page_stands_before_one_for_subscribers() {
    let lock = |articles: &mut [Article], id: &str| {
        articles.iter_mut().find(|article| article.id == id).unwrap().access = Access::Subscribers;
    };
    for locked in ["a", "b"] {
        let mut fixture = Fixture { articles: news(), ..Fixture::default() };
        lock(&mut fixture.articles, locked);
        let composition = fixture.compose();
        let harbour = composition.edition.stories().next().unwrap();
        assert!(!harbour.paywalled && !harbour.is_brief(), "{locked}");
        assert_ne!(harbour.places[0].article, locked);
    }
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    fixture.articles.push(article("d", "blog", "Telescope", TELESCOPE));
    lock(&mut fixture.articles, "c");
    assert!(matches!(outcome(&fixture.compose(), "c"), Outcome::Duplicate { of } if of == "d"));
}

#[test]
fn rules_drop_keep_and_boost_in_that_order() {
    let title = |pattern: &str| Some(Patterns { title: Some(pattern.into()), ..Patterns::default() });
    let rules = vec![
        Rule { name: "up".into(), boost: title("telescope"), by: Some(5.0), ..Rule::default() },
        Rule { name: "must".into(), keep: title("(?i)harbour"), ..Rule::default() },
        Rule { name: "out".into(), drop: title("^Marlow harbour strike"), ..Rule::default() },
    ];
    let limits = Limits { max_stories: 1, ..Limits::default() };
    let fixture = Fixture { articles: news(), rules, limits, ..Fixture::default() };
    let composition = fixture.compose();
    assert_eq!(*outcome(&composition, "a"), Outcome::Dropped { rule: "out".into() });
    assert!(
        matches!(outcome(&composition, "b"), Outcome::Published { .. }),
        "kept although boosted stories are worth more"
    );
    assert!(matches!(outcome(&composition, "c"), Outcome::Linked { .. }));
    assert_eq!(composition.rankings[0].parts.iter().filter(|part| part.name == "boost").count(), 1);
}

#[test]
fn rules_match_text_as_people_type_it() {
    let found = |patterns: Patterns, article: &Article| {
        let rule = Rule { name: "r".into(), drop: Some(patterns), ..Rule::default() };
        let matches = Rules::compile(&[rule]).unwrap().matches(article, time("2026-03-10T06:00:00Z"));
        matches.first().map(|found| found.range.clone())
    };
    for (pattern, text, place) in [
        ("M\u{fc}ller", "Der Mu\u{308}ller", "Mu\u{308}ller"),
        ("Mu\u{308}ller", "Der M\u{fc}ller", "M\u{fc}ller"),
        ("Ligue 1 :", "Ligue\u{a0}1\u{202f}: Nantes", "Ligue\u{a0}1\u{202f}:"),
        ("(?i)werbung", "Eine Wer\u{ad}bung", "Wer\u{ad}bung"),
        ("L'Équipe", "Dans L\u{2019}Équipe", "L\u{2019}Équipe"),
        ("L\u{2019}Équipe", "Dans L'Équipe", "L'Équipe"),
        ("Breaking-News", "Breaking\u{2011}News", "Breaking\u{2011}News"),
    ] {
        let mut article = article("a", "wire", text, text);
        article.tags = vec!["other".into(), text.into()];
        let given = Some(pattern.to_owned());
        for patterns in [
            Patterns { title: given.clone(), ..Patterns::default() },
            Patterns { text: given.clone(), ..Patterns::default() },
            Patterns { tag: given, ..Patterns::default() },
        ] {
            let range = found(patterns, &article).unwrap_or_else(|| panic!("{pattern:?} is in {text:?}"));
            assert_eq!(&text[range], place, "{pattern:?}");
        }
    }
}

#[test]
fn what_does_not_fit_is_linked_and_then_counted() {
    let articles = notices("wire")[..6].to_vec();
    let limits = Limits { max_stories: 2, max_more: 3, ..Limits::default() };
    let composition = Fixture { articles, limits, ..Fixture::default() }.compose();
    assert_eq!((composition.edition.story_count(), composition.edition.more_count()), (2, 3));
    let over = composition.decisions.iter().filter(|decision| matches!(decision.outcome, Outcome::OverLimit { .. }));
    assert_eq!(over.count(), 1);
    assert!(composition.decisions.iter().all(|decision| !decision.why.is_empty()));
}

#[test]
fn one_source_does_not_fill_the_edition_while_others_have_something() {
    let mut articles = notices("wire");
    let mut old = article("z", "blog", "Quiet zebra", "A quiet zebra walked through the quiet zebra park.");
    old.published = Some(time("2026-03-08T20:00:00Z"));
    articles.push(old);
    let limits = Limits { max_stories: 4, ..Limits::default() };
    let composition = Fixture { articles, limits, ..Fixture::default() }.compose();
    assert!(matches!(outcome(&composition, "z"), Outcome::Published { .. }));
}

#[test]
fn quotas_hold_for_a_source_and_a_section_and_the_account_names_them() {
    let published = |fixture: &Fixture, source: &str| {
        let composition = fixture.compose();
        let of_source = composition.decisions.iter().filter(|decision| decision.source == source);
        let (published, left): (Vec<_>, Vec<_>) =
            of_source.partition(|decision| matches!(decision.outcome, Outcome::Published { .. }));
        (published.len(), left.first().map(|decision| decision.why.clone()).unwrap_or_default())
    };
    let limits = |limits: Limits| Limits { max_stories: 20, reading_minutes: 0, ..limits };
    let mut fixture = Fixture { articles: notices("wire"), limits: limits(Limits::default()), ..Fixture::default() };
    assert_eq!(published(&fixture, "wire").0, 8);
    fixture.limits = limits(Limits { max_per_source: Some(3), ..Limits::default() });
    let (count, why) = published(&fixture, "wire");
    assert!(count == 3 && why.contains("`max_per_source` = 3"), "{count} {why}");
    fixture.limits = limits(Limits { max_per_section: Some(2), ..Limits::default() });
    let (count, why) = published(&fixture, "wire");
    assert!(count == 2 && why.contains("`max_per_section` = 2"), "{count} {why}");
    fixture.sources[0].max_stories = Some(1);
    let (count, why) = published(&fixture, "wire");
    assert!(count == 1 && why.contains("max_stories of the source"), "{count} {why}");
}

#[test]
fn a_first_edition_does_not_empty_the_archives() {
    let mut articles = news();
    for number in 0..40 {
        let mut old = article(&format!("old{number:02}"), "blog", &format!("Entry {number}"), "");
        old.published = Some(time("2025-01-01T00:00:00Z"));
        articles.push(old);
    }
    let mut stale = article("stale", "wire", "Last month", "Long ago.");
    stale.published = Some(time("2026-02-09T00:00:00Z"));
    articles.push(stale);
    let composition = Fixture { articles, since: None, ..Fixture::default() }.compose();
    let old = composition.decisions.iter().filter(|decision| decision.outcome == Outcome::TooOld);
    assert_eq!(old.count(), 35 + 1);
    assert!(matches!(outcome(&composition, "a"), Outcome::Published { .. }));
}

#[test]
fn a_date_in_the_future_counts_as_when_it_was_first_seen() {
    let mut articles = news();
    articles[2].published = Some(time("2031-01-01T00:00:00Z"));
    let composition = Fixture { articles, ..Fixture::default() }.compose();
    let story = composition.edition.stories().find(|story| story.headline.contains("Halden")).unwrap();
    assert_eq!(story.published, Some(time("2026-03-09T21:00:00Z")));
}

#[test]
fn nothing_makes_an_empty_edition() {
    assert!(Fixture::default().compose().edition.is_empty());
}

#[test]
fn an_edition_gets_lighter_until_nothing_is_left_to_take() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    fixture.articles.push(article("d", "blog", "Telescope", TELESCOPE));
    let whole = fixture.compose();
    let weight = |composition: &Composition| {
        let edition = &composition.edition;
        let sentences: usize = edition.stories().map(|story| story.sentences.len() + story.also_in.len()).sum();
        (edition.more_count() + sentences + edition.layout.fulls, edition.story_count())
    };
    let mut composition = whole.clone();
    for taken in 1..=steps(&whole) {
        let before = weight(&composition);
        composition = whole.clone();
        shorten(&mut composition, taken, "max_html_kb");
        assert!(weight(&composition) < before, "step {taken} takes nothing");
        assert_proven(&composition.edition, &fixture.articles);
    }
    let story = composition.edition.stories().next().unwrap();
    assert_eq!((composition.edition.story_count(), composition.edition.more_count()), (1, 0));
    assert!(story.also_in.is_empty() && story.sentences.len() <= 2);
    assert_eq!(composition.decisions.len(), 4);
    let out =
        composition.decisions.iter().filter(|decision| matches!(decision.outcome, Outcome::OverLimit { .. })).count();
    assert_eq!((composition.edition.left_out, out > 0), (out, true), "{:?}", composition.decisions);
}

#[test]
fn a_link_that_is_dropped_is_dropped_for_all_its_originals() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    fixture.articles.push(article("d", "blog", "Telescope", TELESCOPE));
    fixture.limits = Limits { max_stories: 1, ..Limits::default() };
    let mut composition = fixture.compose();
    let links = composition.edition.more_count();
    assert!(links > 0, "{:?}", composition.decisions);
    assert_eq!(drop_links(&mut composition, usize::MAX, "max_height"), links);
    let linked = composition.decisions.iter().filter(|decision| matches!(decision.outcome, Outcome::Linked { .. }));
    assert_eq!(linked.count(), 0, "{:?}", composition.decisions);
    assert!(
        composition.decisions.iter().any(|decision| decision.why.contains("`max_height`")),
        "{:?}",
        composition.decisions
    );
}

/// The store's record of an edition.
fn remember(composition: &Composition, articles: &[Article]) -> Vec<PastStory> {
    let past = |story: &crate::model::Story| {
        let ids: Vec<&str> = story.places.iter().chain(&story.also_in).map(|place| place.article.as_str()).collect();
        PastStory {
            edition: composition.edition.id.clone(),
            composed: composition.edition.composed,
            story: story.clone(),
            articles: articles.iter().filter(|article| ids.contains(&article.id.as_str())).cloned().collect(),
        }
    };
    composition.edition.stories().map(past).collect()
}

#[test]
fn an_update_opens_with_its_news_though_all_its_words_were_known() {
    let told = "Dockers of Marlow walked out over night shifts on Sunday. The mediator Brandt from Ulvik invited both sides. \
                The harbour office offered a bonus of 900 crowns. Lorries queued for eleven kilometres outside the gates.";
    let first = article("a", "coast", "Dockers of Marlow walk out", told);
    let monday = Fixture { articles: vec![first.clone()], ..Fixture::default() }.compose();
    let opening = "The dockers of Marlow and the harbour office accepted the offer of the mediator Brandt.";
    let text = format!(
        "{opening} Cranes start again at midnight with a crew of forty. Fishmongers of the quarter hung lanterns in \
         their windows. {}",
        &told[..57]
    );
    let mut later = article("b", "coast", "Marlow harbour offer accepted by dockers", &text);
    later.published = Some(time("2026-03-10T20:00:00Z"));
    let tuesday = Fixture {
        articles: vec![later],
        past: remember(&monday, &[first]),
        now: "2026-03-11T06:00:00Z",
        since: Some("2026-03-10T06:00:00Z"),
        ..Fixture::default()
    }
    .compose();
    let update = tuesday.edition.stories().next().unwrap();
    assert!(update.update.is_some());
    let sentences: Vec<&str> = update.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    assert_eq!(sentences[0], opening, "{sentences:?}");
    assert!(sentences.len() > 1 && sentences.iter().all(|sentence| !told.contains(sentence)), "{sentences:?}");
    for sentence in &tuesday.sentences {
        assert!(sentence.taken || !sentence.why.starts_with("Chosen"), "{sentence:?}");
    }
}

#[test]
fn an_update_tells_only_what_is_new_and_silence_follows_when_nothing_is() {
    let first = Fixture { articles: news(), ..Fixture::default() };
    let monday = first.compose();
    let mut past = remember(&monday, &first.articles);
    let sent: Vec<String> =
        monday.edition.stories().flat_map(|story| &story.sentences).map(|s| s.text.clone()).collect();
    let mut later = article(
        "e",
        "wire",
        "Marlow dockers vote on harbour offer",
        &format!(
            "{} Dockers in Marlow rejected the mediator's second proposal on Tuesday by 512 votes to 388. Brandt said talks would go on in Ulvik.",
            &HARBOUR_COAST[..99]
        ),
    );
    later.published = Some(time("2026-03-10T20:00:00Z"));
    let mut again = article("f", "lab", "Halden telescope opens its eye", TELESCOPE);
    again.published = Some(time("2026-03-10T19:00:00Z"));
    let fixture = Fixture {
        articles: vec![later.clone(), again],
        past: past.clone(),
        now: "2026-03-11T06:00:00Z",
        since: Some("2026-03-10T06:00:00Z"),
        ..Fixture::default()
    };
    let tuesday = fixture.compose();
    assert_eq!(tuesday.edition.story_count(), 1);
    let update = tuesday.edition.stories().next().unwrap();
    assert_eq!(update.update.as_ref().unwrap().edition, monday.edition.id);
    assert!(!update.sentences.is_empty());
    assert!(update.sentences.iter().all(|sentence| !sent.contains(&sentence.text)));
    assert!(matches!(outcome(&tuesday, "f"), Outcome::NothingNew { .. }));

    past.extend(remember(&tuesday, &fixture.articles));
    let mut third = later;
    third.id = "g".into();
    third.title = "Dockers reject harbour proposal in Marlow".into();
    third.text = "On Tuesday dockers in Marlow rejected the second proposal of the mediator by 512 votes to 388. Talks would go on in Ulvik, Brandt said.".into();
    let wednesday = Fixture {
        articles: vec![third],
        past,
        now: "2026-03-12T06:00:00Z",
        since: Some("2026-03-11T06:00:00Z"),
        ..Fixture::default()
    }
    .compose();
    assert!(wednesday.edition.is_empty(), "{:?}", wednesday.edition.sections);
    assert!(matches!(outcome(&wednesday, "g"), Outcome::NothingNew { .. }));
}

#[test]
fn another_number_for_the_same_thing_stands_beside_it_when_asked_for() {
    let mut fixture = Fixture { articles: news(), ..Fixture::default() };
    let claim = |count: &str| format!("{count} dockers of Marlow had stopped work over pay and night shifts. ");
    fixture.articles[0].text.insert_str(0, &claim("About 900"));
    fixture.articles[1].text.push_str(&format!(" {}", claim("Some 1,200").trim()));
    let harbour = |fixture: &Fixture| -> Vec<String> {
        let edition = fixture.compose().edition;
        edition.stories().next().unwrap().sentences.iter().map(|sentence| sentence.text.clone()).collect()
    };
    fixture.options.adds = false;
    let usual = harbour(&fixture);
    fixture.options.disagreements = true;
    let both = harbour(&fixture);
    let at = |said: &[String], number: &str| said.iter().position(|sentence| sentence.contains(number));
    assert_eq!((at(&usual, "900 dockers of").is_some(), at(&usual, "1,200 dockers")), (true, None), "{usual:?}");
    assert_eq!(at(&both, "1,200 dockers"), at(&both, "900 dockers of").map(|place| place + 1), "{both:?}");
}

#[test]
fn bad_articles_do_no_harm() {
    let mut articles = vec![Article::default(), Article::default()];
    articles.push(article("x", "wire", "", ""));
    articles.push(article("y", "nobody", "Word", "\0\u{202e}🙂🙂🙂"));
    articles.extend((0..300).map(|number| article(&format!("copy{number}"), "wire", "Same", HARBOUR_WIRE)));
    let composition = Fixture { articles: articles.clone(), ..Fixture::default() }.compose();
    assert_eq!(composition.decisions.len(), articles.len());
    assert!(composition.edition.story_count() <= 5);
    assert_eq!(
        composition.decisions.iter().filter(|decision| matches!(decision.outcome, Outcome::Duplicate { .. })).count(),
        299
    );
    assert_eq!(group(&articles, &Options::default(), None).len(), articles.len());
}

#[test]
fn a_bad_rule_says_which_key_is_wrong() {
    let rule = |rule: Rule| Rules::compile(&[rule]).unwrap_err().remove(0).field;
    let title = |pattern: &str| Some(Patterns { title: Some(pattern.into()), ..Patterns::default() });
    assert_eq!(rule(Rule { name: "x".into(), drop: title("(deal"), ..Rule::default() }), "drop.title");
    assert_eq!(rule(Rule { name: "x".into(), ..Rule::default() }), "");
    assert_eq!(rule(Rule { drop: title("x"), ..Rule::default() }), "name");
    assert_eq!(rule(Rule { name: "x".into(), keep: title("x"), by: Some(1.0), ..Rule::default() }), "by");
    assert_eq!(rule(Rule { name: "x".into(), drop: Some(Patterns::default()), ..Rule::default() }), "drop");
    let old = Some(Patterns { older_than: Some("3 moons".into()), ..Patterns::default() });
    assert_eq!(rule(Rule { name: "x".into(), drop: old, ..Rule::default() }), "drop.older_than");
    let old = Patterns { older_than: Some("3 days".into()), ..Patterns::default() };
    assert!(Rules::compile(&[Rule { name: "x".into(), drop: Some(old), ..Rule::default() }]).is_ok());
}

#[test]
fn a_sentence_that_cannot_be_proven_is_named() {
    let fixture = Fixture { articles: news(), ..Fixture::default() };
    let edition = fixture.compose().edition;
    let stored = |change: &dyn Fn(&mut Article)| -> Vec<(Article, String)> {
        let changed = fixture.articles.iter().map(|article| {
            let mut changed = article.clone();
            change(&mut changed);
            (changed, article.hash())
        });
        changed.collect()
    };
    let count: usize = edition.stories().map(|story| story.sentences.len()).sum();
    let what = |flaws: Vec<super::Flaw>| (flaws.len(), flaws[0].what.clone());
    let (flaws, hash) = what(verify(&edition, &stored(&|article| article.text.push('!'))));
    assert!(flaws == count && hash.contains("hash differs"), "{hash}");
    let (flaws, link) = what(verify(&edition, &stored(&|article| article.url = Some("https://x.example/".into()))));
    assert!(flaws == count && link.contains("link"), "{link}");
    let (flaws, credit) = what(verify(&edition, &stored(&|article| article.source = "stranger".into())));
    assert!(flaws == count && credit.contains("came from `stranger`"), "{credit}");
    assert_eq!(what(verify(&edition, &[])).0, count);
    let mut moved = edition.clone();
    moved.sections[0].stories[0].sentences[0].start += 1;
    assert!(what(verify(&moved, &stored(&|_| {}))).1.contains("does not stand"));
}
