//! `/{insurer}/userinfo`.

mod get;
mod post;
