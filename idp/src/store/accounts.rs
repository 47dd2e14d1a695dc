//! Accounts: named by `sub`, found by user ID or mail address. Person, user ID and address may be
//! absent.

use super::addresses::{self, Role};
use crate::ids::{AccountId, InsurerId, PersonId};
use db::{Conn, Error, Result, Row, Tx, params};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The `sub` of every token.
    pub account_id: AccountId,
    pub state: State,
    pub person_id: Option<PersonId>,
    pub user_id: Option<String>,
    /// The address that also signs in.
    pub email: Option<String>,
    pub created_at: i64,
    /// In which mails are written to them, and pages shown where the browser says nothing else.
    pub language: Option<String>,
}

/// What can be done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Made by the insurer; nobody has taken it over yet.
    Issued,
    Active,
    /// Nobody signs in any more.
    Closed,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Issued => "issued",
            State::Active => "active",
            State::Closed => "closed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [State::Issued, State::Active, State::Closed].into_iter().find(|s| s.as_str() == word)
    }
}

impl Account {
    /// What the person is called where a page says who is signed in.
    pub fn shown_name(&self) -> &str {
        self.user_id.as_deref().or(self.email.as_deref()).unwrap_or_default()
    }
}

/// Inserts an account and its address. `false` when the person, the user ID or the address has
/// one already; the transaction goes on either way, on both engines, and the caller drops it.
#[must_use = "without its row there is no account"]
pub async fn insert(tx: &mut Tx, insurer: &InsurerId, account: &Account) -> Result<bool> {
    let sql = "INSERT INTO accounts (insurer_id, account_id, state, person_id, user_id, created_at,
                                     language)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let params = params![
        insurer,
        &account.account_id,
        account.state.as_str(),
        account.person_id.as_deref(),
        account.user_id.as_ref(),
        account.created_at,
        account.language.as_deref()
    ];
    if tx.execute(sql, params).await? != 1 {
        return Ok(false);
    }
    let Some(email) = &account.email else { return Ok(true) };
    let (id, at) = (&account.account_id, account.created_at);
    addresses::put(tx, insurer, id, Role::Login, email, Some(at)).await
}

pub async fn by_id(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<Account>> {
    let sql = "SELECT a.account_id, a.state, a.person_id, a.user_id, a.created_at, a.language,
                      m.address AS email
               FROM accounts a LEFT JOIN addresses m ON m.insurer_id = a.insurer_id
                    AND m.account_id = a.account_id AND m.role = 'login'
               WHERE a.insurer_id = $1 AND a.account_id = $2";
    find(conn, sql, insurer, account).await
}

/// The account of a person that is not closed.
pub async fn by_person(
    conn: &mut Conn,
    insurer: &InsurerId,
    person: &str,
) -> Result<Option<Account>> {
    let sql = "SELECT a.account_id, a.state, a.person_id, a.user_id, a.created_at, a.language,
                      m.address AS email
               FROM accounts a LEFT JOIN addresses m ON m.insurer_id = a.insurer_id
                    AND m.account_id = a.account_id AND m.role = 'login'
               WHERE a.insurer_id = $1 AND a.person_id = $2 AND a.state <> 'closed'";
    find(conn, sql, insurer, person).await
}

/// The active account that a person means by what they type at login: user ID or mail address.
pub async fn by_login(
    conn: &mut Conn,
    insurer: &InsurerId,
    login: &str,
) -> Result<Option<Account>> {
    let sql = "SELECT a.account_id, a.state, a.person_id, a.user_id, a.created_at, a.language,
                      m.address AS email
               FROM accounts a LEFT JOIN addresses m ON m.insurer_id = a.insurer_id
                    AND m.account_id = a.account_id AND m.role = 'login'
               WHERE a.insurer_id = $1 AND a.state = 'active' AND a.account_id IN
               (SELECT account_id FROM accounts WHERE insurer_id = $1 AND user_id = $2
                UNION ALL SELECT account_id FROM addresses
                WHERE insurer_id = $1 AND role = 'login' AND address_match = $2)";
    find(conn, sql, insurer, &addresses::match_form(login)).await
}

/// Whether a user ID or address is taken by any account, also a closed one.
pub async fn is_taken(conn: &mut Conn, insurer: &InsurerId, login: &str) -> Result<bool> {
    let sql = "SELECT account_id FROM accounts WHERE insurer_id = $1 AND user_id = $2
               UNION ALL SELECT account_id FROM addresses
               WHERE insurer_id = $1 AND role = 'login' AND address_match = $2";
    let login = addresses::match_form(login);
    Ok(conn.one(sql, params![insurer, login]).await?.is_some())
}

/// Gives an account that has none its person. `false` when it has another, or the person another
/// account.
#[must_use = "without its person an account has not proved who it is of"]
pub async fn take_person(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    person: &str,
) -> Result<bool> {
    let sql = "UPDATE accounts SET person_id = $3 WHERE insurer_id = $1 AND account_id = $2
               AND (person_id IS NULL OR person_id = $3)
               AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.insurer_id = $1
                               AND o.person_id = $3 AND o.state <> 'closed'
                               AND o.account_id <> $2)";
    Ok(tx.execute(sql, params![insurer, account, person]).await? == 1)
}

