//! What every request finds: settings, database, insurers, pages, hasher, mail.

use crate::hasher::Hasher;
use crate::mail::Outbox;
use crate::outbound::Outbound;
use crate::realm::Realms;
use crate::settings::Settings;
use db::{Db, Migration};
use include_dir::{Dir, include_dir};
use secret::Sealer;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use web::Pages;
pub use web::clock::today;
use web::listen::{ClientAuthorities, TrustedProxies};
use web::pages::Owner;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");
static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/idp");

/// The running program.
pub struct App {
    pub settings: Settings,
    pub db: Db,
    pub realms: Realms,
    pub pages: Arc<Pages>,
    pub hasher: Hasher,
    pub sealer: Arc<Sealer>,
    pub outbox: Outbox,
    /// What clients registered is fetched through this only.
    pub outbound: Outbound,
    pub proxies: TrustedProxies,
    /// Whose client certificates are trusted.
    pub authorities: ClientAuthorities,
    /// Rings when clients must be told of a logout.
    pub logouts: tokio::sync::Notify,
    /// Seconds that a test moved the clock forward.
    ahead: AtomicI64,
}

impl App {
    /// Opens everything that `settings` name.
    ///
    /// # Errors
    /// A fault whose text says which setting, file or migration to mend.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, web::Error> {
        let db = open_db(&settings).await?;
        let sealer = Arc::new(Sealer::from_file(&settings.key_file)?);
        let pages = Arc::new(Pages::load(&settings.themes, &[owner()])?);
        let app = Arc::new(Self {
            hasher: Hasher::start(settings.hashing.workers, settings.hashing.queue),
            outbox: Outbox::new(sealer.clone()),
            outbound: Outbound::new(&settings.outbound)?,
            proxies: TrustedProxies::new(
                &settings.proxy.trusted,
                &settings.proxy.client_certificate_header,
            )?,
            authorities: ClientAuthorities::read(Settings::file(&settings.mtls.authorities_file))?,
            logouts: tokio::sync::Notify::new(),
            realms: Realms::default(),
            ahead: AtomicI64::new(0),
            settings,
            db,
            pages,
            sealer,
        });
        app.refresh().await?;
        Ok(app)
    }

    /// Seconds since 1970. The only place that reads the clock.
    pub fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second() + self.ahead.load(Ordering::Relaxed)
    }

    /// Today in Japan, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        today(self.now())
    }

    /// Moves the clock of this process, for tests.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Takes over what operators published since.
    pub async fn refresh(&self) -> Result<(), web::Error> {
        self.realms.refresh(&self.db, &self.sealer, &self.settings, self.now()).await
    }
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
    Owner::embedded("idp", &TEMPLATES, &MESSAGES)
}
