use url::Url;

/// Where relative links of an element start from, and which language it speaks.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) base: Option<Url>,
    pub(super) language: Option<String>,
    /// Texts without a `type` are plain, as in Atom (RFC 4287, section 3.1.1).
    pub(super) plain: bool,
}

impl Scope {
    /// That of a document at `url`.
    pub(super) fn of(url: Option<&str>) -> Self {
        Self { base: url.and_then(|url| Url::parse(url).ok()), ..Self::default() }
    }

    /// The same inside an element with these `xml:base` and `xml:lang`.
    pub(super) fn inside(&self, base: Option<&str>, language: Option<&str>) -> Self {
        let joined = base.and_then(|base| self.join(base));
        Self {
            base: joined.or_else(|| self.base.clone()),
            language: language.map(str::to_owned).or(self.language.clone()),
            plain: self.plain,
        }
    }

    /// `link` as an absolute URL; as it stands when there is nothing to resolve it against, `None` if it must not be
    /// followed (`javascript:`, `data:`, `file:` and their like).
    pub(super) fn link(&self, link: &str) -> Option<String> {
        // White space inside a URL is a line break of the author's editor; browsers drop it too.
        let link: String = link.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
        if link.is_empty() {
            return None;
        }
        let joined = self.join(&link);
        let refused = |url: &Url| {
            matches!(
                url.scheme(),
                "javascript" | "vbscript" | "data" | "file" | "blob" | "about" | "view-source" | "jar"
            )
        };
        match joined {
            Some(url) if refused(&url) => None,
            Some(url) if unchanged(&url, &link) => Some(link),
            Some(url) => Some(url.into()),
            None => Some(link),
        }
    }

    fn join(&self, link: &str) -> Option<Url> {
        match &self.base {
            Some(base) => base.join(link).ok(),
            None => Url::parse(link).ok(),
        }
    }
}

/// Only a slash was added to a bare host, or the host spelled small: keep the author's spelling.
fn unchanged(url: &Url, link: &str) -> bool {
    let url = url.as_str();
    url.eq_ignore_ascii_case(link) || url.strip_suffix('/').is_some_and(|short| short.eq_ignore_ascii_case(link))
}
