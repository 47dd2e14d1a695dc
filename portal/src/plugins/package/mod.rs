//! A plugin's folder: read, checked, loaded, or refused with the reason.

pub mod check;
pub mod declared;
pub mod library_file;
pub mod load;
pub mod manifest;
pub mod reserved;
pub mod scaffold;
pub mod setting;
