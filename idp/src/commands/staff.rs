//! `idp staff`: who works for an insurer. Nobody registers there: the operator lets people in.

use super::now;
use crate::app::App;
use crate::credentials::password::{Cost, Hasher};
use crate::ids::AccountId;
use crate::journeys::steps::mailbox::checked;
use crate::lockdown::sign_out;
use crate::mail::From;
use crate::mail::letters::StaffWelcome;
use crate::people::close::{close, void_credentials};
use crate::realm::Realm;
use crate::settings::Settings;
use crate::store::accounts::{self, Account, State};
use crate::store::events::{self, Detail, What};
use crate::store::passwords::GIVEN_SECS;
use crate::store::staff::{self, Colleague, Roles};
use crate::store::{addresses, locks, passwords};
use axum::http::Request;
use clap::{Args, Subcommand};
use db::Tx;
use secret::random;
use std::sync::Arc;
use web::Error;

/// Whom it is about.
#[derive(Args)]
pub struct Whom {
    /// The slug of a realm with accounts = "staff".
    #[arg(long)]
    insurer: String,
    /// The address with which they sign in.
    #[arg(long)]
    email: String,
}

#[derive(Subcommand)]
pub enum Command {
    /// Let somebody in. Prints a temporary password, which you tell them yourself; the way to the page goes to
    /// them by mail.
    Add {
        #[command(flatten)]
        whom: Whom,
        /// What they are called, as the record of their acts shows them.
        #[arg(long)]
        name: String,
        /// INSURER:ROLE, for each role at each insurer of the portal: minato:clerk.
        #[arg(long = "role")]
        roles: Vec<String>,
    },
    /// Everybody, with roles.
    List {
        /// The slug of a realm with accounts = "staff".
        #[arg(long)]
        insurer: String,
    },
    /// Give somebody these roles and no others; they sign in again.
    Roles {
        #[command(flatten)]
        whom: Whom,
        /// INSURER:ROLE, for each role; none: they may do nothing any more.
        #[arg(long = "role")]
        roles: Vec<String>,
    },
    /// For somebody who has lost password, app or device: everything is void, and a new temporary password is
    /// printed.
    Reset {
        #[command(flatten)]
        whom: Whom,
    },
    /// Somebody does not work here any more: they are out at once.
    Remove {
        #[command(flatten)]
        whom: Whom,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let app = App::open(settings.clone(), Cost::of(&settings.hashing)).await?;
    match command {
        Command::Add { whom, name, roles } => add(&app, settings, &whom, &name, &roles).await?,
        Command::List { insurer } => list(&app, &insurer).await?,
        Command::Roles { whom, roles } => {
            let roles = read(&roles)?;
            let (realm, mut tx, account) = begin(&app, &whom).await?;
            let id = &account.account_id;
            staff::set_roles(&mut tx, realm.id(), id, &roles).await?;
            sign_out(&mut tx, (&realm, &app.clients), id, now()).await?;
            note(&mut tx, &realm, id, What::RolesChanged).await?;
            tx.commit().await?;
            println!("{}: {}", whom.email, shown(&roles));
        }
        Command::Reset { whom } => reset(&app, settings, &whom).await?,
        Command::Remove { whom } => {
            let (realm, mut tx, account) = begin(&app, &whom).await?;
            let id = &account.account_id;
            sign_out(&mut tx, (&realm, &app.clients), id, now()).await?;
            staff::set_roles(&mut tx, realm.id(), id, &Roles::new()).await?;
            close(&mut tx, realm.id(), id, now()).await?;
            note(&mut tx, &realm, id, What::Closed).await?;
            tx.commit().await?;
            println!("{}: removed", whom.email);
        }
    }
    app.tools.db.close().await;
    Ok(())
}

async fn add(
    app: &App,
    settings: &Settings,
    whom: &Whom,
    name: &str,
    roles: &[String],
) -> Result<(), Error> {
    let roles = read(roles)?;
    let realm = realm(app, &whom.insurer).await?;
    let email = checked(&whom.email)
        .map_err(|_| Error::fault(format!("--email {:?} is no mail address", whom.email)))?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::fault("--name: 1 to 100 characters"));
    }
    let (password, hash) = temporary(settings).await?;
    let account = Account {
        account_id: AccountId::random(),
        state: State::Active,
        person_id: None,
        user_id: None,
        email: Some(email),
        created_at: now(),
        language: None,
    };
    let mut tx = app.tools.db.begin().await?;
    let id = &account.account_id;
    if !accounts::insert(&mut tx, realm.id(), &account).await? {
        let why = format!("{} works here already: see `idp staff list`", whom.email);
        return Err(Error::fault(why));
    }
    staff::insert(&mut tx, realm.id(), id, name, now()).await?;
    staff::set_roles(&mut tx, realm.id(), id, &roles).await?;
    welcome(&mut tx, (app, &realm), &account, (name, &hash), false).await?;
    tx.commit().await?;
    println!("{}: {}", whom.email, shown(&roles));
    println!("{password}");
    Ok(())
}

