//! What every request finds: settings, database, insurers, plugins, pages.

use crate::bearer::Bearers;
use crate::in_force::{Failed, InForce};
use crate::insurers::registry::Registry;
use crate::insurers::{definition, offer};
use crate::paper::font::Font;
use crate::plugins::calls::Calls;
use crate::plugins::data::carrier::Carrier;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::package::load::Loader;
use crate::plugins::{Loaded, Plugins};
use crate::provider::Providers;
use crate::settings::Settings;
use db::{Db, Migration, installation};
use include_dir::{Dir, include_dir};
use secret::Sealer;
use std::sync::{Arc, OnceLock, RwLock};
use tokio::sync::Notify;
use web::PublicUrl;
use web::clock::Clock;

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/portal");

/// The running program.
pub struct App {
    pub settings: Settings,
    pub public_url: PublicUrl,
    pub db: Db,
    pub clock: Clock,
    in_force: RwLock<Arc<InForce>>,
    failed: Failed,
    pub calls: Calls,
    /// What plugins say and tell, on its way to who hears and reads it.
    pub carrier: Carrier,
    /// A file of staff is to be checked or published.
    pub files: Notify,
    pub sealer: Sealer,
    /// Names of persons in plugins' data.
    pub person_keys: PersonKeys,
    pub providers: Providers,
    /// What is known of the access tokens of insurers' apps.
    pub bearers: Bearers,
    pub insurers: Registry,
    /// Read when the first document is made.
    font: OnceLock<Result<Arc<Font>, String>>,
}

impl App {
    /// Opens everything that `settings` name and loads the plugins. A plugin that is refused is
    /// logged by name; the rest runs.
    ///
    /// # Errors
    /// A fault whose text says which setting, file or migration to mend.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, web::Error> {
        let db = open_db(&settings).await?;
        let sealer = open_sealer(&settings, &db).await?;
        let person_keys = PersonKeys::open(&db).await?;
        let calls = Calls::default();
        let mut plugins = Plugins::new();
        let loader = Loader { settings: &settings, db: &db, keys: &person_keys, calls: &calls };
        for loaded in loader.all().await? {
            match loaded {
                Loaded::Ready(plugin) => {
                    let version = &plugin.manifest.plugin.version;
                    tracing::info!(plugin = plugin.id(), version, "plugin loaded");
                    plugins.insert(plugin.id().to_owned(), plugin);
                }
                Loaded::Refused { name, why } => {
                    tracing::error!(plugin = name, why, "plugin refused");
                }
            }
        }
        if settings.plugins.shared_runners && !plugins.is_empty() {
            tracing::warn!("plugins.shared_runners: a plugin's process serves several insurers");
        }
        if !settings.plugins.needs_landlock && !plugins.is_empty() {
            tracing::warn!(
                "plugins.needs_landlock = false: a library may read files while it loads"
            );
        }
        if settings.plugins.development {
            tracing::warn!("plugins.development: libraries run that nobody listed or signed");
        }
        let in_force = InForce::new(&settings, plugins)?;
        let providers = Providers::new()?;
        let app = Arc::new(Self {
            public_url: PublicUrl::new(&settings.public_url),
            settings,
            db,
            clock: Clock::system(),
            in_force: RwLock::new(Arc::new(in_force)),
            failed: Failed::default(),
            calls,
            carrier: Carrier::default(),
            files: Notify::new(),
            sealer,
            person_keys,
            bearers: Bearers::default(),
            providers,
            insurers: Registry::default(),
            font: OnceLock::new(),
        });
        app.refresh().await?;
        Ok(app)
    }

    /// The plugins that answer at the moment, and the pages. Whoever needs both, or needs them twice, keeps
    /// what this returns: the next call may find others.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Whether the program can do its work.
    ///
    /// # Errors
    /// Why not: the database and what it says.
    pub async fn ready(&self) -> Result<(), String> {
        let db = &self.db;
        let written = db.write_heartbeat(self.clock.now()).await;
        written.map_err(|error| format!("{}: {error}", db.address()))
    }

    /// The font of documents.
    ///
    /// # Errors
    /// The file that cannot be read, and why.
    pub fn font(&self) -> Result<Arc<Font>, String> {
        self.font.get_or_init(|| Font::open(&self.settings.themes).map(Arc::new)).clone()
    }

    /// Takes over what operators published since.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refresh(&self) -> Result<(), web::Error> {
        let mut in_force = self.in_force();
        let Self { settings, db, person_keys: keys, calls, .. } = self;
        let loader = Loader { settings, db, keys, calls };
        if let Some(next) = in_force.next(&loader, &self.failed).await? {
            in_force = Arc::new(next);
            let mut now = self.in_force.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            *now = in_force.clone();
        }
        let has_theme = |theme: &str| in_force.pages.has_theme(theme);
        for insurer in self.insurers.refresh(&self.db, has_theme).await? {
            for plugin in offer::missing(&insurer.definition, &in_force.plugins) {
                let slug = &insurer.brand.slug;
                tracing::warn!(insurer = slug, plugin, "is on but not loaded: not offered");
            }
        }
        Ok(())
    }
}

/// Opens and migrates the database.
pub async fn open_db(settings: &Settings) -> Result<Db, web::Error> {
    let db = Db::open(&settings.database).await?;
    db.migrate("migrations", &migrations()?).await?;
    Ok(db)
}

/// The key file of this database; made when neither has been used yet.
pub async fn open_sealer(settings: &Settings, db: &Db) -> Result<Sealer, web::Error> {
    let mut conn = db.read().await?;
    let known = installation::remembered(&mut conn, SEAL).await?;
    let older = definition::any_sealed(&mut conn).await?;
    drop(conn);
    let older = older.as_ref().map(|(purpose, sealed)| (purpose.as_str(), sealed.as_slice()));
    let file = &settings.key_file;
    let (sealer, seal) = Sealer::of_installation(file, known.as_deref(), older)?;
    if let Some(seal) = seal {
        // Of two nodes that start at once the second must have the file of the first.
        let first = installation::kept_first(db, SEAL, &seal).await?;
        Sealer::of_installation(file, Some(&first), None)?;
    }
    Ok(sealer)
}

/// Under which name the database remembers its key file.
pub const SEAL: &str = "seal";

/// The program's own migrations.
pub fn migrations() -> Result<Vec<Migration>, db::Error> {
    MIGRATIONS
        .files()
        .map(|file| {
            let name = file.path().to_string_lossy();
            Migration::new(&name, file.contents_utf8().unwrap_or_default())
        })
        .collect()
}
