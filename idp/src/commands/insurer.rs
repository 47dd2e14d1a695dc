//! `idp insurer`: publishes insurers.

use super::now;
use crate::app::{open_db, open_sealer};
use crate::definition::apply::apply;
use crate::definition::published;
use crate::definition::read::Folder;
use crate::ids::InsurerId;
use crate::settings::Settings;
use clap::Subcommand;
use std::path::PathBuf;
use web::Error;

#[derive(Subcommand)]
pub enum Command {
    /// Show what an insurer's folder would change and publish it as a new version.
    Apply {
        folder: PathBuf,
        /// Only show the difference.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let Command::Apply { folder, dry_run } = command;
    let db = open_db(settings).await?;
    let sealer = open_sealer(settings, &db).await?;
    let definition = Folder::read(&folder)?.sealed(&sealer);
    web::themes::exists(&settings.themes, &definition.brand.theme)?;
    let slug = &definition.brand.slug;
    let lines = if dry_run {
        let insurer = InsurerId::new(slug);
        let current = published::current(&mut db.read().await?, &insurer).await?;
        web::difference::difference(current.as_ref().map(|(_, d)| d), &definition)
    } else {
        let (version, lines) = apply(&db, &definition, now()).await?;
        eprintln!("{slug}: version {version}, {} changes", lines.len());
        lines
    };
    lines.iter().for_each(|line| println!("{line}"));
    db.close().await;
    Ok(())
}
