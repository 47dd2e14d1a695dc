//! The relying party: sends people to the identity provider and takes them back.

use crate::app::App;
use crate::clock;
use crate::household::member::{Member, Person};
use crate::insurers::Insurer;
use crate::session;
use crate::store::{sessions, signins};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, UserInfoClaims,
};
use secret::{hash, random};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, RwLock};
use web::look::{Action, is_own_path, see};
use web::{Error, Posted, cookies};

/// Seconds that a login at the identity provider may take.
const SIGNIN_LIVES: i64 = 3600;

/// Discovered providers, by issuer.
pub struct Providers {
    http: Http,
    known: RwLock<HashMap<String, Arc<CoreProviderMetadata>>>,
}

impl Providers {
    /// # Errors
    /// When the system has no certificate store.
    pub fn new() -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            // Following redirects would let a provider send us anywhere.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()?;
        Ok(Self { http: Http(http), known: RwLock::default() })
    }

    async fn metadata(&self, issuer: &str) -> Result<Arc<CoreProviderMetadata>, Error> {
        let known = |providers: &Self| {
            let known = providers.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            known.get(issuer).cloned()
        };
        if let Some(found) = known(self) {
            return Ok(found);
        }
        let url = IssuerUrl::new(issuer.to_owned())?;
        let found = Arc::new(CoreProviderMetadata::discover_async(url, &self.http).await?);
        let mut known = self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.insert(issuer.to_owned(), found.clone());
        Ok(found)
    }

    /// Forgets what was discovered: the keys may have changed.
    fn forget(&self, issuer: &str) {
        self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(issuer);
    }
}

/// The HTTP client that `openidconnect` calls.
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
            let mut response = openidconnect::http::Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                headers.extend(answer.headers().clone());
            }
            response.body(answer.bytes().await?.to_vec()).map_err(HttpError::Response)
        })
    }
}

#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("{0}")]
    Request(#[from] reqwest::Error),
    #[error("{0}")]
    Response(openidconnect::http::Error),
}

/// What the identity provider says about the person besides the standard claims.
#[derive(Debug, Deserialize, Serialize)]
struct MusubiClaims {
    membership: Membership,
}

impl AdditionalClaims for MusubiClaims {}

#[derive(Debug, Deserialize, Serialize)]
struct Membership {
    insured: bool,
    cards: Vec<Person>,
    household: Vec<Person>,
}

fn callback_url(app: &App, slug: &str) -> Result<RedirectUrl, Error> {
    Ok(RedirectUrl::new(format!("{}/{slug}/callback", app.settings.public_url))?)
}

fn cookie_name(slug: &str) -> String {
    format!("signin-{slug}")
}

