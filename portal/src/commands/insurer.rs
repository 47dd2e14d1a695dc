//! `portal insurer`: publishes what operators decide.

use crate::app;
use crate::insurers::definition::{self, Definition};
use crate::settings::Settings;
use clap::Subcommand;
use std::path::PathBuf;
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

/// Runs the command.
pub async fn run(settings: &Settings, command: Insurer) -> Result<(), Error> {
    let Insurer::Apply { folder, dry_run, full } = command;
    let folder = folder.as_path();
    let db = app::open_db(settings).await?;
    let sealer = app::open_sealer(settings, &db).await?;
    let definition = Definition::read(folder, &sealer)?;
    Pages::can_draw(&settings.themes, &[app::owner()], &definition.brand.theme)?;
    let slug = definition.brand.slug.clone();
    let lines = definition::apply(&db, &sealer, definition, dry_run, Clock::system().now()).await?;
    println!("{slug}: {} changes", lines.len());
    shown(&lines, full).iter().for_each(|line| println!("{line}"));
    db.close().await;
    Ok(())
}
