//! A roster is written beside the one that holds, in batches that let others write between them,
//! and takes its place by one statement.

use super::compare::Change;
use super::{ImportError, Moment};
use crate::ids::InsurerId;
use crate::store::rosters;
use db::Db;
use std::time::Duration;

/// Rows that one statement copies.
const COPIED: i64 = 1000;
/// Rows of one transaction that are written one by one.
const WRITTEN: usize = 200;
/// Between two transactions, for those who wait for the writer.
const PAUSE: Duration = Duration::from_millis(5);

/// Writes the whole roster anew with the changes and lets it hold.
pub(super) async fn replace(
    db: &Db,
    insurer: &InsurerId,
    change: Change,
    moment: Moment<'_>,
) -> Result<(), ImportError> {
    let mut tx = db.begin().await?;
    // Two that begin at the same moment want the same number.
    let to = match rosters::begin(&mut tx, insurer, moment.now).await {
        Err(db::Error::Taken) => return Err(ImportError::Overtaken),
        begun => begun?,
    };
    tx.commit().await?;
    copy(db, insurer, (change.from, to)).await?;
    for rows in change.rows.chunks(WRITTEN) {
        let mut tx = db.begin().await?;
        for entry in rows {
            let person = (entry.person_key.as_str(), &entry.member);
            rosters::put_person(&mut tx, insurer, to, person, moment.now).await?;
            let keys = (entry.card_key.as_str(), entry.household.as_str());
            let row = (&entry.member, entry.hash.as_str());
            rosters::put_member(&mut tx, insurer, to, keys, row).await?;
        }
        tx.commit().await?;
        tokio::time::sleep(PAUSE).await;
    }
    for cards in change.gone.chunks(WRITTEN) {
        let mut tx = db.begin().await?;
        for card in cards {
            rosters::end(&mut tx, insurer, to, card, moment.today).await?;
        }
        tx.commit().await?;
        tokio::time::sleep(PAUSE).await;
    }
    let mut tx = db.begin().await?;
    if !rosters::take_over(&mut tx, insurer, (change.from, to)).await? {
        return Err(ImportError::Overtaken);
    }
    tx.commit().await?;
    Ok(())
}

async fn copy(db: &Db, insurer: &InsurerId, rosters: (i64, i64)) -> Result<(), ImportError> {
    let mut after = String::new();
    loop {
        let mut tx = db.begin().await?;
        let next = rosters::copy_people(&mut tx, insurer, rosters, (&after, COPIED)).await?;
        tx.commit().await?;
        let Some(last) = next else { break };
        after = last;
        tokio::time::sleep(PAUSE).await;
    }
    after.clear();
    loop {
        let mut tx = db.begin().await?;
        let next = rosters::copy_members(&mut tx, insurer, rosters, (&after, COPIED)).await?;
        tx.commit().await?;
        let Some(last) = next else { break };
        after = last;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
