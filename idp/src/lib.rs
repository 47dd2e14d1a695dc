//! The identity provider: one issuer per insurer, registration and login as journeys of proofs.
//!
//! Code map:
//! - `routes.rs`: every URL on one screen
//! - `journeys/`: what is asked next and why; `journeys/steps/`: one file per kind of proof
//! - `endpoints/`: OpenID Connect over HTTP, with the rules in the `oidc` crate
//! - `definition.rs`, `apply.rs`: an insurer's folder, checked, compared and versioned
//! - `realm.rs`: a published insurer in memory, with its keys
//! - `clients.rs`, `tokens.rs`: who relies on us, and access tokens
//! - `outbound.rs`, `backchannel.rs`: the one way out, and logouts told by it
//! - `roster.rs`: the insurer's list of members
//! - `mail/`: the outbox and its delivery
//! - `hasher.rs`: passwords
//! - `store/`: the only place with SQL
//! - `app.rs`, `settings.rs`, `visit.rs`: what a request finds

pub mod app;
pub mod apply;
pub mod backchannel;
pub mod clients;
pub mod definition;
pub mod endpoints;
pub mod hasher;
pub mod ids;
pub mod journeys;
pub mod mail;
pub mod need;
pub mod outbound;
pub mod purge;
pub mod realm;
pub mod roster;
pub mod routes;

pub mod serve;
pub mod session;
pub mod settings;
pub mod store;
pub mod tokens;
pub mod visit;
