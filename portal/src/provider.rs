//! Identity providers: discovered by issuer, asked where to sign in, asked who signed in.

use crate::insurers::definition::Level;
use crate::member::{Member, Person};
use crate::store::signins::Signin;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AsyncHttpClient, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, Scope, TokenResponse,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};
use web::Error;

/// What the portal looks at of a provider's metadata besides what OpenID Connect Discovery has.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Announced {
    /// RFC 9207 §3: then an answer without `iss` is none.
    authorization_response_iss_parameter_supported: bool,
    /// RFC 8414 §2.
    introspection_endpoint: Option<url::Url>,
}

impl AdditionalProviderMetadata for Announced {}

type Metadata = ProviderMetadata<
    Announced,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Discovered providers, by issuer.
pub struct Providers {
    http: Http,
    known: RwLock<HashMap<String, Arc<Metadata>>>,
    /// When each was last discovered anew.
    renewed: Mutex<HashMap<(String, For), Instant>>,
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
        Ok(Self { http: Http(http), known: RwLock::default(), renewed: Mutex::default() })
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
        level: Option<&Level>,
    ) -> Result<Begun, Error> {
        let metadata = self.metadata(&client.issuer).await?;
        let id = ClientId::new(client.client_id.clone());
        let at = CoreClient::from_provider_metadata((*metadata).clone(), id, None)
            .set_redirect_uri(client.redirect_url.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, nonce) = (state.to_owned(), Nonce::new_random());
        let mut asked = at
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || nonce,
            )
            .add_scopes(client.scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .set_pkce_challenge(challenge)
            .add_extra_param("ui_locales", display.lang)
            .add_extra_param("text_size", display.size);
        if let Some(Level { acr, max_age_minutes }) = level {
            if let Some(acr) = acr {
                // Essential: the provider brings the person there, or says that it cannot.
                let claims = json!({"id_token": {"acr": {"essential": true, "value": acr}}});
                asked = asked.add_extra_param("claims", claims.to_string());
            }
            if let Some(minutes) = max_age_minutes {
                asked = asked.add_extra_param("max_age", (minutes * 60).to_string());
            }
        }
        let (url, _, nonce) = asked.url();
        let (nonce, pkce_verifier) = (nonce.secret().clone(), verifier.secret().clone());
        Ok(Begun { url, nonce, pkce_verifier })
    }

    /// Code → ID token → userinfo → who it is.
    ///
    /// # Errors
    /// When the provider refuses the code, or its answer is not meant for this sign-in.
    pub async fn redeem(
        &self,
        client: &Registration,
        secret: String,
        code: &str,
        signin: &Signin,
    ) -> Result<SignedIn, Error> {
        let metadata = self.metadata(&client.issuer).await?;
        let id = ClientId::new(client.client_id.clone());
        let at_secret = secret.clone();
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
        let claims = match id_token.claims(&at.id_token_verifier(), &nonce) {
            Ok(claims) => claims.clone(),
            // The provider may have a new key: its keys are fetched anew, once.
            Err(_) => {
                self.renew(&client.issuer, For::SignIn).await?;
                let metadata = self.metadata(&client.issuer).await?;
                let id = ClientId::new(client.client_id.clone());
                let secret = ClientSecret::new(at_secret);
                let at = CoreClient::from_provider_metadata((*metadata).clone(), id, Some(secret));
                id_token.claims(&at.id_token_verifier(), &nonce)?.clone()
            }
        };
        let subject = claims.subject().clone();
        let acr = claims.auth_context_ref().map(|acr| acr.to_string());
        if signin.acr.is_some() && signin.acr != acr {
            return Err(Error::fault(format!("another level was asked for than {acr:?}")));
        }
        let auth_time = claims.auth_time().map(|at| at.timestamp());
        let access = tokens.access_token().clone();
        let info: UserInfoClaims<MusubiClaims, CoreGenderClaim> =
            at.user_info(access, Some(subject.clone()))?.request_async(&self.http).await?;
        let name = info.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        // Only an address that the provider has seen to be theirs.
        let email = info.email().filter(|_| info.email_verified().unwrap_or(false));
        let email = email.map(|email| email.to_string());
        let MusubiClaims { membership, staff } = info.additional_claims().clone();
        Ok(SignedIn {
            sub: subject.to_string(),
            name: name.unwrap_or_default(),
            email,
            membership,
            staff,
            sid: sid_of(id_token),
            id_token: id_token.to_string(),
            acr,
            auth_time,
        })
    }

    /// Whether an answer of this provider must say who it is from (RFC 9207 §2.4).
    ///
    /// # Errors
    /// When the provider cannot be discovered.
    pub async fn names_itself(&self, issuer: &str) -> Result<bool, Error> {
        let metadata = self.metadata(issuer).await?;
        Ok(metadata.additional_metadata().authorization_response_iss_parameter_supported)
    }

    /// What the provider says of an access token (RFC 7662); `None` when it is not good.
    ///
    /// # Errors
    /// When the provider does not answer, or does not know this client as one that may ask.
    pub async fn introspect(
        &self,
        issuer: &str,
        (id, secret): (&str, &str),
        token: &str,
    ) -> Result<Option<Introspected>, Error> {
        let metadata = self.metadata(issuer).await?;
        let endpoint = metadata.additional_metadata().introspection_endpoint.clone();
        let endpoint = endpoint.ok_or_else(|| Error::fault("the provider introspects nothing"))?;
        // RFC 6749 §2.3.1.
        let plain =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let asked = self.http.0.post(endpoint).basic_auth(plain(id), Some(plain(secret)));
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = asked.send().await?.error_for_status()?.bytes().await?;
        let said: serde_json::Value = serde_json::from_slice(&answer)?;
        if said["active"] != true || said["iss"] != issuer {
            return Ok(None);
        }
        Ok(Some(serde_json::from_value(said)?))
    }

    /// The session that a logout token says has ended (Back-Channel Logout §2.6): signed by the
    /// provider, for this portal, now. `None` for anything else.
    pub async fn ended_session(
        &self,
        client: &Registration,
        token: &str,
        now: i64,
    ) -> Option<String> {
        let claims = match self.logout_claims(client, token).await {
            Told::Claims(claims) => claims,
            Told::Nothing => return None,
            Told::UnknownKey => {
                self.renew(&client.issuer, For::LogoutToken).await.ok()?;
                match self.logout_claims(client, token).await {
                    Told::Claims(claims) => claims,
                    _ => return None,
                }
            }
        };
        let event = claims.events.contains_key(LOGOUT_EVENT) && claims.nonce.is_none();
        let timely = claims.iat <= now + 60 && claims.exp > now - 10;
        claims.sid.filter(|_| event && timely)
    }

    async fn logout_claims(&self, client: &Registration, token: &str) -> Told {
        let Some((head, kid)) = jsonwebtoken::decode_header(token)
            .ok()
            .and_then(|head| head.kid.clone().map(|kid| (head, kid)))
        else {
            return Told::Nothing;
        };
        let asymmetric = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA];
        if !asymmetric.contains(&head.alg) {
            return Told::Nothing;
        }
        let Ok(metadata) = self.metadata(&client.issuer).await else { return Told::Nothing };
        let keys = serde_json::to_value(metadata.jwks()).and_then(serde_json::from_value::<JwkSet>);
        let Ok(keys) = keys else { return Told::Nothing };
        let Some(key) = keys.find(&kid) else { return Told::UnknownKey };
        let Ok(key) = DecodingKey::from_jwk(key) else { return Told::Nothing };
        let mut validation = Validation::new(head.alg);
        validation.set_audience(&[&client.client_id]);
        validation.set_issuer(&[&client.issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        // Compared with the portal's own clock.
        validation.validate_exp = false;
        match jsonwebtoken::decode::<LogoutClaims>(token, &key, &validation) {
            Ok(decoded) => Told::Claims(decoded.claims),
            Err(_) => Told::Nothing,
        }
    }

    async fn metadata(&self, issuer: &str) -> Result<Arc<Metadata>, Error> {
        let known = |providers: &Self| {
            let known = providers.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            known.get(issuer).cloned()
        };
        if let Some(found) = known(self) {
            return Ok(found);
        }
        self.discover(issuer).await
    }

    async fn discover(&self, issuer: &str) -> Result<Arc<Metadata>, Error> {
        let url = IssuerUrl::new(issuer.to_owned())?;
        let found = Arc::new(Metadata::discover_async(url, &self.http).await?);
        let mut known = self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        known.insert(issuer.to_owned(), found.clone());
        Ok(found)
    }

    /// Discovers anew, because keys or addresses may have changed: now and then, however often it
    /// is wanted. What is known holds until then.
    ///
    /// # Errors
    /// When the provider cannot be discovered.
    pub async fn renew(&self, issuer: &str, wanted: For) -> Result<(), Error> {
        {
            let mut renewed = self.renewed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let last = renewed.entry((issuer.to_owned(), wanted));
            let pause = wanted.pause();
            let now = Instant::now();
            match last {
                Entry::Occupied(last) if now.duration_since(*last.get()) < pause => return Ok(()),
                entry => drop(entry.insert_entry(now)),
            }
        }
        self.discover(issuer).await.map(drop)
    }
}

