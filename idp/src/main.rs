//! The command line of the identity provider.

use clap::{Parser, Subcommand};
use idp::definition::{ClientFile, Definition};
use idp::roster::{self, Options};
use idp::settings::Settings;
use idp::{app, apply, endpoints, realm, serve, store};
use secret::Sealer;
use secret::{hash, random};
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::config::{ConfigError, insurer_file, load, reference};

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
    /// Relying parties.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Signing keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Print the reference of all settings.
    Settings,
}

#[derive(Subcommand)]
enum ClientCommand {
    /// Register a client from a TOML file, or replace it. A new client that needs a secret and
    /// brings none gets one, shown once.
    Apply { file: PathBuf },
    /// Give a client a new secret, shown once; the old one goes on for a while.
    Secret {
        client_id: String,
        /// The insurer's slug, or `*` for a client of all insurers.
        #[arg(long)]
        insurer: String,
        /// Hours for which the old secret is still accepted.
        #[arg(long, default_value_t = 168)]
        overlap_hours: i64,
    },
    /// Remove a client and everything that it was granted.
    Remove {
        client_id: String,
        /// The insurer's slug, or `*` for a client of all insurers.
        #[arg(long)]
        insurer: String,
    },
    /// Let clients register themselves: prints an initial access token, shown once.
    Invite {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// How many clients may register with it.
        #[arg(long, default_value_t = 1)]
        uses: i64,
        /// Days for which it is good.
        #[arg(long, default_value_t = 7)]
        days: i64,
    },
}

#[derive(Subcommand)]
enum Keys {
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
            let sealer = Sealer::from_file(&settings.key_file)?;
            let definition = Definition::read(&folder, &sealer)?;
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
            known(&db, &insurer).await?;
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
        Command::Client(command) => client(&settings, command).await?,
        Command::Keys(Keys::Rotate { insurer, now: at_once, revoke }) => {
            let db = app::open_db(&settings).await?;
            known(&db, &insurer).await?;
            let sealer = Sealer::from_file(&settings.key_file)?;
            let now = jiff::Timestamp::now().as_second();
            let active = if at_once || revoke { now } else { now + 600 };
            let retires = if revoke { now } else { active + realm::LONGEST_TOKEN };
            realm::rotate(&db, &sealer, &insurer, (active, retires), now).await?;
            println!(
                "{insurer}: new keys, signing {}",
                if active == now { "now" } else { "in 10 minutes" }
            );
            db.close().await;
        }
        Command::Settings => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a slug that no insurer has.
async fn known(db: &db::Db, insurer: &str) -> Result<(), Error> {
    if store::insurers::current(&mut db.read().await?, insurer).await?.is_some() {
        return Ok(());
    }
    Err(Error::fault(format!("no insurer {insurer:?}: apply its folder first")))
}

async fn client(settings: &Settings, command: ClientCommand) -> Result<(), Error> {
    let db = app::open_db(settings).await?;
    let sealer = Sealer::from_file(&settings.key_file)?;
    let now = jiff::Timestamp::now().as_second();
    let all = store::clients::ALL;
    match command {
        ClientCommand::Apply { file } => {
            let ClientFile { mut client, client_secret, insurer } = ClientFile::read(&file)?;
            let say = |why: String| ConfigError(format!("{}: {why}", file.display()));
            let insurer = insurer
                .ok_or_else(|| say("insurer is missing: a slug, or \"*\" for all".to_owned()))?;
            if insurer != all {
                known(&db, &insurer).await?;
            }
            let mut tx = db.begin().await?;
            // The folder's client would win, and this one would be registered for nothing.
            let folder = store::insurers::current(&mut tx, &insurer).await?;
            if folder.is_some_and(|(_, folder)| folder.clients.contains_key(&client.client_id)) {
                let id = &client.client_id;
                return Err(Error::fault(format!(
                    "{id} is in the folder of {insurer}: change it there and apply the folder"
                )));
            }
            let old = store::clients::by_id(&mut tx, &insurer, &client.client_id).await?;
            let old = old.filter(|old| old.insurer_id == insurer).map(|old| old.client);
            let mut shown = None;
            if client.token_endpoint_auth_method.by_secret() {
                let same = old.as_ref().filter(|old| {
                    old.token_endpoint_auth_method == client.token_endpoint_auth_method
                });
                match (&client_secret, same) {
                    (Some(clear), _) => {
                        let secret = idp::clients::new_secret(&sealer, &insurer, &client, clear);
                        client.secrets = vec![secret];
                    }
                    (None, Some(old)) => client.secrets.clone_from(&old.secrets),
                    (None, None) => {
                        let clear = random::secret();
                        let secret = idp::clients::new_secret(&sealer, &insurer, &client, &clear);
                        client.secrets = vec![secret];
                        shown = Some(clear);
                    }
                }
            }
            for line in web::difference::difference(old.as_ref(), &client) {
                println!("{line}");
            }
            store::clients::put(&mut tx, &insurer, &client, ("operator", None), now).await?;
            tx.commit().await?;
            if let Some(clear) = shown {
                println!("client_secret = {clear:?}    # shown this once");
            }
        }
        ClientCommand::Secret { client_id, insurer, overlap_hours } => {
            let mut tx = db.begin().await?;
            let mut client = registered(&mut tx, &insurer, &client_id).await?;
            if !client.token_endpoint_auth_method.by_secret() {
                return Err(Error::fault(format!("{client_id} authenticates without a secret")));
            }
            let overlap = overlap_hours * 3600;
            let clear = endpoints::admin::rotated(&sealer, &insurer, &mut client, overlap, now);
            store::clients::put(&mut tx, &insurer, &client, ("operator", None), now).await?;
            tx.commit().await?;
            println!("client_secret = {clear:?}    # shown this once");
        }
        ClientCommand::Remove { client_id, insurer } => {
            let mut tx = db.begin().await?;
            registered(&mut tx, &insurer, &client_id).await?;
            store::clients::delete(&mut tx, &insurer, &client_id).await?;
            if insurer == all {
                store::grants::forget_everywhere(&mut tx, &client_id).await?;
            } else {
                store::grants::revoke_client(&mut tx, &insurer, &client_id).await?;
            }
            tx.commit().await?;
            println!("{client_id} is removed");
        }
        ClientCommand::Invite { insurer, uses, days } => {
            known(&db, &insurer).await?;
            let token = random::secret();
            let hash = hash::sha256(&token);
            let until = now + days * 24 * 3600;
            let mut tx = db.begin().await?;
            store::clients::allow_registration(&mut tx, &insurer, &hash, uses, until).await?;
            tx.commit().await?;
            println!("{token}");
        }
    }
    db.close().await;
    Ok(())
}

async fn registered(
    conn: &mut db::Conn,
    insurer: &str,
    client_id: &str,
) -> Result<oidc::Client, Error> {
    let found = store::clients::by_id(conn, insurer, client_id).await?;
    let found = found.filter(|found| found.insurer_id == insurer);
    found.map(|found| found.client).ok_or_else(|| {
        Error::fault(format!("{insurer} has no client {client_id:?} outside its folder"))
    })
}
