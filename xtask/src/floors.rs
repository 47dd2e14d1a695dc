//! The floors of a program and the circles of files: who imports whom, read from the `use` lines.

use crate::run::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms of a program, from the top floor down. A room imports only rooms of floors below its
/// own. Each room of the tree must stand here once.
const FLOORS: [(&str, &[&[&str]]); 2] = [
    (
        "portal",
        &[
            &["main"],
            &["commands"],
            &["routes", "jobs", "trial"],
            &["pages"],
            &["staff"],
            &["visit"],
            &["app"],
            &["bearer"],
            &["provider"],
            &["session", "imports"],
            &["household"],
            &["insurers", "in_force"],
            &["plugins"],
            &["store"],
            &["member", "settings", "paper"],
        ],
    ),
    (
        "idp",
        &[
            &["main"],
            &["commands"],
            &["serve"],
            &["routes"],
            &["endpoints", "jobs"],
            &["app"],
            &["journeys"],
            &["authorization"],
            &["lockdown"],
            &["session"],
            &["browser"],
            &["tokens"],
            &["mail", "visit", "clients", "people"],
            &["tally"],
            &["realm"],
            &["definition"],
            &["store"],
            &["credentials", "outbound", "places"],
            &["need", "ids", "user_agent", "settings"],
        ],
    ),
];

/// Rooms that only some may import, whatever their floor.
const ONLY: [(&str, &str, &[&str]); 1] = [("idp", "endpoints", &["routes"])];

/// The files of a crate and what each imports.
struct Imports {
    /// Module path to file: `journeys::submit`.
    files: BTreeMap<String, PathBuf>,
    /// Module to the modules that it imports.
    edges: BTreeMap<String, BTreeSet<String>>,
}

/// Checks floors and circles of the crates below these folders.
pub fn check(crates: &[String], breaches: &mut Vec<String>) {
    for name in crates {
        let source = root().join(name).join("src");
        if !source.is_dir() {
            continue;
        }
        let imports = read(name, &source);
        circles(name, &imports, breaches);
        if let Some((_, floors)) = FLOORS.iter().find(|(program, _)| program == name) {
            rooms(name, floors, &imports, breaches);
        }
    }
}

/// Every room has a floor, and imports go down only.
fn rooms(name: &str, floors: &[&[&str]], imports: &Imports, breaches: &mut Vec<String>) {
    let floor = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
    let listed: BTreeSet<&str> = floors.iter().flat_map(|rooms| rooms.iter().copied()).collect();
    let there: BTreeSet<&str> =
        imports.files.keys().filter(|module| *module != "lib").map(|module| room(module)).collect();
    for new in there.difference(&listed) {
        breaches.push(format!(
            "{name}/src/{new} has no floor: give it one in FLOORS (xtask/src/floors.rs)"
        ));
    }
    for gone in listed.difference(&there) {
        breaches.push(format!("xtask/src/floors.rs names {name}/src/{gone}, which is gone"));
    }
    for (from, targets) in &imports.edges {
        for to in targets {
            let (above, below) = (room(from), room(to));
            if above == below || from == "lib" {
                continue;
            }
            if let (Some(a), Some(b)) = (floor(above), floor(below))
                && a >= b
            {
                breaches.push(format!(
                    "{name}: {from} imports {to}, but {below} is not below {above}: move what it \
                     needs down, or hand it over as an argument"
                ));
            }
            let only = ONLY.iter().find(|(program, room, _)| *program == name && *room == below);
            if only.is_some_and(|(_, _, may)| !may.contains(&above)) {
                breaches.push(format!(
                    "{name}: {from} imports {to}: handlers are no library; move what it needs \
                     below them"
                ));
            }
        }
    }
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Files that import each other in a circle are one file in several: each circle is named once.
fn circles(name: &str, imports: &Imports, breaches: &mut Vec<String>) {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = imports.edges.get(from).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(imports.edges.get(next).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        imports.files.keys().map(|module| (module, reach(module))).collect();
    let mut told = BTreeSet::new();
    for (module, seen) in &reached {
        if !seen.contains(*module) {
            continue;
        }
        let circle: Vec<&str> = (seen.iter())
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(*module)))
            .map(String::as_str)
            .collect();
        if told.insert(circle.clone()) {
            breaches.push(format!(
                "{name}: these files import each other in a circle: {}; move what they share to a \
                 file that both import",
                circle.join(", ")
            ));
        }
    }
}

