//! Token exchange (RFC 8693): delegation only; the new token names who acts.

use super::{Call, shown};
use crate::endpoints::{json, refused};
use crate::store::consents;
use crate::tokens::{self, Access, Live};
use axum::http::StatusCode;
use axum::response::Response;
use oidc::error::Code;
use oidc::token::exchange::{ACCESS_TOKEN, Subject, act, read};
use oidc::token::narrowed;
use secret::random;
use serde_json::json;
use web::Error;

pub(super) async fn exchange(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, params, now) = (call.realm, &*call.client, &call.api.params, call.now);
    let asked = read(params).map_err(refused)?;
    let mut conn = call.app.db.read().await?;
    let bad = |why| refused(Code::InvalidRequest.because(why));
    let subject = tokens::live(call.app, &mut conn, realm, asked.subject_token).await?;
    let Live { access, grant, .. } = subject.ok_or(bad("the subject token is not valid"))?;
    let grant = grant.ok_or(bad("only a member's token can be exchanged"))?;
    // A bound token is worth nothing without what it is bound to, here as anywhere.
    let x5t = call.api.caller.thumbprint();
    let held = (access.cnf.jkt.is_none() || access.cnf.jkt.as_deref() == call.jkt())
        && (access.cnf.x5t.is_none() || access.cnf.x5t == x5t);
    if !held {
        return Err(bad("the subject token is bound to another key or certificate"));
    }
    let actor = match asked.actor_token {
        None => client.client_id.clone(),
        Some(text) => {
            let actor = tokens::live(call.app, &mut conn, realm, text).await?;
            let actor = actor.filter(|actor| actor.access.client_id == client.client_id);
            actor.ok_or(bad("the actor token is not this client's"))?.access.sub
        }
    };
    let subject =
        Subject { client_id: &access.client_id, audience: &access.aud, act: access.act.as_ref() };
    let act = act(client, &actor, &subject).map_err(refused)?;
    // Never more than the subject's token has, and never more than this client may have.
    let both: Vec<String> =
        access.scopes().into_iter().filter(|scope| client.scopes.contains(scope)).collect();
    let widening = Code::InvalidScope.because("scope was not granted to both");
    let scope = params.value("scope").unwrap_or("").split(' ').filter(|s| !s.is_empty());
    let scopes = narrowed(&both, scope, widening).map_err(refused)?;
    if client.needs_consent() && access.client_id != client.client_id {
        let account = &grant.account_id;
        let given = consents::scopes(&mut conn, realm.id(), account, &client.client_id).await?;
        if !scopes.iter().all(|scope| given.contains(scope)) {
            let why = "the member has not agreed to this client";
            return Err(refused(Code::ConsentRequired.because(why)));
        }
    }
    drop(conn);
    let mut targets: Vec<String> = Vec::new();
    for target in params.values("resource").chain(params.values("audience")) {
        let own = target.starts_with(&realm.issuer);
        if own || !client.resources.iter().any(|known| known == target) {
            let why = "the target is not registered for this client";
            return Err(refused(Code::InvalidTarget.because(why)));
        }
        targets.push(target.to_owned());
    }
    let details = access.authorization_details.iter().filter(|detail| {
        let kind = detail["type"].as_str().unwrap_or_default();
        client.authorization_details_types.iter().any(|known| known == kind)
    });
    let issued = Access {
        sub: client.subject(&grant.account_id, &realm.secrets.pairwise),
        // Without a target it stays where it was good: a token for a service opens no other door.
        aud: if targets.is_empty() { access.aud.clone() } else { targets },
        authorization_details: details.cloned().collect(),
        client_id: client.client_id.clone(),
        // Never longer than the token that it stands for.
        exp: access.exp.min(now + realm.definition.policy.protocol.access_token_minutes * 60),
        iat: now,
        jti: random::id(),
        scope: scopes.join(" "),
        cnf: call.cnf.clone(),
        act: Some(act),
        ..access
    };
    if call.proof.is_some() {
        let mut tx = call.app.db.begin().await?;
        call.spend(&mut tx).await?;
        tx.commit().await?;
    }
    let text = tokens::mint(realm, client, &issued, now)?;
    let mut body = shown(call, &issued, &text);
    body.insert("issued_token_type".into(), json!(ACCESS_TOKEN));
    Ok(json(StatusCode::OK, &body))
}
