//! `portal plugins`: what the portal thinks of its plugins, and the list of allowed libraries.

use crate::app;
use crate::plugins::Loaded;
use crate::plugins::calls::Calls;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::package::library_file;
use crate::plugins::package::load::Loader;
use crate::settings::Settings;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;

/// What to do besides loading every plugin.
#[derive(Subcommand)]
pub enum Plugins {
    /// Print the lines of `plugins.allowed_file` for the libraries of a folder: list those that
    /// you trust.
    Hash {
        /// `plugins.libraries` when absent.
        folder: Option<PathBuf>,
    },
}

/// Loads every plugin and says which are refused and why, or runs the subcommand.
pub async fn run(settings: &Settings, command: Option<Plugins>) -> Result<ExitCode, Error> {
    if let Some(Plugins::Hash { folder }) = command {
        let folder = folder.as_ref().unwrap_or(&settings.plugins.libraries);
        print!("{}", library_file::list(folder).map_err(Error::fault)?);
        return Ok(ExitCode::SUCCESS);
    }
    let db = app::open_db(settings).await?;
    let mut code = ExitCode::SUCCESS;
    let (keys, calls) = (PersonKeys::open(&db).await?, Calls::default());
    let loader = Loader { settings, db: &db, keys: &keys, calls: &calls };
    for loaded in loader.all().await? {
        match loaded {
            Loaded::Ready(plugin) => {
                let how = match &plugin.origin {
                    Some(origin) => format!("in package {}", origin.hash),
                    None => "in its folder".to_owned(),
                };
                println!("{} {}: ready, {how}", plugin.id(), plugin.manifest.plugin.version);
            }
            Loaded::Refused { name, why } => {
                println!("{name}: refused: {why}");
                code = ExitCode::FAILURE;
            }
        }
    }
    db.close().await;
    Ok(code)
}
