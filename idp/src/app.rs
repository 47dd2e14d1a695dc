//! What every request finds: settings, database, insurers, pages, hasher, mail. Only handlers,
//! jobs and commands hold it.

use crate::clients::Clients;
use crate::clients::remembered::ClientCache;
use crate::credentials::breached::Breached;
use crate::credentials::passkey::Passkeys;
use crate::credentials::password::{Cost, Hasher};
use crate::journeys::Tools;
use crate::mail::Outbox;
use crate::outbound::Outbound;
use crate::places::Places;
use crate::realm::{Published, Realm, Realms, keys};
use crate::settings::Settings;
use crate::store;
use crate::tally::Tally;
use axum::http::request::Parts;
use db::{Db, Migration, installation};
use include_dir::{Dir, include_dir};
use secret::Sealer;
use std::sync::Arc;
use web::clock::Clock;
use web::listen::{ClientAuthorities, TrustedProxies};
use web::pages::Owner;
use web::{Brand, Error, Look, Pages, PublicUrl};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");
static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations/idp");

/// The running program.
pub struct App {
    pub settings: Settings,
    pub public_url: PublicUrl,
    pub clock: Clock,
    pub realms: Realms,
    pub pages: Arc<Pages>,
    pub sealer: Arc<Sealer>,
    /// What journeys work with: database, hasher, outbox, clients.
    pub tools: Tools,
    pub clients: Arc<Clients>,
    /// What clients registered is fetched through this only.
    pub outbound: Arc<Outbound>,
    /// Counts of what becomes of journeys.
    pub tally: Tally,
    /// Where addresses are.
    pub places: Arc<Places>,
    pub proxies: TrustedProxies,
    /// Whose client certificates are trusted.
    pub authorities: ClientAuthorities,
    /// Rings when clients must be told of a logout.
    pub logouts: tokio::sync::Notify,
}

impl App {
    /// Opens everything that `settings` name. New hashes have this cost.
    ///
    /// # Errors
    /// A fault whose text says which setting, file or migration to mend.
    pub async fn open(settings: Settings, cost: Cost) -> Result<Arc<Self>, Error> {
        let db = open_db(&settings).await?;
        let sealer = Arc::new(open_sealer(&settings, &db).await?);
        let (pages, unusable) = Pages::load_usable(&settings.themes, &[owner()])?;
        for why in unusable {
            tracing::error!(%why, "a theme cannot be used; its insurers are drawn in base");
        }
        let outbound = Arc::new(Outbound::new(&settings.outbound)?);
        let clients = Arc::new(Clients {
            db: db.clone(),
            sealer: sealer.clone(),
            outbound: outbound.clone(),
            cache: ClientCache::default(),
        });
        let app = Arc::new(Self {
            tools: Tools {
                db,
                hasher: Hasher::start(settings.hashing.workers, settings.hashing.queue, cost),
                breached: Breached::open(Settings::file(&settings.breached_passwords_file))?,
                outbox: Outbox::new(sealer.clone()),
                clients: clients.clone(),
                sealer: sealer.clone(),
                passkeys: Passkeys::of(&settings),
            },
            clients,
            outbound,
            tally: Tally::default(),
            places: Arc::new(Places::read(Settings::file(&settings.places_file))?),
            proxies: TrustedProxies::new(
                &settings.proxy.trusted,
                &settings.proxy.client_certificate_header,
            )?,
            authorities: ClientAuthorities::read(Settings::file(&settings.mtls.authorities_file))?,
            logouts: tokio::sync::Notify::new(),
            realms: Realms::default(),
            clock: Clock::system(),
            public_url: PublicUrl::new(&settings.public_url),
            settings,
            pages: Arc::new(pages),
            sealer,
        });
        app.refresh().await?;
        Ok(app)
    }

    /// Whether the program can do its work.
    ///
    /// # Errors
    /// Why not: the database and what it says.
    pub async fn ready(&self) -> Result<(), String> {
        let db = &self.tools.db;
        db.write_heartbeat(self.now()).await.map_err(|error| format!("{}: {error}", db.address()))
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The insurer that a path names, with its keys.
    ///
    /// # Errors
    /// A fault when its keys cannot be read or made.
    pub async fn realm(&self, slug: &str) -> Result<Option<Arc<Realm>>, Error> {
        self.realms.find(slug, &self.tools.db, &self.sealer, self.now()).await
    }

    /// How a request is drawn.
    pub fn look(&self, parts: &Parts, realm: Option<&Published>) -> Look {
        let brand = realm.map_or_else(|| Arc::new(Brand::nobody()), |realm| realm.brand.clone());
        let home =
            realm.map_or_else(|| "/".to_owned(), |realm| realm.definition.policy.home.url.clone());
        let mut look = Look::new(parts, self.pages.clone(), brand, "idp", home, &self.public_url);
        // What members are told and agree to.
        let members = realm.filter(|realm| realm.definition.policy.accounts.are_members());
        look.documents = members.map(|realm| format!("/{}", realm.id()));
        look
    }

    /// Takes over what operators published since, and changed clients.
    pub async fn refresh(&self) -> Result<(), Error> {
        let changes = store::clients::changes(&mut self.tools.db.read().await?).await?;
        self.clients.cache.note_changes(changes);
        Ok(self.realms.refresh(&self.tools.db, &self.settings, self.now()).await?)
    }
}

/// Opens and migrates the database.
pub async fn open_db(settings: &Settings) -> Result<Db, Error> {
    let db = Db::open(&settings.database).await?;
    db.migrate("migrations", &migrations()?).await?;
    Ok(db)
}

/// The key file of this database; made when neither has been used yet.
pub async fn open_sealer(settings: &Settings, db: &Db) -> Result<Sealer, Error> {
    let mut conn = db.read().await?;
    let known = installation::remembered(&mut conn, SEAL).await?;
    let older = store::signing_keys::any(&mut conn).await?;
    drop(conn);
    let older = older.map(|(insurer, sealed)| (keys::purpose(&insurer), sealed));
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
        .filter(|file| file.path().extension().is_some_and(|end| end == "sql"))
        .map(|file| {
            let name = file.path().to_string_lossy();
            Migration::new(&name, file.contents_utf8().unwrap_or_default())
        })
        .collect()
}

/// The program's own templates and texts.
pub fn owner() -> Owner {
    Owner::embedded("idp", &TEMPLATES, &MESSAGES).locked(&[
        "account.html",
        "consent.html",
        "consents.html",
        "device.html",
        "device_confirm.html",
        "form_post.html",
        "logout.html",
        "signed_out.html",
    ])
}
