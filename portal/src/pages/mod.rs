//! The portal's own pages and the one that shows a plugin's.

pub mod access_record;
pub mod api;
pub mod back_channel;
mod door;
mod draft;
pub mod home;
pub mod home_screen;
pub mod household;
pub mod inbox;
pub mod plugin_files;
pub mod plugin_form;
pub mod plugin_page;
pub mod plugin_paper;
pub mod search;
pub mod signin;
pub mod staff;
