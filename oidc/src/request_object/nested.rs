//! A request object contains no other (RFC 9101 §4).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let has = |name: &str| signed.token.claims.contains_key(name);
    if has("request") || has("request_uri") {
        return Err(refused("request and request_uri cannot be inside"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::client::sample;
    use crate::request_object::tests::accepted;
    use serde_json::json;

    #[test]
    fn nothing_inside() {
        assert!(accepted(&sample(), &json!({})));
        assert!(!accepted(&sample(), &json!({"request": "x"})));
        assert!(!accepted(&sample(), &json!({"request_uri": "https://a.example/r"})));
    }
}
