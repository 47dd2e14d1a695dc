//! What proves a client and what is encrypted to it fit together (OpenID Connect Dynamic Client
//! Registration §2, RFC 8705 §2.1.2).

use super::{Fault, fault};
use crate::certificate;
use crate::client::{AuthMethod, Client};
use crate::jose::algorithm::{Algorithm, ContentAlgorithm, KeyAlgorithm};
use crate::jose::jwe;
use crate::jose::jwk::{PRIVATE, VerifyingKey};
use serde_json::{Value, json};

pub(super) fn check(client: &Client) -> Option<Fault> {
    let method = client.token_endpoint_auth_method;
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        return fault("jwks and jwks_uri exclude each other");
    }
    if let Some(jwks) = &client.jwks {
        let keys = jwks.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if keys.is_empty() {
            return fault("jwks has no keys");
        }
        for (at, key) in keys.iter().enumerate() {
            if let Some(why) = key_fault(key) {
                return fault(format!("jwks: key {} {why}", at + 1));
            }
        }
    }
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if method == AuthMethod::PrivateKeyJwt && !has_keys {
        return fault("private_key_jwt needs jwks or jwks_uri");
    }
    if method == AuthMethod::SelfSignedTlsClientAuth && !has_keys {
        return fault("self_signed_tls_client_auth needs jwks or jwks_uri");
    }
    let is_host = |text: &str| url::Host::parse(text).is_ok_and(|host| host.to_string() == text);
    type Rule<'a> = &'a dyn Fn(&str) -> bool;
    let names: [(&str, &Option<String>, Rule<'_>); 5] = [
        ("subject_dn", &client.tls_client_auth_subject_dn, &certificate::is_dn),
        ("san_dns", &client.tls_client_auth_san_dns, &is_host),
        ("san_uri", &client.tls_client_auth_san_uri, &|uri| url::Url::parse(uri).is_ok()),
        ("san_ip", &client.tls_client_auth_san_ip, &|ip| {
            ip.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_string() == ip)
        }),
        ("san_email", &client.tls_client_auth_san_email, &|mail| {
            mail.split_once('@').is_some_and(|(local, host)| !local.is_empty() && is_host(host))
        }),
    ];
    for (name, value, good) in &names {
        if value.as_deref().is_some_and(|value| !good(value)) {
            return fault(format!("tls_client_auth_{name} is none as certificates have them"));
        }
    }
    let named = names.iter().filter(|(_, name, _)| name.is_some()).count();
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

/// Why a published key could never be used, or `None`. A key of a kind that we do not know may
/// stand beside others (RFC 7517 §5).
fn key_fault(key: &Value) -> Option<&'static str> {
    if PRIVATE.iter().any(|name| key.get(name).is_some()) {
        return Some("is private or symmetric: make a new one, and publish its public half");
    }
    let kind = key["kty"].as_str();
    match (kind, key["use"] == "enc") {
        (None, _) => Some("has no kty"),
        (Some("RSA" | "EC" | "OKP"), false) => VerifyingKey::read(key).err(),
        (Some("RSA" | "EC" | "OKP"), true) => {
            let alg = match kind {
                Some("RSA") => KeyAlgorithm::RsaOaep256,
                _ => KeyAlgorithm::EcdhEs,
            };
            let tried = jwe::encrypt("", &json!({"keys": [key]}), alg, ContentAlgorithm::default());
            tried.is_err().then_some("is for encryption, and nothing can be encrypted to it")
        }
        (Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::jose::algorithm::Algorithm;
    use crate::jose::jws::SigningKey;
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
        let key =
            SigningKey::parse(Algorithm::ES256, &SigningKey::generate(Algorithm::ES256).unwrap());
        let key = key.unwrap().jwk().clone();
        let public = json!({"keys": [key]});
        let altered = |name: &str, value: serde_json::Value| {
            let mut key = key.clone();
            key[name] = value;
            json!({"keys": [key]})
        };
        for (metadata, good) in [
            (jwt.clone(), false),
            (with(jwt.clone(), "jwks", public.clone()), true),
            (with(jwt.clone(), "jwks", json!({"keys": []})), false),
            (with(jwt.clone(), "jwks", json!({"keys": [{"kty": "oct", "k": "x"}]})), false),
            (with(jwt.clone(), "jwks", altered("d", json!("x"))), false),
            (with(jwt.clone(), "jwks", altered("priv", json!("x"))), false),
            (with(jwt.clone(), "jwks", altered("crv", json!("P-521"))), false),
            (with(jwt.clone(), "jwks", altered("x", json!("AAAA"))), false),
            (with(jwt.clone(), "jwks", altered("use", json!("enc"))), true),
            (with(jwt.clone(), "jwks", json!({"keys": ["garbage"]})), false),
            (
                with(
                    jwt.clone(),
                    "jwks",
                    json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}),
                ),
                false,
            ),
            (with(jwt.clone(), "jwks", json!({"keys": [key, {"kty": "AKP", "pub": "AA"}]})), true),
            (json!({"jwks": public, "jwks_uri": "https://a.example/jwks"}), false),
            (method("self_signed_tls_client_auth"), false),
            (method("tls_client_auth"), false),
            (with(method("tls_client_auth"), dn, json!("CN=app")), true),
            (with(method("tls_client_auth"), dn, json!("app")), false),
            (with(method("tls_client_auth"), dn, json!("CN=app,")), false),
            (with(method("tls_client_auth"), dn, json!("CN=a\\, b+OU=x, 2.5.4.10=O")), true),
            (with(method("tls_client_auth"), "tls_client_auth_san_dns", json!("a.example")), true),
            (
                with(method("tls_client_auth"), "tls_client_auth_san_dns", json!("https://a/")),
                false,
            ),
            (with(method("tls_client_auth"), "tls_client_auth_san_ip", json!("::1")), true),
            (with(method("tls_client_auth"), "tls_client_auth_san_ip", json!("300.1.1.1")), false),
            (
                with(method("tls_client_auth"), "tls_client_auth_san_email", json!("a@b.example")),
                true,
            ),
            (
                with(method("tls_client_auth"), "tls_client_auth_san_email", json!("b.example")),
                false,
            ),
            (with(method("tls_client_auth"), "tls_client_auth_san_uri", json!("app")), false),
            (json!({"id_token_encrypted_response_alg": "RSA-OAEP-256"}), false),
            (json!({"token_endpoint_auth_signing_alg": "ES256"}), false),
        ] {
            assert_eq!(super::check(&client(&metadata)).is_none(), good, "{metadata}");
        }
    }
}
