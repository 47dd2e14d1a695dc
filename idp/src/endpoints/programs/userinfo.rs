//! Userinfo: what the client of an access token may learn about the person.

use super::extract::{self as api, Call, Caller};
use super::{json, no_store, signed};
use crate::app::App;
use crate::people::claims::{Holder, person, plain};
use crate::realm::Realm;
use crate::store::grants::Behind;
use crate::tokens::access::{self, Access, Live};
use crate::visit::slug;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::claims::{Audience, ClaimsRequest, userinfo};
use oidc::error::Code;
use oidc::{OAuthError, Params};
use serde_json::json;
use std::sync::Arc;
use web::Error;

/// `GET` and `POST /{insurer}/userinfo`: the token in the header (RFC 6750 §2.1, RFC 9449 §7.1)
/// or, with POST, in the body (RFC 6750 §2.2). Never in the query.
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let realm = match app.realm(slug(parts.uri.path())).await {
        Ok(Some(realm)) => realm,
        Ok(None) => return Error::NOT_FOUND.into_response(),
        Err(error) => return error.into_response(),
    };
    let caller = Caller::of(&parts, &app);
    let has_proof = parts.headers.contains_key("dpop");
    let presented = present(&parts.method, &parts.headers, body).await;
    let answer = match presented {
        Ok(presented) => {
            show(&app, &realm, &parts.method, &parts.headers, &caller, &presented).await
        }
        Err(refusal) => Err(refusal),
    };
    let answer = match answer {
        Ok(response) => Ok(response),
        Err(Refusal::OAuth(challenge)) => Ok(challenge.response()),
        Err(Refusal::Fault(error)) => Err(error),
    };
    api::with_nonce(&app, &realm, has_proof, answer)
}

/// A token and the scheme under which it came.
struct Presented {
    token: String,
    dpop: bool,
}

/// Why nothing is told.
enum Refusal {
    OAuth(Challenge),
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Refusal::Fault(error.into())
    }
}

/// A challenge of a resource server (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3).
struct Challenge {
    dpop: bool,
    error: Option<OAuthError>,
    acr: Option<String>,
    max_age: Option<i64>,
}

impl Challenge {
    fn because(dpop: bool, error: OAuthError) -> Refusal {
        Refusal::OAuth(Self { dpop, error: Some(error), acr: None, max_age: None })
    }

