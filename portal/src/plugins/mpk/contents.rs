//! `package.toml`: which plugin, which version, and every file with its hash. What is signed is this text.

use super::refusal::Refusal;
use crate::plugins::package::library_file;
use secret::hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::config::toml_fault;

const SCHEMA: &str = "musubi-package/1";
/// The most files of a package.
const FILES: usize = 2_000;
/// The longest path of a file, in bytes.
const PATH: usize = 200;

/// What a package holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    schema: String,
    pub id: String,
    pub version: String,
    /// SHA-256, hexadecimal, by path.
    pub files: BTreeMap<String, String>,
}

impl Contents {
    /// The contents of these files.
    pub fn of(id: &str, version: &str, files: &BTreeMap<String, Vec<u8>>) -> Self {
        let hashed = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), hash::sha256_hex(bytes));
        let files = files.iter().map(hashed).collect();
        Self { schema: SCHEMA.to_owned(), id: id.to_owned(), version: version.to_owned(), files }
    }

    /// The text that is signed.
    ///
    /// # Panics
    /// Never: texts and a map are TOML.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("texts and a map are TOML")
    }

    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let read: Self =
            toml::from_str(text).map_err(|error| Refusal::Contents(toml_fault(text, &error)))?;
        let wrong = |why: String| Err(Refusal::Contents(why));
        if read.schema != SCHEMA {
            return wrong(format!("schema {:?} is unknown to this portal", read.schema));
        }
        if semver::Version::parse(&read.version).is_err() {
            return wrong(format!("version {:?} is not like 1.2.0", read.version));
        }
        if read.files.len() > FILES {
            return wrong(format!("has more than {FILES} files"));
        }
        if let Some(path) = read.files.keys().find(|path| !is_plain(path)) {
            return wrong(format!("{path:?} is no path of a package"));
        }
        for needed in ["plugin.toml", &library_file::file_name(&read.id)] {
            if !read.files.contains_key(needed) {
                return wrong(format!("{needed} is not listed"));
            }
        }
        Ok(read)
    }
}

/// Whether a path stays in the folder and means the same everywhere.
pub(super) fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain);
    path.len() <= PATH && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::{Contents, is_plain};
    use std::collections::BTreeMap;

    #[test]
    fn a_path_stays_in_its_folder() {
        for path in ["plugin.toml", "queries/by_month.sql", "libmedical_fees.so", "messages/ja.ftl"]
        {
            assert!(is_plain(path), "{path}");
        }
        let long = "a".repeat(201);
        for path in
            ["", "/etc/passwd", "../a", "a/../b", "a//b", ".hidden", "a/.b", "a\\b", "ä", &long]
        {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn what_was_written_is_read_and_what_is_wrong_is_said() {
        let files = ["plugin.toml", "libfees.so"].map(|path| (path.to_owned(), Vec::new()));
        let contents = Contents::of("fees", "1.2.0", &BTreeMap::from(files));
        let text = contents.text();
        assert_eq!(Contents::read(&text), Ok(contents));
        for (from, to, said) in [
            ("musubi-package/1", "musubi-package/2", "schema"),
            ("1.2.0", "1.2", "not like 1.2.0"),
            ("libfees.so", "libother.so", "libfees.so is not listed"),
            ("\"plugin.toml\"", "\"../plugin.toml\"", "no path"),
            ("version", "surprise", "surprise"),
        ] {
            let why = Contents::read(&text.replace(from, to)).unwrap_err().to_string();
            assert!(why.contains(said), "{why}");
        }
    }
}
