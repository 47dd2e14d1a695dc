//! `client_credentials`: a service's own token. No row is written: the token says it all.

use super::{Call, token_body};
use crate::endpoints::programs::{json, refused};
use crate::tokens::access::{self, Access};
use axum::http::StatusCode;
use axum::response::Response;
use oidc::authorize::{authorization_details, resource};
use oidc::error::Code;
use oidc::scope;
use secret::random;
use web::Error;

/// Scopes that concern a person: a service has none of them.
fn is_personal(scope: &str) -> bool {
    scope::KNOWN.contains(&scope)
}

pub(super) async fn issue(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, params, now) = (call.realm, &*call.client, &call.api.params, call.now);
    let own: Vec<String> = client.scopes.iter().filter(|s| !is_personal(s)).cloned().collect();
    let scopes = match params.value("scope") {
        // The right to manage clients is asked for by name, never given along.
        None => own.into_iter().filter(|scope| scope != scope::MANAGE_CLIENTS).collect(),
        Some(asked) => {
            let granted = scope::granted(asked, &own);
            if granted.is_empty() {
                let why = "scope has nothing that this client may ask for";
                return Err(refused(Code::InvalidScope.because(why)));
            }
            granted
        }
    };
    let resources = resource::resources(params, client).map_err(refused)?;
    let details = params.value("authorization_details");
    let details = authorization_details::parse(details, client).map_err(refused)?;
    let content = Access {
        iss: realm.issuer.clone(),
        sub: client.client_id.clone(),
        aud: if resources.is_empty() { vec![realm.issuer.clone()] } else { resources },
        client_id: client.client_id.clone(),
        exp: now + realm.definition.policy.protocol.access_token_seconds(),
        iat: now,
        jti: random::id(),
        scope: scopes.join(" "),
        cnf: call.cnf.clone(),
        authorization_details: details,
        ..Access::default()
    };
    if call.proof.is_some() {
        let mut tx = call.app.tools.db.begin().await?;
        call.spend(&mut tx).await?;
        tx.commit().await?;
    }
    let text = access::mint(realm, client, &content, now)?;
    Ok(json(StatusCode::OK, &token_body(call, &content, &text)))
}
