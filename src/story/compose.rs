//! The whole way from articles to an edition, and the account of it.

use super::admit::Admitted;
use super::batch::Batch;
use super::card::{Card, card, headline};
use super::choose::{Candidate, Choice, Full, choose};
use super::desk::Desk;
use super::earlier::Remembered;
use super::fate::{Fate, Ledger, Outcome};
use super::order::Ranking;
use super::pairs::pairs;
use super::plot::{Plot, plots};
use super::weigh::Weighed;
use crate::model::{Article, Edition, MoreLink, Section};

/// A composed edition and the account of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition {
    /// What is sent.
    pub edition: Edition,
    /// What became of every article given: one fate each, by source, headline and id.
    pub fates: Vec<Fate>,
    /// Why the stories stand where they stand, best first; those that are only linked too.
    pub rankings: Vec<Ranking>,
    /// Every sentence that the told stories were chosen from, story by story in the order of their scores.
    pub sentences: Vec<Weighed>,
}

/// Composes the edition of `desk`. The order of its articles and of what was told does not matter.
pub fn compose(desk: &Desk<'_>) -> Composition {
    let mut ledger = Ledger::default();
    let admitted = Admitted::new(desk, &mut ledger);
    let told = Remembered::new(desk);
    let all: Vec<&Article> = admitted.articles.iter().copied().chain(&told.articles).collect();
    let times = [admitted.times.clone(), told.articles.iter().map(Article::time).collect()].concat();
    let batch = Batch::new(&all, &times);
    let folded = admitted.fold(desk, &batch, &told, &mut ledger);
    let plots = plots(desk, &admitted, &folded, &told, &pairs(&batch));
    let candidates: Vec<Candidate> = plots.iter().map(|plot| plot.candidate(&admitted)).collect();
    let choices = choose(desk, &candidates, |place| card(desk, &batch, &plots[place].cast(&admitted)));
    Binding { desk, admitted: &admitted, ledger, sections: heads(desk, &candidates), sentences: Vec::new() }
        .bind(&plots, choices)
}

/// Every head there may be, in the order of the config; heads of unknown sources last.
fn heads(desk: &Desk<'_>, candidates: &[Candidate]) -> Vec<Section> {
    let configured = desk.sources.iter().map(|terms| terms.section.clone().unwrap_or_default());
    let mut names: Vec<String> = Vec::new();
    for name in configured.chain(candidates.iter().map(|candidate| candidate.section.clone())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Section { name, stories: Vec::new(), more: Vec::new() }).collect()
}

/// Puts what was chosen between covers.
struct Binding<'a> {
    desk: &'a Desk<'a>,
    admitted: &'a Admitted<'a>,
    ledger: Ledger,
    sections: Vec<Section>,
    sentences: Vec<Weighed>,
}

impl Binding<'_> {
    fn bind(mut self, plots: &[Plot<'_>], choices: Vec<Choice>) -> Composition {
        let mut rankings: Vec<Ranking> = plots.iter().map(|plot| plot.ranking.clone()).collect();
        let mut order: Vec<(usize, Choice)> = choices.into_iter().enumerate().collect();
        order.sort_by(|(a, _), (b, _)| rankings[*b].score.total_cmp(&rankings[*a].score).then(a.cmp(b)));
        for (place, choice) in order {
            match choice {
                Choice::Told(card) => self.tell(&plots[place], *card),
                Choice::Full(full) => self.link(&plots[place], full),
                Choice::NothingNew => self.skip(&plots[place]),
            }
        }
        self.sections.retain(|section| !section.stories.is_empty() || !section.more.is_empty());
        let mut fates = self.ledger.fates;
        fates.sort_by(|a, b| (&a.source, &a.title, &a.article).cmp(&(&b.source, &b.title, &b.article)));
        rankings.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.story.cmp(&b.story)));
        Composition { edition: edition(self.desk, self.sections), fates, rankings, sentences: self.sentences }
    }

    fn section(&mut self, plot: &Plot<'_>) -> &mut Section {
        let place = self.sections.iter().position(|section| section.name == plot.ranking.section);
        &mut self.sections[place.expect("every candidate's head was listed")]
    }

    fn tell(&mut self, plot: &Plot<'_>, Card { story, sentences }: Card) {
        let score = plot.ranking.score;
        let why = match plot.kept_by.first() {
            Some(rule) => format!("told, because rule `{rule}` keeps it (score {score:.2})"),
            None => format!("told (score {score:.2})"),
        };
        self.enter(plot, &Outcome::Told { story: story.id.clone() }, &why);
        self.section(plot).stories.push(story);
        self.sentences.extend(sentences);
    }

    fn link(&mut self, plot: &Plot<'_>, full: Full) {
        let most = self.desk.limits.max_more;
        let score = plot.ranking.score;
        let worth = if full.lowered > 0.0 {
            let left = score - full.lowered;
            format!("score {score:.2}, lowered to {left:.2} by what stands here of its source, author and section")
        } else {
            format!("score {score:.2}")
        };
        let why = format!("no room: `{}` = {} was reached ({worth})", full.limit, full.value);
        if self.section(plot).more.len() >= most {
            let outcome = Outcome::OverLimit { limit: full.limit.to_owned() };
            self.enter(plot, &outcome, &format!("{why}, and `max_more` = {most} links too"));
            return;
        }
        let head = self.admitted.articles[plot.faces[0]];
        let link = MoreLink { title: headline(head), source: head.source.clone(), url: head.url.clone() };
        self.section(plot).more.push(link);
        self.enter(plot, &Outcome::Linked { story: plot.id.clone() }, &why);
    }

    fn skip(&mut self, plot: &Plot<'_>) {
        let edition = plot.told.last().map(|told| told.edition.clone()).unwrap_or_default();
        let why = format!(
            "the story was told in {edition}, and no sentence is at least {:.0} % new (`new`)",
            100.0 * self.desk.options.new
        );
        self.enter(plot, &Outcome::NothingNew { edition }, &why);
    }

    /// The same for all originals of a story; its copies have their fate already.
    fn enter(&mut self, plot: &Plot<'_>, outcome: &Outcome, why: &str) {
        for face in &plot.faces {
            self.ledger.enter(self.admitted.articles[*face], outcome.clone(), why.to_owned());
        }
    }
}

fn edition(desk: &Desk<'_>, sections: Vec<Section>) -> Edition {
    let facts = desk.newsletter;
    Edition {
        id: format!("{}-{}", facts.name, desk.now.strftime("%Y%m%dT%H%M%SZ")),
        newsletter: facts.name.to_owned(),
        title: facts.title.to_owned(),
        language: facts.language.to_owned(),
        timezone: facts.timezone.to_owned(),
        composed: desk.now,
        since: desk.since,
        sections,
        health: desk.health.clone(),
    }
}
