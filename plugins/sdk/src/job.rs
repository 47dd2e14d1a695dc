//! Jobs: work that a plugin does by itself, at its times, for one insurer and in steps.

use crate::wire::JobReply;
use crate::{Call, Fault, Writes};

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

impl Next {
    pub(crate) fn reply(self, writes: Writes) -> JobReply {
        let Writes { writes, notify } = writes;
        match self {
            Next::Done => JobReply { more: None, writes, notify },
            Next::More(cursor) => JobReply { more: Some(cursor), writes, notify },
        }
    }
}
