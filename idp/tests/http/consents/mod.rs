//! `/{insurer}/consents`.

mod post;