    fn response(self) -> Response {
        let scheme = if self.dpop { "DPoP" } else { "Bearer" };
        let mut value = format!("{scheme} realm=\"userinfo\"");
        if let Some(error) = &self.error {
            let code = error.error.as_str();
            value.push_str(&format!(", error=\"{code}\""));
            value.push_str(&format!(", error_description=\"{}\"", error.error_description));
        }
        if let Some(acr) = &self.acr {
            value.push_str(&format!(", acr_values=\"{acr}\""));
        }
        if let Some(max_age) = &self.max_age {
            value.push_str(&format!(", max_age=\"{max_age}\""));
        }
        if self.dpop {
            value.push_str(", algs=\"ES256 PS256 EdDSA\"");
        }
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
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

async fn present(
    method: &Method,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Presented, Refusal> {
    let wrong = |why| Challenge::because(false, Code::InvalidRequest.because(why));
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(wrong("two Authorization headers"));
    }
    let mut in_body = None;
    if method == Method::POST && web::forms::is_form(headers) {
        let body = axum::body::to_bytes(body, 16 * 1024).await;
        let body = body.map_err(|_| wrong("the body is too long"))?;
        let text = std::str::from_utf8(&body).map_err(|_| wrong("the body is not UTF-8"))?;
        let params = Params::parse(text).map_err(|error| Challenge::because(false, error))?;
        in_body = params.own("access_token");
    }
    match (line.map(HeaderValue::to_str), in_body) {
        (Some(_), Some(_)) => Err(wrong("the access token comes twice")),
        (None, Some(token)) => Ok(Presented { token, dpop: false }),
        (Some(Ok(line)), None) => {
            let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
            let dpop = scheme.eq_ignore_ascii_case("dpop");
            if !dpop && !scheme.eq_ignore_ascii_case("bearer") {
                return Err(wrong("the scheme must be Bearer or DPoP"));
            }
            Ok(Presented { token: token.trim().to_owned(), dpop })
        }
        (Some(Err(_)), None) => Err(wrong("the Authorization header is not ASCII")),
        (None, None) => Err(Refusal::OAuth(Challenge {
            dpop: headers.contains_key("dpop"),
            error: None,
            acr: None,
            max_age: None,
        })),
    }
}

async fn show(
    app: &App,
    realm: &Realm,
    method: &Method,
    headers: &HeaderMap,
    caller: &Caller,
    presented: &Presented,
) -> Result<Response, Refusal> {
    let dpop = presented.dpop;
    let invalid =
        || Challenge::because(dpop, Code::InvalidToken.because("the access token is not valid"));
    let mut conn = app.tools.db.read().await?;
    let live = access::live(&app.clients, &mut conn, realm, &presented.token, app.now()).await?;
    let Some(Live { access, client, behind: Some(behind) }) = live else {
        return Err(invalid());
    };
    drop(conn);
    let Behind { grant, account, roster } = behind;
    let holder = Holder { account, roster };
    // A token for another resource server is not for us (RFC 8707 §2, RFC 9068 §4).
    let here = [realm.issuer.as_str(), &realm.endpoint("userinfo", false)];
    if !access.aud.iter().any(|aud| here.contains(&aud.as_str())) {
        return Err(invalid());
    }
    let call = Call { method: method.as_str(), path: "userinfo", mutual: caller.mutual };
    let shown = Shown { call, headers, caller, presented };
    bound(app, realm, &access, shown).await?;
    let scopes = access.scopes();
    if !scopes.iter().any(|scope| scope == "openid") {
        let why = "userinfo needs scope openid";
        return Err(Challenge::because(dpop, Code::InsufficientScope.because(why)));
    }
    // What was asked by name was granted to the first client, not to one that acts for it.
    let asked = match grant.client_id == client.client_id {
        true => grant.detail.claims.clone(),
        false => ClaimsRequest::default(),
    };
    let card = |name: &str| name == "membership";
    let by_name =
        asked.userinfo.contains_key("membership") && client.scopes.iter().any(|scope| card(scope));
    let wants_card = client.learns_card() && (by_name || scopes.iter().any(|scope| card(scope)));
    if wants_card {
        stepped_up(realm, &access, dpop, app.now())?;
    }
    // Most clients need nothing more than what came with the grant.
    let person = match wants_card || client.verified_claims {
        true => person(&mut app.tools.db.read().await?, realm, &client, holder, wants_card).await?,
        false => plain(realm, &client, holder),
    };
    let audience = Audience { client: &client, scopes: &scopes, asked: &asked, now: app.now() };
    let claims = userinfo(&person, audience);
    let Some(algorithm) = client.userinfo_signed_response_alg else {
        return Ok(json(StatusCode::OK, &claims));
    };
    let mut claims = claims;
    claims.insert("iss".into(), json!(realm.issuer));
    claims.insert("aud".into(), json!(client.client_id));
    let token = realm.key(algorithm, app.now())?.sign("JWT", &claims)?;
    Ok(signed(token, "application/jwt"))
}

/// What the caller showed with its token.
struct Shown<'a> {
    call: Call<'a>,
    headers: &'a HeaderMap,
    caller: &'a Caller,
    presented: &'a Presented,
}

/// A bound token needs its key or its certificate, under its own scheme (RFC 9449 §7.1 and §7.2,
/// RFC 8705 §3).
async fn bound(app: &App, realm: &Realm, access: &Access, shown: Shown<'_>) -> Result<(), Refusal> {
    let Shown { call, headers, caller, presented } = shown;
    let wrong = |error| Challenge::because(true, error);
    let mismatch = |why| Challenge::because(presented.dpop, Code::InvalidToken.because(why));
    match (&access.cnf.jkt, presented.dpop) {
        (Some(_), false) => return Err(wrong(Code::InvalidToken.because("use the scheme DPoP"))),
        (None, true) => return Err(mismatch("the access token is not bound to a key")),
        (Some(jkt), true) => {
            let proof = api::proof(realm, headers, call, Some(&presented.token), app.now());
            let proof = proof.map_err(wrong)?;
            let missing = Code::InvalidDpopProof.because("the DPoP proof is missing");
            let proof = proof.ok_or_else(|| wrong(missing))?;
            if proof.jkt != *jkt {
                let why = "the access token is bound to another key";
                return Err(wrong(Code::InvalidToken.because(why)));
            }
            let mut tx = app.tools.db.begin().await?;
            if !api::spend(&mut tx, realm, &proof).await? {
                return Err(wrong(api::PROOF_USED));
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

/// The level and freshness that card symbol and number need here (RFC 9470 §3).
fn stepped_up(realm: &Realm, access: &Access, dpop: bool, now: i64) -> Result<(), Refusal> {
    let protocol = &realm.definition.policy.protocol;
    let rank = |acr: &str| realm.rank(acr);
    let low = protocol
        .membership_acr
        .as_deref()
        .filter(|needed| access.acr.as_deref().and_then(rank) < rank(needed));
    let max_age = protocol.membership_max_age_minutes.map(|minutes| minutes * 60);
    let old = max_age.filter(|age| access.auth_time.is_none_or(|at| now - at > *age));
    if low.is_none() && old.is_none() {
        return Ok(());
    }
    let why = "a stronger or fresher login is needed";
    Err(Refusal::OAuth(Challenge {
        dpop,
        error: Some(Code::InsufficientUserAuthentication.because(why)),
        acr: low.map(str::to_owned),
        max_age: old,
    }))
}
