//! CPU time per request.
fn main() {}
