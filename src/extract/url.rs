//! Addresses of pages without what only follows the reader around.

use base64::Engine as _;
use url::Url;

use crate::model::Article;

/// Parameters that only say where a reader came from; a `*` at the end stands for any ending.
const TRACKING: [&str; 93] = [
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
    "srsltid",
    "gad_source",
    "gad_campaignid",
    "_gl",
    "mibextid",
    "epik",
    "rdt_cid",
    "sccid",
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "hsa_*",
    "_kx",
    "_ke",
    "ck_subscriber_id",
    "_branch_match_id",
    "irclickid",
    "cjevent",
    "tblci",
    "dicbo",
    "sfmc_*",
    "emci",
    "emdi",
    "et_rid",
    "et_cid",
    "dm_i",
    "_bhlid",
    "smid",
    "elqtrackid",
    "cndid",
    "bxid",
];

/// `url` without tracking parameters and without its fragment (but for `#!` and `#/`, which name pages).
///
/// The rest keeps its order and spelling; what is no URL comes back trimmed.
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

/// The address of a feed's entry: as [`canonical_url`], but with the fragment where it names a part of the page, as the
/// entries of a changelog on one page do.
pub fn entry_url(url: &str) -> String {
    let canonical = canonical_url(url);
    let Some(fragment) = Url::parse(url.trim()).ok().and_then(|url| url.fragment().map(str::to_owned)) else {
        return canonical;
    };
    // `#xtor=RSS-1` counts visits; the others lead to the page itself or to its comments.
    let is_part = !fragment.is_empty()
        && !fragment.contains(['=', '~'])
        && !["rss", "atom", "feed", "top", "comments", "respond", "disqus_thread", "content", "main", "more"]
            .contains(&fragment.to_ascii_lowercase().as_str());
    if !is_part || canonical.contains('#') { canonical } else { format!("{canonical}#{fragment}") }
}

/// Where a link leads that redirects elsewhere and says so: the address in a parameter of an alert's or a board's redirect
/// (`https://www.google.com/url?…&url=…`). Any other link is itself: that a page names another in a parameter does not
/// make it a redirect.
pub fn direct(link: &str) -> String {
    let mut link = link.trim().to_owned();
    for _ in 0..MOST_WRAPPERS {
        let Some(target) = Url::parse(&link).ok().and_then(|url| redirect(&url)) else { break };
        link = target;
    }
    link
}

/// Last parts of the paths of redirects.
const REDIRECTS: [&str; 24] = [
    "url",
    "redirect",
    "redir",
    "rd",
    "r",
    "l",
    "l.php",
    "away",
    "away.php",
    "out",
    "outbound",
    "exit",
    "go",
    "goto",
    "link",
    "linkfilter",
    "click",
    "track",
    "apiclick.aspx",
    "newtab",
    "external",
    "leave",
    "jump",
    "deref",
];

/// Parameters that carry the target of a redirect.
const TARGETS: [&str; 16] = [
    "url",
    "u",
    "q",
    "to",
    "target",
    "dest",
    "destination",
    "redirect",
    "redirect_url",
    "redirect_to",
    "goto",
    "link",
    "href",
    "out",
    "z",
    "r",
];

fn redirect(url: &Url) -> Option<String> {
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if !REDIRECTS.contains(&last.as_str()) {
        return None;
    }
    let carried = url.query_pairs().filter(|(name, _)| TARGETS.contains(&name.to_ascii_lowercase().as_str()));
    carried.filter_map(|(_, value)| address(value.trim())).next()
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
    TRACKING.iter().any(|known| known.strip_suffix('*').map_or(*known == name, |start| name.starts_with(start)))
}

/// Where a link of a mail leads: out of a wrapper that counts clicks and carries its target in itself, in a parameter or its
/// path, written plainly, percent-encoded or in base64. Any other link is itself. Tracking parameters are gone.
pub fn unwrapped(link: &str) -> String {
    let mut link = link.trim().to_owned();
    for _ in 0..MOST_WRAPPERS {
        let Some(target) = Url::parse(&link).ok().and_then(|url| target(&url)) else { break };
        link = target;
    }
    canonical_url(&link)
}

/// Wrappers around each other that are taken off.
const MOST_WRAPPERS: usize = 4;

/// The address that `wrapper` carries.
fn target(wrapper: &Url) -> Option<String> {
    let parameters = wrapper.query_pairs().map(|(_, value)| value.into_owned());
    let parts = wrapper.path_segments().into_iter().flatten();
    let decoded = parts.map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned());
    parameters.chain(decoded).find_map(|text| address(&text).or_else(|| address(&from_base64(&text)?)))
}

/// `text` as an absolute address of a page, or the first inside the JSON that some wrappers carry.
fn address(text: &str) -> Option<String> {
    let is_address = |text: &str| {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        url.host_str().is_some_and(|host| host.contains('.')).then(|| url.to_string())
    };
    let json = || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok();
    if text.starts_with("http") {
        return is_address(text);
    }
    let fields = json().filter(|_| text.starts_with('{'))?;
    fields.values().filter_map(serde_json::Value::as_str).find_map(is_address)
}

