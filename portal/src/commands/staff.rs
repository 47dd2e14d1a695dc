//! `portal staff`: whether the record of what staff did is whole.

use crate::app;
use crate::settings::Settings;
use crate::store::staff_record::{self, Chain};
use clap::Subcommand;
use db::published;
use std::process::ExitCode;
use web::Error;

/// What to do.
#[derive(Subcommand)]
pub enum Staff {
    /// Go through the record of an insurer: whether a row was changed or taken out. The log says every ten minutes
    /// where it ends (`staff record`): a mark that was logged must still be there.
    Verify {
        #[arg(long)]
        insurer: String,
        /// A number and a mark that the log had: the record must still say the same there.
        #[arg(long, requires = "mark")]
        seq: Option<i64>,
        #[arg(long, requires = "seq")]
        mark: Option<String>,
    },
}

/// Runs the command; the exit code says whether the record is whole.
pub async fn run(settings: &Settings, command: Staff) -> Result<ExitCode, Error> {
    let Staff::Verify { insurer, seq, mark } = command;
    let db = app::open_db(settings).await?;
    if published::current(&mut db.read().await?, &insurer).await?.is_none() {
        return Err(Error::fault(format!("no insurer {insurer:?}: apply its folder first")));
    }
    let chain = staff_record::verify(&mut db.read().await?, &insurer).await?;
    let known = match seq {
        Some(seq) => staff_record::mark(&mut db.read().await?, &insurer, seq).await?,
        None => None,
    };
    db.close().await;
    if known.as_deref().map(hex) != mark {
        println!("{insurer}: row {} is not what the log says", seq.unwrap_or_default());
        return Ok(ExitCode::FAILURE);
    }
    Ok(match chain {
        Chain::Whole(rows, mark) => {
            let mark = hex(&mark);
            println!("{insurer}: whole, {rows} rows, ends with {mark}");
            ExitCode::SUCCESS
        }
        Chain::Broken(seq) => {
            println!("{insurer}: row {seq} is not there, or not as it was written");
            ExitCode::FAILURE
        }
    })
}

fn hex(mark: &[u8]) -> String {
    mark.iter().map(|byte| format!("{byte:02x}")).collect()
}
