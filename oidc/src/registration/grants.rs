//! Response types and grant types fit together (OpenID Connect Dynamic Client Registration §2,
//! RFC 7591 §2.1), and public clients get nothing that needs a secret.

use super::{Fault, fault};
use crate::client::{Client, GrantType};

pub(super) fn check(client: &Client) -> Option<Fault> {
    let front = client.may(GrantType::AuthorizationCode) || client.may(GrantType::Implicit);
    const TYPES: [&str; 6] = [
        "code",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ];
    // A client that never sends anybody to the authorization endpoint needs no response type.
    for kind in client.response_types.iter().filter(|_| front) {
        let mut words: Vec<_> = kind.split(' ').collect();
        words.sort_unstable();
        if !TYPES.contains(&words.join(" ").as_str()) {
            return fault(format!("response type {kind:?} is not offered"));
        }
        if words.contains(&"code") && !client.may(GrantType::AuthorizationCode) {
            return fault("response type code needs grant type authorization_code");
        }
        if words != ["code"] && !client.may(GrantType::Implicit) {
            return fault("response types with id_token or token need grant type implicit");
        }
    }
    let in_front = |kind: &String| kind.split(' ').any(|word| word == "token");
    if front && client.must_bind() && client.response_types.iter().any(in_front) {
        return fault("access tokens in the front channel cannot be bound to their holder");
    }
    if client.is_public()
        && (client.may(GrantType::ClientCredentials) || client.may(GrantType::TokenExchange))
    {
        return fault("a public client cannot use client_credentials or token exchange");
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::registration::tests::client;
    use serde_json::json;

    #[test]
    fn response_types_and_grant_types_fit_together() {
        let implicit = json!(["authorization_code", "implicit"]);
        for (metadata, good) in [
            (json!({"response_types": ["code"]}), true),
            (json!({"response_types": ["token"], "grant_types": implicit}), false),
            (json!({"response_types": ["id_token"]}), false),
            (json!({"response_types": ["id_token"], "grant_types": ["implicit"]}), true),
            (json!({"response_types": ["code"], "grant_types": ["implicit"]}), false),
            (json!({"response_types": ["token id_token"], "grant_types": implicit}), true),
            (
                json!({"response_types": ["id_token token"], "grant_types": implicit,
                       "dpop_bound_access_tokens": true}),
                false,
            ),
            (json!({"grant_types": ["client_credentials"]}), true),
            (
                json!({"grant_types": ["client_credentials"],
                       "token_endpoint_auth_method": "none"}),
                false,
            ),
        ] {
            assert_eq!(super::check(&client(&metadata)).is_none(), good, "{metadata}");
        }
    }
}
