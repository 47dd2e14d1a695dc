//! Members who move in from another system with their logins: user ID, address, person of the roster and
//! password hash. The file is read and checked whole; then its accounts are written in batches.

use crate::credentials::foreign;
use crate::ids::{AccountId, InsurerId};
use crate::store::accounts::{self, Account, State};
use crate::store::addresses::match_form;
use crate::store::{passwords, rosters};
use db::Db;
use serde::Deserialize;
use std::collections::HashSet;
use std::fmt::{Display, Formatter, Result as Formatted};
use std::io::Read;

/// Accounts of one transaction: few, so that nobody waits long for the writer.
const BATCH: usize = 200;

/// One row: `user_id,email,person_key,password_hash`. Address and person may be empty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    user_id: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    person_key: String,
    password_hash: String,
}

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Accounts that were made, or would be.
    pub new: usize,
    /// Rows whose account was made by an earlier run of the same file.
    pub there: usize,
    /// What is wrong, by line. Then nothing is written.
    pub problems: Vec<(u64, String)>,
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> Formatted {
        for (line, why) in &self.problems {
            writeln!(out, "line {line}: {why}")?;
        }
        match self.problems.len() {
            0 => write!(out, "{} new accounts, {} were there", self.new, self.there),
            n => write!(out, "{n} faulty lines: nothing was written. Mend them and run it again"),
        }
    }
}

/// Reads a file and makes its accounts, unless a row is wrong or `dry_run` says so.
///
/// # Errors
/// When the file is no CSV, or the database does not answer. What was written by then stays, and the
/// same file goes on from there.
pub async fn import(
    db: &Db,
    insurer: &InsurerId,
    file: impl Read,
    dry_run: bool,
    now: i64,
) -> Result<Report, web::Error> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let (mut report, mut accounts) = (Report::default(), Vec::new());
    let mut seen = HashSet::new();
    let headers = reader.headers()?.clone();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        match record.deserialize::<Row>(Some(&headers)) {
            Ok(row) => match checked(db, insurer, row, &mut seen, now).await? {
                Checked::New(account, hash) => accounts.push((account, hash)),
                Checked::There => report.there += 1,
                Checked::Wrong(why) => report.problems.push((line, why)),
            },
            Err(why) => report.problems.push((line, why.to_string())),
        }
    }
    report.new = accounts.len();
    if dry_run || !report.problems.is_empty() {
        return Ok(report);
    }
    for batch in accounts.chunks(BATCH) {
        let mut tx = db.begin().await?;
        for (account, hash) in batch {
            if !accounts::insert(&mut tx, insurer, account).await? {
                let who = account.shown_name();
                let why = format!("{who} was registered meanwhile: run it again");
                return Err(web::Error::fault(why));
            }
            passwords::replace(&mut tx, insurer, &account.account_id, hash, now).await?;
        }
        tx.commit().await?;
    }
    Ok(report)
}

enum Checked {
    New(Account, String),
    There,
    Wrong(String),
}

async fn checked(
    db: &Db,
    insurer: &InsurerId,
    row: Row,
    seen: &mut HashSet<String>,
    now: i64,
) -> Result<Checked, db::Error> {
    let wrong = |why: &str| Ok(Checked::Wrong(why.to_owned()));
    let user_id = match_form(&row.user_id);
    if user_id.is_empty() {
        return wrong("user_id is missing");
    }
    if !row.email.is_empty() && !is_address(&row.email) {
        return wrong("email is no mail address");
    }
    if let Err(why) = foreign::check(&row.password_hash) {
        return Ok(Checked::Wrong(format!("password_hash: {why}")));
    }
    let own = [user_id.clone(), match_form(&row.email), format!("person {}", row.person_key)];
    // The own address can be the user ID.
    let other = !row.email.is_empty() && own[0] != own[1];
    let named = [true, other, !row.person_key.is_empty()];
    for (one, _) in own.iter().zip(named).filter(|(_, named)| *named) {
        if !seen.insert(one.clone()) {
            return Ok(Checked::Wrong(format!("{one} stands in an earlier line, too")));
        }
    }
    let mut conn = db.read().await?;
    let person_id = match row.person_key.as_str() {
        "" => None,
        key => match rosters::person(&mut conn, insurer, key).await? {
            Some(person) => Some(person),
            None => return wrong("person_key: nobody in the roster has it"),
        },
    };
    if let Some(there) = accounts::by_login(&mut conn, insurer, &user_id).await? {
        let same = there.user_id.as_deref() == Some(&user_id)
            && there.person_id == person_id
            && there.email.as_deref().unwrap_or_default() == row.email;
        return match same {
            true => Ok(Checked::There),
            false => wrong("user_id: another account has it"),
        };
    }
    let taken = [(&user_id, "user_id"), (&row.email, "email")];
    for (text, name) in taken.into_iter().filter(|(text, _)| !text.is_empty()) {
        if accounts::is_taken(&mut conn, insurer, text).await? {
            return Ok(Checked::Wrong(format!("{name}: another account has it")));
        }
    }
    if let Some(person) = &person_id
        && accounts::by_person(&mut conn, insurer, person).await?.is_some()
    {
        return wrong("person_key: this person has an account");
    }
    let account = Account {
        account_id: AccountId::random(),
        state: State::Active,
        person_id,
        user_id: Some(user_id),
        email: Some(row.email).filter(|email| !email.is_empty()),
        created_at: now,
        language: None,
    };
    Ok(Checked::New(account, row.password_hash))
}

/// Whether mail can be sent to it.
fn is_address(text: &str) -> bool {
    web::mail::is_address(text)
}
