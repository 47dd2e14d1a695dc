//! What the provider keeps of a member, for the member to take along: as JSON, or as a table.

use crate::app::App;
use crate::journeys::begin::sign_in_for;
use crate::session;
use crate::store::addresses::{self, Role};
use crate::store::evidence::Holder;
use crate::store::{
    accounts, agreements, browsers, consents, events, passkeys, passwords, recovery_codes,
    sessions, totp_devices,
};
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use web::Error;
use web::clock::instant;

/// Events that are told: years of them.
const EVENTS: i64 = 10_000;

/// `GET /{insurer}/account/data/{format}`: `json` or `csv`.
pub async fn download(
    State(app): State<Arc<App>>,
    Path((_, format)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, "account");
    };
    let data = all(&app, &visit, &session).await?;
    let (body, kind, name) = match format.as_str() {
        "json" => (format!("{data:#}").into_bytes(), "application/json", "account.json"),
        "csv" => (table(&data)?, "text/csv; charset=utf-8", "account.csv"),
        _ => return Err(Error::NOT_FOUND),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let line = format!("attachment; filename=\"{name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&line)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn all(app: &App, visit: &Visit, session: &sessions::Session) -> Result<Value, Error> {
    let (insurer, id) = (visit.realm.id(), &session.account_id);
    let mut conn = app.tools.db.read().await?;
    let found = accounts::with_person(&mut conn, insurer, id).await?;
    let (account, person) = found.ok_or(Error::NOT_FOUND)?;
    let since = passwords::since(&mut conn, insurer, id).await?;
    let apps = totp_devices::list(&mut conn, insurer, id).await?;
    let keys = passkeys::list(&mut conn, insurer, id).await?;
    let (codes, _) = recovery_codes::left(&mut conn, insurer, id).await?;
    let notices = addresses::of_role(&mut conn, insurer, id, Role::Notices).await?;
    let living = sessions::living(&mut conn, insurer, id, visit.now, 0).await?;
    let known = browsers::list(&mut conn, insurer, id).await?;
    let allowed = consents::list(&mut conn, insurer, id).await?;
    let agreed = agreements::with_times(&mut conn, insurer, Holder::Account(id)).await?;
    let happened = events::list(&mut conn, insurer, id, EVENTS).await?;
    drop(conn);
    let at = |seconds: i64| Value::from(instant(seconds));
    Ok(json!({
        "account": {
            "user_id": account.user_id,
            "email": account.email,
            "notice_address": notices.map(|(address, _)| address),
            "language": account.language,
            "created_at": at(account.created_at),
            "name": person.as_ref().map(|person| &person.name),
            "birth_date": person.as_ref().map(|person| &person.birth_date),
            "password_since": since.map(at),
            "recovery_codes_left": codes,
        },
        "authenticator_apps": apps.iter().map(|app| json!({
            "name": app.name, "created_at": at(app.created_at), "used_at": at(app.used_at),
        })).collect::<Vec<_>>(),
        "passkeys": keys.iter().map(|key| json!({
            "name": key.name, "created_at": at(key.created_at), "used_at": at(key.used_at),
        })).collect::<Vec<_>>(),
        "sessions": living.iter().map(|one| json!({
            "device": one.device, "place": one.place, "since": at(one.auth_time), "seen_at": at(one.seen_at),
        })).collect::<Vec<_>>(),
        "browsers": known.iter().map(|one| json!({
            "device": one.label, "created_at": at(one.created_at), "seen_at": at(one.seen_at),
            "remembered_until": one.remembered_until.map(at),
        })).collect::<Vec<_>>(),
        "consents": allowed.iter().map(|one| json!({
            "client_id": one.client_id, "scopes": one.scopes, "granted_at": at(one.granted_at),
        })).collect::<Vec<_>>(),
        "agreements": agreed.iter().map(|(one, when)| json!({
            "document": one.document, "version": one.version, "at": at(*when),
        })).collect::<Vec<_>>(),
        "history": happened.iter().map(|event| json!({
            "at": at(event.at), "what": event.what.as_str(), "detail": event.detail,
        })).collect::<Vec<_>>(),
    }))
}

/// Three columns: what it is of, which of them, and what it says. Excel reads it as UTF-8, and takes no
/// cell for a formula.
fn table(data: &Value) -> Result<Vec<u8>, Error> {
    let mut out = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    out.write_record(["group", "name", "value"])?;
    for (group, value) in data.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    rows(&mut out, &format!("{group} {}", n + 1), item)?;
                }
            }
            item => rows(&mut out, group, item)?,
        }
    }
    out.into_inner().map_err(Error::fault)
}

/// A text that no spreadsheet takes for a formula (attack 34).
fn plain(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn rows(out: &mut csv::Writer<Vec<u8>>, group: &str, item: &Value) -> Result<(), Error> {
    for (name, value) in item.as_object().into_iter().flatten() {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        out.write_record([group, name, &plain(&text)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::table;
    use serde_json::json;

    /// Attack 34: what somebody typed as a name is no formula in a spreadsheet.
    #[test]
    fn a_name_is_no_formula() {
        let data = json!({"passkeys": [{"name": "=HYPERLINK(\"x\")", "used_at": "2026"}]});
        let text = String::from_utf8(table(&data).ok().unwrap()).unwrap();
        assert!(text.contains("passkeys 1,name,\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
    }
}
