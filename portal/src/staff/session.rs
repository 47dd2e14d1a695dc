//! The session of a member of staff: its cookie, and how long it lives.

use crate::store::staff_sessions::{self, StaffSession};
use axum::http::{HeaderMap, HeaderValue};
use db::Db;
use secret::hash;
use web::{Error, cookies};

/// Seconds without a request after which a session has ended: other people walk past the screen.
const IDLE_LIFETIME_SECS: i64 = 20 * 60;
/// Seconds after which a session has ended in any case: a day's work.
pub const LIFETIME_SECS: i64 = 10 * 3600;

fn cookie_name(slug: &str) -> String {
    format!("staff-{slug}")
}

/// The secret that the browser brought.
pub fn secret<'h>(slug: &str, headers: &'h HeaderMap, secure: bool) -> Option<&'h str> {
    cookies::value(headers, &cookie_name(slug), secure)
}

/// The live session of a request.
pub(super) async fn find(
    db: &Db,
    slug: &str,
    headers: &HeaderMap,
    secure: bool,
    now: i64,
) -> Result<Option<StaffSession>, Error> {
    let Some(secret) = secret(slug, headers, secure) else { return Ok(None) };
    let hash = hash::sha256(secret);
    let found = staff_sessions::by_secret(&mut db.read().await?, slug, &hash).await?;
    let live = found.filter(|s| s.expires_at > now && s.seen_at + IDLE_LIFETIME_SECS > now);
    if live.as_ref().is_some_and(|session| session.seen_at + 60 < now) {
        // In the background: a page must not wait for an import that is being written.
        let (db, insurer) = (db.clone(), slug.to_owned());
        tokio::spawn(async move {
            let mut tx = db.begin().await?;
            staff_sessions::seen(&mut tx, &insurer, &hash, now).await?;
            tx.commit().await
        });
    }
    Ok(live)
}

/// Whose session it was, also one that has ended while they typed, by `sub`.
pub async fn last(
    db: &Db,
    slug: &str,
    headers: &HeaderMap,
    secure: bool,
) -> Result<Option<String>, Error> {
    let Some(secret) = secret(slug, headers, secure) else { return Ok(None) };
    let hash = hash::sha256(secret);
    let found = staff_sessions::by_secret(&mut db.read().await?, slug, &hash).await?;
    Ok(found.map(|session| session.sub))
}

/// The `Set-Cookie` line of a new session.
pub fn cookie(slug: &str, secret: &str, secure: bool) -> HeaderValue {
    cookies::set(&cookie_name(slug), secret, None, secure)
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget(slug: &str, secure: bool) -> HeaderValue {
    cookies::clear(&cookie_name(slug), secure)
}
