//! One step of a job: what the handler is asked with, and what it writes, once.

use super::Plugin;
use super::border::host::{Allowed, CallFault, Shared};
use super::data::outbox;
use super::data::people::People;
use super::data::take::{NotTaken, Sent, Taken, Taking};
use super::package::declared::Job;
use db::Db;
use sdk::abi;
use sdk::wire::JobReply;
use secret::random;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// How long a step may take.
pub const STEP: Duration = Duration::from_secs(30);
/// The longest that a cursor may be, in bytes.
const LONGEST: usize = 1_000;

/// A step that is to be done.
pub struct Step<'a> {
    pub plugin: &'a Arc<Plugin>,
    /// The insurer's for this plugin.
    pub settings: &'a Value,
    /// What it may ask of other plugins.
    pub shared: &'a [Shared],
    pub insurer: &'a str,
    pub job: &'a Job,
    /// Which time this is that the job is due.
    pub round: i64,
    /// Where the step before left off.
    pub cursor: &'a str,
    /// The day in Japan.
    pub today: &'a str,
    pub now: i64,
}

impl Step<'_> {
    /// Does it, unless it was done before, and returns where it left off; `None` when the job is done.
    ///
    /// # Errors
    /// Why not, for the log: nothing of the step is written then.
    pub async fn run(&self, host: &Db) -> Result<Option<String>, String> {
        let (id, everybody) = (self.plugin.id(), People::everybody());
        let taking = self.plugin.database.as_ref().map(|database| Taking {
            database,
            statements: &self.plugin.statements,
            declared: self.job.declared(),
            plugin: id,
            notifications: &self.plugin.manifest.notification,
            insurer: self.insurer,
            people: &everybody,
            today: self.today,
            now: self.now,
        });
        let sent = Sent::step(id, &self.job.id, self.round, self.cursor);
        let said = |why: NotTaken| match why {
            NotTaken::Asked(why) => why,
            NotTaken::Database(error) => error.to_string(),
        };
        if let Some(taking) = &taking
            && let Some(left) = taking.before(&sent).await.map_err(said)?
        {
            return Ok(after(&left));
        }
        let reply = self.ask().await.map_err(|fault| format!("{fault:?}"))?;
        let JobReply { more, writes, notify } = reply;
        if more.as_ref().is_some_and(|more| more.len() > LONGEST || more == self.cursor) {
            return Err("its cursor does not go on, or is longer than 1,000 bytes".to_owned());
        }
        let Some(taking) = &taking else {
            return match writes.is_empty() && notify.is_empty() {
                true => Ok(more),
                false => Err("writes, but declares no tables".to_owned()),
            };
        };
        let left = more.as_ref().map_or_else(String::new, |more| format!(">{more}"));
        let taken = taking.take(&sent, &left, (&writes, &notify)).await.map_err(said)?;
        if !notify.is_empty()
            && let Err(error) = outbox::deliver(host, taking.database, (id, self.insurer)).await
        {
            // It waits, and is told later.
            tracing::warn!(%error, plugin = id, insurer = self.insurer, "not told yet");
        }
        match taken {
            Taken::Now => Ok(more),
            Taken::Before(left) => Ok(after(&left)),
            Taken::Refused(must) => {
                Err(format!("a statement must do what it did not: {}", must.text))
            }
            Taken::Full => Err("a person has as many rows as one may have".to_owned()),
        }
    }

    async fn ask(&self) -> Result<JobReply, CallFault> {
        let request = json!({
            "handler": self.job.handler,
            "lang": "ja",
            "settings": self.settings,
            "today": self.today,
            "fresh": random::id(),
            "cursor": self.cursor,
        });
        let allowed = Allowed {
            database: self.plugin.database.clone(),
            insurer: self.insurer.to_owned(),
            plugin: self.plugin.id().to_owned(),
            member: String::new(),
            people: People::everybody(),
            today: self.today.to_owned(),
            now: self.now,
            queries: self.plugin.queries.clone(),
            reach: self.job.declared().reach(),
            shared: self.shared.to_vec(),
            lines: AtomicU32::new(0),
        };
        self.plugin.call(allowed, abi::JOB, &request, STEP).await
    }
}

/// Where a step left off, as it was noted.
fn after(left: &str) -> Option<String> {
    left.strip_prefix('>').map(str::to_owned)
}
