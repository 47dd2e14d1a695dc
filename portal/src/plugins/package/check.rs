//! All that is wrong with a plugin, before anybody installs it: what a start, an import or a page would
//! find, without a database and without writing anything.

use super::library_file;
use super::load::{declared_tables, no_links, own_texts};
use super::manifest::Manifest;
use super::reserved;
use crate::plugins::border::host::{Allowed, CallFault};
use crate::plugins::data::query::{self, Queries};
use crate::plugins::data::sql::check::Schema;
use crate::plugins::data::statement;
use crate::plugins::data::tables::Tables;
use crate::plugins::form::sampled;
use crate::plugins::run::runner::{Processes, Runner};
use sdk::abi;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use web::Pages;
use web::pages::Owner;
use web::testing::drawn;

/// What a plugin is checked with.
pub struct Checking<'a> {
    pub folder: &'a Path,
    /// The library, when it lies elsewhere than `libraries`.
    pub library: Option<&'a Path>,
    pub libraries: &'a Path,
    pub themes: &'a Path,
    /// The portal's own templates and texts.
    pub portal: Owner,
}

/// How long a handler may take to say that it is there.
const ANSWERS: Duration = Duration::from_secs(2);

impl Checking<'_> {
    /// What is wrong, in the order of the files; nothing when all is right. The manifest comes along
    /// when it can be read.
    pub async fn run(&self) -> (Option<Manifest>, Vec<String>) {
        let mut wrong = Vec::new();
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.to_owned());
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = match std::fs::read_to_string(folder.join("plugin.toml")) {
            Ok(text) => text,
            Err(error) => return (None, vec![format!("plugin.toml: {error}")]),
        };
        let manifest = match Manifest::parse(&text, &name) {
            Ok(manifest) => manifest,
            Err(why) => return (None, vec![format!("plugin.toml: {why}")]),
        };
        wrong.extend(no_links(&folder).err());
        wrong.extend(reserved::check(&name).err());
        wrong.extend(data(&manifest, &folder));
        let owner = Owner::from_folder(&name, &folder);
        wrong.extend(texts(&manifest, &owner, &folder));
        wrong.extend(self.pages(&manifest, &owner, &folder));
        wrong.extend(self.code(&manifest, &text, &name).await);
        (Some(manifest), wrong)
    }

    /// Templates and their samples, in every theme and language.
    fn pages(&self, manifest: &Manifest, owner: &Owner, folder: &Path) -> Vec<String> {
        let mut wrong: Vec<String> = owner.check().err().into_iter().collect();
        let owners = [self.portal.clone(), owner.clone()];
        let pages = match Pages::load_usable(self.themes, &owners) {
            Ok((mut pages, refused)) => {
                wrong.extend(refused.iter().chain(&pages.left_out).map(ToString::to_string));
                pages.strict = true;
                Arc::new(pages)
            }
            Err(_) if !self.themes.join("base").is_dir() => {
                let themes = self.themes.display();
                wrong.push(format!(
                    "themes: there are none in {themes}: name the portal's folder in the settings (`themes`) \
                     or by MUSUBI_PORTAL_THEMES"
                ));
                return wrong;
            }
            Err(why) => {
                wrong.push(why.to_string());
                return wrong;
            }
        };
        for (file, text) in owner.templates.iter().filter(|(file, _)| !file.starts_with('_')) {
            let Some(stem) = file.strip_suffix(".html") else {
                wrong.push(format!("templates/{file}: a template's name ends with .html"));
                continue;
            };
            let at = format!("samples/{stem}.json");
            let samples = std::fs::read_to_string(folder.join(&at)).map_err(|e| e.to_string());
            let samples = samples.and_then(|text| {
                serde_json::from_str::<Vec<Value>>(&text).map_err(|error| error.to_string())
            });
            match samples {
                Err(why) => wrong.push(format!("{at}: a list of states of the page: {why}")),
                Ok(samples) if samples.is_empty() => {
                    wrong.push(format!("{at}: write at least one state of the page"));
                }
                Ok(samples) => {
                    let template = format!("{}/{file}", owner.id);
                    wrong.extend(states(&pages, (manifest, &template), &samples, &at));
                    wrong.extend(unknown_fields(file, text, &samples, &at));
                }
            }
        }
        wrong
    }

    /// The library, and whether it has what the manifest names.
    async fn code(&self, manifest: &Manifest, text: &str, name: &str) -> Vec<String> {
        let file = self.libraries.join(library_file::file_name(name));
        let file: PathBuf = self.library.map_or(file, Path::to_owned);
        let Ok(file) = file.canonicalize() else {
            return vec![format!("{}: is not there; build it", file.display())];
        };
        let processes = Processes { shared: true, most: 1, needs_landlock: false };
        let (runner, inside) = match Runner::probe(file, name, processes).await {
            Ok(probed) => probed,
            Err(why) => return vec![format!("library: {why}")],
        };
        let mut wrong = Vec::new();
        if inside != text.as_bytes() {
            let why = "library: was built with another plugin.toml; build it again";
            wrong.push(why.to_owned());
        }
        let pages = manifest.route.iter().map(|route| (abi::PAGE, "pages", &route.handler));
        let staff = manifest.staff.iter().map(|page| (abi::PAGE, "pages", &page.handler));
        let pages = pages.chain(staff);
        let cards = manifest.card.iter().map(|card| (abi::CARD, "cards", &card.handler));
        let actions = manifest.action.iter().map(|a| (abi::ACTION, "actions", &a.handler));
        let jobs = manifest.job.iter().map(|job| (abi::JOB, "jobs", &job.handler));
        let events = manifest.listens.iter().map(|l| (abi::EVENT, "events", &l.handler));
        let checks = manifest.importer.iter().filter_map(|importer| importer.check.as_ref());
        let checks = checks.map(|handler| (abi::CHECK, "checks", handler));
        for (op, list, handler) in
            pages.chain(cards).chain(actions).chain(jobs).chain(events).chain(checks)
        {
            // Without data it cannot do its work; that it is there is all that is asked.
            let request = json!({"handler": handler, "lang": "ja", "base": "/x/p/x", "rows": [], "form": {},
                                "today": "2026-04-01", "fresh": "x", "event": {"id": "x"}});
            let allowed = Arc::new(Allowed::nothing("check", name));
            let body = request.to_string().into_bytes();
            match runner.call(allowed, op, body, ANSWERS).await {
                Ok((abi::E_NOT_DECLARED, body)) if says_no_handler(&body) => wrong.push(format!(
                    "plugin.toml: handler {handler:?} is not in the library: name it under {list}: \
                     in sdk::plugin!"
                )),
                Ok((abi::E_PANIC, _)) => {
                    wrong.push(format!("handler {handler}: panics when its queries fail"));
                }
                Err(CallFault::Slow) => wrong.push(format!("handler {handler}: does not answer")),
                Err(fault) => wrong.push(format!("handler {handler}: {fault:?}")),
                Ok(_) => {}
            }
        }
        wrong
    }
}

