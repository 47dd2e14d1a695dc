//! A form is taken once: all that its handler wants written in one transaction, together with the note
//! that it was taken. Whoever sends it again goes where they went the first time.

use super::blobs;
use super::class::DataClass;
use super::database::Database;
use super::make::SENT;
use super::outbox;
use super::people::People;
use super::query::{For, Unanswered};
use super::reach::Declared;
use super::statement::{Statement, Statements};
use super::tables::Scope;
use crate::plugins::package::declared::{Event, Notification, told};
use crate::store::events;
use db::{AssertSqlSafe, Error, Tx, params};
use sdk::wire::{Must, Notify, Publish, Write};
use secret::hash;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long it is remembered that a form was taken, in seconds.
const REMEMBERED: i64 = 2 * 86_400;
/// The most statements that a form or a step of a job may run, and the most that it may tell.
const MOST: usize = 200;
/// How long they may take together.
const LONGEST: Duration = Duration::from_secs(10);

/// A form that was sent, by what it holds and by whom: the same again is the same.
pub struct Sent {
    mark: String,
    /// How much longer it is remembered than a form, in seconds.
    longer: i64,
}

impl Sent {
    /// A step of a job: of this round, after this cursor.
    pub fn step(plugin: &str, job: &str, round: i64, cursor: &str) -> Self {
        let mark = hash::s256(format!("job\0{plugin}\0{job}\0{round}\0{cursor}"));
        Self { mark, longer: 0 }
    }

    /// An event that a plugin hears: remembered for as long as the event is kept.
    pub fn heard(plugin: &str, job: &str, event: &str) -> Self {
        let mark = hash::s256(format!("event\0{plugin}\0{job}\0{event}"));
        Self { mark, longer: events::KEPT }
    }

    /// `once` is the mark that the page gave to its form.
    pub fn new(
        member: &str,
        (plugin, action): (&str, &str),
        once: &str,
        typed: &BTreeMap<String, String>,
    ) -> Self {
        let typed = serde_json::to_string(typed).expect("texts are JSON");
        let mark = hash::s256(format!("{member}\0{plugin}\0{action}\0{once}\0{typed}"));
        Self { mark, longer: 0 }
    }
}

/// For whom and with what a form is taken.
pub struct Taking<'a> {
    pub database: &'a Database,
    pub statements: &'a Statements,
    pub declared: Declared<'a>,
    pub plugin: &'a str,
    pub notifications: &'a [Notification],
    pub events: &'a [Event],
    pub insurer: &'a str,
    pub people: &'a People,
    /// Whatever changes rows of persons names the person: a form of staff.
    pub names_whose: bool,
    pub today: &'a str,
    pub now: i64,
}

/// What a handler wants to be done, all of it or nothing.
#[derive(Debug, Default)]
pub struct Wanted {
    pub writes: Vec<Write>,
    pub notify: Vec<Notify>,
    pub publish: Vec<Publish>,
}

impl Wanted {
    /// Whom it names.
    pub fn persons(&self) -> impl Iterator<Item = &str> {
        let written = self.writes.iter().filter_map(|write| write.person.as_deref());
        let told = self.notify.iter().map(|one| one.person.as_str());
        written.chain(told).chain(self.publish.iter().map(|one| one.person.as_str()))
    }

    /// Whether others are to know of it.
    pub fn is_told(&self) -> bool {
        !self.notify.is_empty() || !self.publish.is_empty()
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && !self.is_told()
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// All is written.
    Now,
    /// It was taken before, and the member went there.
    Before(String),
    /// Nothing is written: something that had to hold did not. The message is the plugin's.
    Refused(Must),
    /// Nothing is written: the person has as many rows as one may have.
    Full,
}

/// Why it could not be taken.
#[derive(Debug)]
pub enum NotTaken {
    /// The plugin asked for what it may not.
    Asked(String),
    Database(Error),
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl Taking<'_> {
    /// Where the member went when this form was taken before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn before(&self, sent: &Sent) -> Result<Option<String>, NotTaken> {
        let mut tx = self.database.begin_walled(self.insurer).await?;
        Ok(self.went(&mut tx, sent).await?)
    }

