//! Secrets come from a command, a file or the environment, never from the config itself.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use secrecy::SecretString;

use super::{Error, Options, RatingOptions, SmtpOptions};
use crate::model::Problem;

/// How long `password_command` may take: long enough to type the password of a password manager.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of its output that are read.
const LONGEST: u64 = 64 * 1024;

/// The password for `[mail.smtp]`; `None` without a `username`. `environment` looks up a variable.
///
/// # Errors
/// When none or more than one source of it is given with a `username`, or that source fails.
pub fn password(
    options: &SmtpOptions,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<SecretString>, Error> {
    let settings = |why: &str| Err(Error::Settings(why.to_owned()));
    let found = match (&options.password_command, &options.password_file, &options.password_env) {
        (None, None, None) if options.username.is_none() => return Ok(None),
        _ if options.username.is_none() => return settings("[mail.smtp] has a password but no `username`"),
        (None, None, None) => {
            return settings(
                "[mail.smtp] has a `username`: give one of `password_command`, `password_file`, `password_env`",
            );
        }
        (Some(command), None, None) => from_command(command, PATIENCE)?,
        (None, Some(path), None) => first_line(&std::fs::read(path).map_err(Error::file(path))?),
        (None, None, Some(name)) => environment(name)
            .ok_or_else(|| Error::Settings(format!("[mail.smtp] password_env: the variable `{name}` is not set")))?,
        _ => {
            return settings(
                "[mail.smtp] gives the password twice: keep one of `password_command`, `password_file`, `password_env`",
            );
        }
    };
    if found.is_empty() {
        return settings("[mail.smtp]: the password is empty");
    }
    Ok(Some(found.into()))
}

/// A warning for each file of `options` and `rating` with a secret that others on this machine can read.
pub fn exposed(options: &Options, rating: Option<&RatingOptions>) -> Vec<Problem> {
    let secrets = [&options.smtp.password_file, &options.unsubscribe_secret_file];
    let key = options.dkim.as_ref().map(|dkim| dkim.key_file.as_path());
    let rating = rating.map(|rating| rating.secret_file.as_path());
    let files = secrets.into_iter().flatten().map(std::path::PathBuf::as_path).chain(key).chain(rating);
    files.filter(|file| others_can_read(file)).map(exposure).collect()
}

/// The warning that others can read `file`.
fn exposure(file: &Path) -> Problem {
    let shown = file.display();
    let problem = Problem::new(shown.to_string(), "holds a secret, and others on this machine can read it");
    problem.hint(format!("`chmod 600 {shown}`"))
}

#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|facts| facts.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

fn from_command(command: &[String], patience: Duration) -> Result<String, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::Settings("[mail.smtp] password_command is empty".to_owned()));
    };
    let fails = |why: String| Error::PasswordCommand { program: program.clone(), why };
    let command = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = command.map_err(|error| fails(error.to_string()))?;
    let late = |mut child: Child| {
        // It is gone already, or it cannot be ended: either way there is no password.
        let _ = (child.kill(), child.wait());
        fails(format!("nothing came within {} s", patience.as_secs_f64()))
    };
    let Some(mut output) = child.stdout.take() else { return Err(late(child)) };
    let (tell, read_end) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = (&mut output).take(LONGEST).read_to_end(&mut bytes);
        // Nobody listens any more when it was too late.
        let _ = tell.send(read.map(|_| bytes));
    });
    let Ok(read) = read_end.recv_timeout(patience) else { return Err(late(child)) };
    let bytes = read.map_err(|error| fails(error.to_string()))?;
    // It has closed its output; what does not end then has given its password all the same.
    for _ in 0..100 {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(first_line(&bytes)),
            Ok(Some(status)) => return Err(fails(status.to_string())),
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    Err(late(child))
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn check(options: SmtpOptions) -> Result<Option<String>, String> {
        let environment = |name: &str| (name == "MAIL_PASSWORD").then(|| "from env".to_owned());
        match password(&options, &environment) {
            Ok(found) => Ok(found.map(|secret| secret.expose_secret().to_owned())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn user() -> SmtpOptions {
        SmtpOptions { username: Some("me".into()), ..SmtpOptions::default() }
    }

    #[test]
    fn a_password_comes_from_a_command_a_file_or_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from file\r\nnot this\n").unwrap();
        let command = ["sh", "-c", "echo from command"].map(str::to_owned).to_vec();
        assert_eq!(check(SmtpOptions::default()), Ok(None));
        assert_eq!(
            check(SmtpOptions { password_command: Some(command), ..user() }),
            Ok(Some("from command".to_owned()))
        );
        let from_file = SmtpOptions { password_file: Some(file.path().into()), ..user() };
        assert_eq!(check(from_file.clone()), Ok(Some("from file".to_owned())));
        assert_eq!(
            check(SmtpOptions { password_env: Some("MAIL_PASSWORD".into()), ..user() }),
            Ok(Some("from env".to_owned()))
        );
        assert!(check(SmtpOptions { password_env: Some("X".into()), ..from_file }).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        for script in ["sleep 60", "echo secret; sleep 60"] {
            let command = ["sh", "-c", script].map(str::to_owned);
            let error = from_command(&command, Duration::from_millis(300)).unwrap_err().to_string();
            assert!(error.contains("within 0.3 s"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        let smtp = SmtpOptions { password_file: Some(file.path().into()), ..SmtpOptions::default() };
        let options = Options { smtp, ..Options::default() };
        for (mode, count) in [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o644, 1)] {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(exposed(&options, None).len(), count, "{mode:o}");
            let rating = RatingOptions { secret_file: file.path().into(), ..RatingOptions::default() };
            assert_eq!(exposed(&Options::default(), Some(&rating)).len(), count, "{mode:o}");
        }
    }

    #[test]
    fn a_missing_or_contradictory_password_is_said() {
        assert!(check(user()).unwrap_err().contains("give one of"));
        assert!(check(SmtpOptions { password_env: Some("NO".into()), ..user() }).unwrap_err().contains("`NO`"));
        let failing = Some(vec!["false".to_owned()]);
        assert!(check(SmtpOptions { password_command: failing, ..user() }).unwrap_err().contains("`false` failed"));
    }
}
