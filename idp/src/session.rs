//! The session of a request: found by cookie, begun by a finished login, ended by sign-out.

use crate::app::App;
use crate::realm::Realm;
use crate::store::sessions::{self, Session};
use axum::http::{HeaderMap, HeaderValue};
use db::Conn;
use secret::{hash, random};
use web::{Error, cookies};

/// Sessions of insurers under one host must not meet, so the cookie names the insurer.
fn cookie_name(realm: &Realm) -> String {
    format!("idp-{}", realm.id())
}

/// The live session of a request. Idle or over-age sessions count as none.
pub async fn find(app: &App, realm: &Realm, headers: &HeaderMap) -> Result<Option<Session>, Error> {
    // Without a cookie no connection is asked for.
    if secret_hash(app, realm, headers).is_none() {
        return Ok(None);
    }
    find_on(&mut app.db.read().await?, app, realm, headers).await
}

/// The hash of the browser's session secret, if it brought one.
pub fn secret_hash(app: &App, realm: &Realm, headers: &HeaderMap) -> Option<Vec<u8>> {
    cookies::value(headers, &cookie_name(realm), app.settings.secure()).map(hash::sha256)
}

/// The same on a connection at hand: who holds one must not ask for another.
pub async fn find_on(
    conn: &mut Conn,
    app: &App,
    realm: &Realm,
    headers: &HeaderMap,
) -> Result<Option<Session>, Error> {
    let Some(hash) = secret_hash(app, realm, headers) else { return Ok(None) };
    let found = sessions::by_secret(conn, realm.id(), &hash).await?;
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

/// A session that is about to begin.
pub struct New {
    pub account_id: String,
    /// The kinds that were proved, now and before.
    pub proofs: Vec<String>,
    /// When the person proved to be present.
    pub auth_time: i64,
    /// The id of the session that it takes the place of, when the same person signs in again.
    pub sid: Option<String>,
}

/// Begins a session with a new secret (never the one that the browser brought).
pub async fn begin(
    conn: &mut Conn,
    realm: &Realm,
    new: New,
    now: i64,
    secure: bool,
) -> Result<(Session, HeaderValue), Error> {
    let secret = random::secret();
    let session = Session {
        sid: new.sid.unwrap_or_else(random::id),
        account_id: new.account_id,
        auth_time: new.auth_time,
        seen_at: now,
        expires_at: now + realm.definition.policy.session.absolute_hours * 3600,
        proofs: new.proofs,
    };
    sessions::insert(conn, realm.id(), &hash::sha256(&secret), &session).await?;
    Ok((session, cookies::set(&cookie_name(realm), &secret, None, secure)))
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget(realm: &Realm, secure: bool) -> HeaderValue {
    cookies::clear(&cookie_name(realm), secure)
}
