//! `/{insurer}/par`.

mod post;
