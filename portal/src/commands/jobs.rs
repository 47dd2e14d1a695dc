//! `portal jobs`: when plugins' jobs are due and how they went, and doing one now.

use crate::app;
use crate::settings::Settings;
use crate::store::jobs::{self, JobKey, Standing};
use clap::Subcommand;
use web::Error;
use web::clock::Clock;

/// What to do with jobs; without it they are listed.
#[derive(Subcommand)]
pub enum Jobs {
    /// Have a job done now, by the server that runs.
    Run {
        plugin: String,
        job: String,
        #[arg(long)]
        insurer: String,
    },
}

/// Runs the command.
pub async fn run(settings: &Settings, command: Option<Jobs>) -> Result<(), Error> {
    let db = app::open_db(settings).await?;
    match command {
        None => {
            for standing in jobs::all(&mut db.read().await?).await? {
                println!("{}", line(&standing));
            }
        }
        Some(Jobs::Run { plugin, job, insurer }) => {
            let key = JobKey { insurer, plugin, job };
            let mut tx = db.begin().await?;
            let found = jobs::now(&mut tx, &key, Clock::system().now()).await?;
            tx.commit().await?;
            if !found {
                let why = "there is no such job, or it runs: see `portal jobs`";
                return Err(Error::fault(why));
            }
            println!("{} {} {}: is due now", key.insurer, key.plugin, key.job);
        }
    }
    db.close().await;
    Ok(())
}

fn line(standing: &Standing) -> String {
    let Standing { key, due_at, attempts, finished_at, failed } = standing;
    let when = |at: i64| {
        let at = jiff::Timestamp::from_second(at).unwrap_or_default();
        let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        at.to_zoned(japan).strftime("%Y-%m-%d %H:%M").to_string()
    };
    let last = finished_at.map_or("never".to_owned(), when);
    let how = match (failed, attempts) {
        (None, _) => String::new(),
        (Some(why), 0) => format!("  given up: {why}"),
        (Some(why), n) => format!("  failed {n} times: {why}"),
    };
    let JobKey { insurer, plugin, job } = key;
    format!("{insurer} {plugin} {job}: next {}, last {last}{how}", when(*due_at))
}
