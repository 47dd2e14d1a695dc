//! The admin API for clients: an insurer's own system lists, makes, changes and removes the
//! clients of that insurer, and gives them new secrets. It authenticates as a client itself, with
//! an access token of scope `musubi:clients`.

use crate::app::App;
use crate::clients::put::{Put, put as write};
use crate::clients::secrets;
use crate::endpoints::programs::extract::{Call, Caller, with_nonce};
use crate::endpoints::programs::resource::{Challenge, Refusal, Resource, in_header};
use crate::endpoints::programs::{document, json, refused, refused_because};
use crate::realm::Realm;
use crate::store::clients::{self as stored, Origin, Registered};
use crate::store::grants;
use crate::visit::slug;
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use db::Conn;
use oidc::Client;
use oidc::error::Code;
use oidc::registration::check;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use web::Error;

use oidc::scope::MANAGE_CLIENTS as SCOPE;

/// Clients on one page.
const PAGE: i64 = 100;
/// Seconds for which the old secret is accepted beside the new one, unless the request says.
const OVERLAP: i64 = 7 * 24 * 3600;

/// The insurer whose clients the caller may manage.
pub struct Managed(Arc<Realm>);

impl FromRequestParts<Arc<App>> for Managed {
    type Rejection = Error;

    /// # Errors
    /// A challenge when the access token does not give the right (RFC 6750 §3, RFC 9449 §7.1).
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let path = parts.uri.path();
        let realm = app.realm(slug(path)).await?.ok_or(Error::NOT_FOUND)?;
        let below = path.trim_start_matches('/').split_once('/').map_or("", |(_, below)| below);
        let caller = Caller::of(parts, app);
        let call = Call { method: parts.method.as_str(), path: below, mutual: caller.mutual };
        let headers = &parts.headers;
        let resource = Resource { app, realm: &realm, call, headers, caller: &caller };
        match may_manage(&resource).await {
            Ok(()) => Ok(Self(realm)),
            Err(refusal) => {
                let answer = Err(refusal.into_error());
                let has_proof = headers.contains_key("dpop");
                Err(Error::Refused(Box::new(with_nonce(app, &realm, has_proof, answer))))
            }
        }
    }
}

/// A service's own token with the scope gives the right: never a person's, whatever scopes that
/// has. The right is the client's today, not only the token's.
async fn may_manage(resource: &Resource<'_>) -> Result<(), Refusal> {
    let presented = in_header(resource.headers)?;
    let presented = presented.ok_or(Refusal::OAuth(Challenge::default()))?;
    let refused = |error| Challenge::because(presented.dpop, error);
    let live = resource.open(&presented, &[&resource.realm.issuer]).await?;
    if live.behind.is_some() {
        return Err(refused(Code::InvalidToken.because("the access token is a person's")));
    }
    let has = live.access.scopes().iter().any(|scope| scope == SCOPE);
    if !has || !live.client.scopes.iter().any(|scope| scope == SCOPE) {
        let why = "the access token needs scope musubi:clients";
        return Err(refused(Code::InsufficientScope.because(why)));
    }
    Ok(())
}

/// A client without its secrets.
fn public_json(registered: &Registered) -> Value {
    let mut body = serde_json::to_value(&registered.client).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("secrets");
        body.insert("origin".into(), json!(registered.origin.as_str()));
        body.insert("created_at".into(), json!(registered.created_at));
    }
    body
}

/// Where a list goes on.
#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    after: String,
}

/// `GET /{insurer}/admin/clients?after=…`
pub async fn list(
    State(app): State<Arc<App>>,
    Managed(realm): Managed,
    Query(After { after }): Query<After>,
) -> Result<Response, Error> {
    let found = stored::list(&mut app.tools.db.read().await?, realm.id(), &after, PAGE + 1).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(0);
    let page: Vec<Value> =
        found.iter().take(usize::try_from(PAGE).unwrap_or(0)).map(public_json).collect();
    let next = page.last().filter(|_| more).map(|last| last["client_id"].clone());
    Ok(json(StatusCode::OK, &json!({"clients": page, "next": next})))
}