/// Why what was discovered is wanted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum For {
    /// Somebody's sign-in failed.
    SignIn,
    /// A logout token names an unknown key. Anybody can send one.
    LogoutToken,
}

impl For {
    /// Between two discoveries.
    fn pause(self) -> Duration {
        match self {
            For::SignIn => Duration::from_secs(2),
            For::LogoutToken => Duration::from_secs(60),
        }
    }
}

/// What a logout token told.
enum Told {
    Claims(LogoutClaims),
    /// Its key is not among those that are known.
    UnknownKey,
    Nothing,
}

/// The event of a logout token.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a logout token says (Back-Channel Logout §2.4).
#[derive(Deserialize)]
struct LogoutClaims {
    iat: i64,
    exp: i64,
    sid: Option<String>,
    nonce: Option<serde_json::Value>,
    events: serde_json::Map<String, serde_json::Value>,
}

/// Who has signed in. No `Debug`: the ID token is a secret.
pub struct SignedIn {
    pub sub: String,
    pub name: String,
    membership: Option<Membership>,
    /// Roles by insurer, of who works for insurers.
    pub staff: Option<BTreeMap<String, Vec<String>>>,
    /// Where mail reaches them.
    pub email: Option<String>,
    pub id_token: String,
    /// The session at the provider.
    pub sid: Option<String>,
    /// The level of login, and when it was last proved.
    pub acr: Option<String>,
    pub auth_time: Option<i64>,
}

