//! The session of a request: found by cookie, begun by a finished login, ended by sign-out.

use crate::app::App;
use crate::realm::Realm;
use crate::store::sessions::{self, Session};
use axum::http::{HeaderMap, HeaderValue};
use db::Conn;
use web::{Error, cookies, random};

/// Sessions of insurers under one host must not meet, so the cookie names the insurer.
fn cookie_name(realm: &Realm) -> String {
    format!("idp-{}", realm.id())
}

/// The live session of a request. Idle or over-age sessions count as none.
pub async fn find(app: &App, realm: &Realm, headers: &HeaderMap) -> Result<Option<Session>, Error> {
    let secure = app.settings.secure();
    let Some(secret) = cookies::value(headers, &cookie_name(realm), secure) else {
        return Ok(None);
    };
    let hash = random::hash(secret);
    let found = sessions::by_secret(&mut app.db.read().await?, realm.id(), &hash).await?;
    let Some(session) = found else { return Ok(None) };
    let now = app.now();
    let idle = realm.definition.policy.session.idle_minutes * 60;
    if session.expires_at <= now || session.seen_at + idle <= now {
        return Ok(None);
    }
    // Written once a minute at most: a read must not cost a durable write each time.
    if session.seen_at + 60 < now {
        // In the background: a page must not wait for an import that is being written.
        let (db, insurer) = (app.db.clone(), realm.id().to_owned());
        tokio::spawn(async move {
            let mut tx = db.begin().await?;
            sessions::seen(&mut tx, &insurer, &hash, now).await?;
            tx.commit().await
        });
    }
    Ok(Some(session))
}

/// Begins a session with a new secret (never the one that the browser brought).
pub async fn begin(
    conn: &mut Conn,
    realm: &Realm,
    (account_id, proofs): (&str, Vec<String>),
    now: i64,
    secure: bool,
) -> Result<(Session, HeaderValue), Error> {
    let secret = random::secret();
    let session = Session {
        sid: random::id(),
        account_id: account_id.to_owned(),
        auth_time: now,
        seen_at: now,
        expires_at: now + realm.definition.policy.session.absolute_hours * 3600,
        proofs,
    };
    sessions::insert(conn, realm.id(), &random::hash(&secret), &session).await?;
    Ok((session, cookies::set(&cookie_name(realm), &secret, None, secure)))
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget(realm: &Realm, secure: bool) -> HeaderValue {
    cookies::clear(&cookie_name(realm), secure)
}
