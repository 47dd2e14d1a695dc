//! How a client proves who it is (OpenID Connect Core §9, RFC 7523, RFC 8705 §2): an ordered
//! table of checks, one file each. Only the registered method counts.

mod assertion_audience;
mod assertion_issuer;
mod assertion_lifetime;
mod assertion_signature;
mod certificate;
mod method;
mod secret;

use crate::certificate::Certificate;
use crate::client::AuthMethod;
use crate::error::{Code, OAuthError};
use crate::jose::jwk::VerifyingKey;
use crate::jose::jwt::Unverified;
use crate::{Client, Params};
use ::secret::hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the request carries, before the client was looked up.
#[derive(Debug, PartialEq, Eq)]
pub struct Claimed {
    pub client_id: String,
    credential: Credential,
}

#[derive(Debug, PartialEq, Eq)]
enum Credential {
    Basic(String),
    Post(String),
    Assertion(String),
    /// Nothing in the request itself: a public client or a certificate.
    None,
}

/// Everything about one attempt.
pub struct Attempt<'a> {
    pub claimed: &'a Claimed,
    pub client: &'a Client,
    /// The client's published keys, for `private_key_jwt`.
    pub keys: &'a [VerifyingKey],
    /// The whole key set as the client published it, to find its certificate in.
    pub jwks: Option<&'a Value>,
    /// Its secrets in clear, for `client_secret_jwt`.
    pub secrets: &'a [Vec<u8>],
    pub certificate: Option<&'a Certificate>,
    pub issuer: &'a str,
    /// What an assertion may be for besides the issuer, where the insurer lets old clients: the
    /// token endpoint and the endpoint that was called.
    pub old_audiences: &'a [&'a str],
    pub now: i64,
}

/// An assertion that must not be used again until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    pub jti: String,
    pub expires_at: i64,
}

type Check = fn(&Attempt, Option<&Unverified>) -> Result<(), OAuthError>;

const CHECKS: &[Check] = &[
    method::check,
    secret::check,
    certificate::check,
    assertion_signature::check,
    assertion_issuer::check,
    assertion_audience::check,
    assertion_lifetime::check,
];

/// The same words for an unknown client, a wrong method and a wrong secret.
fn refused() -> OAuthError {
    Code::InvalidClient.because("client authentication failed")
}

/// Reads the credentials from the `Authorization` header or the body.
///
/// # Errors
/// `invalid_client` when there are none; `invalid_request` when two methods are mixed
/// (RFC 6749 §2.3).
pub fn claimed(authorization: Option<&str>, params: &Params) -> Result<Claimed, OAuthError> {
    let (secret, assertion) = (params.value("client_secret"), params.value("client_assertion"));
    let named = params.value("client_id");
    let methods = [authorization, secret, assertion].into_iter().flatten().count();
    if methods > 1 {
        return Err(Code::InvalidRequest.because("two client authentication methods"));
    }
    let same = |client_id: &str| match named {
        Some(named) if named != client_id => {
            Err(Code::InvalidRequest.because("two different client_id"))
        }
        _ => Ok(client_id.to_owned()),
    };
    if let Some(header) = authorization {
        let (client_id, secret) = basic(header)
            .ok_or(Code::InvalidClient.because("the Authorization header is not Basic"))?;
        return Ok(Claimed { client_id: same(&client_id)?, credential: Credential::Basic(secret) });
    }
    if let Some(assertion) = assertion {
        if params.value("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(Code::InvalidRequest.because("client_assertion_type is not offered"));
        }
        let token = Unverified::parse(assertion).ok_or_else(refused)?;
        let client_id = same(token.text("sub").ok_or_else(refused)?)?;
        return Ok(Claimed { client_id, credential: Credential::Assertion(assertion.to_owned()) });
    }
    let client_id =
        named.ok_or(Code::InvalidClient.because("client authentication is missing"))?.to_owned();
    let credential = match secret {
        Some(secret) => Credential::Post(secret.to_owned()),
        None => Credential::None,
    };
    Ok(Claimed { client_id, credential })
}

/// Compares the credentials with the registered client. What is returned must be remembered until
/// it expires, and refused when it was seen before.
///
/// # Errors
/// `invalid_client`.
pub fn check(attempt: &Attempt) -> Result<Option<Spent>, OAuthError> {
    let assertion = match &attempt.claimed.credential {
        Credential::Assertion(text) => Some(Unverified::parse(text).ok_or_else(refused)?),
        _ => None,
    };
    for check in CHECKS {
        check(attempt, assertion.as_ref())?;
    }
    Ok(assertion.map(|token| Spent {
        jti: token.text("jti").unwrap_or_default().to_owned(),
        expires_at: token.time("exp").unwrap_or_default() + crate::jose::jwt::SKEW,
    }))
}

