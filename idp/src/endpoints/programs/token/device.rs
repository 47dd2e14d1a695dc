//! `device_code`: a device asks until a person has decided (RFC 8628 §3.4, §3.5).

use super::{Call, first_refresh, refresh_lives, tokens_of};
use crate::endpoints::answer::access;
use crate::endpoints::device::INTERVAL;
use crate::endpoints::refused;
use crate::store::devices;
use crate::store::grants::{self, Grant};
use axum::response::Response;
use oidc::client::GrantType;
use oidc::error::Code;
use secret::{hash, random};
use web::Error;

pub(super) async fn poll(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &call.client, call.now);
    let code = call.api.params.value("device_code");
    let code = code.ok_or(refused(Code::InvalidRequest.because("device_code is missing")))?;
    let hash = hash::sha256(code);
    let mut tx = call.app.db.begin().await?;
    let found = devices::by_code(&mut tx, realm.id(), &hash).await?;
    let invalid = || refused(Code::InvalidGrant.because("the code or token is not valid"));
    let device = found.filter(|device| device.client_id == client.client_id);
    let device = device.ok_or_else(invalid)?;
    if device.expires_at <= now {
        return Err(refused(Code::ExpiredToken.because("the device code has expired")));
    }
    let account_id = match (device.state.as_str(), device.account_id) {
        ("allowed", Some(account_id)) => account_id,
        ("denied", _) => {
            return Err(refused(Code::AccessDenied.because("the member said no")));
        }
        _ => {
            let soon = now - device.polled_at < INTERVAL;
            devices::polled(&mut tx, realm.id(), &hash, now).await?;
            tx.commit().await?;
            return Err(refused(if soon {
                Code::SlowDown.because("wait longer between two requests")
            } else {
                Code::AuthorizationPending.because("the member has not decided yet")
            }));
        }
    };
    if !devices::take(&mut tx, realm.id(), &hash).await? {
        return Err(invalid());
    }
    call.spend(&mut tx).await?;
    let keeps = client.may(GrantType::RefreshToken);
    let lives = realm.definition.policy.protocol.access_token_minutes * 60;
    let mut grant = Grant {
        grant_id: random::id(),
        client_id: client.client_id.clone(),
        account_id,
        sid: String::new(),
        offline: true,
        detail: device.detail,
        expires_at: now + if keeps { refresh_lives(realm) } else { lives },
        generation: i64::from(keeps),
    };

    grant.detail.dpop_jkt = call.jkt().filter(|_| client.is_public()).map(str::to_owned);
    if !grants::insert(&mut tx, realm.id(), &grant, None, now).await? {
        return Err(invalid());
    }
    let content = access(realm, client, &grant, now);
    let refresh_token = keeps.then(|| first_refresh(realm, &grant));
    let response = tokens_of(call, &mut tx, &grant, content, refresh_token, false).await?;
    tx.commit().await?;
    Ok(response)
}
