//! Which browser a request comes from: a secret of its own, kept for a year, says whether an account
//! has signed in there before. It proves nothing by itself.

use crate::ids::{AccountId, BrowserId};
use crate::realm::Realm;
use crate::store::browsers::{self, Browser};
use crate::user_agent;
use crate::visit::Visit;
use axum::http::HeaderValue;
use db::{Conn, Tx};
use secret::{hash, random};
use web::{Error, cookies};

/// How long browsers keep it; 400 days is what they allow.
const KEPT_SECS: i64 = 400 * 24 * 3600;

/// That it was seen is written once in so many seconds.
const SEEN_SECS: i64 = 24 * 3600;

fn cookie_name(realm: &Realm) -> String {
    format!("browser-{}", realm.id())
}

/// The hash of its secret, if it brought one.
pub fn secret_hash(visit: &Visit) -> Option<Vec<u8>> {
    let cookie = cookies::value(&visit.headers, &cookie_name(&visit.realm), visit.secure);
    cookie.filter(|secret| !secret.is_empty()).map(hash::sha256)
}

/// The browser, if this account has signed in there before.
pub async fn known(
    conn: &mut Conn,
    visit: &Visit,
    account: &AccountId,
) -> Result<Option<Browser>, Error> {
    let Some(hash) = secret_hash(visit) else { return Ok(None) };
    Ok(browsers::find(conn, visit.realm.id(), &hash, account).await?)
}

/// What the member said of the browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// For how many seconds a login asks no second factor there.
    pub remembered: Option<i64>,
    /// They put a passkey off.
    pub no_passkey: bool,
}

/// The account has signed in: the browser is known from now on. Returns the cookie of one that had none,
/// or that takes the place of the one it had when the account is new there.
pub async fn signed_in(
    tx: &mut Tx,
    visit: &Visit,
    account: &AccountId,
    known: Option<&Browser>,
    said: Said,
) -> Result<Option<HeaderValue>, Error> {
    let now = visit.now;
    let has_said = said.remembered.is_some() || said.no_passkey;
    if let Some(known) = known.filter(|_| !has_said)
        && known.seen_at + SEEN_SECS > now
    {
        return Ok(None);
    }
    let (realm, held) = (&visit.realm, secret_hash(visit));
    let (hash, new) = match (&held, known) {
        (Some(held), Some(_)) => (held.clone(), None),
        _ => {
            let secret = random::secret();
            (hash::sha256(&secret), Some(secret))
        }
    };
    if let (Some(held), Some(_)) = (&held, &new) {
        // Who copied the secret while others signed in here shares nothing with the one who comes.
        browsers::renew(tx, realm.id(), held, &hash).await?;
    }
    let browser = Browser {
        browser_id: known.map_or_else(BrowserId::random, |known| known.browser_id.clone()),
        label: user_agent::label(&visit.headers),
        created_at: now,
        seen_at: now,
        remembered_until: said.remembered.map(|seconds| now + seconds),
        passkey_asked: 0,
        passkey_asked_at: 0,
    };
    browsers::put(tx, realm.id(), &hash, account, &browser).await?;
    if said.no_passkey {
        browsers::put_passkey_off(tx, realm.id(), &hash, account, now).await?;
    }
    Ok(new.map(|secret| cookies::set(&cookie_name(realm), &secret, Some(KEPT_SECS), visit.secure)))
}
