//! What an operator types: one file per command.

pub mod client;
mod doctor;
pub mod insurer;
pub mod journeys;
pub mod keys;
pub mod member;
pub mod roster;
pub mod staff;

use crate::ids::InsurerId;
use crate::serve;
use crate::settings::Settings;
use crate::store::insurers;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::config::{ConfigError, load, reference};

/// Musubi identity provider: registration, login and OpenID Connect for health insurers.
#[derive(Parser)]
#[command(version = web::VERSION)]
pub struct Cli {
    /// Settings file (TOML); `MUSUBI_IDP_…` variables override it. See `idp settings`.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until it is asked to stop.
    Serve,
    /// Publish insurers.
    #[command(subcommand)]
    Insurer(insurer::Command),
    /// The insurers' lists of members.
    #[command(subcommand)]
    Roster(roster::Command),
    /// Relying parties.
    #[command(subcommand)]
    Client(client::Command),
    /// Accounts for tests and pilots; shutting one, and opening it again.
    #[command(subcommand)]
    Member(member::Command),
    /// Who works for an insurer: their accounts and roles.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Where people give up.
    #[command(subcommand)]
    Journeys(journeys::Command),
    /// Signing keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Try everything that the settings name and say what to do about what does not work.
    Doctor,
    /// Print the reference of all settings.
    Settings,
}

/// Runs a command.
///
/// # Errors
/// A text that says what to do.
pub async fn run(cli: Cli) -> Result<ExitCode, Error> {
    if let Command::Settings = cli.command {
        print!("{}", reference::<Settings>("Settings of `idp`", "MUSUBI_IDP_"));
        return Ok(ExitCode::SUCCESS);
    }
    let read = || -> Result<Settings, ConfigError> {
        let settings: Settings = load(cli.config.as_deref(), "MUSUBI_IDP_")?;
        settings.check()?;
        Ok(settings)
    };
    let settings = read()?;
    match cli.command {
        Command::Serve => serve::run(read).await?,
        Command::Insurer(command) => insurer::run(&settings, command).await?,
        Command::Roster(command) => return roster::run(&settings, command).await,
        Command::Client(command) => client::run(&settings, command).await?,
        Command::Member(command) => return member::run(&settings, command).await,
        Command::Staff(command) => staff::run(&settings, command).await?,
        Command::Journeys(command) => journeys::run(&settings, command).await?,
        Command::Keys(command) => keys::run(&settings, command).await?,
        Command::Doctor => return doctor::run(&settings).await,
        Command::Settings => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The time of a command. A command is not a request: it has no clock that tests move.
fn now() -> i64 {
    web::clock::Clock::system().now()
}

/// The insurer of a slug; refuses one that nobody has.
async fn known(db: &db::Db, slug: &str) -> Result<InsurerId, Error> {
    let insurer = InsurerId::new(slug);
    if insurers::exists(&mut db.read().await?, &insurer).await? {
        return Ok(insurer);
    }
    Err(Error::fault(format!("no insurer {slug:?}: apply its folder first")))
}
