//! `POST /{insurer}/token`: each grant, each way to authenticate, and tokens bound to a key.

mod client_authentication;
mod client_credentials;
mod code;
mod device_code;
mod dpop;
mod exchange;
mod pairwise;
mod refresh;
