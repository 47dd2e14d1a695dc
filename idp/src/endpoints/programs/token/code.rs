//! `authorization_code`: a code becomes tokens, once.

use super::{Call, narrow, tokens_of};
use crate::endpoints::programs::refused;
use crate::ids::GrantId;
use crate::store::grants::{self, Redeemed};
use crate::tokens::issue::access;
use crate::tokens::{Refresh, SplitToken};
use axum::response::Response;
use oidc::client::GrantType;
use oidc::error::Code;
use oidc::token::{Grant, check_code};
use web::Error;

pub(super) async fn redeem(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &call.client, call.now);
    let invalid = || refused(Code::InvalidGrant.because("the code or token is not valid"));
    let code = oidc::token::code(&call.api.params).map_err(refused)?;
    let code = SplitToken::parse(code).ok_or_else(invalid)?;
    let grant_id = GrantId::new(&code.id);
    let mut tx = call.app.tools.db.begin().await?;
    let redeemed = grants::redeem(&mut tx, realm.id(), &grant_id, &code.hash, now).await?;
    let mut grant = match redeemed {
        Redeemed::First(grant) => grant,
        Redeemed::Unknown => return Err(invalid()),
        Redeemed::Again { client_id } => {
            // RFC 6749 §4.1.2: somebody has a copy of the code, so what it issued is revoked; but
            // no client ends what is another's.
            if client_id == client.client_id {
                grants::revoke(&mut tx, realm.id(), &grant_id).await?;
                tx.commit().await?;
            }
            tracing::warn!(insurer = %realm.id(), client = client.client_id, "code replayed");
            return Err(invalid());
        }
    };
    let detail = &grant.detail;
    let rule = Grant {
        client_id: grant.client_id.clone(),
        redirect_uri: detail.redirect_uri.clone(),
        code_challenge: detail.code_challenge.clone(),
        dpop_jkt: detail.dpop_jkt.clone(),
        expires_at: detail.code_expires_at,
    };
    if let Err(error) = check_code(&call.api.params, client, &rule, call.jkt(), now) {
        // The code stays used: a wrong verifier or address gives no second try.
        tx.commit().await?;
        return Err(refused(error));
    }
    let mut content = access(realm, client, &grant, now);
    if let Err(error) = narrow(call, &mut content, &grant) {
        tx.commit().await?;
        return Err(error);
    }
    call.spend(&mut tx).await?;
    let mut refresh_token = None;
    if client.may(GrantType::RefreshToken) {
        grant.generation = 1;
        grant.offline = grant.detail.scopes.iter().any(|scope| scope == "offline_access");
        grant.expires_at = now + Refresh::lifetime_secs(realm);
        // A public client's refresh token is bound to its key or certificate (RFC 9449 §5,
        // RFC 8705 §4).
        let holder = Some(&call.cnf).filter(|_| client.is_public());
        grant.detail.dpop_jkt = holder.and_then(|cnf| cnf.jkt.clone());
        grant.detail.x5t = holder.and_then(|cnf| cnf.x5t.clone());
        grants::keep(&mut tx, realm.id(), &grant).await?;
        refresh_token = Some(Refresh::of(&grant).text(realm));
    }
    let response = tokens_of(call, &mut tx, &grant, content, refresh_token, true).await?;
    tx.commit().await?;
    Ok(response)
}
