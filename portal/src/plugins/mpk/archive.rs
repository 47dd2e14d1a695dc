//! A package as bytes: a tar, compressed with gzip. What is read here is whole: every file is listed, every
//! listed file is there and is what was packed, and its publisher signed the list.

use super::contents::{Contents, is_plain};
use super::refusal::{Refusal, Role};
use super::signature::{Signature, Signatures};
use crate::plugins::package::manifest::Manifest;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use secret::hash;
use std::collections::BTreeMap;
use std::io::Read as _;
use tempfile::TempDir;

/// The longest package, in bytes.
pub const LONGEST: usize = 64 << 20;
/// The most bytes that its files may have together.
const UNPACKED: u64 = 256 << 20;

const CONTENTS: &str = "package.toml";
const SIGNATURES: &str = "signatures.toml";
const FILES: &str = "files/";

/// A package whose files are what its publisher signed.
#[derive(Debug)]
pub struct Package {
    pub contents: Contents,
    /// As it was signed.
    text: String,
    pub signatures: Signatures,
    /// By path.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// Packs files and signs them as their publisher.
    pub fn new(
        contents: Contents,
        files: BTreeMap<String, Vec<u8>>,
        sign: impl Fn(&str) -> Signature,
    ) -> Self {
        let text = contents.text();
        let signatures = Signatures { publisher: sign(&text), operator: None };
        Self { contents, text, signatures, files }
    }

    /// The name of exactly this package: SHA-256 of what was signed, hexadecimal.
    pub fn hash(&self) -> String {
        hash::sha256_hex(&self.text)
    }

    /// Signs it as an operator.
    pub fn countersign(&mut self, sign: impl Fn(&str) -> Signature) {
        self.signatures.operator = Some(sign(&self.text));
    }

    /// Reads a package and checks all that can be checked without knowing whom to trust.
    ///
    /// # Errors
    /// [`Refusal`], by the first thing that is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let no = |why: &dyn std::fmt::Display| Refusal::Archive(why.to_string());
        if bytes.len() > LONGEST {
            return Err(no(&"it is longer than 64 MB"));
        }
        let (mut text, mut signatures, mut files) = (None, None, BTreeMap::new());
        let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(UNPACKED));
        for entry in archive.entries().map_err(|error| no(&error))? {
            let mut entry = entry.map_err(|error| no(&error))?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if entry.header().entry_type() != tar::EntryType::Regular {
                return Err(no(&format_args!("{path:?} is not a file")));
            }
            let mut read = Vec::new();
            entry.read_to_end(&mut read).map_err(|error| no(&error))?;
            let plain = |read| {
                String::from_utf8(read).map_err(|_| no(&format_args!("{path:?} is not UTF-8")))
            };
            let twice = match path.as_str() {
                CONTENTS => text.replace(plain(read)?).is_some(),
                SIGNATURES => signatures.replace(plain(read)?).is_some(),
                path => match path.strip_prefix(FILES) {
                    Some(file) if is_plain(file) => files.insert(file.to_owned(), read).is_some(),
                    _ => return Err(Refusal::ExtraFile(path.to_owned())),
                },
            };
            if twice {
                return Err(no(&format_args!("{path:?} stands twice")));
            }
        }
        let text = text.ok_or_else(|| no(&"it has no package.toml"))?;
        let signatures = signatures.ok_or_else(|| no(&"it has no signatures.toml"))?;
        let signatures: Signatures = toml::from_str(&signatures).map_err(|error| no(&error))?;
        let contents = Contents::read(&text)?;
        let read = Self { contents, text, signatures, files };
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), Refusal> {
        let listed = &self.contents.files;
        if let Some(path) = self.files.keys().find(|path| !listed.contains_key(*path)) {
            return Err(Refusal::ExtraFile(path.clone()));
        }
        for (path, hash) in listed {
            let file = self.files.get(path).ok_or_else(|| Refusal::MissingFile(path.clone()))?;
            if hash::sha256_hex(file) != *hash {
                return Err(Refusal::Hash(path.clone()));
            }
        }
        self.signatures.publisher.check(Role::Publisher, &self.text)?;
        let operator = self.signatures.operator.as_ref();
        operator.map_or(Ok(()), |operator| operator.check(Role::Operator, &self.text))
    }

    /// What the plugin declares.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn manifest(&self) -> Result<Manifest, String> {
        let text = self.files.get("plugin.toml").map(Vec::as_slice).unwrap_or_default();
        Manifest::parse(&String::from_utf8_lossy(text), &self.contents.id)
    }

    /// The files in a folder called as the plugin, below one that goes with what is returned.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn unpack(&self) -> Result<TempDir, String> {
        let below = tempfile::tempdir().map_err(|error| error.to_string())?;
        for (path, bytes) in &self.files {
            let said = |error: std::io::Error| format!("{path} cannot be unpacked: {error}");
            let file = below.path().join(&self.contents.id).join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(below.path())).map_err(said)?;
            std::fs::write(file, bytes).map_err(said)?;
        }
        Ok(below)
    }

    /// The package as bytes: the same for the same files and signatures.
    ///
    /// # Errors
    /// When it is longer than a package may be.
    pub fn write(&self) -> Result<Vec<u8>, String> {
        let signatures = toml::to_string(&self.signatures).map_err(|error| error.to_string())?;
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        let mut add = |path: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, path, bytes)
                .map_err(|error| format!("{path}: {error}"))
        };
        add(CONTENTS, self.text.as_bytes())?;
        add(SIGNATURES, signatures.as_bytes())?;
        for (path, bytes) in &self.files {
            add(&format!("{FILES}{path}"), bytes)?;
        }
        let ended = archive.into_inner().and_then(GzEncoder::finish);
        let bytes = ended.map_err(|error| error.to_string())?;
        match bytes.len() > LONGEST {
            true => {
                Err("the package is longer than 64 MB: build the library with --release".to_owned())
            }
            false => Ok(bytes),
        }
    }
}
