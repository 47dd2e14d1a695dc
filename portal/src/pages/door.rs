//! Signing in at a provider: sent there, taken back, and told when a session has ended there. Members come by
//! one door, staff by another, each at a provider of its own.

use crate::app::App;
use crate::insurers::Insurer;
use crate::insurers::definition::Level;
use crate::insurers::relying::Relying;
use crate::provider::{Display, For, Registration, SignedIn};
use crate::store::signins;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use openidconnect::RedirectUrl;
use secret::{hash, random};
use std::collections::HashMap;
use web::look::{Action, see_other};
use web::{Error, Look, cookies};

/// The provider's word for a level that somebody cannot reach (Unmet Authentication Requirements §3).
const UNMET: &str = "unmet_authentication_requirements";

/// Seconds that a login at the identity provider may take.
const LIFETIME_SECS: i64 = 3600;

/// Who comes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Member,
    Staff,
}

/// One insurer's door.
#[derive(Clone, Copy)]
pub(super) struct Door<'a> {
    pub app: &'a App,
    pub insurer: &'a Insurer,
    pub look: &'a Look,
    pub headers: &'a HeaderMap,
    pub whose: Whose,
}

/// How somebody came back.
pub(super) enum Answered {
    /// Who it is, and where they wanted to go.
    In(Box<SignedIn>, String),
    /// They are not in: this page says why.
    Out(Response),
}

