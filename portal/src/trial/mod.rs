//! `portal plugin test`: a plugin tried with data, before anybody has any. In a database that is thrown away stand two
//! insurers with two families each, whose rows say in every text and every whole number whose they are. Every page, card, staff
//! page and job is asked on behalf of each of them, links are followed, and nothing of others may stand in what comes.
//!
//! - `rows.rs`: families and their rows
//! - `crawl.rs`: pages are asked, drawn and followed
//! - `report.rs`: what was found

mod crawl;
mod report;
mod rows;

use crate::app;
use crate::insurers::offer;
use crate::plugins::Plugin;
use crate::plugins::border::host::Shared;
use crate::plugins::calls::Calls;
use crate::plugins::data::carrier::Carrier;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::job::{Step, Work};
use crate::plugins::package::load::Loader;
use crate::plugins::package::{library_file, setting};
use crate::settings::{Plugins, Settings};
use crawl::{Crawl, Who};
use db::Db;
pub use report::Report;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use web::clock::{self, Clock};
use web::pages::Owner;
use web::{Error, Pages};

/// The most steps of a job.
const STEPS: usize = 500;

/// What is tried, and with what.
pub struct Trial<'a> {
    pub settings: &'a Settings,
    /// With its plugin.toml.
    pub folder: &'a Path,
    pub library: &'a Path,
    /// What the insurers say for it, as below `[plugin.settings]`.
    pub said: Value,
    /// The portal's own templates and texts.
    pub portal: Owner,
}

impl Trial<'_> {
    /// Tries it, and says what it found.
    ///
    /// # Errors
    /// Why it cannot be tried.
    pub async fn run(self) -> Result<Report, Error> {
        let place = tempfile::tempdir()?;
        let settings = Settings {
            database: format!("sqlite:{}", place.path().join("portal.sqlite").display()),
            plugins: Plugins {
                copies: place.path().join("copies"),
                ..self.settings.plugins.clone()
            },
            ..self.settings.clone()
        };
        let db = app::open_db(&settings).await?;
        let keys = PersonKeys::open(&db).await?;
        let calls = Calls::default();
        let loader = Loader { settings: &settings, db: &db, keys: &keys, calls: &calls };
        let plugin = loader.at_desk(self.folder, self.library).await.map_err(Error::fault)?;
        let plugin = Arc::new(plugin);
        setting::check(&plugin.manifest.setting, &self.said)
            .map_err(|why| Error::fault(format!("{why} (--settings names a file with them)")))?;
        let beside = self.beside(&loader, &plugin).await?;
        let owners = [self.portal.clone(), plugin.owner.clone()];
        let (mut pages, _) = Pages::load_usable(&settings.themes, &owners)
            .map_err(|why| Error::fault(why.to_string()))?;
        pages.strict = true;
        let tried = Tried {
            plugin: &plugin,
            said: &self.said,
            db: &db,
            pages: Arc::new(pages),
            shared: offer::shared_by(&plugin, |id| beside.iter().find(|owner| owner.id() == id)),
            page_ms: settings.plugins.page_ms,
            card_ms: settings.plugins.card_ms,
            now: Clock::system().now(),
        };
        let report = tried.run(&keys, &beside).await?;
        for plugin in std::iter::once(&plugin).chain(&beside) {
            if let Some(database) = &plugin.database {
                database.close().await;
            }
        }
        db.close().await;
        Ok(report)
    }

    /// The plugins that it uses and whose folder and library lie beside its own.
    async fn beside(
        &self,
        loader: &Loader<'_>,
        plugin: &Plugin,
    ) -> Result<Vec<Arc<Plugin>>, Error> {
        let folder = self.folder.canonicalize()?;
        let (folder, library) = (folder.join(".."), self.library.with_file_name(""));
        let used: BTreeSet<&String> =
            plugin.manifest.uses.iter().map(|uses| &uses.plugin).collect();
        let mut beside = Vec::new();
        for id in used {
            let (folder, library) = (folder.join(id), library.join(library_file::file_name(id)));
            if !folder.join("plugin.toml").is_file() || !library.is_file() {
                continue;
            }
            let loaded = loader.at_desk(&folder, &library).await;
            let loaded =
                loaded.map_err(|why| Error::fault(format!("plugin {id}, which it uses: {why}")))?;
            beside.push(Arc::new(loaded));
        }
        Ok(beside)
    }
}

/// A plugin that is loaded, and what it is tried with.
struct Tried<'a> {
    plugin: &'a Arc<Plugin>,
    said: &'a Value,
    db: &'a Db,
    pages: Arc<Pages>,
    shared: Vec<Shared>,
    page_ms: u64,
    card_ms: u64,
    now: i64,
}

impl Tried<'_> {
    async fn run(&self, keys: &PersonKeys, beside: &[Arc<Plugin>]) -> Result<Report, Error> {
        let families = rows::families(keys);
        let mut report = Report::of(&self.plugin.manifest);
        let mut numbers = rows::Numbers::new();
        for plugin in std::iter::once(self.plugin).chain(beside) {
            let filled = rows::fill(plugin, &families, self.now).await;
            numbers
                .extend(filled.map_err(|why| Error::fault(format!("rows for the trial: {why}")))?);
        }
        let mut crawl = Crawl { tried: self, numbers: &numbers, alone: false, report: &mut report };
        let members = || {
            let both = |family| [true, false].map(|insured| Who::member(family, insured));
            families.iter().flat_map(both)
        };
        // First before, and then after the jobs: what they write is seen, too.
        for round in [0, 1] {
            for who in members() {
                crawl.member(&who).await;
            }
            for insurer in rows::INSURERS {
                crawl.staff(&Who::staff(insurer)).await;
                if round == 0 {
                    self.jobs(insurer, crawl.report).await;
                }
            }
            // One who has no rows at all.
            crawl.member(&Who::nobody(rows::INSURERS[0].slug)).await;
        }
        if !self.shared.is_empty() {
            // And where the insurer has the others off.
            crawl.alone = true;
            crawl.member(&Who::member(&families[0], true)).await;
        }
        Ok(report)
    }

    /// Does each job of an insurer once, to its end.
    async fn jobs(&self, insurer: rows::Insurer, report: &mut Report) {
        let (carrier, today) = (Carrier::default(), clock::today(self.now));
        for job in &self.plugin.manifest.job {
            let mut cursor = String::new();
            for left in (0..STEPS).rev() {
                let step = Step {
                    plugin: self.plugin,
                    settings: self.said,
                    shared: &self.shared,
                    insurer: insurer.slug,
                    who: self.db,
                    work: Work::Job { job, round: 1, cursor: &cursor },
                    today: &today,
                    now: self.now,
                };
                report.steps += 1;
                match step.run(&carrier).await {
                    Ok(Some(_)) if left == 0 => {
                        report.wrong(format!("job {}: is not done after {STEPS} steps", job.id));
                    }
                    Ok(Some(more)) => cursor = more,
                    Ok(None) => break,
                    Err(why) => {
                        report.wrong(format!("job {}: {why}", job.id));
                        break;
                    }
                }
            }
        }
    }
}
