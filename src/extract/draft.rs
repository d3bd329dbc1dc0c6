//! A document that was read, before it is decided which of its lines are the article.
//!
//! The other pages of its site say which lines are the site's furniture. So the pages of a site are drafted first, then
//! [learnt](Draft::learn), and [finished](Draft::finish) with what all of them tell. One document alone is finished at once,
//! which is what [`read`](crate::extract::read) does.

use crate::extract::clean::Recurring;
use crate::extract::html::PageDraft;
use crate::extract::plain::TextDraft;
use crate::extract::url::host;
use crate::model::{Article, Problem};

/// A document that was read, its lines judged and not yet chosen.
#[derive(Debug)]
pub struct Draft {
    kind: Kind,
    /// It was learnt by the memory it will be finished with.
    learnt: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing is left to be decided.
    Done(Box<(Article, Vec<Problem>)>),
    Page(Box<PageDraft>),
    Text(Box<TextDraft>),
}

impl Draft {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, learnt: false }
    }

    /// The site it belongs to: the host of its address; `None` if it has none.
    pub fn site(&self) -> Option<String> {
        host(self.url()?)
    }

    fn url(&self) -> Option<&str> {
        match &self.kind {
            Kind::Done(_) => None,
            Kind::Page(page) => page.url(),
            Kind::Text(text) => text.url(),
        }
    }

    /// Lets `site` remember its lines, if it has an address.
    pub fn learn(&mut self, site: &mut Recurring) {
        let (url, lines) = match &self.kind {
            Kind::Done(_) => return,
            Kind::Page(page) => (page.url(), page.keys()),
            Kind::Text(text) => (text.url(), text.keys()),
        };
        let Some(url) = url.filter(|_| !lines.is_empty()) else { return };
        site.learn(url, &lines);
        self.learnt = true;
    }

    /// Decides which lines are the article, with what is remembered of its site.
    pub fn finish(self, site: &Recurring) -> (Article, Vec<Problem>) {
        match self.kind {
            Kind::Done(done) => *done,
            Kind::Page(page) => page.finish(site, self.learnt),
            Kind::Text(text) => text.finish(site, self.learnt),
        }
    }
}
