//! The pages of who works for an insurer.

pub mod file;
pub mod files;
pub mod home;
pub mod plugin;
pub mod plugin_form;
pub mod record;
pub mod signin;
mod taking;