    async fn went(&self, tx: &mut Tx, sent: &Sent) -> db::Result<Option<String>> {
        let sql = format!("SELECT went_to FROM {SENT} WHERE insurer_id = $1 AND form = $2");
        let row = tx.one(AssertSqlSafe(sql), params![self.insurer, &sent.mark]).await?;
        row.map(|row| row.text("went_to")).transpose()
    }

    /// Writes all of it and notes that the form was taken, or nothing.
    ///
    /// # Errors
    /// [`NotTaken`]; then nothing is written.
    pub async fn take(
        &self,
        sent: &Sent,
        went_to: &str,
        wanted: &Wanted,
    ) -> Result<Taken, NotTaken> {
        let taken = tokio::time::timeout(LONGEST, self.taken(sent, went_to, wanted)).await;
        taken.unwrap_or_else(|_| Err(NotTaken::Asked("its statements take too long".to_owned())))
    }

    async fn taken(
        &self,
        sent: &Sent,
        went_to: &str,
        Wanted { writes, notify, publish }: &Wanted,
    ) -> Result<Taken, NotTaken> {
        let mut tx = self.database.begin_walled(self.insurer).await?;
        let sql = format!(
            "INSERT INTO {SENT} (insurer_id, form, went_to, sent_at) VALUES ($1, $2, $3, $4) ON \
             CONFLICT (insurer_id, form) DO NOTHING"
        );
        let values = params![self.insurer, &sent.mark, went_to, self.now + sent.longer];
        if tx.execute(AssertSqlSafe(sql), values).await? == 0 {
            let went = self.went(&mut tx, sent).await?;
            return Ok(Taken::Before(went.unwrap_or_else(|| went_to.to_owned())));
        }
        if sent.mark.starts_with('A') {
            // Now and then, by one of them for all.
            let old = format!("DELETE FROM {SENT} WHERE insurer_id = $1 AND sent_at < $2");
            let before = params![self.insurer, self.now - REMEMBERED];
            tx.execute(AssertSqlSafe(old), before).await?;
        }
        self.alone(&mut tx, writes).await?;
        match self.run(&mut tx, writes).await? {
            Taken::Now => {}
            other => return Ok(other),
        }
        self.tell(&mut tx, notify).await?;
        self.publish(&mut tx, publish).await?;
        tx.commit().await?;
        Ok(Taken::Now)
    }

    /// On PostgreSQL two forms of a person could each count the rows before the other's is there.
    async fn alone(&self, tx: &mut Tx, writes: &[Write]) -> db::Result<()> {
        let adds = |write: &Write| {
            self.statements.get(&write.statement).is_some_and(|statement| statement.adds())
        };
        if !writes.iter().any(adds) {
            return Ok(());
        }
        let whose = self.people.all().first().map_or("", |seen| seen.id.as_str());
        let mark = format!("{}\0{}\0{whose}", self.plugin, self.insurer);
        self.database.alone(tx, &mark).await
    }

    /// Puts aside what is to be told when all is written.
    async fn tell(&self, tx: &mut Tx, notify: &[Notify]) -> Result<(), NotTaken> {
        let refuse = |why: &str| NotTaken::Asked(why.to_owned());
        if notify.len() > MOST {
            return Err(NotTaken::Asked(format!("tells more than {MOST} things")));
        }
        for one in notify {
            let known = self.notifications.iter().find(|known| known.id == one.notification);
            let said = known.and_then(|known| Some((known, told(&known.params, &one.params)?)));
            let (known, texts) =
                said.ok_or_else(|| refuse("a notification, or its params, are not declared"))?;
            self.not_below("a notification", known.data)?;
            let person = self.sees(&one.person);
            let person = person.ok_or_else(|| refuse("tells somebody whom it does not see"))?;
            let one = &Notify { person, ..one.clone() };
            outbox::tell(tx, self.insurer, (self.plugin, one), &texts, self.now).await?;
        }
        Ok(())
    }

    /// Puts aside what has happened when all is written.
    async fn publish(&self, tx: &mut Tx, publish: &[Publish]) -> Result<(), NotTaken> {
        let refuse = |why: &str| NotTaken::Asked(why.to_owned());
        if publish.len() > MOST {
            return Err(NotTaken::Asked(format!("publishes more than {MOST} events")));
        }
        for one in publish {
            let known = self.events.iter().find(|known| known.id == one.event);
            let said = known.and_then(|known| Some((known, told(&known.params, &one.params)?)));
            let (known, texts) =
                said.ok_or_else(|| refuse("an event, or its params, are not declared"))?;
            self.not_below("an event", known.data)?;
            let person = match one.person.as_str() {
                "" => Some(String::new()),
                person => self.sees(person),
            };
            let person =
                person.ok_or_else(|| refuse("publishes of somebody whom it does not see"))?;
            let one = &Publish { person, ..one.clone() };
            outbox::publish(tx, self.insurer, (one, known.data), &texts, self.now).await?;
        }
        Ok(())
    }

