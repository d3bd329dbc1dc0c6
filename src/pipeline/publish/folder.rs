//! The folder of an archive, and the manifest by which we know what in it is ours.
//!
//! A file is written beside its place and renamed into it, so that a web server sees the old one or the new one. Before the
//! first is written the manifest names all that will be: whatever a crash leaves behind is ours, and the next run mends it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Usage};
use crate::render::site::Listed;

/// Hidden, as `.git` or `.well-known` are: what is hidden at the top of the folder is left alone.
const MANIFEST: &str = ".digest-archive.json";
/// How the names of files begin that are being written.
const TEMPORARY: &str = ".digest-part-";
/// Foreign files named in an error.
const NAMED: usize = 3;

/// The files we wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Whose archive it is.
    newsletter: String,
    /// Hash of all that every page depends on.
    pub(super) settings: String,
    /// In the order of time.
    pub(super) editions: Vec<Listed>,
    /// Hash of each file by its path inside the folder; empty for one that is being written.
    files: BTreeMap<String, String>,
}

/// The folder of an archive, open for writing.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    pub(super) manifest: Manifest,
    /// Our files that are there.
    there: BTreeSet<String>,
    /// Files are compared byte by byte, not by the hash they had when they were written.
    is_thorough: bool,
    pub(super) written: usize,
    pub(super) removed: usize,
}

impl Folder {
    /// The folder at `root`, which may be missing, of the archive of `newsletter`.
    ///
    /// # Errors
    /// There are files in it that we did not write, it is another newsletter's archive, or it cannot be read.
    pub(super) fn open(root: &Path, newsletter: &str, is_thorough: bool) -> Result<Self, Error> {
        let mut manifest = read_manifest(&root.join(MANIFEST))?;
        if manifest.newsletter.is_empty() {
            newsletter.clone_into(&mut manifest.newsletter);
        } else if manifest.newsletter != newsletter {
            let newsletter = manifest.newsletter;
            return Err(Usage::ForeignArchive { folder: root.to_owned(), newsletter }.into());
        }
        let mut found = Found { ours: &manifest.files, there: BTreeSet::new(), foreign: Vec::new() };
        found.walk(root, "").map_err(Error::file("read", root.display().to_string()))?;
        let Found { there, foreign: files, .. } = found;
        if !files.is_empty() {
            return Err(Usage::ForeignFiles { folder: root.to_owned(), files }.into());
        }
        Ok(Self { root: root.to_owned(), manifest, there, is_thorough, written: 0, removed: 0 })
    }

    /// Whether our file `path` is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.there.contains(path)
    }

    /// Notes that these files will be written.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn begin(&mut self, paths: impl IntoIterator<Item = String>) -> Result<(), Error> {
        let known = self.manifest.files.len();
        for path in paths {
            self.manifest.files.entry(path).or_default();
        }
        if self.manifest.files.len() > known { self.write_manifest() } else { Ok(()) }
    }

    /// Writes the file `path` if it says something else now.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
        let hash = hash(content);
        let target = self.root.join(path);
        let is_same = self.has(path)
            && self.manifest.files.get(path) == Some(&hash)
            && (!self.is_thorough || fs::read(&target).is_ok_and(|old| old == content));
        if !is_same {
            self.put(&target, content)?;
            self.there.insert(path.to_owned());
            self.written += 1;
        }
        self.manifest.files.insert(path.to_owned(), hash);
        Ok(())
    }

    /// Removes our files that are not among `expected`, and notes what is there now.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn finish(
        &mut self,
        expected: &BTreeSet<String>,
        editions: Vec<Listed>,
        settings: String,
    ) -> Result<(), Error> {
        for path in self.there.iter().filter(|path| !expected.contains(*path)) {
            let target = self.root.join(path);
            fs::remove_file(&target).map_err(Error::file("remove", target.display().to_string()))?;
            self.removed += 1;
        }
        self.manifest.files.retain(|path, _| expected.contains(path));
        (self.manifest.editions, self.manifest.settings) = (editions, settings);
        self.write_manifest()
    }

    fn write_manifest(&self) -> Result<(), Error> {
        let path = self.root.join(MANIFEST);
        let failed = || Error::file("write", path.display().to_string());
        let json = serde_json::to_string(&self.manifest).map_err(|error| failed()(error.into()))?;
        if fs::read(&path).is_ok_and(|old| old == json.as_bytes()) {
            return Ok(());
        }
        self.put(&path, json.as_bytes())
    }

    /// Puts a file into its place, whole.
    fn put(&self, target: &Path, content: &[u8]) -> Result<(), Error> {
        let put = || {
            fs::create_dir_all(target.parent().unwrap_or(&self.root))?;
            let mut builder = tempfile::Builder::new();
            builder.prefix(TEMPORARY);
            // For a web server to read, as far as the umask allows it.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let mut file = builder.tempfile_in(&self.root)?;
            file.write_all(content)?;
            file.persist(target).map(drop).map_err(|error| error.error)
        };
        put().map_err(Error::file("write", target.display().to_string()))
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, Error> {
    let failed = || Error::file("read", path.display().to_string());
    match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map_err(|error| failed()(error.into())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Manifest::default())
        }
        Err(error) => Err(failed()(error)),
    }
}

/// The files in the folder.
struct Found<'a> {
    ours: &'a BTreeMap<String, String>,
    there: BTreeSet<String>,
    foreign: Vec<String>,
}

impl Found<'_> {
    fn walk(&mut self, root: &Path, folder: &str) -> io::Result<()> {
        let entries = match fs::read_dir(root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_empty() => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if folder.is_empty() && name.starts_with(TEMPORARY) {
                // A run that was cut off left it.
                fs::remove_file(entry.path())?;
            }
            if folder.is_empty() && name.starts_with('.') {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            // A link is never followed: it may lead to what is not ours.
            if entry.file_type()?.is_dir() {
                self.walk(root, &path)?;
            } else if self.ours.contains_key(&path) {
                self.there.insert(path);
            } else {
                self.foreign.push(path);
            }
            if self.foreign.len() >= NAMED {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
