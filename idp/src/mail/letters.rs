//! What mails say.

use super::Letter;
use serde::Serialize;

/// The link that proves a mailbox.
#[derive(Serialize)]
pub struct RegistrationLink {
    pub url: String,
    pub minutes: i64,
}

/// Sent instead of a link when the address has an account: the page does not tell.
#[derive(Serialize)]
pub struct AlreadyRegistered {
    pub login_url: String,
}

/// The link that proves a mailbox for a recovery.
#[derive(Serialize)]
pub struct RecoveryLink {
    pub url: String,
    pub minutes: i64,
    /// What was lost: `password` or `app`.
    pub what: &'static str,
}

/// Sent instead of a recovery's link when no account has the address: the page does not tell.
#[derive(Serialize)]
pub struct NotRegistered {
    pub login_url: String,
}

/// The password is another: whoever did not do that hears of it.
#[derive(Serialize)]
pub struct PasswordChanged {
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// The link that proves a new address.
#[derive(Serialize)]
pub struct ChangeLink {
    pub url: String,
    pub minutes: i64,
}

/// Sent instead of a change's link when an account has the address: the page does not tell.
#[derive(Serialize)]
pub struct AddressInUse {
    pub login_url: String,
}

/// To the old address: it is another from now on.
#[derive(Serialize)]
pub struct AddressChanged {
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// To the old address: another takes its place in some days.
#[derive(Serialize)]
pub struct AddressWaits {
    /// From when on, as people read it.
    pub from: String,
    /// When it was asked for.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// To the new address: it holds from now on.
#[derive(Serialize)]
pub struct AddressHolds {
    /// When, as people read it.
    pub at: String,
}

/// Mails about the account go to another address, too, or no more.
#[derive(Serialize)]
pub struct NoticeAddress {
    pub removed: bool,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// An authenticator app was set up.
#[derive(Serialize)]
pub struct AppAdded {
    pub name: String,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// An authenticator app was removed.
#[derive(Serialize)]
pub struct AppRemoved {
    pub name: String,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// A code that is typed where somebody signs in.
#[derive(Serialize)]
pub struct CodeByMail {
    pub code: String,
    pub minutes: i64,
    /// What the browser says it is; may be empty.
    pub device: String,
    /// When, as people read it.
    pub at: String,
}

/// A login from a browser in which the account had never signed in.
#[derive(Serialize)]
pub struct NewDevice {
    /// What the browser says it is; may be empty.
    pub device: String,
    /// Where it is; may be empty.
    pub place: String,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// The password is void: passkeys alone open the account.
#[derive(Serialize)]
pub struct PasswordRemoved {
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// The account has another user ID.
#[derive(Serialize)]
pub struct UserIdChanged {
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// The account was closed by its owner.
#[derive(Serialize)]
pub struct AccountClosed {
    /// When, as people read it.
    pub at: String,
}

/// Recovery codes were made.
#[derive(Serialize)]
pub struct CodesMade {
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// A recovery code was used.
#[derive(Serialize)]
pub struct CodeUsed {
    /// How many are left.
    pub left: i64,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// A passkey was made.
#[derive(Serialize)]
pub struct PasskeyAdded {
    pub name: String,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// A passkey was removed.
#[derive(Serialize)]
pub struct PasskeyRemoved {
    pub name: String,
    /// When, as people read it.
    pub at: String,
    /// Where whoever did not do that shuts the account.
    pub not_me_url: String,
}

/// F112: the user ID that was forgotten.
#[derive(Serialize)]
pub struct UserIdTold {
    pub user_id: String,
    pub login_url: String,
}

/// Nobody is registered with this address and birth date: the page does not tell.
#[derive(Serialize)]
pub struct UserIdUnknown {
    pub login_url: String,
}

/// F016: registration is complete.
#[derive(Serialize)]
pub struct Registered {
    pub user_id: String,
    pub login_url: String,
}

/// To somebody who works for an insurer: the account is there, or is to be set up anew. The password is
/// told by whoever gave it, on another way.
#[derive(Serialize)]
pub struct StaffWelcome {
    pub name: String,
    /// Where they sign in.
    pub url: String,
    /// How long the password is good.
    pub days: i64,
    /// It was there before.
    pub anew: bool,
}

/// For samples.
const NOT_ME: &str = "https://id.example/minato/not-me/abc";

impl Letter for RegistrationLink {
    const NAME: &'static str = "registration-link";
    fn samples() -> Vec<Self> {
        vec![Self { url: "https://id.example/minato/link/abc".into(), minutes: 180 }]
    }
}

impl Letter for AlreadyRegistered {
    const NAME: &'static str = "already-registered";
    fn samples() -> Vec<Self> {
        vec![Self { login_url: "https://portal.example/minato/".into() }]
    }
}

impl Letter for Registered {
    const NAME: &'static str = "registered";
    fn samples() -> Vec<Self> {
        let login_url = "https://portal.example/minato/".into();
        vec![Self { user_id: "hanako79".into(), login_url }]
    }
}

impl Letter for StaffWelcome {
    const NAME: &'static str = "staff-welcome";
    fn samples() -> Vec<Self> {
        [false, true]
            .map(|anew| Self {
                name: "港　花子".into(),
                url: "https://portal.example/minato/staff".into(),
                days: 7,
                anew,
            })
            .into()
    }
}

impl Letter for RecoveryLink {
    const NAME: &'static str = "recovery-link";
    fn samples() -> Vec<Self> {
        ["password", "app"]
            .map(|what| Self {
                url: "https://id.example/minato/link/abc".into(),
                minutes: 30,
                what,
            })
            .into()
    }
}

impl Letter for NotRegistered {
    const NAME: &'static str = "not-registered";
    fn samples() -> Vec<Self> {
        vec![Self { login_url: "https://portal.example/minato/".into() }]
    }
}

impl Letter for PasswordChanged {
    const NAME: &'static str = "password-changed";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into() }]
    }
}

impl Letter for ChangeLink {
    const NAME: &'static str = "change-link";
    fn samples() -> Vec<Self> {
        vec![Self { url: "https://id.example/minato/link/abc".into(), minutes: 60 }]
    }
}

impl Letter for AddressInUse {
    const NAME: &'static str = "address-in-use";
    fn samples() -> Vec<Self> {
        vec![Self { login_url: "https://portal.example/minato/".into() }]
    }
}

impl Letter for AddressChanged {
    const NAME: &'static str = "address-changed";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into() }]
    }
}

impl Letter for AppAdded {
    const NAME: &'static str = "app-added";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "スマートフォン".into(),
            at: "2026年11月30日（月）9時30分".into(),
            not_me_url: NOT_ME.into(),
        }]
    }
}

impl Letter for AppRemoved {
    const NAME: &'static str = "app-removed";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "スマートフォン".into(),
            at: "2026年11月30日（月）9時30分".into(),
            not_me_url: NOT_ME.into(),
        }]
    }
}

impl Letter for PasskeyAdded {
    const NAME: &'static str = "passkey-added";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "スマートフォン".into(),
            at: "2026年11月30日（月）9時30分".into(),
            not_me_url: NOT_ME.into(),
        }]
    }
}

impl Letter for PasskeyRemoved {
    const NAME: &'static str = "passkey-removed";
    fn samples() -> Vec<Self> {
        vec![Self {
            name: "スマートフォン".into(),
            at: "2026年11月30日（月）9時30分".into(),
            not_me_url: NOT_ME.into(),
        }]
    }
}

impl Letter for NoticeAddress {
    const NAME: &'static str = "notice-address";
    fn samples() -> Vec<Self> {
        [true, false]
            .map(|removed| Self {
                removed,
                at: "2026年11月30日（月）9時30分".into(),
                not_me_url: NOT_ME.into(),
            })
            .into()
    }
}

impl Letter for AddressWaits {
    const NAME: &'static str = "address-waits";
    fn samples() -> Vec<Self> {
        vec![Self {
            from: "2026年12月3日（木）9時30分".into(),
            at: "2026年11月30日（月）9時30分".into(),
            not_me_url: NOT_ME.into(),
        }]
    }
}

impl Letter for AddressHolds {
    const NAME: &'static str = "address-holds";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into() }]
    }
}

