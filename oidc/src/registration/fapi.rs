//! FAPI 2.0 Security Profile §5.3.2 and Message Signing §5.3: asymmetric client authentication,
//! bound tokens, strong algorithms, codes only.

use super::{Fault, fault};
use crate::client::{AuthMethod, Client};
use crate::jose::algorithm::Algorithm;

pub(super) fn check(client: &Client) -> Option<Fault> {
    if !client.is_fapi() {
        return None;
    }
    let method = client.token_endpoint_auth_method;
    if method != AuthMethod::PrivateKeyJwt && !method.by_certificate() {
        return fault("FAPI 2.0 needs private_key_jwt or a client certificate");
    }
    if !client.dpop_bound_access_tokens && !client.tls_client_certificate_bound_access_tokens {
        return fault("FAPI 2.0 needs access tokens bound by DPoP or by certificate");
    }
    let secure = |algorithm: Option<Algorithm>| {
        algorithm.is_none_or(|algorithm| Algorithm::FAPI.contains(&algorithm))
    };
    let named = client.token_endpoint_auth_signing_alg.as_deref();
    if !secure(Some(client.id_token_signed_response_alg))
        || !secure(client.userinfo_signed_response_alg)
        || !secure(client.authorization_signed_response_alg)
        || !secure(client.request_object_signing_alg)
        || !secure(client.introspection_signed_response_alg)
        || !secure(client.access_token_signing_alg)
        || !secure(named.map(|alg| Algorithm::parse(alg).unwrap_or(Algorithm::RS256)))
    {
        return fault("FAPI 2.0 allows PS256, ES256 and EdDSA only");
    }
    if client.response_types != ["code"] {
        return fault("FAPI 2.0 allows response type code only");
    }
    if client.signs_messages() && client.jwks.is_none() && client.jwks_uri.is_none() {
        return fault("FAPI 2.0 Message Signing needs jwks or jwks_uri for request objects");
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::client::{AuthMethod, Client, SecurityProfile, sample};
    use crate::jose::algorithm::Algorithm;
    use serde_json::json;

    #[test]
    fn each_rule_of_the_profile() {
        let fapi = Client {
            security_profile: SecurityProfile::Fapi2MessageSigning,
            token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
            jwks: Some(json!({"keys": [{"kty": "EC"}]})),
            dpop_bound_access_tokens: true,
            ..sample()
        };
        assert_eq!(super::check(&fapi), None);
        for (why, bad) in [
            ("unbound", Client { dpop_bound_access_tokens: false, ..fapi.clone() }),
            (
                "a secret",
                Client {
                    token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
                    ..fapi.clone()
                },
            ),
            ("RS256", Client { id_token_signed_response_alg: Algorithm::RS256, ..fapi.clone() }),
            ("hybrid", Client { response_types: vec!["code id_token".into()], ..fapi.clone() }),
            ("unsigned requests", Client { jwks: None, ..fapi.clone() }),
        ] {
            assert!(super::check(&bad).is_some(), "{why}");
            let usual = Client { security_profile: SecurityProfile::None, ..bad };
            assert_eq!(super::check(&usual), None, "{why}");
        }
    }
}
