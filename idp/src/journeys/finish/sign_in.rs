//! The end of a login or step-up: a session, and the answer to who waited.

use super::told;
use crate::authorization::answer::{self, Recipient};
use crate::authorization::grant::{self, Answered};
use crate::authorization::missing;
use crate::authorization::request::use_up;
use crate::credentials::recovery_codes::{codes, hashed};
use crate::definition::policy::AskNewDevice;
use crate::ids::AccountId;
use crate::journeys::advanced::Advanced;
use crate::journeys::begin::{Begun, begin};
use crate::journeys::goal::{Goal, Resume};
use crate::journeys::instance::{NewApp, NewPasskey};
use crate::journeys::running::Running;
use crate::mail::letters::{AppAdded, CodesMade, NewDevice, PasskeyAdded};
use crate::need::{Act, Agreement, Evidence, Kind, Next, StepId, next};
use crate::store::events::{Detail, What};
use crate::store::evidence::Holder;
use crate::store::passkeys::{self, Key};
use crate::store::sessions::Session;
use crate::store::totp_devices::{self, Device};
use crate::store::{accounts, agreements, evidence, recovery_codes};
use crate::{browser, session, user_agent};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use db::Tx;
use oidc::error::Code;
use secret::hash;
use std::mem;
use web::Error;
use web::look::see_other;

