//! Mail: written to the outbox in the transaction that it belongs to, delivered by `jobs/mail.rs`.
//!
//! - `letters.rs`: what mails say

pub mod letters;

use crate::ids::InsurerId;
use crate::realm::Published;
use crate::store::outbox;
use db::Tx;
use secret::{Sealer, random};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Notify;
use web::mail::Mail;
use web::{Error, Look};

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
fn purpose(insurer: &InsurerId) -> String {
    format!("mail:{insurer}")
}

impl Outbox {
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer, wake: Notify::new() }
    }

    /// Puts a mail into the outbox, in the caller's transaction.
    pub async fn put<L: Letter>(
        &self,
        tx: &mut Tx,
        from: From<'_>,
        to: &str,
        letter: &L,
    ) -> Result<(), Error> {
        let From { realm, look, now } = from;
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
        outbox::insert(tx, realm.id(), &random::id(), &sealed, now).await?;
        Ok(())
    }

    /// A waiting mail as it was put.
    ///
    /// # Errors
    /// A fault when it was sealed with another key or by another program.
    pub fn open(&self, waiting: &outbox::Waiting) -> Result<Mail, Error> {
        let plain = self.sealer.open(&purpose(&waiting.insurer_id), &waiting.sealed)?;
        serde_json::from_slice(&plain).map_err(Error::fault)
    }

    /// Tells the delivery that a transaction with a mail was committed.
    pub fn posted(&self) {
        self.wake.notify_one();
    }
}

/// Whose mail it is, how it looks and when it is put.
#[derive(Clone, Copy)]
pub struct From<'a> {
    pub realm: &'a Published,
    pub look: &'a Look,
    pub now: i64,
}
