//! `portal insurer`: publishes what operators decide.

use crate::app;
use crate::insurers::definition::{self, Definition};
use crate::settings::Settings;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use web::Error;
use web::clock::Clock;

/// Publish insurers.
#[derive(Subcommand)]
pub enum Insurer {
    /// Show what an insurer's folder would change and publish it as a new version.
    Apply {
        folder: PathBuf,
        /// Only show the difference.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub async fn run(settings: &Settings, command: Insurer) -> Result<(), Error> {
    let Insurer::Apply { folder, dry_run } = command;
    apply(settings, &folder, dry_run).await
}

async fn apply(settings: &Settings, folder: &Path, dry_run: bool) -> Result<(), Error> {
    let db = app::open_db(settings).await?;
    let sealer = app::open_sealer(settings, &db).await?;
    let definition = Definition::read(folder, &sealer)?;
    web::themes::exists(&settings.themes, &definition.brand.theme)?;
    let slug = definition.brand.slug.clone();
    let lines = definition::apply(&db, &sealer, definition, dry_run, Clock::system().now()).await?;
    eprintln!("{slug}: {} changes", lines.len());
    lines.iter().for_each(|line| println!("{line}"));
    db.close().await;
    Ok(())
}
