//! One step of a job, or one event that is heard: what the handler is asked with, and what it writes, once.

use super::Plugin;
use super::border::host::{Allowed, CallFault, Shared};
use super::data::carrier::Carrier;
use super::data::people::People;
use super::data::reach::Declared;
use super::data::take::{NotTaken, Sent, Taken, Taking, Wanted};
use super::package::declared::{Job, Listens};
use crate::store::events::Event;
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
    /// Where it is known who is who.
    pub who: &'a Db,
    pub work: Work<'a>,
    /// The day in Japan.
    pub today: &'a str,
    pub now: i64,
}

/// What is to be done.
#[derive(Clone, Copy)]
pub enum Work<'a> {
    Job {
        job: &'a Job,
        /// Which time this is that the job is due.
        round: i64,
        /// Where the step before left off.
        cursor: &'a str,
    },
    /// Something happened in another plugin.
    Heard { listens: &'a Listens, event: &'a Event },
}

impl Work<'_> {
    fn declared(&self) -> Declared<'_> {
        match self {
            Self::Job { job, .. } => job.declared(),
            Self::Heard { listens, .. } => listens.declared(),
        }
    }

    fn sent(&self, plugin: &str) -> Sent {
        match self {
            Self::Job { job, round, cursor } => Sent::step(plugin, &job.id, *round, cursor),
            Self::Heard { listens, event } => Sent::heard(plugin, &listens.job(), &event.id),
        }
    }

    /// Whether it may go on there.
    fn goes_on(&self, more: &str) -> bool {
        match self {
            Self::Job { cursor, .. } => more.len() <= LONGEST && more != *cursor,
            Self::Heard { .. } => false,
        }
    }
}

impl Step<'_> {
    /// Does it, unless it was done before, and returns where it left off; `None` when the job is done.
    ///
    /// # Errors
    /// Why not, for the log: nothing of the step is written then.
    pub async fn run(&self, carrier: &Carrier) -> Result<Option<String>, String> {
        let (id, everybody) = (self.plugin.id(), People::everybody());
        let mut taking = self.plugin.database.as_ref().map(|database| Taking {
            database,
            statements: &self.plugin.statements,
            declared: self.work.declared(),
            plugin: id,
            notifications: &self.plugin.manifest.notification,
            events: &self.plugin.manifest.event,
            insurer: self.insurer,
            people: &everybody,
            names_whose: false,
            today: self.today,
            now: self.now,
        });
        let sent = self.work.sent(id);
        let said = |why: NotTaken| match why {
            NotTaken::Asked(why) => why,
            NotTaken::Database(error) => error.to_string(),
        };
        // A step of a job is long and rare. What is heard is short and often: when it was heard before,
        // that is found as it is taken.
        if let (Work::Job { .. }, Some(taking)) = (self.work, &taking)
            && let Some(left) = taking.before(&sent).await.map_err(said)?
        {
            return Ok(after(&left));
        }
        let reply = match self.ask().await {
            Ok(reply) => reply,
            Err(fault) => match &taking {
                // Because it was heard before: its rows are there.
                Some(taking) if let Some(left) = taking.before(&sent).await.map_err(said)? => {
                    return Ok(after(&left));
                }
                _ => return Err(format!("{fault:?}")),
            },
        };
        let JobReply { more, writes, notify, publish } = reply;
        let wanted = Wanted { writes, notify, publish };
        if more.as_ref().is_some_and(|more| !self.work.goes_on(more)) {
            return Err("its cursor does not go on, or is longer than 1,000 bytes".to_owned());
        }
        if matches!(self.work, Work::Heard { .. }) && !wanted.publish.is_empty() {
            // Two who answer each other would never end.
            return Err("publishes when it hears; a form or a job may".to_owned());
        }
        let known = async {
            let mut conn = self.who.read().await?;
            People::everybody_known(&mut conn, self.insurer, wanted.persons()).await
        };
        let known = known.await.map_err(|error: db::Error| error.to_string())?;
        let Some(taking) = &mut taking else {
            return match wanted.is_empty() {
                true => Ok(more),
                false => Err("writes, but declares no tables".to_owned()),
            };
        };
        taking.people = &known;
        let left = more.as_ref().map_or_else(String::new, |more| format!(">{more}"));
        let taken = taking.take(&sent, &left, &wanted).await.map_err(said)?;
        if wanted.is_told() {
            carrier.waits(id, self.insurer);
        }
        match taken {
            Taken::Now => Ok(more),
            Taken::Before(left) => Ok(after(&left)),
            Taken::Refused(must) => {
                Err(format!("a statement must do what it did not: {}", must.text))
            }
            // The others' events do not wait for one person.
            Taken::Full if matches!(self.work, Work::Heard { .. }) => {
                let (plugin, insurer) = (id, self.insurer);
                tracing::warn!(plugin, insurer, "an event is passed over: its person has all rows");
                Ok(None)
            }
            Taken::Full => Err("a person has as many rows as one may have".to_owned()),
        }
    }

    async fn ask(&self) -> Result<JobReply, CallFault> {
        let mut request = json!({
            "handler": self.work.declared().handler,
            "lang": "ja",
            "settings": self.settings,
            "today": self.today,
            "fresh": random::id(),
        });
        let op = match self.work {
            Work::Job { cursor, .. } => {
                request["cursor"] = cursor.into();
                abi::JOB
            }
            Work::Heard { event, .. } => {
                let Event { id, person, params, made_at, .. } = event;
                let params: Value = serde_json::from_str(params).unwrap_or_default();
                request["event"] =
                    json!({"id": id, "person": person, "params": params, "at": made_at});
                abi::EVENT
            }
        };
        let allowed = Allowed {
            database: self.plugin.database.clone(),
            insurer: self.insurer.to_owned(),
            plugin: self.plugin.id().to_owned(),
            member: String::new(),
            people: People::everybody(),
            who: Some(self.who.clone()),
            today: self.today.to_owned(),
            now: self.now,
            queries: self.plugin.queries.clone(),
            reach: self.work.declared().reach(),
            shared: self.shared.to_vec(),
            shown: None,
            lines: AtomicU32::new(0),
        };
        self.plugin.call(allowed, op, &request, STEP).await
    }
}

/// Where a step left off, as it was noted.
fn after(left: &str) -> Option<String> {
    left.strip_prefix('>').map(str::to_owned)
}
