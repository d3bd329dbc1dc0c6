//! How texts are summarized, as the command line has it.

use crate::rank::Method;
use crate::summary::Options;

/// The choice of sentences; each option overrides the config.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Setting {
    /// Sentences of a summary [default: 3]
    #[arg(long, value_name = "N", group = "budget")]
    sentences: Option<usize>,
    /// Words of a summary at most; what does not fit is left out
    #[arg(long, value_name = "N", group = "budget")]
    words: Option<usize>,
    /// Part of its sentences that a summary keeps, 0 to 1
    #[arg(long, value_name = "R", group = "budget", value_parser = share)]
    share: Option<f64>,
    /// How sentences are ranked [default: textrank]
    #[arg(long, value_name = "METHOD", value_parser = method)]
    method: Option<Method>,
    /// Take the text as it is: do not drop menus, appeals and other boilerplate lines
    #[arg(long)]
    pub(in crate::cli) no_clean: bool,
}

impl Setting {
    /// The options of `base`, except for those given here.
    pub(in crate::cli) fn options(&self, base: Options) -> Options {
        let mut options = Options { method: self.method.unwrap_or(base.method), ..base };
        if self.sentences.or(self.words).is_some() || self.share.is_some() {
            (options.sentences, options.words, options.share) = (self.sentences, self.words, self.share);
        }
        options
    }
}

/// The method of that name.
pub(in crate::cli) fn method(name: &str) -> Result<Method, String> {
    Method::named(name).ok_or_else(|| {
        let names: Vec<&str> = Method::ALL.iter().map(|method| method.name()).collect();
        format!("no such method; there are {}", names.join(", "))
    })
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("a share is a number above 0 and at most 1".to_owned()),
    }
}
