//! What proves a client and what is encrypted to it fit together (OpenID Connect Dynamic Client
//! Registration §2, RFC 8705 §2.1.2).

use super::{Fault, fault};
use crate::client::{AuthMethod, Client};
use crate::jose::algorithm::Algorithm;
use serde_json::Value;

pub(super) fn check(client: &Client) -> Option<Fault> {
    let method = client.token_endpoint_auth_method;
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        return fault("jwks and jwks_uri exclude each other");
    }
    if let Some(jwks) = &client.jwks {
        if jwks.get("keys").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            return fault("jwks has no keys");
        }
        let private = |key: &Value| key.get("d").is_some() || key.get("k").is_some();
        if jwks["keys"].as_array().into_iter().flatten().any(private) {
            return fault("jwks contains a private or symmetric key: make a new one");
        }
    }
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if method == AuthMethod::PrivateKeyJwt && !has_keys {
        return fault("private_key_jwt needs jwks or jwks_uri");
    }
    if method == AuthMethod::SelfSignedTlsClientAuth && !has_keys {
        return fault("self_signed_tls_client_auth needs jwks or jwks_uri");
    }
    let names = [
        &client.tls_client_auth_subject_dn,
        &client.tls_client_auth_san_dns,
        &client.tls_client_auth_san_uri,
        &client.tls_client_auth_san_ip,
        &client.tls_client_auth_san_email,
    ];
    let named = names.iter().filter(|name| name.is_some()).count();
    if method == AuthMethod::TlsClientAuth && named != 1 {
        return fault("tls_client_auth needs exactly one tls_client_auth_… name");
    }
    if client.id_token_encrypted_response_alg.is_some() && !has_keys {
        return fault("encrypted ID tokens need jwks or jwks_uri");
    }
    if client.id_token_encrypted_response_enc.is_some()
        && client.id_token_encrypted_response_alg.is_none()
    {
        return fault("id_token_encrypted_response_enc needs id_token_encrypted_response_alg");
    }
    match (method, client.token_endpoint_auth_signing_alg.as_deref()) {
        (_, None) | (AuthMethod::ClientSecretJwt, Some("HS256")) => None,
        (AuthMethod::PrivateKeyJwt, Some(alg)) if Algorithm::parse(alg).is_some() => None,
        _ => fault("token_endpoint_auth_signing_alg does not fit the authentication method"),
    }
}

#[cfg(test)]
mod tests {
    use crate::registration::tests::client;
    use serde_json::json;

    #[test]
    fn a_method_has_what_it_needs() {
        let method = |name: &str| json!({"token_endpoint_auth_method": name});
        let with = |mut metadata: serde_json::Value, name: &str, value: serde_json::Value| {
            metadata[name] = value;
            metadata
        };
        let (jwt, dn) = (method("private_key_jwt"), "tls_client_auth_subject_dn");
        let public = json!({"keys": [{"kty": "EC"}]});
        for (metadata, good) in [
            (jwt.clone(), false),
            (with(jwt.clone(), "jwks", public.clone()), true),
            (with(jwt.clone(), "jwks", json!({"keys": []})), false),
            (with(jwt.clone(), "jwks", json!({"keys": [{"kty": "oct", "k": "x"}]})), false),
            (with(jwt.clone(), "jwks", json!({"keys": [{"kty": "EC", "d": "x"}]})), false),
            (json!({"jwks": public, "jwks_uri": "https://a.example/jwks"}), false),
            (method("self_signed_tls_client_auth"), false),
            (method("tls_client_auth"), false),
            (with(method("tls_client_auth"), dn, json!("CN=app")), true),
            (json!({"id_token_encrypted_response_alg": "RSA-OAEP-256"}), false),
            (json!({"token_endpoint_auth_signing_alg": "ES256"}), false),
        ] {
            assert_eq!(super::check(&client(&metadata)).is_none(), good, "{metadata}");
        }
    }
}
