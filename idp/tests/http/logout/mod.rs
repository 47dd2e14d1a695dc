//! `/{insurer}/logout`.

mod back_channel;
mod front_channel;
mod get;
mod post;
