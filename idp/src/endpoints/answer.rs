//! Answers an authorization request: issues what was asked and sends it the way that was asked.

use super::authorize::asked;
use super::refused;
use super::userinfo::person;
use crate::realm::Realm;
use crate::store::grants::{self, Detail, Grant};
use crate::store::sessions::Session;
use crate::store::{accounts, consents, pushed};
use crate::tokens::{self, Access, Handle};
use axum::response::Response;
use db::Conn;
use oidc::authorize::{Authorize, is_registered};
use oidc::claims::IdToken;
use oidc::error::Code;
use oidc::response::{Answer, Sent, send};
use oidc::{Client, OAuthError};
use secret::{hash, random};
use serde::Serialize;
use serde_json::Value;
use web::look::see_other;
use web::{Error, Look, Page};

/// Seconds that a code lives (FAPI 2.0 §5.3.2.1 allows 60).
const CODE_LIVES: i64 = 60;

/// Hands the answer over by a form (OAuth 2.0 Form Post Response Mode §4).
#[derive(Serialize)]
pub struct FormPost {
    pub action: String,
    pub fields: Vec<Field>,
    pub client_name: String,
}

/// One hidden field.
#[derive(Serialize)]
pub struct Field {
    pub name: &'static str,
    pub value: String,
}

impl Page for FormPost {
    const TEMPLATE: &'static str = "idp/form_post.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            action: "https://partner.example/callback".into(),
            fields: vec![Field { name: "code", value: "\"><script>".into() }],
            client_name: "しおなりフィットネス".into(),
        }]
    }
}

/// Who is answered and how the page looks, if there must be one.
pub struct To<'a> {
    pub realm: &'a Realm,
    pub client: &'a Client,
    pub look: &'a Look,
    /// To encrypt ID tokens in the front channel.
    pub encryption: Option<&'a Value>,
    pub now: i64,
}

/// Sends an error to the client.
pub fn error(to: &To, request: &Authorize, error: &OAuthError) -> Result<Response, Error> {
    transmit(to, request, oidc::response::error(error))
}

fn transmit(to: &To, request: &Authorize, answer: Answer) -> Result<Response, Error> {
    let sign = |claims: Value| -> Result<String, Error> {
        let algorithm = to.client.authorization_signed_response_alg;
        let algorithm = algorithm.unwrap_or(to.client.default_response_alg());
        let key = to.realm.key(algorithm, to.now);
        let key = key.ok_or_else(|| Error::fault("the insurer has no key of this algorithm"))?;
        Ok(key.sign("JWT", &claims)?)
    };
    match send(request, &to.realm.issuer, answer, to.now, sign)? {
        Sent::Redirect(url) => Ok(see_other(&url)),
        Sent::Form { action, fields } => {
            let mut look = to.look.clone();
            look.policy.form = web::look::origin(&action);
            let fields = fields.into_iter().map(|(name, value)| Field { name, value }).collect();
            let client_name = to.client.name_in(&look.lang).to_owned();
            look.page(&FormPost { action, fields, client_name })
        }
    }
}

/// Grants what a request asks and answers it: the one door to a grant, so it looks again at what
/// may have changed since the request came (the client, the consent, the session). `None` when
/// the pushed request was used up or the session ended meanwhile: then nothing may be kept.
pub async fn issue(
    conn: &mut Conn,
    to: &To<'_>,
    request: &Authorize,
    session: &Session,
) -> Result<Option<Response>, Error> {
    let (realm, client, now) = (to.realm, to.client, to.now);
    if let Some(used) = &request.request_uri
        && !pushed::delete(conn, realm.id(), &hash::sha256(used)).await?
    {
        return Ok(None);
    }
    let registered = is_registered(&request.redirect_uri, client)
        && request.scopes.iter().all(|scope| client.scopes.contains(scope));
    if !registered {
        return Ok(None);
    }
    if client.needs_consent() {
        let (account, id) = (&session.account_id, &client.client_id);
        let given = consents::scopes(conn, realm.id(), account, id).await?;
        if !asked(client, request).iter().all(|scope| given.contains(scope)) {
            let why = "the member has not agreed to this";
            return error(to, request, &Code::ConsentRequired.because(why)).map(Some);
        }
    }
    let id = random::id();
    let code = request.response_type.code.then(|| Handle::new(&id));
    let grant = Grant {
        grant_id: id,
        client_id: client.client_id.clone(),
        account_id: session.account_id.clone(),
        sid: session.sid.clone(),
        offline: false,
        detail: Detail {
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
            resources: request.resources.clone(),
            authorization_details: request.authorization_details.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            auth_time: session.auth_time,
            acr: realm.acr(&session.proofs),
            amr: amr(&session.proofs),
            code_expires_at: now + CODE_LIVES,
        },
        expires_at: now + CODE_LIVES + realm.definition.policy.protocol.access_token_minutes * 60,
        generation: 0,
    };
    let code_hash = code.as_ref().map(|code| code.hash.clone());
    if !grants::insert(conn, realm.id(), &grant, code_hash, now).await? {
        return Ok(None);
    }
    let mut answer: Answer = Vec::new();
    let code = code.map(|code| code.text);
    let mut access_token = None;
    if request.response_type.token {
        let access = access(realm, client, &grant, now);
        let text = tokens::mint(realm, client, &access, now)?;
        answer.push(("token_type", "Bearer".to_owned()));
        answer.push(("expires_in", (access.exp - now).to_string()));
        answer.push(("scope", access.scope.clone()));
        answer.push(("access_token", text.clone()));
        access_token = Some(text);
    }
    if let Some(code) = &code {
        answer.insert(0, ("code", code.clone()));
    }
    if request.response_type.id_token {
        let front = Front { code, access_token, state: request.state.clone(), nonce: true };
        let for_client = (realm, client, to.encryption);
        let id_token = id_token(conn, for_client, &grant, front, now).await?;
        answer.push(("id_token", id_token));
    }
    transmit(to, request, answer).map(Some)
}

