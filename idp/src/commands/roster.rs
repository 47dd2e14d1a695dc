//! `idp roster`: the insurers' lists of members.

use super::{known, now};
use crate::app::open_db;
use crate::people::roster::{self, Moment, Options, Source};
use crate::settings::Settings;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::clock::today;
use web::config::insurer_file;

#[derive(Subcommand)]
pub enum Command {
    /// Import a roster file; faulty rows are all reported and then nothing is changed.
    Import {
        file: PathBuf,
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// How the file is laid out (`roster.toml` of the insurer's folder).
        #[arg(long)]
        layout: PathBuf,
        /// Check and compare, write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Allow a full roster to end more than 30 % of the memberships.
        #[arg(long)]
        allow_large_change: bool,
        /// Allow a card to become another person's and a person to get another birth date: only to
        /// mend an earlier mistake, never for a number that was given out again.
        #[arg(long)]
        allow_changed_persons: bool,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<ExitCode, Error> {
    let Command::Import {
        file,
        insurer,
        layout,
        dry_run,
        allow_large_change,
        allow_changed_persons,
    } = command;
    let layout = insurer_file(&layout)?;
    let db = open_db(settings).await?;
    let insurer = known(&db, &insurer).await?;
    let reader = std::fs::File::open(&file)?;
    let bar = indicatif::ProgressBar::new(reader.metadata()?.len());
    let options = Options { dry_run, allow_large_change, allow_changed_persons };
    let source = Source { reader: std::io::BufReader::new(reader), layout: &layout };
    let told = |bytes| bar.set_position(bytes);
    let today = today(now());
    let moment = Moment { now: now(), today: &today };
    let report = roster::import(&db, &insurer, source, options, moment, told).await?;
    bar.finish_and_clear();
    println!("{report}");
    if dry_run {
        println!("Checked only: nothing was changed.");
    }
    db.close().await;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
