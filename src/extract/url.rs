//! Addresses of pages without what only follows the reader around.

use url::Url;

/// Parameters that only say where a reader came from; a `*` at the end stands for any ending.
const TRACKING: [&str; 62] = [
    "utm_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "__hstc",
    "__hssc",
    "__hsfp",
    "hsctatracking",
    "vero_id",
    "vero_conv",
    "oly_anon_id",
    "oly_enc_id",
    "ref_src",
    "ref_url",
    "_openstat",
    "wickedid",
    "s_cid",
    "s_kwcid",
    "ncid",
    "cmpid",
    "xtor",
    "wt_mc",
    "wt.mc_id",
    "wt_zmc",
    "pk_campaign",
    "pk_kwd",
    "pk_source",
    "pk_medium",
    "piwik_*",
    "mtm_*",
    "matomo_*",
    "at_medium",
    "at_campaign",
    "at_custom*",
    "guccounter",
    "guce_referrer*",
    "__twitter_impression",
    "ocid",
    "ito",
    "ftag",
    "sr_share",
    "rss_id",
    "spm",
    "trk",
    "sc_campaign",
    "sc_channel",
];

/// `url` without tracking parameters and without its fragment (but for `#!` and `#/`, which name pages).
///
/// What is left keeps its order and spelling; what is no URL comes back trimmed.
pub fn canonical_url(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url.trim()) else { return url.trim().to_owned() };
    if parsed.fragment().is_some_and(|fragment| !fragment.starts_with(['!', '/'])) {
        parsed.set_fragment(None);
    }
    if let Some(query) = parsed.query() {
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
        let kept = kept.join("&");
        parsed.set_query((!kept.is_empty()).then_some(&kept));
    }
    parsed.into()
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
    TRACKING.iter().any(|known| known.strip_suffix('*').map_or(*known == name, |start| name.starts_with(start)))
}

/// The page `href` (found on a page at `base`) says it really is, if that can be true: an http(s) page of the same site that
/// is not merely the site's front page.
pub(crate) fn plausible_canonical(href: &str, base: Option<&str>) -> Option<String> {
    let base = base.and_then(|base| Url::parse(base).ok());
    let found = match &base {
        Some(base) => base.join(href.trim()).ok()?,
        None => Url::parse(href.trim()).ok()?,
    };
    if !matches!(found.scheme(), "http" | "https") {
        return None;
    }
    if let Some(base) = base.filter(|base| matches!(base.scheme(), "http" | "https")) {
        let front = |url: &Url| matches!(url.path(), "" | "/") && url.query().is_none();
        if site(&base) != site(&found) || (front(&found) && !front(&base)) {
            return None;
        }
    }
    Some(canonical_url(found.as_str()))
}

/// The site `url` belongs to, as one name for all the prefixes it is served under.
pub(crate) fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    site(&url).map(str::to_owned)
}

/// The host without the prefixes under which one site is served.
fn site(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(["www.", "m.", "amp.", "mobile."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_goes_and_the_rest_stays_as_it_was() {
        for (url, expected) in [
            ("https://a.example/p?utm_source=x&id=7&UTM_Medium=y#top", "https://a.example/p?id=7"),
            ("https://a.example/p?fbclid=1", "https://a.example/p"),
            ("https://a.example/p?q=a%20b&&ref=c", "https://a.example/p?q=a%20b&ref=c"),
            ("https://a.example/#!/page", "https://a.example/#!/page"),
            (" no url ", "no url"),
        ] {
            assert_eq!(canonical_url(url), expected);
        }
    }

    #[test]
    fn a_canonical_address_must_be_of_the_same_site() {
        let check = |href, expected: Option<&str>| {
            assert_eq!(
                plausible_canonical(href, Some("https://www.a.example/x/y?utm_id=1")).as_deref(),
                expected,
                "{href}"
            );
        };
        check("/story?gclid=1", Some("https://www.a.example/story"));
        check("https://a.example/story", Some("https://a.example/story"));
        check("https://b.example/story", None);
        check("https://a.example/", None);
        check("javascript:x", None);
    }
}
