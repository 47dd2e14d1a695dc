//! Persons and their dated memberships, as the roster that holds tells them.

use crate::ids::{AccountId, InsurerId, PersonId};
use db::{Conn, Result, Row, params};
use handover::card::Card;

/// One membership with the person whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub person_id: PersonId,
    pub name: String,
    pub name_kana: String,
    pub kana_match: String,
    pub birth_date: String,
    pub sex: String,
    pub symbol: String,
    pub number: String,
    pub branch: String,
    pub relation: String,
    pub insured: bool,
    pub acquired_on: String,
    pub lost_on: Option<String>,
}

impl Member {
    /// The card that names it.
    pub fn card(&self) -> Card {
        Card {
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
        }
    }

    /// Whether the membership goes on on a day, `YYYY-MM-DD`; the day of loss is the first without.
    pub fn is_current(&self, today: &str) -> bool {
        self.lost_on.as_deref().is_none_or(|lost| lost > today)
    }
}

const COLUMNS: &str = "p.person_id, p.name, p.name_kana, p.kana_match, p.birth_date, p.sex,
    m.symbol, m.number, m.branch, m.relation, m.insured, m.acquired_on, m.lost_on
    FROM insurers i
    JOIN roster_members m ON m.insurer_id = i.insurer_id AND m.roster = i.roster
    JOIN roster_people p
    ON p.insurer_id = m.insurer_id AND p.roster = m.roster AND p.person_id = m.person_id";

/// Everybody whom a household (`symbol|number` in match form) ever had, by branch.
pub async fn household(
    conn: &mut Conn,
    insurer: &InsurerId,
    household: &str,
) -> Result<Vec<Member>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE i.insurer_id = $1 AND m.household = $2 ORDER BY m.branch"
    ));
    conn.all(sql, params![insurer, household]).await?.iter().map(member).collect()
}

/// The households that are the same without hyphens, or that a number with its branch behind it
/// names: both in one statement, whatever is found.
pub async fn like_household(
    conn: &mut Conn,
    insurer: &InsurerId,
    bare: &str,
    split: &str,
) -> Result<Vec<Member>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE i.insurer_id = $1
         AND (m.household_bare = $2 OR m.household_bare = $3) ORDER BY m.branch"
    ));
    conn.all(sql, params![insurer, bare, split]).await?.iter().map(member).collect()
}

/// All memberships of a person, the newest first.
pub async fn memberships(
    conn: &mut Conn,
    insurer: &InsurerId,
    person: &PersonId,
) -> Result<Vec<Member>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE i.insurer_id = $1 AND m.person_id = $2
         ORDER BY m.acquired_on DESC"
    ));
    conn.all(sql, params![insurer, person]).await?.iter().map(member).collect()
}

/// Whether the person of an account has no membership that goes on after a day, `YYYY-MM-DD`. An
/// account without a person has none to lose.
pub async fn has_left(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    day: &str,
) -> Result<bool> {
    let sql = "SELECT 1 FROM accounts a JOIN insurers i ON i.insurer_id = a.insurer_id
               WHERE a.insurer_id = $1 AND a.account_id = $2 AND a.person_id IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM roster_members m WHERE m.insurer_id = a.insurer_id
                   AND m.roster = i.roster AND m.person_id = a.person_id
                   AND (m.lost_on IS NULL OR m.lost_on > $3))";
    Ok(conn.one(sql, params![insurer, account, day]).await?.is_some())
}

/// What is known of an account without any proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Whether its person is insured by the newest membership; none for an account without a
    /// person.
    pub insured: Option<bool>,
    pub has_password: bool,
    /// Somebody else gave it: its owner must choose another.
    pub has_temporary_password: bool,
    /// Since when it has an authenticator app, in seconds since 1970.
    pub totp_since: Option<i64>,
    pub has_passkey: bool,
    /// A mail address that was proved.
    pub has_address: bool,
    pub has_recovery_code: bool,
    /// Since when nobody signs in, until its owner has recovered it.
    pub locked_at: Option<i64>,
    /// The language that its owner chose.
    pub language: Option<String>,
}

/// What is known of an account without any proof.
pub async fn holdings(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Holdings> {
    let sql = "SELECT m.insured, EXISTS (SELECT 1 FROM passwords p WHERE p.insurer_id = $1
                      AND p.account_id = $2 AND p.replaced_at IS NULL) AS has_password,
                      EXISTS (SELECT 1 FROM passwords p WHERE p.insurer_id = $1
                      AND p.account_id = $2 AND p.replaced_at IS NULL
                      AND p.temporary_until IS NOT NULL) AS has_temporary_password,
                      (SELECT MIN(t.created_at) FROM totp_devices t WHERE t.insurer_id = $1
                      AND t.account_id = $2) AS totp_since,
                      EXISTS (SELECT 1 FROM passkeys k WHERE k.insurer_id = $1
                      AND k.account_id = $2 AND k.blocked_at IS NULL) AS has_passkey,
                      EXISTS (SELECT 1 FROM addresses d WHERE d.insurer_id = $1
                      AND d.account_id = $2 AND d.role = 'login'
                      AND d.proved_at IS NOT NULL) AS has_address,
                      EXISTS (SELECT 1 FROM recovery_codes c WHERE c.insurer_id = $1
                      AND c.account_id = $2 AND c.used_at IS NULL) AS has_recovery_code,
                      (SELECT l.locked_at FROM locks l WHERE l.insurer_id = $1
                      AND l.account_id = $2) AS locked_at, a.language
               FROM accounts a
               JOIN insurers i ON i.insurer_id = a.insurer_id
               LEFT JOIN roster_members m ON m.insurer_id = a.insurer_id AND m.roster = i.roster
                    AND m.person_id = a.person_id
               WHERE a.insurer_id = $1 AND a.account_id = $2
               ORDER BY m.acquired_on DESC LIMIT 1";
    let Some(row) = conn.one(sql, params![insurer, account]).await? else {
        return Ok(Holdings::default());
    };
    Ok(Holdings {
        insured: row.opt_bool("insured")?,
        has_password: row.bool("has_password")?,
        has_temporary_password: row.bool("has_temporary_password")?,
        totp_since: row.opt_int("totp_since")?,
        has_passkey: row.bool("has_passkey")?,
        has_address: row.bool("has_address")?,
        has_recovery_code: row.bool("has_recovery_code")?,
        locked_at: row.opt_int("locked_at")?,
        language: row.opt_text("language")?,
    })
}

fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        person_id: PersonId::new(row.text("person_id")?),
        name: row.text("name")?,
        name_kana: row.text("name_kana")?,
        kana_match: row.text("kana_match")?,
        birth_date: row.text("birth_date")?,
        sex: row.text("sex")?,
        symbol: row.text("symbol")?,
        number: row.text("number")?,
        branch: row.text("branch")?,
        relation: row.text("relation")?,
        insured: row.bool("insured")?,
        acquired_on: row.text("acquired_on")?,
        lost_on: row.opt_text("lost_on")?,
    })
}
