//! Tells clients that a session has ended (Back-Channel Logout §2.5): from a table, with retries,
//! each client beside the others, so that a slow one delays nobody.

use crate::app::App;
use crate::store::logouts::{self, Waiting};
use secret::random;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use web::Error;

/// Clients told at the same time.
const AT_ONCE: usize = 32;
/// Of them for one client: a silent one holds up nobody else.
const PER_CLIENT: usize = 4;
/// Tries before a client is given up: about half a day.
const MAX_TRIES: i64 = 12;

/// How many a client is being told of right now.
type Telling = Arc<Mutex<HashMap<String, usize>>>;

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let telling = Telling::default();
    loop {
        if let Err(Error::Fault(error)) = once(&app, &slots, &telling).await {
            tracing::warn!(%error, "logouts");
        }
        tokio::select! {
            () = app.logouts.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

async fn once(app: &Arc<App>, slots: &Arc<Semaphore>, telling: &Telling) -> Result<(), Error> {
    let per_client = i64::try_from(PER_CLIENT).unwrap_or(1);
    let due = logouts::due(&mut app.tools.db.read().await?, app.now(), per_client).await?;
    for waiting in due {
        let id = format!("{} {}", waiting.insurer_id, waiting.client_id);
        if count(telling, &id, 0) >= PER_CLIENT {
            continue;
        }
        let Ok(slot) = slots.clone().try_acquire_owned() else { return Ok(()) };
        // 10 s, 20 s, … up to some hours; also the lease in case this node dies.
        let pause = 10 << waiting.tries.clamp(0, 11);
        let mut tx = app.tools.db.begin().await?;
        let mine = logouts::claim(&mut tx, &waiting, app.now() + pause).await?;
        tx.commit().await?;
        if !mine {
            continue;
        }
        let (app, telling) = (app.clone(), telling.clone());
        count(&telling, &id, 1);
        tokio::spawn(async move {
            if let Err(Error::Fault(error)) = tell(&app, &waiting).await {
                tracing::warn!(client = waiting.client_id, %error, "logout not delivered");
            }
            count(&telling, &id, -1);
            drop(slot);
            app.logouts.notify_one();
        });
    }
    Ok(())
}

/// Changes how many a client is being told of, and returns how many that are now.
fn count(telling: &Telling, id: &str, change: isize) -> usize {
    let mut telling = telling.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let now = telling.get(id).copied().unwrap_or(0).saturating_add_signed(change);
    match now {
        0 => telling.remove(id),
        now => telling.insert(id.to_owned(), now),
    };
    now
}

async fn tell(app: &App, waiting: &Waiting) -> Result<(), Error> {
    let told = match token(app, waiting).await? {
        Some((uri, token)) => app.outbound.post(&uri, format!("logout_token={token}")).await,
        // The client or its address is gone: nobody is left to tell.
        None => Ok(()),
    };
    if told.is_ok() || waiting.tries >= MAX_TRIES {
        let mut tx = app.tools.db.begin().await?;
        logouts::delete(&mut tx, &waiting.logout_id).await?;
        tx.commit().await?;
    }
    Ok(told?)
}

/// The logout token (Back-Channel Logout §2.4) and where it goes.
async fn token(app: &App, waiting: &Waiting) -> Result<Option<(String, String)>, Error> {
    let Some(realm) = app.realm(&waiting.insurer_id).await? else { return Ok(None) };
    let client = app.clients.lookup(&realm, &waiting.client_id).await?;
    let Some(client) = client else { return Ok(None) };
    let Some(uri) = client.backchannel_logout_uri.clone() else { return Ok(None) };
    let sub = client.subject(&waiting.account_id, &realm.keys.pairwise);
    let now = app.now();
    let (issuer, client_id) = (&realm.issuer, &client.client_id);
    let sid = client.session_id(&waiting.sid, &realm.keys.pairwise);
    let claims = oidc::logout::token(issuer, client_id, &sub, &sid, &random::id(), now);
    let key = realm.key(client.id_token_signed_response_alg, now)?;
    Ok(Some((uri, key.sign("logout+jwt", &claims)?)))
}
