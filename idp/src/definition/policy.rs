//! `idp.toml`: what an insurer decides about accounts and sessions.

use super::protocol::Protocol;
use crate::need::Relation;
use serde::{Deserialize, Serialize};
use web::clock::today;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Accounts::are_members")]
    pub accounts: Accounts,
    pub mail: MailPolicy,
    pub user_id: Length,
    pub password: PasswordPolicy,
    pub session: SessionPolicy,
    #[serde(default)]
    pub registration: RegistrationPolicy,
    pub home: Home,
    #[serde(default, skip_serializing_if = "AfterLoss::is_never")]
    pub after_loss: AfterLoss,
    #[serde(default, skip_serializing_if = "SecondFactor::is_never")]
    pub second_factor: SecondFactor,
    #[serde(default)]
    pub new_device: NewDevice,
    #[serde(default, skip_serializing_if = "Recovery::is_usual")]
    pub recovery: Recovery,
    #[serde(default, skip_serializing_if = "Passkeys::is_off")]
    pub passkeys: Passkeys,
    #[serde(default, skip_serializing_if = "Throttle::is_usual")]
    pub throttle: Throttle,
    #[serde(default)]
    pub protocol: Protocol,
}

/// Whose accounts these are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accounts {
    /// Of who is insured.
    #[default]
    Members,
    /// Of who works for the insurer: `idp staff` makes them, and nobody else.
    Staff,
}

impl Accounts {
    /// Whether they are of who is insured.
    pub fn are_members(&self) -> bool {
        *self == Self::Members
    }
}

/// Who the insurer's mails are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailPolicy {
    pub from: String,
}

/// Shortest and longest, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    pub min: usize,
    pub max: usize,
}

/// What a new password must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Shortest and longest, in characters.
    pub min: usize,
    pub max: usize,
    /// How many of those before the one in use cannot be chosen again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub history: u8,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Whether a login asks more than its journey says: a code of an authenticator app, or by mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondFactor {
    pub when: When,
    /// Whether who has no app and no passkey gets a code by mail instead of having to set up an app.
    pub mail: bool,
    /// How many days a browser can be remembered in which no second factor is asked; 0: it cannot.
    pub remember_days: u16,
}

/// What a login from a browser asks in which the member has never signed in, when it asks no second
/// factor anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewDevice {
    pub ask: AskNewDevice,
}

/// What is asked there, or only told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskNewDevice {
    /// A code that is mailed; and the login is told by mail.
    #[default]
    Code,
    /// Nothing, but the login is told by mail.
    Notice,
    /// Nothing, and nothing is told.
    Off,
}

/// When a login asks it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    #[default]
    Never,
    /// Of members who have set up an app.
    Own,
    /// Of everybody; who has no app sets one up at the next login.
    Always,
}

impl SecondFactor {
    fn is_never(&self) -> bool {
        *self == Self::default()
    }
}

/// What a recovery takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recovery {
    /// Days in which the owner of a mailbox that is said to be lost can say no, before another
    /// address takes its place.
    pub address_days: i64,
}

impl Default for Recovery {
    fn default() -> Self {
        Self { address_days: 3 }
    }
}

impl Recovery {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether members may sign in with a passkey instead of password and code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Passkeys {
    pub offer: bool,
    /// Whether a member without one is asked after a login by password, now and then, whether to make
    /// one; they can put it off.
    pub after_login: bool,
    /// Whether a member who has one may give the password up.
    pub alone: bool,
    /// The AAGUIDs of what may keep a passkey; empty: everything. Without attestation it is what an
    /// authenticator says of itself: it leads members, it does not stop who forges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
}

impl Passkeys {
    fn is_off(&self) -> bool {
        *self == Self::default()
    }
}

/// What wrong answers of many together are counted against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Throttle {
    /// The insurer's own addresses and networks, from which many sign in: they are not counted
    /// together (F276).
    pub spared: Vec<String>,
}

impl Throttle {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of who has left the society.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterLoss {
    /// Days after the loss from which they cannot sign in any more; without it they always can.
    pub days: Option<u16>,
}

impl AfterLoss {
    fn is_never(&self) -> bool {
        self.days.is_none()
    }

    /// Who lost their membership on this day, `YYYY-MM-DD`, or before is out now.
    pub fn out_since(&self, now: i64) -> Option<String> {
        self.days.map(|days| today(now - i64::from(days) * 24 * 3600))
    }
}

/// How long a session lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
    /// For how many days a member may stay signed in in a browser of theirs, 30 at the most; 0: as
    /// long as everybody.
    #[serde(default, skip_serializing_if = "is_none_of")]
    pub stay_days: u16,
}

fn is_none_of(days: &u16) -> bool {
    *days == 0
}

/// Who may register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationPolicy {
    pub relations: Vec<Relation>,
    /// What a card of this insurer looks like.
    #[serde(default, skip_serializing_if = "CardExample::is_usual")]
    pub card_example: CardExample,
}

impl RegistrationPolicy {
    /// Whether dependants have no account of their own.
    pub fn insured_only(&self) -> bool {
        self.relations == [Relation::Insured]
    }
}

/// Symbol, number and branch as the insurer's cards have them: examples beside the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardExample {
    pub symbol: String,
    pub number: String,
    pub branch: String,
}

impl CardExample {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for CardExample {
    fn default() -> Self {
        Self { symbol: "1234".into(), number: "0005678".into(), branch: "00".into() }
    }
}

/// Where a person goes when nothing else was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    pub url: String,
    /// Where somebody goes who has just signed in, when that is another address: the portal's
    /// `signin`, which then asks nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_url: Option<String>,
}

impl Home {
    /// Where somebody goes who has signed in, or wants to.
    pub fn for_members(&self) -> &str {
        self.sign_in_url.as_deref().unwrap_or(&self.url)
    }
}
