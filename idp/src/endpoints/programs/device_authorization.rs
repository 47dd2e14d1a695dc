//! Devices without a keyboard ask for a code (RFC 8628 §3.1).

use super::extract::{self as api, Api};
use super::{json, refused};
use crate::app::App;
use crate::store::devices::{self, Device, State};
use crate::store::grants::Detail;
use axum::extract::State as FromState;
use axum::http::StatusCode;
use axum::response::Response;
use oidc::authorize::{authorization_details, resource};
use oidc::client::GrantType;
use oidc::error::Code;
use secret::{hash, random};
use serde_json::json;
use std::sync::Arc;
use web::Error;

/// Seconds between two questions of a device.
pub const INTERVAL_SECS: i64 = 5;
/// Seconds that a code lives.
const LIFETIME_SECS: i64 = 900;
/// Letters that are not mixed up, and make no words (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// `POST /{insurer}/device_authorization`
pub async fn post(FromState(app): FromState<Arc<App>>, api: Api) -> Result<Response, Error> {
    let realm = &*api.realm;
    let client = api::authenticate(&app, &api, "device_authorization").await?;
    if !client.may(GrantType::DeviceCode) {
        let why = "the client is not registered for this grant_type";
        return Err(refused(Code::UnauthorizedClient.because(why)));
    }
    let scopes = oidc::scope::granted(api.params.value("scope").unwrap_or(""), &client.scopes);
    if scopes.is_empty() {
        let why = "scope has nothing that this client may ask for";
        return Err(refused(Code::InvalidScope.because(why)));
    }
    let details = api.params.value("authorization_details");
    let now = app.now();
    let device_code = random::secret();
    let mut device = Device {
        device_hash: hash::sha256(&device_code),
        user_code: String::new(),
        client_id: client.client_id.clone(),
        detail: Detail {
            scopes,
            resources: resource::resources(&api.params, &client).map_err(refused)?,
            authorization_details: authorization_details::parse(details, &client)
                .map_err(refused)?,
            ..Detail::default()
        },
        state: State::Waiting,
        account_id: None,
        polled_at: 0,
        expires_at: now + LIFETIME_SECS,
    };
    let mut tx = app.tools.db.begin().await?;
    // 20^8 codes: a second one that is in use already is rare, a third never happens.
    for _ in 0..3 {
        device.user_code = user_code();
        if devices::insert(&mut tx, realm.id(), &device).await? {
            tx.commit().await?;
            let page = realm.endpoint("device", false);
            let body = json!({
                "device_code": device_code,
                "user_code": device.user_code,
                "verification_uri": page,
                "verification_uri_complete": format!("{page}?user_code={}", device.user_code),
                "expires_in": LIFETIME_SECS,
                "interval": INTERVAL_SECS,
            });
            return Ok(json(StatusCode::OK, &body));
        }
    }
    Err(Error::BUSY)
}

fn user_code() -> String {
    // 240 is the largest multiple of 20 below 256: no letter is likelier than another.
    let mut letters = Vec::new();
    while letters.len() < 8 {
        let fair = random::bytes(16).into_iter().filter(|byte| *byte < 240);
        letters.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte % 20)])));
    }
    let text: String = letters.into_iter().take(8).collect();
    format!("{}-{}", &text[..4], &text[4..])
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, user_code};

    #[test]
    fn a_code_is_eight_letters_in_two_groups() {
        let code = user_code();
        assert_eq!((code.len(), code.find('-')), (9, Some(4)));
        assert!(code.bytes().filter(|b| *b != b'-').all(|b| LETTERS.contains(&b)), "{code}");
    }
}
