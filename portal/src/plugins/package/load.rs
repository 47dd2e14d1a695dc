//! The stages of a plugin, from a folder to a loaded library, or why it was refused.

use super::library_file::{self, Allowed};
use super::manifest::Manifest;
use super::reserved;
use crate::plugins::calls::Calls;
use crate::plugins::data::carry;
use crate::plugins::data::database::{Database, Place};
use crate::plugins::data::people::{People, PersonKeys};
use crate::plugins::data::query;
use crate::plugins::data::sql::check::Schema;
use crate::plugins::data::statement;
use crate::plugins::data::tables::Tables;
use crate::plugins::plugin::{Plugin, Running};
use crate::plugins::run::in_process::InProcess;
use crate::plugins::run::runner::{Processes, Runner};
use crate::settings::{Loading, Settings};
use db::Db;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::clock::Clock;
use web::pages::Owner;

/// What became of a plugin's folder.
pub enum Loaded {
    Ready(Arc<Plugin>),
    /// The folder's name and the reason, for the log; the rest runs.
    Refused {
        name: String,
        why: String,
    },
}

/// Loads every plugin below the folder of the settings.
///
/// # Errors
/// When the folder or the list of allowed libraries cannot be read.
pub async fn all(
    settings: &Settings,
    db: &Db,
    keys: &PersonKeys,
    calls: &Calls,
) -> Result<Vec<Loaded>, web::Error> {
    let plugins = &settings.plugins;
    let allowed = Allowed::read(&plugins.allowed_file).map_err(web::Error::fault)?;
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&plugins.folder)
        .map_err(|error| {
            web::Error::fault(format!("plugins.folder {}: {error}", plugins.folder.display()))
        })?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("plugin.toml").is_file())
        .collect();
    folders.sort();
    let mut loaded = Vec::new();
    let names: Vec<String> = folders.iter().map(|folder| name_of(folder)).collect();
    for (folder, name) in folders.iter().zip(&names) {
        let beside = reserved::beside(name, names.iter().map(String::as_str));
        let read = match beside {
            Ok(()) => {
                let place = Place { url: &settings.database, host: db, keys, plugin: name };
                one(settings, &allowed, &place, folder).await
            }
            Err(why) => Err(why),
        };
        loaded.push(match read {
            Ok(plugin) => Loaded::Ready(Arc::new(Plugin { calls: calls.clone(), ..plugin })),
            Err(why) => Loaded::Refused { name: name.clone(), why },
        });
    }
    Ok(loaded)
}

