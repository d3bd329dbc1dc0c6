//! The whole way from articles to an edition, and the account of it.

use super::decision::{Decision, DecisionLog, Outcome};
use super::draft::{StoryDraft, drafts};
use super::inputs::Inputs;
use super::select::{Choice, Filtered, Full, History, Ranking, choose};
use super::write::{SentenceDecision, WrittenStory, headline, write_story};
use crate::model::{Article, Edition, MoreLink, Section};

/// A composed edition and the account of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition {
    /// The edition.
    pub edition: Edition,
    /// One decision for every article given, by source, headline and id.
    pub decisions: Vec<Decision>,
    /// Why the stories stand where they stand, best first; those that are only linked too.
    pub rankings: Vec<Ranking>,
    /// Every sentence that the published stories were chosen from, story by story in the order of their scores.
    pub sentences: Vec<SentenceDecision>,
}

impl Composition {
    /// Sets how many articles were read for the edition and are not in it, by a rule, a limit, or for lack of news.
    pub fn count_left_out(&mut self) {
        // Printed again, an edition comes without its account and keeps the count it was composed with.
        if self.decisions.is_empty() {
            return;
        }
        let is_out = |outcome: &Outcome| {
            matches!(outcome, Outcome::Dropped { .. } | Outcome::OverLimit { .. } | Outcome::NothingNew { .. })
        };
        self.edition.left_out = self.decisions.iter().filter(|decision| is_out(&decision.outcome)).count();
    }
}

/// Composes the edition of `inputs`. The order of its articles and of the past stories does not matter.
pub fn compose(inputs: &Inputs<'_>) -> Composition {
    let mut log = DecisionLog::default();
    let filtered = Filtered::new(inputs, &mut log);
    let history = History::new(inputs);
    let all: Vec<&Article> = filtered.articles.iter().copied().chain(&history.articles).collect();
    let times = [filtered.times.clone(), history.articles.iter().map(Article::time).collect()].concat();
    let corpus = inputs.memo.corpus(&all, &times);
    let deduplicated = filtered.dedup(inputs, &all, &corpus, &history, &mut log);
    let pairs = inputs.memo.pairs(&corpus, &deduplicated.gone, &deduplicated.apart);
    let drafts = drafts(inputs, &filtered, &deduplicated, &history, &pairs);
    let elsewhere = inputs.memo.elsewhere(&corpus, &all);
    let choices = choose(inputs, &drafts, |draft| write_story(inputs, &corpus, &elsewhere, draft));
    EditionBuilder { inputs, log, sections: headings(inputs, &drafts), sentences: Vec::new() }.build(drafts, choices)
}

/// Every heading there may be, in the order of the config; headings of unknown sources last.
fn headings(inputs: &Inputs<'_>, drafts: &[StoryDraft<'_>]) -> Vec<Section> {
    let configured = inputs.sources.iter().map(|terms| terms.section.clone().unwrap_or_default());
    let mut names: Vec<String> = Vec::new();
    for name in configured.chain(drafts.iter().map(|draft| draft.section.clone())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Section { name, stories: Vec::new(), more: Vec::new() }).collect()
}

/// Assembles the edition from the chosen stories.
struct EditionBuilder<'a> {
    inputs: &'a Inputs<'a>,
    log: DecisionLog,
    sections: Vec<Section>,
    sentences: Vec<SentenceDecision>,
}

