//! `idp member`: accounts for tests and pilots, without a journey.

use super::{known, now};
use crate::app::open_db;
use crate::credentials::password::{Cost, Hasher, is_common};
use crate::definition::published;
use crate::ids::AccountId;
use crate::settings::Settings;
use crate::store::accounts::{self, Account, State};
use crate::store::addresses::match_form;
use crate::store::{passwords, rosters};
use clap::Subcommand;
use web::Error;

#[derive(Subcommand)]
pub enum Command {
    /// Make an account that signs in with a password, read from standard input. Nothing about the
    /// person is proved: for tests and pilots.
    Create {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        #[arg(long)]
        user_id: String,
        /// The address that also signs in.
        #[arg(long)]
        email: Option<String>,
        /// The person of the roster, by the insurer's own key (`person_key`).
        #[arg(long)]
        person: Option<String>,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let Command::Create { insurer, user_id, email, person } = command;
    let db = open_db(settings).await?;
    let insurer = known(&db, &insurer).await?;
    let mut conn = db.read().await?;
    let policy = match published::current(&mut conn, &insurer).await? {
        Some((_, definition)) => definition.policy,
        None => return Err(Error::fault(format!("{insurer} is not published"))),
    };
    let person_id = match &person {
        Some(key) => {
            let found = rosters::person(&mut conn, &insurer, key).await?;
            Some(found.ok_or_else(|| {
                Error::fault(format!("--person {key}: nobody in the roster of {insurer} has it"))
            })?)
        }
        None => None,
    };
    drop(conn);
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    let length = password.chars().count();
    if length < policy.password.min || length > policy.password.max {
        let (min, max) = (policy.password.min, policy.password.max);
        return Err(Error::fault(format!("standard input: a password of {min} to {max} letters")));
    }
    let own_words: Vec<&str> = [user_id.as_str()].into_iter().chain(email.as_deref()).collect();
    if is_common(password, &own_words) {
        let why = "standard input: this password is among the first that are tried; take another";
        return Err(Error::fault(why));
    }
    let hasher = Hasher::start(1, 1, Cost::of(&settings.hashing));
    let hash = hasher.hash(password).await?;
    let account = Account {
        account_id: AccountId::random(),
        state: State::Active,
        person_id,
        user_id: Some(match_form(&user_id)),
        email,
        created_at: now(),
    };
    let mut tx = db.begin().await?;
    if !accounts::insert(&mut tx, &insurer, &account).await? {
        let why = "the person, the user ID or the address has an account already";
        return Err(Error::fault(why));
    }
    passwords::replace(&mut tx, &insurer, &account.account_id, &hash, now()).await?;
    tx.commit().await?;
    println!("{}", account.account_id);
    db.close().await;
    Ok(())
}
