//! The config on the disk, with the password beside it, and the schema by which editors complete it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::answers::{Answers, PASSWORD_FILE, Password, Server, Way};
use crate::config::file_schema;
use crate::error::Error;

/// Files that were written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) config: PathBuf,
    /// Of the password, if one was typed.
    password: Option<PathBuf>,
}

/// Writes everything to `path` and beside it; `-` is the standard output. What is there is only overwritten by `force`.
pub(super) fn write(path: &str, answers: &Answers, force: bool) -> Result<Written, Error> {
    if path == "-" {
        io::stdout().write_all(answers.config(PASSWORD_FILE).as_bytes()).map_err(Error::Stdout)?;
        return Ok(Written { config: path.into(), password: None });
    }
    let config = PathBuf::from(path);
    let folder = config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder.display().to_string()))?;
    let mut written = Written { config: config.clone(), password: None };
    written.save_password(answers)?;
    let mut options = OpenOptions::new();
    options.write(true).truncate(force);
    // Without --force the file must not be there, even if it came to be since we looked.
    options.create(force).create_new(!force);
    let mut file = options.open(path).map_err(Error::file("write", path))?;
    file.write_all(answers.config(&written.password_name()).as_bytes()).map_err(Error::file("write", path))?;
    let beside = folder.join("config.schema.json");
    let shown = beside.display().to_string();
    fs::write(&beside, format!("{:#}\n", file_schema())).map_err(Error::file("write", shown))?;
    Ok(written)
}

impl Written {
    /// The same files with other answers.
    pub(super) fn again(&mut self, answers: &Answers) -> Result<(), Error> {
        self.save_password(answers)?;
        let shown = self.config.display().to_string();
        fs::write(&self.config, answers.config(&self.password_name())).map_err(Error::file("write", shown))
    }

    fn password_name(&self) -> String {
        let name = self.password.as_ref().and_then(|path| path.file_name());
        name.map_or_else(|| PASSWORD_FILE.to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Keeps a typed password in a file of its own, which nobody else can read; one that was there stays as it is.
    fn save_password(&mut self, answers: &Answers) -> Result<(), Error> {
        let way = answers.mail.as_ref().map(|mail| &mail.way);
        let Some(Way::Smtp(Server { password: Password::Typed(password), .. })) = way else { return Ok(()) };
        let ours = self.password.take();
        let path = ours.clone().unwrap_or_else(|| self.free_name());
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).create(ours.is_some()).create_new(ours.is_none());
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let shown = path.display().to_string();
        let mut file = options.open(&path).map_err(Error::file("write", &shown))?;
        writeln!(file, "{}", password.expose_secret()).map_err(Error::file("write", &shown))?;
        self.password = Some(path);
        Ok(())
    }

    fn free_name(&self) -> PathBuf {
        let numbered = (2..).map(|number| format!("{PASSWORD_FILE}.{number}"));
        let mut names = std::iter::once(PASSWORD_FILE.to_owned()).chain(numbered);
        let free = names.find_map(|name| Some(self.config.with_file_name(name)).filter(|path| !path.exists()));
        free.unwrap_or_else(|| self.config.with_file_name(PASSWORD_FILE))
    }
}
