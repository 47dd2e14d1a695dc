//! The rules of the house as a test: who may know whom, where SQL stands, what each file says
//! first, that templates escape, that ARCHITECTURE.md names only paths that exist, and what
//! `signs.rs` holds.

use crate::floors;
use crate::run::root;
use std::path::{Path, PathBuf};

/// Which of our crates a crate may depend on.
const MAY_KNOW: [(&str, &[&str]); 15] = [
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
    ("bench", &["db", "tests"]),
    ("tests", &["demo", "db", "sdk", "handover"]),
    ("tests/plugins/*", &["sdk"]),
    ("partners/*", &[]),
    ("xtask", &[]),
];

/// Checks all rules and names every breach with the way to mend it.
pub fn run() -> Result<(), String> {
    let mut breaches = Vec::new();
    let members = members(&mut breaches);
    dependencies(&members, &mut breaches);
    listed_tests(&members, &mut breaches);
    let folders: Vec<String> = members.iter().map(|member| member.folder.clone()).collect();
    floors::check(&folders, &mut breaches);
    let mut files = Vec::new();
    for folder in &folders {
        collect(&root().join(folder), "rs", &mut files);
    }
    files.sort();
    files.dedup();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let name = file.strip_prefix(root()).unwrap_or(file).display().to_string();
        first_sentence(&name, &text, &mut breaches);
        sql_placement(&name, &text, &mut breaches);
    }
    escaping(&mut breaches);
    architecture(&mut breaches);
    crate::signs::check(&mut breaches);
    if breaches.is_empty() {
        println!("tidy: {} files, no breach", files.len());
        return Ok(());
    }
    Err(format!("{} breaches of the house's rules\n{}", breaches.len(), breaches.join("\n")))
}

fn collect(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, ending, files);
        } else if path.extension().is_some_and(|end| end == ending) {
            files.push(path);
        }
    }
}

/// One crate of the workspace.
struct Member {
    /// `plugins/help`
    folder: String,
    /// The name under which others depend on it.
    name: String,
    manifest: toml::Table,
}

/// The crates that the workspace names.
fn members(breaches: &mut Vec<String>) -> Vec<Member> {
    let table = |file: &Path| {
        std::fs::read_to_string(file).ok().and_then(|text| text.parse::<toml::Table>().ok())
    };
    let workspace = table(&root().join("Cargo.toml")).unwrap_or_default();
    let listed = workspace.get("workspace").and_then(|w| w.get("members"));
    let mut folders = Vec::new();
    for member in listed.and_then(toml::Value::as_array).into_iter().flatten() {
        let member = member.as_str().unwrap_or_default();
        match member.strip_suffix("/*") {
            None => folders.push(member.to_owned()),
            Some(parent) => {
                let entries = std::fs::read_dir(root().join(parent)).into_iter().flatten();
                let names = entries.flatten().filter(|entry| entry.path().is_dir());
                folders
                    .extend(names.map(|e| format!("{parent}/{}", e.file_name().to_string_lossy())));
            }
        }
    }
    folders.sort();
    let mut members = Vec::new();
    for folder in folders {
        let Some(manifest) = table(&root().join(&folder).join("Cargo.toml")) else {
            breaches.push(format!("{folder}/Cargo.toml is missing or does not parse"));
            continue;
        };
        let name = manifest.get("package").and_then(|package| package.get("name"));
        let name = name.and_then(toml::Value::as_str).unwrap_or_default();
        let name = name.strip_prefix("musubi-").unwrap_or(name).to_owned();
        members.push(Member { folder, name, manifest });
    }
    members
}

fn dependencies(members: &[Member], breaches: &mut Vec<String>) {
    for Member { folder, manifest, .. } in members {
        let own = MAY_KNOW.iter().find(|(name, _)| name == folder);
        let shared = MAY_KNOW.iter().find(|(name, _)| {
            name.strip_suffix("*").is_some_and(|parent| folder.starts_with(parent))
        });
        let Some((_, may)) = own.or(shared) else {
            breaches
                .push(format!("{folder}: say in MAY_KNOW (xtask/src/tidy.rs) whom it may know"));
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flatten().map(|(name, _)| name.as_str()) {
            let is_ours = members.iter().any(|member| member.name == dependency);
            if is_ours && !may.contains(&dependency) {
                breaches.push(format!(
                    "{folder} depends on {dependency}, but may know only {may:?}: move what it \
                     needs to a crate that it may know"
                ));
            }
            let is_plugin = folder.starts_with("plugins/");
            if is_plugin && !["sdk", "serde", "serde_json"].contains(&dependency) {
                breaches.push(format!(
                    "{folder} depends on {dependency}: a plugin sees only the SDK and serde"
                ));
            }
        }
    }
}

/// A crate whose tests are one program lists them, or they would not run.
fn listed_tests(members: &[Member], breaches: &mut Vec<String>) {
    for Member { folder, manifest, .. } in members {
        let below = root().join(folder).join("tests");
        let Ok(all) = std::fs::read_to_string(below.join("all.rs")) else { continue };
        let own = manifest.get("test").and_then(toml::Value::as_array).into_iter().flatten();
        let own: Vec<&str> = own.filter_map(|test| test.get("name")?.as_str()).collect();
        let files = std::fs::read_dir(&below).into_iter().flatten().flatten();
        for file in files.map(|entry| entry.path()).filter(|file| file.is_file()) {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if !own.contains(&name.as_str()) && !all.contains(&format!("mod {name};")) {
                breaches.push(format!("{folder}/tests/all.rs: write mod {name};"));
            }
        }
    }
}

fn first_sentence(name: &str, text: &str, breaches: &mut Vec<String>) {
    if !text.starts_with("//! ") || text.starts_with("//! .") {
        breaches.push(format!("{name}: begin the file with one //! sentence that says what it is"));
    }
}

/// Attack 4: what a template prints is escaped, always.
fn escaping(breaches: &mut Vec<String>) {
    let mut templates = Vec::new();
    for folder in ["idp", "portal", "plugins", "themes"] {
        collect(&root().join(folder), "html", &mut templates);
    }
    for file in templates {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let bare: String = text.split_whitespace().collect();
        if bare.contains("|safe") || bare.contains("autoescape") {
            let name = file.strip_prefix(root()).unwrap_or(&file).display();
            breaches
                .push(format!("{name}: print values, not markup: a template never escapes less"));
        }
    }
}

fn sql_placement(name: &str, text: &str, breaches: &mut Vec<String>) {
    let allowed = name.contains("/store/")
        || name.contains("/queries")
        || name.starts_with("portal/src/plugins/data/")
        || name.starts_with("db/")
        || name.starts_with("tests/")
        || name.starts_with("bench/")
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
