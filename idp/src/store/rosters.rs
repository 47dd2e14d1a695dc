//! Rosters: one of each insurer holds, another may be written beside it.

use super::people::Member;
use crate::ids::{InsurerId, PersonId};
use db::{Conn, Result, Tx, params};

/// A row of the roster that holds, as far as a new file is compared with it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub card_key: String,
    pub row_hash: String,
    pub lost: bool,
    pub person_key: String,
}

/// A person of the roster that holds.
#[derive(Debug, Clone)]
pub struct StandingPerson {
    pub person_key: String,
    pub person_id: PersonId,
    pub birth_date: String,
}

/// Which roster of an insurer holds.
pub async fn current(conn: &mut Conn, insurer: &InsurerId) -> Result<i64> {
    let sql = "SELECT roster FROM insurers WHERE insurer_id = $1";
    conn.one(sql, params![insurer]).await?.map_or(Ok(0), |row| row.int("roster"))
}

/// Every row of a roster.
pub async fn standing(conn: &mut Conn, insurer: &InsurerId, roster: i64) -> Result<Vec<Standing>> {
    let sql = "SELECT m.card_key, m.row_hash, m.lost_on, p.person_key FROM roster_members m
               JOIN roster_people p ON p.insurer_id = m.insurer_id AND p.roster = m.roster
                    AND p.person_id = m.person_id
               WHERE m.insurer_id = $1 AND m.roster = $2";
    let rows = conn.all(sql, params![insurer, roster]).await?;
    rows.iter()
        .map(|row| {
            Ok(Standing {
                card_key: row.text("card_key")?,
                row_hash: row.text("row_hash")?,
                lost: row.opt_text("lost_on")?.is_some(),
                person_key: row.text("person_key")?,
            })
        })
        .collect()
}

/// Every person of a roster.
pub async fn standing_people(
    conn: &mut Conn,
    insurer: &InsurerId,
    roster: i64,
) -> Result<Vec<StandingPerson>> {
    let sql = "SELECT person_key, person_id, birth_date FROM roster_people
               WHERE insurer_id = $1 AND roster = $2";
    let rows = conn.all(sql, params![insurer, roster]).await?;
    rows.iter()
        .map(|row| {
            Ok(StandingPerson {
                person_key: row.text("person_key")?,
                person_id: PersonId::new(row.text("person_id")?),
                birth_date: row.text("birth_date")?,
            })
        })
        .collect()
}

/// The person of the roster that holds whom the insurer's own key names.
pub async fn person(
    conn: &mut Conn,
    insurer: &InsurerId,
    person_key: &str,
) -> Result<Option<PersonId>> {
    let sql = "SELECT p.person_id FROM insurers i JOIN roster_people p
               ON p.insurer_id = i.insurer_id AND p.roster = i.roster
               WHERE i.insurer_id = $1 AND p.person_key = $2";
    let row = conn.one(sql, params![insurer, person_key]).await?;
    row.map(|row| row.text("person_id").map(PersonId::new)).transpose()
}

/// Begins a roster beside the one that holds and returns its number.
pub async fn begin(tx: &mut Tx, insurer: &InsurerId, now: i64) -> Result<i64> {
    let sql = "INSERT INTO rosters (insurer_id, roster, begun_at)
               SELECT i.insurer_id, 1 + COALESCE(MAX(r.roster), i.roster), $2
               FROM insurers i LEFT JOIN rosters r ON r.insurer_id = i.insurer_id
               WHERE i.insurer_id = $1 GROUP BY i.insurer_id, i.roster
               RETURNING roster";
    let row = tx.one(sql, params![insurer, now]).await?;
    row.expect("the insurer exists").int("roster")
}

/// Copies the next people of one roster into another, in the order of their ids; returns the last
/// of them, or none when there are no more.
pub async fn copy_people(
    tx: &mut Tx,
    insurer: &InsurerId,
    (from, to): (i64, i64),
    (after, limit): (&str, i64),
) -> Result<Option<String>> {
    let last = "SELECT MAX(person_id) AS last FROM (SELECT person_id FROM roster_people
                WHERE insurer_id = $1 AND roster = $2 AND person_id > $3
                ORDER BY person_id LIMIT $4) AS part";
    let row = tx.one(last, params![insurer, from, after, limit]).await?;
    let Some(last) = row.map_or(Ok(None), |row| row.opt_text("last"))? else { return Ok(None) };
    let sql = "INSERT INTO roster_people (insurer_id, roster, person_id, person_key, name,
                   name_kana, kana_match, birth_date, sex, updated_at)
               SELECT insurer_id, $3, person_id, person_key, name, name_kana, kana_match,
                   birth_date, sex, updated_at
               FROM roster_people WHERE insurer_id = $1 AND roster = $2
               AND person_id > $4 AND person_id <= $5";
    tx.execute(sql, params![insurer, from, to, after, last.as_str()]).await?;
    Ok(Some(last))
}

