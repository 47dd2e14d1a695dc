//! What a step sees, and what becomes of an answer to it.

use crate::credentials::passkey::Refused;
use crate::definition::Definition;
use crate::definition::policy::When;
use crate::journeys::Tools;
use crate::journeys::choose::Ways;
use crate::journeys::instance::{Instance, NewPasskey};
use crate::need::{Agreement, Evidence, Step};
use crate::store::accounts::Account;
use crate::store::attempts::{Bucket, Limit};
use crate::store::passkeys::Key;
use crate::store::sessions::Session;
use crate::visit::Visit;
use oidc::Client;
use oidc::OAuthError;
use oidc::authorize::Authorize;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Outcome, Page, Posted, Reply};

/// What became of an answer.
pub enum Verdict {
    /// This may be written: enrolling a password proves two things.
    Proved(Vec<Evidence>),
    /// Documents were agreed to.
    Agreed(Vec<Agreement>),
    /// The step's draft moved on (a mail was sent): it is asked again.
    Continue,
    /// Nothing came of it: the step is asked again, nothing is kept.
    Again,
    /// The answer cannot be used: the form says what is wrong. Not counted.
    Invalid(Form),
    /// The answer is wrong: counted against the step's limits.
    Wrong(Form),
    /// Nothing in the answer was guessed, and still it leads nowhere: shown as wrong, and counted
    /// only against who gave it, not against what others share with them.
    NotTheirs(Form),
    /// Somebody else wants to go on: the journey is over, and the same wish begins from the start.
    Anew,
    /// The person said no: the journey is over, and the client is told.
    Declined(OAuthError),
}

/// What was computed before the transaction began.
pub enum Prepared {
    Nothing,
    /// What is wrong with what was typed.
    Mistakes(Form),
    /// A passkey that was made.
    NewPasskey(NewPasskey),
    /// A passkey that was used, with what is kept of it from now on; or one that was copied.
    Used {
        key: Key,
        kept: Result<String, Refused>,
        /// What it answered, hashed.
        challenge: Vec<u8>,
    },
    /// A passkey's answer that was taken before.
    Answered,
    /// A new password's hash.
    Hash(String),
    /// Whose password was typed, if it was right; and the counter of wrong tries with its
    /// limit.
    Matched {
        account: Option<Account>,
        credential: Option<String>,
        /// The hash that it has, and one of today's cost.
        rehashed: Option<(String, String)>,
        counter: (Bucket, Limit),
    },
}

/// The place of a step, as pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    pub n: usize,
    pub of: usize,
}

/// Wrong answers that are counted against something.
pub type Limits = Vec<(Bucket, Limit)>;

/// What a step sees of its journey.
pub struct At<'a> {
    pub tools: &'a Tools,
    pub visit: &'a Visit,
    pub definition: &'a Definition,
    pub step: &'a Step,
    pub place: Place,
    /// The step is part of a registration.
    pub registers: bool,
    /// The step is part of a recovery.
    pub recovers: bool,
    /// The step is part of a login.
    pub signs_in: bool,
    /// The step is part of a change.
    pub changes: bool,
    /// A passkey may be shown instead of a password.
    pub offers_passkey: bool,
    /// What was said of one that was shown a moment ago.
    pub passkey_reply: Option<Reply>,
    pub title: String,
    pub instance: &'a mut Instance,
    pub request: Option<&'a Authorize>,
    pub client: Option<&'a Client>,
    pub session: Option<&'a Session>,
    /// Documents that the account or this journey agreed to.
    pub agreed: Vec<Agreement>,
    /// Which browser this is, hashed.
    pub browser: String,
    /// Tries that are left, this one included.
    pub left: i64,
    /// Other ways to prove the same.
    pub ways: Ways,
    /// What the last answer to this step got back.
    pub reply: Option<Reply>,
}

impl At<'_> {
    /// The address of the journey.
    pub fn here_url(&self) -> String {
        self.visit.path(&format!("journey/{}", self.instance.id))
    }

    /// Where the form of the step is posted to.
    pub fn action(&self) -> String {
        format!("{}?step={}", self.here_url(), self.step.id.0)
    }

    /// The form of the step: as it was typed, with what was wrong, or empty.
    pub fn form(&self, fields: &[&str]) -> Form {
        match &self.reply {
            Some(reply) => reply.form(self.action(), fields, &self.visit.look.lang),
            None => Form::new(self.action(), fields),
        }
    }

    /// Whether the last answer was wrong as a whole.
    pub fn failed(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| reply.outcome == Outcome::Wrong)
    }

    /// Whether a passkey was shown beside this step a moment ago, and was not right.
    pub fn passkey_failed(&self) -> bool {
        self.passkey_reply.as_ref().is_some_and(|reply| reply.outcome == Outcome::Wrong)
    }

    /// A drawn page.
    pub fn screen<P: Page>(&self, page: &P) -> Result<Screen, Error> {
        self.visit.look.screen(page)
    }

    /// A text in the language of the page.
    pub fn t(&self, key: &str) -> String {
        self.visit.look.t(key, &[])
    }

    /// Evidence of this step, now.
    pub fn evidence(&self, means: &str) -> Evidence {
        Evidence {
            step: self.step.id.clone(),
            kind: self.step.kind,
            act: self.step.act,
            credential: None,
            means: means.to_owned(),
            at: self.visit.now,
            until: None,
        }
    }

    /// Remembers something until this step is proved.
    pub fn remember(&mut self, name: &str, value: &str) {
        let draft = self.instance.drafts.entry(self.step.id.clone()).or_default();
        draft[name] = serde_json::Value::from(value);
    }

    /// For how many days this browser can be remembered; 0: it cannot.
    pub fn remember_days(&self) -> u16 {
        let policy = self.definition.policy.second_factor;
        match self.signs_in && policy.when != When::Never {
            true => policy.remember_days,
            false => 0,
        }
    }

    /// Takes the person at their word that this browser is theirs.
    pub fn keep_browser(&mut self, posted: &Posted) {
        self.instance.learned.remember_browser =
            self.remember_days() > 0 && posted.value("remember") == "yes";
    }

    /// For how many days the member may stay signed in here; 0: as long as everybody.
    pub fn stay_days(&self) -> u16 {
        match self.signs_in && self.session.is_none() {
            true => self.definition.policy.session.stay_days,
            false => 0,
        }
    }

    /// Takes the person at their word that they want to stay signed in.
    pub fn keep_signed_in(&mut self, posted: &Posted) {
        self.instance.learned.stays = self.stay_days() > 0 && posted.value("stay") == "yes";
    }

    /// What this step remembered.
    pub fn recall(&self, name: &str) -> Option<String> {
        self.instance.draft(&self.step.id, name).map(str::to_owned)
    }

    /// Whom a mail of this journey is from.
    pub fn sender(&self) -> crate::mail::From<'_> {
        crate::mail::From { realm: &self.visit.realm, look: &self.visit.look, now: self.visit.now }
    }
}
