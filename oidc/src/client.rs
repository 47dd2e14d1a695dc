//! A relying party as it was registered, under the names of RFC 7591 §2 and OpenID Connect
//! Dynamic Client Registration §2.

use crate::jose::algorithm::{Algorithm, ContentAlgorithm, KeyAlgorithm};
use secret::hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the provider knows about a client. Addresses are compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Client {
    pub client_id: String,
    /// The name by language (`ja`, `en`; the empty language is the default).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub name: BTreeMap<String, String>,
    /// Current and, while it is being exchanged, previous secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    pub application_type: ApplicationType,
    pub token_endpoint_auth_method: AuthMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    pub redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    pub response_types: Vec<String>,
    pub grant_types: Vec<GrantType>,
    pub scopes: Vec<String>,
    /// May learn card symbol and number, and needs no consent.
    pub first_party: bool,
    /// The insurer has the members' consent in another way (a contract, a form of its own).
    pub consent_obtained: bool,
    /// A third party that may learn card symbol and number all the same.
    pub card: bool,
    /// The client registered itself and shares its pairwise subjects with nobody.
    pub own_sector: bool,
    /// May learn which claims were checked against the roster.
    pub verified_claims: bool,
    /// Browser origins that may call the endpoints (CORS).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    pub security_profile: SecurityProfile,

    pub id_token_signed_response_alg: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyAlgorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentAlgorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<Algorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<Algorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<Algorithm>,
    pub require_signed_request_object: bool,
    pub require_pushed_authorization_requests: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,

    /// Access tokens for this client.
    pub access_token_format: AccessTokenFormat,
    /// How JWT access tokens for this client are signed; ES256 when it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_signing_alg: Option<Algorithm>,
    pub dpop_bound_access_tokens: bool,
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Resource indicators (RFC 8707) that tokens may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Resource indicators behind which this client itself stands: it may exchange tokens for
    /// them, and with `introspects` learn about them. Two that call one service are not that
    /// service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<String>,
    /// Types of rich authorization requests (RFC 9396) that may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// May learn about tokens that were issued to other clients for what it serves.
    pub introspects: bool,

    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// How a certificate names the client (RFC 8705 §2.1.2); one of the five is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,

    pub subject_type: SubjectType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    pub require_auth_time: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    pub frontchannel_logout_session_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

/// One secret. Secrets are random, so a plain SHA-256 is enough.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// base64url(SHA-256).
    pub hash: String,
    /// The secret itself, sealed by the provider: only for `client_secret_jwt`, whose HMAC needs
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Until when it is accepted, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// OpenID Connect Core §9, RFC 8705 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    TlsClientAuth,
    SelfSignedTlsClientAuth,
    /// A public client: PKCE is required.
    None,
}

impl AuthMethod {
    /// All methods, as discovery lists them.
    pub const ALL: [&str; 7] = [
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "none",
    ];

    /// Whether the client has a secret.
    pub fn by_secret(self) -> bool {
        use AuthMethod::{ClientSecretBasic, ClientSecretJwt, ClientSecretPost};
        matches!(self, ClientSecretBasic | ClientSecretPost | ClientSecretJwt)
    }

    /// Whether the client proves itself by a TLS certificate.
    pub fn by_certificate(self) -> bool {
        matches!(self, AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth)
    }
}

/// What a client may exchange for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantType {
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    #[serde(rename = "refresh_token")]
    RefreshToken,
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    #[serde(rename = "implicit")]
    Implicit,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

impl GrantType {
    /// The grant that a `grant_type` names: its registered word, as serde knows it. `implicit` is
    /// none of the token endpoint's.
    pub fn of_token_endpoint(word: &str) -> Option<Self> {
        let word = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(word);
        Self::deserialize(word).ok().filter(|kind| *kind != GrantType::Implicit)
    }
}

/// Whether loopback ports may vary (RFC 8252 §7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    #[default]
    Web,
    Native,
}

/// OpenID Connect Core §8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    #[default]
    Public,
    /// Another `sub` for each sector, so that partners cannot compare notes.
    Pairwise,
}

/// How an access token looks to a resource server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// Only the provider can read it.
    #[default]
    Opaque,
    /// RFC 9068.
    Jwt,
}

/// Rules that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityProfile {
    #[default]
    None,
    /// FAPI 2.0 Security Profile.
    Fapi2,
    /// FAPI 2.0 Message Signing: signed requests and responses, too.
    Fapi2MessageSigning,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            client_id: String::new(),
            name: BTreeMap::new(),
            secrets: Vec::new(),
            application_type: ApplicationType::default(),
            token_endpoint_auth_method: AuthMethod::default(),
            token_endpoint_auth_signing_alg: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            response_types: vec!["code".into()],
            grant_types: vec![GrantType::AuthorizationCode],
            scopes: Vec::new(),
            first_party: false,
            consent_obtained: false,
            card: false,
            own_sector: false,
            verified_claims: false,
            allowed_origins: Vec::new(),
            security_profile: SecurityProfile::default(),
            id_token_signed_response_alg: Algorithm::default(),
            id_token_encrypted_response_alg: None,
            id_token_encrypted_response_enc: None,
            userinfo_signed_response_alg: None,
            authorization_signed_response_alg: None,
            introspection_signed_response_alg: None,
            request_object_signing_alg: None,
            require_signed_request_object: false,
            require_pushed_authorization_requests: false,
            request_uris: Vec::new(),
            access_token_format: AccessTokenFormat::default(),
            access_token_signing_alg: None,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            resources: Vec::new(),
            serves: Vec::new(),
            authorization_details_types: Vec::new(),
            introspects: false,
            jwks: None,
            jwks_uri: None,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            subject_type: SubjectType::default(),
            sector_identifier_uri: None,
            default_max_age: None,
            require_auth_time: false,
            default_acr_values: Vec::new(),
            initiate_login_uri: None,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
        }
    }
}

