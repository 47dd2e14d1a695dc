//! The plugins that answer, and the pages that their templates are part of: they change together, and a
//! request goes on with those that it began with. An old version ends when nobody uses it any more.

use crate::plugins::mpk::trust::{Origin, Trust};
use crate::plugins::package::load::{self, Fingerprint, Loader};
use crate::plugins::package::{library_file, reserved};
use crate::plugins::{Plugin, Plugins};
use crate::settings::{self, Settings};
use crate::store::plugin_packages::{self, Installed};
use include_dir::{Dir, include_dir};
use semver::Version;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use web::pages::Owner;
use web::{Error, Pages};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");

/// What a request finds when it begins.
pub struct InForce {
    pub plugins: Plugins,
    pub pages: Arc<Pages>,
    /// At an author's desk: the folders as they were when this was made.
    folders: Folders,
}

/// Of each folder what the portal reads of it, and its library.
type Folders = BTreeMap<PathBuf, [Fingerprint; 2]>;

fn folders(settings: &settings::Plugins) -> Result<Folders, Error> {
    let found = if settings.development { load::folders(&settings.folder)? } else { Vec::new() };
    let known = found.into_iter().map(|folder| {
        let library = library_file::file_name(&load::name_of(&folder));
        let library = settings.libraries.join(library);
        let fingerprints = [
            load::fingerprint(&folder, &["src", "target", "tests"]),
            load::fingerprint(&library, &[]),
        ];
        (folder, fingerprints)
    });
    Ok(known.collect())
}

impl InForce {
    /// Puts the plugins' templates and texts beside the portal's own. A plugin whose cannot be used is left
    /// out by name, and so is a theme; the rest runs.
    ///
    /// # Errors
    /// When the portal's own pages or the base theme cannot be used.
    pub fn new(settings: &Settings, mut plugins: Plugins) -> Result<Self, Error> {
        let owners = |plugins: &Plugins| -> Vec<Owner> {
            std::iter::once(owner())
                .chain(plugins.values().map(|plugin| plugin.owner.clone()))
                .collect()
        };
        let (mut pages, refused) = match Pages::load_usable(&settings.themes, &owners(&plugins)) {
            Ok(loaded) => loaded,
            Err(_) => {
                // Somebody's cannot be used: each plugin alone says whose.
                plugins.retain(|id, plugin| {
                    let alone = [owner(), plugin.owner.clone()];
                    let loaded = Pages::load_usable(&settings.themes, &alone);
                    if let Err(why) = &loaded {
                        tracing::error!(plugin = id, %why, "plugin refused: mend its template or text");
                    }
                    loaded.is_ok()
                });
                Pages::load_usable(&settings.themes, &owners(&plugins))?
            }
        };
        for why in refused {
            tracing::error!(%why, "theme left out: mend it and restart; insurers that have it are too");
        }
        for why in &pages.left_out {
            tracing::error!(%why, "the plugin's own page is drawn: mend the theme's");
        }
        pages.unsigned = settings.plugins.development;
        let pages = Arc::new(pages);
        Ok(Self { plugins, pages, folders: folders(&settings.plugins)? })
    }
}

/// Packages that could not be loaded: a start every second helps nobody.
#[derive(Default)]
pub struct Failed {
    tried: Mutex<HashMap<String, Tried>>,
    trust: Mutex<Looked>,
}

/// What the last looks at the trust file found.
#[derive(Default)]
struct Looked {
    last: Option<Trust>,
    /// What was found twice running: a file that is being written is seen half only once.
    taken: Option<Trust>,
    /// What was wrong with it, when it is known.
    told: Option<String>,
}

/// A package that was tried, whom the operator trusted then, and when.
struct Tried {
    package: Installed,
    trust: Trust,
    at: Instant,
}

/// How long after a failure a package is tried again when nothing changes.
const AGAIN: Duration = Duration::from_secs(60);

impl Failed {
    /// Whom the operator trusts, after this look; nobody knows yet at the first.
    fn trusted(&self, read: Result<Trust, String>) -> Option<Trust> {
        let mut looked = self.trust.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match read {
            Ok(trust) => {
                looked.told = None;
                let first = looked.taken.is_none();
                if first || looked.last.as_ref() == Some(&trust) {
                    looked.taken = Some(trust.clone());
                }
                looked.last = Some(trust);
            }
            Err(why) if looked.told.as_ref() != Some(&why) => {
                tracing::error!(why, "the trust file cannot be used; what it said before counts");
                looked.told = Some(why);
            }
            Err(_) => {}
        }
        looked.taken.clone()
    }

    fn lately(&self, package: &Installed, trust: &Trust) -> bool {
        let failed = self.tried.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        failed.get(&package.plugin).is_some_and(|tried| {
            tried.package == *package && tried.trust == *trust && tried.at.elapsed() < AGAIN
        })
    }

    fn note(&self, package: &Installed, trust: &Trust) {
        let mut failed = self.tried.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (at, trust) = (Instant::now(), trust.clone());
        failed.insert(package.plugin.clone(), Tried { package: package.clone(), trust, at });
    }
}

