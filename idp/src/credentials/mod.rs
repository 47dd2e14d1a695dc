//! What an account can prove with. Owning one of these proves nothing; using it does.

pub mod breached;
pub mod foreign;
pub mod passkey;
pub mod password;
pub mod providers;
pub mod recovery_codes;
pub mod totp;
