//! What an insurer's own systems call.

pub mod clients;
