//! `digest init` from nothing to mail: three people at a terminal, who mistype; and scripts, which are never asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

use crate::support::dns;
use crate::support::front::{Front, fixture, front};
use crate::support::smtp::{Act, Server, Step};
use crate::support::web::{Answer, Web};

/// Longest wait for a word on the terminal, in milliseconds: a machine under load is slow.
const PATIENCE: u64 = 60_000;

const FEED: &str = "<rss version='2.0'><channel><title>Harbour News</title><item><title>The gate is mended</title><guid>1</guid>\
    <pubDate>Mon, 30 Nov 2026 05:00:00 GMT</pubDate><description>The gate of the old harbour was mended on Monday by two \
    divers. They had worked at it for a week in cold water. The first ship came in at noon.</description></item></channel></rss>";

/// A user with nothing but the program and what this machine has.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(home.path("bin")).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A program of this machine, written by another process: one that this process had open for writing could not be run.
    fn stub(&self, name: &str, script: &str) {
        let write = ["-c", "printf %s \"$1\" > bin/$2 && chmod 700 bin/$2", "sh", script, name];
        assert!(Command::new("/bin/sh").args(write).current_dir(self.path("")).status().unwrap().success());
    }

    /// `digest` in the home, as its owner runs it.
    fn digest(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_digest"));
        command.args(arguments).current_dir(self.path("")).env_clear().env("HOME", self.path(""));
        command.env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()));
        command
    }

    /// `digest` on a terminal.
    fn terminal(&self, command: Command) -> Terminal {
        Terminal { session: spawn_command(command, Some(PATIENCE)).unwrap() }
    }

    /// The command of a line of a crontab, as cron runs it.
    fn run_as_cron(&self, line: &str) -> std::process::Output {
        let command = (0..5).fold(line.trim(), |rest, _| rest.trim_start().split_once(' ').unwrap().1);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]).env_clear().env("HOME", self.path("")).env("PATH", "/usr/bin:/bin");
        shell.output().unwrap()
    }
}

struct Terminal {
    session: PtySession,
}

impl Terminal {
    /// Waits for `words` and types `line`.
    #[track_caller]
    fn answer(&mut self, words: &str, line: &str) {
        self.sees(words);
        self.session.send_line(line).unwrap();
    }

    /// Waits for `words`; returns what stood before them.
    #[track_caller]
    fn sees(&mut self, words: &str) -> String {
        match self.session.exp_string(words) {
            Ok(before) => before,
            Err(error) => panic!("waiting for `{words}`: {error}"),
        }
    }

    /// Waits for the end; returns what was said on the way.
    fn ends(mut self) -> String {
        let rest = self.session.exp_eof().unwrap();
        let status = self.session.process().wait().unwrap();
        assert!(format!("{status:?}").ends_with("0)"), "{status:?}: {rest}");
        rest
    }
}

fn bodies(server: &Server) -> Vec<String> {
    let decoded = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("=\r\n", "");
    server.taken().iter().map(|taken| decoded(&taken.bytes)).collect()
}

/// A word, a page that is not there, and a page that links a feed.
fn names_a_source(terminal: &mut Terminal, web: &Web) {
    terminal.answer("A source (Enter: no more):", "harbour news");
    terminal.sees("`harbour news` is no address, and no file or folder here has this name");
    terminal.answer("A source (Enter: no more):", &web.url("/nothing"));
    terminal.answer("Read it all the same? [n]:", "y");
    terminal.sees("404");
    terminal.answer("A source (Enter: no more):", &web.url("/"));
    terminal.answer("Read it all the same? [n]:", "y");
    terminal.sees("Harbour News: 1 article");
    terminal.answer("A source (Enter: no more):", "");
}

/// No server, no kind of encryption, and then a server on this machine that wants no password.
fn names_a_server(terminal: &mut Terminal, port: u16) {
    let ways = terminal.sees("another mail server");
    // A machine with a mail program of its own offers that first.
    terminal.answer("Number [1]:", if ways.contains("mail program") { "2" } else { "1" });
    terminal.answer("Mail server (name, or name:port):", "no server at all");
    terminal.sees("is no mail server: write");
    terminal.answer("Mail server (name, or name:port):", &format!("127.0.0.1:{port}"));
    terminal.answer("Encryption: starttls, tls or none [none]:", "perhaps");
    terminal.sees("starttls, tls or none");
    terminal.answer("Encryption: starttls, tls or none [none]:", "");
    terminal.answer("User name there (- for none) [-]:", "");
    terminal.sees("answers as loopback: in clear, without logging in");
}

