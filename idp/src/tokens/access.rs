//! Access tokens: the same content either as a signed JWT (RFC 9068) or sealed, so that only the
//! provider reads it. No row is written for one: what a person granted is the row behind it.

use crate::clients::Clients;
use crate::ids::GrantId;
use crate::realm::Realm;
use crate::store::{grants, spent};
use db::Conn;
use oidc::Client;
use oidc::client::AccessTokenFormat;
use oidc::jose::algorithm::Algorithm;
use oidc::token::Confirmation;
use secret::hash;
use secret::hash::{base64url, from_base64url};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use web::Error;

/// What an access token says (RFC 9068 §2.2, RFC 7662 §2.2). Times in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    pub iss: String,
    /// The person as this client sees them, or the client itself.
    pub sub: String,
    pub aud: Vec<String>,
    pub client_id: String,
    pub exp: i64,
    pub iat: i64,
    pub jti: String,
    pub scope: String,
    /// The grant of a person; none for a client's own token.
    #[serde(rename = "gid", skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<GrantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Confirmation::is_none")]
    pub cnf: Confirmation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// Who acts for the person (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
}

impl Access {
    /// The scopes as a list.
    pub fn scopes(&self) -> Vec<String> {
        self.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
    }
}

/// The header type of RFC 9068.
const TYP: &str = "at+jwt";
/// What makes an opaque token recognisable in a leak.
const PREFIX: &str = "mat_";

/// The token's text, in the client's format.
pub fn mint(realm: &Realm, client: &Client, access: &Access, now: i64) -> Result<String, Error> {
    match client.access_token_format {
        AccessTokenFormat::Jwt => {
            let algorithm = algorithm(realm, client, access);
            Ok(realm.key(algorithm, now)?.sign(TYP, access)?)
        }
        AccessTokenFormat::Opaque => {
            let text = serde_json::to_vec(access)?;
            Ok(format!("{PREFIX}{}", base64url(realm.keys.tokens.seal("access", &text))))
        }
    }
}

/// What the resource can read, else what the client asked for, else ES256 (RFC 9068 §2.1: at least
/// RS256 is there to be asked for).
fn algorithm(realm: &Realm, client: &Client, access: &Access) -> Algorithm {
    let by_resource = &realm.definition.policy.protocol.resource_signing_algs;
    let of_resource = access.aud.iter().find_map(|aud| by_resource.get(aud)).copied();
    of_resource.or(client.access_token_signing_alg).unwrap_or_default()
}

/// What a token says, when this insurer issued it and it has not expired. Whether it was revoked is
/// [`live`]'s to say.
pub fn read(realm: &Realm, text: &str, now: i64) -> Option<Access> {
    let access: Access = if let Some(sealed) = text.strip_prefix(PREFIX) {
        let sealed = from_base64url(sealed)?;
        serde_json::from_slice(&realm.keys.tokens.open("access", &sealed).ok()?).ok()?
    } else {
        let token = oidc::jose::jwt::Unverified::parse(text)?;
        if !token.has_type(TYP) {
            return None;
        }
        serde_json::from_value(realm.verify(text, now)?).ok()?
    };
    (access.iss == realm.issuer && access.exp > now).then_some(access)
}

/// An access token that is in force, with its client and, for a person's, what stands behind it.
pub struct Live {
    pub access: Access,
    pub client: Arc<Client>,
    pub behind: Option<grants::Behind>,
}

/// Whether a token is in force: neither itself, its grant nor its session has ended, and its
/// client is still there.
pub async fn live(
    clients: &Clients,
    conn: &mut Conn,
    realm: &Realm,
    text: &str,
    now: i64,
) -> Result<Option<Live>, db::Error> {
    let Some(access) = read(realm, text, now) else { return Ok(None) };
    // A client that is gone has no tokens any more.
    let Some(client) = clients.find(conn, realm, &access.client_id).await? else {
        return Ok(None);
    };
    let behind = match &access.grant_id {
        None => {
            if spent::is_spent(conn, realm.id(), spent::Kind::Revoked, &access.jti).await? {
                return Ok(None);
            }
            None
        }
        Some(grant_id) => {
            let jti = hash::sha256(&access.jti);
            match grants::behind(conn, realm.id(), grant_id, &jti, realm.lives(now)).await? {
                Some(behind) => Some(behind),
                None => return Ok(None),
            }
        }
    };
    Ok(Some(Live { access, client, behind }))
}