fn from_base64(text: &str) -> Option<String> {
    let text = text.split('.').next().unwrap_or(text).trim_end_matches('=');
    // `http` and `{"` in base64: anything else is no address.
    if text.len() > 8192 || !(text.starts_with("aHR0c") || text.starts_with("eyJ")) {
        return None;
    }
    let plain = text.replace('-', "+").replace('_', "/");
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain).ok().and_then(|bytes| String::from_utf8(bytes).ok())
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
    let base = base.filter(|base| matches!(base.scheme(), "http" | "https"));
    if base.is_some_and(|base| site(&base) != site(&found) || (is_front(&found) && !is_front(&base))) {
        return None;
    }
    Some(canonical_url(found.as_str()))
}

/// Whether `url` is that of the front page of the site `host`.
pub(crate) fn is_front_of(url: &str, host: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_front(&url) && site(&url) == Some(host))
}

/// Whether the text of `article` was read from the host that its address names, or from the site that host is a part of.
/// Otherwise the address is a claim, which anybody can make.
pub fn owns_address(article: &Article) -> bool {
    let parsed = |url: &Option<String>| Url::parse(url.as_deref()?).ok().filter(|url| url.scheme().starts_with("http"));
    let (Some(claimed), Some(read)) = (parsed(&article.url), parsed(&article.origin)) else { return false };
    let (Some(name), Some(host)) = (site(&claimed), read.host_str()) else { return false };
    // `m.co.uk` and `amp.pages.example` may belong to anybody: what they read is not that of the site without the prefix,
    // and that of `www.` is that very site's, not that of the parts of it.
    let same = name == host.strip_prefix("www.").unwrap_or(host) || claimed.host() == read.host();
    let part = name.strip_suffix(host).is_some_and(|part| part.ends_with('.') && host.contains('.'));
    (same || part) && claimed.port() == read.port()
}

/// Whether the address of `article` is somebody's claim: its text was read elsewhere.
pub fn is_a_claim(article: &Article) -> bool {
    article.origin.is_some() && !owns_address(article)
}

/// `url` as the origin of a text: without user, query and fragment, where secrets stand; `None` if it is not of the web.
pub fn origin(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_query(None);
    url.set_fragment(None);
    // Neither can fail: the scheme is http or https.
    let _ = (url.set_username(""), url.set_password(None));
    Some(url.into())
}

/// Whether `url` is that of a site's front page.
pub fn is_front_page(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_front(&url) && url.fragment().is_none())
}

