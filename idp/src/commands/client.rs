//! `idp client`: relying parties.

use super::{known, now};
use crate::app::{open_db, open_sealer};
use crate::clients::put::{Put, invite, put};
use crate::clients::secrets::{ClearSecret, rotate};
use crate::definition::{ClientFile, published};
use crate::ids::InsurerId;
use crate::settings::Settings;
use crate::store::clients::{self, ALL, Origin, Registered};
use crate::store::grants;
use clap::Subcommand;
use db::{Conn, Db};
use secret::Sealer;
use std::path::{Path, PathBuf};
use web::Error;
use web::config::ConfigError;

#[derive(Subcommand)]
pub enum Command {
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

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let db = open_db(settings).await?;
    let sealer = open_sealer(settings, &db).await?;
    match command {
        Command::Apply { file } => apply(&db, &sealer, &file).await?,
        Command::Secret { client_id, insurer, overlap_hours } => {
            let insurer = InsurerId::new(insurer);
            let mut tx = db.begin().await?;
            let found = registered(&mut tx, &insurer, &client_id).await?;
            let mut client = found.client.clone();
            if !client.token_endpoint_auth_method.by_secret() {
                return Err(Error::fault(format!("{client_id} authenticates without a secret")));
            }
            let clear = rotate(&sealer, &insurer, &mut client, overlap_hours * 3600, now());
            if !clients::replace(&mut tx, &found, &client, now()).await? {
                return Err(changed(&client_id));
            }
            tx.commit().await?;
            show(&clear);
        }
        Command::Remove { client_id, insurer } => {
            let insurer = InsurerId::new(insurer);
            let mut tx = db.begin().await?;
            registered(&mut tx, &insurer, &client_id).await?;
            clients::delete(&mut tx, &insurer, &client_id).await?;
            if insurer.as_str() == ALL {
                grants::forget_everywhere(&mut tx, &client_id).await?;
            } else {
                grants::revoke_client(&mut tx, &insurer, &client_id).await?;
            }
            tx.commit().await?;
            println!("{client_id} is removed");
        }
        Command::Invite { insurer, uses, days } => {
            let insurer = known(&db, &insurer).await?;
            let mut tx = db.begin().await?;
            let token = invite(&mut tx, &insurer, uses, now() + days * 24 * 3600).await?;
            tx.commit().await?;
            println!("{}", token.0);
        }
    }
    db.close().await;
    Ok(())
}

fn changed(client_id: &str) -> Error {
    Error::fault(format!("{client_id} was changed by somebody else just now: try again"))
}

fn show(clear: &ClearSecret) {
    println!("client_secret = {:?}    # shown this once", clear.0);
}

async fn apply(db: &Db, sealer: &Sealer, file: &Path) -> Result<(), Error> {
    let ClientFile { client, client_secret, insurer } = ClientFile::read(file)?;
    let say = |why: String| ConfigError(format!("{}: {why}", file.display()));
    let insurer =
        insurer.ok_or_else(|| say("insurer is missing: a slug, or \"*\" for all".to_owned()))?;
    let insurer = match insurer == ALL {
        true => InsurerId::new(insurer),
        false => known(db, &insurer).await?,
    };
    let mut tx = db.begin().await?;
    if let Some((_, folder)) = published::current(&mut tx, &insurer).await? {
        // The folder's client would win, and this one would be registered for nothing.
        if folder.clients.contains_key(&client.client_id) {
            let id = &client.client_id;
            let why = format!("{id} is in the folder of {insurer}: change it there and apply it");
            return Err(Error::fault(why));
        }
        if let Some(why) = folder.policy.protocol.client_fault(&client) {
            return Err(say(why.to_owned()).into());
        }
    }
    let old = clients::by_id(&mut tx, &insurer, &client.client_id).await?;
    let old = old.filter(|old| old.insurer_id == insurer);
    let new = Put {
        insurer: &insurer,
        client,
        old: old.as_ref(),
        chosen_secret: client_secret.as_deref(),
        origin: Origin::Operator,
        registration_hash: None,
    };
    let id = new.client.client_id.clone();
    let written = put(&mut tx, sealer, new, now()).await?.ok_or_else(|| changed(&id))?;
    for line in web::difference::difference(old.as_ref().map(|old| &old.client), &written.client) {
        println!("{line}");
    }
    tx.commit().await?;
    if let Some(clear) = &written.clear {
        show(clear);
    }
    Ok(())
}

async fn registered(
    conn: &mut Conn,
    insurer: &InsurerId,
    client_id: &str,
) -> Result<Registered, Error> {
    let found = clients::by_id(conn, insurer, client_id).await?;
    let found = found.filter(|found| found.insurer_id == *insurer);
    found.ok_or_else(|| {
        Error::fault(format!("{insurer} has no client {client_id:?} outside its folder"))
    })
}
