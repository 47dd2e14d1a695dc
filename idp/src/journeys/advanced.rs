//! What an answer led to: the word between `submit.rs` and `finish/`.

use axum::response::Response;

/// What an answer led to.
pub enum Advanced {
    /// To be committed, and then answered with this.
    Kept(Response),
    /// Another answer was faster: nothing of this one may be kept.
    Overtaken,
    /// It can never be kept: the client that waits has changed. The person begins again.
    Refused,
    /// Somebody else was faster: the person, the address or the user ID has an account by now.
    Taken,
    /// Its owner or the help desk shut the account.
    Locked,
    /// The person has left the society, and with it this.
    Left,
    /// The journey ended in a session before: the person goes on with that one.
    EndedBefore,
}