impl InForce {
    /// What answers after operators installed, upgraded, rolled back or removed packages, or changed whom
    /// they trust; `None` when nothing changed. A package that cannot be loaded leaves the one before it in
    /// force, unless that is not trusted any more.
    ///
    /// # Errors
    /// When the database or the trust file cannot be read.
    pub async fn next(&self, loader: &Loader<'_>, failed: &Failed) -> Result<Option<Self>, Error> {
        let Some(trust) = failed.trusted(Trust::read(&loader.settings.plugins.trust_file)) else {
            return Ok(None);
        };
        let wanted = plugin_packages::in_force(&mut loader.db.read().await?).await?;
        let mut plugins = self.plugins.clone();
        let mut ended = Vec::new();
        plugins.retain(|id, plugin| {
            let Some(origin) = &plugin.origin else { return true };
            let runs = trust.runs(origin).map_err(|refusal| refusal.to_string());
            let wanted = wanted.iter().any(|package| package.plugin == *id);
            let stays = runs.and(wanted.then_some(()).ok_or("was removed".to_owned()));
            ended.extend(stays.as_ref().err().map(|why| (id.clone(), why.clone())));
            stays.is_ok()
        });
        if !ended.is_empty() {
            // What ends does so at once, whatever else cannot be loaded; the rest comes with the next look.
            for (plugin, why) in ended {
                tracing::warn!(plugin, why, "plugin ends");
            }
            let (pages, folders) = (self.pages.clone(), self.folders.clone());
            return Ok(Some(Self { plugins, pages, folders }));
        }
        let mut changed = false;
        for package in &wanted {
            let id = &package.plugin;
            let known = plugins.get(id).and_then(|plugin| plugin.origin.as_ref());
            let same = |origin: &Origin| {
                (&origin.hash, origin.installed_at) == (&package.hash, package.installed_at)
            };
            if known.is_some_and(same) || failed.lately(package, &trust) {
                continue;
            }
            let others = plugins.keys().chain(wanted.iter().map(|package| &package.plugin));
            let beside = reserved::beside(id, others.map(String::as_str));
            let (plugin, version) = (id, &package.version);
            let loaded = match beside {
                Ok(()) => loader.installed(package, &trust).await?,
                Err(why) => Err(why),
            };
            match loaded.and_then(|loaded| drawn(loader.settings, loaded)) {
                Ok(loaded) => {
                    tracing::info!(plugin, version, "plugin loaded");
                    plugins.insert(id.clone(), Arc::new(loaded));
                    changed = true;
                }
                Err(why) => {
                    tracing::error!(plugin, version, why, "package refused");
                    failed.note(package, &trust);
                }
            }
        }
        let folders = folders(&loader.settings.plugins)?;
        if folders != self.folders {
            changed = true;
            self.take_changed(loader, &folders, &mut plugins).await;
        }
        // What changed while it was read is seen at the next look.
        Ok(if changed {
            Some(Self { folders, ..Self::new(loader.settings, plugins)? })
        } else {
            None
        })
    }

    /// Loads the folders that changed. One that cannot be loaded leaves the version before in force.
    async fn take_changed(&self, loader: &Loader<'_>, folders: &Folders, plugins: &mut Plugins) {
        let packed = |plugin: &Plugin| plugin.origin.is_some();
        for (folder, fingerprint) in folders {
            let plugin = load::name_of(folder);
            let known = self.folders.get(folder) == Some(fingerprint);
            if known || plugins.get(&plugin).is_some_and(|plugin| packed(plugin)) {
                continue;
            }
            let loaded = loader.folder(&plugin, folder).await;
            match loaded.and_then(|loaded| drawn(loader.settings, loaded)) {
                Ok(loaded) => {
                    tracing::info!(plugin, "plugin loaded anew");
                    plugins.insert(plugin, Arc::new(loaded));
                }
                Err(why) => tracing::error!(plugin, why, "plugin refused"),
            }
        }
        plugins.retain(|id, plugin| {
            packed(plugin) || folders.keys().any(|folder| load::name_of(folder) == *id)
        });
    }
}

/// The package before another, by version: what was called back is no way out.
pub fn before(all: Vec<Installed>, was: &Installed, trust: &Trust) -> Option<Installed> {
    let number = |package: &Installed| Version::parse(&package.version).ok();
    let lower =
        |package: &Installed| number(package) < number(was) && !trust.has_revoked(&package.hash);
    let lower = all.into_iter().filter(lower);
    lower.max_by_key(|package| (number(package), package.installed_at))
}

/// The plugin again, when its templates and texts can be used.
pub fn drawn(settings: &Settings, plugin: Plugin) -> Result<Plugin, String> {
    let alone = [owner(), plugin.owner.clone()];
    let pages = Pages::load_usable(&settings.themes, &alone);
    pages.map(|_| plugin).map_err(|error| error.to_string())
}

/// The program's own templates and texts.
pub fn owner() -> Owner {
    Owner::embedded("portal", &TEMPLATES, &MESSAGES)
}
