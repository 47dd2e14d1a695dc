//! An offline list of passwords that became known: a text file of SHA-1 hashes in hexadecimal, one a line,
//! sorted, each with or without `:` and a count, as the collections that are published have it. It is
//! searched where it lies: 38 GB need no memory and 36 reads.

use secret::hash;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Characters of a SHA-1 hash in hexadecimal.
const HEX: usize = 40;

/// Longest line: a hash, a colon and a count.
const LONGEST_LINE: usize = 80;

/// The list, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Breached(Option<PathBuf>);

impl Breached {
    /// Opens the list once, to see that it is one.
    ///
    /// # Errors
    /// Why it cannot be used, with its path.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self(None)) };
        let wrong = |why: String| io::Error::other(format!("{}: {why}", path.display()));
        let mut file = File::open(path).map_err(|why| wrong(why.to_string()))?;
        let first = line_at(&mut file, 0).map_err(|why| wrong(why.to_string()))?;
        let is_hash = |line: &str| line.len() == HEX && line.bytes().all(|b| b.is_ascii_hexdigit());
        match first.is_some_and(|line| is_hash(&line)) {
            true => Ok(Self(Some(path.to_owned()))),
            false => Err(wrong("the first line is no SHA-1 hash in hexadecimal".to_owned())),
        }
    }

    /// Whether a password is on the list. Without a list none is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn contains(&self, password: &str) -> io::Result<bool> {
        let Some(path) = self.0.clone() else { return Ok(false) };
        let wanted = hash::sha1_hex(password);
        let found = tokio::task::spawn_blocking(move || search(&path, &wanted)).await;
        found.map_err(io::Error::other)?
    }
}

/// Binary search by byte: a probe reads the line that begins after it.
fn search(path: &Path, wanted: &str) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let (mut low, mut high) = (0, file.metadata()?.len());
    // `low` is where a line begins; what is sought begins before `high`.
    while low < high {
        let middle = low + (high - low) / 2;
        let (begins, line) = match next_line(&mut file, middle, low)? {
            Some(found) if found.0 < high => found,
            // No line begins in the upper half.
            _ if middle == low => return Ok(false),
            _ => {
                high = middle;
                continue;
            }
        };
        match line.as_str().cmp(wanted) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Greater => high = middle.min(begins),
            std::cmp::Ordering::Less => {
                low = match next_line(&mut file, begins + 1, low)? {
                    Some((next, _)) => next,
                    None => return Ok(false),
                };
            }
        }
    }
    Ok(false)
}

/// The first line that begins at or after a place, with where it begins. A line begins at `known`.
fn next_line(file: &mut File, at: u64, known: u64) -> io::Result<Option<(u64, String)>> {
    if at == known {
        return Ok(line_at(file, at)?.map(|line| (at, line)));
    }
    // From the byte before: a line that begins right here is found, too.
    file.seek(SeekFrom::Start(at - 1))?;
    let mut before = Vec::with_capacity(LONGEST_LINE);
    BufReader::new(file.by_ref().take(LONGEST_LINE as u64)).read_until(b'\n', &mut before)?;
    if before.last() != Some(&b'\n') {
        return Ok(None);
    }
    let begins = at - 1 + before.len() as u64;
    Ok(line_at(file, begins)?.map(|line| (begins, line)))
}

/// The hash of the line that begins at a place, in capitals.
fn line_at(file: &mut File, at: u64) -> io::Result<Option<String>> {
    file.seek(SeekFrom::Start(at))?;
    let mut text = [0; HEX];
    let mut read = 0;
    while read < HEX {
        match file.read(&mut text[read..])? {
            0 => return Ok(None),
            more => read += more,
        }
    }
    Ok(Some(String::from_utf8_lossy(&text).to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::Breached;
    use secret::hash;

    #[tokio::test]
    async fn what_is_on_the_list_is_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for (many, with_count, ends) in [(1, false, "\n"), (2, true, ""), (500, true, "\r\n")] {
            let mut lines: Vec<String> = (0..many)
                .map(|n| {
                    let hex = hash::sha1_hex(format!("known {n}"));
                    if with_count { format!("{hex}:{}", n * n * 7) } else { hex }
                })
                .collect();
            lines.sort();
            let end = if ends.is_empty() { "\n" } else { ends };
            let file = folder.path().join(format!("list-{many}"));
            let text = format!("{}{ends}", lines.join(end));
            std::fs::write(&file, text).unwrap();
            let list = Breached::open(Some(&file)).unwrap();
            for n in 0..many {
                assert!(list.contains(&format!("known {n}")).await.unwrap(), "{n} of {many}");
            }
            for n in 0..200 {
                assert!(!list.contains(&format!("unknown {n}")).await.unwrap(), "{n} of {many}");
            }
        }
        assert!(!Breached::open(None).unwrap().contains("known 1").await.unwrap());
        let other = folder.path().join("other");
        std::fs::write(&other, "password\n123456\n").unwrap();
        let why = Breached::open(Some(&other)).unwrap_err().to_string();
        assert!(why.contains("no SHA-1") && why.contains("other"), "{why}");
        assert!(Breached::open(Some(&folder.path().join("none"))).is_err());
    }
}
