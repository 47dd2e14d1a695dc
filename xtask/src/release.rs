//! `cargo xtask release NAME`: leaves what the next releases are tested with: the rows that this
//! one writes, and the statements that it runs.

use crate::run::{cargo, checked, root, target};
use std::path::Path;
use std::process::Command;

/// Writes `migrations/fixtures/NAME`.
pub fn run(name: Option<&str>) -> Result<(), String> {
    let name = name.ok_or("which release? cargo xtask release v0.1.0")?;
    cargo(&["build", "--workspace"])?;
    let folder = root().join("migrations/fixtures").join(name);
    let mut fill = Command::new("python3");
    fill.arg(root().join("migrations/fixtures/fill.py"));
    checked(fill.arg(target().join("debug")).arg(root()).arg(&folder))?;
    for program in ["idp", "portal"] {
        let mut found = statements(&root().join(program).join("src/store"))?;
        found.sort();
        found.dedup();
        let text: String = found.iter().map(|sql| format!("{sql};\n")).collect();
        let file = folder.join(format!("{program}.sql"));
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{program}: {} statements", found.len());
    }
    Ok(())
}

/// The statements of a store: every string that begins as one, with the constants of its file put
/// in. White space is folded.
fn statements(folder: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let strings = strings(&text);
        for string in &strings {
            let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
            if !verbs.iter().any(|verb| string.starts_with(verb)) {
                continue;
            }
            let sql = constants(&text).fold(string.clone(), |sql, (name, value)| {
                sql.replace(&format!("{{{name}}}"), &value)
            });
            found.push(one_row(&sql.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    Ok(found)
}

/// A statement that is written for as many rows or values as there are, for one.
fn one_row(sql: &str) -> String {
    let numbered = |count: usize| (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>();
    if let Some((_, columns)) = sql.strip_suffix(" VALUES").and_then(|sql| sql.split_once('(')) {
        return format!("{sql} ({})", numbered(columns.split(',').count()).join(", "));
    }
    let next = (1..).find(|n| !sql.contains(&format!("${n}"))).unwrap_or(1);
    sql.replace("{}", &format!("${next}"))
}

/// `const NAME: &str = "…";`
fn constants(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split("const ").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(": &str =")?;
        Some((name.to_owned(), strings(rest).into_iter().next()?))
    })
}

/// The string literals of a Rust file. Stores have neither raw strings nor quotes inside them.
fn strings(text: &str) -> Vec<String> {
    let code: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.join("\n").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{constants, one_row, strings};

    #[test]
    fn statements_are_found_with_their_constants() {
        let text = "//! a \"quoted\" word\nconst COLUMNS: &str = \"a,\n b\";\nlet s = \"SELECT {COLUMNS}\";";
        assert_eq!(strings(text), ["a,\n b", "SELECT {COLUMNS}"]);
        let found: Vec<_> = constants(text).collect();
        assert_eq!(found, [("COLUMNS".to_owned(), "a,\n b".to_owned())]);
        assert_eq!(one_row("INSERT INTO t (a, b) VALUES"), "INSERT INTO t (a, b) VALUES ($1, $2)");
        assert_eq!(
            one_row("SELECT a FROM t WHERE b = $1 AND c IN ({})"),
            "SELECT a FROM t WHERE b = $1 AND c IN ($2)"
        );
    }
}
