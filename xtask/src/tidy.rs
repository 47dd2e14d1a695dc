//! The rules of the house as a test: who may know whom, where SQL stands, what each file says
//! first, that ARCHITECTURE.md names only paths that exist, and what `signs.rs` holds.

use crate::run::root;
use std::path::{Path, PathBuf};

/// Which of our crates a crate may depend on.
const MAY_KNOW: [(&str, &[&str]); 12] = [
    ("secret", &[]),
    ("oidc", &["secret"]),
    ("db", &[]),
    ("handover", &[]),
    ("web", &["handover", "secret"]),
    ("plugins/sdk", &[]),
    ("plugins/*", &["sdk"]),
    ("idp", &["secret", "oidc", "db", "web", "handover"]),
    ("portal", &["secret", "db", "web", "handover", "sdk"]),
    ("demo", &[]),
    ("tests", &["demo", "db", "sdk", "handover"]),
    ("xtask", &[]),
];

const OURS: [&str; 10] =
    ["secret", "oidc", "db", "handover", "web", "sdk", "idp", "portal", "demo", "medical-fees"];

/// Checks all rules and names every breach with the way to mend it.
pub fn run() -> Result<(), String> {
    let mut breaches = Vec::new();
    dependencies(&mut breaches);
    let mut files = Vec::new();
    for folder in [
        "secret", "oidc", "db", "handover", "web", "idp", "portal", "plugins", "demo", "tests",
        "xtask",
    ] {
        collect(&root().join(folder), &mut files);
    }
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let name = file.strip_prefix(root()).unwrap_or(file).display().to_string();
        first_sentence(&name, &text, &mut breaches);
        sql_placement(&name, &text, &mut breaches);
    }
    architecture(&mut breaches);
    crate::signs::check(&mut breaches);
    if breaches.is_empty() {
        println!("tidy: {} files, no breach", files.len());
        return Ok(());
    }
    Err(format!("{} breaches of the house's rules\n{}", breaches.len(), breaches.join("\n")))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn dependencies(breaches: &mut Vec<String>) {
    let mut crates: Vec<(String, &[&str])> = Vec::new();
    for (name, may) in MAY_KNOW {
        if name == "plugins/*" {
            for entry in std::fs::read_dir(root().join("plugins")).into_iter().flatten().flatten() {
                let plugin = format!("plugins/{}", entry.file_name().to_string_lossy());
                if plugin != "plugins/sdk" && entry.path().is_dir() {
                    crates.push((plugin, may));
                }
            }
        } else {
            crates.push((name.to_owned(), may));
        }
    }
    for (name, may) in crates {
        let file = root().join(&name).join("Cargo.toml");
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let Ok(manifest) = text.parse::<toml::Table>() else {
            breaches.push(format!("{name}/Cargo.toml does not parse"));
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flatten().map(|(name, _)| name.as_str()) {
            if OURS.contains(&dependency) && !may.contains(&dependency) {
                breaches.push(format!(
                    "{name} depends on {dependency}, but may know only {may:?}: move what it needs \
                     to a crate that it may know"
                ));
            }
            if name.starts_with("plugins/") && !["sdk", "serde", "serde_json"].contains(&dependency)
            {
                breaches.push(format!(
                    "{name} depends on {dependency}: a plugin sees only the SDK and serde"
                ));
            }
        }
    }
}

fn first_sentence(name: &str, text: &str, breaches: &mut Vec<String>) {
    if !text.starts_with("//! ") || text.starts_with("//! .") {
        breaches.push(format!("{name}: begin the file with one //! sentence that says what it is"));
    }
}

fn sql_placement(name: &str, text: &str, breaches: &mut Vec<String>) {
    let allowed = name.contains("/store/")
        || name.contains("/queries")
        || name.starts_with("db/")
        || name.starts_with("tests/")
        || name.starts_with("xtask/")
        || name.contains("/tests/");
    if allowed {
        return;
    }
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        let sql = ["\"SELECT ", "\"INSERT INTO", "\"UPDATE ", "\"DELETE FROM", "\"CREATE TABLE"];
        if sql.iter().any(|word| code.contains(word)) {
            breaches.push(format!(
                "{name}:{}: SQL stands in store/, queries/, migrations/ or db/",
                at + 1
            ));
        }
    }
}

/// Every path in backquotes that looks like one of ours must exist.
fn architecture(breaches: &mut Vec<String>) {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap_or_default();
    if text.is_empty() {
        breaches.push("ARCHITECTURE.md is missing".to_owned());
    }
    for path in text.split('`').skip(1).step_by(2) {
        let looks = path.contains('/') && !path.contains(['{', '*', ' ', '<', ':', '$', '(']);
        if looks && !root().join(path.trim_start_matches('/')).exists() {
            breaches.push(format!("ARCHITECTURE.md names {path}, which does not exist"));
        }
    }
}
