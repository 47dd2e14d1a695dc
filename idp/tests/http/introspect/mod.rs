//! `/{insurer}/introspect`.

mod post;
