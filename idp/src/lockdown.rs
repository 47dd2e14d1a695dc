//! Lockdown: an account that somebody else may have got into is shut at once, by its owner or the
//! help desk, until its owner has recovered it.

use crate::clients::Clients;
use crate::ids::AccountId;
use crate::realm::Realm;
use crate::session;
use crate::store::addresses::{self, Role};
use crate::store::events::{self, Detail, What};
use crate::store::{address_changes, browsers, grants, locks, passwords, sessions};
use db::Tx;
use secret::hash;
use serde::{Deserialize, Serialize};
use web::Error;

/// How long the link in a mail shuts the account.
const LINK_SECS: i64 = 7 * 24 * 3600;

/// What the link 「これは私ではありません」 of a mail carries, sealed.
#[derive(Serialize, Deserialize)]
pub struct NotMe {
    pub account: AccountId,
    /// When what the mail tells of happened.
    pub at: i64,
    /// The address that the mail went to, when it is another by now: it is put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

fn purpose(realm: &Realm) -> String {
    format!("not-me:{}", realm.id())
}

impl NotMe {
    /// The address of the page that shuts the account.
    pub fn url(&self, realm: &Realm) -> String {
        let plain = serde_json::to_vec(self).expect("a link is JSON");
        let sealed = realm.keys.journeys.seal(&purpose(realm), &plain);
        format!("{}/not-me/{}", realm.issuer, hash::base64url(sealed))
    }

    /// From the link, while it is good.
    pub fn from_token(token: &str, realm: &Realm, now: i64) -> Option<Self> {
        let sealed = hash::from_base64url(token)?;
        let plain = realm.keys.journeys.open(&purpose(realm), &sealed).ok()?;
        let found: Self = serde_json::from_slice(&plain).ok()?;
        (now < found.at + LINK_SECS).then_some(found)
    }
}

/// Shuts an account: every session and grant ends, the password is void, no browser is known any
/// more. `reason`: what the help desk writes down. `false` when it was shut before.
pub async fn lock(
    tx: &mut Tx,
    (realm, clients): (&Realm, &Clients),
    account: &AccountId,
    reason: Option<&str>,
    now: i64,
) -> Result<bool, Error> {
    let insurer = realm.id();
    if !locks::insert(tx, insurer, account, now).await? {
        return Ok(false);
    }
    sign_out(tx, (realm, clients), account, now).await?;
    passwords::void(tx, insurer, account, now).await?;
    address_changes::drop(tx, insurer, account).await?;
    let detail = Detail { reason: reason.map(str::to_owned), ..Detail::default() };
    events::insert(tx, insurer, account, What::Locked, (&detail, now)).await?;
    Ok(true)
}

/// Whoever was in is out, here and at every partner, and no browser is known any more.
pub async fn sign_out(
    tx: &mut Tx,
    (realm, clients): (&Realm, &Clients),
    account: &AccountId,
    now: i64,
) -> Result<(), Error> {
    let insurer = realm.id();
    for sid in sessions::of_account(tx, insurer, account).await? {
        session::end(tx, clients, realm, &sid, now).await?;
    }
    grants::revoke_account(tx, insurer, account, None).await?;
    Ok(browsers::forget_others(tx, insurer, account, None).await?)
}

/// Puts the address back to which a mail went that told of its change: a thief may have moved it, and
/// the recovery goes by mail. An address that another account has by now stays theirs.
pub async fn put_back(tx: &mut Tx, realm: &Realm, link: &NotMe, now: i64) -> Result<(), Error> {
    let Some(address) = &link.address else { return Ok(()) };
    let held = addresses::account(tx, realm.id(), address).await?;
    if held.is_none() {
        let (insurer, id) = (realm.id(), &link.account);
        if addresses::put(tx, insurer, id, Role::Login, address, Some(now)).await? {
            let detail = Detail::default();
            events::insert(tx, insurer, id, What::AddressChanged, (&detail, now)).await?;
        }
    }
    Ok(())
}
