//! The one place where grants are made: to a client through a browser, and to a device. It looks
//! again at what may have changed since the request came (the client, the consent, the session).

use super::answer::{Recipient, error, transmit};
use super::consent;
use super::request::use_up;
use crate::ids::GrantId;
use crate::need::{Evidence, Kind};
use crate::realm::Realm;
use crate::store::consents;
use crate::store::devices::Device;
use crate::store::grants::{self, Detail, Grant};
use crate::store::sessions::Session;
use crate::tokens::access;
use crate::tokens::issue::{self, Audience, Beside, IdTokenError};
use crate::tokens::{Refresh, SplitToken};
use axum::response::Response;
use db::Tx;
use oidc::Client;
use oidc::authorize::{Authorize, is_registered};
use oidc::client::GrantType;
use oidc::error::Code;
use oidc::response::Answer;
use oidc::token::Confirmation;
use web::Error;

/// Seconds that a code lives (FAPI 2.0 §5.3.2.1 allows 60).
const CODE_LIFETIME_SECS: i64 = 60;

/// What became of a request.
pub enum Answered {
    /// The client's answer: what was asked, or an error.
    Sent(Response),
    /// The pushed request was used up, the session has ended or the client has changed meanwhile:
    /// nothing of this may be kept.
    Overtaken,
}

/// Grants what a request asks and answers it.
pub async fn issue(
    tx: &mut Tx,
    to: Recipient<'_>,
    request: &Authorize,
    session: &Session,
) -> Result<Answered, Error> {
    let (realm, client, now) = (to.realm, to.client, to.now);
    if !use_up(tx, realm, request).await? {
        return Ok(Answered::Overtaken);
    }
    let registered = is_registered(&request.redirect_uri, client)
        && request.scopes.iter().all(|scope| client.scopes.contains(scope))
        && request.resources.iter().all(|resource| client.resources.contains(resource));
    if !registered {
        return Ok(Answered::Overtaken);
    }
    if client.needs_consent() {
        let (account, id) = (&session.account_id, &client.client_id);
        let allowed = consents::scopes(tx, realm.id(), account, id).await?;
        if !consent::covers(&allowed, &consent::required(client, request)) {
            let why = "the member has not agreed to this";
            let refused = Code::ConsentRequired.because(why);
            return error(to, request, &refused).map(Answered::Sent);
        }
    }
    let id = GrantId::random();
    let code = request.response_type.code.then(|| SplitToken::new(&id));
    let lifetime = realm.definition.policy.protocol.access_token_seconds();
    let grant = Grant {
        grant_id: id,
        client_id: client.client_id.clone(),
        account_id: session.account_id.clone(),
        sid: Some(session.sid.clone()),
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
            code_expires_at: now + CODE_LIFETIME_SECS,
            ..login_detail(realm, session, &request.acr_values, now)
        },
        expires_at: now + CODE_LIFETIME_SECS + lifetime,
        generation: 0,
    };
    let code_hash = code.as_ref().map(|code| code.hash.clone());
    if !grants::insert(tx, realm.id(), &grant, code_hash, now).await? {
        return Ok(Answered::Overtaken);
    }
    let mut answer: Answer = Vec::new();
    let code = code.map(|code| code.text);
    let mut access_token = None;
    if request.response_type.token {
        let access = issue::access(realm, client, &grant, now);
        let text = access::mint(realm, client, &access, now)?;
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
        let beside = Beside { code, access_token, state: request.state.clone(), nonce: true };
        let audience = Audience { realm, client, encryption: to.encryption };
        match issue::id_token(tx, audience, &grant, beside, now).await {
            Ok(id_token) => answer.push(("id_token", id_token)),
            Err(IdTokenError::NoEncryptionKey) => {
                let why = "the client has no key to encrypt ID tokens to";
                let refused = Code::InvalidRequest.because(why);
                return error(to, request, &refused).map(Answered::Sent);
            }
            Err(IdTokenError::Fault(fault)) => return Err(fault),
        }
    }
    transmit(to, request, answer).map(Answered::Sent)
}

/// What a grant remembers of the login behind it. The level that is told is the first of those that
/// were asked for and is reached (OpenID Connect Core §5.5.1.1), else the highest that is.
pub fn login_detail(realm: &Realm, session: &Session, asked: &[String], now: i64) -> Detail {
    let reached = |acr: &&String| realm.reaches(acr, &session.evidence, now);
    let asked = asked.iter().find(reached).cloned();
    Detail {
        auth_time: session.auth_time,
        acr: asked.or_else(|| realm.acr(&session.evidence, now)),
        amr: amr(&session.evidence),
        ..Detail::default()
    }
}

/// The methods that were really used, and `mfa` when they were several (RFC 8176 §2).
fn amr(evidence: &[Evidence]) -> Vec<String> {
    let mut words: Vec<String> =
        evidence.iter().filter_map(|one| one.kind.amr()).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    let several = evidence.iter().filter(|one| one.kind.is_authenticator());
    let kinds: std::collections::BTreeSet<_> = several.map(|one| one.kind).collect();
    if kinds.len() > 1 || kinds.contains(&Kind::Passkey) {
        words.insert(0, "mfa".to_owned());
    }
    words
}

/// The grant of a device that was allowed. `None` when its account is gone meanwhile.
pub async fn for_device(
    tx: &mut Tx,
    realm: &Realm,
    client: &Client,
    device: Device,
    holder: &Confirmation,
    now: i64,
) -> Result<Option<Grant>, Error> {
    let Some(account_id) = device.account_id else { return Ok(None) };
    let keeps = client.may(GrantType::RefreshToken);
    let lifetime = match keeps {
        true => Refresh::lifetime_secs(realm),
        false => realm.definition.policy.protocol.access_token_seconds(),
    };
    let mut grant = Grant {
        grant_id: GrantId::random(),
        client_id: client.client_id.clone(),
        account_id,
        sid: None,
        offline: true,
        detail: device.detail,
        expires_at: now + lifetime,
        generation: i64::from(keeps),
    };
    let holder = Some(holder).filter(|_| client.is_public());
    grant.detail.dpop_jkt = holder.and_then(|cnf| cnf.jkt.clone());
    grant.detail.x5t = holder.and_then(|cnf| cnf.x5t.clone());
    let kept = grants::insert(tx, realm.id(), &grant, None, now).await?;
    Ok(kept.then_some(grant))
}
