//! The identity provider: one issuer per insurer, registration and login as journeys of proofs.
//!
//! Code map, from the top; a floor imports only floors below it:
//! - `routes.rs`: every URL on one screen; `serve.rs`, `commands/`, `jobs/`: what runs
//! - `endpoints/`: handlers only, for people, programs and staff
//! - `journeys/`: what is asked next, and what becomes of an answer
//! - `authorization/`: what a client's request asks, what is granted, how the answer travels
//! - `session.rs`, `browser.rs`, `lockdown.rs`, `tally.rs`, `tokens/`; beside them `mail/` and `outbound.rs`
//! - `credentials/`, `clients/`, `people/`: what accounts prove with, relying parties, persons
//! - `realm/`, `definition/`: an insurer in memory, an insurer's folder
//! - `store/`: the only place with SQL
//! - the ground that every floor may use: `need/` (what must be proved, and the plan), `ids.rs`,
//!   `user_agent.rs`, `settings.rs`
//! - `app.rs`, `visit.rs`: what a handler finds

pub mod app;
pub mod authorization;
pub mod browser;
pub mod clients;
pub mod commands;
pub mod credentials;
pub mod definition;
pub mod endpoints;
pub mod ids;
pub mod jobs;
pub mod journeys;
pub mod lockdown;
pub mod mail;
pub mod need;
pub mod outbound;
pub mod people;
pub mod places;
pub mod realm;
pub mod routes;
pub mod serve;
pub mod session;
pub mod settings;
pub mod store;
pub mod tally;
pub mod tokens;
pub mod user_agent;
pub mod visit;
