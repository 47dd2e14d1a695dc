//! `idp keys`: signing keys.

use super::{known, now};
use crate::app::{open_db, open_sealer};
use crate::realm::keys::{LONGEST_TOKEN_SECS, Rotation, rotate};
use crate::settings::Settings;
use clap::Subcommand;
use web::Error;

#[derive(Subcommand)]
pub enum Command {
    /// Make new signing keys. They are shown at once and sign after ten minutes, when every client
    /// has had time to fetch them; the old ones stay until the last token that they signed ends.
    Rotate {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// Sign with them from now on.
        #[arg(long)]
        now: bool,
        /// Believe the old keys no more: after one was lost. Tokens that they signed end at once.
        #[arg(long)]
        revoke: bool,
    },
}

/// Seconds in which every client has fetched new keys.
const LEAD_SECS: i64 = 600;

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let Command::Rotate { insurer, now: at_once, revoke } = command;
    let db = open_db(settings).await?;
    let insurer = known(&db, &insurer).await?;
    let sealer = open_sealer(settings, &db).await?;
    let now = now();
    let active_from = if at_once || revoke { now } else { now + LEAD_SECS };
    let old_retire_at = if revoke { now } else { active_from + LONGEST_TOKEN_SECS };
    rotate(&db, &sealer, &insurer, Rotation { active_from, old_retire_at }, now).await?;
    let from = if active_from == now { "now" } else { "in 10 minutes" };
    println!("{insurer}: new keys, signing {from}");
    db.close().await;
    Ok(())
}