impl SignedIn {
    /// The member, as the provider described them; `None` for somebody who is none.
    pub fn member(&self) -> Option<Member> {
        Some(self.membership.clone()?.member(self.sub.clone(), self.name.clone()))
    }
}

/// What a provider says of an access token.
#[derive(Deserialize)]
pub struct Introspected {
    sub: String,
    #[serde(default)]
    name: String,
    membership: Option<Membership>,
    #[serde(default)]
    pub aud: Vec<String>,
    #[serde(default)]
    pub scope: String,
    pub exp: i64,
    pub acr: Option<String>,
    pub auth_time: Option<i64>,
    /// It is worth something only with a key or certificate (RFC 7800).
    #[serde(default, rename = "cnf", deserialize_with = "is_there")]
    pub bound: bool,
}

fn is_there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(!serde_json::Value::deserialize(from)?.is_null())
}

impl Introspected {
    /// The member, when the token is for their membership.
    pub fn member(self) -> Option<Member> {
        Some(self.membership?.member(self.sub, self.name))
    }
}

impl Membership {
    fn member(self, sub: String, name: String) -> Member {
        let Membership { insured, cards, household, account_changed_at } = self;
        Member { sub, name, insured, cards, household, account_changed_at }
    }
}

/// `sid` of an ID token whose signature was checked.
fn sid_of(id_token: &CoreIdToken) -> Option<String> {
    let text = id_token.to_string();
    let claims = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims["sid"].as_str().map(str::to_owned)
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
    /// What the portal asks to learn.
    pub scopes: &'static [&'static str],
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
#[derive(Debug, Clone, Deserialize, Serialize)]
struct MusubiClaims {
    #[serde(default)]
    membership: Option<Membership>,
    #[serde(default)]
    staff: Option<BTreeMap<String, Vec<String>>>,
}

impl AdditionalClaims for MusubiClaims {}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Membership {
    insured: bool,
    cards: Vec<Person>,
    household: Vec<Person>,
    #[serde(default)]
    account_changed_at: Option<i64>,
}
