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
use crate::plugins::mpk::Package;
use crate::plugins::mpk::trust::Trust;
use crate::plugins::plugin::{Plugin, Running};
use crate::plugins::run::in_process::InProcess;
use crate::plugins::run::runner::{Processes, Runner};
use crate::settings::{self, Loading, Settings};
use crate::store::plugin_packages::{self, Installed};
use db::Db;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use web::clock::Clock;
use web::pages::Owner;

/// What became of a plugin's folder or package.
pub enum Loaded {
    Ready(Arc<Plugin>),
    /// The plugin's id and the reason, for the log; the rest runs.
    Refused {
        name: String,
        why: String,
    },
}

/// Loads plugins: what a start, a command and an upgrade have in common.
pub struct Loader<'a> {
    pub settings: &'a Settings,
    pub db: &'a Db,
    pub keys: &'a PersonKeys,
    pub calls: &'a Calls,
}

impl Loader<'_> {
    /// Loads every plugin: the packages that are in force, and the folders below that of the settings. A
    /// folder whose plugin came as a package once is not asked.
    ///
    /// # Errors
    /// When the folder or the database cannot be read.
    pub async fn all(&self) -> Result<Vec<Loaded>, web::Error> {
        let plugins = &self.settings.plugins;
        // A slip in it must not take the insurers' own plugins, or the portal, along.
        let trust = Trust::read(&plugins.trust_file);
        let packages = plugin_packages::in_force(&mut self.db.read().await?).await?;
        let mut folders = folders(&plugins.folder)?;
        folders.retain(|folder| {
            let name = name_of(folder);
            let packed = packages.iter().any(|package| package.plugin == name);
            if packed {
                tracing::warn!(plugin = name, "comes in a package: its folder is left out");
            }
            !packed
        });
        let names: Vec<String> = folders.iter().map(|folder| name_of(folder)).collect();
        let packed = packages.iter().map(|package| package.plugin.as_str());
        let all: Vec<&str> = names.iter().map(String::as_str).chain(packed).collect();
        let mut loaded = Vec::new();
        for (folder, name) in folders.iter().zip(&names) {
            let read = match reserved::beside(name, all.iter().copied()) {
                Ok(()) => self.folder(name, folder).await,
                Err(why) => Err(why),
            };
            loaded.push(as_loaded(name, read));
        }
        for package in &packages {
            let name = &package.plugin;
            let read = match reserved::beside(name, all.iter().copied()) {
                Ok(()) => match &trust {
                    Ok(trust) => self.installed(package, trust).await?,
                    Err(why) => Err(why.clone()),
                },
                Err(why) => Err(why),
            };
            loaded.push(as_loaded(name, read));
        }
        Ok(loaded)
    }

    /// Loads one plugin: the package that is in force, or its folder; `None` when there is neither.
    ///
    /// # Errors
    /// When the folder or the database cannot be read.
    pub async fn by_id(&self, id: &str) -> Result<Option<Loaded>, web::Error> {
        let packages = plugin_packages::in_force(&mut self.db.read().await?).await?;
        let read = match packages.iter().find(|package| package.plugin == id) {
            Some(package) => match Trust::read(&self.settings.plugins.trust_file) {
                Ok(trust) => self.installed(package, &trust).await?,
                Err(why) => Err(why),
            },
            None => {
                let folders = folders(&self.settings.plugins.folder)?;
                let Some(folder) = folders.iter().find(|folder| name_of(folder) == id) else {
                    return Ok(None);
                };
                self.folder(id, folder).await
            }
        };
        Ok(Some(as_loaded(id, read)))
    }

    /// Loads a folder whose library the operator listed.
    ///
    /// # Errors
    /// Why it is refused, in words for the operator.
    pub async fn folder(&self, name: &str, folder: &Path) -> Result<Plugin, String> {
        let plugins = &self.settings.plugins;
        let allowed = match plugins.development {
            true => None,
            false => Some(Allowed::read(&plugins.allowed_file)?),
        };
        let library =
            || library_file::copy(&plugins.libraries, &plugins.copies, name, allowed.as_ref());
        self.one(name, folder, library).await
    }

    /// Loads a folder with a library that nobody listed: at its author's desk.
    ///
    /// # Errors
    /// Why it is refused, in words for its author.
    pub async fn at_desk(&self, folder: &Path, library: &Path) -> Result<Plugin, String> {
        let folder = folder.canonicalize().map_err(|e| format!("{}: {e}", folder.display()))?;
        let copy = || {
            let bytes = std::fs::read(library);
            let bytes = bytes.map_err(|e| format!("{}: {e}; build it", library.display()))?;
            library_file::keep(&self.settings.plugins.copies, &bytes)
        };
        self.one(&name_of(&folder), &folder, copy).await
    }

    /// Loads a package that is in the database, or says why it is refused.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn installed(
        &self,
        package: &Installed,
        trust: &Trust,
    ) -> Result<Result<Plugin, String>, web::Error> {
        let Installed { plugin, hash, .. } = package;
        let bytes = plugin_packages::bytes(&mut self.db.read().await?, plugin, hash).await?;
        let checked = || {
            let bytes = bytes.ok_or("its package is gone: install it again")?;
            // Whoever can write to the database is not whoever decides what runs.
            let package = Package::read(&bytes).map_err(|refusal| refusal.to_string())?;
            let origin = package.origin();
            if (&origin.plugin, &origin.hash) != (plugin, hash) {
                return Err("another package lies under its name: install it again".to_owned());
            }
            trust.runs(&origin).map_err(|refusal| refusal.to_string())?;
            Ok(package)
        };
        let at = package.installed_at;
        let dated = |mut plugin: Plugin| {
            plugin.origin.iter_mut().for_each(|origin| origin.installed_at = at);
            plugin
        };
        Ok(match checked() {
            Ok(package) => self.package(&package).await.map(dated),
            Err(why) => Err(why),
        })
    }

    /// Loads a package that was found to be trusted. Its tables are made, or extended, by this.
    ///
    /// # Errors
    /// Why it is refused, in words for the operator.
    pub async fn package(&self, package: &Package) -> Result<Plugin, String> {
        let (id, version) = (&package.contents.id, &package.contents.version);
        let unpacked = package.unpack()?;
        let folder = unpacked.path().join(id);
        let copies = &self.settings.plugins.copies;
        let library = || {
            let bytes = package.files.get(&library_file::file_name(id));
            library_file::keep(copies, bytes.ok_or("it has no library")?)
        };
        let plugin = self.one(id, &folder, library).await?;
        let inside = &plugin.manifest.plugin.version;
        if inside != version {
            return Err(format!("plugin.toml says version {inside}, its package {version}"));
        }
        Ok(Plugin { origin: Some(package.origin()), ..plugin })
    }

    async fn one(
        &self,
        name: &str,
        folder: &Path,
        library: impl FnOnce() -> Result<PathBuf, String>,
    ) -> Result<Plugin, String> {
        let place =
            Place { url: &self.settings.database, host: self.db, keys: self.keys, plugin: name };
        let plugin = one(&self.settings.plugins, &place, folder, library).await?;
        Ok(Plugin { calls: self.calls.clone(), ..plugin })
    }
}

