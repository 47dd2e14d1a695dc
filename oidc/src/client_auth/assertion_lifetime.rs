//! An assertion lives shortly and has an id, so that it can be used once (RFC 7523 §3 items 4, 5
//! and 7; OpenID Connect Core §9 requires `exp` and `jti`).

use super::{Attempt, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;

/// An hour: a client that asks for longer would have its ids remembered for longer.
const LONGEST: i64 = 3600;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let Some(token) = assertion else { return Ok(()) };
    let now = attempt.now;
    let ends = token.time("exp").is_some_and(|exp| exp <= now + LONGEST);
    let named = token.text("jti").is_some_and(|jti| !jti.is_empty() && jti.len() <= 512);
    if ends && named && token.is_timely(now) { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::AuthMethod;
    use crate::client_auth::tests::{asserted, by};
    use serde_json::json;

    #[test]
    fn valid_now_not_for_long_and_with_an_id() {
        let client = by(AuthMethod::PrivateKeyJwt);
        for (changes, expected) in [
            (json!({}), true),
            (json!({"nbf": 1008}), true),
            (json!({"exp": 900}), false),
            (json!({"exp": null}), false),
            (json!({"exp": 1000 + 3600}), true),
            (json!({"exp": 1000 + 3601}), false),
            (json!({"nbf": 1070}), false),
            (json!({"iat": 1070}), false),
            (json!({"iat": "soon"}), false),
            (json!({"jti": null}), false),
            (json!({"jti": ""}), false),
        ] {
            assert_eq!(asserted(&client, &changes), expected, "{changes}");
        }
    }
}