    /// What is read in a class is not said in one below it.
    fn not_below(&self, what: &str, class: DataClass) -> Result<(), NotTaken> {
        if class >= self.declared.class {
            return Ok(());
        }
        let needed = self.declared.class.as_str();
        Err(NotTaken::Asked(format!(
            "{what} below the data of who tells it; write data = {needed:?}"
        )))
    }

    /// The id of one of them. A member's form sees the member, and nobody else; a job whoever has a name.
    fn sees(&self, person: &str) -> Option<String> {
        match self.people.only(person).all() {
            [one] => Some(one.id.clone()),
            _ => None,
        }
    }

    /// Runs statements in a transaction, until one does not do what it must.
    async fn run(&self, tx: &mut Tx, writes: &[Write]) -> Result<Taken, NotTaken> {
        if writes.len() > MOST {
            return Err(NotTaken::Asked(format!("runs more than {MOST} statements")));
        }
        for write in writes {
            let found = self.declared.statement(self.statements, &write.statement);
            let statement = found.map_err(NotTaken::Asked)?;
            let changed = self.one(tx, statement, write).await;
            let said = |why: String| NotTaken::Asked(format!("{}: {why}", write.statement));
            let changed = match (changed, &write.must) {
                (Ok(changed), _) => changed,
                (Err(Unanswered::Full), _) => return Ok(Taken::Full),
                // A row of this key was there.
                (Err(Unanswered::Database(Error::Taken)), Some(must)) => {
                    return Ok(Taken::Refused(must.clone()));
                }
                (Err(Unanswered::Database(Error::Taken)), None) => {
                    return Err(said("a row of this key is there; write must".to_owned()));
                }
                // What it made the engine say is the plugin's.
                (Err(Unanswered::Database(error)), _) => return Err(said(error.to_string())),
                (Err(Unanswered::Asked(why)), _) => return Err(said(why)),
                (Err(Unanswered::TooMuch), _) => return Err(said("too many rows".to_owned())),
            };
            if let Some(must) = write.must.as_ref().filter(|must| must.rows != changed) {
                return Ok(Taken::Refused(must.clone()));
            }
        }
        Ok(Taken::Now)
    }

    async fn one(
        &self,
        tx: &mut Tx,
        statement: &Statement,
        write: &Write,
    ) -> Result<u64, Unanswered> {
        if self.names_whose && statement.scope() == Scope::Person && write.person.is_none() {
            let why = "rows of a person, whom the write does not name: write run_of or must_of";
            return Err(Unanswered::Asked(why.to_owned()));
        }
        let only = write.person.as_ref().map(|person| self.people.only(person));
        let people = only.as_ref().unwrap_or(self.people);
        let whom = For { insurer: self.insurer, people, today: self.today, now: self.now };
        let empty = Map::new();
        let params = match &write.params {
            Value::Object(params) => params,
            Value::Null => &empty,
            _ => return Err(Unanswered::Asked("its parameters are no object".to_owned())),
        };
        let changed = statement.run(tx, self.database.engine(), &whom, params).await?;
        self.keep(tx, statement, people, params).await?;
        Ok(changed)
    }

    /// Keeps the files that a row names, when they are files of the row's person.
    async fn keep(
        &self,
        tx: &mut Tx,
        statement: &Statement,
        people: &People,
        params: &Map<String, Value>,
    ) -> Result<(), Unanswered> {
        let whose = match (statement.scope(), people.all()) {
            (Scope::Person, [one]) => Some(one),
            _ => None,
        };
        for id in statement.blobs(params) {
            let kept = blobs::keep(tx, self.insurer, id, whose).await;
            if !kept.map_err(Unanswered::Database)? {
                let why = "names a file that is not this person's: write the id that the form had";
                return Err(Unanswered::Asked(why.to_owned()));
            }
        }
        Ok(())
    }
}