pub(super) async fn sign_in(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let account = running.instance.learned.account.clone();
    let account = account.ok_or_else(|| Error::fault("a login ended without an account"))?;
    let (realm, now) = (&running.visit.realm, running.visit.now);
    if realm.is_out(tx, &account, now).await? {
        return Ok(Advanced::Left);
    }
    if !running.registers() {
        // A card that was proved on the way says whose account it is.
        if let Some(person) = &running.instance.learned.person
            && !accounts::take_person(tx, running.visit.realm.id(), &account, person).await?
        {
            return Ok(Advanced::Overtaken);
        }
        keep_for_account(running, tx, &account).await?;
    }
    let before = match running.session.clone() {
        Some(session) => Some(session),
        None => session::find_on(tx, &running.tools.db, &running.visit).await?,
    };
    let new = session::New {
        account_id: account.clone(),
        evidence: united(running),
        agreed: agreed(running),
        journey: &running.instance.id,
        stays: running.instance.learned.stays,
    };
    let clients = &running.tools.clients;
    let begun = session::begin(tx, &running.visit, before.as_ref(), clients, new).await?;
    let Some((session, cookie)) = begun else { return Ok(Advanced::EndedBefore) };
    let response = match running.instance.goal.resume() {
        Resume::Home if running.registers() => Some(see_other(&running.visit.path("registered"))),
        Resume::Home if matches!(running.instance.goal, Goal::ReplaceApp(_)) => {
            Some(see_other(&running.visit.path("recovered?what=app")))
        }
        Resume::Home if running.recovers() => Some(see_other(&running.visit.path("recovered"))),
        Resume::Home => Some(see_other(running.visit.realm.definition.policy.home.for_members())),
        Resume::Page(below) => Some(see_other(&running.visit.path(below))),
        Resume::Client(_) | Resume::Pushed { .. } => answer_client(running, tx, session).await?,
    };
    let Some(mut response) = response else { return Ok(Advanced::Refused) };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    if let Some(line) = running.visit.look.adopt_language(running.account.language.as_deref()) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    told::code_used(running, tx, &account).await?;
    if let Some(cookie) = keep_browser(running, tx, &account).await? {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(Advanced::Kept(response))
}

/// The browser is known from now on; a login in one that was not is told by mail.
async fn keep_browser(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<Option<HeaderValue>, Error> {
    let (visit, policy) = (&running.visit, &running.definition.policy);
    // Read in this transaction, with the account.
    let known = running.account.browser.as_ref();
    // Going on with a session makes no browser known: its cookie may have been copied there.
    if known.is_none() && matches!(running.instance.goal, Goal::StepUp { .. }) {
        return Ok(None);
    }
    let days = running.instance.learned.remember_browser;
    let days = days.then_some(policy.second_factor.remember_days);
    let enrol = StepId::of(Kind::Passkey, Act::Enrol);
    let said = browser::Said {
        remembered: days.map(|days| i64::from(days) * 24 * 3600),
        no_passkey: running.instance.declined.contains(&enrol),
    };
    let cookie = browser::signed_in(tx, visit, account, known, said).await?;
    let used = running.here.iter().filter(|one| one.kind.is_authenticator());
    let mut kinds: Vec<String> = used.map(|one| one.kind.as_str().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    let is_new = known.is_none();
    let happened = (What::SignedIn, Detail { kinds, is_new, ..Detail::default() });
    let signs_in = matches!(running.instance.goal, Goal::SignIn(_));
    if is_new && signs_in && policy.new_device.ask != AskNewDevice::Off {
        let place = visit.places.of(visit.address);
        let lang = running.account.language.as_deref().unwrap_or(&visit.look.lang);
        let place = place.map_or_else(String::new, |place| place.in_language(lang).to_owned());
        told::tell(running, tx, account, happened, |noted| NewDevice {
            place: place.clone(),
            device: user_agent::label(&visit.headers),
            at: noted.at,
            not_me_url: noted.not_me_url,
        })
        .await?;
    } else if signs_in || running.registers() || running.recovers() {
        told::note(running, tx, account, happened).await?;
    }
    Ok(cookie)
}

/// What lasts goes to the account: never an authenticator's evidence.
pub(super) async fn keep_for_account(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    let (insurer, now) = (running.visit.realm.id(), running.visit.now);
    let holder = Holder::Account(account);
    for proved in running.here.iter().filter(|one| one.kind.lasts()) {
        evidence::insert(tx, insurer, holder, proved).await?;
    }
    for agreed in &running.agreed_here {
        agreements::insert(tx, insurer, holder, agreed, now).await?;
    }
    if let Some(app) = &running.instance.learned.app {
        keep_app(running, tx, account, app).await?;
    }
    if running.instance.learned.made_codes {
        keep_codes(running, tx, account).await?;
    }
    if let Some(made) = &running.instance.learned.passkey {
        keep_passkey(running, tx, account, made).await?;
    }
    Ok(())
}

/// Recovery codes that were written down take the place of all before, and their owner is told.
async fn keep_codes(running: &Running<'_>, tx: &mut Tx, account: &AccountId) -> Result<(), Error> {
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let made = codes(&realm.keys.refresh, &running.instance.id);
    let hashes: Vec<Vec<u8>> = made.iter().filter_map(|code| hashed(code)).collect();
    recovery_codes::replace(tx, realm.id(), account, &hashes, now).await?;
    let happened = (What::CodesMade, Detail::default());
    told::tell(running, tx, account, happened, |noted| CodesMade {
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// A passkey that was made counts from now on, and its owner is told.
async fn keep_passkey(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    made: &NewPasskey,
) -> Result<(), Error> {
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let key = Key {
        credential_id: made.credential_id.clone(),
        account_id: account.clone(),
        name: made.name.clone(),
        passkey: made.passkey.clone(),
        created_at: now,
        used_at: now,
        is_blocked: false,
        challenge: None,
        aaguid: made.aaguid.clone(),
    };
    if !passkeys::insert(tx, realm.id(), &key).await? {
        return Err(Error::Shown(StatusCode::CONFLICT));
    }
    let happened = (What::PasskeyAdded, Detail::named(&key.name));
    told::tell(running, tx, account, happened, |noted| PasskeyAdded {
        name: key.name.clone(),
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// An app that was set up counts from now on, and its owner is told.
async fn keep_app(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    app: &NewApp,
) -> Result<(), Error> {
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let sealed = hash::from_base64url(&app.sealed);
    let device = Device {
        device_id: app.device_id.clone(),
        name: app.name.clone(),
        sealed: sealed.ok_or_else(|| Error::fault("an app's secret is no base64url"))?,
        created_at: now,
        used_at: now,
        last_step: app.step,
    };
    totp_devices::insert(tx, realm.id(), account, &device).await?;
    let happened = (What::AppAdded, Detail::named(&app.name));
    told::tell(running, tx, account, happened, |noted| AppAdded {
        name: app.name.clone(),
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

fn recipient<'a>(running: &'a Running<'_>, client: &'a oidc::Client) -> Recipient<'a> {
    Recipient {
        realm: &running.visit.realm,
        client,
        look: &running.visit.look,
        encryption: running.encryption.as_deref(),
        now: running.visit.now,
    }
}

/// What the session carries: what was proved now and before, the latest of each.
fn united(running: &Running<'_>) -> Vec<Evidence> {
    let proofs = |one: &&Evidence| one.kind.is_proof() && one.act == Act::Verify;
    let mut all: Vec<Evidence> =
        running.account.held.iter().chain(&running.here).filter(proofs).cloned().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    let mut united: Vec<Evidence> = Vec::new();
    for one in all {
        let same = |known: &Evidence| known.kind == one.kind && known.credential == one.credential;
        if !united.iter().any(same) {
            united.push(one);
        }
    }
    united
}

fn agreed(running: &Running<'_>) -> Vec<Agreement> {
    let mut agreed: Vec<Agreement> =
        running.account.agreed.iter().chain(&running.agreed_here).cloned().collect();
    agreed.sort();
    agreed.dedup();
    agreed
}

/// Answers the request that waited. `None` when it was answered before or its client has changed.
async fn answer_client(
    running: &mut Running<'_>,
    tx: &mut Tx,
    session: Session,
) -> Result<Option<Response>, Error> {
    let (Some(request), Some(client)) = (running.request.clone(), running.client.clone()) else {
        // The client was removed meanwhile: the person is signed in and goes home.
        let home = &running.visit.realm.definition.policy.home;
        return Ok(Some(see_other(home.for_members())));
    };
    // Who has just registered or recovered has not been asked yet what the client may learn, and so
    // on.
    if running.registers() || running.recovers() {
        running.session = Some(session.clone());
        let account = session.account_id.clone();
        let resume = running.instance.goal.resume().clone();
        let step_up = Goal::StepUp { sid: Some(session.sid.clone()), resume };
        running.read_account(tx, &account).await?;
        let goal = mem::replace(&mut running.instance.goal, step_up);
        let is_done = next(&running.need()?, &running.known()) == Next::Done;
        // The journey stays the one that it was: what follows an ending asks its goal.
        let step_up = mem::replace(&mut running.instance.goal, goal);
        if !is_done {
            return Ok(match begin(&running.visit, step_up)? {
                Begun::Response(response) => Some(response),
                Begun::TooLong => {
                    let why = "the request is too long for a browser: push it to the PAR endpoint";
                    let error = Code::InvalidRequest.because(why);
                    return answer::error(recipient(running, &client), &request, &error).map(Some);
                }
            });
        }
    }
    let realm = &running.visit.realm;
    let to = recipient(running, &client);
    let asked = running.asked().ok_or(Error::NOT_FOUND)?;
    if !missing::is_right_person(asked, &session) {
        let error = Code::LoginRequired.because("another member has signed in");
        use_up(tx, realm, &request).await?;
        return answer::error(to, &request, &error).map(Some);
    }
    let reached =
        request.acr_values.iter().any(|acr| realm.reaches(acr, &session.evidence, to.now));
    if request.acr_essential && !reached {
        let why = "this account cannot prove what the asked acr needs";
        let error = Code::UnmetAuthenticationRequirements.because(why);
        use_up(tx, realm, &request).await?;
        return answer::error(to, &request, &error).map(Some);
    }
    match grant::issue(tx, to, &request, &session).await? {
        Answered::Sent(response) => Ok(Some(response)),
        Answered::Overtaken => Ok(None),
    }
}
