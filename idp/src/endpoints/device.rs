//! Devices without a keyboard (RFC 8628): the device gets a code, the person types it in a browser
//! and decides.

use super::api::{self, Api};
use super::{json, refused};
use crate::app::App;
use crate::clients;
use crate::realm::Realm;
use crate::session;
use crate::store::devices::{self, Device};
use crate::store::grants::Detail;
use crate::store::{accounts, attempts, consents};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use db::Conn;
use oidc::Params;
use oidc::authorize::{authorization_details, resource};
use oidc::client::GrantType;
use oidc::error::Code;
use secret::{hash, random};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// Seconds between two questions of a device.
pub const INTERVAL: i64 = 5;
/// Seconds that a code lives.
const LIVES: i64 = 900;
/// Letters that are not mixed up, and make no words (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Wrong codes of one signed-in person in a quarter of an hour (RFC 8628 §5.1).
const WRONG: i64 = 20;

/// Asks for the code that the device shows.
#[derive(Serialize)]
pub struct DeviceCode {
    pub form: Form,
}

impl Page for DeviceCode {
    const TEMPLATE: &'static str = "idp/device.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/device", &["user_code"]);
            if wrong {
                form.mistake("user_code", "コードが違います。".into());
            }
            Self { form }
        };
        vec![sample(false), sample(true)]
    }
}

/// Asks whether the device may have what it wants.
#[derive(Serialize)]
pub struct DeviceConfirm {
    pub form: Form,
    pub client_name: String,
    pub user_code: String,
    pub learns: Vec<String>,
    pub user_name: String,
}

impl Page for DeviceConfirm {
    const TEMPLATE: &'static str = "idp/device_confirm.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            form: Form::new("/minato/device?user_code=BCDF-GHJK", &[]),
            client_name: "健康テレビ".into(),
            user_code: "BCDF-GHJK".into(),
            learns: vec!["メールアドレス".into()],
            user_name: "hanako79".into(),
        }]
    }
}

/// `POST /{insurer}/device_authorization`
pub async fn begin(State(app): State<Arc<App>>, api: Api) -> Result<Response, Error> {
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
        state: "waiting".into(),
        account_id: None,
        polled_at: 0,
        expires_at: now + LIVES,
    };
    let mut tx = app.db.begin().await?;
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
                "expires_in": LIVES,
                "interval": INTERVAL,
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

/// What was typed, in the form in which codes are kept: small letters and missing dashes are
/// fine.
fn normal(text: &str) -> String {
    let letters: String = handover::card::match_form(text)
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_uppercase();
    if letters.len() == 8 { format!("{}-{}", &letters[..4], &letters[4..]) } else { letters }
}

/// `GET /{insurer}/device`: asks for the code, or with a code for the decision.
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    let Some(session) = session::find(&app, &visit.realm, &visit.headers).await? else {
        let code = params.value("user_code").map(normal).unwrap_or_default();
        return crate::journeys::page::begin_then(
            &app,
            &visit,
            &format!("device?user_code={code}"),
        )
        .await;
    };
    match params.value("user_code") {
        None => draw(&visit, None),
        Some(typed) => confirm(&app, &visit, &normal(typed), &session.account_id).await,
    }
}

fn draw(visit: &Visit, wrong: Option<&str>) -> Result<Response, Error> {
    let mut form = Form::new(visit.path("device"), &["user_code"]);
    if let Some(typed) = wrong {
        form.values.insert("user_code".into(), typed.to_owned());
        form.mistake("user_code", visit.look.t("error-device-code", &[]));
    }
    visit.look.page(&DeviceCode { form })
}

