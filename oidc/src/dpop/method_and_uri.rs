//! The proof is for this request: method and address, without query and fragment, normalised
//! (RFC 9449 §4.3 items 8 and 9, RFC 3986 §6.2).

use super::{Expected, refused};
use crate::error::OAuthError;
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;

pub(super) fn check(
    token: &Unverified,
    _: &VerifyingKey,
    expected: &Expected,
) -> Result<(), OAuthError> {
    if token.text("htm") != Some(expected.method) {
        return Err(refused("htm is not the method of this request"));
    }
    let bare = |text: &str| {
        let mut url = url::Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    let asked = token.text("htu").and_then(bare);
    if asked.is_some() && asked == bare(expected.uri) {
        return Ok(());
    }
    Err(refused("htu is not the address of this request"))
}

#[cfg(test)]
mod tests {
    use crate::dpop::tests::{URI, holds};
    use serde_json::json;

    #[test]
    fn for_this_request_however_it_is_written() {
        for (claims, expected) in [
            (json!({"htu": URI}), true),
            (json!({"htu": format!("{URI}?x=1#y")}), true),
            (json!({"htu": "HTTPS://ID.example:443/minato/token"}), true),
            (json!({"htu": null}), false),
            (json!({"htu": "https://id.example/aozora/token"}), false),
            (json!({"htu": "https://evil.example/minato/token"}), false),
            (json!({"htm": null}), false),
            (json!({"htm": "GET"}), false),
            (json!({"htm": "post"}), false),
        ] {
            assert_eq!(holds(json!({}), claims.clone()), expected, "{claims}");
        }
    }
}
