//! The command line of the identity provider.

use clap::{Parser, Subcommand};
use idp::definition::Definition;
use idp::roster::{self, Options};
use idp::settings::Settings;
use idp::{app, apply, serve};
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::config::{insurer_file, load, reference};

/// Musubi identity provider: registration, login and OpenID Connect for health insurers.
#[derive(Parser)]
#[command(version)]
struct Cli {
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
    Insurer(Insurer),
    /// The insurers' lists of members.
    #[command(subcommand)]
    Roster(Roster),
    /// Print the reference of all settings.
    Settings,
}

#[derive(Subcommand)]
enum Insurer {
    /// Show what an insurer's folder would change and publish it as a new version.
    Apply {
        folder: PathBuf,
        /// Only show the difference.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
enum Roster {
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
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    web::log::start();
    // Two cores serve a great many logins; idle threads cost memory.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(8)
        .build()
        .expect("threads can be started");
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("idp: {}", error.text());
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Error> {
    if let Command::Settings = cli.command {
        print!("{}", reference::<Settings>("Settings of `idp`", "MUSUBI_IDP_"));
        return Ok(ExitCode::SUCCESS);
    }
    let settings: Settings = load(cli.config.as_deref(), "MUSUBI_IDP_")?;
    match cli.command {
        Command::Serve => serve::run(settings).await?,
        Command::Insurer(Insurer::Apply { folder, dry_run }) => {
            let definition = Definition::read(&folder)?;
            web::themes::exists(&settings.themes, &definition.brand.theme)?;
            let db = app::open_db(&settings).await?;
            let slug = &definition.brand.slug;
            let lines = if dry_run {
                let current = idp::store::insurers::current(&mut db.read().await?, slug).await?;
                web::difference::difference(current.as_ref().map(|(_, d)| d), &definition)
            } else {
                let now = jiff::Timestamp::now().as_second();
                let (version, lines) = apply::apply(&db, &definition, now).await?;
                eprintln!("{slug}: version {version}, {} changes", lines.len());
                lines
            };
            lines.iter().for_each(|line| println!("{line}"));
            db.close().await;
        }
        Command::Roster(Roster::Import { file, insurer, layout, dry_run, allow_large_change }) => {
            let layout = insurer_file(&layout)?;
            let db = app::open_db(&settings).await?;
            if idp::store::insurers::current(&mut db.read().await?, &insurer).await?.is_none() {
                return Err(Error::Fault(format!(
                    "no insurer {insurer:?}: apply its folder first"
                )));
            }
            let source = std::fs::File::open(&file)?;
            let bar = indicatif::ProgressBar::new(source.metadata()?.len());
            let today = app::today(jiff::Timestamp::now().as_second());
            let options = Options { dry_run, allow_large_change };
            let source = std::io::BufReader::new(source);
            let told = |bytes| bar.set_position(bytes);
            let report =
                roster::import(&db, &insurer, (source, &layout), options, &today, told).await?;
            bar.finish_and_clear();
            println!("{report}");
            if dry_run {
                println!("確認だけです。何も変更していません。");
            }
            db.close().await;
            if !report.problems.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Settings => {}
    }
    Ok(ExitCode::SUCCESS)
}
