//! Mail: written to the outbox in the transaction that it belongs to, delivered by `deliver.rs`.

pub mod deliver;

use crate::realm::Realm;
use crate::store::outbox;
use db::Conn;
use secret::Sealer;
use secret::random;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::Notify;
use web::{Error, Look};

/// A mail as it waits: both parts are written, the address is fixed.
#[derive(Serialize, Deserialize)]
pub struct Mail {
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a mail says: a template pair `mail/NAME.txt` and `.html`, and the message of its subject.
pub trait Letter: Serialize {
    /// The template's name and the stem of `mail-NAME-subject`.
    const NAME: &'static str;
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Where mails are put.
pub struct Outbox {
    sealer: Arc<Sealer>,
    pub(crate) wake: Notify,
}

/// What a mail is sealed for.
pub(crate) fn purpose(insurer: &str) -> String {
    format!("mail:{insurer}")
}

impl Outbox {
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer, wake: Notify::new() }
    }

    /// Puts a mail into the outbox, in the caller's transaction.
    pub async fn put<L: Letter>(
        &self,
        conn: &mut Conn,
        (realm, look): (&Realm, &Look),
        to: &str,
        letter: &L,
        now: i64,
    ) -> Result<(), Error> {
        let file = L::NAME.replace('-', "_");
        let mail = Mail {
            from_name: look.brand.name.in_language(&look.lang).to_owned(),
            from: realm.definition.policy.mail.from.clone(),
            to: to.to_owned(),
            subject: look.t(
                &format!("mail-{}-subject", L::NAME),
                &[("insurer", look.brand.name.in_language(&look.lang).to_owned())],
            ),
            text: look.html(&format!("idp/mail/{file}.txt"), letter)?,
            html: look.html(&format!("idp/mail/{file}.html"), letter)?,
        };
        let sealed = self.sealer.seal(&purpose(realm.id()), &serde_json::to_vec(&mail)?);
        outbox::insert(conn, realm.id(), &random::id(), &sealed, now).await?;
        Ok(())
    }

    /// Tells the delivery that a transaction with a mail was committed.
    pub fn posted(&self) {
        self.wake.notify_one();
    }
}

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

/// F016: registration is complete.
#[derive(Serialize)]
pub struct Registered {
    pub user_id: String,
    pub login_url: String,
}

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
