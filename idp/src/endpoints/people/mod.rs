//! Where browsers come by.

pub mod agreed;
pub mod authorize;
pub mod consents;
pub mod device;
pub mod documents;
pub mod help;
pub mod history;
pub mod home;
pub mod journey;
pub mod link;
pub mod logo;
pub mod logout;
pub mod not_me;
pub mod own;
pub mod own_data;
pub mod recover;
pub mod registered;
pub mod user_id;
pub mod well_known;