/// Whether both stand on one site, or one on a part of the other's (`news.a.example` and `a.example`).
pub(crate) fn is_same_site(one: &Url, other: &Url) -> bool {
    let part = |inner: &str, outer: &str| {
        outer.contains('.') && inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let (Some(one_site), Some(other_site)) = (site(one), site(other)) else { return false };
    one_site == other_site || part(one_site, other_site) || part(other_site, one_site)
}

fn is_front(url: &Url) -> bool {
    matches!(url.path(), "" | "/") && url.query().is_none()
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

/// The words in the address of a page: the last part of its path ("the-tide-returns.html" → "The tide returns"),
/// else the address itself.
pub fn words_of(url: &str) -> String {
    let bare = without_scheme(url);
    let last = Url::parse(url).ok().and_then(|url| {
        let last = url.path_segments()?.rfind(|part| !part.is_empty())?.to_owned();
        Some(percent_encoding::percent_decode_str(&last).decode_utf8_lossy().into_owned())
    });
    let last = last.unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(&*last, |(stem, _)| stem);
    let words: Vec<&str> = stem.split(['-', '_', '+', ' ']).filter(|word| !word.is_empty()).collect();
    let is_worded = words.len() > 1 && words.iter().any(|word| word.chars().all(char::is_alphabetic));
    let mut letters = words.join(" ").chars().collect::<Vec<char>>().into_iter();
    match letters.next() {
        Some(first) if is_worded => first.to_uppercase().chain(letters).collect(),
        _ => bare,
    }
}

fn without_scheme(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_something_in_words_or_stands_for_itself() {
        for (url, expected) in [
            ("https://a.example/news/the-tide-returns.html", "The tide returns"),
            ("https://a.example/2026/mur_du_port%20r%C3%A9par%C3%A9/", "Mur du port réparé"),
            ("https://a.example/p?id=7", "a.example/p?id=7"),
            ("https://a.example/2026/11/27/", "a.example/2026/11/27"),
            ("https://a.example/ab-12-34", "A 12"),
            ("https://a.example/", "a.example"),
        ] {
            assert_eq!(words_of(url), expected.replace("A 12", "Ab 12 34"), "{url}");
        }
    }

    #[test]
    fn tracking_goes_and_the_rest_stays_as_it_was() {
        for (url, expected) in [
            ("https://a.example/p?utm_source=x&id=7&UTM_Medium=y#top", "https://a.example/p?id=7"),
            ("https://a.example/p?fbclid=1", "https://a.example/p"),
            ("https://a.example/p?srsltid=AfmBOo&gad_source=1&hsa_acc=2&page=3", "https://a.example/p?page=3"),
            ("https://a.example/p?q=a%20b&&ref=c", "https://a.example/p?q=a%20b&ref=c"),
            ("https://a.example/#!/page", "https://a.example/#!/page"),
            (" no url ", "no url"),
        ] {
            assert_eq!(canonical_url(url), expected);
        }
    }

    #[test]
    fn redirects_that_name_their_target_lead_there_and_other_links_to_themselves() {
        for (link, expected) in [
            (
                "https://www.google.com/url?rct=j&sa=t&url=https://a.example/p%3Fid%3D7&ct=ga",
                "https://a.example/p?id=7",
            ),
            (
                "http://www.bing.com/news/apiclick.aspx?ref=Rss&url=https%3a%2f%2fa.example%2fp&c=1",
                "https://a.example/p",
            ),
            ("https://l.board.example/l.php?u=https%3A%2F%2Fa.example%2Fp&h=x", "https://a.example/p"),
            (
                "https://www.google.com/url?q=https://out.example/redirect?to%3Dhttps%253A%252F%252Fa.example%252Fp",
                "https://a.example/p",
            ),
            ("https://a.example/story?via=https://b.example/", "https://a.example/story?via=https://b.example/"),
            ("https://a.example/share?url=https://b.example/p", "https://a.example/share?url=https://b.example/p"),
            ("https://a.example/go?q=fish", "https://a.example/go?q=fish"),
            ("https://a.example/url?url=javascript:x", "https://a.example/url?url=javascript:x"),
        ] {
            assert_eq!(direct(link), expected, "{link}");
        }
    }

    #[test]
    fn an_entry_keeps_the_anchor_that_names_it() {
        for (url, expected) in [
            ("https://a.example/notes?utm_source=x#nov-27", "https://a.example/notes#nov-27"),
            ("https://a.example/p#xtor=RSS-1", "https://a.example/p"),
            ("https://a.example/p#comments", "https://a.example/p"),
            ("https://a.example/#/page", "https://a.example/#/page"),
            ("https://a.example/p#", "https://a.example/p"),
            ("no url", "no url"),
        ] {
            assert_eq!(entry_url(url), expected, "{url}");
        }
    }

    #[test]
    fn links_of_mails_lead_where_they_say_inside() {
        for (link, expected) in [
            (
                "https://click.example.net/?u=https%3A%2F%2Fa.example%2Fp%3Fid%3D7%26utm_source%3Dx",
                "https://a.example/p?id=7",
            ),
            ("https://x.awstrack.example/L0/https:%2F%2Fa.example%2Fp/1/0100", "https://a.example/p"),
            ("https://t.example/c/aHR0cHM6Ly9hLmV4YW1wbGUvcA/abc", "https://a.example/p"),
            ("https://s.example/redirect/2/eyJlIjoiaHR0cHM6Ly9hLmV4YW1wbGUvcCJ9.sig", "https://a.example/p"),
            (
                "https://o.example/?url=https%3A%2F%2Ft.example%2F%3Fu%3Dhttps%253A%252F%252Fa.example%252Fp",
                "https://a.example/p",
            ),
            ("https://a.example/p?next=javascript:x&q=aHR", "https://a.example/p?next=javascript:x&q=aHR"),
            ("mailto:a@a.example", "mailto:a@a.example"),
        ] {
            assert_eq!(unwrapped(link), expected, "{link}");
        }
    }

    #[test]
    fn an_address_is_owned_where_its_text_was_read() {
        for (url, origin, owned) in [
            ("https://a.example/1", Some("https://a.example/feed"), true),
            ("http://www.a.example/1", Some("https://a.example/feed"), true),
            ("https://news.a.example/1", Some("https://a.example/feed"), true),
            ("https://a.example/1", Some("https://b.example/feed"), false),
            ("https://a.example/1", Some("https://evil.a.example/feed"), false),
            ("https://evila.example/1", Some("https://a.example/feed"), false),
            ("https://a.example/1", Some("https://example/feed"), false),
            ("https://m.a.example/1", Some("https://www.a.example/feed"), true),
            ("https://m.a.example/1", Some("https://m.a.example/feed"), true),
            ("https://news.co.uk/1", Some("https://m.co.uk/feed"), false),
            ("https://news.co.uk/1", Some("https://www.co.uk/feed"), false),
            ("https://ann.pages.example/1", Some("https://amp.pages.example/feed"), false),
            ("https://pages.example/1", Some("https://amp.pages.example/feed"), false),
            ("http://127.0.0.1:1/1", Some("http://127.0.0.1:2/feed"), false),
            ("https://a.example/1", None, false),
        ] {
            let article =
                Article { url: Some(url.to_owned()), origin: origin.map(str::to_owned), ..Article::default() };
            assert_eq!(owns_address(&article), owned, "{url} {origin:?}");
        }
        assert_eq!(origin("https://me:pw@a.example/f?token=s#x").as_deref(), Some("https://a.example/f"));
        assert_eq!(origin("file:///etc/passwd"), None);
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
