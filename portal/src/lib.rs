//! The member portal: signs people in at the identity provider, loads each insurer's plugins and
//! draws their pages in that insurer's theme.
//!
//! Code map:
//! - `routes.rs`: every URL on one screen
//! - `pages/`: home, household, and the page that shows a plugin's
//! - `plugins/`: find, check, load and call plugins; `plugins/queries.rs` is the fence around data
//! - `signin.rs`: the relying party
//! - `import.rs`: insurers' files for plugins
//! - `definition.rs`: an insurer's folder, checked and versioned
//! - `household.rs`: whose rows a person may see
//! - `store/`: the only place with SQL

pub mod app;
pub mod definition;
pub mod household;
pub mod import;
pub mod pages;
pub mod plugins;
pub mod routes;
pub mod serve;
pub mod session;
pub mod settings;
pub mod signin;
pub mod store;
pub mod visit;
