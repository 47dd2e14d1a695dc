//! `[protocol]` of `idp.toml`: how an insurer speaks OpenID Connect.

use super::journey::Entry;
use crate::need::Kind;
use oidc::Client;
use oidc::jose::algorithm::Algorithm;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Protocol {
    /// Whether clients that registered them get response types other than `code`.
    pub implicit: bool,
    /// Whether every client follows FAPI 2.0: then only its algorithms and methods are offered.
    pub fapi: bool,
    /// Whether clients may register themselves with an initial access token.
    pub registration: bool,
    /// Scopes that a client may have that registered itself.
    pub registration_scopes: Vec<String>,
    /// Whether the assertion by which a client proves itself may name the token endpoint, or the
    /// endpoint that is called, instead of the issuer, as old clients do. Never under FAPI 2.0.
    pub endpoint_as_audience: bool,
    /// How JWT access tokens for a resource (RFC 8707) are signed, by its address, when it cannot
    /// read ES256 or what the client asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_signing_algs: BTreeMap<String, Algorithm>,
    /// Whether a DPoP proof without our nonce is sent back for one.
    pub dpop_nonce_required: bool,
    pub access_token_minutes: i64,
    pub id_token_minutes: i64,
    pub refresh_token_days: i64,
    /// The levels of login, the weakest first.
    pub levels: Vec<LevelFile>,
    /// The level that card symbol and number need at userinfo (RFC 9470).
    pub membership_acr: Option<String>,
    /// How old the login may be for them.
    pub membership_max_age_minutes: Option<i64>,
}

/// A level of login: a name, and what must be proved for it: a list of kinds or, with
/// alternatives and ages, a sequence as in a journey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LevelFile {
    pub acr: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Kind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<Entry>,
    /// How old an authenticator's proof may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<i64>,
}

impl Default for Protocol {
    fn default() -> Self {
        let level = |acr: &str, proofs: &[Kind]| LevelFile {
            acr: acr.to_owned(),
            proofs: proofs.to_vec(),
            ..LevelFile::default()
        };
        Self {
            implicit: false,
            fapi: false,
            registration: false,
            registration_scopes: ["openid", "profile", "email", "offline_access"]
                .map(str::to_owned)
                .into(),
            endpoint_as_audience: false,
            resource_signing_algs: BTreeMap::new(),
            dpop_nonce_required: false,
            access_token_minutes: 10,
            id_token_minutes: 60,
            refresh_token_days: 30,
            levels: vec![
                level("urn:musubi:password", &[Kind::Password]),
                level("urn:musubi:identity", &[Kind::Password, Kind::Roster]),
            ],
            membership_acr: None,
            membership_max_age_minutes: None,
        }
    }
}

impl Protocol {
    /// Why this insurer serves no such client, or `None`. Asked when a client is written, by
    /// whatever way, and again whenever it is looked up: what discovery says holds for every one.
    pub fn client_fault(&self, client: &Client) -> Option<&'static str> {
        if self.fapi && !client.is_fapi() {
            return Some("this insurer allows FAPI 2.0 only: set security_profile");
        }
        let in_front = |kind: &String| kind != "code";
        if !self.implicit && client.response_types.iter().any(in_front) {
            return Some("this insurer allows response type code only");
        }
        None
    }

    /// Seconds that an access token lives.
    pub fn access_token_seconds(&self) -> i64 {
        self.access_token_minutes * 60
    }
}