/// Somebody with a mail server and a site in their own network, who mistypes everything once.
#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_mail_by_a_server_of_ones_own_and_cron() {
    let (web, server) = (Web::start(), Server::start().await);
    let page =
        "<html><head><link rel=alternate type=application/rss+xml href=/feed.xml></head><body>Hello</body></html>";
    web.on("/", Answer::Body("text/html", page.into()))
        .on("/feed.xml", Answer::Body("application/rss+xml", FEED.into()));
    let home = Home::new();
    home.stub(
        "crontab",
        "#!/bin/sh\nif [ \"$1\" = -l ]; then cat \"$HOME/crontab\"; else cat > \"$HOME/crontab\"; fi\n",
    );
    fs::write(home.path("crontab"), "0 5 * * * /usr/bin/true backup\n").unwrap();
    let mut terminal = home.terminal(home.digest(&["init", "--resolver", "127.0.0.1:9"]));
    terminal.answer("Where shall the config be? [", "");
    terminal.answer("Title of the newsletter [Morning digest]:", "Ann's morning");
    names_a_source(&mut terminal, &web);
    terminal.answer("Your mail address", "ann at example.org");
    terminal.sees("it has no `@`");
    terminal.answer("Your mail address", "ann@home.invalid");
    names_a_server(&mut terminal, server.port);
    terminal.answer("Time zone [", "Europe/Berlim");
    terminal.sees("did you mean `Europe/Berlin`?");
    terminal.answer("Time zone [", "Europe/Berlin");
    terminal.answer("At what time each day? [07:00]:", "25");
    terminal.sees("is no time of day");
    terminal.answer("At what time each day? [07:00]:", "6:30");
    terminal.answer("Send a test mail to ann@home.invalid now? [y]:", "");
    terminal.sees("the test mail to ann@home.invalid was taken: 250 taken");
    terminal.sees("Who shall start it each day at 06:30, Europe/Berlin time?");
    let ways = terminal.sees("a line in your crontab");
    terminal.answer("Number [1]:", if ways.contains("a timer of systemd") { "2" } else { "1" });
    let rest = terminal.ends();
    assert!(rest.contains("your crontab has:") && rest.contains("digest --dry-run"), "{rest}");

    let crontab = home.read("crontab");
    let lines: Vec<&str> = crontab.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "0 5 * * * /usr/bin/true backup"));
    let ran = home.run_as_cron(lines[1]);
    assert_eq!((ran.status.code(), ran.stdout.len(), ran.stderr.len()), (Some(0), 0, 0), "{ran:?}");
    let mails = bodies(&server);
    assert_eq!(mails.len(), 2, "the test mail and the edition");
    assert!(
        mails[1].contains("The gate of the old harbour was mended") && mails[1].contains("Ann's morning"),
        "{}",
        mails[1]
    );
    assert!(home.read(".config/digest/config.schema.json").starts_with('{'));
}