impl<'a> Door<'a> {
    fn slug(&self) -> &'a str {
        &self.insurer.brand.slug
    }

    fn relying(&self) -> Result<&'a Relying, Error> {
        let definition = &self.insurer.definition;
        match self.whose {
            Whose::Member => Ok(&definition.signin),
            Whose::Staff => {
                definition.staff.as_ref().map(|staff| &staff.signin).ok_or(Error::NOT_FOUND)
            }
        }
    }

    fn secret(&self) -> Result<String, Error> {
        let (definition, sealer) = (&self.insurer.definition, &self.app.sealer);
        match self.whose {
            Whose::Member => definition.secret(sealer),
            Whose::Staff => definition.staff_secret(sealer),
        }
    }

    /// A path behind it: `/minato/callback`, `/minato/staff/callback`.
    fn path(&self, below: &str) -> String {
        match self.whose {
            Whose::Member => format!("/{}/{below}", self.slug()),
            Whose::Staff => format!("/{}/staff/{below}", self.slug()),
        }
    }

    fn registration(&self) -> Result<Registration, Error> {
        let relying = self.relying()?;
        let callback = format!("{}{}", self.app.settings.public_url, self.path("callback"));
        Ok(Registration {
            issuer: relying.issuer.clone(),
            client_id: relying.client_id.clone(),
            redirect_url: RedirectUrl::new(callback)?,
            scopes: match self.whose {
                Whose::Member => &["profile", "email", "membership"],
                Whose::Staff => &["profile", "email", "staff"],
            },
        })
    }

    /// To the provider, and then back to a page of ours.
    pub async fn begin(&self, to: String, level: Option<&Level>) -> Result<Response, Error> {
        let Self { app, look, .. } = self;
        let secure = app.settings.secure();
        let browser = self.browser_secret().unwrap_or_else(random::secret);
        let state = state(&browser, &random::secret());
        let display = Display { lang: &look.lang, size: look.size() };
        let begun = match app.providers.begin(&self.registration()?, &state, display, level).await {
            Ok(begun) => begun,
            Err(error) => {
                let (insurer, why) = (self.slug(), error.text());
                tracing::warn!(insurer, why, "the identity provider does not answer");
                return self.failed("signin-failed", StatusCode::BAD_GATEWAY);
            }
        };
        let signin = signins::Signin {
            nonce: begun.nonce,
            pkce_verifier: begun.pkce_verifier,
            return_to: to,
            acr: level.and_then(|level| level.acr.clone()),
        };
        let expires_at = app.clock.now() + LIFETIME_SECS;
        let mut tx = app.db.begin().await?;
        signins::insert(&mut tx, self.slug(), &self.key(&state), &signin, expires_at).await?;
        tx.commit().await?;
        let mut response = see_other(begun.url.as_str());
        let cookie = cookies::set(&self.cookie_name(), &browser, Some(LIFETIME_SECS), secure);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    }

    /// Back from the provider.
    pub async fn answered(&self, query: &str) -> Result<Answered, Error> {
        let app = self.app;
        let params: HashMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let state = params.get("state").cloned().unwrap_or_default();
        if !self.began_here(&state) {
            return self.failed("signin-failed", StatusCode::BAD_REQUEST).map(Answered::Out);
        }
        let mut tx = app.db.begin().await?;
        let signin =
            signins::take(&mut tx, self.slug(), &self.key(&state), app.clock.now()).await?;
        tx.commit().await?;
        let issuer = &self.relying()?.issuer;
        // RFC 9207 §2.4: an answer of another issuer is not an answer to us, nor is one that does not
        // say whose it is when the provider always does.
        let right_issuer = match params.get("iss") {
            Some(iss) => iss == issuer,
            None => !app.providers.names_itself(issuer).await.unwrap_or(true),
        };
        let (Some(signin), true) = (signin, right_issuer) else {
            return self.failed("signin-failed", StatusCode::BAD_REQUEST).map(Answered::Out);
        };
        let Some(code) = params.get("code") else {
            if params.get("error").is_some_and(|error| error == UNMET) {
                return self.unmet().map(Answered::Out);
            }
            return self.failed("signin-cancelled", StatusCode::OK).map(Answered::Out);
        };
        let (registration, secret) = (self.registration()?, self.secret()?);
        match app.providers.redeem(&registration, secret, code, &signin).await {
            Ok(signed_in) => Ok(Answered::In(Box::new(signed_in), signin.return_to)),
            Err(error) => {
                // Its addresses may have changed, too.
                app.providers.renew(issuer, For::SignIn).await.ok();
                if let Error::Fault(why) = error {
                    tracing::warn!(insurer = self.slug(), %why, "sign-in failed");
                }
                self.failed("signin-failed", StatusCode::BAD_GATEWAY).map(Answered::Out)
            }
        }
    }

    /// The session that a logout token says has ended at the provider.
    pub async fn ended(&self, body: &str) -> Result<Option<String>, Error> {
        let mut fields = url::form_urlencoded::parse(body.as_bytes());
        let token = fields.find(|(name, _)| name == "logout_token");
        let Some((_, token)) = token else { return Ok(None) };
        let (registration, now) = (self.registration()?, self.app.clock.now());
        Ok(self.app.providers.ended_session(&registration, &token, now).await)
    }

    /// Where the session at the provider is ended, and then back to a page of ours.
    pub fn signout_url(&self, home: &str, id_token: Option<&str>) -> Result<String, Error> {
        let relying = self.relying()?;
        let home = format!("{}{home}", self.app.settings.public_url);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("post_logout_redirect_uri", &home).append_pair("state", "signed-out");
        if let Some(token) = id_token {
            query.append_pair("id_token_hint", token);
        }
        query.append_pair("client_id", &relying.client_id);
        Ok(format!("{}/logout?{}", relying.issuer, query.finish()))
    }

    /// They have nothing with which the level could be reached; their own page at the provider says how to
    /// get it.
    fn unmet(&self) -> Result<Response, Error> {
        let own = Action {
            label: self.look.t("level-unmet-own", &[]),
            url: format!("{}/account", self.relying()?.issuer),
            primary: true,
        };
        self.look.notice_page(StatusCode::FORBIDDEN, "level-unmet", "info", vec![own])
    }

    fn failed(&self, key: &str, status: StatusCode) -> Result<Response, Error> {
        let again = Action {
            label: self.look.t("welcome-sign-in", &[]),
            url: self.path("signin"),
            primary: true,
        };
        self.look.notice_page(status, key, "warn", vec![again])
    }

    fn cookie_name(&self) -> String {
        match self.whose {
            Whose::Member => format!("signin-{}", self.slug()),
            // No slug has such a line: it is the cookie of no session, of whichever insurer.
            Whose::Staff => format!("staff_signin-{}", self.slug()),
        }
    }

    /// What a browser holds while it signs in: one secret for all its tabs.
    fn browser_secret(&self) -> Option<String> {
        let secure = self.app.settings.secure();
        let cookie = cookies::value(self.headers, &self.cookie_name(), secure)?;
        (cookie.len() == 43).then(|| cookie.to_owned())
    }

    /// Whether this browser began the sign-in (attack 37: login CSRF), in whichever tab.
    fn began_here(&self, given: &str) -> bool {
        let (Some(browser), Some((nonce, _))) = (self.browser_secret(), given.split_once('.'))
        else {
            return false;
        };
        hash::equal(state(&browser, nonce), given)
    }

    /// Under which a sign-in waits: what began at one door does not end at another.
    fn key(&self, state: &str) -> Vec<u8> {
        match self.whose {
            Whose::Member => hash::sha256(state),
            Whose::Staff => hash::sha256(format!("staff\n{state}")),
        }
    }
}

/// A state that only the browser of this secret could have begun.
fn state(browser: &str, nonce: &str) -> String {
    format!("{nonce}.{}", hash::s256(format!("{nonce}\n{browser}")))
}

/// The answer to a logout token that ended something, or to what was none.
pub(super) fn logout_answer(ended: bool) -> Response {
    if !ended {
        let body = r#"{"error":"invalid_request","error_description":"not a logout token for us"}"#;
        let kind =
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::BAD_REQUEST, kind, body).into_response();
    }
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
