//! What the provider says of itself (OpenID Connect Discovery §3, RFC 8414 §2, and the metadata
//! registered by RFC 8628, 8705, 9101, 9126, 9207, 9396, 9449, 9701, JARM and the logout
//! specifications).

use crate::authorize::{ResponseMode, Rules, prompt};
use crate::claims;
use crate::client::AuthMethod;
use crate::jose::algorithm::Algorithm;
use serde_json::{Value, json};

/// The addresses of one issuer; endpoints are below it.
pub struct Addresses<'a> {
    pub issuer: &'a str,
    /// The same endpoints where clients show certificates (RFC 8705 §5), if there are any.
    pub mtls: Option<&'a str>,
}

/// What differs by insurer.
pub struct Offered<'a> {
    pub rules: &'a Rules,
    /// Every client of this insurer follows FAPI 2.0: only its algorithms and methods are offered.
    pub fapi: bool,
    /// Dynamic registration is open to whoever has an initial access token.
    pub registration: bool,
    pub languages: &'a [String],
    /// Whether the listed client scopes go beyond those that concern a person.
    pub scopes: Vec<String>,
    /// Types of rich authorization requests that some client registered.
    pub authorization_details_types: Vec<String>,
}

/// The metadata of one issuer.
pub fn metadata(addresses: &Addresses, offered: &Offered) -> Value {
    let at = |path: &str| format!("{}/{path}", addresses.issuer);
    let strong: Vec<_> = Algorithm::FAPI.iter().map(|one| one.as_str()).collect();
    let algorithms: Vec<_> = match offered.fapi {
        true => strong.clone(),
        false => Algorithm::ALL.iter().map(|one| one.as_str()).collect(),
    };
    let hmac = (!offered.fapi).then_some("HS256");
    let assertion: Vec<_> = algorithms.iter().copied().chain(hmac).collect();
    let methods: Vec<_> = AuthMethod::ALL
        .into_iter()
        .filter(|name| !offered.fapi || name.contains("tls") || *name == "private_key_jwt")
        .collect();
    let implicit = offered.rules.implicit;
    let hybrid =
        ["id_token", "id_token token", "code id_token", "code token", "code id_token token"];
    let mut response_types = vec!["code"];
    let mut grant_types = vec![
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ];
    if implicit {
        response_types.extend(hybrid);
        grant_types.push("implicit");
    }
    let mut scopes: Vec<String> = claims::scopes().into_iter().map(str::to_owned).collect();
    scopes
        .extend(offered.scopes.iter().filter(|s| !claims::scopes().contains(&s.as_str())).cloned());
    // Public clients neither introspect nor push for others.
    let confidential: Vec<_> = methods.iter().copied().filter(|name| *name != "none").collect();
    let endpoints = json!({
        "issuer": addresses.issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "pushed_authorization_request_endpoint": at("par"),
        "introspection_endpoint": at("introspect"),
        "revocation_endpoint": at("revoke"),
        "device_authorization_endpoint": at("device_authorization"),
        "end_session_endpoint": at("logout"),
    });
    let values = json!({
        "scopes_supported": scopes,
        "response_types_supported": response_types,
        "response_modes_supported": ResponseMode::ALL,
        "grant_types_supported": grant_types,
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": offered.rules.levels,
        "id_token_signing_alg_values_supported": algorithms,
        "id_token_encryption_alg_values_supported": ["RSA-OAEP-256", "ECDH-ES"],
        "id_token_encryption_enc_values_supported": ["A128CBC-HS256", "A128GCM", "A256GCM"],
        "userinfo_signing_alg_values_supported": algorithms,
        "authorization_signing_alg_values_supported": algorithms,
        "introspection_signing_alg_values_supported": algorithms,
        "request_object_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": strong,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": assertion,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": prompt::VALUES,
        "display_values_supported": ["page"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims::names(),
        "ui_locales_supported": offered.languages,
        "claims_locales_supported": ["ja"],
        "authorization_details_types_supported": offered.authorization_details_types,
    });
    let features = json!({
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "require_pushed_authorization_requests": offered.fapi,
        "require_signed_request_object": false,
        "tls_client_certificate_bound_access_tokens": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "verified_claims_supported": true,
        "trust_frameworks_supported": [claims::TRUST_FRAMEWORK],
        "evidence_supported": ["electronic_record"],
        "electronic_records_supported": ["health_insurance_roster"],
        "claims_in_verified_claims_supported": ["name", "family_name", "given_name", "birthdate"],
    });
    let mut metadata = endpoints;
    for part in [values, features] {
        for (name, value) in part.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
    }
    if offered.registration {
        metadata["registration_endpoint"] = json!(at("clients"));
    }
    if let Some(mtls) = addresses.mtls {
        let at = |path: &str| format!("{mtls}/{path}");
        metadata["mtls_endpoint_aliases"] = json!({
            "token_endpoint": at("token"),
            "userinfo_endpoint": at("userinfo"),
            "pushed_authorization_request_endpoint": at("par"),
            "introspection_endpoint": at("introspect"),
            "revocation_endpoint": at("revoke"),
            "device_authorization_endpoint": at("device_authorization"),
        });
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::{Addresses, Offered, metadata};
    use crate::authorize::Rules;

    /// OpenID Connect Discovery §3, FAPI 2.0 §5.3.2.
    #[test]
    fn every_endpoint_is_below_the_issuer_and_implicit_only_where_allowed() {
        let issuer = "https://id.example/minato";
        let make = |implicit| {
            let rules = Rules { implicit, ..Rules::default() };
            let offered = Offered {
                rules: &rules,
                fapi: false,
                registration: true,
                languages: &["ja".to_owned()],
                scopes: vec!["meals:read".into()],
                authorization_details_types: vec![],
            };
            metadata(&Addresses { issuer, mtls: None }, &offered)
        };
        let plain = make(false);
        for (name, value) in plain.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                assert!(value.as_str().unwrap().starts_with(issuer), "{name}");
            }
        }
        assert_eq!(plain["response_types_supported"].as_array().unwrap().len(), 1);
        assert_eq!(make(true)["response_types_supported"].as_array().unwrap().len(), 6);
        assert!(plain["scopes_supported"].to_string().contains("meals:read"));
        assert!(!plain["dpop_signing_alg_values_supported"].to_string().contains("RS256"));
    }
}