async fn reset(app: &App, settings: &Settings, whom: &Whom) -> Result<(), Error> {
    let (password, hash) = temporary(settings).await?;
    let (realm, mut tx, account) = begin(app, whom).await?;
    let id = &account.account_id;
    sign_out(&mut tx, (&realm, &app.clients), id, now()).await?;
    void_credentials(&mut tx, realm.id(), id, now()).await?;
    // Whoever may have been in is out, and the password of before is void.
    let _ = locks::delete(&mut tx, realm.id(), id).await?;
    note(&mut tx, &realm, id, What::Reset).await?;
    let name = staff::by_account(&mut tx, realm.id(), id).await?.map(|(name, _)| name);
    let name = name.unwrap_or_default();
    welcome(&mut tx, (app, &realm), &account, (&name, &hash), true).await?;
    tx.commit().await?;
    println!("{password}");
    Ok(())
}

async fn list(app: &App, insurer: &str) -> Result<(), Error> {
    let realm = realm(app, insurer).await?;
    let mut conn = app.tools.db.read().await?;
    for Colleague { account, name, roles } in staff::list(&mut conn, realm.id()).await? {
        let id = &account.account_id;
        let password = passwords::active(&mut conn, realm.id(), id).await?;
        let state = match (account.state, password) {
            (State::Closed, _) => "removed",
            _ if locks::is_locked(&mut conn, realm.id(), id).await? => "locked",
            (_, Some(password)) if password.temporary_until.is_some_and(|until| until <= now()) => {
                "its password has run out: reset"
            }
            (_, Some(password)) if password.temporary_until.is_some() => "has not signed in yet",
            _ => "active",
        };
        let email = account.email.as_deref().unwrap_or("-");
        println!("{email}  {name}  {}  {state}", shown(&roles));
    }
    Ok(())
}

/// Gives the password, and mails the way to the page.
async fn welcome(
    tx: &mut Tx,
    (app, realm): (&App, &Arc<Realm>),
    account: &Account,
    (name, hash): (&str, &str),
    anew: bool,
) -> Result<(), Error> {
    let id = &account.account_id;
    passwords::issue(tx, realm.id(), id, (hash, now() + GIVEN_SECS), now()).await?;
    let (parts, ()) = Request::new(()).into_parts();
    let look = app.look(&parts, Some(realm)).in_language(account.language.as_deref());
    let from = From { realm, look: &look, now: now() };
    let url = realm.definition.policy.home.for_members().to_owned();
    let letter = StaffWelcome { name: name.to_owned(), url, days: GIVEN_SECS / 86_400, anew };
    let address = addresses::of_role(tx, realm.id(), id, addresses::Role::Login).await?;
    let (address, _) = address.ok_or_else(|| Error::fault("the account has no address"))?;
    app.tools.outbox.put(tx, from, &address, &letter).await
}

/// A password to be read out, 66 bits, and its hash.
async fn temporary(settings: &Settings) -> Result<(String, String), Error> {
    let digits = random::digits(20);
    let groups: Vec<&str> = (0..5).map(|n| &digits[n * 4..n * 4 + 4]).collect();
    let password = groups.join("-");
    let hash = Hasher::start(1, 1, Cost::of(&settings.hashing)).hash(&password).await?;
    Ok((password, hash))
}

/// The account of somebody who works here, in a transaction.
async fn begin(app: &App, whom: &Whom) -> Result<(Arc<Realm>, Tx, Account), Error> {
    let realm = realm(app, &whom.insurer).await?;
    let mut tx = app.tools.db.begin().await?;
    let account = accounts::by_login(&mut tx, realm.id(), &whom.email).await?;
    let account = account.ok_or_else(|| {
        let Whom { insurer, email } = whom;
        Error::fault(format!("--email {email}: nobody of {insurer} signs in with it"))
    })?;
    Ok((realm, tx, account))
}

async fn note(tx: &mut Tx, realm: &Realm, account: &AccountId, what: What) -> Result<(), Error> {
    let detail = Detail { reason: Some("idp staff".to_owned()), ..Detail::default() };
    Ok(events::insert(tx, realm.id(), account, what, (&detail, now())).await?)
}

/// The realm of a slug, when its accounts are of staff.
async fn realm(app: &App, slug: &str) -> Result<Arc<Realm>, Error> {
    let unknown = || Error::fault(format!("no insurer {slug:?}: apply its folder first"));
    let realm = app.realm(slug).await?.ok_or_else(unknown)?;
    if realm.definition.policy.accounts.are_members() {
        return Err(Error::fault(format!(
            "{slug} has accounts of members: staff have a realm of their own, with accounts = \"staff\" \
             in its idp.toml (docs/operators.md)"
        )));
    }
    Ok(realm)
}

/// Roles as they are typed.
fn read(typed: &[String]) -> Result<Roles, Error> {
    let word = |text: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !text.is_empty() && text.len() <= 40 && text.chars().all(plain)
    };
    let mut roles = Roles::new();
    for one in typed {
        let (works_at, role) = one
            .split_once(':')
            .filter(|(works_at, role)| word(works_at) && word(role))
            .ok_or_else(|| Error::fault(format!("--role {one:?}: write INSURER:ROLE")))?;
        roles.entry(works_at.to_owned()).or_default().push(role.to_owned());
    }
    Ok(roles)
}

fn shown(roles: &Roles) -> String {
    let pairs = roles.iter().flat_map(|(at, roles)| roles.iter().map(move |r| format!("{at}:{r}")));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { "no roles".to_owned() } else { pairs.join(" ") }
}
