//! The record of who looked: written before rows of others are shown.

use super::subjects::Subjects;
use crate::member::Member;
use crate::store::access_record::{self, Look};
use db::Db;

/// A member who is about to see the rows of all others among the subjects.
pub struct Looker<'a> {
    pub insurer: &'a str,
    pub member: &'a Member,
    pub subjects: &'a Subjects,
    pub now: i64,
}

impl Looker<'_> {
    /// Notes the look in each of `plugins`, in one statement. When it cannot be written, nothing
    /// may be shown.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note(
        &self,
        db: &Db,
        plugins: impl Iterator<Item = &str>,
    ) -> Result<(), db::Error> {
        let look = |plugin: &str, person: &String| Look {
            person: person.clone(),
            seen_by: self.member.person().unwrap_or("").to_owned(),
            seen_by_name: self.member.name.clone(),
            plugin: plugin.to_owned(),
            at: self.now,
        };
        let others = &self.subjects.others;
        let looks: Vec<Look> = plugins
            .flat_map(|plugin| others.iter().map(move |person| look(plugin, person)))
            .collect();
        if looks.is_empty() {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        access_record::insert(&mut tx, self.insurer, &looks).await?;
        tx.commit().await
    }
}
