//! The command line of the portal.

use clap::{Parser, Subcommand};
use portal::commands::serve;
use portal::insurers::definition::{Definition, apply};
use portal::plugins::Loaded;
use portal::plugins::package::load;
use portal::plugins::run::runner_process;
use portal::settings::Settings;
use portal::{app, imports};
use secret::Sealer;
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::config::{insurer_file, load as load_settings, reference};

/// Musubi member portal: plugins in each insurer's theme.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Settings file (TOML); `MUSUBI_PORTAL_…` variables override it. See `portal settings`.
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
    /// Import an insurer's file for a plugin; faulty rows are all reported and nothing is changed.
    Import {
        file: PathBuf,
        #[arg(long)]
        insurer: String,
        #[arg(long)]
        plugin: String,
        /// How the file is laid out.
        #[arg(long)]
        layout: PathBuf,
        /// Check only, write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Load every plugin, say which are refused and why.
    Plugins,
    /// Print the reference of all settings.
    Settings,
    /// Hold one plugin; started by `serve`, not by hand.
    #[command(hide = true)]
    Runner { library: PathBuf },
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

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Runner { library } = &cli.command {
        return runner_process::run(library);
    }
    web::log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(16)
        .build()
        .expect("threads can be started");
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("portal: {}", error.text());
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Error> {
    if let Command::Settings = cli.command {
        print!("{}", reference::<Settings>("Settings of `portal`", "MUSUBI_PORTAL_"));
        return Ok(ExitCode::SUCCESS);
    }
    let settings: Settings = load_settings(cli.config.as_deref(), "MUSUBI_PORTAL_")?;
    match cli.command {
        Command::Serve => serve::run(settings).await?,
        Command::Insurer(Insurer::Apply { folder, dry_run }) => {
            let sealer = Sealer::from_file(&settings.key_file)?;
            let definition = Definition::read(&folder, &sealer)?;
            web::themes::exists(&settings.themes, &definition.brand.theme)?;
            let db = app::open_db(&settings).await?;
            let now = jiff::Timestamp::now().as_second();
            let slug = definition.brand.slug.clone();
            let lines = apply(&db, &sealer, definition, dry_run, now).await?;
            eprintln!("{slug}: {} changes", lines.len());
            lines.iter().for_each(|line| println!("{line}"));
            db.close().await;
        }
        Command::Import { file, insurer, plugin, layout, dry_run } => {
            let layout = insurer_file(&layout)?;
            let db = app::open_db(&settings).await?;
            if db::published::current(&mut db.read().await?, &insurer).await?.is_none() {
                return Err(Error::Fault(format!(
                    "no insurer {insurer:?}: apply its folder first"
                )));
            }
            let found =
                load::all(&settings.plugins, &db).await?.into_iter().find_map(|l| match l {
                    Loaded::Ready(found) if found.id() == plugin => Some(Ok(found)),
                    Loaded::Refused { name, why } if name == plugin => Some(Err(why)),
                    _ => None,
                });
            let plugin = match found {
                Some(Ok(plugin)) => plugin,
                Some(Err(why)) => return Err(Error::Fault(format!("plugin {plugin}: {why}"))),
                None => return Err(Error::Fault(format!("there is no plugin {plugin:?}"))),
            };
            let source = std::fs::File::open(&file)?;
            let bar = indicatif::ProgressBar::new(source.metadata()?.len());
            let now = jiff::Timestamp::now().as_second();
            let told = |bytes| bar.set_position(bytes);
            let report =
                imports::import(&db, &insurer, &plugin, (source, &layout), dry_run, now, told)
                    .await?;
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
        Command::Plugins => {
            let db = app::open_db(&settings).await?;
            let mut code = ExitCode::SUCCESS;
            for loaded in load::all(&settings.plugins, &db).await? {
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
            return Ok(code);
        }
        Command::Settings | Command::Runner { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
