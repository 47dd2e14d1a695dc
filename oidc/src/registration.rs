//! What can be registered and what cannot: the rules for a client's metadata (OpenID Connect
//! Dynamic Client Registration §2, RFC 7591, RFC 9700 §2.1, FAPI 2.0 §5.3).

use crate::client::{Algorithm, ApplicationType, AuthMethod, Client, GrantType};
use crate::error::Code;
use serde_json::{Map, Value};

/// The metadata that a client may set for itself by dynamic registration. Everything else is the
/// insurer's to decide.
pub const DYNAMIC: [&str; 44] = [
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
    "security_profile",
    "allowed_origins",
];

/// Why metadata cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub error: Code,
    pub why: String,
}

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
        .filter(|(name, value)| DYNAMIC.contains(&name.as_str()) && !value.is_null())
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
pub fn shown(client: &Client) -> Map<String, Value> {
    let document = serde_json::to_value(client).unwrap_or_default();
    let mut shown: Map<String, Value> = (document.as_object().into_iter().flatten())
        .filter(|(name, _)| DYNAMIC.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    shown.insert("client_id".into(), client.client_id.clone().into());
    shown.insert("scope".into(), client.scopes.join(" ").into());
    for (language, name) in &client.name {
        let sign = if language.is_empty() { "" } else { "#" };
        shown.insert(format!("client_name{sign}{language}"), name.clone().into());
    }
    shown
}

/// Why a client cannot be registered as it is, or `None` when it can.
pub fn check(client: &Client) -> Option<Fault> {
    redirect_uris(client)
        .or_else(|| addresses(client))
        .or_else(|| keys(client))
        .or_else(|| grants(client))
        .or_else(|| texts(client))
        .or_else(|| fapi(client))
}

fn redirect_uris(client: &Client) -> Option<Fault> {
    let redirects = client.response_types.iter().any(|kind| kind != "none")
        && (client.may(GrantType::AuthorizationCode) || client.may(GrantType::Implicit));
    if redirects && client.redirect_uris.is_empty() {
        let why = "redirect_uris is missing".to_owned();
        return Some(Fault { error: Code::InvalidRedirectUri, why });
    }
    for uri in client.redirect_uris.iter().chain(&client.post_logout_redirect_uris) {
        if let Some(why) = redirect_uri_fault(uri, client.application_type) {
            return Some(Fault { error: Code::InvalidRedirectUri, why: format!("{uri} {why}") });
        }
    }
    None
}

fn addresses(client: &Client) -> Option<Fault> {
    let https = [
        ("jwks_uri", &client.jwks_uri),
        ("sector_identifier_uri", &client.sector_identifier_uri),
        ("initiate_login_uri", &client.initiate_login_uri),
    ];
    for (name, uri) in https {
        if uri.as_deref().is_some_and(|uri| !is_https(uri)) {
            return fault(format!("{name} must be an https address"));
        }
    }
    for (name, uri) in [
        ("backchannel_logout_uri", &client.backchannel_logout_uri),
        ("frontchannel_logout_uri", &client.frontchannel_logout_uri),
        ("client_uri", &client.client_uri),
        ("logo_uri", &client.logo_uri),
        ("policy_uri", &client.policy_uri),
        ("tos_uri", &client.tos_uri),
    ] {
        if uri.as_deref().is_some_and(|uri| redirect_uri_fault(uri, ApplicationType::Web).is_some())
        {
            return fault(format!("{name} must be an https address without a fragment"));
        }
    }
    // Front-Channel Logout §2: scheme, host and port of a redirect URI.
    let origin = |uri: &String| url::Url::parse(uri).ok().map(|url| url.origin());
    if let Some(front) = client.frontchannel_logout_uri.as_ref().map(origin)
        && !client.redirect_uris.iter().any(|uri| origin(uri) == front)
    {
        return fault("frontchannel_logout_uri must have the origin of a redirect URI");
    }
    if client.request_uris.iter().any(|uri| !is_https(uri)) {
        return fault("request_uris must be https addresses");
    }
    for origin in &client.allowed_origins {
        let same = url::Url::parse(origin).ok().map(|url| url.origin().ascii_serialization());
        if same.as_deref() != Some(origin) || origin == "null" {
            return fault(format!("{origin} is not an origin such as https://app.example"));
        }
    }
    for resource in &client.resources {
        if resource.contains('#') || url::Url::parse(resource).is_err() {
            return fault(format!("resource {resource} must be absolute and without a fragment"));
        }
    }
    // OpenID Connect Core §8.1: several hosts have no common sector unless they name one.
    let host = |uri: &String| url::Url::parse(uri).ok()?.host_str().map(str::to_owned);
    let mut hosts = client.redirect_uris.iter().map(host);
    let first = hosts.next();
    let pairwise = client.subject_type == crate::client::SubjectType::Pairwise;
    if pairwise && client.sector_identifier_uri.is_none() && hosts.any(|h| Some(h) != first) {
        return fault("pairwise subjects for several hosts need a sector_identifier_uri");
    }
    None
}

fn keys(client: &Client) -> Option<Fault> {
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

fn grants(client: &Client) -> Option<Fault> {
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

fn texts(client: &Client) -> Option<Fault> {
    if let Some(scope) = client.scopes.iter().find(|scope| !crate::scope::is_scope(scope)) {
        return fault(format!("{scope:?} cannot be a scope"));
    }
    // The card goes to whom the insurer named; asking for it without that is a mistake.
    if client.scopes.iter().any(|scope| scope == "membership") && !client.learns_card() {
        return fault(
            "scope membership has card symbol and number: third parties need card = true",
        );
    }
    None
}

fn fapi(client: &Client) -> Option<Fault> {
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

fn is_https(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && url.username().is_empty())
}

/// Why an address cannot be registered as a redirect URI, or `None` when it can (RFC 9700 §2.1,
/// RFC 8252 §7): absolute, no fragment, no user information; https, or for a loopback address
/// http; a native application also a private scheme with a dot in it.
pub fn redirect_uri_fault(text: &str, kind: ApplicationType) -> Option<&'static str> {
    let Ok(url) = url::Url::parse(text) else { return Some("is not an absolute URL") };
    if text.contains('#') {
        return Some("has a fragment");
    }
    if text.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
        return Some("has a character that does not belong into an address");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("has user information");
    }
    // A host ends up in content security policies: nothing that means something there.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b);
    if url.host_str().is_some_and(|host| !host.bytes().all(plain)) {
        return Some("has a host with characters that no host has");
    }
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => None,
        "http" if loopback => None,
        "http" => Some("is http: use https (http only for localhost)"),
        scheme if kind == ApplicationType::Native && scheme.contains('.') => None,
        _ => Some("is not https"),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, parse, redirect_uri_fault, shown};
    use crate::client::{ApplicationType, AuthMethod, Client, SecurityProfile, sample};
    use proptest::prelude::*;
    use serde_json::json;

    /// Attacks 1 and 2, before a request is ever made.
    #[test]
    fn addresses_that_cannot_be_registered() {
        for good in ["https://a.example/cb", "http://localhost:1/cb", "https://a.example/cb?x=1"] {
            assert_eq!(redirect_uri_fault(good, ApplicationType::Web), None, "{good}");
        }
        for bad in [
            "http://a.example/cb",
            "/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example/cb#x",
            "https://a@b.example/",
            "https://a.example\\@b.example/",
            "https://*;script-src",
            "https://a.example/é",
            "HTTP://localhost.evil.example/",
            "app.example:/cb",
        ] {
            assert!(redirect_uri_fault(bad, ApplicationType::Web).is_some(), "{bad}");
        }
        assert_eq!(redirect_uri_fault("app.example:/cb", ApplicationType::Native), None);
        assert!(redirect_uri_fault("javascript:x", ApplicationType::Native).is_some());
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
        let again = parse(&shown(&client).into()).unwrap();
        assert_eq!(again, client, "reading and writing back changes nothing (attack 33)");
    }

    #[test]
    fn metadata_that_contradicts_itself_is_refused() {
        let keys = json!({"keys": [{"kty": "EC"}]});
        let good = || json!({"redirect_uris": ["https://a.example/cb"]});
        let with = |name: &str, value: serde_json::Value| {
            let mut document = good();
            document[name] = value;
            parse(&document).map(|client| check(&client))
        };
        assert_eq!(parse(&good()).map(|client| check(&client)), Ok(None));
        for (name, value) in [
            ("redirect_uris", json!([])),
            ("redirect_uris", json!("https://a.example/cb")),
            ("redirect_uris", json!(["https://a.example/cb#f"])),
            ("post_logout_redirect_uris", json!(["http://a.example"])),
            ("response_types", json!(["token"])),
            ("response_types", json!(["id_token"])),
            ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("token_endpoint_auth_method", json!("tls_client_auth")),
            ("token_endpoint_auth_method", json!("magic")),
            ("jwks_uri", json!("http://a.example/jwks")),
            ("jwks", json!({"keys": []})),
            ("jwks", json!({"keys": [{"kty": "oct", "k": "x"}]})),
            ("initiate_login_uri", json!("http://a.example/login")),
            ("sector_identifier_uri", json!("http://a.example/x")),
            ("id_token_encrypted_response_alg", json!("RSA-OAEP-256")),
            ("logo_uri", json!("javascript:alert(1)")),
            ("scope", json!("a\\b")),
            ("scope", json!("openid membership")),
            ("allowed_origins", json!(["https://a.example/path"])),
            ("security_profile", json!("fapi2")),
            ("frontchannel_logout_uri", json!("https://b.example/out")),
        ] {
            assert!(!matches!(with(name, value.clone()), Ok(None)), "{name} {value}");
        }
        let fapi = Client {
            security_profile: SecurityProfile::Fapi2,
            token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
            jwks: Some(keys),
            dpop_bound_access_tokens: true,
            ..sample()
        };
        assert_eq!(check(&fapi), None);
        let unbound = Client { dpop_bound_access_tokens: false, ..fapi.clone() };
        assert!(check(&unbound).is_some());
        let secret = Client { token_endpoint_auth_method: AuthMethod::ClientSecretBasic, ..fapi };
        assert!(check(&secret).is_some());
    }

    proptest! {
        #[test]
        fn any_redirect_uri_is_judged(text in ".*") {
            redirect_uri_fault(&text, ApplicationType::Web);
            redirect_uri_fault(&text, ApplicationType::Native);
        }
    }
}
