//! The stages of a plugin, from a folder to a loaded library, or why it was refused.

use super::library_file::{self, Allowed};
use super::manifest::Manifest;
use super::reserved;
use crate::plugins::data::migrate::migrate;
use crate::plugins::data::query;
use crate::plugins::plugin::{Plugin, Running};
use crate::plugins::run::in_process::InProcess;
use crate::plugins::run::runner::Runner;
use crate::settings::{Loading, Plugins as Settings};
use db::Db;
use std::path::{Path, PathBuf};
use std::sync::Arc;
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
pub async fn all(settings: &Settings, db: &Db) -> Result<Vec<Loaded>, web::Error> {
    let allowed = Allowed::read(&settings.allowed_file).map_err(web::Error::fault)?;
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&settings.folder)
        .map_err(|error| {
            web::Error::fault(format!("plugins.folder {}: {error}", settings.folder.display()))
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
            Ok(()) => one(settings, &allowed, db, folder).await,
            Err(why) => Err(why),
        };
        loaded.push(match read {
            Ok(plugin) => Loaded::Ready(Arc::new(plugin)),
            Err(why) => Loaded::Refused { name: name.clone(), why },
        });
    }
    Ok(loaded)
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

async fn one(
    settings: &Settings,
    allowed: &Allowed,
    db: &Db,
    folder: &Path,
) -> Result<Plugin, String> {
    let name = &name_of(folder);
    // Read and check without running code.
    let text = std::fs::read_to_string(folder.join("plugin.toml")).map_err(|e| e.to_string())?;
    let manifest = Manifest::parse(&text, name)?;
    let prefix = manifest.table_prefix();
    let queries = query::read(&folder.join("queries"), &prefix)?;
    manifest.check(&queries)?;
    own_texts(&Owner::from_folder(name, folder), name)?;
    // Load in a process of its own, before anything is written.
    let library = library_file::copy(&settings.libraries, &settings.copies, name, allowed)?;
    let (runner, inside) = Runner::probe(library.clone()).await?;
    if inside != text.as_bytes() {
        return Err("the library was built with another plugin.toml; build it again".to_owned());
    }
    migrate(db, &folder.join("migrations"), &prefix).await?;
    let mut conn = db.read().await.map_err(|error| error.to_string())?;
    for (name, query) in &queries {
        query.prepare(&mut conn).await.map_err(|why| format!("query {name}: {why}"))?;
    }
    let running = match settings.loading {
        Loading::Runner => Running::Runner(Box::new(runner)),
        Loading::InProcess => Running::InProcess(InProcess::load(&library)?),
    };
    Ok(Plugin { manifest, queries: Arc::new(queries), folder: folder.to_owned(), running })
}

/// A plugin's texts begin with its id, so that it cannot change anybody else's.
fn own_texts(owner: &Owner, id: &str) -> Result<(), String> {
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
