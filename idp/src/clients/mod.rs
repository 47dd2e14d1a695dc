//! Relying parties: found in the insurer's folder or registered since, with their keys and secrets.
//!
//! - `find.rs`, `remembered.rs`: by id, from memory where that is possible
//! - `keys.rs`, `sector.rs`: what is fetched from them
//! - `secrets.rs`, `put.rs`: new secrets, and the one way in which a client is written

pub mod find;
pub mod keys;
pub mod put;
pub mod remembered;
pub mod secrets;
pub mod sector;

use crate::outbound::Outbound;
use db::Db;
use remembered::ClientCache;
use secret::Sealer;
use std::sync::Arc;

/// Finds clients and what belongs to them.
pub struct Clients {
    pub db: Db,
    pub sealer: Arc<Sealer>,
    pub outbound: Arc<Outbound>,
    pub cache: ClientCache,
}
