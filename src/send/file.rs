use std::io::{self, Write};
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

use super::{FileOptions, Transport};
use crate::model::{Message, SendOutcome};

/// Writes messages into a folder, one `.eml` file each; the same message always into the same file.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// A transport into the folder of `options`.
    pub fn new(options: &FileOptions) -> Self {
        Self { folder: options.folder.clone() }
    }

    /// Where `message` is written.
    pub fn path(&self, message: &Message) -> PathBuf {
        let id = message.message_id.trim_matches(['<', '>']);
        let local = id.split('@').next().unwrap_or(id);
        let safe: String = local.chars().filter(|char| char.is_ascii_alphanumeric() || "-._".contains(*char)).collect();
        let name = match safe.trim_matches('.') {
            "" => Sha256::digest(id).iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
            safe => safe.to_owned(),
        };
        self.folder.join(format!("{name}.eml"))
    }

    /// All or nothing: under its name stands a whole message or none.
    fn write(&self, message: &Message) -> io::Result<PathBuf> {
        let path = self.path(message);
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&message.bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(path)
    }
}

impl Transport for Files {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async move {
            match self.write(message) {
                Ok(path) => SendOutcome::Accepted(format!("written to {}", path.display())),
                Err(error) => SendOutcome::Abort(format!("cannot write to `{}`: {error}", self.folder.display())),
            }
        })
    }
}
