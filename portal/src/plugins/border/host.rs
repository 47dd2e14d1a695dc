//! One call of a plugin: what it may see, how long it may take, what became of it.

use crate::plugins::data::database::Database;
use crate::plugins::data::people::People;
use crate::plugins::data::query::{For, Queries, Unanswered};
use crate::plugins::data::reach::Reach;
use db::Db;
use sdk::{ErrorReply, abi};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the host services of one call may touch. A plugin holds only the call's number.
pub struct Allowed {
    /// The plugin's own, when it declares tables.
    pub database: Option<Arc<Database>>,
    pub insurer: String,
    pub plugin: String,
    /// The member on whose behalf it is, by the provider's `sub`; empty for none. The plugin does not
    /// hear it.
    pub member: String,
    /// Whose rows it may see.
    pub people: People,
    /// Where it is known who has several names in plugins' data: for who sees everybody's rows.
    pub who: Option<Db>,
    /// The day in Japan, `YYYY-MM-DD`.
    pub today: String,
    /// Seconds since 1970.
    pub now: i64,
    pub queries: Arc<Queries>,
    /// Which of the queries answer.
    pub reach: Reach,
    /// Queries of other plugins.
    pub shared: Vec<Shared>,
    /// Whose rows its queries gave, when that is to be known: for a page of staff.
    pub shown: Option<Shown>,
    /// Lines of the log that the call has had.
    pub lines: AtomicU32,
}

/// Whose rows were given, by the names that they have in plugins' data.
pub type Shown = Arc<Mutex<BTreeSet<String>>>;

/// A query of another plugin that a call may ask: in that one's database, of the same insurer and
/// persons.
#[derive(Clone)]
pub struct Shared {
    pub plugin: String,
    pub query: String,
    pub queries: Arc<Queries>,
    pub database: Arc<Database>,
}

/// Lines that one call may write into the log.
const LINES: u32 = 20;
/// The longest that a plugin's ask may be, in bytes: a name and a few parameters.
const LONGEST: usize = 64 * 1024;
/// The most values that a reply may hold: each costs the portal far more than its byte.
const VALUES: usize = 300_000;

impl Allowed {
    /// A call for an insurer that reaches no query and no person.
    pub fn nothing(insurer: &str, plugin: &str) -> Self {
        Self {
            database: None,
            insurer: insurer.to_owned(),
            plugin: plugin.to_owned(),
            member: String::new(),
            people: People::default(),
            who: None,
            today: String::new(),
            now: 0,
            queries: Arc::default(),
            reach: Reach::NOTHING,
            shared: Vec::new(),
            shown: None,
            lines: AtomicU32::new(0),
        }
    }

    /// Whether the call may write one more line.
    fn may_write(&self) -> bool {
        self.lines.fetch_add(1, Ordering::Relaxed) < LINES
    }

    /// One of the people whose rows it may see.
    async fn only(&self, id: &str) -> db::Result<People> {
        let Some(who) = &self.who else { return Ok(self.people.only(id)) };
        let known = People::everybody_known(&mut who.read().await?, &self.insurer, [id]).await?;
        Ok(known.only(id))
    }

    /// What is left when a call is over its deadline.
    pub fn without_data(&self) -> Self {
        Self { member: self.member.clone(), ..Self::nothing(&self.insurer, &self.plugin) }
    }
}

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFault {
    /// The deadline passed.
    Slow,
    /// The process that held the plugin died.
    Crashed,
    /// The plugin answered with an error, or with something that is no answer.
    Failed(String),
    /// It failed too often and rests for a while.
    Quarantined,
}

/// How long a call may take.
pub type Deadline = Duration;

/// Answers what a plugin asks of the host: status and body.
pub async fn host_service(allowed: &Allowed, op: u32, body: &[u8]) -> Reply {
    if body.len() > LONGEST {
        return refusal(abi::E_REQUEST, "an ask is longer than 64 KiB");
    }
    let (status, body) = match serde_json::from_slice::<Value>(body) {
        Err(error) => (abi::E_REQUEST, json!({"error": error.to_string()})),
        Ok(request) => match op {
            abi::QUERY => answer_query(allowed, &request).await,
            abi::LOG => {
                let text: String =
                    request["message"].as_str().unwrap_or("").chars().take(500).collect();
                if allowed.may_write() {
                    let (plugin, insurer) = (&allowed.plugin, &allowed.insurer);
                    tracing::info!(plugin, insurer, text, "plugin");
                }
                (abi::OK, json!({}))
            }
            _ => (abi::E_REQUEST, json!({"error": "unknown op"})),
        },
    };
    (status, serde_json::to_vec(&body).expect("a value is JSON"))
}

