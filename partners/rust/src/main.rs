//! A partner's site: people log in at their insurer, and openidconnect does the protocol.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::{Json, Router, routing::get};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, Scope, TokenResponse,
};
use std::collections::HashMap;
use std::env::var;
use std::error::Error;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Seconds that a session lives.
const LIVES: u64 = 8 * 3600;

struct Site {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    base: String,
    /// In memory, for one process.
    sessions: Mutex<HashMap<String, Session>>,
}

struct Session {
    began: Instant,
    member: CoreUserInfoClaims,
    id_token: CoreIdToken,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = var("PORT")?.parse()?;
    let site = Site {
        // openidconnect takes an issuer with http as it is: no switch to turn for a trial.
        issuer: IssuerUrl::new(var("ISSUER")?)?,
        client_id: ClientId::new(var("CLIENT_ID")?),
        client_secret: ClientSecret::new(var("CLIENT_SECRET")?),
        base: format!("http://localhost:{port}"), // your https address in production
        sessions: Mutex::default(),
    };
    println!("partner: {}/", site.base);
    let home = Html("<h1>A partner</h1> <a href='/me'>Log in</a> <a href='/logout'>Log out</a>");
    let pages = Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/me", get(me))
        .route("/logout", get(logout))
        .with_state(Arc::new(site));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, pages).await?)
}

type Shared = State<Arc<Site>>;
type Parameters = Query<HashMap<String, String>>;

async fn login(State(site): Shared, Query(query): Parameters) -> Result<Response, Failed> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = site.client().await?;
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge);
    if query.get("prompt").is_some_and(|prompt| prompt == "none") {
        // Silent single sign-on: the provider asks nothing and answers login_required instead.
        request = request.add_prompt(CoreAuthPrompt::None);
    }
    let (url, state, nonce) = request.url();
    let begun = format!("{}.{}.{}", state.secret(), nonce.secret(), verifier.secret());
    let cookie = site.cookie("partner-login", &begun, 3600);
    Ok((cookie, Redirect::to(url.as_str())).into_response())
}

async fn callback(
    State(site): Shared,
    headers: HeaderMap,
    Query(query): Parameters,
) -> impl IntoResponse {
    let answer = site.redeem(cookie(&headers, "partner-login"), &query).await;
    (AppendHeaders(site.cookie("partner-login", "", 0)), answer) // one answer per login
}

async fn me(State(site): Shared, headers: HeaderMap) -> Response {
    let sessions = site.sessions();
    match sessions.get(cookie(&headers, "partner")).filter(|found| found.is_fresh()) {
        Some(session) => Json(&session.member).into_response(),
        None => Redirect::to("/login").into_response(),
    }
}

/// In your own site a form that posts: a link can be followed by anybody's page.
async fn logout(State(site): Shared, headers: HeaderMap) -> Result<Redirect, Failed> {
    let session = site.sessions().remove(cookie(&headers, "partner"));
    let endpoint = site.discover().await?.additional_metadata().end_session_endpoint.clone();
    let mut request = LogoutRequest::from(endpoint.ok_or("the provider has no logout")?)
        .set_client_id(site.client_id.clone())
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(format!("{}/", site.base))?);
    if let Some(session) = session {
        request = request.set_id_token_hint(&session.id_token);
    }
    Ok(Redirect::to(request.http_get_url().as_str()))
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Site {
    /// The provider's metadata and keys, asked for at each login: so no key is too old. A busy
    /// site keeps them, and asks again when a token's signature does not verify.
    async fn discover(&self) -> Result<ProviderMetadataWithLogout, Failed> {
        Ok(ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &send).await?)
    }

    async fn client(&self) -> Result<Client, Failed> {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = CoreClient::from_provider_metadata(self.discover().await?, id, Some(secret));
        Ok(client.set_redirect_uri(RedirectUrl::new(format!("{}/callback", self.base))?))
    }

    /// Code → ID token → userinfo → session.
    async fn redeem(
        &self,
        begun: &str,
        query: &HashMap<String, String>,
    ) -> Result<Response, Failed> {
        let value = |name: &str| query.get(name).map_or("", String::as_str);
        let [state, nonce, verifier] = begun.split('.').collect::<Vec<_>>()[..] else {
            return Err("no login was begun in this browser".into());
        };
        // The state ties the answer to this browser, the issuer to this provider (RFC 9207).
        if value("state") != state || value("iss") != self.issuer.as_str() {
            return Err("this is the answer to another login".into());
        }
        if !value("error").is_empty() {
            return Err(format!("{} ({})", value("error"), value("error_description")).into());
        }
        let client = self.client().await?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(value("code").to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request_async(&send)
            .await?;
        let id_token = tokens.id_token().ok_or("there is no ID token")?.clone();
        // openidconnect would take every algorithm that the provider offers; ours is ES256.
        let checks =
            client.id_token_verifier().set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256]);
        let claims = id_token.claims(&checks, &Nonce::new(nonce.to_owned()))?;
        let (access, subject) = (tokens.access_token().clone(), claims.subject().clone());
        let member = client.user_info(access, Some(subject))?.request_async(&send).await?;
        let id = CsrfToken::new_random().into_secret();
        let mut sessions = self.sessions();
        sessions.retain(|_, session| session.is_fresh());
        sessions.insert(id.clone(), Session { began: Instant::now(), member, id_token });
        Ok((self.cookie("partner", &id, LIVES), Redirect::to("/me")).into_response())
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().expect("nobody panics with the lock")
    }

    fn cookie(&self, name: &str, value: &str, lives: u64) -> [(HeaderName, String); 1] {
        let secure = if self.base.starts_with("https:") { "; Secure" } else { "" };
        // Lax: the browser must send the cookie when the provider sends it back to /callback.
        let rules = format!("Path=/; Max-Age={lives}; HttpOnly; SameSite=Lax{secure}");
        [(header::SET_COOKIE, format!("{name}={value}; {rules}"))]
    }
}

impl Session {
    fn is_fresh(&self) -> bool {
        self.began.elapsed().as_secs() < LIVES
    }
}

/// The value of a cookie; empty when there is none.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let line = headers.get(header::COOKIE).and_then(|line| line.to_str().ok()).unwrap_or("");
    let mut pairs = line.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.find(|pair| pair.0 == name).map_or("", |pair| pair.1)
}

/// How openidconnect 4 calls the provider with reqwest 0.13.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // Following redirects would let a provider send us anywhere.
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        builder.timeout(Duration::from_secs(10)).build().expect("the system has certificates")
    });
    let answer = HTTP.execute(request.try_into()?).await?;
    let mut response = HttpResponse::default();
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}

/// Why a login did not succeed: the provider's word, or what openidconnect found wrong.
struct Failed(String);

impl<E: Into<Box<dyn Error>>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into().to_string())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, format!("Login failed: {}", self.0)).into_response()
    }
}
