//! No other kind of token may pass as a request (RFC 9101 §10.8).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let token = signed.token;
    let is_one = token.has_type("jwt") || token.has_type("oauth-authz-req+jwt");
    if is_one || !token.header.contains_key("typ") {
        return Ok(());
    }
    Err(refused("typ must be oauth-authz-req+jwt"))
}

#[cfg(test)]
mod tests {
    use crate::client::sample;
    use crate::jose::algorithm::Algorithm;
    use crate::request_object::tests::{key, run};
    use serde_json::json;

    #[test]
    fn no_other_token_passes() {
        let own = key(Algorithm::ES256);
        for (typ, expected) in [
            ("JWT", true),
            ("oauth-authz-req+jwt", true),
            ("application/OAuth-AuthZ-Req+JWT", true),
            ("at+jwt", false),
            ("dpop+jwt", false),
        ] {
            assert_eq!(run(&sample(), &own, typ, &json!({})).is_ok(), expected, "{typ}");
        }
    }
}
