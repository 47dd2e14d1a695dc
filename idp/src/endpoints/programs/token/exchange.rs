//! Token exchange (RFC 8693): delegation only; the new token names who acts.

use super::{Call, token_body};
use crate::authorization::consent;
use crate::endpoints::programs::{json, refused};
use crate::store::consents;
use crate::store::grants::Behind;
use crate::tokens::access::{self, Access, Live};
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
    let mut conn = call.app.tools.db.read().await?;
    let bad = |why| refused(Code::InvalidRequest.because(why));
    let subject =
        access::live(&call.app.clients, &mut conn, realm, asked.subject_token, now).await?;
    let Live { access: own, behind, .. } = subject.ok_or(bad("the subject token is not valid"))?;
    let Behind { grant, .. } = behind.ok_or(bad("only a member's token can be exchanged"))?;
    // A bound token is worth nothing without what it is bound to, here as anywhere.
    let x5t = call.api.caller.thumbprint();
    let held = (own.cnf.jkt.is_none() || own.cnf.jkt.as_deref() == call.jkt())
        && (own.cnf.x5t.is_none() || own.cnf.x5t == x5t);
    if !held {
        return Err(bad("the subject token is bound to another key or certificate"));
    }
    let actor = match asked.actor_token {
        None => client.client_id.clone(),
        Some(text) => {
            let actor = access::live(&call.app.clients, &mut conn, realm, text, now).await?;
            let actor = actor.filter(|actor| actor.access.client_id == client.client_id);
            actor.ok_or(bad("the actor token is not this client's"))?.access.sub
        }
    };
    let subject = Subject { client_id: &own.client_id, audience: &own.aud, act: own.act.as_ref() };
    let act = act(client, &actor, &subject).map_err(refused)?;
    // Never more than the subject's token has, and never more than this client may have.
    let both: Vec<String> =
        own.scopes().into_iter().filter(|scope| client.scopes.contains(scope)).collect();
    let widening = Code::InvalidScope.because("scope was not granted to both");
    let scope = params.value("scope").unwrap_or("").split(' ').filter(|s| !s.is_empty());
    let scopes = narrowed(&both, scope, widening).map_err(refused)?;
    if client.needs_consent() && own.client_id != client.client_id {
        let account = &grant.account_id;
        let given = consents::scopes(&mut conn, realm.id(), account, &client.client_id).await?;
        if !consent::covers(&given, &scopes) {
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
    let details = own.authorization_details.iter().filter(|detail| {
        let kind = detail["type"].as_str().unwrap_or_default();
        client.authorization_details_types.iter().any(|known| known == kind)
    });
    let issued = Access {
        sub: client.subject(&grant.account_id, &realm.keys.pairwise),
        // Without a target it stays where it was good: a token for a service opens no other door.
        aud: if targets.is_empty() { own.aud.clone() } else { targets },
        authorization_details: details.cloned().collect(),
        client_id: client.client_id.clone(),
        // Never longer than the token that it stands for.
        exp: own.exp.min(now + realm.definition.policy.protocol.access_token_seconds()),
        iat: now,
        jti: random::id(),
        scope: scopes.join(" "),
        cnf: call.cnf.clone(),
        act: Some(act),
        ..own
    };
    if call.proof.is_some() {
        let mut tx = call.app.tools.db.begin().await?;
        call.spend(&mut tx).await?;
        tx.commit().await?;
    }
    let text = access::mint(realm, client, &issued, now)?;
    let mut body = token_body(call, &issued, &text);
    body.insert("issued_token_type".into(), json!(ACCESS_TOKEN));
    Ok(json(StatusCode::OK, &body))
}
