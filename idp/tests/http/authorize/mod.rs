//! `/{insurer}/authorize`.

mod acr;
mod claims;
mod consent;
mod get;
mod left;
mod post;
mod prompt;
mod request_object;
mod response_mode;
mod response_type;
mod stay;
