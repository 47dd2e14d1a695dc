//! An insurer's folder as one checked value: brand, policies, journeys, terms, clients.
//!
//! - `policy.rs`, `protocol.rs`, `terms.rs`, `client_file.rs`, `journey.rs`: one file each
//! - `read.rs`: the folder; `check.rs`: what would not work; `apply.rs`, `published.rs`: versions
//! - `needs.rs`: journeys, duties and levels as needs

pub mod apply;
mod check;
pub mod client_file;
pub mod client_secret;
pub mod journey;
mod needs;
pub mod policy;
pub mod protocol;
pub mod published;
pub mod read;
pub mod terms;

pub use client_file::ClientFile;
pub use journey::{GoalKind, Journey};
pub use policy::Policy;
pub use protocol::Protocol;
pub use terms::Terms;

use oidc::Client;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::Brand;

/// Everything that an operator decides about an insurer at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub brand: Brand,
    pub policy: Policy,
    /// By the name of their file.
    pub journeys: BTreeMap<String, Journey>,
    pub terms: Vec<Terms>,
    pub clients: BTreeMap<String, Client>,
}