fn says_no_handler(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("no handler ")
}

/// Tables, importers, queries, and what pages may use of them.
fn data(manifest: &Manifest, folder: &Path) -> Vec<String> {
    let tables: Tables = match declared_tables(folder) {
        Ok(tables) => tables,
        Err(why) => return vec![why],
    };
    let mut wrong = Vec::new();
    let imported = manifest.imported(&tables).unwrap_or_else(|why| {
        wrong.push(why);
        BTreeSet::new()
    });
    let schema = Schema { tables: &tables, imported: &imported };
    let (queries, faults): (Queries, Vec<String>) =
        query::read_all(&folder.join("queries"), &schema);
    // A query that is wrong is not one that is missing.
    let (statements, more) = statement::read_all(&folder.join("statements"), &schema);
    if faults.is_empty() && more.is_empty() {
        wrong.extend(manifest.check(&queries, &statements).err());
    }
    wrong.extend(faults);
    wrong.extend(more);
    wrong
}

/// Texts: whose they are, the same in each language, and those that are named.
fn texts(manifest: &Manifest, owner: &Owner, folder: &Path) -> Vec<String> {
    let mut wrong: Vec<String> = own_texts(owner, &owner.id).err().into_iter().collect();
    let keys = |lang: &str| -> BTreeSet<String> {
        let lines = owner.messages.get(lang).into_iter().flat_map(|text| text.lines());
        let plain = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
        let keys = lines.filter(plain).filter_map(|line| line.split_once('='));
        keys.map(|(key, _)| key.trim().to_owned()).collect()
    };
    let by_lang: BTreeMap<&str, BTreeSet<String>> =
        ["ja", "en"].into_iter().map(|lang| (lang, keys(lang))).collect();
    for (lang, other) in [("ja", "en"), ("en", "ja")] {
        for key in by_lang[other].difference(&by_lang[lang]) {
            wrong.push(format!("messages/{lang}.ftl: {key} is missing, {other}.ftl has it"));
        }
    }
    let menus = manifest.menu.iter().map(|menu| &menu.label);
    let menus = menus.chain(manifest.staff.iter().filter_map(|page| page.menu.as_ref()));
    let files = manifest.importer.iter().filter_map(|importer| importer.label.as_ref());
    for (what, label) in
        menus.map(|label| ("menu", label)).chain(files.map(|label| ("importer", label)))
    {
        if by_lang.values().all(|keys| !keys.contains(label)) {
            wrong.push(format!("plugin.toml: {what}: there is no text {label} in messages/"));
        }
    }
    let mut named = BTreeSet::new();
    quoted(&folder.join("src"), &format!("{}-", owner.id), &mut named);
    for key in named {
        if by_lang.values().all(|keys| !keys.contains(&key)) {
            wrong.push(format!("messages/: there is no text {key}, which src/ names"));
        }
    }
    for told in &manifest.notification {
        for what in ["title", "text"] {
            let key = format!("{}-{}-{what}", owner.id, told.id);
            if by_lang.values().any(|keys| !keys.contains(&key)) {
                wrong
                    .push(format!("plugin.toml: notification {}: there is no text {key}", told.id));
            }
        }
    }
    if manifest.plugin.name.ja.is_empty() {
        wrong.push("plugin.toml: name.ja is empty".to_owned());
    }
    let named = manifest.route.is_empty() && manifest.card.is_empty() && manifest.staff.is_empty();
    if named && folder.join("templates").exists() {
        wrong.push("plugin.toml: no [[route]] leads to the templates".to_owned());
    }
    wrong
}

