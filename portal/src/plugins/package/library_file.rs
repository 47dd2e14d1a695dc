//! The library's file: only one that the operator listed is loaded, and only as a copy that
//! nobody overwrites.

use secret::hash;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The libraries that the operator trusts: `plugins.allowed_file`, as `sha256sum *.so` prints it.
#[derive(Debug)]
pub struct Allowed {
    file: PathBuf,
    /// Hashes by file name. Two versions of a library may stand there at once.
    hashes: HashMap<String, Vec<String>>,
}

impl Allowed {
    /// Reads the list. A file that is not there lists nothing.
    ///
    /// # Errors
    /// The line that is not one of `sha256sum`, or why the file cannot be read.
    pub fn read(file: &Path) -> Result<Self, String> {
        let say = |why: String| format!("plugins.allowed_file {}: {why}", file.display());
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(say(error.to_string())),
        };
        let mut hashes: HashMap<String, Vec<String>> = HashMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (hash, name) = parse(line).ok_or_else(|| {
                let shape = "64 hex digits, two spaces, a file name";
                say(format!("line {}: write {shape}, as `portal plugins hash` prints it", at + 1))
            })?;
            hashes.entry(name.to_owned()).or_default().push(hash);
        }
        Ok(Self { file: file.to_owned(), hashes })
    }

    /// Checks the library of this name and hash.
    ///
    /// # Errors
    /// What was found and how to list it.
    fn check(&self, name: &str, hash: &str) -> Result<(), String> {
        if self.hashes.get(name).is_some_and(|hashes| hashes.iter().any(|known| known == hash)) {
            return Ok(());
        }
        Err(format!(
            "{name} is not listed with its SHA-256 {hash} in plugins.allowed_file ({}). If you \
             trust this very file, list it: `portal plugins hash` prints the line",
            self.file.display()
        ))
    }
}

/// `HASH  NAME` or, in binary mode, `HASH *NAME`; of a path only the last part counts.
fn parse(line: &str) -> Option<(String, &str)> {
    let (hash, name) = line.split_at_checked(64)?;
    let path = name.strip_prefix("  ").or_else(|| name.strip_prefix(" *"))?;
    let name = path.trim_end().rsplit('/').next().filter(|name| !name.is_empty())?;
    hash.bytes().all(|b| b.is_ascii_hexdigit()).then(|| (hash.to_ascii_lowercase(), name))
}

/// The list for all libraries of a folder.
///
/// # Errors
/// The file or folder that cannot be read.
pub fn list(folder: &Path) -> Result<String, String> {
    let say = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| say(folder, error))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "so"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let bytes = std::fs::read(file).map_err(|error| say(file, error))?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            Ok(format!("{}  {name}\n", hash::sha256_hex(&bytes)))
        })
        .collect()
}

/// What the library of a plugin is called.
pub fn file_name(plugin: &str) -> String {
    format!("lib{}.so", plugin.replace('-', "_"))
}

/// Checks a plugin's library and copies it below `copies`, named by its hash. The copy is what
/// gets loaded: a file that is overwritten while it is mapped is a crash, and the same name twice
/// is silently the old code. Without a list every library is taken: at an author's desk.
///
/// # Errors
/// Why the library is refused.
pub fn copy(
    libraries: &Path,
    copies: &Path,
    plugin: &str,
    allowed: Option<&Allowed>,
) -> Result<PathBuf, String> {
    let name = file_name(plugin);
    let file = libraries.join(&name);
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    if let Some(allowed) = allowed {
        allowed.check(&name, &hash::sha256_hex(&bytes))?;
    }
    keep(copies, &bytes)
}

/// Writes a library that may be loaded below `copies`, named by its hash.
///
/// # Errors
/// When it cannot be written.
pub fn keep(copies: &Path, bytes: &[u8]) -> Result<PathBuf, String> {
    let hash = hash::sha256_hex(bytes);
    let say = |error: std::io::Error| format!("plugins.copies {}: {error}", copies.display());
    std::fs::create_dir_all(copies).map_err(say)?;
    let folder = copies.canonicalize().map_err(say)?;
    let copy = folder.join(format!("{hash}.so"));
    // An older copy is not trusted by its name.
    if !std::fs::read(&copy).is_ok_and(|there| there == bytes) {
        let half = folder.join(format!("{hash}.{}.part", std::process::id()));
        std::fs::write(&half, bytes).map_err(say)?;
        std::fs::rename(&half, &copy).map_err(say)?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::{Allowed, copy, list};

    #[test]
    fn only_a_listed_library_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (libraries, copies) = (folder.path().join("lib"), folder.path().join("copies"));
        let (file, library) = (folder.path().join("allowed"), libraries.join("libnew_fees.so"));
        std::fs::create_dir_all(&libraries).unwrap();
        std::fs::write(&library, b"one").unwrap();
        let copied = || {
            let allowed = Allowed::read(&file)?;
            copy(&libraries, &copies, "new-fees", Some(&allowed))
        };
        let why = copied().unwrap_err();
        let hash = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
        for word in ["libnew_fees.so", hash, "portal plugins hash", "allowed"] {
            assert!(why.contains(word), "{why}");
        }
        std::fs::write(&file, list(&libraries).unwrap()).unwrap();
        let copy = copied().unwrap();
        assert_eq!(copy.file_name().unwrap().to_str(), Some(format!("{hash}.so").as_str()));

        // A copy that was changed is made anew; a library that was changed is refused.
        std::fs::write(&copy, b"other").unwrap();
        assert_eq!(std::fs::read(copied().unwrap()).unwrap(), b"one");
        std::fs::write(&library, b"two").unwrap();
        assert!(copied().unwrap_err().contains("not listed"));

        // The same hash under another name is not this library.
        std::fs::write(&library, b"one").unwrap();
        std::fs::write(&file, format!("{hash}  libother.so\n")).unwrap();
        assert!(copied().is_err());
        for line in [format!("{hash} *x/libnew_fees.so"), format!("\n{hash}  libnew_fees.so\n")] {
            std::fs::write(&file, line.to_uppercase().replace("LIBNEW_FEES.SO", "libnew_fees.so"))
                .unwrap();
            assert!(copied().is_ok(), "{line}");
        }
        for line in ["x", "abc  libnew_fees.so", &format!("{hash} libnew_fees.so")] {
            std::fs::write(&file, line).unwrap();
            assert!(copied().unwrap_err().contains("line 1"), "{line}");
        }
    }
}
