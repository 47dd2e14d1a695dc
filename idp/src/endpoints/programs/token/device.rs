//! `device_code`: a device asks until a person has decided (RFC 8628 §3.4, §3.5).

use super::{Call, tokens_of};
use crate::authorization::grant;
use crate::endpoints::programs::device_authorization::INTERVAL_SECS;
use crate::endpoints::programs::refused;
use crate::store::devices::{self, State};
use crate::tokens::Refresh;
use crate::tokens::issue::access;
use axum::response::Response;
use oidc::error::Code;
use secret::hash;
use web::Error;

pub(super) async fn poll(call: &Call<'_>) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &call.client, call.now);
    let code = call.api.params.value("device_code");
    let code = code.ok_or(refused(Code::InvalidRequest.because("device_code is missing")))?;
    let hash = hash::sha256(code);
    let mut tx = call.app.tools.db.begin().await?;
    let found = devices::by_code(&mut tx, realm.id(), &hash).await?;
    let invalid = || refused(Code::InvalidGrant.because("the code or token is not valid"));
    let device = found.filter(|device| device.client_id == client.client_id);
    let device = device.ok_or_else(invalid)?;
    if device.expires_at <= now {
        return Err(refused(Code::ExpiredToken.because("the device code has expired")));
    }
    match device.state {
        State::Allowed => {}
        State::Denied => {
            return Err(refused(Code::AccessDenied.because("the member said no")));
        }
        State::Waiting => {
            let soon = now - device.polled_at < INTERVAL_SECS;
            devices::polled(&mut tx, realm.id(), &hash, now).await?;
            tx.commit().await?;
            return Err(refused(if soon {
                Code::SlowDown.because("wait longer between two requests")
            } else {
                Code::AuthorizationPending.because("the member has not decided yet")
            }));
        }
    }
    if !devices::take(&mut tx, realm.id(), &hash).await? {
        return Err(invalid());
    }
    call.spend(&mut tx).await?;
    let granted = grant::for_device(&mut tx, realm, client, device, &call.cnf, now).await?;
    let grant = granted.ok_or_else(invalid)?;
    let content = access(realm, client, &grant, now);
    let refresh_token = (grant.generation > 0).then(|| Refresh::of(&grant).text(realm));
    let response = tokens_of(call, &mut tx, &grant, content, refresh_token, false).await?;
    tx.commit().await?;
    Ok(response)
}
