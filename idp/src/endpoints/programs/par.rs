//! Pushed authorization requests (RFC 9126): checked when they come in, used once.

use super::extract::{self as api, Api, Call};
use super::{json, refused};
use crate::app::App;
use crate::authorization::request::{Failure, REQUEST_URI, Way, prepare};
use crate::store::attempts::{self, Bucket, Limit};
use crate::store::pushed;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use oidc::authorize::Refused;
use oidc::error::Code;
use secret::{hash, random};
use serde_json::json;
use std::sync::Arc;
use web::Error;

/// Seconds until the browser must have come (FAPI 2.0 §5.3.2.2: less than 600). A journey that has
/// begun goes on.
const LIFETIME_SECS: i64 = 300;

/// What one client may push: a public one needs no secret for it, and each is kept for a day.
const OF_CLIENT: Limit = Limit::new(5000, LIFETIME_SECS).told();

/// RFC 9126 §2.3: how long to wait.
fn too_many(until: Option<i64>, now: i64) -> Response {
    let why = "this client pushes too many requests";
    let body = json!({"error": "temporarily_unavailable", "error_description": why});
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, &body);
    let seconds = until.map_or(1, |until| (until - now).max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// `POST /{insurer}/par`
pub async fn post(State(app): State<Arc<App>>, api: Api) -> Response {
    let has_proof = api.headers.contains_key("dpop");
    let answer = push(&app, &api).await;
    api::with_nonce(&app, &api.realm, has_proof, answer)
}

async fn push(app: &App, api: &Api) -> Result<Response, Error> {
    let realm = &api.realm;
    let client = api::authenticate(app, api, "par").await?;
    if api.params.has("request_uri") {
        let why = "request_uri cannot be pushed";
        return Err(refused(Code::InvalidRequest.because(why)));
    }
    let now = app.now();
    let call = Call { method: "POST", path: "par", mutual: api.caller.mutual };
    let proof = api::proof(realm, &api.headers, call, None, now).map_err(refused)?;
    let jkt = proof.as_ref().map(|proof| proof.jkt.clone());
    // RFC 9126 §2.1: the client is known by its authentication, whatever it is.
    let params = api.params.clone().with("client_id", &client.client_id);
    let way = Way { pushed: true, dpop_jkt: jkt };
    let request = match prepare(&app.clients, realm, &client, params, way, now).await {
        Ok(request) => request,
        Err(Failure::Refused(Refused::Page(error) | Refused::Client(_, error))) => {
            return Err(refused(error));
        }
        Err(Failure::Fault(error)) => return Err(error),
    };
    let id = random::secret();
    let mut tx = app.tools.db.begin().await?;
    if let Some(proof) = &proof
        && !api::spend(&mut tx, realm, proof).await?
    {
        return Err(refused(api::PROOF_USED));
    }
    let bucket = Bucket::pushed(&client.client_id);
    if attempts::take(&mut tx, realm.id(), &bucket, OF_CLIENT, now).await?.is_none() {
        return Ok(too_many(attempts::until(&mut tx, realm.id(), &bucket, now).await?, now));
    }
    let hash = hash::sha256(&id);
    pushed::insert(&mut tx, realm.id(), &hash, &request, now + LIFETIME_SECS).await?;
    tx.commit().await?;
    let body = json!({"request_uri": format!("{REQUEST_URI}{id}"), "expires_in": LIFETIME_SECS});
    Ok(json(StatusCode::CREATED, &body))
}
