//! Every kind of wrong input gets plain words: what is wrong, where, and what to do. The whole output, and the exit code.

use crate::support::program::Program;
use crate::support::smtp::{Act, Server};

const SOURCE: &str = "[[source]]\nname = \"a\"\nfiles = \"*.txt\"\n";
const MAIL: &str = "[mail]\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\ntransport = \"file\"\n";
const NOTE: &str = "The harbour opens again\n\nThe harbour of Aville opens again on Monday after a strike of six days. Both \
                    sides accepted a mediator. Eleven ships wait outside.\n";

/// Words of libraries, of the language or of a build, which say nothing to who reads them.
const FOREIGN: [&str; 24] = [
    "os error",
    "expected usize",
    "expected u",
    "invalid type",
    "string or table",
    "untagged",
    "Some(",
    "None",
    "Err(",
    "Error {",
    "src/",
    ".cargo",
    "/root",
    "InvalidContentType",
    "CaUsedAsEndEntity",
    "UnknownIssuer",
    "rustls",
    "serde",
    "TOML parse",
    "ago ago",
    "1 stories",
    "1 sources",
    "1 more links",
    "panicked",
];

#[track_caller]
fn is_plain(said: &str) {
    for word in FOREIGN {
        assert!(!said.contains(word), "`{word}` is in:\n{said}");
    }
}

/// The whole output of `arguments` in a folder with `config` and a note.
#[track_caller]
fn check(config: &str, arguments: &[&str], code: i32, expected: &str) {
    let program = Program::new(config);
    program.write("note.txt", NOTE);
    program.write("list.csv", "email,language\nb@example.org,xx\n");
    let ran = program.run(arguments).ends(code);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    is_plain(&said);
    assert_eq!(said.trim_end(), expected, "\n{config}");
}

/// The same of `digest check --offline`.
#[track_caller]
fn checked(config: &str, code: i32, expected: &str) {
    check(config, &["check", "--offline"], code, expected);
}

#[test]
fn all_mistakes_of_a_config_are_told_at_once() {
    let text = "[newsletter]\nmax_stories = \"twelve\"\ntimezone = \"Berlin\"\n[fetch]\ntimeout = \"soon\"\n[summary]\n\
                sentnces = 3\nmethod = 3\n";
    let expected = "error: a whole number from 0 up is expected here, not `\"twelve\"`
 --> config.toml:2:15
  |
2 | max_stories = \"twelve\"
  |               ^^^^^^^^

error: unknown time zone `Berlin`
 --> config.toml:3:12
  |
3 | timezone = \"Berlin\"
  |            ^^^^^^^^
  |
  = help: use a name such as `Europe/Berlin` or `UTC`

error: this is not a length of time
 --> config.toml:5:11
  |
5 | timeout = \"soon\"
  |           ^^^^^^
  |
  = help: write it like \"90s\", \"20m\", \"36h\" or \"7 days\"

error: unknown key `sentnces`
 --> config.toml:7:1
  |
7 | sentnces = 3
  | ^^^^^^^^
  |
  = help: did you mean `sentences`?

error: a text in quotes is expected here, not `3`
 --> config.toml:8:10
  |
8 | method = 3
  |          ^";
    checked(text, 2, expected);
}

#[test]
fn values_of_another_kind() {
    let at = |line: &str, what: &str, value: &str, help: &str| {
        let column = line.find(value).unwrap() + 1;
        let help = if help.is_empty() { String::new() } else { format!("\n  |\n  = help: {help}") };
        let carets = "^".repeat(value.len());
        let indent = " ".repeat(column - 1);
        format!("error: {what}\n --> config.toml:2:{column}\n  |\n2 | {line}\n  | {indent}{carets}{help}")
    };
    for (table, line, value, what, help) in [
        ("[fetch]", "retries = -1", "-1", "a whole number from 0 up is expected here, not `-1`", ""),
        ("[fetch]", "allow_private = \"yes\"", "\"yes\"", "`true` or `false` is expected here, not `\"yes\"`", ""),
        ("[summary]", "sentences = 1.5", "1.5", "a whole number from 0 up is expected here, not `1.5`", ""),
        ("[newsletter]", "title = 3", "3", "a text in quotes is expected here, not `3`", ""),
        (
            "[newsletter]",
            "sections = \"News\"",
            "\"News\"",
            "a list in brackets is expected here, not `\"News\"`",
            "write `[\"…\"]`, with a comma between several",
        ),
        ("[stories]", "remember_days = 1.5", "1.5", "a whole number from 0 up is expected here, not `1.5`", ""),
    ] {
        checked(&format!("{table}\n{line}\n"), 2, &at(line, what, value, help));
    }
}

