//! `portal plugin`: for the author of a plugin, and for the operator who takes its package.

use super::packages::{self, How};
use super::watch;
use crate::in_force::owner;
use crate::plugins::mpk::pack::pack;
use crate::plugins::mpk::signature;
use crate::plugins::package::library_file;
use crate::plugins::package::load::name_of;
use crate::plugins::package::scaffold::{self, Home};
use crate::settings::Settings;
use crate::trial::Trial;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use web::Error;
use web::config::insurer_file;

/// For the author of a plugin, and for who takes it.
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
    /// Try a plugin with data: in a database that is thrown away, for two insurers with two families each. Every page,
    /// card, staff page and job is asked on behalf of each, and nothing of others may stand in what comes.
    Test {
        /// The folder with its plugin.toml.
        folder: PathBuf,
        /// Its library; `libNAME.so` in `plugins.libraries` when absent.
        #[arg(long)]
        library: Option<PathBuf>,
        /// A TOML file with what an insurer says for it below `[plugin.settings]`.
        #[arg(long)]
        settings: Option<PathBuf>,
    },
    /// Build and check a plugin each time that a file of it changes. A portal with
    /// `plugins.development = true` takes each new library over by itself.
    Watch {
        /// The folder with its plugin.toml and Cargo.toml.
        folder: PathBuf,
        /// Where its library is built; `libNAME.so` in `plugins.libraries` when absent.
        #[arg(long)]
        library: Option<PathBuf>,
    },
    /// Make a key to sign packages with, and print its public half for the trust file.
    Key {
        /// The file to write; only its owner can read it. Keep it where no portal runs.
        file: PathBuf,
    },
    /// Check a plugin and pack it into a signed package.
    Pack {
        /// The folder with its plugin.toml.
        folder: PathBuf,
        /// Its library; `libNAME.so` in `plugins.libraries` when absent.
        #[arg(long)]
        library: Option<PathBuf>,
        /// The publisher's key.
        #[arg(long)]
        key: PathBuf,
        /// The package; `ID-VERSION.mpk` when absent.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say what a package is, who signed it, and whether it would be taken here.
    Verify { package: PathBuf },
    /// Sign a package as an operator: it may run where your key is trusted.
    Sign {
        package: PathBuf,
        /// The operator's key.
        #[arg(long)]
        key: PathBuf,
    },
    /// Take a package of a plugin that is not here yet. Every node has it a second or two later.
    Install { package: PathBuf },
    /// Take a newer package of a plugin that is here. Nobody waits, and no request fails.
    Upgrade {
        package: PathBuf,
        /// Also when the version that answers now could not work on its tables any more.
        #[arg(long)]
        one_way: bool,
    },
    /// Go back to the package before. What members wrote meanwhile stays.
    Rollback {
        /// The plugin's id.
        plugin: String,
        /// To this version rather than the one before.
        #[arg(long)]
        to: Option<String>,
    },
    /// Take a plugin out of use. Its packages and its data stay.
    Remove {
        /// The plugin's id.
        plugin: String,
    },
    /// Delete all data of a plugin that is out of use, of all insurers.
    Reset {
        /// The plugin's id.
        plugin: String,
        /// Say that you mean it.
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command; the exit code says whether anything is wrong.
pub async fn run(settings: &Settings, command: Plugin) -> Result<ExitCode, Error> {
    match command {
        Plugin::New { id, into, sdk } => new(&id, &into, sdk.as_deref())?,
        Plugin::Check { folder, library } => {
            let (_, wrong) = packages::checked(settings, &folder, library.as_deref()).await;
            return Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        Plugin::Test { folder, library, settings: said } => {
            return test(settings, &folder, library, said.as_deref()).await;
        }
        Plugin::Watch { folder, library } => {
            watch::run(settings, &folder, library.as_deref()).await?;
        }
        Plugin::Key { file } => {
            let public = signature::make_key(&file).map_err(Error::fault)?;
            println!("key = \"{public}\"");
        }
        Plugin::Pack { folder, library, key, out } => {
            let (manifest, wrong) = packages::checked(settings, &folder, library.as_deref()).await;
            let Some(manifest) = manifest.filter(|_| !wrong) else { return Ok(ExitCode::FAILURE) };
            let key = signature::read_key(&key).map_err(Error::fault)?;
            let head = &manifest.plugin;
            let library = library.unwrap_or_else(|| {
                settings.plugins.libraries.join(library_file::file_name(&head.id))
            });
            let package = pack(&folder, &manifest, &library, &key).map_err(Error::fault)?;
            let out = out.unwrap_or_else(|| format!("{}-{}.mpk", head.id, head.version).into());
            packages::write(&out, &package)?;
            println!("{}: {}", out.display(), package.hash());
        }
        Plugin::Verify { package } => packages::verify(settings, &package)?,
        Plugin::Sign { package, key } => packages::sign(&package, &key)?,
        Plugin::Install { package } => packages::take(settings, &package, How::Install).await?,
        Plugin::Upgrade { package, one_way } => {
            packages::take(settings, &package, How::Upgrade { one_way }).await?;
        }
        Plugin::Rollback { plugin, to } => packages::back(settings, &plugin, to.as_deref()).await?,
        Plugin::Remove { plugin } => packages::remove(settings, &plugin).await?,
        Plugin::Reset { plugin, yes } => packages::reset(settings, &plugin, yes).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(
    settings: &Settings,
    folder: &Path,
    library: Option<PathBuf>,
    said: Option<&Path>,
) -> Result<ExitCode, Error> {
    let said: Option<Value> = said.map(insurer_file).transpose()?;
    let library = library.unwrap_or_else(|| {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        settings.plugins.libraries.join(library_file::file_name(&name_of(&folder)))
    });
    let said = said.unwrap_or_else(|| json!({}));
    let trial = Trial { settings, folder, library: &library, said, portal: owner() };
    let report = trial.run().await?;
    println!("{report}");
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn new(id: &str, into: &Path, sdk: Option<&Path>) -> Result<(), Error> {
    let home = sdk.map_or(Home::Workspace, |sdk| Home::Own { sdk });
    let folder = scaffold::write(id, into, &home).map_err(Error::fault)?;
    let (at, library) = (folder.display(), id.replace('-', "_"));
    let themes = match sdk.and_then(|sdk| sdk.canonicalize().ok()) {
        Some(sdk) => format!("MUSUBI_PORTAL_THEMES={} ", sdk.join("../../themes").display()),
        None => String::new(),
    };
    println!(
        "{at}: written\nNext: cargo test && cargo build there, and then\n  {themes}portal plugin check {at} \
         --library …/lib{library}.so"
    );
    Ok(())
}
