//! The end of an account: nobody signs in with it any more, and its address and person are free for
//! another. What happened to it stays written down.

use crate::ids::{AccountId, InsurerId};
use crate::store::accounts::{self, State};
use crate::store::addresses::{self, Role};
use crate::store::{
    address_changes, browsers, consents, passkeys, passwords, recovery_codes, totp_devices,
};
use db::Tx;
use web::Error;

/// Closes an account.
///
/// # Errors
/// When it is closed already.
pub async fn close(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    now: i64,
) -> Result<(), Error> {
    if !accounts::move_on(tx, insurer, account, State::Closed).await? {
        return Err(Error::fault("an account that was closed already was closed"));
    }
    void_credentials(tx, insurer, account, now).await?;
    address_changes::drop(tx, insurer, account).await?;
    consents::forget_account(tx, insurer, account).await?;
    browsers::forget_others(tx, insurer, account, None).await?;
    addresses::remove(tx, insurer, account, Role::Notices).await?;
    Ok(addresses::remove(tx, insurer, account, Role::Login).await?)
}

/// Nothing that the account could prove with is good any more.
pub async fn void_credentials(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    now: i64,
) -> Result<(), Error> {
    passwords::void(tx, insurer, account, now).await?;
    for app in totp_devices::list(tx, insurer, account).await? {
        let _ = totp_devices::delete(tx, insurer, account, &app.device_id).await?;
    }
    for key in passkeys::list(tx, insurer, account).await? {
        let _ = passkeys::delete(tx, insurer, account, &key.credential_id).await?;
    }
    Ok(recovery_codes::forget(tx, insurer, account).await?)
}