async fn answer_query(allowed: &Allowed, request: &Value) -> (i32, Value) {
    let refuse = |status: i32, why: &str| (status, json!({"error": why}));
    let name = request["name"].as_str().unwrap_or("");
    let (found, database) = match request["plugin"].as_str() {
        None => match (allowed.reach.query(&allowed.queries, name), &allowed.database) {
            (Ok(found), Some(database)) => (found, database),
            (Ok(_), None) => return refuse(abi::E_NOT_DECLARED, "this call reads nothing"),
            (Err(why), _) => return refuse(abi::E_NOT_DECLARED, &why),
        },
        Some(plugin) => {
            let mut shared = allowed.shared.iter();
            let Some(shared) = shared.find(|s| s.plugin == plugin && s.query == name) else {
                // It is off here, or was not declared: for the page that is the same.
                return (abi::OK, json!({"off": true, "rows": []}));
            };
            match shared.queries.get(name).map(|query| allowed.reach.shared(query)) {
                Some(Ok(query)) => (query, &shared.database),
                Some(Err(why)) => return refuse(abi::E_NOT_DECLARED, &why),
                None => return refuse(abi::E_NOT_DECLARED, "the query is gone"),
            }
        }
    };
    if allowed.shown.is_some() && !found.says_whose() {
        return refuse(abi::E_NOT_DECLARED, "a page of staff must know whose rows it reads");
    }
    let empty = Map::new();
    let params = request["params"].as_object().unwrap_or(&empty);
    let only = match request["person"].as_str().map(|id| allowed.only(id)) {
        Some(only) => match only.await {
            Ok(only) => Some(only),
            Err(_) => return refuse(abi::E_HOST, "the database did not answer"),
        },
        None => None,
    };
    let people = only.as_ref().unwrap_or(&allowed.people);
    let whom = For { insurer: &allowed.insurer, people, today: &allowed.today, now: allowed.now };
    let rows = async {
        let mut conn = database.read(&allowed.insurer).await.map_err(Unanswered::Database)?;
        found.run(&mut conn, database.engine(), &whom, params).await
    };
    match rows.await {
        Ok(rows) => {
            if let Some(shown) = &allowed.shown {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.extend(found.persons(&rows).map(str::to_owned));
                // Asked about one alone, also a count is theirs.
                shown.extend(only.iter().flat_map(|only| only.all()).map(|seen| seen.id.clone()));
            }
            (abi::OK, json!({"rows": rows}))
        }
        Err(Unanswered::Asked(why)) => refuse(abi::E_REQUEST, &format!("{name}: {why}")),
        Err(Unanswered::TooMuch | Unanswered::Full) => {
            refuse(abi::E_HOST, "too many rows; write LIMIT")
        }
        Err(Unanswered::Database(error)) => {
            if allowed.may_write() {
                tracing::error!(%error, plugin = allowed.plugin, query = name, "query failed");
            }
            refuse(abi::E_HOST, "the database did not answer")
        }
    }
}

/// Status and body, in either direction.
pub type Reply = (i32, Vec<u8>);

/// A reply that gives a reason.
pub fn refusal(status: i32, why: &str) -> Reply {
    (status, json!(ErrorReply { error: why.to_owned() }).to_string().into_bytes())
}

/// What a call that has ended hears from the host.
pub fn ended() -> Reply {
    refusal(abi::E_HANDLE, "the call has ended")
}

/// What a reply says: the shape of its op, or the plugin's reason.
///
/// # Errors
/// [`CallFault::Failed`] when the plugin cannot answer or its reply has another shape.
pub fn read_reply<R: DeserializeOwned>((status, body): &Reply) -> Result<R, CallFault> {
    // Where, never what: a value may be a member's.
    let other_shape = |what: &str, error: &serde_json::Error| {
        CallFault::Failed(format!(
            "status {status}: the reply is not the {what} of plugins/sdk/src/wire.rs ({:?} error \
             at byte {})",
            error.classify(),
            error.column()
        ))
    };
    // Signs that begin a value; those in texts are counted, too.
    let values = body.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if values > VALUES {
        return Err(CallFault::Failed(format!("the reply holds more than {VALUES} values")));
    }
    if *status == abi::OK {
        let shape = std::any::type_name::<R>().rsplit("::").next().unwrap_or_default();
        return serde_json::from_slice(body).map_err(|error| other_shape(shape, &error));
    }
    let reply: ErrorReply =
        serde_json::from_slice(body).map_err(|error| other_shape("ErrorReply", &error))?;
    Err(CallFault::Failed(format!("status {status}: {}", reply.error)))
}

#[cfg(test)]
mod tests {
    use super::{CallFault, read_reply};
    use sdk::{PageReply, abi};

    #[test]
    fn a_reply_of_another_shape_is_a_fault_that_repeats_no_value() {
        let why = |status: i32, body: &str| match read_reply::<PageReply>(&(status, body.into())) {
            Err(CallFault::Failed(why)) => why,
            other => panic!("{body}: {other:?}"),
        };
        for body in [r#"{"show": "港 花子"}"#, r#"{"shown": {}}"#, r#""gone""#, "{}", "<html>"] {
            let why = why(abi::OK, body);
            assert!(why.contains("PageReply") && !why.contains("花子"), "{why}");
        }
        assert_eq!(why(abi::E_PLUGIN, r#"{"error": "no rows"}"#), "status 7: no rows");
        assert!(why(abi::E_PLUGIN, "[]").contains("ErrorReply"));
        let good = read_reply::<PageReply>(&(abi::OK, br#""not_found""#.to_vec()));
        assert_eq!(good, Ok(PageReply::NotFound));
    }
}
