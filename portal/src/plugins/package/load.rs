//! The stages of a plugin, from a folder to a loaded library, or why it was refused.

use super::manifest::Manifest;
use crate::plugins::border::host::{Allowed, CallFault, Deadline, read_reply};
use crate::plugins::data::fence;
use crate::plugins::data::query::{self, Queries};
use crate::plugins::run::in_process::InProcess;
use crate::plugins::run::runner::Runner;
use crate::settings::{Loading, Plugins as Settings};
use db::{Db, Migration};
use secret::hash;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::pages::Owner;

/// A plugin that is ready to be called.
pub struct Plugin {
    pub manifest: Manifest,
    pub queries: Arc<Queries>,
    pub folder: PathBuf,
    running: Running,
}

enum Running {
    Runner(Box<Runner>),
    InProcess(InProcess),
}

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
pub async fn all(settings: &Settings, db: &Db) -> Result<Vec<Loaded>, web::Error> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&settings.folder)
        .map_err(|error| {
            web::Error::Fault(format!("plugins.folder {}: {error}", settings.folder.display()))
        })?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("plugin.toml").is_file())
        .collect();
    folders.sort();
    let mut loaded = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        loaded.push(match one(settings, db, &folder, &name).await {
            Ok(plugin) => Loaded::Ready(Arc::new(plugin)),
            Err(why) => Loaded::Refused { name, why },
        });
    }
    Ok(loaded)
}

async fn one(settings: &Settings, db: &Db, folder: &Path, name: &str) -> Result<Plugin, String> {
    // Read and check without running code.
    let text = std::fs::read_to_string(folder.join("plugin.toml")).map_err(|e| e.to_string())?;
    let manifest = Manifest::parse(&text, name)?;
    let prefix = manifest.table_prefix();
    let queries = query::read(&folder.join("queries"), &prefix)?;
    manifest.check(&queries)?;
    own_texts(&Owner::from_folder(name, folder), name)?;
    // Load in a process of its own, before anything is written.
    let library = copy(settings, name)?;
    let (runner, inside) = Runner::probe(library.clone()).await?;
    if inside != text.as_bytes() {
        return Err("the library was built with another plugin.toml; build it again".to_owned());
    }
    migrate(db, folder, &prefix).await?;
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

/// A copy named by its hash is what gets loaded: a file that is overwritten while it is mapped
/// is a crash, and the same name twice is silently the old code.
fn copy(settings: &Settings, name: &str) -> Result<PathBuf, String> {
    let file = settings.libraries.join(format!("lib{}.so", name.replace('-', "_")));
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let hex: String = hash::sha256(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::create_dir_all(&settings.copies).map_err(|error| error.to_string())?;
    let folder = settings.copies.canonicalize().map_err(|error| error.to_string())?;
    let copy = folder.join(format!("{hex}.so"));
    if !copy.is_file() {
        let half = folder.join(format!("{hex}.{}.part", std::process::id()));
        std::fs::write(&half, &bytes).map_err(|error| error.to_string())?;
        std::fs::rename(&half, &copy).map_err(|error| error.to_string())?;
    }
    Ok(copy)
}

async fn migrate(db: &Db, folder: &Path, prefix: &str) -> Result<(), String> {
    let mut files = Vec::new();
    if let Ok(entries) = std::fs::read_dir(folder.join("migrations")) {
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let sql = std::fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            fence::migration(&sql, prefix).map_err(|why| format!("migration {name}: {why}"))?;
            files.push(Migration::new(&name, &sql).map_err(|error| error.to_string())?);
        }
    }
    let ledger = format!("migrations_{}", prefix.trim_end_matches('_'));
    db.migrate(&ledger, &files).await.map_err(|error| error.to_string())
}

impl Plugin {
    pub fn id(&self) -> &str {
        &self.manifest.plugin.id
    }

    /// The plugin's templates and texts.
    pub fn owner(&self) -> Owner {
        Owner::from_folder(self.id(), &self.folder)
    }

    /// Calls a handler and reads its reply: `R` is the shape of the op. A page or card whose process died is asked once more: reading twice does
    /// no harm.
    pub async fn call<R: DeserializeOwned>(
        &self,
        allowed: Allowed,
        op: u32,
        request: &Value,
        deadline: Deadline,
    ) -> Result<R, CallFault> {
        let allowed = Arc::new(allowed);
        let body = request.to_string().into_bytes();
        let reply = match &self.running {
            Running::InProcess(plugin) => plugin.call(allowed, op, body, deadline).await?,
            Running::Runner(runner) => {
                match runner.call(allowed.clone(), op, body.clone(), deadline).await {
                    Err(CallFault::Crashed) => runner.call(allowed, op, body, deadline).await?,
                    other => other?,
                }
            }
        };
        read_reply(&reply)
    }

    /// The id of the runner's process, when there is one.
    pub async fn process_id(&self) -> Option<u32> {
        match &self.running {
            Running::Runner(runner) => runner.process_id().await,
            Running::InProcess(_) => None,
        }
    }
}
