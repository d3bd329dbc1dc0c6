//! Outside markup → markup that may be shown: the one way past escaping.

use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};
use serde::Serialize;

use crate::extract::html::guard::guard;

/// Markup made by [`sanitize`], and by nothing else: the only outside text that may reach a page unescaped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Elements that load something or lay out a page; their text stays.
const REMOVED: [&str; 9] = ["img", "map", "area", "header", "footer", "nav", "article", "aside", "figure"];

/// The part of `html` that may be shown: text, links to `http`, `https` and `mailto`, lists, tables and emphasis; no image, no style,
/// nothing that loads or runs. Relative links are resolved against `base` and dropped (their text kept) without one.
///
/// Markup too large to parse comes out empty.
pub fn sanitize(html: &str, base: Option<&str>) -> SafeHtml {
    static PLAIN: LazyLock<Builder<'static>> = LazyLock::new(builder);
    clean(html, base, &PLAIN, builder)
}

/// The same with the images, each by its address, text and size: a record of what was read, to be shown only where loading
/// from outside is wanted. An image that is given as data is left out.
pub fn sanitize_with_images(html: &str, base: Option<&str>) -> SafeHtml {
    static PLAIN: LazyLock<Builder<'static>> = LazyLock::new(illustrated);
    clean(html, base, &PLAIN, illustrated)
}

fn clean(html: &str, base: Option<&str>, plain: &Builder<'static>, builder: fn() -> Builder<'static>) -> SafeHtml {
    let Ok(guarded) = guard(html) else { return SafeHtml::default() };
    let base = base.and_then(|base| Url::parse(base).ok()).filter(|base| matches!(base.scheme(), "http" | "https"));
    let clean = match base {
        Some(base) => builder().url_relative(UrlRelative::RewriteWithBase(base)).clean(&guarded.html),
        None => plain.clean(&guarded.html),
    };
    SafeHtml(clean.to_string())
}

fn illustrated() -> Builder<'static> {
    let mut builder = builder();
    builder.add_tags(["img"]).add_tag_attributes("img", ["src", "alt", "width", "height"]);
    builder
}

fn builder() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .rm_tags(REMOVED)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(sanitize(html, Some("https://example.org/a/b")).as_str(), expected, "{html}");
    }

    #[test]
    fn nothing_that_runs_or_loads_passes() {
        check("<p onclick=x>a<script>b</script></p>", "<p>a</p>");
        check("<img src=https://evil.example/pixel.gif>t", "t");
        check("<a href='javascript:alert(1)'>text</a>", "<a rel=\"noopener noreferrer nofollow\">text</a>");
        check("<a href=' data:text/html,x'>text</a>", "<a rel=\"noopener noreferrer nofollow\">text</a>");
        check("<a href=c>t</a>", "<a href=\"https://example.org/a/c\" rel=\"noopener noreferrer nofollow\">t</a>");
        check("<iframe src=x></iframe><style>p{}</style><p style='background:url(x)'>t</p>", "<p>t</p>");
        check("<svg><a xlink:href='javascript:x'>q</a></svg>t", "t");
    }

    #[test]
    fn a_record_keeps_the_address_text_and_size_of_an_image() {
        let check = |html: &str, expected: &str| {
            assert_eq!(sanitize_with_images(html, Some("https://example.org/a/b")).as_str(), expected, "{html}");
        };
        check(
            "<img src=c.png alt=Pier width=8 onload=x style='a:b'>",
            "<img src=\"https://example.org/a/c.png\" alt=\"Pier\" width=\"8\">",
        );
        check("<img src='data:image/gif;base64,x' srcset='d.png 2x'>", "<img>");
        check("<img src='javascript:x'><script>b</script><iframe src=x></iframe>", "<img>");
    }

    #[test]
    fn hostile_depth_is_survived() {
        assert!(sanitize(&format!("{}x", "<div>".repeat(50_000)), None).as_str().contains('x'));
    }
}
