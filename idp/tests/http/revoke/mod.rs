//! `/{insurer}/revoke`.

mod post;