/// Somebody whose domain names its mail server, with a list of subscriptions and a password that is wrong at first.
#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_mail_by_the_server_that_the_domain_names() {
    let server = Server::offering("250-localhost\r\n250 AUTH PLAIN\r\n", |step| match step {
        // The user `ann@example.org` with the password `good`.
        Step::Auth(words) if !words.ends_with("AGFubkBleGFtcGxlLm9yZwBnb29k") => Act::Say("535 5.7.8 wrong"),
        _ => Act::Go,
    })
    .await;
    let resolver = dns::serve_service("_submissions._tcp.example.org", front(Front::Tls, server.port).await);
    let home = Home::new();
    home.stub("systemctl", "#!/bin/sh\necho \"$@\" >> \"$HOME/systemctl\"\n");
    fs::write(
        home.path("list.opml"),
        "<opml version='2.0'><body><outline text='A' xmlUrl='https://a.example/feed'/>\
         <outline text='B' xmlUrl='https://b.example/feed'/></body></opml>",
    )
    .unwrap();
    let mut command = home.digest(&["init", "--resolver", &resolver, "--output", "news/config.toml"]);
    command.env("SSL_CERT_FILE", fixture("ca.pem"));
    let mut terminal = home.terminal(command);
    terminal.answer("Title of the newsletter [", "");
    terminal.answer("A source (Enter: no more):", "list.opml");
    terminal.sees("2 feeds");
    terminal.answer("A source (Enter: no more):", "");
    terminal.answer("Your mail address", "ann@example.org");
    terminal.sees("the server of example.org");
    terminal.answer("Number [1]:", "");
    terminal.answer("User name there (- for none) [ann@example.org]:", "");
    terminal.answer("Password of ann@example.org (not shown):", "");
    terminal.sees("nothing was typed");
    terminal.answer("Password of ann@example.org (not shown):", "bad");
    terminal.sees("does not accept the password: 535 5.7.8 wrong");
    terminal.answer("Number [1]:", "1");
    terminal.answer("Password of ann@example.org (not shown):", "good");
    terminal.sees("encrypted, logged in");
    terminal.answer("Time zone [", "");
    terminal.answer("At what time each day? [07:00]:", "");
    terminal.answer("Send a test mail to ann@example.org now? [y]:", "yes");
    terminal.sees("was taken: 250 taken");
    terminal.sees("a timer of systemd");
    terminal.answer("Number [1]:", "");
    let rest = terminal.ends();
    assert!(rest.contains("digest.timer` starts it"), "{rest}");

    assert_eq!(server.taken().len(), 1);
    assert_eq!(home.read("news/smtp.password"), "good\n");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(home.path("news/smtp.password")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let config = home.read("news/config.toml");
    assert!(
        config.contains("password_file = \"smtp.password\"") && config.contains("https://b.example/feed"),
        "{config}"
    );
    let service = home.read(".config/systemd/user/digest.service");
    let start = format!("--config \"{}\"", home.path("news/config.toml").canonicalize().unwrap().display());
    assert!(service.contains(&start) && service.contains(env!("CARGO_BIN_EXE_digest")), "{service}");
    assert!(home.read("systemctl").ends_with("--user daemon-reload\n--user enable --now digest.timer\n"));
    let units = ["digest.service", "digest.timer"].map(|unit| home.path(".config/systemd/user").join(unit));
    systemd_accepts(&units, &home);
}

fn systemd_accepts(units: &[PathBuf], home: &Home) {
    let mut verify = Command::new("systemd-analyze");
    verify.args(["--user", "--man=no", "verify"]).args(units).env("XDG_RUNTIME_DIR", home.path(""));
    match verify.output() {
        Ok(ran) => assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr)),
        Err(_) => crate::support::skip::skip("systemd-analyze is not installed"),
    }
}

/// A mail program that hands each mail to the server on this port.
fn sendmail(port: u16) -> String {
    format!(
        "#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{port}\nhear() {{ while read -r line <&3; do [[ $line == ???-* ]] || break; done; }}\n\
         say() {{ printf '%s\\r\\n' \"$1\" >&3; hear; }}\nhear\nsay 'EHLO localhost'\nsay \"MAIL FROM:<$3>\"\nsay \"RCPT TO:<$5>\"\n\
         say DATA\nsed 's/^\\./../; s/$/\\r/' >&3\nsay .\nsay QUIT\n"
    )
}

/// Somebody with notes in a folder and a mail program on the machine, who wants to set up the daily run later.
#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_mail_by_the_machines_own_mail_program() {
    let server = Server::start().await;
    let home = Home::new();
    home.stub("sendmail", &sendmail(server.port));
    fs::create_dir(home.path("my notes")).unwrap();
    fs::create_dir(home.path("empty")).unwrap();
    fs::write(
        home.path("my notes/bridge.txt"),
        "The bridge is open\n\nThe old bridge over the Wend opened again on Monday. Masons had worked on it for a year.\n",
    )
    .unwrap();
    let mut terminal = home.terminal(home.digest(&["init", "--output", "config.toml", "--resolver", "127.0.0.1:9"]));
    terminal.answer("Title of the newsletter [", "Notes");
    terminal.answer("A source (Enter: no more):", "empty");
    terminal.sees("holds no texts, pages or mails");
    terminal.answer("A source (Enter: no more):", "my notes");
    terminal.sees("my notes: 1 article");
    terminal.answer("A source (Enter: no more):", "");
    terminal.answer("Your mail address", "bo@home.invalid");
    terminal.sees("bin/sendmail, the mail program of this machine");
    terminal.answer("Number [1]:", "7");
    terminal.sees("a number from 1 to 3");
    terminal.answer("Number [1]:", "1");
    terminal.answer("Time zone [", "UTC");
    terminal.answer("At what time each day? [07:00]:", "7");
    terminal.answer("Send a test mail to bo@home.invalid now? [y]:", "n");
    let before = terminal.sees("show me the line for cron");
    let number = 1 + usize::from(before.contains("a timer")) + usize::from(before.contains("your crontab"));
    terminal.answer("Number [1]:", &number.to_string());
    let rest = terminal.ends();
    assert!(server.taken().is_empty(), "nobody said that anything shall be sent");
    let line = rest.split("the line for `crontab -e`: ").nth(1).unwrap().lines().next().unwrap();
    let ran = home.run_as_cron(line);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let mails = bodies(&server);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("The old bridge over the Wend opened again on Monday."), "{}", mails[0]);
}

