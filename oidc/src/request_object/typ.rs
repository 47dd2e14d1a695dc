//! No other kind of token may pass as a request (RFC 9101 §10.8).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    match signed.token.header("typ") {
        None | Some("JWT" | "oauth-authz-req+jwt") => Ok(()),
        Some(_) => Err(refused("typ must be oauth-authz-req+jwt")),
    }
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
        for (typ, expected) in
            [("JWT", true), ("oauth-authz-req+jwt", true), ("at+jwt", false), ("dpop+jwt", false)]
        {
            assert_eq!(run(&sample(), &own, typ, &json!({})).is_ok(), expected, "{typ}");
        }
    }
}
