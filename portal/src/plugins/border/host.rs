//! One call of a plugin: what it may see, how long it may take, what became of it.

use crate::plugins::data::class::DataClass;
use crate::plugins::data::query::{self, Queries, Query};
use db::Db;
use sdk::{ErrorReply, abi};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// What the host services of one call may touch. A plugin holds only the call's number.
pub struct Allowed {
    pub db: Db,
    pub insurer: String,
    pub plugin: String,
    pub subjects: Vec<String>,
    pub queries: Arc<Queries>,
    /// The page's or card's class: no query above it answers.
    pub class: DataClass,
    /// The queries that the page or card may use, when the manifest lists them.
    pub listed: Option<Vec<String>>,
}

impl Allowed {
    /// The query of this name, when this call may read by it.
    ///
    /// # Errors
    /// Why it may not.
    fn reading(&self, name: &str) -> Result<&Query, String> {
        let listed = self.listed.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
        match self.queries.get(name) {
            Some(query) if query.class > self.class => {
                let class = query.class.as_str();
                Err(format!("the query {name} is {class}, above the data of this page or card"))
            }
            // Pages and cards read; only importers write, and those statements the host runs.
            Some(query) if listed && !query.writes => Ok(query),
            _ => {
                // Only what can be a name is repeated: anything else could be a member's data.
                let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
                let name: String = name.chars().take(40).filter(plain).collect();
                Err(format!("the query {name:?} is not declared for reading here"))
            }
        }
    }

    /// What is left when a call is over its deadline: no query, no person.
    pub fn without_data(&self) -> Self {
        Self {
            db: self.db.clone(),
            insurer: self.insurer.clone(),
            plugin: self.plugin.clone(),
            subjects: Vec::new(),
            queries: Arc::default(),
            class: DataClass::None,
            listed: None,
        }
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

/// Most rows that one query returns.
const MAX_ROWS: usize = 20_000;

/// How long a call may take.
pub type Deadline = Duration;

/// Answers what a plugin asks of the host: status and body.
pub async fn host_service(allowed: &Allowed, op: u32, body: &[u8]) -> Reply {
    let (status, body) = match serde_json::from_slice::<Value>(body) {
        Err(error) => (abi::E_REQUEST, json!({"error": error.to_string()})),
        Ok(request) => match op {
            abi::QUERY => answer_query(allowed, &request).await,
            abi::LOG => {
                let text: String =
                    request["message"].as_str().unwrap_or("").chars().take(500).collect();
                tracing::info!(plugin = allowed.plugin, insurer = allowed.insurer, text, "plugin");
                (abi::OK, json!({}))
            }
            _ => (abi::E_REQUEST, json!({"error": "unknown op"})),
        },
    };
    (status, body.to_string().into_bytes())
}

async fn answer_query(allowed: &Allowed, request: &Value) -> (i32, Value) {
    let refuse = |status: i32, why: &str| (status, json!({"error": why}));
    let name = request["name"].as_str().unwrap_or("");
    let found = match allowed.reading(name) {
        Ok(found) => found,
        Err(why) => return refuse(abi::E_NOT_DECLARED, &why),
    };
    let empty = Map::new();
    let params = request["params"].as_object().unwrap_or(&empty);
    let bound = match found.bind(&allowed.insurer, &allowed.subjects, params) {
        Ok(bound) => bound,
        Err(why) => return refuse(abi::E_REQUEST, &why),
    };
    let rows = async {
        let mut conn = allowed.db.read().await?;
        query::run(&mut conn, bound).await
    };
    match rows.await {
        Ok(rows) if rows.len() > MAX_ROWS => refuse(abi::E_HOST, "too many rows"),
        Ok(rows) => (abi::OK, json!({"rows": rows})),
        Err(error) => {
            tracing::error!(%error, plugin = allowed.plugin, query = name, "query failed");
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
    use super::{Allowed, CallFault, host_service, read_reply};
    use crate::plugins::data::class::DataClass;
    use crate::plugins::data::query::{Queries, Query};
    use sdk::{PageReply, abi};
    use serde_json::json;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_call_reads_what_its_page_may_and_nothing_above_its_class() {
        db::testing::each_engine(&[], async |db| {
            let sql = "SELECT a FROM fees_x WHERE insurer_id = $1";
            let query = |class: &str, sql: &str| {
                Query::parse(&format!("-- class: {class}\n{sql}"), "fees_").unwrap()
            };
            let queries = Arc::new(Queries::from([
                ("rows".to_owned(), query("medical", sql)),
                ("news".to_owned(), query("none", sql)),
                ("clear".to_owned(), query("none", "DELETE FROM fees_x WHERE insurer_id = $1")),
            ]));
            let asked = async |class: DataClass, listed: Option<&str>, name: &str| {
                let allowed = Allowed {
                    db: db.clone(),
                    insurer: "minato".into(),
                    plugin: "fees".into(),
                    subjects: Vec::new(),
                    queries: queries.clone(),
                    class,
                    listed: listed.map(|name| vec![name.to_owned()]),
                };
                let body = json!({"name": name, "params": {}}).to_string();
                host_service(&allowed, abi::QUERY, body.as_bytes()).await.0
            };
            // The table is missing: E_HOST says that the query got as far as the database.
            assert_eq!(asked(DataClass::Medical, None, "rows").await, abi::E_HOST);
            assert_eq!(asked(DataClass::None, Some("news"), "news").await, abi::E_HOST);
            for (class, listed, name) in [
                (DataClass::Pii, None, "rows"),
                (DataClass::None, Some("rows"), "rows"),
                (DataClass::Medical, Some("news"), "rows"),
                (DataClass::Medical, None, "clear"),
                (DataClass::Medical, None, "gone"),
            ] {
                assert_eq!(asked(class, listed, name).await, abi::E_NOT_DECLARED, "{name}");
            }
        })
        .await;
    }

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
