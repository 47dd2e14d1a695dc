//! Which browser a request comes from: a secret of its own, kept for a year, says whether an account
//! has signed in there before. It proves nothing by itself.

use crate::ids::{AccountId, BrowserId};
use crate::realm::Realm;
use crate::store::browsers::{self, Browser};
use crate::visit::Visit;
use axum::http::{HeaderMap, HeaderValue, header};
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

/// The account has signed in: the browser is known from now on. Returns the cookie of one that had none.
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
    let new = held.is_none().then(random::secret);
    let hash = held.or_else(|| new.as_ref().map(hash::sha256)).unwrap_or_default();
    let browser = Browser {
        browser_id: known.map_or_else(BrowserId::random, |known| known.browser_id.clone()),
        label: label(&visit.headers),
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

/// What a browser says it is, in words that a member knows: `Chrome / Windows`. Empty when it says
/// nothing that they would know.
pub fn label(headers: &HeaderMap) -> String {
    // The first that fits: later names stand in the lines of earlier ones, too.
    const PROGRAMS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Line/", "LINE"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "Chromebook"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ];
    let line = headers.get(header::USER_AGENT).and_then(|line| line.to_str().ok());
    let line = line.unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| line.contains(part)).map(|(_, name)| *name)
    };
    let safari = || line.contains("Safari/").then_some("Safari");
    let words = [first(&PROGRAMS).or_else(safari), first(&SYSTEMS)];
    words.into_iter().flatten().collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::label;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn browsers_are_called_as_members_call_them() {
        for (line, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                "Edge / Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari / iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Chrome / Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox / Linux",
            ),
            ("curl/8.0", ""),
            ("", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_str(line).unwrap());
            assert_eq!(label(&headers), words, "{line}");
        }
    }
}
