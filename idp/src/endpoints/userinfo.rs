//! Userinfo: what the client of an access token may learn about the person.

use super::refused;
use crate::app::App;
use crate::store::people::Member;
use crate::store::{accounts, people, tokens};
use crate::visit::Visit;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use db::Conn;
use handover::card::Card;
use oidc::claims::{Person, userinfo};
use oidc::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Error, random};

/// `GET` and `POST /{insurer}/userinfo` with the token in the header (RFC 6750 §2.1).
pub async fn answer(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let realm = &visit.realm;
    let invalid = || refused(Code::InvalidToken.because("the access token is not valid"));
    let token = bearer(&visit.headers).ok_or_else(invalid)?;
    let mut conn = app.db.read().await?;
    let hash = random::hash(token);
    let token = tokens::by_hash(&mut conn, realm.id(), &hash, app.now()).await?;
    let token = token.ok_or_else(invalid)?;
    let client = realm.definition.clients.get(&token.client_id).ok_or_else(invalid)?;
    let account = accounts::by_id(&mut conn, realm.id(), &token.account_id).await?;
    let account = account.ok_or_else(invalid)?;
    let memberships = people::memberships(&mut conn, realm.id(), &account.person_id).await?;
    let membership = if client.first_party && token.scopes.iter().any(|s| s == "membership") {
        membership(&mut conn, realm.id(), &realm.brand.insurer_number, &memberships).await?
    } else {
        Value::Null
    };
    let person = Person {
        sub: account.account_id,
        name: memberships.first().map(|member| member.name.clone()).unwrap_or_default(),
        preferred_username: account.user_id,
        email: account.email,
        locale: "ja".into(),
        updated_at: account.created_at,
        membership,
    };
    let mut response = Json(userinfo(&person, &token.scopes, client)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The person's cards and, for an insured person, those of the household.
async fn membership(
    conn: &mut Conn,
    insurer: &str,
    insurer_number: &str,
    own: &[Member],
) -> Result<Value, db::Error> {
    let mut household = Vec::new();
    for card in own.iter().filter(|member| member.insured) {
        for other in people::household(conn, insurer, &key(card).household()).await? {
            if other.person_id != card.person_id {
                household.push(shown(&other));
            }
        }
    }
    Ok(json!({
        "insurer_number": insurer_number,
        "insured": own.first().is_some_and(|member| member.insured),
        "cards": own.iter().map(shown).collect::<Vec<_>>(),
        "household": household,
    }))
}

fn key(member: &Member) -> Card {
    Card {
        symbol: member.symbol.clone(),
        number: member.number.clone(),
        branch: member.branch.clone(),
    }
}

fn shown(member: &Member) -> Value {
    json!({
        "person": member.person_id,
        "name": member.name,
        "relation": member.relation,
        "symbol": member.symbol,
        "number": member.number,
        "branch": member.branch,
        "acquired_on": member.acquired_on,
        "lost_on": member.lost_on,
    })
}
