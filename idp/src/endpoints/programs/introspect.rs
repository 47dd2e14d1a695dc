//! Introspection (RFC 7662), also as a signed JWT (RFC 9701): a resource server asks whether a
//! token is good. It learns only about tokens that were issued to it or for it.

use super::extract::{self as api, Api};
use super::userinfo::stepped_up;
use super::{json, refused, signed};
use crate::app::App;
use crate::people::claims::{Holder, person};
use crate::realm::Realm;
use crate::store::grants;
use crate::store::grants::Behind;
use crate::tokens::Refresh;
use crate::tokens::access::{self, Live};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use oidc::Client;
use oidc::claims::{Audience, ClaimsRequest, userinfo};
use oidc::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;
use web::Error;
use web::clock::today;

/// `POST /{insurer}/introspect`
pub async fn post(State(app): State<Arc<App>>, api: Api) -> Result<Response, Error> {
    let client = api::authenticate(&app, &api, "introspect").await?;
    if client.is_public() {
        let why = "a public client cannot introspect";
        return Err(refused(Code::InvalidClient.because(why)));
    }
    let token = api.params.value("token");
    let token = token.ok_or(refused(Code::InvalidRequest.because("token is missing")))?;
    let realm = &*api.realm;
    let body = about(&app, realm, &client, token).await?;
    let accepts = |kind: &str| {
        let accept = api.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains(kind))
    };
    const KIND: &str = "application/token-introspection+jwt";
    let Some(algorithm) = client
        .introspection_signed_response_alg
        .or(accepts(KIND).then_some(client.default_response_alg()))
    else {
        return Ok(json(StatusCode::OK, &body));
    };
    // RFC 9701 §5: an inactive token says nothing else here, too.
    let claims = json!({
        "iss": realm.issuer, "aud": client.client_id, "iat": app.now(),
        "token_introspection": body,
    });
    let key = realm.key(algorithm, app.now())?;
    Ok(signed(key.sign("token-introspection+jwt", &claims)?, KIND))
}

async fn about(app: &App, realm: &Realm, client: &Client, token: &str) -> Result<Value, Error> {
    let inactive = json!({"active": false});
    let mut conn = app.tools.db.read().await?;
    let live = access::live(&app.clients, &mut conn, realm, token, app.now()).await?;
    if let Some(Live { access, behind, client: holder_of }) = live {
        let own = access.client_id == client.client_id;
        let meant =
            client.introspects && access.aud.iter().any(|aud| client.served().contains(aud));
        if !own && !meant {
            return Ok(inactive);
        }
        let mut body = json!({
            "active": true,
            "iss": access.iss,
            "client_id": access.client_id,
            "sub": match &behind {
                // As the asking client sees the person.
                Some(Behind { grant, .. }) => {
                    client.subject(&grant.account_id, &realm.keys.pairwise)
                }
                None => access.sub.clone(),
            },
            "aud": access.aud,
            "scope": access.scope,
            "exp": access.exp,
            "iat": access.iat,
            "jti": access.jti,
            "token_type": access.cnf.token_type(),
        });
        if !access.cnf.is_none() {
            body["cnf"] = json!(access.cnf);
        }
        // RFC 9470 §6.2.
        for (name, value) in [
            ("auth_time", access.auth_time.map(|at| json!(at))),
            ("acr", access.acr.clone().map(|acr| json!(acr))),
            ("act", access.act.clone()),
        ] {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        if !access.authorization_details.is_empty() {
            body["authorization_details"] = json!(access.authorization_details);
        }
        // RFC 7662 §2.2: what the insurer's own service behind the resource has to know of whose token it is:
        // of a token that the insurer's own app got from the member, and nobody exchanged.
        let cards = |scopes: &[String]| scopes.iter().any(|scope| scope == "membership");
        let own_app = holder_of.first_party && access.act.is_none();
        if let Some(Behind { account, roster, .. }) = behind
            && meant
            && own_app
            && cards(&access.scopes())
            && cards(&client.scopes)
            && client.first_party
            && stepped_up(realm, &access, false, app.now()).is_ok()
        {
            let (holder, today) = (Holder { account, roster }, today(app.now()));
            let person = person(&mut conn, realm, client, holder, Some(&today)).await?;
            let scopes = ["openid", "profile", "membership"].map(str::to_owned);
            let asked = ClaimsRequest::default();
            let audience = Audience { client, scopes: &scopes, asked: &asked, now: app.now() };
            let mut claims = userinfo(&person, audience);
            for name in ["name", "membership"] {
                if let Some(claim) = claims.remove(name) {
                    body[name] = claim;
                }
            }
        }
        return Ok(body);
    }
    let Some(refresh) = Refresh::read(realm, token) else { return Ok(inactive) };
    let found =
        grants::by_id(&mut conn, realm.id(), &refresh.grant_id, realm.lives(app.now())).await?;
    let found = found.map(|(grant, _)| grant).filter(|grant| {
        grant.client_id == client.client_id
            && grant.generation == refresh.generation
            && grant.expires_at > app.now()
    });
    let Some(grant) = found else { return Ok(inactive) };
    Ok(json!({
        "active": true,
        "iss": realm.issuer,
        "client_id": grant.client_id,
        "sub": client.subject(&grant.account_id, &realm.keys.pairwise),
        "scope": grant.detail.scopes.join(" "),
        "exp": grant.expires_at,
        "token_type": "refresh_token",
    }))
}