/// The waiting device of a code. A wrong one counts against the person who typed it, and after
/// some nobody looks any more (RFC 8628 §5.1).
async fn waiting(
    conn: &mut Conn,
    realm: &Realm,
    user_code: &str,
    account_id: &str,
    now: i64,
) -> Result<Option<Device>, Error> {
    let bucket = format!("device:{account_id}");
    if attempts::so_far(conn, realm.id(), &bucket, now).await? >= WRONG {
        return Err(Error::Shown(StatusCode::TOO_MANY_REQUESTS));
    }
    let device = devices::by_user_code(conn, realm.id(), user_code, now).await?;
    if device.is_none() {
        attempts::count(conn, realm.id(), &bucket, 900, now).await?;
    }
    Ok(device)
}

async fn confirm(
    app: &App,
    visit: &Visit,
    user_code: &str,
    account_id: &str,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let mut tx = app.db.begin().await?;
    let Some(device) = waiting(&mut tx, realm, user_code, account_id, app.now()).await? else {
        tx.commit().await?;
        return draw(visit, Some(user_code));
    };
    let client = clients::find(&mut tx, realm, &device.client_id).await?;
    let client = client.ok_or(Error::NOT_FOUND)?;
    let account = accounts::by_id(&mut tx, realm.id(), account_id).await?;
    let user_name = account.map(|account| account.user_id).unwrap_or_default();
    let action = visit.path(&format!("device?user_code={}", device.user_code));
    visit.look.page(&DeviceConfirm {
        form: Form::new(action, &[]),
        client_name: client.name_in(&visit.look.lang).to_owned(),
        user_code: device.user_code,
        learns: {
            let mut learns = super::consents::learns(&visit.look, &device.detail.scopes);
            learns.extend(device.detail.authorization_details.iter().map(super::consents::detail));
            learns
        },
        user_name,
    })
}

/// `POST /{insurer}/device`: the code without a decision, or the decision.
pub async fn submit(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let Some(session) = session::find(&app, realm, &visit.headers).await? else {
        return Ok(see_other(&visit.path("device")));
    };
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    let decision = posted.value("decision");
    let Some(user_code) = params.value("user_code").map(normal).filter(|_| !decision.is_empty())
    else {
        let typed = normal(posted.value("user_code"));
        return Ok(see_other(&visit.path(&format!("device?user_code={typed}"))));
    };
    let mut tx = app.db.begin().await?;
    let account = &session.account_id;
    let gone =
        |visit: &Visit| visit.look.notice_page(StatusCode::OK, "device-gone", "warn", Vec::new());
    let Some(mut device) = waiting(&mut tx, realm, &user_code, account, app.now()).await? else {
        tx.commit().await?;
        return gone(&visit);
    };
    let allow = decision == "allow";
    device.state = if allow { "allowed" } else { "denied" }.into();
    device.account_id = Some(session.account_id.clone());
    device.detail.auth_time = session.auth_time;
    device.detail.acr = realm.acr(&session.proofs);
    device.detail.amr = vec!["pwd".into()];
    if !devices::decide(&mut tx, realm.id(), &device).await? {
        return gone(&visit);
    }
    if allow {
        // Listed among the services that the member allowed, so that it can be withdrawn.
        let client_id = device.client_id.clone();
        let mut scopes = consents::scopes(&mut tx, realm.id(), account, &client_id).await?;
        scopes.extend(
            device
                .detail
                .scopes
                .iter()
                .filter(|s| !scopes.contains(s))
                .cloned()
                .collect::<Vec<_>>(),
        );
        let consent = consents::Consent { client_id, scopes, granted_at: app.now() };
        consents::put(&mut tx, realm.id(), account, &consent).await?;
    }
    tx.commit().await?;
    let (key, kind) = if allow { ("device-done", "success") } else { ("device-denied", "info") };
    visit.look.notice_page(StatusCode::OK, key, kind, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::{normal, user_code};

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = user_code();
        assert_eq!(code.len(), 9);
        assert_eq!(normal(&code.to_lowercase().replace('-', " ")), code);
        assert_eq!(normal("ｂｃｄｆ－ＧＨＪＫ"), "BCDF-GHJK");
        assert_eq!(normal("x1"), "X");
    }
}