/// Gives an account another user ID. `false` when somebody has it.
#[must_use = "a taken user ID is not given"]
pub async fn rename(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    user_id: &str,
) -> Result<bool> {
    let sql = "UPDATE accounts SET user_id = $3 WHERE insurer_id = $1 AND account_id = $2
               AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.insurer_id = $1
                               AND o.user_id = $3 AND o.account_id <> $2)";
    Ok(tx.execute(sql, params![insurer, account, user_id]).await? == 1)
}

/// Keeps the language of an account.
pub async fn set_language(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    language: &str,
) -> Result<()> {
    let sql = "UPDATE accounts SET language = $3 WHERE insurer_id = $1 AND account_id = $2";
    tx.execute(sql, params![insurer, account, language]).await?;
    Ok(())
}

/// Moves an account on: `issued` → `active` → `closed`, never back. `false` when it is not there.
#[must_use = "an account that is not there has no state"]
pub async fn move_on(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    to: State,
) -> Result<bool> {
    let from = match to {
        State::Issued => return Ok(false),
        State::Active => "issued",
        State::Closed => "active",
    };
    let sql = "UPDATE accounts SET state = $3 WHERE insurer_id = $1 AND account_id = $2
               AND (state = $4 OR ($3 = 'closed' AND state = 'issued'))";
    Ok(tx.execute(sql, params![insurer, account, to.as_str(), from]).await? == 1)
}

/// What stands in the roster about the person of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    pub sex: String,
    /// When one of the three last changed.
    pub updated_at: i64,
}

/// An account with what the roster says of its person, in one statement.
pub async fn with_person(
    conn: &mut Conn,
    insurer: &InsurerId,
    account_id: &AccountId,
) -> Result<Option<(Account, Option<RosterEntry>)>> {
    let sql = "SELECT a.account_id, a.state, a.person_id, a.user_id, a.created_at, a.language,
                      m.address AS email, p.name, p.birth_date, p.sex,
                      p.updated_at
               FROM accounts a
               LEFT JOIN addresses m ON m.insurer_id = a.insurer_id
                    AND m.account_id = a.account_id AND m.role = 'login'
               JOIN insurers i ON i.insurer_id = a.insurer_id
               LEFT JOIN roster_people p ON p.insurer_id = a.insurer_id
                    AND p.roster = i.roster AND p.person_id = a.person_id
               WHERE a.insurer_id = $1 AND a.account_id = $2";
    let row = conn.one(sql, params![insurer, account_id]).await?;
    row.map(|row| Ok((account(&row)?, roster_entry(&row)?))).transpose()
}

/// What a person is called on a page: the name of the roster, else what they sign in with.
pub async fn display_name(
    conn: &mut Conn,
    insurer: &InsurerId,
    account_id: &AccountId,
) -> Result<String> {
    Ok(match with_person(conn, insurer, account_id).await? {
        Some((_, Some(RosterEntry { name, .. }))) => name,
        Some((account, None)) => account.shown_name().to_owned(),
        None => String::new(),
    })
}

pub(super) fn roster_entry(row: &Row) -> Result<Option<RosterEntry>> {
    let Some(name) = row.opt_text("name")? else { return Ok(None) };
    Ok(Some(RosterEntry {
        name,
        birth_date: row.text("birth_date")?,
        sex: row.text("sex")?,
        updated_at: row.int("updated_at")?,
    }))
}

async fn find(
    conn: &mut Conn,
    sql: &'static str,
    insurer: &InsurerId,
    key: &str,
) -> Result<Option<Account>> {
    conn.one(sql, params![insurer, key]).await?.as_ref().map(account).transpose()
}

pub(super) fn account(row: &Row) -> Result<Account> {
    let state = row.text("state")?;
    let unknown = || Error::Column("state".into(), state.clone());
    Ok(Account {
        account_id: AccountId::new(row.text("account_id")?),
        state: State::parse(&state).ok_or_else(unknown)?,
        person_id: row.opt_text("person_id")?.map(PersonId::new),
        user_id: row.opt_text("user_id")?,
        email: row.opt_text("email")?,
        created_at: row.int("created_at")?,
        language: row.opt_text("language")?,
    })
}
