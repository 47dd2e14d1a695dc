//! The record of who looked: written before rows of others are shown.

use super::member::Member;
use super::subjects::Subjects;
use crate::store::access_record::{self, Look};
use db::Db;

/// Notes that `member` is about to see the rows of all others among `subjects`, in each of
/// `plugins`: one statement. When it cannot be written, nothing may be shown.
///
/// # Errors
/// When the database does not answer.
pub async fn note(
    db: &Db,
    insurer: &str,
    (member, subjects): (&Member, &Subjects),
    plugins: impl Iterator<Item = &str>,
    now: i64,
) -> Result<(), db::Error> {
    let look = |plugin: &str, person: &String| Look {
        person: person.clone(),
        seen_by: member.person().unwrap_or("").to_owned(),
        seen_by_name: member.name.clone(),
        plugin: plugin.to_owned(),
        at: now,
    };
    let looks: Vec<Look> = plugins
        .flat_map(|plugin| subjects.others.iter().map(move |person| look(plugin, person)))
        .collect();
    if looks.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    access_record::insert(&mut tx, insurer, &looks).await?;
    tx.commit().await
}
