//! A receiver that checks signatures with `mail-auth`, and knows one DNS record.

#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs; in a test an error is a failure")]

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt};

/// DNS records that are known without asking.
struct Known(Mutex<HashMap<Box<str>, Txt>>);

impl ResolverCache<Box<str>, Txt> for Known {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.lock().unwrap().get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// Whether the one signature of `mail` holds, with `record` at `name`.
pub(crate) async fn accepts(mail: &[u8], name: &str, record: &str) -> bool {
    let key = Txt::from(DomainKey::parse(record.as_bytes()).unwrap());
    let known = Known(Mutex::new(HashMap::from([(format!("{name}.").into_boxed_str(), key)])));
    let message = AuthenticatedMessage::parse(mail).unwrap();
    let nobody = ResolverConfig::from_parts(None, vec![], vec![]);
    let receiver = MessageAuthenticator::new(nobody, ResolverOpts::default()).unwrap();
    let verified = receiver.verify_dkim(Parameters::new(&message).with_txt_cache(&known)).await;
    assert_eq!(verified.len(), 1, "one signature");
    *verified[0].result() == DkimResult::Pass
}
