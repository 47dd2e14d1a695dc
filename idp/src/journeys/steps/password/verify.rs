//! A person knows user ID (or mail address) and password.

use crate::browser;
use crate::credentials::password::Lane;
use crate::ids::AccountId;
use crate::journeys::goal::Goal;
use crate::journeys::steps::passkey::Offer;
use crate::journeys::steps::passkey::verify::{login_offer, sample_offer};
use crate::journeys::steps::verdict::{At, Limits, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step, crowd};
use crate::need::Evidence;
use crate::store::accounts::Account;
use crate::store::addresses::match_form;
use crate::store::attempts::{self, Bucket, Limit};
use crate::store::{accounts, passwords};
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// Wrong passwords for one account from browsers that it does not know: five, then each waits twice as
/// long as the one before, up to a quarter of an hour; forgotten after a day without one. A right
/// password does not reset the counter (attack 24).
const WRONG: Limit = Limit::new(5, 24 * 3600).growing();

/// Wrong passwords in a browser that the account knows, in a quarter of an hour: its own allowance, so
/// that nobody who tries elsewhere keeps the owner out.
const AT_HOME: Limit = Limit::new(10, 15 * 60);

/// Wrong passwords in one journey, for whichever logins: random ones fill the hasher's queue.
const OF_JOURNEY: Limit = Limit::new(20, 3600);

/// Characters beyond which nothing is hashed.
const LONGEST: usize = 256;

const KNOW: [&str; 2] = ["user_id", "password"];

/// Signs in.
#[derive(Serialize)]
pub struct Login {
    pub title: String,
    pub form: Form,
    /// Staff are let in by the operator.
    pub register_url: Option<String>,
    /// How to get back in without the password, where the insurer has a way.
    pub recover_url: Option<String>,
    /// Where the user ID is told by mail.
    pub user_id_url: Option<String>,
    /// Where the person wants to go.
    pub client_name: Option<String>,
    /// F058: one message for both causes.
    pub failed: bool,
    /// Of somebody who is signed in, before something is changed or shown.
    pub again: bool,
    /// A passkey instead.
    pub passkey: Option<Offer>,
    pub passkey_failed: bool,
    /// For how many days one may stay signed in; 0: as long as everybody.
    pub stay_days: u16,
}

impl Page for Login {
    const TEMPLATE: &'static str = "idp/login.html";
    fn samples() -> Vec<Self> {
        let sample = |client: Option<&str>, failed: bool| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=password", &KNOW),
            register_url: Some("/minato/register".into()),
            recover_url: failed.then(|| "/minato/recover?from=x".into()),
            user_id_url: Some("/minato/user-id".into()),
            client_name: client.map(str::to_owned),
            failed,
            again: false,
            passkey: failed.then(sample_offer),
            passkey_failed: false,
            stay_days: if failed { 14 } else { 0 },
        };
        let passkey_failed = Self { passkey_failed: true, ..sample(None, false) };
        let again = Self { again: true, ..passkey_failed };
        let staff = Self { register_url: None, user_id_url: None, ..sample(None, false) };
        vec![sample(None, false), sample(Some("加入者ポータル"), true), again, staff]
    }
}

/// Whether an account is the one of which this journey knows already: by a session, by a card or an
/// address that was proved before the password.
fn is_same_person(at: &At<'_>, account: &Account) -> bool {
    let learned = &at.instance.learned;
    let other_account = learned.account.as_ref().is_some_and(|known| *known != account.account_id);
    let other_person = learned.person.is_some()
        && account.person_id.is_some()
        && learned.person != account.person_id;
    let own = account.email.as_deref().map(match_form);
    let other_address = learned.address.as_deref().map(match_form).is_some_and(|a| own != Some(a));
    !(other_account || other_person || other_address)
}

/// What the account signs in with whose owner is asked again.
async fn known_login(at: &At<'_>) -> Result<Option<String>, Error> {
    let known = at.instance.learned.account.as_ref().filter(|_| at.changes || at.session.is_some());
    let Some(id) = known else { return Ok(None) };
    let mut conn = at.tools.db.read().await?;
    let account = accounts::by_id(&mut conn, at.visit.realm.id(), id).await?;
    Ok(account.map(|account| account.shown_name().to_owned()))
}

/// What was typed, with what is missing.
fn mistakes(at: &At<'_>, posted: &Posted) -> Form {
    let mut form = Form::new("", &KNOW).typed(posted);
    for field in KNOW.into_iter().filter(|field| posted.raw(field).trim().is_empty()) {
        form.mistake(field, at.t("error-required"));
    }
    form
}

/// What many share counts against browsers only that the account does not know.
fn crowd_of(at: &At<'_>, limit: Limit) -> Limits {
    if limit == AT_HOME { Vec::new() } else { crowd::limits(at.visit) }
}

