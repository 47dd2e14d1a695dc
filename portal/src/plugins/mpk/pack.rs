//! A plugin's folder becomes a package: what the portal reads, and nothing else of it.

use super::archive::Package;
use super::contents::{Contents, is_plain};
use super::refusal::Role;
use super::signature::Signature;
use crate::plugins::package::library_file;
use crate::plugins::package::manifest::Manifest;
use secret::sign::SigningKey;
use std::collections::BTreeMap;
use std::path::Path;

/// Files and folders of a plugin that its package holds, when they are there.
const PARTS: [&str; 9] = [
    "plugin.toml",
    "tables.toml",
    "README.md",
    "CHANGELOG.md",
    "queries",
    "statements",
    "templates",
    "messages",
    "samples",
];

/// Packs a folder that was found right, with its library, and signs it.
///
/// # Errors
/// The file that cannot be packed, and why.
pub fn pack(
    folder: &Path,
    manifest: &Manifest,
    library: &Path,
    key: &SigningKey,
) -> Result<Package, String> {
    let head = &manifest.plugin;
    if semver::Version::parse(&head.version).is_err() {
        return Err(format!("plugin.toml: version {:?}: write it like 1.2.0", head.version));
    }
    let mut files = BTreeMap::new();
    for part in PARTS {
        gather(folder, part, &mut files)?;
    }
    let bytes =
        std::fs::read(library).map_err(|error| format!("{}: {error}", library.display()))?;
    files.insert(library_file::file_name(&head.id), bytes);
    let contents = Contents::of(&head.id, &head.version, &files);
    Ok(Package::new(contents, files, |text| Signature::make(key, Role::Publisher, text)))
}

fn gather(folder: &Path, path: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{path}: {error}");
    let at = folder.join(path);
    if !at.exists() {
        return Ok(());
    }
    if !is_plain(path) {
        return Err(format!("{path}: call it with a-z, 0-9, _, - and ."));
    }
    if at.is_file() {
        files.insert(path.to_owned(), std::fs::read(&at).map_err(said)?);
        return Ok(());
    }
    for entry in std::fs::read_dir(&at).map_err(said)? {
        let name = entry.map_err(said)?.file_name();
        gather(folder, &format!("{path}/{}", name.to_string_lossy()), files)?;
    }
    Ok(())
}