#[test]
fn lengths_of_time_are_read_in_all_styles_everywhere() {
    let program = Program::new(SOURCE);
    program.write("note.txt", NOTE);
    for length in ["7d", "7 days", "1 week", "168h", "P7D"] {
        program.write(
            "config.toml",
            &format!("[newsletter]\nmin_interval = \"{length}\"\n[fetch]\ndeadline = \"{length}\"\n{SOURCE}"),
        );
        program.run(&["check", "--offline"]).ends(0);
        program.run(&["gather", "--deadline", length]).ends(0);
        program.run(&["run", "--dry-run", "--since", length]).ends(0);
    }
    let wrong = "error: invalid value 'soon' for '--deadline <TIME>': this is not a length of time; write it like `90s`, `20m`, \
                 `36h` or `7 days`\n\nFor more information, try '--help'.";
    check(SOURCE, &["gather", "--deadline", "soon"], 2, wrong);
}

#[test]
fn addresses_that_are_missing_or_none() {
    let at = |line: &str, what: &str, value: &str, help: &str| {
        let column = line.find(value).unwrap() + 1;
        let (indent, carets) = (" ".repeat(column - 1), "^".repeat(value.len()));
        format!(
            "error: {what}\n --> config.toml:4:{column}\n  |\n4 | {line}\n  | {indent}{carets}\n  |\n  = help: {help}"
        )
    };
    let how = "write `name@example.org` or `Name <name@example.org>`";
    for (line, value, what) in [
        ("to = [\"\"]", "\"\"", "a mail address is missing"),
        ("to = [\"bert\"]", "\"bert\"", "`bert` is no mail address: it has no `@`"),
    ] {
        let text = format!("[mail]\ntransport = \"file\"\nfrom = \"a@example.org\"\n{line}\n{SOURCE}");
        checked(&text, 2, &at(line, what, value, how));
    }
}

const NO_MAIL: &str = "no [mail]: the edition can be looked at with --dry-run, but not sent";

/// The lines of `digest check --offline`, whichever of the two outputs they are on.
#[track_caller]
fn finds(config: &str, code: i32, expected: &str) {
    let program = Program::new(config);
    program.write("note.txt", NOTE);
    program.write("list.csv", "email,language\nb@example.org,xx\n");
    let ran = program.run(&["check", "--offline"]).ends(code);
    let said = format!("{}{}", ran.stderr, ran.stdout);
    is_plain(&said);
    assert_eq!(said.trim_end(), expected, "{config}");
}

#[test]
fn check_finds_what_the_sources_would_miss() {
    finds(
        "[[source]]\nname = \"a\"\nfeed = \"example.org/feed\"\n",
        1,
        &format!(
            "warning: a: `feed` is `example.org/feed`, and there is no such file\n\
             hint: an address begins with https: `https://example.org/feed`\n{NO_MAIL}"
        ),
    );
    let source = |(number, section): (usize, &str)| {
        format!("[[source]]\nname = \"s{number}\"\nfiles = \"*.txt\"\nsection = \"{section}\"\n")
    };
    finds(
        &["Sience", "Science", "Science"].into_iter().enumerate().map(source).collect::<String>(),
        1,
        &format!("warning: s0: is alone in the section `Sience`\nhint: did you mean `Science`?\n{NO_MAIL}"),
    );
    finds(
        &format!("[newsletter]\nmax_stories = 0\n{SOURCE}"),
        1,
        &format!(
            "warning: [newsletter] max_stories: is 0, and so no story is shown: here 0 is not \"no limit\"\n\
             hint: leave it out for the default, or name a large number\n{NO_MAIL}"
        ),
    );
}

#[test]
fn check_finds_what_the_mail_would_miss() {
    let one = "mail goes to 1 recipient";
    finds(
        &format!("{SOURCE}{MAIL}[store]\npath = \"/proc/x/digest.db\"\n"),
        1,
        &format!(
            "warning: /proc/x/digest.db: the state cannot be written here\n  caused by: No such file or directory\n\
             hint: name another file in `[store] path`, or run it as the user who owns this one\n{one}"
        ),
    );
    finds(
        &format!("{SOURCE}{}", MAIL.replace("\"b@example.org\"", "")),
        2,
        "error: nobody gets this mail\n --> config.toml:4:1\n  |\n4 | [mail]\n  | ^^^^^^\n  |\n  \
         = help: give `to = [\"you@example.org\"]` or `recipients`",
    );
    finds(
        &format!("{SOURCE}{}", MAIL.replace("to = [\"b@example.org\"]", "recipients = \"list.csv\"")),
        1,
        &format!(
            "warning: language `xx`: there are no frame texts in this language: 1 reader gets `en`\n\
             hint: there are: de, en, es, fr, it, nl, pt\n{one}"
        ),
    );
}

