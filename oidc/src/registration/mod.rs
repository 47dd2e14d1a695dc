//! What can be registered and what cannot: the rules for a client's metadata (OpenID Connect
//! Dynamic Client Registration §2, RFC 7591, RFC 9700 §2.1, FAPI 2.0 §5.3): an ordered table of
//! checks, one file each.

mod addresses;
mod fapi;
mod grants;
mod keys;
mod names;
mod redirect_uris;
mod scopes;

pub use redirect_uris::redirect_uri_fault;

use crate::client::Client;
use crate::error::Code;
use serde_json::{Map, Value};

/// The metadata that a client may set for itself by dynamic registration. Everything else is the
/// insurer's to decide.
pub const CLIENT_SETTABLE: [&str; 45] = [
    "application_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "redirect_uris",
    "post_logout_redirect_uris",
    "response_types",
    "grant_types",
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "request_uris",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "jwks",
    "jwks_uri",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "subject_type",
    "sector_identifier_uri",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    // Ours. What decides about other clients' tokens (resources, introspects) is not among them.
    "access_token_format",
    "access_token_signing_alg",
    "security_profile",
    "allowed_origins",
];

/// Why metadata cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub error: Code,
    pub why: String,
}

type Check = fn(&Client) -> Option<Fault>;

const CHECKS: &[Check] = &[
    redirect_uris::check,
    addresses::check,
    keys::check,
    names::check,
    grants::check,
    scopes::check,
    fapi::check,
];

fn fault(why: impl Into<String>) -> Option<Fault> {
    Some(Fault { error: Code::InvalidClientMetadata, why: why.into() })
}

/// Reads a registration request (RFC 7591 §3.1): unknown members are ignored, known ones must
/// have the right form. `scope` and `client_name` (also `client_name#en`) get our shape.
/// OpenID Connect's defaults hold: RS256 for ID tokens.
pub fn parse(document: &Value) -> Result<Client, Fault> {
    let refused = |why: String| Fault { error: Code::InvalidClientMetadata, why };
    let Some(object) = document.as_object() else {
        return Err(refused("the body must be a JSON object".into()));
    };
    let mut kept: Map<String, Value> = (object.iter())
        .filter(|(name, value)| CLIENT_SETTABLE.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // OpenID Connect's default, where FAPI 2.0 does not forbid it.
    let default = if kept.contains_key("security_profile") { "ES256" } else { "RS256" };
    kept.entry("id_token_signed_response_alg").or_insert_with(|| default.into());
    let mut client: Client = serde_json::from_value(Value::Object(kept))
        .map_err(|error| refused(format!("a member has the wrong form: {error}")))?;
    for (name, value) in object {
        let Some(language) = name.strip_prefix("client_name") else { continue };
        let Some(text) = value.as_str() else { continue };
        let short: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
        client.name.insert(language.trim_start_matches('#').to_owned(), short);
    }
    if let Some(scope) = object.get("scope").and_then(Value::as_str) {
        client.scopes = scope.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    }
    Ok(client)
}

/// The registration as its owner reads it (RFC 7591 §3.2.1).
pub fn to_metadata(client: &Client) -> Map<String, Value> {
    let document = serde_json::to_value(client).unwrap_or_default();
    let mut metadata: Map<String, Value> = (document.as_object().into_iter().flatten())
        .filter(|(name, _)| CLIENT_SETTABLE.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    metadata.insert("client_id".into(), client.client_id.clone().into());
    metadata.insert("scope".into(), client.scopes.join(" ").into());
    for (language, name) in &client.name {
        let sign = if language.is_empty() { "" } else { "#" };
        metadata.insert(format!("client_name{sign}{language}"), name.clone().into());
    }
    metadata
}

/// Why a client cannot be registered as it is, or `None` when it can.
pub fn check(client: &Client) -> Option<Fault> {
    CHECKS.iter().find_map(|check| check(client))
}

#[cfg(test)]
mod tests {
    use super::{check, parse, to_metadata};
    use crate::client::Client;
    use serde_json::{Value, json};

    /// A good registration with some metadata replaced.
    pub(super) fn client(changes: &Value) -> Client {
        let mut document = json!({"redirect_uris": ["https://a.example/cb"]});
        for (name, value) in changes.as_object().into_iter().flatten() {
            document[name] = value.clone();
        }
        parse(&document).unwrap()
    }

    /// RFC 7591 §2: what a client may not decide for itself is ignored.
    #[test]
    fn a_dynamic_client_cannot_make_itself_trusted() {
        let document = json!({
            "redirect_uris": ["https://a.example/cb"], "client_name": "A", "client_name#ja": "あ",
            "first_party": true, "card": true, "consent_obtained": true, "introspects": true,
            "verified_claims": true, "scope": "openid email", "unknown": 1, "client_id": "portal",
            "secrets": [{"hash": "x"}],
        });
        let client = parse(&document).unwrap();
        assert!(!client.first_party && !client.card && !client.consent_obtained);
        assert!(!client.introspects && !client.verified_claims && client.secrets.is_empty());
        assert_eq!((client.name_in("ja"), client.name_in("en")), ("あ", "A"));
        assert_eq!(client.client_id, "");
        assert_eq!(check(&client), None);
        let again = parse(&to_metadata(&client).into()).unwrap();
        assert_eq!(again, client, "reading and writing back changes nothing (attack 33)");
    }

    #[test]
    fn every_check_of_the_table_counts() {
        assert_eq!(check(&client(&json!({}))), None);
        for bad in [
            json!({"redirect_uris": []}),
            json!({"jwks_uri": "http://a.example/jwks"}),
            json!({"token_endpoint_auth_method": "tls_client_auth"}),
            json!({"response_types": ["id_token"]}),
            json!({"scope": "openid membership"}),
            json!({"security_profile": "fapi2"}),
        ] {
            assert!(check(&client(&bad)).is_some(), "{bad}");
        }
    }

    #[test]
    fn members_of_the_wrong_form_are_refused() {
        for bad in [
            json!([]),
            json!({"redirect_uris": "https://a.example/cb"}),
            json!({"token_endpoint_auth_method": "magic"}),
            json!({"security_profile": "fapi3"}),
        ] {
            assert!(parse(&bad).is_err(), "{bad}");
        }
    }
}
