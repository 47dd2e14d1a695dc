//! The pages of who works for an insurer.

mod brought;
pub mod file;
pub mod files;
pub mod home;
pub mod plugin;
pub mod plugin_form;
pub mod record;
pub mod signin;
