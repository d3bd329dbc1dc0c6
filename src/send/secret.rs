//! Secrets come from a command, a file or the environment, never from the config itself.

use std::process::{Command, Stdio};

use secrecy::SecretString;

use super::{Error, SmtpOptions};

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
        (Some(command), None, None) => from_command(command)?,
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

fn from_command(command: &[String]) -> Result<String, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::Settings("[mail.smtp] password_command is empty".to_owned()));
    };
    let fails = |why: String| Error::PasswordCommand { program: program.clone(), why };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| fails(error.to_string()))?;
    if !output.status.success() {
        return Err(fails(output.status.to_string()));
    }
    Ok(first_line(&output.stdout))
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
    fn a_missing_or_contradictory_password_is_said() {
        assert!(check(user()).unwrap_err().contains("give one of"));
        assert!(check(SmtpOptions { password_env: Some("NO".into()), ..user() }).unwrap_err().contains("`NO`"));
        let failing = Some(vec!["false".to_owned()]);
        assert!(check(SmtpOptions { password_command: failing, ..user() }).unwrap_err().contains("`false` failed"));
    }
}