impl Client {
    /// A public client cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }

    /// The resources behind which this client stands. Whoever may introspect and says nothing
    /// else stands behind its `resources`: so it was before `serves`.
    pub fn served(&self) -> &[String] {
        match (&self.serves[..], self.introspects) {
            ([], true) => &self.resources,
            (serves, _) => serves,
        }
    }

    /// Whether FAPI 2.0 holds, with or without message signing.
    pub fn is_fapi(&self) -> bool {
        self.security_profile != SecurityProfile::None
    }

    /// Whether FAPI 2.0 Message Signing holds.
    pub fn signs_messages(&self) -> bool {
        self.security_profile == SecurityProfile::Fapi2MessageSigning
    }

    /// Whether requests must come through the PAR endpoint (RFC 9126 §6, FAPI 2.0 §5.3.2.2).
    pub fn must_push(&self) -> bool {
        self.require_pushed_authorization_requests || self.is_fapi()
    }

    /// Whether requests must be signed (RFC 9101 §10.5).
    pub fn must_sign_requests(&self) -> bool {
        self.require_signed_request_object || self.signs_messages()
    }

    /// Whether the client may use a grant type.
    pub fn may(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Whether every access token must be bound to its holder.
    pub fn must_bind(&self) -> bool {
        self.dpop_bound_access_tokens || self.tls_client_certificate_bound_access_tokens
    }

    /// What signs answers whose algorithm the client did not choose: RS256 by JARM §3 and RFC 9701
    /// §6, which FAPI 2.0 forbids.
    pub fn default_response_alg(&self) -> Algorithm {
        if self.is_fapi() { self.id_token_signed_response_alg } else { Algorithm::RS256 }
    }

    /// Whether a person is asked before this client learns something.
    pub fn needs_consent(&self) -> bool {
        !self.first_party && !self.consent_obtained
    }

    /// Whether the client may learn card symbol and number.
    pub fn learns_card(&self) -> bool {
        self.first_party || self.card
    }

    /// The name in a language, or the default one, or the id.
    pub fn name_in(&self, language: &str) -> &str {
        let name = self.name.get(language).or_else(|| self.name.get(""));
        name.or_else(|| self.name.values().next()).map_or(&self.client_id, |name| name)
    }

    /// The host for which pairwise subjects are made (OpenID Connect Core §8.1).
    pub fn sector(&self) -> Option<String> {
        if self.own_sector {
            return Some(format!("client:{}", self.client_id));
        }
        let uri = self.sector_identifier_uri.as_ref().or(self.redirect_uris.first())?;
        url::Url::parse(uri).ok()?.host_str().map(str::to_owned)
    }

    /// `sid` for this client: like `sub` one that only its sector sees, where subjects are pairwise,
    /// so that clients cannot find each other's members by a session that they share.
    pub fn session_id(&self, sid: &str, salt: &[u8]) -> String {
        match (self.subject_type, self.sector()) {
            (SubjectType::Pairwise, Some(sector)) => {
                let message = format!("{sector}\0sid\0{sid}");
                hash::base64url(hash::hmac(salt, message.as_bytes()))
            }
            _ => sid.to_owned(),
        }
    }

    /// `sub` for this client: the account itself, or a value that only this sector sees.
    pub fn subject(&self, account_id: &str, salt: &[u8]) -> String {
        match (self.subject_type, self.sector()) {
            (SubjectType::Pairwise, Some(sector)) => {
                let message = format!("{sector}\0{account_id}");
                hash::base64url(hash::hmac(salt, message.as_bytes()))
            }
            _ => account_id.to_owned(),
        }
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Client {
    Client {
        client_id: "portal".into(),
        secrets: vec![Secret { hash: hash::s256("correct"), sealed: None, expires_at: None }],
        redirect_uris: vec!["https://portal.example/callback".into()],
        post_logout_redirect_uris: vec!["https://portal.example/".into()],
        scopes: vec!["openid".into(), "profile".into(), "email".into()],
        first_party: true,
        ..Client::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, SubjectType, sample};

    #[test]
    fn two_sectors_never_see_the_same_subject() {
        let pairwise = |uri: &str| Client {
            subject_type: SubjectType::Pairwise,
            redirect_uris: vec![uri.into()],
            ..sample()
        };
        let (a, b) = (pairwise("https://a.example/cb"), pairwise("https://b.example/cb"));
        assert_eq!(a.subject("x", b"s"), pairwise("https://a.example/2").subject("x", b"s"));
        assert_ne!(a.subject("x", b"s"), b.subject("x", b"s"));
        assert_ne!(a.subject("x", b"s"), a.subject("y", b"s"));
        assert_ne!(a.subject("x", b"s"), "x");
        assert_eq!(sample().subject("x", b"s"), "x");
    }
}
