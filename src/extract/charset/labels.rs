//! Names of encodings → encodings: those of the encoding standard, and the other names that programs write.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, WINDOWS_874, X_MAC_CYRILLIC};

use crate::extract::charset::Charset;

/// The encoding called `label`; `None` for a name that says nothing.
pub(super) fn named(label: &str) -> Option<Charset> {
    if let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Some(Charset::Standard(encoding));
    }
    let bare: String =
        label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(20).collect();
    let standard = |encoding| Some(Charset::Standard(encoding));
    match bare.as_str() {
        "maccyrillic" | "xmacukrainian" | "macukrainian" | "cp10007" => standard(X_MAC_CYRILLIC),
        "macroman" | "applemac" | "macintosh" | "cp10000" => standard(MACINTOSH),
        "iso2022kr" | "csiso2022kr" => Some(Charset::Iso2022Kr),
        "utf32" | "utf32be" | "ucs4" | "iso10646ucs4" => Some(Charset::Utf32 { big: true }),
        "utf32le" => Some(Charset::Utf32 { big: false }),
        _ => match page(&bare)? {
            932 => standard(SHIFT_JIS),
            936 => standard(GBK),
            949 => standard(EUC_KR),
            950 => standard(BIG5),
            866 => standard(IBM866),
            874 => standard(WINDOWS_874),
            number @ 1250..=1258 => Encoding::for_label(format!("windows-{number}").as_bytes()).map(Charset::Standard),
            number @ (437 | 720 | 737 | 775 | 850 | 852 | 855 | 857 | 858 | 860..=865 | 869) => {
                Some(Charset::CodePage(number))
            }
            _ => bare
                .strip_prefix("iso8859")
                .and_then(|part| Encoding::for_label(format!("iso-8859-{part}").as_bytes()))
                .map(Charset::Standard),
        },
    }
}

/// The number of the code page: `cp855`, `IBM855`, `ms932`, `windows-949`, `850`.
fn page(bare: &str) -> Option<u16> {
    let number = ["windows", "codepage", "csibm", "cspc", "ibm", "dos", "oem", "cp", "ms", "x"]
        .iter()
        .find_map(|prefix| bare.strip_prefix(prefix))
        .unwrap_or(bare);
    if number.starts_with("iso8859") { Some(0) } else { number.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_programs_write_are_known() {
        for (label, expected) in [
            ("utf8", Charset::Standard(encoding_rs::UTF_8)),
            ("MacCyrillic", Charset::Standard(X_MAC_CYRILLIC)),
            ("CP932", Charset::Standard(SHIFT_JIS)),
            ("cp949", Charset::Standard(EUC_KR)),
            ("IBM855", Charset::CodePage(855)),
            ("cp-850", Charset::CodePage(850)),
            ("ISO_8859_2", Charset::Standard(encoding_rs::ISO_8859_2)),
            ("ISO-2022-KR", Charset::Iso2022Kr),
            ("UTF-32LE", Charset::Utf32 { big: false }),
        ] {
            assert_eq!(named(label), Some(expected), "{label}");
        }
        assert_eq!(named("nonsense"), None);
        assert_eq!(named("cp99999"), None);
    }
}
