//! RP-initiated logout: ends the session here and sends the person back.

use crate::app::App;
use crate::session;
use crate::store::sessions;
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use oidc::logout::{After, after};
use oidc::{Client, Params};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use web::look::see;
use web::{Error, Form, Page, Posted};

/// Asks before signing out, when no client's ID token shows that the person wants it.
#[derive(Serialize)]
pub struct Logout {
    pub form: Form,
    pub user_name: String,
}

impl Page for Logout {
    const TEMPLATE: &'static str = "idp/logout.html";
    fn samples() -> Vec<Self> {
        vec![Self { form: Form::new("/minato/logout", &[]), user_name: "hanako79".into() }]
    }
}

/// `GET /{insurer}/logout`
pub async fn get(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let query = query.unwrap_or_default();
    let Ok(params) = Params::parse(&query) else {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    };
    let hint = hint(&visit, &params);
    let session = session::find(&app, realm, &visit.headers).await?;
    let Some(session) = session else {
        return signed_out(&app, &visit, &params, hint.as_ref());
    };
    // The hint is of this very session: the person pressed "sign out" at the client.
    let same = hint.as_ref().is_some_and(|(_, claims)| {
        claims["sub"] == session.account_id.as_str() && claims["sid"] == session.sid.as_str()
    });
    if !same {
        let account = crate::store::accounts::by_id(
            &mut app.db.read().await?,
            realm.id(),
            &session.account_id,
        )
        .await?;
        let form = Form::new(visit.path(&format!("logout?{}", params.to_query())), &[]);
        let user_name = account.map(|account| account.user_id).unwrap_or_default();
        let mut look = visit.look.clone();
        look.form_origin = params
            .value("post_logout_redirect_uri")
            .and_then(crate::journeys::steps::password::origin);
        return look.page(&Logout { form, user_name });
    }
    end(&app, &visit, &session.sid).await?;
    signed_out(&app, &visit, &params, hint.as_ref())
}

/// `POST /{insurer}/logout`: the person confirmed.
pub async fn post(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Ok(params) = Params::parse(&query.unwrap_or_default()) else {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    };
    if let Some(session) = session::find(&app, &visit.realm, &visit.headers).await? {
        end(&app, &visit, &session.sid).await?;
    }
    let hint = hint(&visit, &params);
    signed_out(&app, &visit, &params, hint.as_ref())
}

async fn end(app: &App, visit: &Visit, sid: &str) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    sessions::end(&mut tx, visit.realm.id(), sid).await?;
    tx.commit().await?;
    Ok(())
}

/// The client and the claims of a hint that this insurer signed. Its age does not matter (RP-
/// Initiated Logout §2), its signature, issuer and audience do.
fn hint<'v>(visit: &'v Visit, params: &Params) -> Option<(&'v Client, Value)> {
    let token = params.value("id_token_hint")?;
    let claims = visit.realm.keys.iter().find_map(|key| key.verify(token))?;
    if claims["iss"] != visit.realm.issuer.as_str() {
        return None;
    }
    let client = visit.realm.definition.clients.get(claims["aud"].as_str()?)?;
    let named = params.value("client_id");
    named.is_none_or(|named| named == client.client_id).then_some((client, claims))
}

fn signed_out(
    app: &App,
    visit: &Visit,
    params: &Params,
    hint: Option<&(&Client, Value)>,
) -> Result<Response, Error> {
    let client = hint.map(|(client, _)| *client);
    let uri = params.value("post_logout_redirect_uri");
    let mut response = match after(client, uri) {
        After::Redirect { uri } => {
            let mut target = uri.to_owned();
            if let Some(state) = params.value("state") {
                let sign = if uri.contains('?') { '&' } else { '?' };
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                target = format!("{uri}{sign}{}", query.append_pair("state", state).finish());
            }
            see(&target)
        }
        After::Stay => {
            visit.look.told(StatusCode::OK, "signed-out", "success", visit.beginnings())?
        }
    };
    let cookie = session::forget(&visit.realm, app.settings.secure());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
