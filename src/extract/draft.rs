//! A document that was read, before it is decided which of its lines are the article.
//!
//! The other pages of its site say which lines are the site's template. So the pages of a site are drafted first, then
//! [observed](Draft::observe), and [finished](Draft::finish) with the evidence of all of them. One document alone is finished at once,
//! which is what [`read`](crate::extract::read) does.

use crate::extract::boilerplate::SiteTemplate;
use crate::extract::html::PageDraft;
use crate::extract::plain::TextDraft;
use crate::extract::url::host;
use crate::model::{Article, Problem};

/// A document that was read, its lines scored and not yet chosen.
#[derive(Debug)]
pub struct Draft {
    stage: Stage,
    /// The template it will be finished with has observed it.
    includes_self: bool,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Nothing is left to be decided.
    Done(Box<(Article, Vec<Problem>)>),
    Page(Box<PageDraft>),
    Text(Box<TextDraft>),
}

impl Draft {
    pub(super) fn new(stage: Stage) -> Self {
        Self { stage, includes_self: false }
    }

    /// The site it belongs to: the host of its address; `None` if it has none.
    pub fn site(&self) -> Option<String> {
        host(self.url()?)
    }

    fn url(&self) -> Option<&str> {
        match &self.stage {
            Stage::Done(_) => None,
            Stage::Page(page) => page.url(),
            Stage::Text(text) => text.url(),
        }
    }

    /// Lets `site` observe its lines, if it has an address.
    pub fn observe(&mut self, site: &mut SiteTemplate) {
        let (url, lines) = match &self.stage {
            Stage::Done(_) => return,
            Stage::Page(page) => (page.url(), page.keys()),
            Stage::Text(text) => (text.url(), text.keys()),
        };
        let Some(url) = url.filter(|_| !lines.is_empty()) else { return };
        site.observe(url, &lines);
        self.includes_self = true;
    }

    /// Decides which lines are the article, with what is remembered of its site.
    pub fn finish(self, site: &SiteTemplate) -> (Article, Vec<Problem>) {
        match self.stage {
            Stage::Done(done) => *done,
            Stage::Page(page) => page.finish(site, self.includes_self),
            Stage::Text(text) => text.finish(site, self.includes_self),
        }
    }
}