/// The texts between quotes in Rust files that begin like the plugin's messages: what a form says, a card, a
/// document. One that is put together there is not seen.
fn quoted(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            quoted(&path, prefix, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let literals = text.split('"').skip(1).step_by(2);
            let literals =
                literals.filter(|text| text.starts_with(prefix) && text.chars().all(word));
            found.extend(literals.filter(|text| !text.ends_with('-')).map(str::to_owned));
        }
    }
}

/// Fields that the template names and the page does not have: in a condition such a one is silently
/// nothing.
fn unknown_fields(file: &str, text: &str, samples: &[Value], at: &str) -> Vec<String> {
    let known: BTreeSet<&str> = samples
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|page| page.keys().map(String::as_str))
        .collect();
    let mut wrong = Vec::new();
    for (n, line) in text.lines().enumerate() {
        for (start, _) in line.match_indices("page.") {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let rest = &line[start + 5..];
            let name = &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())];
            let whole = !line[..start].ends_with(|c: char| word(c) || c == '.');
            let hosts = ["forms", "failed"].contains(&name);
            if whole && !name.is_empty() && !hosts && !known.contains(name) {
                let n = n + 1;
                wrong.push(format!("templates/{file}: line {n}: page.{name} is not in {at}"));
            }
        }
    }
    wrong
}

/// What is wrong with a page in one of its states; each fault once, whatever the theme.
fn states(
    pages: &Arc<Pages>,
    (manifest, template): (&Manifest, &str),
    samples: &[Value],
    at: &str,
) -> Vec<String> {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for theme in pages.theme_ids() {
        for lang in ["ja", "en"] {
            let messages = pages.theme(theme).messages(lang);
            let (states, missing) = sampled::beside(manifest, messages, samples);
            for key in missing {
                let why = format!("messages/{lang}.ftl: {key} is missing: a form shows it");
                if seen.insert((0, why.clone())) {
                    wrong.push(why);
                }
            }
            for (n, state) in states.iter().enumerate() {
                let Err(error) = drawn(pages, theme, (lang, true), template, state) else {
                    continue;
                };
                let why = error.to_string();
                let first = why.lines().next().unwrap_or_default().to_owned();
                let n = n % samples.len() + 1;
                if seen.insert((n, first.clone())) {
                    let place = why.lines().find(|line| line.contains("-->"));
                    let place = place.unwrap_or_default().trim();
                    wrong.push(format!("{at}, state {n}, {theme}, {lang}: {first} {place}"));
                }
            }
        }
    }
    wrong
}
