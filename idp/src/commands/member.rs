//! `idp member`: accounts for tests and pilots, without a journey; and the help desk's lock.

use super::{known, now};
use crate::app::{App, open_db};
use crate::credentials::breached::Breached;
use crate::credentials::password::{Cost, Hasher, is_common};
use crate::definition::{Policy, published};
use crate::ids::AccountId;
use crate::lockdown::lock;
use crate::people::moved;
use crate::settings::Settings;
use crate::store::accounts::{self, Account, State};
use crate::store::addresses::match_form;
use crate::store::events::{self, Detail, What};
use crate::store::{locks, passwords, rosters};
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
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
    /// Make the accounts of members who move in from another system, with the hashes of their passwords
    /// (argon2, bcrypt, PBKDF2, scrypt), from a CSV file: user_id,email,person_key,password_hash. All
    /// faults are told and then nothing is written; the same file twice is no change.
    Import {
        file: PathBuf,
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// Check, write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Shut an account that somebody else may have got into: every session and grant ends, and the
    /// password is void, until its owner has recovered it.
    Lock {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// The user ID or the mail address.
        #[arg(long)]
        user_id: String,
        /// Why: kept in the account's history, which its owner can read.
        #[arg(long)]
        reason: String,
    },
    /// Open an account again whose owner cannot recover it. The password stays void, unless another is
    /// given.
    Unlock {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// The user ID or the mail address.
        #[arg(long)]
        user_id: String,
        /// Why: kept in the account's history, which its owner can read.
        #[arg(long)]
        reason: String,
        /// Give it a password, read from standard input: good for a week, and only to choose another.
        #[arg(long)]
        password: bool,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Create { insurer, user_id, email, person } => {
            create(settings, &insurer, &user_id, email, person).await?;
        }
        Command::Import { file, insurer, dry_run } => {
            return import(settings, &file, &insurer, dry_run).await;
        }
        Command::Lock { insurer, user_id, reason } => {
            shut(settings, (&insurer, &user_id), &reason, Shut::Lock).await?;
        }
        Command::Unlock { insurer, user_id, reason, password } => {
            let how = Shut::Unlock { password };
            shut(settings, (&insurer, &user_id), &reason, how).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(
    settings: &Settings,
    file: &Path,
    insurer: &str,
    dry_run: bool,
) -> Result<ExitCode, Error> {
    let db = open_db(settings).await?;
    let insurer = known(&db, insurer).await?;
    let current = published::current(&mut db.read().await?, &insurer).await?;
    if current.is_some_and(|(_, one)| !one.policy.accounts.are_members()) {
        return Err(Error::fault(format!("{insurer} has accounts of staff: idp staff add")));
    }
    let reader = std::io::BufReader::new(std::fs::File::open(file)?);
    let report = moved::import(&db, &insurer, reader, dry_run, now()).await?;
    println!("{report}");
    if dry_run {
        println!("Checked only: nothing was written.");
    }
    db.close().await;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What becomes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shut {
    Lock,
    Unlock {
        /// Another password is read.
        password: bool,
    },
}

/// The hash of a password from standard input that the insurer's rules take.
async fn new_password(
    settings: &Settings,
    policy: &Policy,
    own_words: &[&str],
) -> Result<String, Error> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    let length = password.chars().count();
    if length < policy.password.min || length > policy.password.max {
        let (min, max) = (policy.password.min, policy.password.max);
        return Err(Error::fault(format!("standard input: a password of {min} to {max} letters")));
    }
    if is_common(password, own_words) {
        let why = "standard input: this password is among the first that are tried; take another";
        return Err(Error::fault(why));
    }
    let list = Breached::open(Settings::file(&settings.breached_passwords_file))?;
    if list.contains(password).await? {
        let why = "standard input: this password has become known elsewhere; take another";
        return Err(Error::fault(why));
    }
    Ok(Hasher::start(1, 1, Cost::of(&settings.hashing)).hash(password).await?)
}

/// Shuts an account, or opens it again.
async fn shut(
    settings: &Settings,
    (insurer, login): (&str, &str),
    reason: &str,
    how: Shut,
) -> Result<(), Error> {
    let app = App::open(settings.clone(), Cost::of(&settings.hashing)).await?;
    let unknown = || Error::fault(format!("no insurer {insurer:?}: apply its folder first"));
    let realm = app.realm(insurer).await?.ok_or_else(unknown)?;
    if reason.trim().is_empty() {
        return Err(Error::fault("--reason: say why, in a few words"));
    }
    let hash = match how {
        Shut::Unlock { password: true } => {
            Some(new_password(settings, &realm.definition.policy, &[login]).await?)
        }
        _ => None,
    };
    let mut tx = app.tools.db.begin().await?;
    let account = accounts::by_login(&mut tx, realm.id(), login).await?;
    let account = account.ok_or_else(|| {
        Error::fault(format!("--user-id {login}: no account of {insurer} signs in with it"))
    })?;
    let id = &account.account_id;
    let changed = match how {
        Shut::Lock => lock(&mut tx, (&realm, &app.clients), id, Some(reason), now()).await?,
        Shut::Unlock { .. } => {
            let detail = Detail { reason: Some(reason.to_owned()), ..Detail::default() };
            let was = locks::delete(&mut tx, realm.id(), id).await?.is_some();
            if was {
                let happened = (&detail, now());
                events::insert(&mut tx, realm.id(), id, What::Unlocked, happened).await?;
            }
            if let Some(hash) = &hash {
                let given = (hash.as_str(), now() + passwords::GIVEN_SECS);
                passwords::issue(&mut tx, realm.id(), id, given, now()).await?;
            }
            was
        }
    };
    tx.commit().await?;
    let word = if how == Shut::Lock { "locked" } else { "open" };
    println!("{login}: {}{word}", if changed { "" } else { "was already " });
    app.tools.db.close().await;
    Ok(())
}

async fn create(
    settings: &Settings,
    insurer: &str,
    user_id: &str,
    email: Option<String>,
    person: Option<String>,
) -> Result<(), Error> {
    let db = open_db(settings).await?;
    let insurer = known(&db, insurer).await?;
    let mut conn = db.read().await?;
    let policy = match published::current(&mut conn, &insurer).await? {
        Some((_, definition)) if definition.policy.accounts.are_members() => definition.policy,
        Some(_) => {
            return Err(Error::fault(format!("{insurer} has accounts of staff: idp staff add")));
        }
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
    let own_words: Vec<&str> = [user_id].into_iter().chain(email.as_deref()).collect();
    let hash = new_password(settings, &policy, &own_words).await?;
    let account = Account {
        account_id: AccountId::random(),
        state: State::Active,
        person_id,
        user_id: Some(match_form(user_id)),
        email,
        created_at: now(),
        language: None,
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