/// What an unknown client costs: the same comparison, always refused.
pub fn unknown(claimed: &Claimed) -> OAuthError {
    if let Credential::Basic(secret) | Credential::Post(secret) = &claimed.credential {
        hash::equal(hash::s256(secret).as_bytes(), [0; 43]);
    }
    refused()
}

/// RFC 6749 §2.3.1: id and secret are form-encoded, then joined and base64-encoded.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        let pair = format!("v={text}");
        let value =
            url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned());
        value.filter(|value| !value.is_empty())
    };
    Some((decode(id)?, decode(secret).unwrap_or_default()))
}

/// The methods of the assertion's algorithm.
fn assertion_method(token: &Unverified) -> AuthMethod {
    match token.header("alg") {
        Some("HS256") => AuthMethod::ClientSecretJwt,
        _ => AuthMethod::PrivateKeyJwt,
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Claimed, check, claimed};
    use crate::Params;
    use crate::certificate::Certificate;
    use crate::client::{AuthMethod, Client, sample};
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jwk::VerifyingKey;
    use crate::jose::jws::SigningKey;
    use base64::Engine as _;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// The sample client with another method.
    pub(super) fn by(method: AuthMethod) -> Client {
        Client { token_endpoint_auth_method: method, ..sample() }
    }

    /// Whether these credentials are accepted: id and secret of the header, body.
    pub(super) fn run(client: &Client, header: Option<&str>, body: &str) -> bool {
        let encoded = header.map(|text| {
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
        });
        let params = Params::parse(body).unwrap();
        attempt(client, encoded.as_deref(), &params, &[], None)
    }

    pub(super) fn attempt(
        client: &Client,
        header: Option<&str>,
        params: &Params,
        keys: &[VerifyingKey],
        certificate: Option<&Certificate>,
    ) -> bool {
        let Ok(claimed) = claimed(header, params) else { return false };
        let secrets = [b"correct".to_vec()];
        let attempt = Attempt { certificate, secrets: &secrets, ..usual(&claimed, client, keys) };
        claimed.client_id == client.client_id && check(&attempt).is_ok()
    }

    fn usual<'a>(
        claimed: &'a Claimed,
        client: &'a Client,
        keys: &'a [VerifyingKey],
    ) -> Attempt<'a> {
        Attempt {
            claimed,
            client,
            keys,
            jwks: None,
            secrets: &[],
            certificate: None,
            issuer: "https://id.example/minato",
            old_audiences: &[],
            now: 1000,
        }
    }

    /// Whether an assertion of the client's own key is accepted, with some claims replaced.
    pub(super) fn asserted(client: &Client, changes: &Value) -> bool {
        asserted_for(client, changes, &[])
    }

    /// The same where the insurer lets old clients name these audiences.
    pub(super) fn asserted_for(client: &Client, changes: &Value, old_audiences: &[&str]) -> bool {
        let own = key(Algorithm::ES256);
        let keys = [VerifyingKey::parse(own.jwk()).unwrap()];
        let token = own.sign("JWT", &claims(changes)).unwrap();
        let Ok(claimed) = claimed(None, &body(&token)) else { return false };
        let attempt = Attempt { old_audiences, ..usual(&claimed, client, &keys) };
        claimed.client_id == client.client_id && check(&attempt).is_ok()
    }

    /// Good claims with some replaced (null removes).
    pub(super) fn claims(changes: &Value) -> Value {
        let mut claims = json!({
            "iss": "portal", "sub": "portal", "aud": "https://id.example/minato",
            "exp": 1060, "jti": "1",
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    pub(super) fn body(assertion: &str) -> Params {
        let kind = ("client_assertion_type", super::ASSERTION_TYPE);
        [kind, ("client_assertion", assertion)].into_iter().collect()
    }

    pub(super) fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap()
    }

    /// RFC 6749 §2.3: one client, one method.
    #[test]
    fn credentials_that_contradict_each_other_are_refused() {
        let client = sample();
        assert!(run(&client, Some("portal:correct"), "client_id=portal"));
        assert!(!run(&client, Some("portal:correct"), "client_id=other"));
        assert!(!run(&client, Some("portal:correct"), "client_secret=correct"));
        assert!(!run(&client, Some("other:correct"), ""));
        assert!(!run(&client, None, ""));
    }

    proptest! {
        #[test]
        fn any_assertion_is_refused_or_read(text in "[A-Za-z0-9_.-]{0,200}", header in ".{0,80}") {
            let client = by(AuthMethod::PrivateKeyJwt);
            prop_assert!(!attempt(&client, None, &body(&text), &[], None));
            prop_assert!(!attempt(&client, Some(&header), &Params::default(), &[], None));
        }
    }
}