/// `GET /{insurer}/admin/clients/{client_id}`
pub async fn read(
    State(app): State<Arc<App>>,
    Managed(realm): Managed,
    Path((_, client_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let found = find(&app, &realm, &client_id).await?;
    Ok(json(StatusCode::OK, &public_json(&found)))
}

/// `PUT /{insurer}/admin/clients/{client_id}`: makes or replaces a client. Unknown members are
/// refused by name; secrets are kept, a new client's is shown once.
pub async fn put(
    State(app): State<Arc<App>>,
    Managed(realm): Managed,
    Path((_, client_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let mut body = document(request).await?;
    let refusal = |why: String| refused_because(Code::InvalidClientMetadata, &why);
    let plain = client_id.bytes().all(|b| b.is_ascii_graphic()) && client_id.len() <= 200;
    if !plain {
        return Err(refusal("client_id: printable letters without spaces are needed".into()));
    }
    let Some(object) = body.as_object_mut() else {
        return Err(refusal("the body must be a JSON object".into()));
    };
    // As they are read: a client that is read and written back is the same.
    object.remove("origin");
    object.remove("created_at");
    if object.contains_key("secrets") {
        return Err(refusal("secrets cannot be set: ask for a new one".into()));
    }
    object.insert("client_id".into(), json!(client_id));
    let client: Client =
        serde_json::from_value(body).map_err(|error| refusal(error.to_string()))?;
    if realm.clients.contains_key(&client_id) {
        return Err(refusal("this client is in the insurer's folder: change it there".into()));
    }
    if let Some(fault) = check(&client) {
        return Err(refused_because(fault.error, &fault.why));
    }
    if let Some(why) = realm.definition.policy.protocol.client_fault(&client) {
        return Err(refusal(why.into()));
    }
    if let Some(why) = app.clients.sector_fault(&client).await {
        return Err(refusal(why.into()));
    }
    let mut tx = app.tools.db.begin().await?;
    let known = stored::by_id(&mut tx, realm.id(), &client_id).await?;
    let known = known.filter(|known| known.insurer_id == *realm.id());
    let new = Put {
        insurer: realm.id(),
        client,
        old: known.as_ref(),
        chosen_secret: None,
        origin: Origin::Admin,
        registration_hash: None,
    };
    let written = write(&mut tx, &app.sealer, new, app.now()).await?;
    let written = written.ok_or_else(changed)?;
    tx.commit().await?;
    app.clients.cache.forget();
    let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let mut body = public_json(&find(&app, &realm, &client_id).await?);
    if let Some(clear) = written.clear {
        body["client_secret"] = json!(clear.0);
    }
    Ok(json(status, &body))
}

/// `DELETE /{insurer}/admin/clients/{client_id}`
pub async fn delete(
    State(app): State<Arc<App>>,
    Managed(realm): Managed,
    Path((_, client_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    find(&app, &realm, &client_id).await?;
    let mut tx = app.tools.db.begin().await?;
    stored::delete(&mut tx, realm.id(), &client_id).await?;
    grants::revoke_client(&mut tx, realm.id(), &client_id).await?;
    tx.commit().await?;
    app.clients.cache.forget();
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a rotation may say.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Rotation {
    /// Seconds for which the old secrets stay good.
    overlap_seconds: Option<i64>,
}

/// `POST /{insurer}/admin/clients/{client_id}/secret`: a new secret, shown once; the old one goes
/// on for a while.
pub async fn rotate(
    State(app): State<Arc<App>>,
    Managed(realm): Managed,
    Path((_, client_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap_or_default();
    let rotation: Rotation = if body.is_empty() {
        Rotation::default()
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| refused_because(Code::InvalidRequest, &error.to_string()))?
    };
    let overlap = rotation.overlap_seconds.unwrap_or(OVERLAP);
    if !(0..=90 * 24 * 3600).contains(&overlap) {
        return Err(refused(Code::InvalidRequest.because("overlap_seconds: 0 to 90 days")));
    }
    let mut tx = app.tools.db.begin().await?;
    let found = find_on(&mut tx, &realm, &client_id).await?;
    let mut client = found.client.clone();
    if !client.token_endpoint_auth_method.by_secret() {
        let why = "this client authenticates without a secret";
        return Err(refused(Code::InvalidRequest.because(why)));
    }
    let now = app.now();
    let secret = secrets::rotate(&app.sealer, realm.id(), &mut client, overlap, now);
    if !stored::replace(&mut tx, &found, &client, now).await? {
        return Err(changed());
    }
    tx.commit().await?;
    app.clients.cache.forget();
    Ok(json(
        StatusCode::OK,
        &json!({
            "client_id": client_id, "client_secret": secret.0, "old_secret_expires_at": now + overlap,
        }),
    ))
}

/// Somebody else wrote it between reading and writing.
fn changed() -> Error {
    let why = "the client was changed meanwhile: read it again";
    let body = json!({"error": "conflict", "error_description": why});
    Error::Refused(Box::new(json(StatusCode::CONFLICT, &body)))
}

async fn find(app: &App, realm: &Realm, client_id: &str) -> Result<Registered, Error> {
    find_on(&mut app.tools.db.read().await?, realm, client_id).await
}

async fn find_on(conn: &mut Conn, realm: &Realm, client_id: &str) -> Result<Registered, Error> {
    let found = stored::by_id(conn, realm.id(), client_id).await?;
    // A client of all insurers belongs to none of them.
    let found = found.filter(|found| found.insurer_id == *realm.id());
    found.ok_or_else(|| {
        let body = json!({"error": "not_found", "error_description": "there is no such client"});
        Error::Refused(Box::new(json(StatusCode::NOT_FOUND, &body)))
    })
}

/// `GET /{insurer}/admin/openapi.json`: this API in words for machines (OpenAPI 3.1).
pub async fn openapi(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    Ok(json(StatusCode::OK, &description(&realm.issuer)))
}

fn description(issuer: &str) -> Value {
    let client = json!({"$ref": "#/components/schemas/Client"});
    let answer = |about: &str, schema: Value| json!({"description": about, "content": {"application/json": {"schema": schema}}});
    let failure = answer("Refused", json!({"$ref": "#/components/schemas/Error"}));
    let id = json!([{"name": "client_id", "in": "path", "required": true,
                     "schema": {"type": "string"}}]);
    let operation = |name: &str, about: &str, good: (&str, Value)| {
        json!({
            "operationId": name, "summary": about,
            "responses": {good.0: good.1, "400": failure, "401": failure, "403": failure,
                          "404": failure},
        })
    };
    // The metadata that a client has, with the types of the default one.
    let sample = serde_json::to_value(Client::default()).unwrap_or_default();
    let kind = |value: &Value| match value {
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Array(_) => json!({"type": "array", "items": {"type": "string"}}),
        Value::Number(_) => json!({"type": "integer"}),
        _ => json!({"type": "string"}),
    };
    let mut properties: serde_json::Map<String, Value> = (sample.as_object().into_iter().flatten())
        .map(|(name, value)| (name.clone(), kind(value)))
        .collect();
    for name in oidc::registration::CLIENT_SETTABLE {
        properties.entry(name).or_insert_with(|| json!({}));
    }
    let secret = json!({"type": "string", "description": "Shown once."});
    properties.insert("client_secret".into(), secret);
    let mut update = operation(
        "putClient",
        "Make or replace a client",
        ("200", answer("The client", client.clone())),
    );
    update["requestBody"] =
        json!({"required": true, "content": {"application/json": {"schema": client}}});
    update["responses"]["201"] = answer("A new client, with its secret", client.clone());
    let mut list = operation(
        "listClients",
        "List the insurer's clients",
        (
            "200",
            answer(
                "A page",
                json!({
                    "type": "object",
                    "properties": {"clients": {"type": "array", "items": client}, "next": {"type": ["string", "null"]}},
                }),
            ),
        ),
    );
    list["parameters"] = json!([{"name": "after", "in": "query", "schema": {"type": "string"}}]);
    let mut rotate = operation(
        "rotateSecret",
        "Give a client a new secret",
        (
            "200",
            answer(
                "The secret",
                json!({
                    "type": "object",
                    "properties": {"client_id": {"type": "string"}, "client_secret": {"type": "string"},
                                   "old_secret_expires_at": {"type": "integer"}},
                }),
            ),
        ),
    );
    rotate["requestBody"] = json!({"content": {"application/json": {"schema": {
        "type": "object", "additionalProperties": false,
        "properties": {"overlap_seconds": {"type": "integer", "minimum": 0, "maximum": 7_776_000}},
    }}}});
    let read = operation("readClient", "Read a client", ("200", answer("The client", client)));
    let remove =
        operation("deleteClient", "Remove a client", ("204", json!({"description": "Removed"})));
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Musubi clients", "version": "1"},
        "servers": [{"url": format!("{issuer}/admin")}],
        "security": [{"token": []}],
        "paths": {
            "/clients": {"get": list},
            "/clients/{client_id}": {
                "parameters": id, "get": read, "put": update, "delete": remove,
            },
            "/clients/{client_id}/secret": {"parameters": id, "post": rotate},
        },
        "components": {
            "securitySchemes": {"token": {"type": "oauth2", "flows": {"clientCredentials": {
                "tokenUrl": format!("{issuer}/token"), "scopes": {SCOPE: "Manage clients"},
            }}}},
            "schemas": {
                "Client": {"type": "object", "properties": properties},
                "Error": {"type": "object", "properties": {
                    "error": {"type": "string"}, "error_description": {"type": "string"},
                }},
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn the_description_names_every_route_and_member() {
        let text = description("https://id.example/minato").to_string();
        for name in ["/clients/{client_id}/secret", "redirect_uris", "card", "client_secret"] {
            assert!(text.contains(name), "{name}");
        }
        assert!(!text.contains("\"secrets\""));
    }
}
