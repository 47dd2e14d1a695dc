//! `portal insurer`: publishes what operators decide.

use crate::app;
use crate::in_force::owner;
use crate::insurers::definition::{self, Definition};
use crate::plugins::package::{load, setting};
use crate::settings::Settings;
use clap::Subcommand;
use db::Db;
use std::path::{Path, PathBuf};
use web::clock::Clock;
use web::difference::shown;
use web::{Error, Pages};

/// Publish insurers.
#[derive(Subcommand)]
pub enum Insurer {
    /// Show what an insurer's folder would change and publish it as a new version.
    Apply {
        folder: PathBuf,
        /// Only show the difference.
        #[arg(long)]
        dry_run: bool,
        /// Show every line of a long difference.
        #[arg(long)]
        full: bool,
    },
}

/// Whether the plugins that are on are there, and are told what they can be told.
async fn of_plugins(definition: &Definition, folder: &Path, db: &Db) -> Result<(), Error> {
    let manifests = load::manifests(folder, db).await?;
    for on in &definition.plugins {
        let at = |why: String| Error::fault(format!("portal.toml: plugin {}: {why}", on.id));
        let manifest = manifests.get(&on.id).ok_or_else(|| {
            let known: Vec<&str> = manifests.keys().map(String::as_str).collect();
            let (folder, known) = (folder.display(), known.join(", "));
            at(format!(
                "is neither in {folder} nor in a package (`portal plugin install`); there are {known}"
            ))
        })?;
        setting::check(&manifest.setting, &on.settings)
            .map_err(|why| at(format!("settings: {why}")))?;
        if let Some(other) =
            on.layouts().find(|id| manifest.importer.iter().all(|known| known.id != *id))
        {
            return Err(at(format!("layout: it has no importer {other:?}")));
        }
    }
    Ok(())
}

/// Runs the command.
pub async fn run(settings: &Settings, command: Insurer) -> Result<(), Error> {
    let Insurer::Apply { folder, dry_run, full } = command;
    let folder = folder.as_path();
    let db = app::open_db(settings).await?;
    let sealer = app::open_sealer(settings, &db).await?;
    let definition = Definition::read(folder, &sealer)?;
    of_plugins(&definition, &settings.plugins.folder, &db).await?;
    Pages::can_draw(&settings.themes, &[owner()], &definition.brand.theme)?;
    let slug = definition.brand.slug.clone();
    let lines = definition::apply(&db, &sealer, definition, dry_run, Clock::system().now()).await?;
    println!("{slug}: {} changes", lines.len());
    shown(&lines, full).iter().for_each(|line| println!("{line}"));
    db.close().await;
    Ok(())
}