/// The folders of plugins below one, by name.
///
/// # Errors
/// When it cannot be read.
pub fn folders(below: &Path) -> Result<Vec<PathBuf>, web::Error> {
    let entries = std::fs::read_dir(below).map_err(|error| {
        web::Error::fault(format!("plugins.folder {}: {error}", below.display()))
    })?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> =
        paths.filter(|path| path.join("plugin.toml").is_file()).collect();
    folders.sort();
    Ok(folders)
}

/// When files last changed, and how many there are.
pub type Fingerprint = (Option<SystemTime>, usize);

/// The fingerprint of a file, or of a folder without the folders below it that are called like one of `but`.
pub fn fingerprint(path: &Path, but: &[&str]) -> Fingerprint {
    let (mut left, mut newest, mut count) = (vec![path.to_owned()], None, 0);
    while let Some(path) = left.pop() {
        let Ok(about) = std::fs::metadata(&path) else { continue };
        if !about.is_dir() {
            count += 1;
            newest = newest.max(about.modified().ok());
        } else if !but.contains(&name_of(&path).as_str()) {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        }
    }
    (newest, count)
}

fn as_loaded(name: &str, read: Result<Plugin, String>) -> Loaded {
    match read {
        Ok(plugin) => Loaded::Ready(Arc::new(plugin)),
        Err(why) => Loaded::Refused { name: name.to_owned(), why },
    }
}

/// The manifests of all plugins that can be read, by id: of a folder's, and of the packages that are in
/// force.
///
/// # Errors
/// When the folder or the database cannot be read.
pub async fn manifests(folder: &Path, db: &Db) -> Result<BTreeMap<String, Manifest>, web::Error> {
    let mut found = BTreeMap::new();
    for folder in folders(folder)? {
        let name = name_of(&folder);
        let Ok(text) = std::fs::read_to_string(folder.join("plugin.toml")) else { continue };
        if let Ok(manifest) = Manifest::parse(&text, &name) {
            found.insert(name, manifest);
        }
    }
    let mut conn = db.read().await?;
    for Installed { plugin, hash, .. } in plugin_packages::in_force(&mut conn).await? {
        let bytes = plugin_packages::bytes(&mut conn, &plugin, &hash).await?;
        if let Some(Ok(package)) = bytes.map(|bytes| Package::read(&bytes))
            && let Ok(manifest) = package.manifest()
        {
            found.insert(plugin, manifest);
        }
    }
    Ok(found)
}

pub fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

async fn one(
    plugins: &settings::Plugins,
    place: &Place<'_>,
    folder: &Path,
    library: impl FnOnce() -> Result<PathBuf, String>,
) -> Result<Plugin, String> {
    let name = place.plugin;
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
    let library = library()?;
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
            let prepared = database.prepare(printed.sql.clone()).await;
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
    let (queries, calls, origin) = (Arc::new(queries), Calls::default(), None);
    Ok(Plugin { manifest, tables, queries, statements, database, owner, origin, calls, running })
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
