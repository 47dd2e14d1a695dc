//! Userinfo: what the client of an access token may learn about the person.

use super::extract::{Call, Caller, with_nonce};
use super::resource::{Challenge, Presented, Refusal, Resource, in_header};
use super::{json, signed};
use crate::app::App;
use crate::people::claims::{Holder, person, plain};
use crate::realm::Realm;
use crate::store::grants::Behind;
use crate::tokens::access::{Access, Live};
use crate::visit::slug;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use oidc::Params;
use oidc::claims::{Audience, ClaimsRequest, userinfo};
use oidc::error::Code;
use serde_json::json;
use std::sync::Arc;
use web::Error;
use web::clock::today;

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
    let query = parts.uri.query().unwrap_or_default();
    let presented = present(&parts.method, query, &parts.headers, body).await;
    let answer = match presented {
        Ok(presented) => {
            show(&app, &realm, &parts.method, &parts.headers, &caller, &presented).await
        }
        Err(refusal) => Err(refusal),
    };
    with_nonce(&app, &realm, has_proof, answer.map_err(Refusal::into_error))
}

/// RFC 6750 §2: the token comes in one place.
async fn present(
    method: &Method,
    query: &str,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Presented, Refusal> {
    let wrong = |why| Challenge::because(false, Code::InvalidRequest.because(why));
    let in_header = in_header(headers)?;
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token") {
        return Err(wrong("the access token must not be in the address: it would be logged"));
    }
    let mut in_body = None;
    if method == Method::POST && web::forms::is_form(headers) {
        let body = axum::body::to_bytes(body, 16 * 1024).await;
        let body = body.map_err(|_| wrong("the body is too long"))?;
        let text = std::str::from_utf8(&body).map_err(|_| wrong("the body is not UTF-8"))?;
        let params = Params::parse(text).map_err(|error| Challenge::because(false, error))?;
        in_body = params.own("access_token");
    }
    match (in_header, in_body) {
        (Some(_), Some(_)) => Err(wrong("the access token comes twice")),
        (Some(presented), None) => Ok(presented),
        (None, Some(token)) => Ok(Presented { token, dpop: false }),
        (None, None) => Err(Refusal::OAuth(Challenge::default())),
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
    let call = Call { method: method.as_str(), path: "userinfo", mutual: caller.mutual };
    let here = [realm.issuer.as_str(), &realm.endpoint("userinfo", false)];
    let live = Resource { app, realm, call, headers, caller }.open(presented, &here).await?;
    let Live { access, client, behind: Some(behind) } = live else {
        let why = "the access token is not a person's";
        return Err(Challenge::because(dpop, Code::InvalidToken.because(why)));
    };
    let Behind { grant, account, roster } = behind;
    let holder = Holder { account, roster };
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
    let cards_on = wants_card.then(|| today(app.now()));
    let more = !realm.definition.policy.accounts.are_members();
    let person = match wants_card || client.verified_claims || more {
        true => {
            let mut conn = app.tools.db.read().await?;
            person(&mut conn, realm, &client, holder, cards_on.as_deref()).await?
        }
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

/// The level and freshness that card symbol and number need here (RFC 9470 §3).
pub(super) fn stepped_up(
    realm: &Realm,
    access: &Access,
    dpop: bool,
    now: i64,
) -> Result<(), Refusal> {
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
