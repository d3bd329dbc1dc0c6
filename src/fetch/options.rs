use std::time::Duration;

use jiff::SignedDuration;
use jiff::fmt::serde::duration::friendly::compact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fetch::Size;
use crate::text::dates::length;

/// `[fetch]`: how much of the network's time and size one run may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Longest time for one answer, from connecting to its last byte (`"20s"`).
    #[serde(serialize_with = "compact::required", deserialize_with = "length::deserialize")]
    #[schemars(with = "String")]
    pub timeout: SignedDuration,
    /// Longest time for all fetching of one run (`"5m"`).
    #[serde(serialize_with = "compact::required", deserialize_with = "length::deserialize")]
    #[schemars(with = "String")]
    pub deadline: SignedDuration,
    /// Largest answer, after decompression (`"15MiB"`).
    pub max_body: Size,
    /// Connections at a time, busy and idle ones together.
    #[schemars(range(min = 1))]
    pub connections: usize,
    /// Connections at a time to one host.
    #[schemars(range(min = 1))]
    pub per_host: usize,
    /// Least time between the beginnings of two requests to one host (`"0s"`).
    #[serde(serialize_with = "compact::required", deserialize_with = "length::deserialize")]
    #[schemars(with = "String")]
    pub host_delay: SignedDuration,
    /// How often a server that is busy (429, 503) or stumbles (500, 502, 504) is asked again in the same run.
    pub retries: u32,
    /// Most memory that reading one source may take (Linux); a source that needs more is left out and named.
    pub read_memory: Size,
    /// How long reading one source may take; a source that needs longer is left out and named.
    #[serde(serialize_with = "compact::required", deserialize_with = "length::deserialize")]
    #[schemars(with = "String")]
    pub read_time: SignedDuration,
    /// Let every source reach addresses of private networks and of this machine; also needed where the web is reached
    /// through a proxy, which would resolve names behind the guard's back.
    pub allow_private: bool,
    /// Our name; by default the program's name and version.
    pub user_agent: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: SignedDuration::from_secs(20),
            deadline: SignedDuration::from_mins(5),
            max_body: Size::mebibytes(15),
            connections: 32,
            per_host: 2,
            host_delay: SignedDuration::ZERO,
            retries: 2,
            read_memory: Size::mebibytes(384),
            read_time: SignedDuration::from_secs(10),
            allow_private: false,
            user_agent: None,
        }
    }
}

impl Options {
    /// Who we say we are. Honest: some servers turn away those who say nothing or claim to be a browser.
    pub fn agent(&self) -> String {
        let default = || format!("digest/{} (feed reader)", env!("CARGO_PKG_VERSION"));
        self.user_agent.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(default)
    }

    /// `timeout`, at least a millisecond.
    pub(super) fn time_limit(&self) -> Duration {
        positive(self.timeout)
    }

    /// `host_delay`, never negative.
    pub(super) fn delay(&self) -> Duration {
        bounded(self.host_delay)
    }

    /// `read_time`, at least a second.
    pub(crate) fn read_limit(&self) -> Duration {
        bounded(self.read_time).max(Duration::from_secs(1))
    }

    /// `deadline`, at least a millisecond.
    pub(super) fn run_limit(&self) -> Duration {
        positive(self.deadline)
    }
}

fn positive(duration: SignedDuration) -> Duration {
    bounded(duration).max(Duration::from_millis(1))
}

/// A negative duration is none, and no run waits longer than a year: more could not be added to a clock.
fn bounded(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::ZERO).min(Duration::from_secs(365 * 24 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_survive_being_written_and_read() {
        let text = toml::to_string(&Options::default()).unwrap();
        assert!(text.contains("timeout = \"20s\"") && text.contains("max_body = \"15MiB\""), "{text}");
        assert_eq!(toml::from_str::<Options>(&text).unwrap(), Options::default());
        assert_eq!(toml::from_str::<Options>("").unwrap(), Options::default());
        assert!(toml::from_str::<Options>("time_out = 3").is_err());
        assert!(toml::from_str::<Options>("timeout = '-5s'").is_err());
        let extreme: Options = toml::from_str("deadline = '99999 weeks'\ntimeout = '0s'").unwrap();
        assert_eq!(extreme.run_limit(), Duration::from_secs(365 * 24 * 3600));
        assert_eq!(extreme.time_limit(), Duration::from_millis(1));
    }
}
