//! The daily run of this very user, program and config: a timer of systemd, or a line for cron.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;
use etcetera::BaseStrategy;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::error::Error;

/// Who starts the run each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Starter {
    /// A timer of systemd, for this user
    Timer,
    /// A line in this user's crontab
    Cron,
    /// Nobody yet: the line for cron is printed
    Print,
}

/// The command of each day.
#[derive(Debug, Clone)]
pub(super) struct Job {
    program: PathBuf,
    config: PathBuf,
    time: Time,
    /// IANA name of the zone of `time`.
    zone: String,
}

impl Job {
    /// This program, by `config`.
    ///
    /// # Errors
    /// When it cannot be known where either is.
    pub(super) fn new(config: &Path, time: Time, zone: &str) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(Error::Runtime)?;
        let config = config.canonicalize().map_err(Error::file("read", config.display().to_string()))?;
        Ok(Self { program, config, time, zone: zone.to_owned() })
    }

    /// The units `digest.service` and `digest.timer`.
    fn units(&self) -> [(&'static str, String); 2] {
        let quoted = |path: &Path| {
            let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"", text.replace('%', "%%").replace('$', "$$"))
        };
        let (program, config) = (quoted(&self.program), quoted(&self.config));
        let service = format!(
            "# Written by digest init.\n[Unit]\nDescription=Morning digest\n\n[Service]\nType=oneshot\n\
             ExecStart={program} --config {config} run --deadline 30m\n\
             # 75: mail is still in the outbox (the server was busy, or down); what is left is sent by the next try.\n\
             Restart=on-failure\nRestartPreventExitStatus=2 3\nRestartSec=10min\n\
             # 1: done, but somebody or something was left out; the journal says who.\nSuccessExitStatus=1\n\
             # After SIGTERM the message in hand is finished.\nTimeoutStopSec=11min\n"
        );
        let (hour, minute) = (self.time.hour(), self.time.minute());
        let timer = format!(
            "# Written by digest init.\n[Unit]\nDescription=Morning digest, every day\n\n[Timer]\n\
             OnCalendar=*-*-* {hour:02}:{minute:02} {}\n# A morning on which the machine was off is made up for.\n\
             Persistent=true\n\n[Install]\nWantedBy=timers.target\n",
            self.zone
        );
        [("digest.service", service), ("digest.timer", timer)]
    }

    /// The line for cron, which knows only the zone of the machine: the time there on the day of `now`.
    pub(super) fn cron_line(&self, now: Timestamp) -> String {
        let here = TimeZone::get(&self.zone).ok().and_then(|zone| {
            let today = zone.to_datetime(now).date();
            let moment = zone.to_timestamp(today.to_datetime(self.time)).ok()?;
            Some(TimeZone::system().to_datetime(moment).time())
        });
        let time = here.unwrap_or(self.time);
        format!("{} {} * * * {}", time.minute(), time.hour(), self.command())
    }

    fn command(&self) -> String {
        format!("{} --deadline 2h", self.run())
    }

    /// The command for a shell in a crontab, where `%` is a new line.
    fn run(&self) -> String {
        let quoted = |path: &Path| {
            let text = path.display().to_string();
            let plain = text.chars().all(|char| char.is_ascii_alphanumeric() || "/._-+@".contains(char));
            let text = if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) };
            text.replace('%', "\\%")
        };
        format!("{} --config {} run", quoted(&self.program), quoted(&self.config))
    }

    /// `crontab` with `line` in place of what it says of this program and config.
    fn crontab(&self, crontab: &str, line: &str) -> String {
        let own = self.run();
        let is_own = |line: &&str| !line.starts_with('#') && line.contains(&own);
        let mut lines: Vec<&str> = crontab.lines().filter(|line| !is_own(line)).collect();
        lines.push(line);
        lines.join("\n") + "\n"
    }

    /// Writes the units and starts the timer; the sentence to say.
    ///
    /// # Errors
    /// With the sentence why not.
    pub(super) fn start_timer(&self) -> Result<String, String> {
        systemctl(&["show-environment"])?;
        let folders = etcetera::choose_base_strategy().map_err(|_| "this user has no home for a timer".to_owned())?;
        let folder = folders.config_dir().join("systemd/user");
        let units = self.units();
        let fails = |path: &Path, error| format!("cannot write `{}`: {error}", path.display());
        fs::create_dir_all(&folder).map_err(|error| fails(&folder, error))?;
        let [(_, service), _] = &units;
        if let Ok(there) = fs::read_to_string(folder.join("digest.service"))
            && starts(&there) != starts(service)
        {
            let path = folder.join("digest.service");
            return Err(format!("`{}` is there already, and runs another config or program", path.display()));
        }
        for (name, text) in &units {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| fails(&path, error))?;
        }
        systemctl(&["daemon-reload"])?;
        systemctl(&["enable", "--now", "digest.timer"])?;
        Ok(format!(
            "`{}` starts it; `systemctl --user list-timers digest.timer` says when, `loginctl enable-linger` \
             lets it run while you are not logged in",
            folder.join("digest.timer").display()
        ))
    }

    /// Puts the line into this user's crontab.
    ///
    /// # Errors
    /// With the sentence why not.
    pub(super) fn start_cron(&self, now: Timestamp) -> Result<String, String> {
        let fails = |error: std::io::Error| format!("`crontab` cannot be run: {error}");
        // Without a crontab it ends with an error, and prints none.
        let known = Command::new("crontab").arg("-l").stdin(Stdio::null()).output().map_err(fails)?;
        let crontab =
            if known.status.success() { String::from_utf8_lossy(&known.stdout).into_owned() } else { String::new() };
        let line = self.cron_line(now);
        let mut child = Command::new("crontab").arg("-").stdin(Stdio::piped()).spawn().map_err(fails)?;
        let written =
            child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(self.crontab(&crontab, &line).as_bytes()));
        let status = child.wait().map_err(fails)?;
        match written {
            Ok(()) if status.success() => Ok(format!("your crontab has: {line}")),
            _ => Err(format!("`crontab` did not take the line: {status}")),
        }
    }
}

