//! `/{insurer}/device`.

mod post;
