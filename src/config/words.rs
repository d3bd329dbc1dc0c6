//! The words of the libraries that read a config → ours.

use std::ops::Range;

use serde_json::Value;

use crate::config::diagnostic::Diagnostic;
use crate::config::file::schema;

/// The mistake that a library calls `message`.
pub(super) fn of(message: &str, span: Option<Range<usize>>, text: &str) -> Diagnostic {
    let message = message.lines().collect::<Vec<_>>().join(", ");
    let given = span.clone().and_then(|span| text.get(span)).unwrap_or_default();
    let rest =
        ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|start| message.strip_prefix(start));
    if let Some((found, wanted)) = rest.and_then(|rest| rest.rsplit_once(", expected ")) {
        return wrong_type(found, wanted, span);
    }
    if message == "wanted string or table" {
        return Diagnostic::at(span, format!("a text in quotes is expected here, not `{given}`"));
    }
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return Diagnostic::at(span, format!("the key `{name}` is missing"));
    }
    if message.contains("untagged enum Order") {
        return Diagnostic::at(span, "`order` is \"auto\" or a number from 0 to 1");
    }
    if given.starts_with(['“', '”', '„', '‘', '’', '«']) {
        return Diagnostic::at(span, "these quotation marks are for print").hint("use straight ones: \"");
    }
    Diagnostic::at(span, message)
}

fn wrong_type(found: &str, wanted: &str, span: Option<Range<usize>>) -> Diagnostic {
    let wanted = match wanted {
        "usize" | "u8" | "u16" | "u32" | "u64" => "a whole number from 0 up",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a sequence" if found == "map" => {
            return Diagnostic::at(span, "several of these may stand here")
                .hint("write its name in double brackets: `[[…]]`");
        }
        "a sequence" if found.starts_with("string") => {
            let what = format!("a list in brackets is expected here, not {}", shown(found));
            return Diagnostic::at(span, what).hint("write `[\"…\"]`, with a comma between several");
        }
        "a sequence" => "a list in brackets, `[…]`",
        "a string" | "a borrowed string" | "path string" | "a character" => "a text in quotes",
        _ if wanted.starts_with("struct") || wanted == "a map" => "a table, `{ … }`",
        other => other,
    };
    Diagnostic::at(span, format!("{wanted} is expected here, not {}", shown(found)))
}

/// The value found, as it stands in the file.
fn shown(found: &str) -> String {
    let plain =
        |text: &str| text.trim_end_matches(" as i128").trim_end_matches(" as u128").trim_matches('`').to_owned();
    let value = found.strip_prefix("floating point ").or_else(|| match found.split_once(' ')? {
        ("string" | "integer" | "boolean", text) => Some(text),
        _ => None,
    });
    match (found, value) {
        ("map", _) => "a table".to_owned(),
        ("sequence", _) => "a list".to_owned(),
        (_, Some(text)) => format!("`{}`", plain(text)),
        (other, None) => other.to_owned(),
    }
}

/// A table of the config that has the key `word`.
pub(super) fn table_of(word: &str) -> Option<String> {
    let schema = schema();
    let keys = |table: &Value| {
        let name = table.pointer("/$ref").or_else(|| table.pointer("/anyOf/0/$ref"))?.as_str()?;
        schema.pointer(name.strip_prefix('#')?)?.get("properties")?.as_object().cloned()
    };
    let tables = schema.get("properties")?.as_object()?;
    let named = tables.iter().find(|(_, table)| keys(table).is_some_and(|keys| keys.contains_key(word)));
    named.map(|(name, _)| name.clone())
}
