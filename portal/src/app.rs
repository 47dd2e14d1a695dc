//! What every request finds: settings, database, insurers, plugins, pages.

use crate::insurers::definition::Definition;
use crate::plugins::package::load;
use crate::plugins::{Loaded, Plugin};
use crate::settings::Settings;
use crate::signin::Providers;
use db::{Db, Migration, published};
use include_dir::{Dir, include_dir};
use secret::Sealer;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use web::pages::Owner;
use web::{Brand, Pages};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");
static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/portal");

/// One insurer as every request finds it.
pub struct Insurer {
    pub version: i64,
    pub brand: Arc<Brand>,
    pub definition: Definition,
}

/// The running program.
pub struct App {
    pub settings: Settings,
    pub db: Db,
    pub pages: Arc<Pages>,
    pub plugins: HashMap<String, Arc<Plugin>>,
    pub sealer: Sealer,
    pub providers: Providers,
    insurers: RwLock<HashMap<String, Arc<Insurer>>>,
}

impl App {
    /// Opens everything that `settings` name and loads the plugins. A plugin that is refused is
    /// logged by name; the rest runs.
    ///
    /// # Errors
    /// A fault whose text says which setting, file or migration to mend.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, web::Error> {
        let db = open_db(&settings).await?;
        let sealer = Sealer::from_file(&settings.key_file)?;
        let mut plugins = HashMap::new();
        for loaded in load::all(&settings.plugins, &db).await? {
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
        let pages = Arc::new(load_pages(&settings, &mut plugins)?);
        let providers = Providers::new()?;
        let insurers = RwLock::default();
        let app = Arc::new(Self { settings, db, pages, plugins, sealer, providers, insurers });
        app.refresh().await?;
        Ok(app)
    }

    /// Seconds since 1970. The only place that reads the clock.
    pub fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second()
    }

    /// Today in Japan, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        jiff::Timestamp::now().to_zoned(japan).date().to_string()
    }

    /// The insurer that a path names.
    pub fn insurer(&self, slug: &str) -> Option<Arc<Insurer>> {
        self.insurers.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(slug).cloned()
    }

    /// Some insurer, to draw pages that belong to none.
    pub fn any_insurer(&self) -> Option<Arc<Insurer>> {
        let insurers = self.insurers.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        insurers.iter().min_by_key(|(slug, _)| slug.as_str()).map(|(_, found)| found.clone())
    }

    /// The plugins that are on for an insurer, in his order, each with its settings. Pages, menu
    /// and cards all ask here. What is switched on but not loaded is not offered.
    pub fn offered<'a>(
        &'a self,
        insurer: &'a Insurer,
    ) -> impl Iterator<Item = (&'a Arc<Plugin>, &'a serde_json::Value)> {
        insurer
            .definition
            .plugins
            .iter()
            .filter_map(|enabled| Some((self.plugins.get(&enabled.id)?, &enabled.settings)))
    }

    /// Takes over what operators published since.
    pub async fn refresh(&self) -> Result<(), web::Error> {
        let versions = published::versions(&mut self.db.read().await?).await?;
        for (slug, version) in versions {
            if self.insurer(&slug).is_some_and(|known| known.version == version) {
                continue;
            }
            let found = published::current(&mut self.db.read().await?, &slug).await?;
            let Some((version, text)) = found else { continue };
            let definition: Definition = serde_json::from_str(&text)?;
            for enabled in &definition.plugins {
                if !self.plugins.contains_key(&enabled.id) {
                    tracing::warn!(insurer = slug, plugin = enabled.id, "is on but not loaded");
                }
            }
            tracing::info!(insurer = slug, version, "insurer loaded");
            let brand = Arc::new(definition.brand.clone());
            let insurer = Arc::new(Insurer { version, brand, definition });
            let mut insurers = self.insurers.write().unwrap_or_else(|p| p.into_inner());
            insurers.insert(slug, insurer);
        }
        Ok(())
    }
}

/// The pages of the portal and of every plugin. A plugin whose templates or texts cannot be read
/// is refused by name; the rest runs.
fn load_pages(
    settings: &Settings,
    plugins: &mut HashMap<String, Arc<Plugin>>,
) -> Result<Pages, web::Error> {
    let mut owners = vec![owner()];
    let mut pages = Pages::load(&settings.themes, &owners)?;
    let mut ids: Vec<String> = plugins.keys().cloned().collect();
    ids.sort();
    for id in ids {
        owners.push(plugins[&id].owner());
        match Pages::load(&settings.themes, &owners) {
            Ok(more) => pages = more,
            Err(why) => {
                tracing::error!(plugin = id, %why, "plugin refused");
                owners.pop();
                plugins.remove(&id);
            }
        }
    }
    Ok(pages)
}

/// Opens and migrates the database.
pub async fn open_db(settings: &Settings) -> Result<Db, web::Error> {
    let db = Db::open(&settings.database).await?;
    db.migrate("migrations", &migrations()?).await?;
    Ok(db)
}

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

/// The program's own templates and texts.
pub fn owner() -> Owner {
    Owner::embedded("portal", &TEMPLATES, &MESSAGES)
}
