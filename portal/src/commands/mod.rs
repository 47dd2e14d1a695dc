//! What an operator types: the command line, one file per command.

pub mod doctor;
pub mod import;
pub mod insurer;
pub mod jobs;
mod packages;
pub mod plugin;
pub mod plugins;
pub mod serve;
pub mod staff;
mod watch;

use crate::settings::Settings;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::config::{ConfigError, load, reference};

/// Musubi member portal: plugins in each insurer's theme.
#[derive(Parser)]
#[command(version = web::VERSION)]
pub struct Cli {
    /// Settings file (TOML); `MUSUBI_PORTAL_…` variables override it. See `portal settings`.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Run the server until it is asked to stop.
    Serve,
    /// Publish insurers.
    #[command(subcommand)]
    Insurer(insurer::Insurer),
    /// Import an insurer's file for a plugin; faulty rows are all reported and nothing is changed.
    Import(import::Import),
    /// Load every plugin, say which are refused and why.
    Plugins {
        #[command(subcommand)]
        command: Option<plugins::Plugins>,
    },
    /// When plugins' jobs are due and how they went.
    Jobs {
        #[command(subcommand)]
        command: Option<jobs::Jobs>,
    },
    /// The record of what an insurer's staff did.
    #[command(subcommand)]
    Staff(staff::Staff),
    /// For the author of a plugin, and for who takes its package.
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Try everything that the settings name and say what to do about what does not work.
    Doctor,
    /// Print the reference of all settings.
    Settings,
    /// Look at a file that a member sends; started by `serve`, not by hand.
    #[command(hide = true)]
    Inspect {
        /// Also where the kernel lacks Landlock.
        #[arg(long)]
        without_landlock: bool,
    },
    /// Hold one plugin; started by `serve`, not by hand.
    #[command(hide = true)]
    Runner {
        library: PathBuf,
        /// Also where the kernel lacks Landlock.
        #[arg(long)]
        without_landlock: bool,
    },
}

/// Runs a command; the runner is started before, without a runtime.
pub async fn run(cli: Cli) -> Result<ExitCode, Error> {
    if let Command::Settings = cli.command {
        print!("{}", reference::<Settings>("Settings of `portal`", "MUSUBI_PORTAL_"));
        return Ok(ExitCode::SUCCESS);
    }
    let read = || -> Result<Settings, ConfigError> {
        let settings: Settings = load(cli.config.as_deref(), "MUSUBI_PORTAL_")?;
        settings.check()?;
        Ok(settings)
    };
    let settings = read()?;
    match cli.command {
        Command::Serve => serve::run(read).await?,
        Command::Insurer(command) => insurer::run(&settings, command).await?,
        Command::Import(import) => return import::run(&settings, import).await,
        Command::Jobs { command } => jobs::run(&settings, command).await?,
        Command::Staff(command) => return staff::run(&settings, command).await,
        Command::Doctor => return doctor::run(&settings).await,
        Command::Plugin(command) => return plugin::run(&settings, command).await,
        Command::Plugins { command } => return plugins::run(&settings, command).await,
        Command::Settings | Command::Runner { .. } | Command::Inspect { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
