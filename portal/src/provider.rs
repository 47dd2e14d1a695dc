//! Identity providers: discovered by issuer, asked where to sign in, asked who signed in.

use crate::member::{Member, Person};
use crate::store::signins::Signin;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, RwLock};
use web::Error;

/// What the portal asks to learn.
const SCOPES: [&str; 3] = ["profile", "email", "membership"];

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

    /// Where a person signs in at the provider, and what must come back.
    ///
    /// # Errors
    /// When the provider cannot be discovered.
    pub async fn begin(
        &self,
        client: &Registration,
        state: &str,
        display: Display<'_>,
    ) -> Result<Begun, Error> {
        let metadata = self.metadata(&client.issuer).await?;
        let id = ClientId::new(client.client_id.clone());
        let at = CoreClient::from_provider_metadata((*metadata).clone(), id, None)
            .set_redirect_uri(client.redirect_url.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, nonce) = (state.to_owned(), Nonce::new_random());
        let (url, _, nonce) = at
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || nonce,
            )
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .add_extra_param("ui_locales", display.lang)
            .add_extra_param("text_size", display.size)
            .url();
        let (nonce, pkce_verifier) = (nonce.secret().clone(), verifier.secret().clone());
        Ok(Begun { url, nonce, pkce_verifier })
    }

    /// Code → ID token → userinfo → the member.
    ///
    /// # Errors
    /// When the provider refuses the code, or its answer is not meant for this sign-in.
    pub async fn redeem(
        &self,
        client: &Registration,
        secret: String,
        code: &str,
        signin: &Signin,
    ) -> Result<(Member, String), Error> {
        let metadata = self.metadata(&client.issuer).await?;
        let id = ClientId::new(client.client_id.clone());
        let secret = ClientSecret::new(secret);
        let at = CoreClient::from_provider_metadata((*metadata).clone(), id, Some(secret))
            .set_redirect_uri(client.redirect_url.clone());
        let tokens = at
            .exchange_code(AuthorizationCode::new(code.to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(signin.pkce_verifier.clone()))
            .request_async(&self.http)
            .await?;
        let id_token = tokens.id_token().ok_or_else(|| Error::fault("there is no ID token"))?;
        let nonce = Nonce::new(signin.nonce.clone());
        let claims = id_token.claims(&at.id_token_verifier(), &nonce)?;
        let (access, subject) = (tokens.access_token().clone(), claims.subject().clone());
        let info: UserInfoClaims<MusubiClaims, CoreGenderClaim> =
            at.user_info(access, Some(subject.clone()))?.request_async(&self.http).await?;
        let name = info.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        let Membership { insured, cards, household } = info.additional_claims().membership.clone();
        let name = name.unwrap_or_default();
        let member = Member { sub: subject.to_string(), name, insured, cards, household };
        Ok((member, id_token.to_string()))
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
    pub fn forget(&self, issuer: &str) {
        self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(issuer);
    }
}

/// How the person reads pages: the provider's are shown in the same way.
#[derive(Clone, Copy)]
pub struct Display<'a> {
    /// OpenID Connect's `ui_locales`.
    pub lang: &'a str,
    /// Ours: `m`, `l` or `xl`.
    pub size: &'a str,
}

/// One insurer's portal as its provider knows it.
pub struct Registration {
    pub issuer: String,
    pub client_id: String,
    pub redirect_url: RedirectUrl,
}

/// A sign-in that has begun. Nonce and verifier stay here until the answer comes.
pub struct Begun {
    pub url: url::Url,
    pub nonce: String,
    pub pkce_verifier: String,
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

/// Why the provider gave no answer.
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

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Membership {
    insured: bool,
    cards: Vec<Person>,
    household: Vec<Person>,
}