/// Whether a timer of this user can be started.
pub(super) fn has_timers() -> bool {
    systemctl(&["show-environment"]).is_ok()
}

/// Whether there is a crontab to write to.
pub(super) fn has_cron() -> bool {
    Command::new("crontab").arg("-l").stdin(Stdio::null()).output().is_ok()
}

fn starts(service: &str) -> Option<&str> {
    service.lines().find(|line| line.starts_with("ExecStart="))
}

fn systemctl(arguments: &[&str]) -> Result<(), String> {
    let ran = Command::new("systemctl").arg("--user").args(arguments).stdin(Stdio::null()).output();
    let shown = arguments.join(" ");
    let output = ran.map_err(|error| format!("`systemctl` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("`systemctl --user {shown}`: {}", words.lines().next().unwrap_or("it failed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(program: &str) -> Job {
        let time = Time::constant(7, 5, 0, 0);
        Job { program: program.into(), config: "/home/me/my config.toml".into(), time, zone: "Asia/Tokyo".into() }
    }

    #[test]
    fn the_timer_names_the_zone_and_quotes_paths() {
        let [(_, service), (_, timer)] = job("/opt/100%/digest").units();
        let start = r#"ExecStart="/opt/100%%/digest" --config "/home/me/my config.toml" run --deadline 30m"#;
        assert!(service.lines().any(|line| line == start), "{service}");
        assert!(timer.contains("OnCalendar=*-*-* 07:05 Asia/Tokyo\n"), "{timer}");
    }

    #[test]
    fn the_line_for_cron_is_quoted_and_replaces_an_earlier_one() {
        let job = job("/usr/bin/digest");
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        let line = job.cron_line(now);
        assert!(line.ends_with("* * * /usr/bin/digest --config '/home/me/my config.toml' run --deadline 2h"), "{line}");
        let there: Vec<i32> = line.split(' ').take(2).map(|field| field.parse().unwrap()).collect();
        let moment: Timestamp = "2026-11-23T07:05:00+09:00".parse().unwrap();
        let here = TimeZone::system().to_datetime(moment);
        assert_eq!(there, [i32::from(here.minute()), i32::from(here.hour())]);

        let before = format!("MAILTO=me\n0 1 * * * {}\n5 5 * * * backup\n", job.run());
        assert_eq!(job.crontab(&before, &line), format!("MAILTO=me\n5 5 * * * backup\n{line}\n"));
        assert_eq!(job.crontab("", &line), format!("{line}\n"));
    }

    #[test]
    fn a_percent_sign_is_no_new_line_for_cron() {
        assert!(
            job("/opt/100%/it's").command().starts_with(r"'/opt/100\%/it'\''s' "),
            "{}",
            job("/opt/100%/it's").command()
        );
    }
}
