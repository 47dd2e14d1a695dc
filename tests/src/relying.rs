//! A relying party for tests: builds requests by hand, signs with a JOSE library that the provider
//! does not use, and shows the answers as they came.

use crate::carrier::{Carrier, Response, form, header};
use crate::visitor::{HANAKO, PASSWORD, Visitor};
use crate::world::{Program, World};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Where the tests' clients want their answers; nothing listens there.
pub const REDIRECT: &str = "http://localhost:1/callback";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A text that was never used before in this run.
pub fn unique() -> String {
    format!("u{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A P-256 key of a client.
pub struct Key(rcgen::KeyPair);

impl Default for Key {
    fn default() -> Self {
        Self::new()
    }
}

impl Key {
    /// A new key.
    pub fn new() -> Self {
        Self(rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key"))
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        let point = self.0.public_key_raw();
        let (x, y) = point[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
    }

    /// A JWS with any header and claims; `alg` is signed as ES256 whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let key = jsonwebtoken::EncodingKey::from_ec_der(self.0.serialized_der());
        let signed =
            jsonwebtoken::crypto::sign(text.as_bytes(), &key, jsonwebtoken::Algorithm::ES256);
        format!("{text}.{}", signed.expect("signed"))
    }

    /// An ES256 signature in DER, as authenticators give it.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        rcgen::SigningKey::sign(&self.0, message).expect("signed")
    }

    /// A DPoP proof (RFC 9449 §4.2) with some claims replaced; null removes.
    pub fn proof(&self, method: &str, url: &str, changes: &Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        let claims = json!({"jti": unique(), "htm": method, "htu": url, "iat": now()});
        self.sign(&header, &merged(claims, changes))
    }
}

/// `base` with the members of `changes`; null removes one.
pub fn merged(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
    if let Some(members) = base.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    base
}

/// base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a test signs assertions for the clock it runs at")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_secs()).expect("before the year 292 billion")
}

/// The claims of a JWT, unverified: the provider's signature is checked where that is the test.
pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap_or_default();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// An answer of an endpoint for programs.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub text: String,
    pub body: Value,
    response: Response,
}

impl Answer {
    fn of(response: Response) -> Self {
        let text = response.body().clone();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status: response.status(), text, body, response }
    }

    /// Fails unless the answer is a success.
    #[track_caller]
    pub fn good(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    /// Fails unless the answer is this error.
    #[track_caller]
    pub fn refused(self, error: &str) -> Self {
        assert_eq!(self.body["error"], error, "{} {}", self.status, self.text);
        assert!(self.status.is_client_error(), "{}", self.status);
        self
    }

    /// A text member.
    #[track_caller]
    pub fn member(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }

    /// A header's value, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        header(&self.response, name)
    }
}

/// One client at one issuer.
#[derive(Clone)]
pub struct Relying {
    pub issuer: String,
    pub client_id: String,
    /// `client_secret_basic` when set.
    pub secret: Option<String>,
    pub carrier: Carrier,
}

impl Relying {
    /// The partner of minato's folder.
    pub fn partner(world: &World) -> Self {
        Self {
            issuer: format!("{}/minato", world.idp_url),
            client_id: "partner".into(),
            secret: Some("q".repeat(40)),
            carrier: Carrier::network(),
        }
    }

    /// A client that is registered by `idp client apply`, see [`client_file`].
    pub fn register(world: &World, client_id: &str, toml: &str) -> Self {
        Self::register_at(world, "minato", client_id, toml)
    }

    /// The same at another insurer.
    pub fn register_at(world: &World, slug: &str, client_id: &str, toml: &str) -> Self {
        let (text, secret) = client_file(client_id, toml);
        let text = text.replace("minato", slug);
        let file = world.folder.join(format!("{client_id}.toml"));
        std::fs::write(&file, text).expect("written");
        world.ran(Program::Idp, &["client", "apply", &file.display().to_string()]);
        Self {
            issuer: format!("{}/{slug}", world.idp_url),
            client_id: client_id.to_owned(),
            secret,
            carrier: Carrier::network(),
        }
    }

