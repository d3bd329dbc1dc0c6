use super::Error;

/// A name and an address, checked and normalized.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mailbox {
    /// Display name, without control characters; `None` if there is none.
    pub name: Option<String>,
    /// Normalized; see [`normalize`].
    pub address: String,
}

impl Mailbox {
    /// Reads `address`, `<address>` or `Name <address>`; the name may stand in double quotes.
    ///
    /// # Errors
    /// When the address is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let Some((name, rest)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
            return Ok(Self { name: None, address: normalize(text)? });
        };
        let name = name.trim();
        let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        Ok(Self { name: clean_name(quoted.unwrap_or(name)), address: normalize(rest)? })
    }

    /// The part of the address after the `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A display name on one line, without control and bidirectional control characters; `None` if nothing is left.
pub(super) fn clean_name(name: &str) -> Option<String> {
    let harmless = |char: char| if char.is_control() { ' ' } else { char };
    let name: String = name.chars().filter(|&char| !is_bidi_control(char)).map(harmless).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// Characters that reorder what stands around them: in a header they can make a name look like another.
pub(super) fn is_bidi_control(char: char) -> bool {
    matches!(char, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The address as it goes on the wire: its domain in lower case and IDNA (`bücher.example` is
/// `xn--bcher-kva.example`), its local part as it is. Equal mailboxes with differently written domains become equal.
///
/// # Errors
/// When it is no mail address (RFC 5321, with UTF-8 in the local part as in RFC 6531).
pub fn normalize(address: &str) -> Result<String, Error> {
    let text = address.trim();
    if text.is_empty() {
        return Err(Error::NoAddress);
    }
    let fails = |why| Err(Error::address(text, why));
    let Some((local, domain)) = text.rsplit_once('@') else {
        return fails("it has no `@`");
    };
    if text.chars().any(|char| char.is_control() || char.is_whitespace() || is_bidi_control(char)) {
        return fails("it has a blank or a control character in it");
    }
    if local.is_empty() || local.len() > 64 {
        return fails("the part before the `@` must have 1 to 64 bytes");
    }
    // `Host::parse` would decode percent signs, and a literal address is no domain.
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) if !domain.contains('%') => ascii,
        _ => return fails("the part after the `@` is no domain"),
    };
    let domain = domain.trim_end_matches('.');
    if lettre::Address::new(local, domain).is_err() || domain.is_empty() {
        return fails("it has a character that needs quoting or is not allowed");
    }
    if local.len() + 1 + domain.len() > 254 {
        return fails("it is longer than 254 bytes");
    }
    Ok(format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_written_one_way() {
        let check = |given: &str, expected: &str| assert_eq!(normalize(given).unwrap(), expected);
        check(" Me@Example.ORG ", "Me@example.org");
        check("me@bücher.example", "me@xn--bcher-kva.example");
        check("me@BÜCHER.example.", "me@xn--bcher-kva.example");
        check("jörg+news@example.org", "jörg+news@example.org");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for given in [
            "",
            "me",
            "@example.org",
            "me@",
            "me@[127.0.0.1]",
            "me@127.0.0.1",
            "a b@example.org",
            "me@exa mple.org",
            "me@example.org\r\nBcc: you@example.org",
            "me\n@example.org",
            "me@ex%61mple.org",
            "a\"b@example.org",
            "<me@example.org>",
            "me@example.org,you@example.org",
            "a@b@example.org",
            "\u{202E}me@example.org",
        ] {
            assert!(normalize(given).is_err(), "{given:?} was taken");
        }
        assert!(normalize(&format!("{}@example.org", "x".repeat(65))).is_err());
        assert!(normalize(&format!("me@{}.org", "x.".repeat(130))).is_err());
    }

    #[test]
    fn a_name_may_stand_before_the_address() {
        let check = |given: &str, name: Option<&str>| {
            let mailbox = Mailbox::parse(given).unwrap();
            assert_eq!((mailbox.name.as_deref(), mailbox.address.as_str()), (name, "me@example.org"), "{given}");
        };
        check("me@example.org", None);
        check("<me@example.org>", None);
        check("Me & You <me@example.org>", Some("Me & You"));
        check("\"You, Me\" <me@example.org>", Some("You, Me"));
        check("Me\r\nBcc: x <me@EXAMPLE.org>", Some("Me Bcc: x"));
    }
}