#[test]
fn a_named_file_that_is_not_there_is_a_mistake_of_whoever_names_it() {
    let nothing = "No such file or directory";
    for (arguments, expected) in [
        (&["run", "-c", "no.toml"][..], format!("error: cannot read the config: {nothing}\n--> no.toml")),
        (&["summarize", "no.txt"], format!("error: cannot read `no.txt`\n  caused by: {nothing}")),
        (&["read", "no.html"], format!("{{\"input\":\"no.html\",\"ok\":false,\"error\":\"{nothing}\"}}")),
        (&["group", "no.jsonl"], format!("error: cannot read `no.jsonl`\n  caused by: {nothing}")),
        (&["source", "import", "no.opml"], format!("error: cannot read `no.opml`\n  caused by: {nothing}")),
        (&["store", "copy", "no.db", "new.db"], "error: the store that is named has no file `no.db`".to_owned()),
    ] {
        check(SOURCE, arguments, 2, &expected);
    }
}

#[test]
fn times_are_those_of_the_newsletter_and_numbers_fit_their_words() {
    let program = Program::new(&format!("[newsletter]\ntimezone = \"Asia/Tokyo\"\n{SOURCE}{MAIL}"));
    program.write("note.txt", NOTE);
    let first = program.run(&["-v", "--now", "2026-10-19T05:00:00Z"]).ends(0).stderr;
    assert!(first.contains("1 new article from 1 of 1 source\n"), "{first}");
    assert!(first.contains("edition digest-20261019T050000Z with 1 story\n"), "{first}");
    let status = program.run(&["status"]).ends(0).stdout;
    assert!(status.starts_with("digest-20261019T050000Z: 1 story, composed "), "{status}");
    assert!(status.ends_with("\n  a  ok 2026-10-19 14:00 JST, last new entry 2026-10-19 14:00 JST\n"), "{status}");
    let dry = program.run(&["--dry-run", "--now", "2026-10-20T05:00:00Z"]).ends(0).stderr;
    assert!(dry.contains("0 stories and 0 more links, ") && dry.contains("1 of 1 source answered"), "{dry}");
    program.write(
        "config.toml",
        &format!("[newsletter]\ntimezone = \"Asia/Tokyo\"\nmin_interval = \"7d\"\n{SOURCE}{MAIL}"),
    );
    let early = program.run(&["-v", "--now", "2026-10-20T05:00:00Z"]).ends(0).stderr;
    assert!(early.contains("no edition before 2026-10-26 14:00 JST: that is `min_interval`"), "{early}");
    program.write(
        "other.txt",
        "Geese return\n\nWild geese were counted on the marsh of Beton for the first time in forty years.\n",
    );
    program.run(&["--now", "2099-01-01T05:00:00Z"]).ends(0);
    let later = program.run(&["status"]).ends(0).stdout;
    assert!(later.contains("1 story, composed at 2099-01-01 14:00 JST, which is to come\n"), "{later}");
    for said in [first, status, later, dry, early] {
        is_plain(&said);
    }
}

/// A server that speaks no TLS, asked by `https` and for mail by `tls`: plain words in both.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls() {
    let server = Server::offering("250 localhost\r\n", |_| Act::Go).await;
    let url = format!("https://127.0.0.1:{}/feed", server.port);
    let config = format!("[[source]]\nname = \"a\"\nfeed = \"{url}\"\n[fetch]\nallow_private = true\nretries = 0\n");
    let expected = format!(
        "warning: sources: none of 1 answered, so nothing new was read; `a`: cannot connect to `{url}`: it does not speak TLS at \
         this port"
    );
    check(&config, &["gather", "--now", "2026-10-19T05:00:00Z"], 75, &expected);
}

#[test]
fn what_is_no_text_or_in_quotes_for_print() {
    let program = Program::new("");
    program.write_bytes("config.toml", b"version = 1\n# caf\xe9\n");
    let ran = program.run(&["check"]).ends(2);
    assert_eq!(ran.stderr, "error: cannot read the config: it is no text in UTF-8\n--> config.toml\n");
    let expected = "error: these quotation marks are for print\n --> config.toml:3:8\n  |\n3 | feed = “https://a.example”\n  \
                    |        ^^^^^^^^^^^^^^^^^^^\n  |\n  = help: use straight ones: \"";
    checked("[[source]]\nname = \"a\"\nfeed = “https://a.example”\n", 2, expected);
}
