//! A person unlocks a passkey on its device.

use super::{Offer, offer, state};
use crate::credentials::passkey::{Refused, credential_id};
use crate::journeys::choose::Ways;
use crate::journeys::steps::verdict::{At, Limits, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::Evidence;
use crate::store::accounts::{self, State};
use crate::store::attempts::{Bucket, Limit};
use crate::store::events::{self, Detail, What};
use crate::store::passkeys;
use db::Tx;
use secret::hash;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// Wrong answers of one browser in an hour: they cannot be guessed, but cost.
const WRONG: Limit = Limit::new(30, 3600);

/// Under which name the reply has the passkey that is nobody's.
const UNKNOWN: &str = "unknown";

/// Signs in with a passkey alone.
#[derive(Serialize)]
pub struct Unlock {
    pub title: String,
    pub form: Form,
    pub passkey: Option<Offer>,
    pub failed: bool,
    pub ways: Ways,
}

impl Page for Unlock {
    const TEMPLATE: &'static str = "idp/passkey.html";
    fn samples() -> Vec<Self> {
        let sample = |failed: bool| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=passkey", &[]),
            passkey: (!failed).then(sample_offer),
            failed,
            ways: if failed { Ways::sample() } else { Ways::default() },
        };
        vec![sample(false), sample(true)]
    }
}

/// For samples of pages.
pub fn sample_offer() -> Offer {
    Offer {
        action: "/minato/journey/x?step=passkey".into(),
        options: "{\"publicKey\":{}}".into(),
        state: "x".into(),
        unknown: None,
    }
}

/// A challenge for a login, where passkeys are offered.
pub fn login_offer(at: &At<'_>) -> Result<Option<Offer>, Error> {
    let Some(library) = at.tools.passkeys.as_ref().filter(|_| at.offers_passkey) else {
        return Ok(None);
    };
    let challenge = library.begin_login().map_err(Error::fault)?;
    let unknown = at.passkey_reply.as_ref().and_then(|reply| reply.value(UNKNOWN));
    Ok(Some(Offer { unknown: unknown.map(str::to_owned), ..offer(at, "passkey", challenge)? }))
}

pub(in crate::journeys::steps) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&Unlock {
                title: at.title.clone(),
                form: Form::new(at.action(), &[]),
                passkey: login_offer(at)?,
                failed: at.failed(),
                ways: at.ways.clone(),
            })
        })
    }

    /// The signature is checked before the transaction.
    fn prepare<'a>(&'a self, at: &'a At<'a>, posted: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async move {
            let answer = posted.value("credential");
            let (Some(library), Some(state), Some(id)) =
                (&at.tools.passkeys, state(at, "passkey", posted), credential_id(answer))
            else {
                return Ok(Prepared::Nothing);
            };
            let mut conn = at.tools.db.read().await?;
            let key = passkeys::by_id(&mut conn, at.visit.realm.id(), &id).await?;
            let Some(key) = key else {
                // One of another insurer of this host is somebody's.
                let mut form = Form::default();
                if !passkeys::is_known(&mut conn, &id).await? {
                    form.values.insert(UNKNOWN.to_owned(), id);
                }
                return Ok(Prepared::Mistakes(form));
            };
            drop(conn);
            if key.is_blocked {
                return Ok(Prepared::Nothing);
            }
            let challenge = hash::sha256(&state);
            if key.challenge.as_ref() == Some(&challenge) {
                // The answer to this very challenge was taken, and ours got lost: no copy of the key.
                return Ok(Prepared::Answered);
            }
            let kept = library.used(answer, &state, &key.passkey);
            Ok(Prepared::Used { key, kept, challenge })
        })
    }

    /// A right answer is not guessed, so nothing is taken for it: only wrong ones are counted.
    fn limits(&self, at: &At<'_>, answer: Option<(&Posted, &Prepared)>) -> Limits {
        match answer {
            Some((_, Prepared::Used { kept: Ok(_), .. })) => Vec::new(),
            _ => vec![(Bucket::browser("passkey", &at.browser), WRONG)],
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
            let wrong = || Ok(Verdict::Wrong(Form::default()));
            let (key, kept, challenge) = match prepared {
                Prepared::Used { key, kept, challenge } => (key, kept, challenge),
                Prepared::Answered => return Ok(Verdict::Again),
                Prepared::Mistakes(form) => return Ok(Verdict::Wrong(form)),
                _ => return wrong(),
            };
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            let kept = match kept {
                Ok(kept) => kept,
                Err(Refused::Wrong) => return wrong(),
                Err(Refused::Copied) => {
                    // Somebody may have a copy of it: nobody signs in with it any more.
                    passkeys::block(tx, insurer, &key.credential_id, now).await?;
                    let happened = (&Detail::named(&key.name), now);
                    let id = &key.account_id;
                    events::insert(tx, insurer, id, What::PasskeyBlocked, happened).await?;
                    tracing::warn!(%insurer, "the counter of a passkey went back: it is blocked");
                    return wrong();
                }
            };
            let known = at.instance.learned.account.as_ref();
            let other = known.is_some_and(|known| *known != key.account_id);
            let account = accounts::by_id(tx, insurer, &key.account_id).await?;
            let is_active = account.is_some_and(|account| account.state == State::Active);
            if other
                || !is_active
                || !passkeys::used(tx, insurer, &key, (&kept, &challenge), now).await?
            {
                return wrong();
            }
            at.instance.learned.account = Some(key.account_id);
            at.keep_signed_in(posted);
            let credential = Some(key.credential_id.to_string());
            Ok(Verdict::Proved(vec![Evidence { credential, ..at.evidence("webauthn") }]))
        })
    }
}
