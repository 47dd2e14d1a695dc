//! What our own resources share, userinfo and the admin API: the access token of a call, the key
//! or certificate that it is bound to, and the challenge when something is missing.

use super::extract::{self, Call, Caller};
use super::{json, no_store};
use crate::app::App;
use crate::realm::Realm;
use crate::tokens::access::{self, Access, Live};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::OAuthError;
use oidc::error::{Code, description};
use oidc::jose::algorithm::Algorithm;
use web::Error;

/// A call of a resource.
pub struct Resource<'a> {
    pub app: &'a App,
    pub realm: &'a Realm,
    pub call: Call<'a>,
    pub headers: &'a HeaderMap,
    pub caller: &'a Caller,
}

/// A token and the scheme under which it came.
pub struct Presented {
    pub token: String,
    pub dpop: bool,
}

/// Why nothing is told.
pub enum Refusal {
    OAuth(Challenge),
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Refusal::Fault(error.into())
    }
}

impl Refusal {
    /// The answer.
    pub fn into_error(self) -> Error {
        match self {
            Refusal::OAuth(challenge) => Error::Refused(Box::new(challenge.response())),
            Refusal::Fault(error) => error,
        }
    }
}

/// A challenge of a resource server (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3).
#[derive(Default)]
pub struct Challenge {
    pub dpop: bool,
    pub error: Option<OAuthError>,
    pub acr: Option<String>,
    pub max_age: Option<i64>,
}

impl Challenge {
    pub fn because(dpop: bool, error: OAuthError) -> Refusal {
        Refusal::OAuth(Self { dpop, error: Some(error), ..Self::default() })
    }

    fn response(self) -> Response {
        let status = match self.error.as_ref().map(|error| error.error) {
            Some(Code::InvalidRequest) => StatusCode::BAD_REQUEST,
            Some(Code::InsufficientScope) => StatusCode::FORBIDDEN,
            _ => StatusCode::UNAUTHORIZED,
        };
        let mut response = match &self.error {
            Some(error) => json(status, error),
            // RFC 6750 §3.1: without any token no error is named.
            None => status.into_response(),
        };
        no_store(&mut response);
        // Who shows nothing is told both ways; else the one that was used or is needed.
        let both = [false, true];
        let schemes = if self.error.is_none() { &both[..] } else { &[self.dpop] };
        for dpop in schemes {
            if let Ok(value) = HeaderValue::from_str(&self.line(*dpop)) {
                response.headers_mut().append(header::WWW_AUTHENTICATE, value);
            }
        }
        response
    }

    fn line(&self, dpop: bool) -> String {
        let mut parts = vec!["realm=\"idp\"".to_owned()];
        if let Some(error) = &self.error {
            parts.push(format!("error=\"{}\"", error.error.as_str()));
            parts.push(format!("error_description=\"{}\"", description(error.error_description)));
        }
        parts.extend(self.acr.as_ref().map(|acr| format!("acr_values=\"{acr}\"")));
        parts.extend(self.max_age.map(|age| format!("max_age=\"{age}\"")));
        if dpop {
            let algorithms = Algorithm::FAPI.map(Algorithm::as_str).join(" ");
            parts.push(format!("algs=\"{algorithms}\""));
        }
        format!("{} {}", if dpop { "DPoP" } else { "Bearer" }, parts.join(", "))
    }
}

/// The token of the `Authorization` header, `None` without one (RFC 6750 §2.1, RFC 9449 §7.1).
pub fn in_header(headers: &HeaderMap) -> Result<Option<Presented>, Refusal> {
    let wrong = |why| Challenge::because(false, Code::InvalidRequest.because(why));
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(wrong("two Authorization headers"));
    }
    let line = line.to_str().map_err(|_| wrong("the Authorization header is not ASCII"))?;
    let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
    let dpop = scheme.eq_ignore_ascii_case("dpop");
    if !dpop && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(wrong("the scheme must be Bearer or DPoP"));
    }
    Ok(Some(Presented { token: token.trim().to_owned(), dpop }))
}

impl Resource<'_> {
    /// What a token says and who stands behind it, when it is in force, for one of these audiences
    /// (RFC 8707 §2, RFC 9068 §4), and shown by whom it is bound to.
    pub async fn open(&self, presented: &Presented, audiences: &[&str]) -> Result<Live, Refusal> {
        let Self { app, realm, .. } = *self;
        let why = Code::InvalidToken.because("the access token is not valid");
        let invalid = || Challenge::because(presented.dpop, why.clone());
        let mut conn = app.tools.db.read().await?;
        let live =
            access::live(&app.clients, &mut conn, realm, &presented.token, app.now()).await?;
        drop(conn);
        let live = live.ok_or_else(invalid)?;
        if !live.access.aud.iter().any(|aud| audiences.contains(&aud.as_str())) {
            return Err(invalid());
        }
        self.bound(&live.access, presented).await?;
        Ok(live)
    }

    /// A bound token needs its key or its certificate, under its own scheme (RFC 9449 §7.1 and
    /// §7.2, RFC 8705 §3).
    async fn bound(&self, access: &Access, presented: &Presented) -> Result<(), Refusal> {
        let Self { app, realm, call, headers, caller } = *self;
        let wrong = |error| Challenge::because(true, error);
        let mismatch = |why| Challenge::because(presented.dpop, Code::InvalidToken.because(why));
        match (&access.cnf.jkt, presented.dpop) {
            (Some(_), false) => {
                return Err(wrong(Code::InvalidToken.because("use the scheme DPoP")));
            }
            (None, true) => return Err(mismatch("the access token is not bound to a key")),
            (Some(jkt), true) => {
                let proof = extract::proof(realm, headers, call, Some(&presented.token), app.now());
                let proof = proof.map_err(wrong)?;
                let missing = Code::InvalidDpopProof.because("the DPoP proof is missing");
                let proof = proof.ok_or_else(|| wrong(missing))?;
                if proof.jkt != *jkt {
                    let why = "the access token is bound to another key";
                    return Err(wrong(Code::InvalidToken.because(why)));
                }
                let mut tx = app.tools.db.begin().await?;
                if !extract::spend(&mut tx, realm, &proof).await? {
                    return Err(wrong(extract::PROOF_USED));
                }
                tx.commit().await?;
            }
            (None, false) => {}
        }
        if access.cnf.x5t.is_some() && access.cnf.x5t != caller.thumbprint() {
            return Err(mismatch("the access token is bound to another certificate"));
        }
        Ok(())
    }
}
