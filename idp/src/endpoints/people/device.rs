//! A person types the code of a device without a keyboard, and decides (RFC 8628 §3.3).

use crate::app::App;
use crate::authorization::consent::{detail, learns};
use crate::authorization::grant::login_detail;
use crate::ids::AccountId;
use crate::journeys::begin::sign_in_for;
use crate::realm::Realm;
use crate::session;
use crate::store::attempts::{self, Bucket, Limit};
use crate::store::devices::{self, Device, State as Decision};
use crate::store::grants::Detail;
use crate::store::{accounts, consents};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use db::Tx;
use oidc::Params;
use serde::Serialize;
use std::sync::Arc;
use web::look::{Action, see_other};
use web::{Error, Form, Page, Posted};

/// Wrong codes of one signed-in person (RFC 8628 §5.1).
const WRONG_CODES: Limit = Limit::new(20, 900);

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
            user_name: "港　花子".into(),
        }]
    }
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

/// The query of the page after a decision, so that loading it again decides nothing.
const DECIDED: &str = "decided";

/// Key and kind of the notice about a decision, and where to go on: label and page.
fn said(word: &str) -> Option<(&'static str, &'static str, (&'static str, &'static str))> {
    let again = ("device-again", "device");
    match word {
        "allow" => Some(("device-done", "success", ("consents-title", "consents"))),
        "deny" => Some(("device-denied", "info", again)),
        "late" => Some(("device-gone", "warn", again)),
        _ => None,
    }
}

/// `GET /{insurer}/device`: asks for the code, or with a code for the decision.
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    if let Some((key, kind, (label, below))) = params.value(DECIDED).and_then(said) {
        let on = Action { label: visit.look.t(label, &[]), url: visit.path(below), primary: false };
        return visit.look.notice_page(StatusCode::OK, key, kind, vec![on]);
    }
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        let code = params.value("user_code").map(normal).unwrap_or_default();
        return sign_in_for(&visit, &format!("device?user_code={code}"));
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
    tx: &mut Tx,
    realm: &Realm,
    user_code: &str,
    account: &AccountId,
    now: i64,
) -> Result<Option<Device>, Error> {
    let bucket = Bucket::device(account);
    if attempts::take(tx, realm.id(), &bucket, WRONG_CODES, now).await?.is_none() {
        return Err(Error::Shown(StatusCode::TOO_MANY_REQUESTS));
    }
    let device = devices::by_user_code(tx, realm.id(), user_code, now).await?;
    if device.is_some() {
        attempts::give_back(tx, realm.id(), &bucket).await?;
    }
    Ok(device)
}

async fn confirm(
    app: &App,
    visit: &Visit,
    user_code: &str,
    account_id: &AccountId,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let mut tx = app.tools.db.begin().await?;
    let Some(device) = waiting(&mut tx, realm, user_code, account_id, visit.now).await? else {
        tx.commit().await?;
        return draw(visit, Some(user_code));
    };
    let client = app.clients.find(&mut tx, realm, &device.client_id).await?;
    let client = client.ok_or(Error::NOT_FOUND)?;
    let user_name = accounts::display_name(&mut tx, realm.id(), account_id).await?;
    let action = visit.path(&format!("device?user_code={}", device.user_code));
    visit.look.page(&DeviceConfirm {
        form: Form::new(action, &[]),
        client_name: client.name_in(&visit.look.lang).to_owned(),
        user_code: device.user_code,
        learns: {
            let mut learns = learns(&visit.look, &device.detail.scopes);
            learns.extend(device.detail.authorization_details.iter().map(detail));
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
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return Ok(see_other(&visit.path("device")));
    };
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    let decision = posted.value("decision");
    let Some(user_code) = params.value("user_code").map(normal).filter(|_| !decision.is_empty())
    else {
        let typed = normal(posted.value("user_code"));
        return Ok(see_other(&visit.path(&format!("device?user_code={typed}"))));
    };
    let mut tx = app.tools.db.begin().await?;
    let account = &session.account_id;
    let decided = |word: &str| Ok(see_other(&visit.path(&format!("device?{DECIDED}={word}"))));
    let Some(mut device) = waiting(&mut tx, realm, &user_code, account, visit.now).await? else {
        tx.commit().await?;
        return decided("late");
    };
    let allow = decision == "allow";
    device.state = if allow { Decision::Allowed } else { Decision::Denied };
    device.account_id = Some(session.account_id.clone());
    let Detail { auth_time, acr, amr, .. } = login_detail(realm, &session, &[], visit.now);
    device.detail = Detail { auth_time, acr, amr, ..device.detail };
    if !devices::decide(&mut tx, realm.id(), &device).await? {
        return decided("late");
    }
    if allow {
        // Listed among the services that the member allowed, so that it can be withdrawn.
        let (client_id, scopes) = (&device.client_id, &device.detail.scopes);
        consents::widen(&mut tx, realm.id(), account, client_id, scopes, visit.now).await?;
    }
    tx.commit().await?;
    decided(if allow { "allow" } else { "deny" })
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        assert_eq!(normal("bcdf ghjk"), "BCDF-GHJK");
        assert_eq!(normal("ｂｃｄｆ－ＧＨＪＫ"), "BCDF-GHJK");
        assert_eq!(normal("x1"), "X");
    }
}
