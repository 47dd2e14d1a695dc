//! One file per kind of proof: its form, its checks, its pages. Only a kind's verifier says
//! that it was proved.

pub mod account;
pub mod consent;
pub mod mailbox;
pub mod password;
pub mod roster;
pub mod terms;

use super::Next;
use super::page::Running;
use crate::definition::Proof;
use axum::response::Response;
use db::Conn;
use serde::Serialize;
use web::{Error, Posted};

/// What became of an answer.
pub enum Verdict {
    /// The evidence may be written.
    Proved { means: String },
    /// Something is wrong or missing: this page says what.
    Shown(Response),
    /// Show the step again (a mail was sent).
    Again,
    /// The journey is over without its proofs: the person said no.
    Ended(Response),
    /// Another answer came between: roll back and show what is asked now.
    Overtaken,
}

/// What was computed before the transaction began.
pub enum Hashed {
    Nothing,
    /// A new password's hash.
    New(String),
    /// The account whose password was typed, or nobody; and the counter of wrong tries.
    Matches {
        account_id: Option<String>,
        bucket: String,
    },
}

/// The place of a step, as pages show it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Place {
    pub n: usize,
    pub of: usize,
}

impl From<&Next<'_>> for Place {
    fn from(next: &Next<'_>) -> Self {
        Self { n: next.n, of: next.of }
    }
}

pub(super) async fn show(running: &mut Running, step: &Next<'_>) -> Result<Response, Error> {
    match step.proof {
        Proof::Mailbox { link_minutes } => mailbox::show(running, step, *link_minutes),
        Proof::Roster { fields, attempts } => roster::show(running, step, fields, *attempts),
        Proof::Terms {} => terms::show(running, step),
        Proof::Password {} => password::show(running, step),
        Proof::Account {} => account::show(running, step).await,
        Proof::Consent {} => consent::show(running, step).await,
    }
}

pub(super) async fn hash(
    running: &Running,
    step: &Next<'_>,
    posted: &Posted,
) -> Result<Hashed, Error> {
    match step.proof {
        Proof::Password {} => password::hash(running, posted).await,
        _ => Ok(Hashed::Nothing),
    }
}

pub(super) async fn verify(
    running: &mut Running,
    step: &Next<'_>,
    posted: &Posted,
    hashed: Hashed,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    match step.proof {
        Proof::Mailbox { link_minutes } => {
            mailbox::verify(running, step, *link_minutes, posted, conn).await
        }
        Proof::Roster { fields, attempts } => {
            roster::verify(running, step, (fields, *attempts), posted, conn).await
        }
        Proof::Terms {} => terms::verify(running, step, posted, conn).await,
        Proof::Password {} => password::verify(running, step, posted, hashed, conn).await,
        Proof::Account {} => account::verify(running, posted),
        Proof::Consent {} => consent::verify(running, posted, conn).await,
    }
}
