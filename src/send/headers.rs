//! Reasons for receivers to distrust a message: its headers and its lines, as sent.

use std::collections::BTreeMap;

use crate::model::Problem;

/// Headers of every mail, exactly once.
const NEEDED: [&str; 7] = ["date", "from", "to", "subject", "message-id", "mime-version", "content-type"];

/// Headers that mark automatic mail (RFC 3834, RFC 2919).
const EXPECTED: [&str; 2] = ["auto-submitted", "list-id"];

/// The wall of RFC 5322, 2.1.1.
const LONGEST_LINE: usize = 998;

/// The faults of `message`, as it goes to the server.
pub fn lint(message: &[u8]) -> Vec<Problem> {
    let text = String::from_utf8_lossy(message);
    let mut problems = lines(&text);
    let head = Head::read(&text);
    for name in NEEDED.iter().chain(&EXPECTED) {
        match head.all(name).len() {
            1 => {}
            0 => problems.push(problem(name, "is missing")),
            times => problems.push(problem(name, &format!("stands there {times} times"))),
        }
    }
    if !head.all("bcc").is_empty() {
        problems.push(problem("bcc", "would tell readers of each other"));
    }
    problems.extend(same_domain(&head));
    problems.extend(unsubscribing(&head));
    problems.extend(signature(&head));
    problems
}

fn problem(header: &str, what: &str) -> Problem {
    Problem::new("the mail", format!("its header `{header}` {what}"))
}

fn lines(text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if text.replace("\r\n", "").contains(['\r', '\n']) {
        problems.push(Problem::new("the mail", "has line ends other than CRLF"));
    }
    if text.split("\r\n").any(|line| line.len() > LONGEST_LINE) {
        problems.push(Problem::new("the mail", format!("has lines over {LONGEST_LINE} bytes")));
    }
    problems
}

/// The headers of a message, names in lower case, values as they are folded.
struct Head(BTreeMap<String, Vec<String>>);

impl Head {
    fn read(message: &str) -> Self {
        let head = message.split("\r\n\r\n").next().unwrap_or_default();
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut last = None;
        for line in head.split("\r\n") {
            if line.starts_with([' ', '\t']) {
                if let Some(value) = last.as_ref().and_then(|name| headers.get_mut(name)).and_then(|all| all.last_mut())
                {
                    value.push_str("\r\n");
                    value.push_str(line);
                }
            } else if let Some((name, value)) = line.split_once(':') {
                let name = name.to_ascii_lowercase();
                headers.entry(name.clone()).or_default().push(value.trim().to_owned());
                last = Some(name);
            }
        }
        Self(headers)
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn first(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }
}

/// The domain of the address in a header.
fn domain(value: &str) -> &str {
    let address = value.rsplit_once('@').map_or("", |(_, domain)| domain);
    address.trim_end_matches('>').trim()
}

fn same_domain(head: &Head) -> Option<Problem> {
    let (id, from) = (domain(head.first("message-id")), domain(head.first("from")));
    (!id.eq_ignore_ascii_case(from)).then(|| problem("message-id", &format!("is of `{id}`, but From of `{from}`")))
}

/// RFC 8058: an https link, an announcement that it takes a POST, and neither encoded nor folded within a link.
fn unsubscribing(head: &Head) -> Vec<Problem> {
    let (ways, post) = (head.first("list-unsubscribe"), head.first("list-unsubscribe-post"));
    let mut problems = Vec::new();
    if ways.contains("=?")
        || ways
            .split('>')
            .any(|way| way.rsplit('<').next().is_some_and(|link| link.contains('\n') && way.contains('<')))
    {
        problems.push(problem("list-unsubscribe", "is encoded or folded within a link: no button would be shown"));
    }
    if !post.is_empty() && !ways.contains("<https://") {
        problems.push(problem("list-unsubscribe-post", "stands there without an https link"));
    }
    if ways.contains("<https://") && post != "List-Unsubscribe=One-Click" {
        problems.push(problem("list-unsubscribe-post", "is missing: the link would not work with one click"));
    }
    problems
}

/// Headers that must be signed if any is.
fn signature(head: &Head) -> Vec<Problem> {
    let Some(signature) = head.all("dkim-signature").first() else { return Vec::new() };
    let signature: String = signature.split_whitespace().collect();
    let signed = signature.split(';').find_map(|tag| tag.strip_prefix("h=")).unwrap_or_default().to_ascii_lowercase();
    let signed: Vec<&str> = signed.split(':').collect();
    let needed = ["from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"];
    let forgotten = needed.into_iter().filter(|name| !head.all(name).is_empty() && !signed.contains(name));
    forgotten.map(|name| problem(name, "is not signed")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Date: Thu, 01 Jan 2026 03:04:05 +0000\r\nFrom: Digest <digest@example.org>\r\n\
        To: ann@example.net\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain\r\nAuto-Submitted: auto-generated\r\nList-Id: <digest.example.org>\r\n\
        List-Unsubscribe: <https://example.org/x>,\r\n <mailto:leave@example.org>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
        DKIM-Signature: v=1; h=From:From:To:Subject:Date:Message-ID:List-Unsubscribe:\r\n\
        \x20List-Unsubscribe-Post; b=x\r\n\r\nGood morning.\r\n";

    #[test]
    fn a_good_mail_has_nothing_wrong() {
        assert_eq!(lint(GOOD.as_bytes()), []);
    }

    #[test]
    fn each_fault_is_told() {
        let check = |from: &str, to: &str, expected: &str| {
            assert!(GOOD.contains(from), "{from}");
            let shown: Vec<String> =
                lint(GOOD.replacen(from, to, 1).as_bytes()).iter().map(ToString::to_string).collect();
            assert!(shown.iter().any(|shown| shown.contains(expected)), "{expected} is not in {shown:?}");
        };
        check("Date:", "X-Date:", "`date` is missing");
        check("Subject: Hello", "Subject: Hello\r\nSubject: again", "`subject` stands there 2 times");
        check("Subject: Hello", "Subject: Hello\r\nBcc: b@example.net", "`bcc`");
        check("<1@example.org>", "<1@localhost>", "`message-id` is of `localhost`");
        check("<https://example.org/x>", "<https://example\r\n .org/x>", "folded within a link");
        check("<https://example.org/x>", "<http://example.org/x>", "without an https link");
        check("List-Unsubscribe-Post: ", "X-Post: ", "`list-unsubscribe-post` is missing");
        check("Subject:Date:", "Date:", "`subject` is not signed");
        check("Good morning.\r\n", "Good morning.\n", "line ends");
        check("Good morning.", &"x".repeat(999), "lines over 998 bytes");
        check("List-Id:", "X-List-Id:", "`list-id` is missing");
    }
}
