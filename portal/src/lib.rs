//! The member portal: signs people in at the identity provider, loads each insurer's plugins and
//! draws their pages in that insurer's theme.
//!
//! Code map, from the top; a floor imports only floors below it:
//! - `routes.rs`: every URL on one screen; `commands/`, `jobs/`: what an operator types, what runs
//! - `trial/`: a plugin is tried with data, for its author
//! - `pages/`: sign-in, home, household, the access record, the inbox, staff pages, and what shows a
//!   plugin's pages, forms and documents
//! - `visit.rs`, `staff/`, `app.rs`: what a handler finds, of members and of staff
//! - `provider.rs`, `bearer.rs`, `session.rs`, `imports/`: the identity provider as we see it, its
//!   tokens, our sessions, insurers' files for plugins
//! - `household/`: whose rows a person may see
//! - `insurers/`: an insurer's folder, checked and versioned; what it offers (`offer.rs`);
//!   `in_force.rs`: the plugins that answer at the moment, and the pages
//! - `plugins/`: check, load and call plugins; `plugins/data/` is the fence around their data
//! - `store/`: the only place with SQL
//! - the ground: `member.rs`, `settings.rs`, `paper/` (documents as PDF)

pub mod app;
pub mod bearer;
pub mod commands;
pub mod household;
pub mod imports;
pub mod in_force;
pub mod insurers;
pub mod jobs;
pub mod member;
pub mod pages;
pub mod paper;
pub mod plugins;
pub mod provider;
pub mod routes;
pub mod session;
pub mod settings;
pub mod staff;
pub mod store;
pub mod trial;
pub mod visit;