/// RFC 8176.
fn amr(proofs: &[String]) -> Vec<String> {
    let word = |kind: &String| match kind.as_str() {
        "password" => Some("pwd".to_owned()),
        _ => None,
    };
    proofs.iter().filter_map(word).collect()
}

/// The content of an access token for all that was granted.
pub fn access(realm: &Realm, client: &Client, grant: &Grant, now: i64) -> Access {
    let detail = &grant.detail;
    let resources = detail.resources.clone();
    Access {
        iss: realm.issuer.clone(),
        sub: client.subject(&grant.account_id, &realm.secrets.pairwise),
        aud: if resources.is_empty() { vec![realm.issuer.clone()] } else { resources },
        client_id: client.client_id.clone(),
        exp: now + realm.definition.policy.protocol.access_token_minutes * 60,
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

/// What stands beside an ID token, and what it must be bound to.
#[derive(Default)]
pub struct Front {
    pub code: Option<String>,
    pub access_token: Option<String>,
    pub state: Option<String>,
    /// Whether the nonce is repeated: not at a refresh.
    pub nonce: bool,
}

/// An ID token for a grant: signed, and encrypted when the client wants it so.
pub async fn id_token(
    conn: &mut Conn,
    (realm, client, encryption): (&Realm, &Client, Option<&Value>),
    grant: &Grant,
    front: Front,
    now: i64,
) -> Result<String, Error> {
    let algorithm = client.id_token_signed_response_alg;
    let left_half = |text: &String| oidc::jose::algorithm::left_half(text, algorithm);
    let detail = &grant.detail;
    let alone = front.code.is_none() && front.access_token.is_none();
    let mut claims = IdToken {
        iss: realm.issuer.clone(),
        sub: client.subject(&grant.account_id, &realm.secrets.pairwise),
        aud: client.client_id.clone(),
        exp: now + realm.definition.policy.protocol.id_token_minutes * 60,
        iat: now,
        auth_time: detail.auth_time,
        acr: detail.acr.clone(),
        amr: detail.amr.clone(),
        sid: (!grant.sid.is_empty()).then(|| grant.sid.clone()),
        nonce: detail.nonce.clone().filter(|_| front.nonce),
        at_hash: front.access_token.as_ref().map(left_half),
        c_hash: front.code.as_ref().map(left_half),
        s_hash: front.state.as_ref().filter(|_| front.code.is_some()).map(left_half),
        ..IdToken::default()
    };
    if alone || !detail.claims.id_token.is_empty() {
        let found = accounts::with_person(conn, realm.id(), &grant.account_id).await?;
        if let Some(holder) = found {
            let person = person(conn, realm, client, holder, false).await?;
            let scopes = &detail.scopes;
            claims.person =
                oidc::claims::in_id_token(&person, scopes, &detail.claims, client, alone);
        }
    }
    let key = realm.key(algorithm, now);
    let key = key.ok_or_else(|| Error::fault("the insurer has no key of this algorithm"))?;
    let token = key.sign("JWT", &claims)?;
    let Some(alg) = client.id_token_encrypted_response_alg else { return Ok(token) };
    let enc = client.id_token_encrypted_response_enc.unwrap_or_default();
    oidc::jose::jwe::encrypt(&token, encryption.unwrap_or(&Value::Null), alg, enc).map_err(
        |error| {
            tracing::info!(client = client.client_id, %error, "ID token not encrypted");
            refused(Code::InvalidRequest.because("the client has no key to encrypt ID tokens to"))
        },
    )
}
