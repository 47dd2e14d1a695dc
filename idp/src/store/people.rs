//! Persons and their dated memberships, as the roster tells them.

use crate::ids::{AccountId, InsurerId, PersonId};
use db::{Conn, Result, Row, Tx, params};

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

const COLUMNS: &str = "p.person_id, p.name, p.name_kana, p.kana_match, p.birth_date, p.sex,
    m.symbol, m.number, m.branch, m.relation, m.insured, m.acquired_on, m.lost_on
    FROM memberships m JOIN people p
    ON p.insurer_id = m.insurer_id AND p.person_id = m.person_id";

/// Everybody of a household (`symbol|number` in match form), by branch.
pub async fn household(
    conn: &mut Conn,
    insurer: &InsurerId,
    household: &str,
) -> Result<Vec<Member>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE m.insurer_id = $1 AND m.household = $2 ORDER BY m.branch"
    ));
    conn.all(sql, params![insurer, household]).await?.iter().map(member).collect()
}

/// All memberships of a person, the newest first.
pub async fn memberships(
    conn: &mut Conn,
    insurer: &InsurerId,
    person: &PersonId,
) -> Result<Vec<Member>> {
    let sql = db::AssertSqlSafe(format!(
        "SELECT {COLUMNS} WHERE m.insurer_id = $1 AND m.person_id = $2
         ORDER BY m.acquired_on DESC"
    ));
    conn.all(sql, params![insurer, person]).await?.iter().map(member).collect()
}

/// Whether the person of an account is insured by the newest membership; none for an account
/// without a person.
pub async fn relation(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<bool>> {
    let sql = "SELECT m.insured FROM accounts a JOIN memberships m
               ON m.insurer_id = a.insurer_id AND m.person_id = a.person_id
               WHERE a.insurer_id = $1 AND a.account_id = $2
               ORDER BY m.acquired_on DESC LIMIT 1";
    conn.one(sql, params![insurer, account]).await?.map(|row| row.bool("insured")).transpose()
}

/// The hash of each card's row, to see what a new roster changes.
pub async fn row_hashes(
    conn: &mut Conn,
    insurer: &InsurerId,
) -> Result<Vec<(String, String, bool)>> {
    let sql = "SELECT card_key, row_hash, lost_on FROM memberships WHERE insurer_id = $1";
    let rows = conn.all(sql, params![insurer]).await?;
    rows.iter()
        .map(|row| {
            let lost = row.opt_text("lost_on")?.is_some();
            Ok((row.text("card_key")?, row.text("row_hash")?, lost))
        })
        .collect()
}

/// Inserts or updates a person by the insurer's own key and returns our id.
pub async fn upsert_person(
    tx: &mut Tx,
    insurer: &InsurerId,
    person_id: &PersonId,
    person_key: &str,
    member: &Member,
) -> Result<PersonId> {
    let sql = "INSERT INTO people (insurer_id, person_id, person_key, name, name_kana, kana_match,
                                   birth_date, sex)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (insurer_id, person_key) DO UPDATE SET
               name = excluded.name, name_kana = excluded.name_kana,
               kana_match = excluded.kana_match, birth_date = excluded.birth_date,
               sex = excluded.sex
               RETURNING person_id";
    let params = params![
        insurer,
        person_id,
        person_key,
        &member.name,
        &member.name_kana,
        &member.kana_match,
        &member.birth_date,
        &member.sex
    ];
    let row = tx.one(sql, params).await?;
    row.expect("an upsert returns its row").text("person_id").map(PersonId::new)
}

/// Inserts or updates one membership.
pub async fn upsert_membership(
    tx: &mut Tx,
    insurer: &InsurerId,
    (card_key, household): (&str, &str),
    member: &Member,
    row_hash: &str,
) -> Result<()> {
    let sql = "INSERT INTO memberships (insurer_id, card_key, household, person_id, symbol, number,
                   branch, relation, insured, acquired_on, lost_on, row_hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (insurer_id, card_key) DO UPDATE SET
               household = excluded.household, person_id = excluded.person_id,
               symbol = excluded.symbol, number = excluded.number, branch = excluded.branch,
               relation = excluded.relation, insured = excluded.insured,
               acquired_on = excluded.acquired_on, lost_on = excluded.lost_on,
               row_hash = excluded.row_hash";
    let params = params![
        insurer,
        card_key,
        household,
        &member.person_id,
        &member.symbol,
        &member.number,
        &member.branch,
        &member.relation,
        member.insured,
        &member.acquired_on,
        member.lost_on.clone(),
        row_hash
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Ends a membership that a full roster no longer contains.
pub async fn end(tx: &mut Tx, insurer: &InsurerId, card_key: &str, today: &str) -> Result<()> {
    let sql = "UPDATE memberships SET lost_on = $3, row_hash = '' WHERE insurer_id = $1
               AND card_key = $2";
    tx.execute(sql, params![insurer, card_key, today]).await?;
    Ok(())
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
