//! `refresh_token`: families with rotation and reuse detection (RFC 9700 §4.14). A token that was
//! exchanged a moment ago gets the same successor again: the answer may have been lost, or two
//! tabs asked at once. A FAPI client keeps its token: it is bound to the client already (FAPI 2.0
//! §5.3.2.1).

use super::{Call, narrow, tokens_of};
use crate::endpoints::programs::refused;
use crate::store::grants;
use crate::tokens::Refresh;
use crate::tokens::issue::access;
use axum::response::Response;
use oidc::error::Code;
use oidc::token::{Grant, check_refresh, narrowed};
use web::Error;

/// Seconds in which the token before the one in force is still answered.
const GRACE_SECS: i64 = 10;

pub(super) async fn refresh(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &call.client, call.now);
    let invalid = || refused(Code::InvalidGrant.because("the code or token is not valid"));
    let params = &call.api.params;
    let text = params.value("refresh_token");
    let text = text.ok_or(refused(Code::InvalidRequest.because("refresh_token is missing")))?;
    // What was never issued proves nothing and ends nothing.
    let old = Refresh::read(realm, text).ok_or_else(invalid)?;
    let mut tx = call.app.tools.db.begin().await?;
    let found = grants::by_id(&mut tx, realm.id(), &old.grant_id, realm.lives(now)).await?;
    let (grant, rotated_at) = found.ok_or_else(invalid)?;
    if realm.is_out(&mut tx, &grant.account_id, now).await? {
        return Err(invalid());
    }
    let rule = Grant {
        client_id: grant.client_id.clone(),
        dpop_jkt: grant.detail.dpop_jkt.clone(),
        expires_at: grant.expires_at,
        ..Grant::default()
    };
    check_refresh(params, client, &rule, call.jkt(), now).map_err(refused)?;
    if grant.detail.x5t.is_some() && grant.detail.x5t != call.cnf.x5t {
        return Err(invalid());
    }
    let in_force = old.generation == grant.generation;
    let lost = old.generation + 1 == grant.generation && now - rotated_at <= GRACE_SECS;
    if !in_force && !lost {
        // Exchanged before: two have it, so nobody keeps it.
        grants::revoke(&mut tx, realm.id(), &old.grant_id).await?;
        tx.commit().await?;
        tracing::warn!(insurer = %realm.id(), client = client.client_id, "refresh token reused");
        return Err(invalid());
    }
    let widening = Code::InvalidScope.because("scope was not granted");
    let asked = params.value("scope").unwrap_or("").split(' ').filter(|s| !s.is_empty());
    let scopes = narrowed(&grant.detail.scopes, asked, widening).map_err(refused)?;
    // The policy of today holds: what the client may no longer have falls away.
    let scopes: Vec<String> = scopes.into_iter().filter(|s| client.scopes.contains(s)).collect();
    call.spend(&mut tx).await?;
    let mut content = access(realm, client, &grant, now);
    content.scope = scopes.join(" ");
    narrow(call, &mut content, &grant)?;
    let next = if client.is_fapi() {
        old
    } else {
        if in_force {
            // `false`: another request was faster a moment ago; both get the same successor.
            grants::rotate(&mut tx, realm.id(), &old.grant_id, old.generation, now).await?;
        }
        Refresh { grant_id: old.grant_id, generation: old.generation + 1 }
    };
    let next = next.text(realm);
    let response = tokens_of(call, &mut tx, &grant, content, Some(next), false).await?;
    tx.commit().await?;
    Ok(response)
}
