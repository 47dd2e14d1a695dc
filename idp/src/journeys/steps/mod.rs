//! One file per step: its form, its checks, its pages. Only a kind's own step says that it was
//! proved.

pub mod account;
mod cards;
pub mod code_by_mail;
pub mod consent;
pub mod crowd;
mod domains;
pub mod mailbox;
pub mod passkey;
pub mod password;
pub mod recovery_code;
pub mod roster;
pub mod terms;
pub mod totp;
pub mod user_id;
pub mod verdict;

use crate::need::{Act, Kind};
use db::Tx;
use std::future::Future;
use std::pin::Pin;
use verdict::{At, Limits, Prepared, Verdict};
use web::look::Screen;
use web::{Error, Posted};

/// A future of a step.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// How a step is asked and answered.
pub trait Step: Sync {
    /// What is done when the step comes up, in the transaction of the answer before it: a mail is
    /// sent. A page that is only looked at does nothing.
    fn arrive<'a>(&'a self, _: &'a mut At<'_>, _: &'a mut Tx) -> Boxed<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// What the person sees.
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen>;

    /// Work before the transaction: hashing takes 20 ms.
    fn prepare<'a>(&'a self, _: &'a At<'a>, _: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async { Ok(Prepared::Nothing) })
    }

    /// What wrong answers are counted against. Without an answer: what a page can know.
    fn limits(&self, _: &At<'_>, _: Option<(&Posted, &Prepared)>) -> Limits {
        Vec::new()
    }

    /// An answer, inside the page's transaction. Whatever [`Step::prepare`] read is read again
    /// where it matters.
    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        prepared: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict>;
}

/// Every step, one line each; `need/kind.rs` says what each needs and yields.
pub static STEPS: [(Kind, Act, &dyn Step); 18] = [
    (Kind::Mailbox, Act::Verify, &mailbox::Verify),
    (Kind::Mailbox, Act::Replace, &mailbox::Verify),
    (Kind::Roster, Act::Verify, &roster::Verify),
    (Kind::Terms, Act::Verify, &terms::Verify),
    (Kind::Password, Act::Enrol, &password::enrol::Enrol),
    (Kind::Password, Act::Verify, &password::verify::Verify),
    (Kind::Password, Act::Replace, &password::replace::Replace),
    (Kind::Totp, Act::Verify, &totp::verify::Verify),
    (Kind::Totp, Act::Enrol, &totp::enrol::Enrol),
    (Kind::Totp, Act::Replace, &totp::enrol::Enrol),
    (Kind::CodeByMail, Act::Verify, &code_by_mail::Verify),
    (Kind::RecoveryCode, Act::Verify, &recovery_code::verify::Verify),
    (Kind::RecoveryCode, Act::Enrol, &recovery_code::enrol::Enrol),
    (Kind::Passkey, Act::Verify, &passkey::verify::Verify),
    (Kind::Passkey, Act::Enrol, &passkey::enrol::Enrol),
    (Kind::UserId, Act::Replace, &user_id::Replace),
    (Kind::Account, Act::Verify, &account::Verify),
    (Kind::Consent, Act::Verify, &consent::Verify),
];

/// The step of a kind and an act.
///
/// # Errors
/// A fault: definitions with other steps are not published.
pub fn of(kind: Kind, act: Act) -> Result<&'static dyn Step, Error> {
    let found = STEPS.iter().find(|(k, a, _)| *k == kind && *a == act);
    found.map(|(_, _, step)| *step).ok_or_else(|| Error::fault("there is no such step"))
}

#[cfg(test)]
mod tests {
    use super::STEPS;
    use crate::need::kind::TABLE;

    #[test]
    fn the_table_of_needs_and_the_steps_are_the_same_list() {
        let table: Vec<_> = TABLE.iter().map(|row| (row.kind, row.act)).collect();
        let steps: Vec<_> = STEPS.iter().map(|(kind, act, _)| (*kind, *act)).collect();
        assert_eq!(table, steps);
    }
}