/// The manifests of a folder's plugins that can be read, by id.
///
/// # Errors
/// When the folder cannot be read.
pub fn manifests(folder: &Path) -> Result<BTreeMap<String, Manifest>, String> {
    let said = |error: std::io::Error| format!("plugins.folder {}: {error}", folder.display());
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(said)?.flatten() {
        let name = name_of(&entry.path());
        let Ok(text) = std::fs::read_to_string(entry.path().join("plugin.toml")) else { continue };
        if let Ok(manifest) = Manifest::parse(&text, &name) {
            found.insert(name, manifest);
        }
    }
    Ok(found)
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

async fn one(
    settings: &Settings,
    allowed: &Allowed,
    place: &Place<'_>,
    folder: &Path,
) -> Result<Plugin, String> {
    let name = place.plugin;
    let plugins = &settings.plugins;
    // Read and check without running code.
    let text = std::fs::read_to_string(folder.join("plugin.toml")).map_err(|e| e.to_string())?;
    let manifest = Manifest::parse(&text, name)?;
    let tables = declared_tables(folder)?;
    let imported = manifest.imported(&tables)?;
    let schema = Schema { tables: &tables, imported: &imported };
    let queries = query::read(&folder.join("queries"), &schema)?;
    let (statements, mut wrong) = statement::read_all(&folder.join("statements"), &schema);
    if !wrong.is_empty() {
        return Err(wrong.remove(0));
    }
    manifest.check(&queries, &statements)?;
    no_links(folder)?;
    let owner = Owner::from_folder(name, folder);
    own_texts(&owner, name)?;
    owner.check()?;
    // Load in a process of its own, before anything is written.
    let processes = Processes {
        shared: plugins.shared_runners,
        most: plugins.runners,
        needs_landlock: plugins.needs_landlock,
    };
    let library = library_file::copy(&plugins.libraries, &plugins.copies, name, allowed)?;
    let (runner, inside) = Runner::probe(library.clone(), name, processes).await?;
    if inside != text.as_bytes() {
        return Err("the library was built with another plugin.toml; build it again".to_owned());
    }
    let database = match tables.table.is_empty() {
        true => None,
        false => Some(Arc::new(Database::open(place, &schema).await?)),
    };
    if let Some(database) = &database {
        carry(place, database, &manifest, &tables).await?;
        for (name, query) in &queries {
            let printed = query.printed(database.engine(), &People::default());
            let prepared = database.prepare(printed.sql).await;
            prepared.map_err(|error| format!("queries/{name}.sql: {error}"))?;
        }
        for (name, statement) in &statements {
            let prepared = database.prepare_write(statement).await;
            prepared.map_err(|error| format!("statements/{name}.sql: {error}"))?;
        }
    }
    let running = match plugins.loading {
        Loading::Runner => Running::Runner(Box::new(runner)),
        Loading::InProcess => Running::InProcess(InProcess::load(&library)?),
    };
    let (queries, folder) = (Arc::new(queries), folder.to_owned());
    let calls = Calls::default();
    Ok(Plugin { manifest, tables, queries, statements, database, folder, calls, running })
}

/// Carries over what the last release kept in the portal's own database.
async fn carry(
    place: &Place<'_>,
    database: &Database,
    manifest: &Manifest,
    tables: &Tables,
) -> Result<(), String> {
    for importer in &manifest.importer {
        let Some((name, table)) = tables.table.get_key_value(&importer.table) else { continue };
        let Some(was) = &table.was else { continue };
        // Only its own: the names of old tables began with the plugin's.
        if !was.table.starts_with(&format!("{}_", place.plugin.replace('-', "_"))) {
            return Err(format!("tables.toml: table {name}: was: {} is not its own", was.table));
        }
        let (host, keys, importer) = (place.host, place.keys, importer.id.as_str());
        let now = Clock::system().now();
        let carrying = carry::Carrying { host, keys, database, name, table, was, importer, now };
        let carried = carrying.run().await;
        carried.map_err(|error| format!("table {name} of the last release: {error}"))?;
    }
    Ok(())
}

/// What `tables.toml` declares; nothing when there is none.
///
/// # Errors
/// What is wrong with it and what to write.
pub fn declared_tables(folder: &Path) -> Result<Tables, String> {
    if folder.join("migrations").exists() {
        return Err("migrations/: declare the tables in tables.toml in place of them, see the \
                    guide"
            .to_owned());
    }
    match std::fs::read_to_string(folder.join("tables.toml")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Tables::default()),
        Err(error) => Err(format!("tables.toml: {error}")),
        Ok(text) => Tables::parse(&text).map_err(|why| format!("tables.toml: {why}")),
    }
}

/// A package is its own files: a link would show what lies elsewhere.
pub(super) fn no_links(folder: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let kind = entry.file_type().map_err(|error| error.to_string())?;
        if kind.is_symlink() {
            return Err(format!(
                "{}: is a link; put the file itself there",
                entry.path().display()
            ));
        }
        if kind.is_dir() {
            no_links(&entry.path())?;
        }
    }
    Ok(())
}

/// A plugin's texts begin with its id, so that it cannot change anybody else's.
pub(super) fn own_texts(owner: &Owner, id: &str) -> Result<(), String> {
    let prefix = format!("{id}-");
    for (lang, text) in &owner.messages {
        let foreign = text.lines().find_map(|line| {
            let (key, _) = line.split_once('=')?;
            let names = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
            (names && !key.starts_with(&prefix)).then(|| key.trim().to_owned())
        });
        if let Some(key) = foreign {
            return Err(format!("messages/{lang}.ftl: {key} does not begin with {prefix}"));
        }
    }
    Ok(())
}
