//! The member portal: signs people in at the identity provider, loads each insurer's plugins and
//! draws their pages in that insurer's theme.
//!
//! Code map:
//! - `routes.rs`: every URL on one screen
//! - `pages/`: home, household, the access record, and the page that shows a plugin's
//! - `plugins/`: check, load and call plugins; `plugins/data/` is the fence around their data
//! - `signin/`: the relying party
//! - `imports/`: insurers' files for plugins
//! - `insurers/`: an insurer's folder, checked and versioned; what it offers (`offer.rs`)
//! - `household/`: whose rows a person may see
//! - `commands/`: what an operator types; `jobs/`: loops that run by themselves
//! - `store/`: the only place with SQL

pub mod app;
pub mod commands;
pub mod household;
pub mod imports;
pub mod insurers;
pub mod jobs;
pub mod pages;
pub mod plugins;
pub mod routes;
pub mod session;
pub mod settings;
pub mod signin;
pub mod store;
pub mod visit;
