//! Pushed authorization requests (RFC 9126): checked when they come in, used once.

use super::extract::{self as api, Api, Call};
use super::{json, refused};
use crate::app::App;
use crate::authorization::request::{Failure, REQUEST_URI, Way, prepare};
use crate::store::pushed;
use axum::extract::State;
use axum::http::StatusCode;
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
    if let Some(proof) = &proof {
        if !api::spend(&mut tx, realm, proof).await? {
            return Err(refused(api::PROOF_USED));
        }
    }
    let hash = hash::sha256(&id);
    pushed::insert(&mut tx, realm.id(), &hash, &request, now + LIFETIME_SECS).await?;
    tx.commit().await?;
    let body = json!({"request_uri": format!("{REQUEST_URI}{id}"), "expires_in": LIFETIME_SECS});
    Ok(json(StatusCode::CREATED, &body))
}
