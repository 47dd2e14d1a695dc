//! `portal plugin new`: the folder of a plugin with a page, a form, a card, a table and tests, to begin
//! with.

use super::reserved;
use include_dir::{Dir, DirEntry, include_dir};
use std::path::{Path, PathBuf};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scaffold");

/// Where a new plugin lives.
pub enum Home<'a> {
    /// In a repository of its own; the SDK lies here.
    Own { sdk: &'a Path },
    /// In the portal's own workspace.
    Workspace,
}

/// Writes the folder of a new plugin below `into` and returns it.
///
/// # Errors
/// Why not, and what to do; nothing that is there is changed.
pub fn write(id: &str, into: &Path, home: &Home<'_>) -> Result<PathBuf, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(plain) {
        return Err(format!("id {id:?}: use a-z, 0-9 and -, beginning with a letter"));
    }
    reserved::check(id)?;
    let folder = into.join(id);
    if folder.exists() {
        return Err(format!("{}: is there already; choose another id", folder.display()));
    }
    let (skipped, sdk) = match home {
        Home::Own { sdk } => {
            let found =
                sdk.canonicalize().map_err(|error| format!("{}: {error}", sdk.display()))?;
            if !found.join("musubi_plugin.h").is_file() {
                return Err(format!("{}: is not the folder of the SDK", sdk.display()));
            }
            ("Cargo.workspace.toml.in", found.display().to_string())
        }
        Home::Workspace => ("Cargo.toml.in", String::new()),
    };
    let library = id.replace('-', "_");
    let filled =
        |text: &str| text.replace("@id@", id).replace("@crate@", &library).replace("@sdk@", &sdk);
    let mut left: Vec<&DirEntry<'_>> = FILES.entries().iter().collect();
    while let Some(entry) = left.pop() {
        let file = match entry {
            DirEntry::Dir(folder) => {
                left.extend(folder.entries());
                continue;
            }
            DirEntry::File(file) => file,
        };
        if file.path() == Path::new(skipped) {
            continue;
        }
        let name = match file.path().to_str() {
            Some("gitignore.in") => Path::new(".gitignore"),
            Some(name) if name.ends_with(".in") => Path::new("Cargo.toml"),
            _ => file.path(),
        };
        let target = folder.join(name);
        let said = |error: std::io::Error| format!("{}: {error}", target.display());
        std::fs::create_dir_all(target.parent().unwrap_or(&folder)).map_err(said)?;
        let text = file.contents_utf8().unwrap_or_default();
        std::fs::write(&target, filled(text)).map_err(said)?;
    }
    Ok(folder)
}
