//! What the code cites must be explained, and a file that a page names must cite it: `F037` and
//! `C-02` in `docs/features.md`, `attack 24` in `docs/attacks.md`.

use crate::run::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const FEATURES: &str = "docs/features.md";
const ATTACKS: &str = "docs/attacks.md";

/// Files that may cite.
const ENDS: [&str; 5] = ["rs", "sql", "toml", "html", "mjs"];
/// Folders that hold nothing of ours, or the pages themselves; hidden ones are skipped, too.
const SKIPPED: [&str; 3] = ["target", "node_modules", "docs"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Feature,
    Attack,
    Decision,
}

type Sign = (Kind, u32);

/// One line of a page's table.
struct Row {
    sign: Sign,
    /// Where it is shown, as the page words it.
    place: String,
}

impl Kind {
    fn page(self) -> &'static str {
        match self {
            Kind::Feature | Kind::Decision => FEATURES,
            Kind::Attack => ATTACKS,
        }
    }

    fn name(self, n: u32) -> String {
        match self {
            Kind::Feature => format!("F{n:03}"),
            Kind::Attack => format!("attack {n}"),
            Kind::Decision => format!("C-{n:02}"),
        }
    }
}

/// Compares the two pages with the files, in both directions.
pub fn check(breaches: &mut Vec<String>) {
    let mut rows = table(FEATURES, breaches);
    rows.extend(table(ATTACKS, breaches));
    each_once(&rows, breaches);
    let known: BTreeSet<Sign> = rows.iter().map(|row| row.sign).collect();
    for row in &rows {
        is_shown(row, &known, breaches);
    }
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let name = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
        for (at, line) in text.lines().enumerate() {
            for (kind, n) in cited(line).difference(&known) {
                breaches.push(format!(
                    "{name}:{}: {} has no row in {}: correct the number, or add the row",
                    at + 1,
                    kind.name(*n),
                    kind.page()
                ));
            }
        }
    }
}

/// The rows of a page's tables.
fn table(page: &str, breaches: &mut Vec<String>) -> Vec<Row> {
    let text = std::fs::read_to_string(root().join(page)).unwrap_or_default();
    if text.is_empty() {
        breaches.push(format!("{page} is missing: it explains what the code cites"));
    }
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let [id, _, place, ..] = cells.as_slice() else { return None };
    Some(Row { sign: sign(id)?, place: (*place).to_owned() })
}

/// Every feature and every class of attacks has one row.
fn each_once(rows: &[Row], breaches: &mut Vec<String>) {
    for (kind, last) in [(Kind::Feature, 307), (Kind::Attack, 38)] {
        for n in 1..=last {
            let (page, name) = (kind.page(), kind.name(n));
            match rows.iter().filter(|row| row.sign == (kind, n)).count() {
                0 => breaches.push(format!("{page}: {name} has no row: add one with `not yet`")),
                1 => {}
                many => breaches.push(format!("{page}: {name} has {many} rows: keep one")),
            }
        }
    }
}

/// A row names files that exist and cite it, or a decision, or says `not yet`.
fn is_shown(row: &Row, known: &BTreeSet<Sign>, breaches: &mut Vec<String>) {
    let (kind, n) = row.sign;
    if kind == Kind::Decision || row.place == "not yet" {
        return;
    }
    let here = format!("{}: {}", kind.page(), kind.name(n));
    if let Some(decision) = sign(row.place.split(':').next().unwrap_or_default()) {
        if !known.contains(&decision) {
            breaches.push(format!("{here} names a decision that has no row: add it below"));
        }
        return;
    }
    let paths: Vec<&str> = row.place.split('`').skip(1).step_by(2).collect();
    if paths.is_empty() {
        breaches.push(format!("{here} names no file: name it in backquotes, or say `not yet`"));
    }
    for path in paths {
        match std::fs::read_to_string(root().join(path)) {
            Err(_) => breaches.push(format!("{here} names {path}, which does not exist")),
            Ok(text) if !text.lines().any(|line| cited(line).contains(&row.sign)) => {
                breaches.push(format!(
                    "{here} names {path}, which does not cite it: cite it at the test, or correct \
                     the page"
                ));
            }
            Ok(_) => {}
        }
    }
}