#[test]
fn an_input_that_ends_keeps_what_was_answered() {
    let home = Home::new();
    let mut terminal = home.terminal(home.digest(&["init", "--output", "config.toml"]));
    terminal.answer("Title of the newsletter [", "Half");
    terminal.sees("A source (Enter: no more):");
    terminal.session.send_control('d').unwrap();
    terminal.ends();
    let config = home.read("config.toml");
    assert!(config.contains("title = \"Half\"") && config.contains("# [mail]"), "{config}");
}

fn run(mut command: Command) -> (i32, String) {
    let ran = command.stdin(std::process::Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.code().unwrap(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_says_everything_by_flags_and_is_never_asked() {
    let (web, server) = (Web::start(), Server::start().await);
    web.on("/feed.xml", Answer::Body("application/rss+xml", FEED.into()));
    let home = Home::new();
    let place = format!("127.0.0.1:{}", server.port);
    let (code, said) = run(home.digest(&[
        "init",
        "--feed",
        &web.url("/feed.xml"),
        "--allow-private",
        "--title",
        "Harbour",
        "--timezone",
        "Asia/Tokyo",
        "--at",
        "6:15",
        "--address",
        "ann@example.org",
        "--server",
        &place,
        "--send-test",
        "--schedule",
        "print",
    ]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("was taken: 250 taken") && said.contains("run --deadline 2h"), "{said}");
    let config = home.read("config.toml");
    assert!(
        config.contains("timezone = \"Asia/Tokyo\"") && config.contains("from = \"Harbour <ann@example.org>\""),
        "{config}"
    );
    let (code, said) = run(home.digest(&["run"]));
    assert_eq!((code, server.taken().len()), (0, 2), "{said}");
}

#[test]
fn a_wrong_flag_gets_a_sentence_and_nothing_is_written() {
    let home = Home::new();
    for (arguments, words) in [
        (&["--timezone", "Europe/Pariss"][..], "did you mean `Europe/Paris`?"),
        (&["--at", "noon"], "no time of day"),
        (&["--address", "ann"], "it has no `@`"),
        (&["--address", "ann@example.org"], "add --server or --sendmail"),
        (&["--address", "ann@example.org", "--server", "a b"], "is no mail server"),
        (&["--address", "ann@posteo.de", "--password-file", "none"], "cannot read `none`"),
        (&["--server", "localhost"], "--address"),
        (&["--title", "  "], "at least one letter"),
        (&["--output", "-", "--schedule", "print"], "name a file"),
        (&["--feed", "http://127.0.0.1:1/"], "is an address of a private network"),
    ] {
        let (code, said) = run(home.digest(&[&["init"], arguments].concat()));
        assert!(code > 1 && said.contains(words), "{arguments:?}: {code} {said}");
        assert!(!said.contains("127.0.0.1)"), "an address is said once: {said}");
    }
    assert!(!home.path("config.toml").exists());
}

#[test]
fn without_a_home_or_any_environment_there_is_a_sentence() {
    let home = Home::new();
    let bare = |arguments: &[&str]| {
        let mut command = home.digest(arguments);
        command.env_clear();
        run(command)
    };
    let (code, said) = bare(&["run"]);
    assert!(code == 2 && said.contains("there is no config: looked for `config.toml`"), "{code} {said}");
    let (code, said) = bare(&["init", "--address", "ann@posteo.de", "--schedule", "timer"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("`systemctl") && said.contains("the line for `crontab -e`"), "{said}");
    let (code, said) = bare(&["init"]);
    assert!(code == 2 && said.contains("`config.toml` is there already; --force overwrites it"), "{code} {said}");
    assert!(Path::new(&home.path("config.toml")).is_file());
}
