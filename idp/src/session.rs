//! The session of a request: found by cookie, begun by a finished journey, ended by sign-out.

use crate::clients::Clients;
use crate::ids::{AccountId, JourneyId, Sid};
use crate::need::{Agreement, Evidence};
use crate::realm::Realm;
use crate::store::grants;
use crate::store::logouts::{self, Waiting};
use crate::store::sessions::{self, Session};
use crate::user_agent;
use crate::visit::Visit;
use axum::http::HeaderValue;
use db::{Conn, Db, Tx};
use oidc::logout::front_channel_url;
use secret::{hash, random};
use web::{Error, cookies};

/// Sessions of insurers under one host must not meet, so the cookie names the insurer.
fn cookie_name(realm: &Realm) -> String {
    format!("idp-{}", realm.id())
}

/// The live session of a request. Idle or over-age sessions count as none.
pub async fn find(db: &Db, visit: &Visit) -> Result<Option<Session>, Error> {
    // Without a cookie no connection is asked for.
    if secret_hash(visit).is_none() {
        return Ok(None);
    }
    find_on(&mut db.read().await?, db, visit).await
}

/// The hash of the browser's session secret, if it brought one.
fn secret_hash(visit: &Visit) -> Option<Vec<u8>> {
    let cookie = cookies::value(&visit.headers, &cookie_name(&visit.realm), visit.secure);
    cookie.map(hash::sha256)
}

/// The live session of a request, found on a connection at hand: who holds one must not ask for
/// another. That it was seen is written in the background, on a connection of its own.
pub async fn find_on(conn: &mut Conn, db: &Db, visit: &Visit) -> Result<Option<Session>, Error> {
    let Some(hash) = secret_hash(visit) else { return Ok(None) };
    let (realm, now) = (&visit.realm, visit.now);
    let found = sessions::by_secret(conn, realm.id(), &hash).await?;
    let Some(session) = found else { return Ok(None) };
    let idle = realm.definition.policy.session.idle_minutes * 60;
    if session.expires_at <= now || (!session.stays && session.seen_at + idle <= now) {
        return Ok(None);
    }
    if realm.is_out(conn, &session.account_id, now).await? {
        return Ok(None);
    }
    // Written once a minute at most: a read must not cost a durable write each time.
    if session.seen_at + 60 < now {
        // In the background: a page must not wait for an import that is being written.
        let (db, insurer) = (db.clone(), realm.id().clone());
        tokio::spawn(async move {
            let mut tx = db.begin().await?;
            sessions::seen(&mut tx, &insurer, &hash, now).await?;
            tx.commit().await
        });
    }
    Ok(Some(session))
}

/// A session that is about to begin.
pub struct New<'a> {
    pub account_id: AccountId,
    /// What was proved, now and before.
    pub evidence: Vec<Evidence>,
    pub agreed: Vec<Agreement>,
    /// The journey that ends in it.
    pub journey: &'a JourneyId,
    /// Its owner wants to stay signed in in this browser.
    pub stays: bool,
}

/// Begins a session with a new secret (never the one that the browser brought). The same person's
/// session in this browser goes on under the new secret, so that partners see one; another
/// person's ends. `None` when the journey ended in a session before, or the session that goes on was
/// signed out meanwhile: nothing of this may be kept.
pub async fn begin(
    tx: &mut Tx,
    visit: &Visit,
    before: Option<&Session>,
    clients: &Clients,
    new: New<'_>,
) -> Result<Option<(Session, HeaderValue)>, Error> {
    let (realm, now) = (&visit.realm, visit.now);
    let own = before.filter(|before| before.account_id == new.account_id);
    let secret = random::secret();
    let present = new.evidence.iter().filter(|one| one.kind.is_authenticator());
    let auth_time = present.map(|one| one.at).max().unwrap_or(now);
    let policy = &realm.definition.policy.session;
    // Going on with a session that stays stays, as long as the insurer allows it.
    let stays = policy.stay_days > 0 && (new.stays || own.is_some_and(|own| own.stays));
    let hours = if stays { i64::from(policy.stay_days) * 24 } else { policy.absolute_hours };
    let session = Session {
        sid: own.map_or_else(Sid::random, |own| own.sid.clone()),
        account_id: new.account_id,
        auth_time,
        seen_at: now,
        // Counted from when the person was last present: going on with a session lengthens nothing.
        expires_at: auth_time + hours * 3600,
        evidence: new.evidence,
        agreed: new.agreed,
        device: Some(user_agent::label(&visit.headers)).filter(|label| !label.is_empty()),
        stays,
        place: visit.places.of(visit.address),
    };
    let hash = hash::sha256(&secret);
    if !sessions::insert(tx, realm.id(), &hash, &session, new.journey).await? {
        return Ok(None);
    }
    // After the new one stands, so that a journey that is walked again meets its own session.
    match (own, before) {
        (Some(_), _) => {
            let old = secret_hash(visit).unwrap_or_default();
            // A sign-out that came between ended it: it does not rise again.
            if !sessions::drop_secret(tx, realm.id(), &old).await? {
                return Ok(None);
            }
        }
        (None, Some(other)) => drop(end(tx, clients, realm, &other.sid, now).await?),
        (None, None) => {}
    }
    // A browser forgets the other kind when it is closed.
    let seconds = stays.then_some(session.expires_at - now);
    Ok(Some((session, cookies::set(&cookie_name(realm), &secret, seconds, visit.secure))))
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget(visit: &Visit) -> HeaderValue {
    cookies::clear(&cookie_name(&visit.realm), visit.secure)
}

/// Ends a session and what was granted in it, and notes which clients must be told. Returns the
/// addresses for the frames of the page that the person sees now (Front-Channel Logout §2);
/// back-channel logouts wait in a table until they are delivered.
pub async fn end(
    tx: &mut Tx,
    clients: &Clients,
    realm: &Realm,
    sid: &Sid,
    now: i64,
) -> Result<Vec<String>, Error> {
    let mut frames = Vec::new();
    for (client_id, account_id) in grants::clients_of(tx, realm.id(), sid).await? {
        let Some(client) = clients.find(tx, realm, &client_id).await? else { continue };
        frames.extend(front_channel_url(
            &client,
            &realm.issuer,
            &client.session_id(sid, &realm.keys.pairwise),
        ));
        if client.backchannel_logout_uri.is_some() {
            let waiting = Waiting {
                logout_id: random::id(),
                insurer_id: realm.id().clone(),
                client_id,
                account_id,
                sid: sid.clone(),
                due_at: now,
                tries: 0,
            };
            logouts::insert(tx, &waiting).await?;
        }
    }
    sessions::end(tx, realm.id(), sid).await?;
    Ok(frames)
}