impl EditionBuilder<'_> {
    fn build(mut self, drafts: Vec<StoryDraft<'_>>, choices: Vec<Choice>) -> Composition {
        let mut order: Vec<(usize, Choice)> = choices.into_iter().enumerate().collect();
        order.sort_by(|(a, _), (b, _)| drafts[*b].score.total_cmp(&drafts[*a].score).then(a.cmp(b)));
        for (place, choice) in order {
            match choice {
                Choice::Publish(written) => self.publish(&drafts[place], *written),
                Choice::Full(full) => self.link(&drafts[place], full),
                Choice::NothingNew => self.skip(&drafts[place]),
            }
        }
        self.sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
        let mut decisions = self.log.decisions;
        decisions.sort_by(|a, b| (&a.source, &a.title, &a.article).cmp(&(&b.source, &b.title, &b.article)));
        let mut rankings: Vec<Ranking> = drafts.into_iter().map(StoryDraft::into_ranking).collect();
        rankings.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.story.cmp(&b.story)));
        let edition = edition(self.inputs, self.sections);
        let mut composition = Composition { edition, decisions, rankings, sentences: self.sentences };
        composition.count_left_out();
        composition
    }

    fn section(&mut self, draft: &StoryDraft<'_>) -> &mut Section {
        let place = self.sections.iter().position(|section| section.name == draft.section);
        &mut self.sections[place.expect("every draft's heading was listed")]
    }

    fn publish(&mut self, draft: &StoryDraft<'_>, WrittenStory { story, sentences, held_back }: WrittenStory) {
        let score = draft.score;
        let mut why = match draft.effects.kept_by.first() {
            Some(rule) => format!("published, because rule `{rule}` keeps it (score {score:.2})"),
            None => format!("published (score {score:.2})"),
        };
        if let Some(held) = held_back {
            why.push_str(&format!(", in one line: none of its sentences can be read alone ({held})"));
        }
        self.record(draft, &Outcome::Published { story: story.id.clone() }, &why);
        self.section(draft).stories.push(story);
        self.sentences.extend(sentences);
    }

    fn link(&mut self, draft: &StoryDraft<'_>, full: Full) {
        let most = self.inputs.limits.max_more;
        let score = draft.score;
        let worth = if full.lowered > 0.0 {
            let left = score - full.lowered;
            format!("score {score:.2}, lowered to {left:.2} because its source, author or section already has stories")
        } else {
            format!("score {score:.2}")
        };
        let why = format!("no room: `{}` = {} was reached ({worth})", full.limit, full.value);
        if self.section(draft).more.len() >= most {
            let outcome = Outcome::OverLimit { limit: full.limit.to_owned() };
            self.record(draft, &outcome, &format!("{why}, and `max_more` = {most} links too"));
            return;
        }
        let lead = draft.lead();
        let link = MoreLink {
            story: draft.id.clone(),
            title: headline(lead),
            source: lead.source.clone(),
            url: lead.url.clone(),
            teaser: lead.teaser,
            paywalled: !lead.access.is_open(),
        };
        self.section(draft).more.push(link);
        self.record(draft, &Outcome::Linked { story: draft.id.clone() }, &why);
    }

    fn skip(&mut self, draft: &StoryDraft<'_>) {
        let edition = draft.past.last().map(|past| past.edition.clone()).unwrap_or_default();
        let why = format!(
            "the story was in {edition}, and no sentence is at least {:.0} % new (`new`)",
            100.0 * self.inputs.options.new
        );
        self.record(draft, &Outcome::NothingNew { edition }, &why);
    }

    /// The same for all originals of a story; its copies have their decision already.
    fn record(&mut self, draft: &StoryDraft<'_>, outcome: &Outcome, why: &str) {
        for original in &draft.originals {
            self.log.record(original, outcome.clone(), why.to_owned());
        }
    }
}

fn edition(inputs: &Inputs<'_>, sections: Vec<Section>) -> Edition {
    let facts = inputs.newsletter;
    Edition {
        id: format!("{}-{}", facts.name, inputs.now.strftime("%Y%m%dT%H%M%SZ")),
        newsletter: facts.name.to_owned(),
        title: facts.title.to_owned(),
        language: facts.language.to_owned(),
        timezone: facts.timezone.to_owned(),
        composed: inputs.now,
        since: inputs.since,
        sections,
        health: inputs.health.clone(),
        ..Edition::default()
    }
}