/// `GET /{insurer}/signin?to=…`
pub async fn signin(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let to = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let home = visit.path("");
    let to = to.map(|(_, to)| to.into_owned()).filter(|to| is_own_path(to)).unwrap_or(home);
    if visit.session.is_some() {
        return Ok(see(&to));
    }
    let definition = &visit.insurer.definition;
    let Ok(metadata) = app.providers.metadata(&definition.issuer).await else {
        return failed(&visit, "signin-failed", StatusCode::BAD_GATEWAY);
    };
    let client_id = ClientId::new(definition.client_id.clone());
    let client = CoreClient::from_provider_metadata((*metadata).clone(), client_id, None)
        .set_redirect_uri(callback_url(&app, visit.slug())?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let state = random::secret();
    let (for_url, nonce) = (state.clone(), Nonce::new_random());
    let (url, _, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(for_url),
            move || nonce,
        )
        .add_scopes(["profile", "email", "membership"].map(|s| Scope::new(s.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let signin = signins::Signin {
        nonce: nonce.secret().clone(),
        pkce_verifier: verifier.secret().clone(),
        return_to: to,
    };
    let hash = hash::sha256(&state);
    let mut tx = app.db.begin().await?;
    signins::insert(&mut tx, visit.slug(), &hash, &signin, clock::now() + SIGNIN_LIVES).await?;
    tx.commit().await?;
    let mut response = see(url.as_str());
    let secure = app.settings.secure();
    let cookie = cookies::set(&cookie_name(visit.slug()), &state, Some(SIGNIN_LIVES), secure);
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
    if !began_here(&app, visit.slug(), &visit.headers, &state) {
        return failed(&visit, "signin-failed", StatusCode::BAD_REQUEST);
    }
    let mut tx = app.db.begin().await?;
    let signin = signins::take(&mut tx, visit.slug(), &hash::sha256(&state), clock::now()).await?;
    tx.commit().await?;
    let definition = &visit.insurer.definition;
    // RFC 9207: an answer of another issuer is not an answer to us.
    let right_issuer = params.get("iss").is_none_or(|iss| *iss == definition.issuer);
    let (Some(signin), true) = (signin, right_issuer) else {
        return failed(&visit, "signin-failed", StatusCode::BAD_REQUEST);
    };
    let Some(code) = params.get("code") else {
        return failed(&visit, "signin-cancelled", StatusCode::OK);
    };
    let answered = match redeem(&app, &visit.insurer, code, &signin).await {
        Ok(answered) => answered,
        Err(error) => {
            app.providers.forget(&definition.issuer);
            if let Error::Fault(why) = error {
                tracing::warn!(insurer = visit.slug(), why, "sign-in failed");
            }
            return failed(&visit, "signin-failed", StatusCode::BAD_GATEWAY);
        }
    };
    let (member, id_token) = answered;
    let now = clock::now();
    let secret = random::secret();
    let mut tx = app.db.begin().await?;
    let previous = sessions::note_login(&mut tx, visit.slug(), &member.sub, now).await?;
    let session = sessions::Session {
        member,
        id_token,
        previous_login_at: previous,
        seen_at: now,
        expires_at: now + session::ABSOLUTE,
    };
    sessions::insert(&mut tx, visit.slug(), &hash::sha256(&secret), &session).await?;
    tx.commit().await?;
    let mut response = see(&signin.return_to);
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, session::cookie(&app, visit.slug(), &secret));
    let gone = cookies::clear(&cookie_name(visit.slug()), app.settings.secure());
    headers.append(header::SET_COOKIE, gone);
    Ok(response)
}

/// Whether this browser began the sign-in (attack 37: login CSRF).
fn began_here(app: &App, slug: &str, headers: &HeaderMap, state: &str) -> bool {
    let cookie = cookies::value(headers, &cookie_name(slug), app.settings.secure());
    cookie.is_some_and(|cookie| !state.is_empty() && hash::equal(cookie, state))
}

/// Code → ID token → userinfo → the member.
async fn redeem(
    app: &App,
    insurer: &Insurer,
    code: &str,
    signin: &signins::Signin,
) -> Result<(Member, String), Error> {
    let definition = &insurer.definition;
    let metadata = app.providers.metadata(&definition.issuer).await?;
    let secret = ClientSecret::new(definition.secret(&app.sealer)?);
    let client_id = ClientId::new(definition.client_id.clone());
    let client = CoreClient::from_provider_metadata((*metadata).clone(), client_id, Some(secret))
        .set_redirect_uri(callback_url(app, &definition.brand.slug)?);
    let http = &app.providers.http;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))?
        .set_pkce_verifier(PkceCodeVerifier::new(signin.pkce_verifier.clone()))
        .request_async(http)
        .await?;
    let id_token = tokens.id_token().ok_or_else(|| Error::fault("there is no ID token"))?;
    let nonce = Nonce::new(signin.nonce.clone());
    let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;
    let access: AccessToken = tokens.access_token().clone();
    let subject = claims.subject().clone();
    let info: UserInfoClaims<MusubiClaims, CoreGenderClaim> =
        client.user_info(access, Some(subject.clone()))?.request_async(http).await?;
    let name = info.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    let membership = info.additional_claims();
    let member = Member {
        sub: subject.to_string(),
        name: name.unwrap_or_default(),
        insured: membership.membership.insured,
        cards: membership.membership.cards.clone(),
        household: membership.membership.household.clone(),
    };
    Ok((member, id_token.to_string()))
}

fn failed(visit: &Visit, key: &str, status: StatusCode) -> Result<Response, Error> {
    let again = Action {
        label: visit.look.t("welcome-sign-in", &[]),
        url: visit.path("signin"),
        primary: true,
    };
    visit.look.told(status, key, "warn", vec![again])
}

/// `POST /{insurer}/signout`: ends the session here, then the one at the identity provider.
pub async fn signout(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let slug = visit.slug();
    if let Some(secret) = session::secret(&app, slug, &visit.headers) {
        let mut tx = app.db.begin().await?;
        sessions::delete(&mut tx, slug, &hash::sha256(secret)).await?;
        tx.commit().await?;
    }
    let home = format!("{}/{slug}/", app.settings.public_url);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("post_logout_redirect_uri", &home).append_pair("state", "signed-out");
    if let Some(session) = &visit.session {
        query.append_pair("id_token_hint", &session.id_token);
    }
    query.append_pair("client_id", &visit.insurer.definition.client_id);
    let target = format!("{}/logout?{}", visit.insurer.definition.issuer, query.finish());
    let mut response = see(&target);
    response.headers_mut().append(header::SET_COOKIE, session::forget(&app, slug));
    Ok(response)
}