impl Letter for CodeByMail {
    const NAME: &'static str = "code-by-mail";
    fn samples() -> Vec<Self> {
        ["Chrome / Windows", ""]
            .map(|device| Self {
                code: "482913".into(),
                minutes: 10,
                device: device.into(),
                at: "2026年11月30日（月）9時30分".into(),
            })
            .into()
    }
}

impl Letter for PasswordRemoved {
    const NAME: &'static str = "password-removed";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into() }]
    }
}

impl Letter for UserIdChanged {
    const NAME: &'static str = "user-id-changed";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into() }]
    }
}

impl Letter for AccountClosed {
    const NAME: &'static str = "account-closed";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into() }]
    }
}

impl Letter for CodesMade {
    const NAME: &'static str = "codes-made";
    fn samples() -> Vec<Self> {
        vec![Self { at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into() }]
    }
}

impl Letter for CodeUsed {
    const NAME: &'static str = "code-used";
    fn samples() -> Vec<Self> {
        vec![Self {
            left: 9, at: "2026年11月30日（月）9時30分".into(), not_me_url: NOT_ME.into()
        }]
    }
}

impl Letter for NewDevice {
    const NAME: &'static str = "new-device";
    fn samples() -> Vec<Self> {
        ["Safari / iPhone", ""]
            .map(|device| Self {
                device: device.into(),
                place: if device.is_empty() { "" } else { "東京都" }.into(),
                at: "2026年11月30日（月）9時30分".into(),
                not_me_url: NOT_ME.into(),
            })
            .into()
    }
}

impl Letter for UserIdTold {
    const NAME: &'static str = "user-id-told";
    fn samples() -> Vec<Self> {
        let login_url = "https://portal.example/minato/".into();
        vec![Self { user_id: "hanako79".into(), login_url }]
    }
}

impl Letter for UserIdUnknown {
    const NAME: &'static str = "user-id-unknown";
    fn samples() -> Vec<Self> {
        vec![Self { login_url: "https://portal.example/minato/".into() }]
    }
}
