//! What a journey is for, and where the person goes when it is done.

use crate::definition::{Definition, Journey};
use crate::ids::{AccountId, CredentialId, Sid};
use crate::need::{Act, Kind, Need, Settings};
use oidc::authorize::Authorize;
use serde::{Deserialize, Serialize};

/// What a journey is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// A new account, by the journey file of this name.
    Register { journey: String, resume: Resume },
    /// A session.
    SignIn(Resume),
    /// A new password for an account whose owner lost theirs, by the insurer's recovery.
    Recover(Resume),
    /// Another authenticator app for an account whose owner lost theirs, by the insurer's recovery.
    ReplaceApp(Resume),
    /// Another address for an account whose owner reads the mail of the one before no more, by the
    /// insurer's recovery.
    ReplaceAddress(Resume),
    /// The owner of an account changes something of it, after a fresh proof of it in this journey.
    Change { account: AccountId, what: What, resume: Resume },
    /// Somebody is signed in and goes on with that session for what it lacks; without a `sid`,
    /// with the session that the browser has by then.
    StepUp { sid: Option<Sid>, resume: Resume },
}

impl Goal {
    /// The journey file that is walked; none for a change, which asks the same everywhere.
    pub fn journey<'d>(&self, definition: &'d Definition) -> Option<&'d Journey> {
        match self {
            Goal::Register { journey, .. } => definition.journeys.get(journey),
            Goal::SignIn(_) | Goal::StepUp { .. } => definition.sign_in().map(|(_, found)| found),
            Goal::Recover(_) => definition.recovery(),
            Goal::ReplaceApp(_) => definition.recovery_of(Kind::Totp),
            Goal::ReplaceAddress(_) => definition.recovery_of(Kind::Mailbox),
            Goal::Change { .. } => None,
        }
    }

    /// What it is counted as.
    pub fn word(&self) -> String {
        match self {
            Goal::Register { journey, .. } => format!("register:{journey}"),
            Goal::SignIn(_) => "sign-in".to_owned(),
            Goal::Recover(_) => "recover".to_owned(),
            Goal::ReplaceApp(_) => "replace-app".to_owned(),
            Goal::ReplaceAddress(_) => "replace-address".to_owned(),
            Goal::Change { .. } => "change".to_owned(),
            Goal::StepUp { .. } => "step-up".to_owned(),
        }
    }

    /// Where it leads.
    pub fn resume(&self) -> &Resume {
        match self {
            Goal::Register { resume, .. }
            | Goal::SignIn(resume)
            | Goal::Recover(resume)
            | Goal::ReplaceApp(resume)
            | Goal::ReplaceAddress(resume)
            | Goal::Change { resume, .. }
            | Goal::StepUp { resume, .. } => resume,
        }
    }
}

/// What an owner changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Password,
    /// The mail address.
    Address,
    /// Another address to which mails about the account go.
    NoticeAddress,
    /// No such address any more.
    RemoveNoticeAddress,
    /// Another authenticator app.
    AddApp,
    /// One authenticator app less.
    RemoveApp(CredentialId),
    /// Another passkey.
    AddPasskey,
    /// The user ID.
    UserId,
    /// No account any more.
    Close,
    /// No password any more: passkeys alone.
    RemovePassword,
    /// Ten new recovery codes.
    MakeCodes,
    /// One passkey less.
    RemovePasskey(CredentialId),
}

impl What {
    /// What it asks: always that it is the owner, now, with everything that a login of theirs asks.
    pub fn need(&self, owner: Need) -> Need {
        /// How long the mailed link is good.
        const LINK_MINUTES: i64 = 60;
        let step = match self {
            What::Password => Some(Need::step(Kind::Password, Act::Replace, Settings::None)),
            What::Address | What::NoticeAddress => {
                let settings = Settings::Mailbox { link_minutes: LINK_MINUTES };
                Some(Need::step(Kind::Mailbox, Act::Verify, settings))
            }
            What::AddApp => Some(Need::step(Kind::Totp, Act::Enrol, Settings::None)),
            What::AddPasskey => Some(Need::step(Kind::Passkey, Act::Enrol, Settings::None)),
            What::MakeCodes => Some(Need::step(Kind::RecoveryCode, Act::Enrol, Settings::None)),
            // Who gives the password up shows that the passkey works.
            What::RemovePassword => Some(Need::verify(Kind::Passkey)),
            What::UserId => Some(Need::step(Kind::UserId, Act::Replace, Settings::None)),
            What::RemoveApp(_)
            | What::RemovePasskey(_)
            | What::RemoveNoticeAddress
            | What::Close => None,
        };
        Need::All(std::iter::once(owner).chain(step).collect()).now()
    }

    /// The message that names it.
    pub fn title(&self) -> &'static str {
        match self {
            What::Password => "change-password-title",
            What::Address => "change-address-title",
            What::NoticeAddress => "notice-address-title",
            What::RemoveNoticeAddress => "notice-address-remove-title",
            What::AddApp => "add-app-title",
            What::RemoveApp(_) => "remove-app-title",
            What::AddPasskey => "add-passkey-title",
            What::MakeCodes => "codes-title",
            What::RemovePassword => "remove-password-title",
            What::UserId => "change-user-id-title",
            What::Close => "close-title",
            What::RemovePasskey(_) => "remove-passkey-title",
        }
    }
}

/// Where the person goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resume {
    /// The insurer's portal.
    Home,
    /// A page of the provider's own: a path below the insurer.
    Page(String),
    /// A client waits for its answer.
    Client(Box<Authorize>),
    /// A client that pushed its request (RFC 9126): the row has it.
    Pushed { request_uri: String, client_id: String },
}

impl Resume {
    /// The client's request. What was pushed is not carried along: its row has it, and it is used
    /// up by the answer.
    pub fn client(request: Authorize) -> Self {
        match request.request_uri {
            Some(request_uri) => Self::Pushed { request_uri, client_id: request.client_id },
            None => Self::Client(Box::new(request)),
        }
    }
}
