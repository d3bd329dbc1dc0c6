//! The template an edition is rendered with: a built-in name, or a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::config::Config;
use crate::error::{Error, Usage};
use crate::render::{FILES, Templates};

/// A template's files are small; more is a mistake in the path.
const MAX_BYTES: u64 = 1 << 20;
/// Files looked at in a template's folder.
const MAX_FILES: usize = 200;

/// The template of `config`, with its own subject where it has one.
///
/// # Errors
/// As [`load`] has them; a mistake in the subject is named by `subject.txt`.
pub fn of(config: &Config) -> Result<Templates, Error> {
    let template = config.template();
    let Some(subject) = &config.newsletter.subject else { return load(&template) };
    let own = files(&template)?.or_else(|| Templates::sources(&template)).unwrap_or_default();
    let mut files = own;
    files.insert(FILES[0].to_owned(), subject.clone());
    Templates::parse(&files).map_err(|error| Error::Template { template, error })
}

/// The template called `template`, or in the folder of that path.
///
/// # Errors
/// There is no such template, a file cannot be read, or one is wrong: the message then shows file, line and caret.
pub fn load(template: &str) -> Result<Templates, Error> {
    let loaded = match files(template)? {
        Some(files) => Templates::parse(&files),
        None => Templates::builtin(template),
    };
    loaded.map_err(|error| Error::Template { template: template.to_owned(), error })
}

/// The files of the folder `template`; `None` if it is no folder but may be a built-in name.
///
/// # Errors
/// A file cannot be read.
pub fn files(template: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    let folder = Path::new(template);
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut files = BTreeMap::new();
    read_folder(folder, "", &mut files)?;
    let texts = folder.join("texts");
    if texts.is_dir() {
        read_folder(&texts, "texts/", &mut files)?;
    }
    Ok(Some(files))
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let failed =
        |path: &Path, source: io::Error| Error::File { action: "read", path: path.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))?.take(MAX_FILES) {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let wanted = [".html", ".txt", ".md", ".toml"].iter().any(|suffix| name.ends_with(suffix));
        if !wanted || name.starts_with('.') || !path.is_file() {
            continue;
        }
        let bytes = path.metadata().map_err(|error| failed(&path, error))?.len();
        if bytes > MAX_BYTES {
            return Err(Usage::TemplateTooLarge { path, bytes }.into());
        }
        let content = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        files.insert(format!("{prefix}{name}"), content);
    }
    Ok(())
}
