//! What is issued for a grant: the content of its access token, and its ID token.

use super::Access;
use crate::people::claims;
use crate::realm::Realm;
use crate::store::accounts;
use crate::store::grants::Grant;
use db::Conn;
use oidc::Client;
use oidc::claims::IdToken;
use oidc::jose::algorithm::left_half;
use secret::random;
use serde_json::Value;
use web::Error;

/// The content of an access token for all that was granted.
pub fn access(realm: &Realm, client: &Client, grant: &Grant, now: i64) -> Access {
    let detail = &grant.detail;
    let resources = detail.resources.clone();
    Access {
        iss: realm.issuer.clone(),
        sub: client.subject(&grant.account_id, &realm.keys.pairwise),
        aud: if resources.is_empty() { vec![realm.issuer.clone()] } else { resources },
        client_id: client.client_id.clone(),
        exp: now + realm.definition.policy.protocol.access_token_seconds(),
        iat: now,
        jti: random::id(),
        scope: detail.scopes.join(" "),
        grant_id: Some(grant.grant_id.clone()),
        auth_time: Some(detail.auth_time),
        acr: detail.acr.clone(),
        authorization_details: detail.authorization_details.clone(),
        ..Access::default()
    }
}

/// For whom a token is issued.
#[derive(Clone, Copy)]
pub struct Audience<'a> {
    pub realm: &'a Realm,
    pub client: &'a Client,
    /// The client's keys, when it wants ID tokens encrypted.
    pub encryption: Option<&'a Value>,
}

/// What stands beside an ID token, and what it must be bound to.
#[derive(Default)]
pub struct Beside {
    pub code: Option<String>,
    pub access_token: Option<String>,
    pub state: Option<String>,
    /// Whether the nonce is repeated: not at a refresh.
    pub nonce: bool,
}

/// Why there is no ID token.
pub enum IdTokenError {
    /// The client has no key to which it could be encrypted.
    NoEncryptionKey,
    Fault(Error),
}

impl<E: Into<Error>> From<E> for IdTokenError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// An ID token for a grant: signed, and encrypted when the client wants it so.
///
/// # Errors
/// [`IdTokenError`]: the client can mend its keys; anything else is a fault.
pub async fn id_token(
    conn: &mut Conn,
    audience: Audience<'_>,
    grant: &Grant,
    beside: Beside,
    now: i64,
) -> Result<String, IdTokenError> {
    let Audience { realm, client, encryption } = audience;
    let algorithm = client.id_token_signed_response_alg;
    let half = |text: &String| left_half(text, algorithm);
    let detail = &grant.detail;
    let alone = beside.code.is_none() && beside.access_token.is_none();
    let mut claims = IdToken {
        iss: realm.issuer.clone(),
        sub: client.subject(&grant.account_id, &realm.keys.pairwise),
        aud: client.client_id.clone(),
        exp: now + realm.definition.policy.protocol.id_token_minutes * 60,
        iat: now,
        auth_time: detail.auth_time,
        acr: detail.acr.clone(),
        amr: detail.amr.clone(),
        sid: grant.sid.as_ref().map(|sid| client.session_id(sid, &realm.keys.pairwise)),
        nonce: detail.nonce.clone().filter(|_| beside.nonce),
        at_hash: beside.access_token.as_ref().map(half),
        c_hash: beside.code.as_ref().map(half),
        s_hash: beside.state.as_ref().filter(|_| beside.code.is_some()).map(half),
        ..IdToken::default()
    };
    if alone || !detail.claims.id_token.is_empty() {
        let found = accounts::with_person(conn, realm.id(), &grant.account_id).await?;
        if let Some((account, roster)) = found {
            let holder = claims::Holder { account, roster };
            let person = claims::person(conn, realm, client, holder, None).await?;
            let (scopes, asked) = (detail.scopes.as_slice(), &detail.claims);
            let audience = oidc::claims::Audience { client, scopes, asked, now };
            claims.person = oidc::claims::in_id_token(&person, audience, alone);
        }
    }
    let token = realm.key(algorithm, now)?.sign("JWT", &claims)?;
    let Some(alg) = client.id_token_encrypted_response_alg else { return Ok(token) };
    let enc = client.id_token_encrypted_response_enc.unwrap_or_default();
    let keys = encryption.unwrap_or(&Value::Null);
    oidc::jose::jwe::encrypt(&token, keys, alg, enc).map_err(|error| {
        tracing::info!(client = client.client_id, %error, "ID token not encrypted");
        IdTokenError::NoEncryptionKey
    })
}
