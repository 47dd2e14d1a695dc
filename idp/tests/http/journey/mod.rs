//! `/{insurer}/login`, `/{insurer}/register`, `/{insurer}/journey/{id}` and `/{insurer}/link/{token}`.

mod answered;
mod code_by_mail;
mod counts;
mod forged;
mod goes_on;
mod guessing;
mod link;
mod looking;
mod lost_app;
mod lost_mailbox;
mod new_password;
mod once;
mod passkey;
mod recovery;
mod shapes;
mod temporary;
mod totp;
mod versions;
mod whose;