/// `F037`, `C-02`; a bare number is a class of attacks.
fn sign(word: &str) -> Option<Sign> {
    let number = |digits: &str, length: usize| -> Option<u32> {
        let plain = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    if let Some(digits) = word.strip_prefix('F') {
        return Some((Kind::Feature, number(digits, 3)?));
    }
    if let Some(digits) = word.strip_prefix("C-") {
        return Some((Kind::Decision, number(digits, 2)?));
    }
    Some((Kind::Attack, number(word, word.len())?))
}

/// What a line cites: `F037`, `F071 to F074`, `C-02`, `attack 24`, `attacks 1, 3 and 8`.
fn cited(line: &str) -> BTreeSet<Sign> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words: Vec<&str> = line.split(|c: char| !part(c)).filter(|w| !w.is_empty()).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let after = &words[at + 1..];
        if word.eq_ignore_ascii_case("attack") || word.eq_ignore_ascii_case("attacks") {
            for next in after {
                match sign(next) {
                    Some((Kind::Attack, n)) => found.insert((Kind::Attack, n)),
                    _ if *next == "and" => continue,
                    _ => break,
                };
            }
        }
        // A number that does not follow the word is any number.
        let Some((kind, first)) = sign(word).filter(|(kind, _)| *kind != Kind::Attack) else {
            continue;
        };
        let last = match after {
            ["to", end, ..] => sign(end).filter(|(same, _)| *same == kind),
            _ => None,
        };
        let last = last.map_or(first, |(_, last)| last);
        found.insert((kind, first));
        found.extend((first..=last).map(|n| (kind, n)));
    }
    found
}

/// The files that may cite, below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|end| ENDS.iter().any(|known| end == *known)) {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, cited, row};

    fn numbers(line: &str, wanted: Kind) -> Vec<u32> {
        cited(line).into_iter().filter(|(kind, _)| *kind == wanted).map(|(_, n)| n).collect()
    }

    #[test]
    fn ids_are_found_alone_and_in_ranges() {
        let line = "/// F064 (F071 to F074, C-02), not f066, F0710, XF080 or F08; F130 to the end.";
        assert_eq!(numbers(line, Kind::Feature), vec![64_u32, 71, 72, 73, 74, 130]);
        assert_eq!(numbers(line, Kind::Decision), vec![2_u32]);
        assert_eq!(numbers(line, Kind::Attack), Vec::<u32>::new());
    }

    #[test]
    fn attacks_are_found_by_their_word() {
        for (line, expected) in [
            ("/// Attack 24: guessing.", vec![24_u32]),
            ("// RFC 6749 §4.1.2; attacks 1, 3 and 8 at this endpoint.", vec![1, 3, 8]),
            ("//! refused after resolution, and with limits (attack 5).", vec![5]),
            ("/// An attack that fails in 3 of 4 cases, 12 times.", vec![]),
        ] {
            assert_eq!(numbers(line, Kind::Attack), expected, "{line}");
        }
    }

    #[test]
    fn a_row_has_an_id_and_a_place() {
        let found = row("| F037 | a link | `a/b.rs`, `c.rs` |").unwrap();
        assert_eq!(found.sign, (Kind::Feature, 37));
        assert_eq!(found.place, "`a/b.rs`, `c.rs`");
        assert_eq!(row("| C-02 | lengths |").unwrap().sign, (Kind::Decision, 2));
        assert_eq!(row("| 7 | codes | not yet | all |").unwrap().sign, (Kind::Attack, 7));
        assert!(row("| id | what | where |").is_none());
        assert!(row("|---|---|---|").is_none());
    }
}
