//! The session of a request: found by cookie, begun by the callback, ended by sign-out.

use crate::member::Member;
use crate::store::sessions::{self, Session};
use axum::http::{HeaderMap, HeaderValue};
use db::Db;
use secret::hash;
use web::{Error, cookies};

/// Seconds without a request after which a session has ended.
const IDLE_LIFETIME_SECS: i64 = 30 * 60;
/// Seconds after which a session has ended in any case.
pub const LIFETIME_SECS: i64 = 12 * 3600;

fn cookie_name(slug: &str) -> String {
    format!("portal-{slug}")
}

/// The secret that the browser brought.
pub fn secret<'h>(slug: &str, headers: &'h HeaderMap, secure: bool) -> Option<&'h str> {
    cookies::value(headers, &cookie_name(slug), secure)
}

/// The live session of a request.
pub async fn find(
    db: &Db,
    slug: &str,
    headers: &HeaderMap,
    secure: bool,
    now: i64,
) -> Result<Option<Session>, Error> {
    let Some(secret) = secret(slug, headers, secure) else { return Ok(None) };
    let hash = hash::sha256(secret);
    let found = sessions::by_secret(&mut db.read().await?, slug, &hash).await?;
    let live = found.filter(|s| s.expires_at > now && s.seen_at + IDLE_LIFETIME_SECS > now);
    // Written once a minute at most: a read must not cost a durable write each time.
    if live.as_ref().is_some_and(|session| session.seen_at + 60 < now) {
        // In the background: a page must not wait for an import that is being written.
        let (db, insurer) = (db.clone(), slug.to_owned());
        tokio::spawn(async move {
            let mut tx = db.begin().await?;
            sessions::seen(&mut tx, &insurer, &hash, now).await?;
            tx.commit().await
        });
    }
    Ok(live)
}

/// Whose session it was that has ended while they typed: it is known until it would have ended in any
/// case, or they signed out.
pub async fn last(
    db: &Db,
    slug: &str,
    headers: &HeaderMap,
    secure: bool,
) -> Result<Option<Member>, Error> {
    let Some(secret) = secret(slug, headers, secure) else { return Ok(None) };
    let found = sessions::by_secret(&mut db.read().await?, slug, &hash::sha256(secret)).await?;
    Ok(found.map(|session| session.member))
}

/// The `Set-Cookie` line of a new session.
pub fn cookie(slug: &str, secret: &str, secure: bool) -> HeaderValue {
    cookies::set(&cookie_name(slug), secret, None, secure)
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget(slug: &str, secure: bool) -> HeaderValue {
    cookies::clear(&cookie_name(slug), secure)
}