    /// Sends anything to an address of the provider.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) -> Answer {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("an address and headers");
        Answer::of(self.carrier.send(request).await)
    }

    /// A good authorization request with some parameters replaced; an empty value removes one.
    pub fn request(&self, changes: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("state", "s t+&=%"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        form(&pairs)
    }

    /// The address of such a request.
    pub fn authorize(&self, changes: &[(&str, &str)]) -> String {
        format!("{}/authorize?{}", self.issuer, self.request(changes))
    }

    /// The parameters of the answer that a signed-in browser brings back.
    pub async fn answer(&self, visitor: &Visitor, changes: &[(&str, &str)]) -> Value {
        parameters(&visitor.location(&self.authorize(changes)).await)
    }

    /// A fresh code.
    pub async fn code(&self, visitor: &Visitor, changes: &[(&str, &str)]) -> String {
        let answer = self.answer(visitor, changes).await;
        answer["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Posts a form to an endpoint, authenticated when the client has a secret.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let basic = self.secret.as_ref().map(|secret| {
            format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.client_id)))
        });
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(basic.as_deref().map(|basic| ("authorization", basic)));
        headers.extend(proof.map(|proof| ("dpop", proof)));
        self.send(Method::POST, &self.at(path), &headers, form(fields)).await
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str, more: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in more {
            fields.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.post("token", &fields, proof).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend(more);
        self.post("token", &fields, None).await
    }

    /// Asks userinfo with an `Authorization` header and, for DPoP, a proof.
    pub async fn userinfo(&self, authorization: &str, proof: Option<&str>) -> Answer {
        let mut headers = vec![("authorization", authorization)];
        headers.extend(proof.map(|proof| ("dpop", proof)));
        self.send(Method::GET, &self.at("userinfo"), &headers, "").await
    }

    /// Whether an access token is good at userinfo.
    pub async fn is_good(&self, access_token: &str) -> bool {
        self.userinfo(&format!("Bearer {access_token}"), None).await.status.is_success()
    }

    /// The address of an endpoint.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer)
    }
}

/// The file of a client with these lines of TOML besides its id, insurer, redirect URI and secret,
/// and the secret that it authenticates with by `client_secret_basic`.
pub fn client_file(client_id: &str, toml: &str) -> (String, Option<String>) {
    let secret = "s".repeat(40);
    let mut text = format!("client_id = \"{client_id}\"\ninsurer = \"minato\"\n");
    let has = |name: &str| toml.lines().any(|line| line.starts_with(&format!("{name} =")));
    if !has("redirect_uris") {
        text.push_str(&format!("redirect_uris = [\"{REDIRECT}\"]\n"));
    }
    if !has("scopes") {
        text.push_str("scopes = [\"openid\", \"profile\", \"email\", \"offline_access\"]\n");
    }
    if !has("consent_obtained") {
        text.push_str("consent_obtained = true\n");
    }
    let by_secret = !has("token_endpoint_auth_method") || toml.contains("\"client_secret_");
    if by_secret {
        text.push_str(&format!("client_secret = \"{secret}\"\n"));
    }
    text.push_str(toml);
    let basic = by_secret && !toml.contains("client_secret_post");
    (text, basic.then_some(secret))
}

/// The parameters of an address: those of its query and those of its fragment.
pub fn parameters(location: &str) -> Value {
    let url = url::Url::parse(location).unwrap_or_else(|_| panic!("{location} is not absolute"));
    let mut found = json!({});
    let fragment = url.fragment().unwrap_or_default().to_owned();
    let pairs = url.query_pairs().into_owned().collect::<Vec<_>>();
    for (name, value) in
        pairs.into_iter().chain(url::form_urlencoded::parse(fragment.as_bytes()).into_owned())
    {
        assert!(found.get(&name).is_none(), "{name} comes twice in {location}");
        found[name] = json!(value);
    }
    found
}

/// A member who is signed in at the provider.
pub async fn signed_in(world: &World) -> Visitor {
    let visitor = Visitor::new();
    visitor.register(world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
    sign_in(world, &visitor).await;
    visitor
}

/// Signs in at the provider itself.
pub async fn sign_in(world: &World, visitor: &Visitor) {
    let page = visitor.open(&format!("{}/minato/login", world.idp_url)).await;
    visitor.submit_and_stay(&page, &[("user_id", "hanako79"), ("password", PASSWORD)]).await;
}
