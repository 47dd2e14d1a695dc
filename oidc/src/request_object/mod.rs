//! A request object (RFC 9101, OpenID Connect Core §6, FAPI 2.0 Message Signing §5.3): an ordered
//! table of checks, one file each; then its claims become the parameters.

mod audience;
mod issuer;
mod lifetime;
mod nested;
mod signature;
mod typ;

use crate::error::{Code, OAuthError};
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;
use crate::{Client, Params};
use serde_json::Value;

/// What a check looks at.
struct Signed<'a> {
    token: &'a Unverified<'a>,
    client: &'a Client,
    keys: &'a [VerifyingKey],
    issuer: &'a str,
    now: i64,
}

type Check = fn(&Signed) -> Result<(), OAuthError>;

const CHECKS: &[Check] =
    &[typ::check, signature::check, issuer::check, audience::check, lifetime::check, nested::check];

fn refused(why: &'static str) -> OAuthError {
    Code::InvalidRequestObject.because(why)
}

/// The parameters of a signed request object. `outer` are those around it: by RFC 9101 §6.3 they
/// do not count, except for a client that follows OpenID Connect Core §6.1, where the object only
/// overrides them.
///
/// # Errors
/// `invalid_request_object`.
pub fn open(
    text: &str,
    outer: &Params,
    client: &Client,
    keys: &[VerifyingKey],
    (issuer, now): (&str, i64),
) -> Result<Params, OAuthError> {
    let token = Unverified::parse(text).ok_or(refused("request is not a signed JWT"))?;
    let signed = Signed { token: &token, client, keys, issuer, now };
    for check in CHECKS {
        check(&signed)?;
    }
    let mut params = Vec::new();
    for (name, value) in &token.claims {
        if ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"].contains(&name.as_str()) {
            continue;
        }
        match value {
            Value::Null => {}
            Value::String(text) => params.push((name.clone(), text.clone())),
            Value::Array(many) if name == "resource" => {
                let texts = many.iter().filter_map(Value::as_str);
                params.extend(texts.map(|text| (name.clone(), text.to_owned())));
            }
            other => params.push((name.clone(), other.to_string())),
        }
    }
    let inner: Params = params.into_iter().collect();
    let inner = inner.with("client_id", &client.client_id);
    for name in ["response_type", "client_id"] {
        if outer.value(name).is_some_and(|value| inner.value(name).is_some_and(|i| i != value)) {
            return Err(refused("the request object contradicts the parameters around it"));
        }
    }
    let only_inner =
        client.is_fapi() || client.must_sign_requests() || token.has_type("oauth-authz-req+jwt");
    if only_inner {
        return Ok(inner);
    }
    Ok(inner.or(outer))
}

#[cfg(test)]
mod tests {
    use super::open;
    use crate::Params;
    use crate::client::{Client, sample};
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jwk::VerifyingKey;
    use crate::jose::jws::SigningKey;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    pub(super) const ISSUER: &str = "https://id.example/minato";

    pub(super) fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap()
    }

    /// The parameters of an object that is signed by a published key, with some of its claims
    /// replaced (null removes).
    pub(super) fn run(
        client: &Client,
        key: &SigningKey,
        typ: &str,
        changes: &Value,
    ) -> Result<Params, ()> {
        let mut claims = json!({
            "iss": "portal", "aud": ISSUER, "exp": 1060, "nbf": 990, "client_id": "portal",
            "scope": "openid", "max_age": 5, "claims": {"userinfo": {"email": null}},
            "resource": ["a:1", "a:2"],
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let keys = [VerifyingKey::parse(key.jwk()).unwrap()];
        let outer: Params = [("client_id", "portal"), ("state", "outer")].into_iter().collect();
        let text = key.sign(typ, &claims).unwrap();
        open(&text, &outer, client, &keys, (ISSUER, 1000)).map_err(drop)
    }

    /// Whether an object of a client is accepted with some of its claims replaced.
    pub(super) fn accepted(client: &Client, changes: &Value) -> bool {
        run(client, &key(Algorithm::ES256), "JWT", changes).is_ok()
    }

    #[test]
    fn claims_become_parameters() {
        let own = key(Algorithm::ES256);
        let params = run(&sample(), &own, "JWT", &json!({})).unwrap();
        assert_eq!((params.value("scope"), params.value("max_age")), (Some("openid"), Some("5")));
        assert_eq!(params.value("claims"), Some(r#"{"userinfo":{"email":null}}"#));
        assert_eq!(params.values("resource").count(), 2);
        assert_eq!(params.value("state"), Some("outer"), "OpenID Connect Core §6.1");
        for typ in ["oauth-authz-req+jwt", "application/oauth-authz-req+JWT"] {
            let strict = run(&sample(), &own, typ, &json!({}));
            assert_eq!(strict.unwrap().value("state"), None, "RFC 9101 §6.3: {typ}");
        }
    }

    proptest! {
        /// Attack 35.
        #[test]
        fn any_text_is_refused(text in "[A-Za-z0-9_.-]{0,300}") {
            let opened = open(&text, &Params::default(), &sample(), &[], (ISSUER, 1000));
            prop_assert!(opened.is_err());
        }
    }
}
