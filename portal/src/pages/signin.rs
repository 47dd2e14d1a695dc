//! Members sign in and out.

use super::door::{Answered, Door, Whose};
use crate::app::App;
use crate::plugins::ask::Unproved;
use crate::session;
use crate::store::{known_people, members, sessions};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::Response;
use secret::{hash, random};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use web::look::{is_own_path, see_other};
use web::{Error, Form, Page, Posted};

/// The members' door.
pub(super) fn door<'a>(app: &'a App, visit: &'a Visit) -> Door<'a> {
    let (insurer, look, headers) = (&visit.insurer, &visit.look, &visit.headers);
    Door { app, insurer, look, headers, whose: Whose::Member }
}

/// `GET /{insurer}/signin?to=…&for=…`: asks the identity provider, for the level of a class of data, or to show
/// again that it is them, when that is named; also for somebody who is signed in here: it knows whether that session still stands, and whether another person has signed in.
pub async fn signin(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let params: HashMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let home = visit.path("");
    let to = params.get("to").filter(|to| is_own_path(to)).cloned().unwrap_or(home);
    let lack = params.get("for").and_then(|word| Unproved::parse(word));
    let level = lack.and_then(|lack| visit.insurer.definition.levels.asked(lack));
    door(&app, &visit).begin(to, level.as_ref()).await
}

/// `GET /{insurer}/callback`
pub async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let answered = door(&app, &visit).answered(&query.unwrap_or_default()).await?;
    let (signed_in, return_to) = match answered {
        Answered::In(signed_in, to) => (signed_in, to),
        Answered::Out(page) => return Ok(page),
    };
    let member = signed_in.member();
    let member = member.ok_or_else(|| Error::fault("the provider tells no membership"))?;
    let now = app.clock.now();
    let secret = random::secret();
    let mut tx = app.db.begin().await?;
    let previous = sessions::note_login(&mut tx, visit.slug(), &member.sub, now).await?;
    let names = app.person_keys.of_member(visit.slug(), &member);
    let who = (visit.slug(), member.sub.as_str());
    let email = signed_in.email.as_deref();
    members::note(&mut tx, who, email, &visit.look.lang, &names).await?;
    for known in app.person_keys.known(visit.slug(), &member) {
        known_people::note(&mut tx, &app.sealer, visit.slug(), &known, now).await?;
    }
    let session = sessions::Session {
        member,
        id_token: signed_in.id_token,
        sid: signed_in.sid,
        acr: signed_in.acr,
        auth_time: signed_in.auth_time,
        previous_login_at: previous,
        seen_at: now,
        expires_at: now + session::LIFETIME_SECS,
    };
    sessions::insert(&mut tx, visit.slug(), &hash::sha256(&secret), &session).await?;
    // The one that this browser had is no use to anybody any more.
    if let Some(old) = session::secret(visit.slug(), &visit.headers, app.settings.secure()) {
        sessions::delete(&mut tx, visit.slug(), &hash::sha256(old)).await?;
    }
    tx.commit().await?;
    let mut response = see_other(&return_to);
    let headers = response.headers_mut();
    headers
        .append(header::SET_COOKIE, session::cookie(visit.slug(), &secret, app.settings.secure()));
    Ok(response)
}

/// Asks before signing out: the button is small, and beside others.
#[derive(Serialize)]
pub struct SignOut {
    pub form: Form,
}

impl Page for SignOut {
    const TEMPLATE: &'static str = "portal/sign_out.html";
    fn samples() -> Vec<Self> {
        vec![Self { form: Form::new("/minato/signout", &[]) }]
    }
}

/// `GET /{insurer}/signout`: asks whether to sign out (F081).
pub async fn ask_signout(visit: Visit) -> Result<Response, Error> {
    match visit.id_token() {
        Some(_) => visit.look.page(&SignOut { form: Form::new(visit.path("signout"), &[]) }),
        None => Ok(see_other(&visit.path(""))),
    }
}

/// `POST /{insurer}/signout`: ends the session here, then the one at the identity provider.
pub async fn signout(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let slug = visit.slug();
    if let Some(secret) = session::secret(slug, &visit.headers, app.settings.secure()) {
        let mut tx = app.db.begin().await?;
        sessions::delete(&mut tx, slug, &hash::sha256(secret)).await?;
        tx.commit().await?;
    }
    let target = door(&app, &visit).signout_url(&visit.path(""), visit.id_token())?;
    let mut response = see_other(&target);
    response.headers_mut().append(header::SET_COOKIE, session::forget(slug, app.settings.secure()));
    Ok(response)
}
