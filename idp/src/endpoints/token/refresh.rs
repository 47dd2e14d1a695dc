//! `refresh_token`: families with rotation and reuse detection (RFC 9700 §4.14). A lost answer is
//! given once more for a few seconds. A FAPI client keeps its token: it is bound to the client
//! already (FAPI 2.0 §5.3.2.1).

use super::{Call, narrowed_resources, tokens_of};
use crate::endpoints::answer::{access, is_alive};
use crate::endpoints::refused;
use crate::store::grants::{self, Presented};
use crate::tokens::Handle;
use axum::response::Response;
use oidc::error::Code;
use oidc::token::{Grant, check_refresh, narrowed};
use web::Error;

/// Seconds in which the token before the current one is still answered: the client may have lost
/// the answer on a bad line.
const GRACE: i64 = 10;

pub(super) async fn refresh(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &call.client, call.now);
    let invalid = || refused(Code::InvalidGrant.because("the code or token is not valid"));
    let params = &call.api.params;
    let text = params.value("refresh_token");
    let text = text.ok_or(refused(Code::InvalidRequest.because("refresh_token is missing")))?;
    let old = Handle::parse(text).ok_or_else(invalid)?;
    let mut tx = call.app.db.begin().await?;
    let presented = grants::by_refresh(&mut tx, realm.id(), &old.id, &old.hash).await?;
    let (grant, lost) = match presented {
        Presented::Current(grant) => (grant, false),
        Presented::Previous(grant, at) if now - at <= GRACE => (grant, true),
        Presented::Unknown => return Err(invalid()),
        Presented::Previous(..) | Presented::Reused(_) => {
            let owner = match presented {
                Presented::Reused(owner) => owner,
                Presented::Previous(grant, _) => grant.client_id,
                _ => String::new(),
            };
            // Only its own client can end a family: another one's guess must not.
            if owner == client.client_id {
                grants::revoke(&mut tx, realm.id(), &old.id).await?;
                tx.commit().await?;
                tracing::warn!(
                    insurer = realm.id(),
                    client = client.client_id,
                    "refresh token reused"
                );
            }
            return Err(invalid());
        }
    };
    let rule = Grant {
        client_id: grant.client_id.clone(),
        dpop_jkt: grant.detail.dpop_jkt.clone(),
        expires_at: grant.expires_at,
        ..Grant::default()
    };
    check_refresh(params, client, &rule, call.jkt(), now).map_err(refused)?;
    let widening = Code::InvalidScope.because("scope was not granted");
    let asked = params.value("scope").unwrap_or("").split(' ').filter(|s| !s.is_empty());
    let scopes = narrowed(&grant.detail.scopes, asked, widening).map_err(refused)?;
    // The policy of today holds: what the client may no longer have falls away.
    let scopes: Vec<String> = scopes.into_iter().filter(|s| client.scopes.contains(s)).collect();
    if !is_alive(&mut tx, realm, &grant.account_id).await? {
        grants::revoke(&mut tx, realm.id(), &old.id).await?;
        tx.commit().await?;
        return Err(invalid());
    }
    call.spend(&mut tx).await?;
    let mut content = access(realm, client, &grant, now);
    content.scope = scopes.join(" ");
    let resources = narrowed_resources(call, &grant.detail.resources)?;
    if !resources.is_empty() {
        content.aud = resources;
    }
    let next = if client.is_fapi() {
        old
    } else {
        let next = Handle::new(&grant.grant_id);
        let hashes = (old.hash.as_slice(), next.hash.as_slice());
        let done = if lost {
            grants::replace(&mut tx, realm.id(), &grant.grant_id, hashes).await?
        } else {
            grants::rotate(&mut tx, realm.id(), &grant.grant_id, hashes, now).await?
        };
        // Two requests at once with the same token: the slower one is a reuse within the grace,
        // and is told to try again rather than given a third token.
        if !done {
            return Err(invalid());
        }
        next
    };
    let response = tokens_of(call, &mut tx, &grant, content, Some(next.text), false).await?;
    tx.commit().await?;
    Ok(response)
}
