//! How a client proves at the token endpoint who it is (OpenID Connect Core §9).

use crate::client::AuthMethod;
use crate::error::{Code, OAuthError};
use crate::{Client, Params, secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the request carries, before the client was looked up.
#[derive(Debug, PartialEq, Eq)]
pub struct Claimed {
    pub client_id: String,
    method: AuthMethod,
    secret: String,
}

/// Reads the credentials from the `Authorization` header or the body.
///
/// # Errors
/// `invalid_client` when there are none; `invalid_request` when two methods are mixed
/// (RFC 6749 §2.3).
pub fn claimed(authorization: Option<&str>, params: &Params) -> Result<Claimed, OAuthError> {
    let in_body = params.value("client_secret");
    if let Some(header) = authorization {
        if in_body.is_some() {
            return Err(Code::InvalidRequest.because("two client authentication methods"));
        }
        let (client_id, secret) = basic(header)
            .ok_or(Code::InvalidClient.because("the Authorization header is not Basic"))?;
        if params.value("client_id").is_some_and(|id| id != client_id) {
            return Err(Code::InvalidRequest.because("two different client_id"));
        }
        return Ok(Claimed { client_id, method: AuthMethod::ClientSecretBasic, secret });
    }
    let client_id = params
        .value("client_id")
        .ok_or(Code::InvalidClient.because("client authentication is missing"))?
        .to_owned();
    Ok(match in_body {
        Some(secret) => {
            Claimed { client_id, method: AuthMethod::ClientSecretPost, secret: secret.to_owned() }
        }
        None => Claimed { client_id, method: AuthMethod::None, secret: String::new() },
    })
}

/// Compares the credentials with the registered client; only the registered method counts.
///
/// # Errors
/// `invalid_client`, the same for an unknown client, a wrong method and a wrong secret.
pub fn check<'c>(claimed: &Claimed, client: Option<&'c Client>) -> Result<&'c Client, OAuthError> {
    let refused = || Code::InvalidClient.because("client authentication failed");
    let given = secret::hash(&claimed.secret);
    let expected = client.and_then(|client| client.secret_hash.as_deref()).unwrap_or(&[0; 32]);
    let matches = secret::equal(&given, expected);
    let client = client.ok_or_else(refused)?;
    if claimed.method != client.token_endpoint_auth_method {
        return Err(refused());
    }
    if client.is_public() || (matches && client.secret_hash.is_some()) {
        return Ok(client);
    }
    Err(refused())
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

#[cfg(test)]
mod tests {
    use super::{check, claimed};
    use crate::client::{AuthMethod, sample};
    use crate::{Client, Params};
    use base64::Engine as _;

    fn run(client: &Client, header: Option<&str>, body: &str) -> bool {
        let encoded = header.map(|text| {
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
        });
        let params = Params::parse(body).unwrap();
        let Ok(claimed) = claimed(encoded.as_deref(), &params) else { return false };
        check(&claimed, (claimed.client_id == client.client_id).then_some(client)).is_ok()
    }

    #[test]
    fn only_the_registered_method_with_the_right_secret() {
        let basic = sample();
        let post = Client { token_endpoint_auth_method: AuthMethod::ClientSecretPost, ..sample() };
        let public =
            Client { token_endpoint_auth_method: AuthMethod::None, secret_hash: None, ..sample() };
        let no_secret = Client { secret_hash: None, ..sample() };
        for (client, header, body, expected) in [
            (&basic, Some("portal:correct"), "", true),
            (&basic, Some("portal:wrong"), "", false),
            (&basic, Some("portal:"), "", false),
            (&basic, Some("other:correct"), "", false),
            (&basic, None, "client_id=portal&client_secret=correct", false),
            (&basic, None, "client_id=portal", false),
            (&basic, Some("portal:correct"), "client_id=other", false),
            (&basic, Some("portal:correct"), "client_secret=correct", false),
            (&post, None, "client_id=portal&client_secret=correct", true),
            (&post, Some("portal:correct"), "", false),
            (&public, None, "client_id=portal", true),
            (&public, None, "client_id=portal&client_secret=x", false),
            (&no_secret, Some("portal:"), "", false),
            (&no_secret, Some("portal:correct"), "", false),
            (&basic, None, "", false),
        ] {
            assert_eq!(run(client, header, body), expected, "{header:?} {body}");
        }
    }
}
