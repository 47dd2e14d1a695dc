//! The relying party: sends people to the identity provider and takes them back.

use crate::app::App;
use crate::plugins::data::class::DataClass;
use crate::provider::{Display, For, Registration, SignedIn};
use crate::session;
use crate::store::{members, sessions, signins};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use openidconnect::RedirectUrl;
use secret::{hash, random};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use web::look::{Action, is_own_path, see_other};
use web::{Error, Form, Page, Posted, cookies};

/// The provider's word for a level that somebody cannot reach (Unmet Authentication Requirements §3).
const UNMET: &str = "unmet_authentication_requirements";

/// Seconds that a login at the identity provider may take.
const SIGNIN_LIFETIME_SECS: i64 = 3600;

pub(super) fn registration(app: &App, visit: &Visit) -> Result<Registration, Error> {
    let definition = &visit.insurer.definition;
    let callback = format!("{}{}", app.settings.public_url, visit.path("callback"));
    Ok(Registration {
        issuer: definition.issuer.clone(),
        client_id: definition.client_id.clone(),
        redirect_url: RedirectUrl::new(callback)?,
    })
}

fn cookie_name(slug: &str) -> String {
    format!("signin-{slug}")
}

/// `GET /{insurer}/signin?to=…&for=…`: asks the identity provider, for the level of a class of data when
/// one is named; also for somebody who is signed in here: it knows whether that session still stands, and whether another person has signed in.
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
    let class = params.get("for").and_then(|word| DataClass::parse(word));
    let level = class.and_then(|class| visit.insurer.definition.levels.of(class));
    let registration = registration(&app, &visit)?;
    let secure = app.settings.secure();
    let browser = browser_secret(&visit, secure).unwrap_or_else(random::secret);
    let state = state(&browser, &random::secret());
    let display = Display { lang: &visit.look.lang, size: visit.look.size() };
    let begun = match app.providers.begin(&registration, &state, display, level).await {
        Ok(begun) => begun,
        Err(error) => {
            let why = error.text();
            tracing::warn!(insurer = visit.slug(), why, "the identity provider does not answer");
            return failed(&visit, "signin-failed", StatusCode::BAD_GATEWAY);
        }
    };
    let signin = signins::Signin {
        nonce: begun.nonce,
        pkce_verifier: begun.pkce_verifier,
        return_to: to,
        acr: level.map(|level| level.acr.clone()),
    };
    let hash = hash::sha256(&state);
    let mut tx = app.db.begin().await?;
    signins::insert(&mut tx, visit.slug(), &hash, &signin, app.clock.now() + SIGNIN_LIFETIME_SECS)
        .await?;
    tx.commit().await?;
    let mut response = see_other(begun.url.as_str());
    let cookie =
        cookies::set(&cookie_name(visit.slug()), &browser, Some(SIGNIN_LIFETIME_SECS), secure);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /{insurer}/callback`
pub async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let params: HashMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let state = params.get("state").cloned().unwrap_or_default();
    if !began_here(&visit, &state, app.settings.secure()) {
        return failed(&visit, "signin-failed", StatusCode::BAD_REQUEST);
    }
    let mut tx = app.db.begin().await?;
    let signin =
        signins::take(&mut tx, visit.slug(), &hash::sha256(&state), app.clock.now()).await?;
    tx.commit().await?;
    let definition = &visit.insurer.definition;
    // RFC 9207 §2.4: an answer of another issuer is not an answer to us, nor is one that does not
    // say whose it is when the provider always does.
    let right_issuer = match params.get("iss") {
        Some(iss) => *iss == definition.issuer,
        None => !app.providers.names_itself(&definition.issuer).await.unwrap_or(true),
    };
    let (Some(signin), true) = (signin, right_issuer) else {
        return failed(&visit, "signin-failed", StatusCode::BAD_REQUEST);
    };
    let Some(code) = params.get("code") else {
        if params.get("error").is_some_and(|error| error == UNMET) {
            return unmet(&visit);
        }
        return failed(&visit, "signin-cancelled", StatusCode::OK);
    };
    let registration = registration(&app, &visit)?;
    let secret = definition.secret(&app.sealer)?;
    let answered = match app.providers.redeem(&registration, secret, code, &signin).await {
        Ok(answered) => answered,
        Err(error) => {
            // Its addresses may have changed, too.
            app.providers.renew(&definition.issuer, For::SignIn).await.ok();
            if let Error::Fault(why) = error {
                tracing::warn!(insurer = visit.slug(), %why, "sign-in failed");
            }
            return failed(&visit, "signin-failed", StatusCode::BAD_GATEWAY);
        }
    };
    let SignedIn { member, email, id_token, sid, acr, auth_time } = answered;
    let now = app.clock.now();
    let secret = random::secret();
    let mut tx = app.db.begin().await?;
    let previous = sessions::note_login(&mut tx, visit.slug(), &member.sub, now).await?;
    let names = app.person_keys.of_member(visit.slug(), &member);
    let who = (visit.slug(), member.sub.as_str());
    members::note(&mut tx, who, email.as_deref(), &visit.look.lang, &names).await?;
    let session = sessions::Session {
        member,
        id_token,
        sid,
        acr,
        auth_time,
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
    let mut response = see_other(&signin.return_to);
    let headers = response.headers_mut();
    headers
        .append(header::SET_COOKIE, session::cookie(visit.slug(), &secret, app.settings.secure()));
    Ok(response)
}

/// The member has nothing with which the level could be reached; their own page at the provider says
/// how to get it.
fn unmet(visit: &Visit) -> Result<Response, Error> {
    let own = Action {
        label: visit.look.t("level-unmet-own", &[]),
        url: format!("{}/account", visit.insurer.definition.issuer),
        primary: true,
    };
    visit.look.notice_page(StatusCode::FORBIDDEN, "level-unmet", "info", vec![own])
}

/// What a browser holds while it signs in: one secret for all its tabs.
fn browser_secret(visit: &Visit, secure: bool) -> Option<String> {
    let cookie = cookies::value(&visit.headers, &cookie_name(visit.slug()), secure)?;
    (cookie.len() == 43).then(|| cookie.to_owned())
}

/// A state that only the browser of this secret could have begun.
fn state(browser: &str, nonce: &str) -> String {
    format!("{nonce}.{}", hash::s256(format!("{nonce}\n{browser}")))
}

/// Whether this browser began the sign-in (attack 37: login CSRF), in whichever tab.
fn began_here(visit: &Visit, given: &str, secure: bool) -> bool {
    let (Some(browser), Some((nonce, _))) = (browser_secret(visit, secure), given.split_once('.'))
    else {
        return false;
    };
    hash::equal(state(&browser, nonce), given)
}

fn failed(visit: &Visit, key: &str, status: StatusCode) -> Result<Response, Error> {
    let again = Action {
        label: visit.look.t("welcome-sign-in", &[]),
        url: visit.path("signin"),
        primary: true,
    };
    visit.look.notice_page(status, key, "warn", vec![again])
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
    let home = format!("{}/{slug}/", app.settings.public_url);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("post_logout_redirect_uri", &home).append_pair("state", "signed-out");
    if let Some(token) = visit.id_token() {
        query.append_pair("id_token_hint", token);
    }
    query.append_pair("client_id", &visit.insurer.definition.client_id);
    let target = format!("{}/logout?{}", visit.insurer.definition.issuer, query.finish());
    let mut response = see_other(&target);
    response.headers_mut().append(header::SET_COOKIE, session::forget(slug, app.settings.secure()));
    Ok(response)
}