pub(in crate::journeys::steps) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let mut form = at.form(&KNOW);
            let known = known_login(at).await?;
            let again = known.is_some();
            let hint = at.request.and_then(|request| request.login_hint.clone());
            if let (None, Some(hint)) = (&at.reply, known.or(hint)) {
                form.values.insert("user_id".into(), hint.chars().take(255).collect());
            }
            let lang = &at.visit.look.lang;
            let of_members = at.definition.policy.accounts.are_members();
            at.screen(&Login {
                title: at.title.clone(),
                form,
                register_url: of_members.then(|| at.visit.path("register")),
                recover_url: at
                    .definition
                    .recovery()
                    .map(|_| at.visit.path(&format!("recover?from={}", at.instance.id))),
                user_id_url: of_members.then(|| at.visit.path("user-id")),
                client_name: at.client.map(|client| client.name_in(lang).to_owned()),
                failed: at.failed(),
                again,
                // Of who has lost something, the password itself is asked.
                passkey: if at.recovers { None } else { login_offer(at)? },
                passkey_failed: at.passkey_failed(),
                stay_days: at.stay_days(),
            })
        })
    }

    /// The same work whether there is such an account, a password or neither: time does not tell.
    fn prepare<'a>(&'a self, at: &'a At<'a>, posted: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async move {
            if mistakes(at, posted).is_wrong() {
                return Ok(Prepared::Nothing);
            }
            let (insurer, login) = (at.visit.realm.id(), posted.value("user_id"));
            let mut conn = at.tools.db.read().await?;
            let account = accounts::by_login(&mut conn, insurer, login).await?;
            // Asked about nobody, too: the same statements run for every login.
            let id = account.as_ref().map_or_else(|| AccountId::new(""), |a| a.account_id.clone());
            let known = browser::known(&mut conn, at.visit, &id).await?;
            let (bucket, limit) = match (&account, known) {
                (Some(_), Some(known)) => (Bucket::known_browser(&id, &known.browser_id), AT_HOME),
                (Some(_), None) => (Bucket::account(&id), WRONG),
                (None, _) => (Bucket::nobody(&match_form(login)), WRONG),
            };
            let nobody = Prepared::Matched {
                account: None,
                credential: None,
                rehashed: None,
                counter: (bucket.clone(), limit),
            };
            // Saves the hash; whether a try is left is decided inside the transaction.
            let own = Bucket::journey("password", &at.instance.id);
            let mut counters = vec![(bucket.clone(), limit), (own, OF_JOURNEY)];
            counters.extend(crowd_of(at, limit));
            let until = attempts::used_up(&mut conn, insurer, &counters, at.visit.now).await?;
            if until.is_some() {
                return Ok(nobody);
            }
            let stored = passwords::active(&mut conn, insurer, &id).await?;
            drop(conn);
            let password = posted.raw("password");
            let too_long = password.chars().count() > LONGEST;
            let typed = if too_long { "" } else { password };
            let hash = stored.as_ref().map(|stored| stored.hash.as_str());
            let lane = if limit == AT_HOME { Lane::Known } else { Lane::Anybody };
            let matches =
                at.tools.hasher.matches(lane, typed, hash).await.map_err(|_| Error::BUSY)?;
            // One that was given signs in, to choose another; it changes and recovers nothing, and not
            // replaced in time it is no password any more.
            let given = stored.as_ref().and_then(|stored| stored.temporary_until);
            let signs_in = matches!(at.instance.goal, Goal::SignIn(_) | Goal::StepUp { .. });
            let void = given.is_some_and(|until| until <= at.visit.now || !signs_in);
            if !matches || too_long || void {
                return Ok(nobody);
            }
            let outdated = hash.filter(|hash| at.tools.hasher.is_outdated(hash));
            let rehashed = match outdated {
                // It costs the login of today and spares those that follow; a full queue does not
                // keep anybody out for it.
                Some(old) => {
                    let new = at.tools.hasher.hash(typed).await.ok();
                    new.map(|new| (old.to_owned(), new))
                }
                None => None,
            };
            let credential = stored.as_ref().map(|stored| stored.credential_id.to_string());
            let counter = (bucket, limit);
            Ok(Prepared::Matched { account, credential, rehashed, counter })
        })
    }

    /// Against the login that was typed, against the journey, in which one could go through many
    /// logins, and against what many share. Looking at the page asks nothing: it is what most people see first.
    fn limits(&self, at: &At<'_>, answer: Option<(&Posted, &Prepared)>) -> Limits {
        match answer {
            Some((_, Prepared::Matched { counter: (bucket, limit), .. })) => {
                let own = Bucket::journey("password", &at.instance.id);
                let mut limits = vec![(own, OF_JOURNEY), (bucket.clone(), *limit)];
                limits.extend(crowd_of(at, *limit));
                limits
            }
            _ => Vec::new(),
        }
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        prepared: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let form = mistakes(at, posted);
            if form.is_wrong() {
                return Ok(Verdict::Invalid(form));
            }
            let Prepared::Matched {
                account: Some(account), credential: Some(used), rehashed, ..
            } = prepared
            else {
                return Ok(Verdict::Wrong(form));
            };
            // The password may have been replaced while it was hashed.
            let (insurer, id) = (at.visit.realm.id(), &account.account_id);
            let active = passwords::active(tx, insurer, id).await?;
            if active.is_none_or(|active| *active.credential_id != *used) {
                return Ok(Verdict::Again);
            }
            // All that a journey proves is of one person.
            if !is_same_person(at, &account) {
                return Ok(Verdict::Wrong(form));
            }
            if let Some((old, new)) = rehashed {
                passwords::rehash(tx, insurer, &account.account_id, &old, &new).await?;
            }
            at.instance.learned.account = Some(account.account_id);
            at.keep_signed_in(posted);
            let evidence = at.evidence("argon2id");
            Ok(Verdict::Proved(vec![Evidence { credential: Some(used), ..evidence }]))
        })
    }
}
