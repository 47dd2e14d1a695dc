//! `portal plugins`: what the portal thinks of its plugins, and the list of allowed libraries.

use crate::app;
use crate::in_force::owner;
use crate::plugins::Loaded;
use crate::plugins::calls::Calls;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::package::check::Checking;
use crate::plugins::package::scaffold::{self, Home};
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

/// For the author of a plugin.
#[derive(Subcommand)]
pub enum Plugin {
    /// Write the folder of a new plugin, with a page, a form, a card, a table and tests.
    New {
        /// a-z, 0-9 and -: the folder's name.
        id: String,
        /// The folder in which the plugin's folder is made.
        #[arg(long, default_value = ".")]
        into: PathBuf,
        /// The folder of the SDK (`plugins/sdk` of the sources), for a plugin in a repository of its own.
        /// Without it the plugin is one of the portal's own workspace.
        #[arg(long)]
        sdk: Option<PathBuf>,
    },
    /// Say all that is wrong with a plugin, and change nothing.
    Check {
        /// The folder with its plugin.toml.
        folder: PathBuf,
        /// Its library; `libNAME.so` in `plugins.libraries` when absent.
        #[arg(long)]
        library: Option<PathBuf>,
    },
}

/// Checks a plugin; the exit code says whether anything is wrong.
pub async fn author(settings: &Settings, command: Plugin) -> Result<ExitCode, Error> {
    let (folder, library) = match command {
        Plugin::New { id, into, sdk } => {
            let home = sdk.as_deref().map_or(Home::Workspace, |sdk| Home::Own { sdk });
            let folder = scaffold::write(&id, &into, &home).map_err(Error::fault)?;
            let (at, library) = (folder.display(), id.replace('-', "_"));
            println!(
                "{at}: written\nNext: cargo test && cargo build there, and then\n  portal plugin check \
                 {at} --library …/lib{library}.so"
            );
            return Ok(ExitCode::SUCCESS);
        }
        Plugin::Check { folder, library } => (folder, library),
    };
    let checking = Checking {
        folder: &folder,
        library: library.as_deref(),
        libraries: &settings.plugins.libraries,
        themes: &settings.themes,
        portal: owner(),
    };
    let (manifest, wrong) = checking.run().await;
    let name = manifest.map_or_else(
        || folder.display().to_string(),
        |manifest| format!("{} {}", manifest.plugin.id, manifest.plugin.version),
    );
    wrong.iter().for_each(|why| println!("{why}"));
    match wrong.len() {
        0 => println!("{name}: nothing to mend"),
        count => println!("{name}: {count} to mend"),
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
                println!("{} {}: ready", plugin.id(), plugin.manifest.plugin.version);
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