fn read(name: &str, source: &Path) -> Imports {
    let mut files = BTreeMap::new();
    collect(source, &mut Vec::new(), &mut files);
    let mut edges = BTreeMap::new();
    for (module, file) in &files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let is_folder = file.ends_with("mod.rs") || file.ends_with("lib.rs");
        let parents: Vec<&str> = match module.as_str() {
            "lib" | "main" => Vec::new(),
            module => module.split("::").collect(),
        };
        let targets = paths(&text)
            .iter()
            .filter_map(|path| absolute(path, &parents, is_folder, name))
            .filter_map(|path| resolve(&path, &files))
            .filter(|target| target != module)
            .collect();
        edges.insert(module.clone(), targets);
    }
    Imports { files, edges }
}

fn collect(folder: &Path, at: &mut Vec<String>, files: &mut BTreeMap<String, PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            at.push(stem);
            collect(&path, at, files);
            at.pop();
        } else if path.extension().is_some_and(|end| end == "rs") && stem != "tests" {
            let mut module = at.clone();
            if stem != "mod" {
                module.push(stem);
            }
            files.insert(module.join("::"), path);
        }
    }
}

/// The module paths that a file names: in `use` lines, and in code behind `crate::`. What a folder
/// re-exports of its own files is a sign on its door, not an import.
fn paths(text: &str) -> Vec<String> {
    let text = text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at]);
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = Vec::new();
    for statement in code.split(';') {
        let statement = statement.trim_start();
        let start = statement.rfind("\nuse ").map(|at| at + 1);
        let start = start.or_else(|| statement.starts_with("use ").then_some(0));
        if let Some(start) = start {
            let words: Vec<&str> = statement[start + 4..].split_whitespace().collect();
            expand("", &words.join(" "), &mut found);
        }
    }
    for (at, _) in code.match_indices("crate::") {
        let path = code[at..].split(|c: char| !c.is_alphanumeric() && c != ':' && c != '_');
        found.extend(path.take(1).map(str::to_owned));
    }
    found
}

/// `a::{b, c::{d, e}}` is `a::b`, `a::c::d`, `a::c::e`.
fn expand(head: &str, tree: &str, found: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        found.push(format!("{head}{}", tree.split(" as ").next().unwrap_or(tree).trim()));
        return;
    };
    let head = format!("{head}{}", tree[..open].trim());
    let inner = tree[open + 1..].trim().strip_suffix('}').unwrap_or(&tree[open + 1..]).trim();
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&head, &inner[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < inner.len() {
        expand(&head, &inner[start..], found);
    }
}

/// A path from the crate's root. `None` for other crates and for a folder's own files.
fn absolute(path: &str, module: &[&str], is_folder: bool, name: &str) -> Option<Vec<String>> {
    let mut base: Vec<&str> = module.to_vec();
    if !is_folder {
        base.pop();
    }
    let mut parts = path.split("::").peekable();
    match parts.peek()? {
        &"crate" => {
            parts.next();
            base.clear();
        }
        &"super" => {
            if is_folder {
                base.pop();
            }
            parts.next();
            while parts.peek() == Some(&"super") {
                parts.next();
                base.pop();
            }
        }
        first if *first == name => {
            parts.next();
            base.clear();
        }
        _ => return None,
    }
    Some(base.into_iter().chain(parts).map(str::to_owned).collect())
}

/// The file with the longest module path in front of this path.
fn resolve(path: &[String], files: &BTreeMap<String, PathBuf>) -> Option<String> {
    (1..=path.len()).rev().map(|n| path[..n].join("::")).find(|module| files.contains_key(module))
}

#[cfg(test)]
mod tests {
    use super::{absolute, paths};

    #[test]
    fn every_path_of_a_use_tree_is_read() {
        let text = "//! x\nuse crate::a::{B, c::{self, D}};\npub use super::e::F;\nuse std::io;\n\
                    fn f() { crate::g::h(1) }\n#[cfg(test)]\nmod tests {\n use crate::never;\n}\n";
        let found = paths(text);
        for path in ["crate::a::B", "crate::a::c::D", "std::io", "crate::g::h"] {
            assert!(found.iter().any(|one| one == path), "{path}: {found:?}");
        }
        assert!(!found.iter().any(|one| one.contains("never")));
    }

    #[test]
    fn super_is_the_folder_of_a_file() {
        let at = |path, module: &[&str], is_folder| {
            absolute(path, module, is_folder, "idp").map(|parts| parts.join("::"))
        };
        assert_eq!(at("super::b", &["x", "a"], false).as_deref(), Some("x::b"));
        assert_eq!(at("super::b", &["x"], true).as_deref(), Some("b"));
        assert_eq!(at("super::super::b", &["x", "y", "a"], false).as_deref(), Some("x::b"));
        assert_eq!(at("idp::commands::Cli", &[], false).as_deref(), Some("commands::Cli"));
        assert_eq!(at("std::io", &["a"], false), None);
    }
}
