//! What can be proved, by which act, and the table of what each step needs and yields. A step in
//! `journeys/steps` stands for each row; a test compares the two.

use serde::{Deserialize, Serialize};

/// A kind of proof or decision. Its word is the same in journey files, in the tables, in
/// templates and in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The person reads mail at an address.
    Mailbox,
    /// The person knows what stands on an insurance card of the roster.
    Roster,
    Password,
    /// A code of the person's authenticator app (RFC 6238).
    Totp,
    /// A code that was mailed to the account's address.
    CodeByMail,
    /// One of ten codes that the person wrote down, for when the app or the device is gone.
    RecoveryCode,
    /// A key of the person's device, unlocked by the person there (WebAuthn): two factors at once.
    Passkey,
    /// The person chose what the account is called.
    UserId,
    /// The person agreed to every document in force.
    Terms,
    /// The person said as whom to go on.
    Account,
    /// The person said what a client may learn.
    Consent,
}

/// What a step does with its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The person proves it.
    Verify,
    /// A new credential is made.
    Enrol,
    /// A credential takes the place of another.
    Replace,
}

impl Kind {
    pub const ALL: [Kind; 11] = [
        Kind::Mailbox,
        Kind::Roster,
        Kind::Password,
        Kind::Totp,
        Kind::CodeByMail,
        Kind::RecoveryCode,
        Kind::Passkey,
        Kind::UserId,
        Kind::Terms,
        Kind::Account,
        Kind::Consent,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Mailbox => "mailbox",
            Kind::Roster => "roster",
            Kind::Password => "password",
            Kind::Totp => "totp",
            Kind::CodeByMail => "code-by-mail",
            Kind::RecoveryCode => "recovery-code",
            Kind::Passkey => "passkey",
            Kind::UserId => "user-id",
            Kind::Terms => "terms",
            Kind::Account => "account",
            Kind::Consent => "consent",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether its evidence belongs to the account for good. That of an authenticator never does:
    /// it ends with the session, and owning a credential proves nothing.
    pub fn lasts(self) -> bool {
        matches!(self, Kind::Mailbox | Kind::Roster)
    }

    /// Whether using it shows that the person is present now.
    pub fn is_authenticator(self) -> bool {
        matches!(
            self,
            Kind::Password | Kind::Totp | Kind::CodeByMail | Kind::RecoveryCode | Kind::Passkey
        )
    }

    /// Whether it says who somebody is; the others are decisions, and no level can ask for them.
    pub fn is_proof(self) -> bool {
        self.lasts() || self.is_authenticator()
    }

    /// The word of RFC 8176 for evidence of this kind.
    pub fn amr(self) -> Option<&'static str> {
        match self {
            Kind::Password => Some("pwd"),
            Kind::Totp | Kind::CodeByMail | Kind::RecoveryCode => Some("otp"),
            Kind::Passkey => Some("pop"),
            _ => None,
        }
    }
}

impl Act {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Act::Verify => "verify",
            Act::Enrol => "enrol",
            Act::Replace => "replace",
        }
    }

    /// The act of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Act::Verify, Act::Enrol, Act::Replace].into_iter().find(|act| act.as_str() == word)
    }
}

/// What a step hands on or cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// A proved mail address.
    Address,
    /// A person of the roster.
    Person,
    /// A known account.
    Account,
    /// A user ID and a first credential for a new account.
    Login,
}

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    pub act: Act,
    pub needs: &'static [Input],
    /// What it needs besides where an account is already somebody's: at a login and in a level.
    /// None: it would prove nothing about the account and cannot be asked there.
    pub at_login: Option<&'static [Input]>,
    /// What it needs where an account's owner has lost something, and what it yields besides: who
    /// reads the mail of an account says whose account it is. None: it cannot be asked there.
    pub at_recovery: Option<(&'static [Input], &'static [Input])>,
    pub yields: &'static [Input],
}

impl Row {
    /// Whether it is how an account signs in: an authenticator that says whose account it is.
    pub fn names_account(&self) -> bool {
        self.kind.is_authenticator() && self.yields.contains(&Input::Account)
    }
}

const fn row(
    kind: Kind,
    act: Act,
    needs: &'static [Input],
    at_login: Option<&'static [Input]>,
    at_recovery: Option<(&'static [Input], &'static [Input])>,
    yields: &'static [Input],
) -> Row {
    Row { kind, act, needs, at_login, at_recovery, yields }
}

/// Every step that there is.
pub static TABLE: [Row; 18] = [
    row(Kind::Mailbox, Act::Verify, &[], None, Some((&[], ACCOUNT)), &[Input::Address]),
    row(Kind::Mailbox, Act::Replace, ACCOUNT, None, Some((&[], &[])), &[]),
    row(Kind::Roster, Act::Verify, &[], Some(ACCOUNT), Some((ACCOUNT, &[])), &[Input::Person]),
    row(Kind::Terms, Act::Verify, &[], Some(&[]), None, &[]),
    row(Kind::Password, Act::Enrol, &[], None, None, &[Input::Login]),
    row(Kind::Password, Act::Verify, &[], Some(&[]), Some((&[], &[])), ACCOUNT),
    row(Kind::Password, Act::Replace, ACCOUNT, None, Some((&[], &[])), &[]),
    row(Kind::Totp, Act::Verify, ACCOUNT, Some(&[]), Some((&[], &[])), &[]),
    row(Kind::Totp, Act::Enrol, ACCOUNT, Some(&[]), None, &[]),
    row(Kind::Totp, Act::Replace, ACCOUNT, None, Some((&[], &[])), &[]),
    row(Kind::CodeByMail, Act::Verify, ACCOUNT, Some(&[]), None, &[]),
    row(Kind::RecoveryCode, Act::Verify, ACCOUNT, Some(&[]), Some((&[], &[])), &[]),
    row(Kind::RecoveryCode, Act::Enrol, ACCOUNT, Some(&[]), None, &[]),
    row(Kind::Passkey, Act::Verify, &[], Some(&[]), None, ACCOUNT),
    row(Kind::Passkey, Act::Enrol, ACCOUNT, Some(&[]), None, &[]),
    row(Kind::UserId, Act::Replace, ACCOUNT, None, None, &[]),
    row(Kind::Account, Act::Verify, &[], Some(&[]), None, ACCOUNT),
    row(Kind::Consent, Act::Verify, ACCOUNT, Some(&[]), None, &[]),
];

const ACCOUNT: &[Input] = &[Input::Account];

/// The row of a step; none when there is no such step.
pub fn of(kind: Kind, act: Act) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.kind == kind && row.act == act)
}
