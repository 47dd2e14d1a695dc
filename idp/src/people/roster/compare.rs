//! A file's rows beside the roster that holds: what is new, changed or gone, and what may not be.

use super::{Entry, ImportError, Options};
use crate::ids::{InsurerId, PersonId};
use crate::store::rosters::{self, Standing, StandingPerson};
use db::Db;
use handover::{Problem, Reason, Report};
use std::collections::HashMap;

const OTHER_PERSON: &str = "この記号・番号・枝番は、これまで別の人のものでした。新しい人に同じ番号を使うと、\
     前の人の記録が見えます。前の行の誤りを直すときだけ --allow-changed-persons を付けてください";
const OTHER_BIRTH: &str = "この人の生年月日が、これまでと違います。同じ加入者IDを別の人に使っていないか確かめ、\
     訂正のときだけ --allow-changed-persons を付けてください";

/// What is to be written over the roster that holds.
#[derive(Default)]
pub(super) struct Change {
    /// The roster that was compared with.
    pub from: i64,
    /// New and changed rows; their members have the ids of their persons.
    pub rows: Vec<Entry>,
    /// The cards of memberships that end.
    pub gone: Vec<String>,
}

impl Change {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.gone.is_empty()
    }
}

/// Compares, and counts into the report. A problem there means that nothing may be written.
pub(super) async fn with_standing(
    db: &Db,
    insurer: &InsurerId,
    entries: Vec<Entry>,
    (snapshot, options): (bool, Options),
    report: &mut Report,
) -> Result<Change, ImportError> {
    let mut conn = db.read().await?;
    let from = rosters::current(&mut conn, insurer).await?;
    let mut standing: HashMap<String, Standing> = rosters::standing(&mut conn, insurer, from)
        .await?
        .into_iter()
        .map(|row| (row.card_key.clone(), row))
        .collect();
    let mut people: HashMap<String, StandingPerson> =
        rosters::standing_people(&mut conn, insurer, from)
            .await?
            .into_iter()
            .map(|person| (person.person_key.clone(), person))
            .collect();
    drop(conn);
    let living = standing.values().filter(|row| !row.lost).count();
    let mut change = Change { from, ..Change::default() };
    for mut entry in entries {
        let before = standing.remove(&entry.card_key);
        if before.as_ref().is_some_and(|before| before.row_hash == entry.hash) {
            report.unchanged += 1;
            continue;
        }
        let person = people.get(&entry.person_key);
        if let Some(problem) = changed_person(&entry, before.as_ref(), person)
            && !options.allow_changed_persons
        {
            report.problems.push(problem);
            continue;
        }
        match before {
            Some(_) => report.changed += 1,
            None => report.inserted += 1,
        }
        entry.member.person_id = match person {
            Some(person) => person.person_id.clone(),
            None => {
                let person_id = PersonId::random();
                let person = StandingPerson {
                    person_key: entry.person_key.clone(),
                    person_id: person_id.clone(),
                    birth_date: entry.member.birth_date.clone(),
                };
                people.insert(entry.person_key.clone(), person);
                person_id
            }
        };
        change.rows.push(entry);
    }
    if snapshot {
        let gone = standing.into_values().filter(|row| !row.lost).map(|row| row.card_key);
        change.gone = gone.collect();
        if change.gone.len() * 10 > living * 3 && !options.allow_large_change {
            return Err(ImportError::LargeChange { ended: change.gone.len(), of: living });
        }
        report.ended = u64::try_from(change.gone.len()).unwrap_or(u64::MAX);
    }
    Ok(change)
}

/// Why a row would give somebody's records to somebody else (S2).
fn changed_person(
    entry: &Entry,
    before: Option<&Standing>,
    person: Option<&StandingPerson>,
) -> Option<Problem> {
    let problem = |why: &str| Problem {
        line: entry.line,
        column: String::new(),
        reason: Reason::Other(why.into()),
    };
    if before.is_some_and(|before| before.person_key != entry.person_key) {
        return Some(problem(OTHER_PERSON));
    }
    let born = |person: &StandingPerson| person.birth_date != entry.member.birth_date;
    person.is_some_and(born).then(|| problem(OTHER_BIRTH))
}
