//! Staff sign in and out, each time written down.

use crate::app::App;
use crate::insurers::definition::Level;
use crate::pages::door::{Answered, Door, Whose, logout_answer};
use crate::pages::signin::SignOut;
use crate::staff::{self, Colleague, StaffVisit};
use crate::store::staff_record::Act;
use crate::store::staff_sessions::{self, StaffSession};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use secret::{hash, random};
use std::sync::Arc;
use web::look::{Action, is_own_path, see_other};
use web::{Error, Form, Posted};

fn door<'a>(app: &'a App, visit: &'a StaffVisit) -> Door<'a> {
    let (insurer, look, headers) = (&visit.insurer, &visit.look, &visit.headers);
    Door { app, insurer, look, headers, whose: Whose::Staff }
}

/// `GET /{insurer}/staff/signin?to=…`: asks the provider, always for the level of staff.
pub async fn signin(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let home = visit.path("");
    let to = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = to.map(|(_, to)| to.into_owned());
    let own = |to: &String| is_own_path(to) && (*to == home || to.starts_with(&format!("{home}/")));
    let to = to.filter(own).unwrap_or(home.clone());
    let level = Level { acr: Some(visit.staff()?.acr.clone()), max_age_minutes: None };
    door(&app, &visit).begin(to, Some(&level)).await
}

/// `GET /{insurer}/staff/callback`
pub async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let answered = door(&app, &visit).answered(&query.unwrap_or_default()).await?;
    let (signed_in, return_to) = match answered {
        Answered::In(signed_in, to) => (signed_in, to),
        Answered::Out(page) => return Ok(page),
    };
    let staff = visit.staff()?;
    let roles = signed_in.staff.as_ref().and_then(|roles| roles.get(visit.slug()));
    let roles = roles.cloned().unwrap_or_default();
    let rights = staff.rights(&roles);
    let secure = app.settings.secure();
    // The session that this browser had is no use to anybody any more.
    let old = staff::secret(visit.slug(), &visit.headers, secure).map(hash::sha256);
    if !rights.any() {
        if let Some(old) = old {
            let mut tx = app.db.begin().await?;
            staff_sessions::delete(&mut tx, visit.slug(), &old).await?;
            tx.commit().await?;
        }
        let out = Action {
            label: visit.look.t("sign-out-submit", &[]),
            url: door(&app, &visit).signout_url(&visit.path(""), Some(&signed_in.id_token))?,
            primary: true,
        };
        let status = StatusCode::FORBIDDEN;
        return visit.look.notice_page(status, "staff-no-role", "info", vec![out]);
    }
    // Without it the provider could not end the session here.
    let sid = signed_in.sid.ok_or_else(|| Error::fault("the provider names no session (sid)"))?;
    let now = app.clock.now();
    let secret = random::secret();
    let session = StaffSession {
        sub: signed_in.sub,
        name: signed_in.name,
        roles,
        id_token: signed_in.id_token,
        sid: Some(sid),
        seen_at: now,
        expires_at: now + staff::LIFETIME_SECS,
    };
    let mut tx = app.db.begin().await?;
    staff_sessions::insert(&mut tx, visit.slug(), &hash::sha256(&secret), &session).await?;
    if let Some(old) = old {
        staff_sessions::delete(&mut tx, visit.slug(), &old).await?;
    }
    let colleague = Colleague { session: &session, rights };
    colleague.note(&mut tx, &visit, Act::SignedIn, ("", "")).await?;
    tx.commit().await?;
    let mut response = see_other(&return_to);
    let cookie = staff::cookie(visit.slug(), &secret, secure);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /{insurer}/staff/signout`: asks whether to sign out.
pub async fn ask_signout(visit: StaffVisit) -> Result<Response, Error> {
    match visit.session() {
        Some(_) => visit.look.page(&SignOut { form: Form::new(visit.path("signout"), &[]) }),
        None => Ok(see_other(&visit.path(""))),
    }
}

/// `POST /{insurer}/staff/signout`: ends the session here, then the one at the provider.
pub async fn signout(
    State(app): State<Arc<App>>,
    visit: StaffVisit,
    _: Posted,
) -> Result<Response, Error> {
    let (slug, secure) = (visit.slug(), app.settings.secure());
    if let (Some(secret), Some(session)) =
        (staff::secret(slug, &visit.headers, secure), visit.session())
    {
        let rights = visit.staff()?.rights(&session.roles);
        let mut tx = app.db.begin().await?;
        staff_sessions::delete(&mut tx, slug, &hash::sha256(secret)).await?;
        Colleague { session, rights }.note(&mut tx, &visit, Act::SignedOut, ("", "")).await?;
        tx.commit().await?;
    }
    let id_token = visit.session().map(|session| session.id_token.as_str());
    let target = door(&app, &visit).signout_url(&visit.path(""), id_token)?;
    let mut response = see_other(&target);
    response.headers_mut().append(header::SET_COOKIE, staff::forget(slug, secure));
    Ok(response)
}

/// `POST /{insurer}/staff/backchannel-logout`: a logout token that the provider of staff signed.
pub async fn logout(
    State(app): State<Arc<App>>,
    visit: StaffVisit,
    body: String,
) -> Result<Response, Error> {
    let ended = door(&app, &visit).ended(&body).await?;
    match &ended {
        Some(sid) => {
            let mut tx = app.db.begin().await?;
            staff_sessions::end(&mut tx, visit.slug(), sid).await?;
            tx.commit().await?;
        }
        None => tracing::info!(insurer = visit.slug(), "a logout token for staff was refused"),
    }
    Ok(logout_answer(ended.is_some()))
}
