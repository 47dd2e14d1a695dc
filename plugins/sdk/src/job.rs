//! What a plugin does by itself, for one insurer: jobs, at their times and in steps, and what it does when
//! something has happened.

use crate::wire::JobReply;
use crate::{Call, Fault, Writes};
use serde::Deserialize;
use serde_json::Value;

/// What becomes of a step of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The job is done until its next time.
    Done,
    /// All is written, and the handler is asked again; [`Call::cursor`] is then this text.
    More(String),
}

/// A handler of a job. It sees the rows of everybody of the insurer and there is no member.
pub type JobHandler = fn(&Call, &mut Writes) -> Result<Next, Fault>;

/// Something that happened in a plugin to which this one listens.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Event {
    /// The same for every listener. It may be asked about it twice; what it writes is written once.
    pub id: String,
    /// The `person` of a query; empty for nobody.
    #[serde(default)]
    pub person: String,
    /// What the manifest of its plugin declares.
    #[serde(default)]
    pub params: Value,
    /// Seconds since 1970.
    #[serde(default)]
    pub at: i64,
}

/// A handler of events. It sees the rows of everybody of the insurer, as a job does, and cannot publish.
pub type EventHandler = fn(&Call, &Event, &mut Writes) -> Result<(), Fault>;

impl Next {
    pub(crate) fn reply(self, writes: Writes) -> JobReply {
        let Writes { writes, notify, publish } = writes;
        let more = match self {
            Next::Done => None,
            Next::More(cursor) => Some(cursor),
        };
        JobReply { more, writes, notify, publish }
    }
}