/// The same for memberships, in the order of their cards.
pub async fn copy_members(
    tx: &mut Tx,
    insurer: &InsurerId,
    (from, to): (i64, i64),
    (after, limit): (&str, i64),
) -> Result<Option<String>> {
    let last = "SELECT MAX(card_key) AS last FROM (SELECT card_key FROM roster_members
                WHERE insurer_id = $1 AND roster = $2 AND card_key > $3
                ORDER BY card_key LIMIT $4) AS part";
    let row = tx.one(last, params![insurer, from, after, limit]).await?;
    let Some(last) = row.map_or(Ok(None), |row| row.opt_text("last"))? else { return Ok(None) };
    let sql = "INSERT INTO roster_members (insurer_id, roster, card_key, household, household_bare,
                   person_id, symbol, number, branch, relation, insured, acquired_on, lost_on,
                   row_hash)
               SELECT insurer_id, $3, card_key, household, household_bare, person_id, symbol,
                   number, branch, relation, insured, acquired_on, lost_on, row_hash
               FROM roster_members WHERE insurer_id = $1 AND roster = $2
               AND card_key > $4 AND card_key <= $5";
    tx.execute(sql, params![insurer, from, to, after, last.as_str()]).await?;
    Ok(Some(last))
}

/// Writes a person into a roster: a new one, or a known one as they are now.
pub async fn put_person(
    tx: &mut Tx,
    insurer: &InsurerId,
    roster: i64,
    (person_key, member): (&str, &Member),
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO roster_people (insurer_id, roster, person_id, person_key, name,
                   name_kana, kana_match, birth_date, sex, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (insurer_id, roster, person_id) DO UPDATE SET
               updated_at = CASE WHEN roster_people.name = excluded.name
                   AND roster_people.birth_date = excluded.birth_date
                   AND roster_people.sex = excluded.sex
                   THEN roster_people.updated_at ELSE excluded.updated_at END,
               name = excluded.name, name_kana = excluded.name_kana,
               kana_match = excluded.kana_match, birth_date = excluded.birth_date,
               sex = excluded.sex";
    let params = params![
        insurer,
        roster,
        &member.person_id,
        person_key,
        &member.name,
        &member.name_kana,
        &member.kana_match,
        &member.birth_date,
        &member.sex,
        now
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Writes a membership into a roster, under its card's key and its household's.
pub async fn put_member(
    tx: &mut Tx,
    insurer: &InsurerId,
    roster: i64,
    (card_key, household): (&str, &str),
    (member, row_hash): (&Member, &str),
) -> Result<()> {
    let sql = "INSERT INTO roster_members (insurer_id, roster, card_key, household, household_bare,
                   person_id, symbol, number, branch, relation, insured, acquired_on, lost_on,
                   row_hash)
               VALUES ($1, $2, $3, $4, replace($4, '-', ''), $5, $6, $7, $8, $9, $10, $11, $12,
                   $13)
               ON CONFLICT (insurer_id, roster, card_key) DO UPDATE SET
               household = excluded.household, household_bare = excluded.household_bare,
               person_id = excluded.person_id,
               symbol = excluded.symbol, number = excluded.number, branch = excluded.branch,
               relation = excluded.relation, insured = excluded.insured,
               acquired_on = excluded.acquired_on, lost_on = excluded.lost_on,
               row_hash = excluded.row_hash";
    let params = params![
        insurer,
        roster,
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

/// Ends a membership of a roster that is being written.
pub async fn end(
    tx: &mut Tx,
    insurer: &InsurerId,
    roster: i64,
    card_key: &str,
    today: &str,
) -> Result<()> {
    let sql = "UPDATE roster_members SET lost_on = $4, row_hash = ''
               WHERE insurer_id = $1 AND roster = $2 AND card_key = $3";
    tx.execute(sql, params![insurer, roster, card_key, today]).await?;
    Ok(())
}

/// From now on another roster holds, unless the one before no longer does.
pub async fn take_over(tx: &mut Tx, insurer: &InsurerId, (from, to): (i64, i64)) -> Result<bool> {
    let sql = "UPDATE insurers SET roster = $3 WHERE insurer_id = $1 AND roster = $2";
    Ok(tx.execute(sql, params![insurer, from, to]).await? == 1)
}
