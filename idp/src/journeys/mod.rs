//! Journeys: what is missing is what the person is asked next; a journey ends because the proofs
//! are there.
//!
//! - `goal.rs`, `instance.rs`: what a journey is for, and what one instance knows
//! - `begin.rs`, `running.rs`: how it begins, and how a request finds it again
//! - `submit.rs`, `link.rs`: an answer, and the mailed link; they own the transaction
//! - `factors.rs`: what is asked besides of who has a second factor, or comes from nowhere
//! - `advanced.rs`: what an answer led to
//! - `locked.rs`: who cannot go on for now
//! - `choose.rs`: pages of the engine's own, where the person chooses or goes on
//! - `finish/`: what happens when nothing is missing
//! - `steps/`: one file per step

mod advanced;
pub mod begin;
pub mod choose;
pub mod factors;
pub mod finish;
pub mod goal;
pub mod instance;
pub mod link;
mod locked;
pub mod running;
pub mod steps;
pub mod submit;

use crate::clients::Clients;
use crate::credentials::breached::Breached;
use crate::credentials::passkey::Passkeys;
use crate::credentials::password::Hasher;
use crate::mail::Outbox;
use db::Db;
use secret::Sealer;
use std::sync::Arc;

/// What journeys work with.
pub struct Tools {
    pub db: Db,
    pub hasher: Hasher,
    /// Passwords that became known.
    pub breached: Breached,
    pub outbox: Outbox,
    pub clients: Arc<Clients>,
    /// Seals what accounts keep.
    pub sealer: Arc<Sealer>,
    /// None where the provider has no name, but an address of numbers.
    pub passkeys: Option<Passkeys>,
}
