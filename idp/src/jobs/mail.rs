//! Delivers waiting mails over SMTP and tries again when the server does not take them.

use crate::app::App;
use crate::store::outbox::{self, Waiting};
use std::sync::Arc;
use std::time::Duration;
use web::Error;
use web::mail::{Failure, Post};

/// Runs until shutdown: at once when something was posted, and every few seconds for retries and
/// what other nodes posted.
pub async fn run(app: Arc<App>) {
    let post = match Post::new(&app.settings.smtp) {
        Ok(post) => post,
        Err(error) => {
            tracing::error!(%error, "mail settings cannot be used; mails wait in the outbox");
            return;
        }
    };
    loop {
        match once(&app, &post).await {
            // As many as one look finds: more may wait, a login's code among them.
            Ok(found) if found >= outbox::DUE => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(error = error.text(), "outbox"),
        }
        tokio::select! {
            () = app.tools.outbox.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

/// Tries what is due, and says how many mails that were. Each is claimed first, so that what fails is due
/// later and not found again at once.
async fn once(app: &App, post: &Post) -> Result<usize, Error> {
    let due = outbox::due(&mut app.tools.db.read().await?, app.now()).await?;
    let found = due.len();
    for waiting in due {
        // 1, 2, 4, … minutes, at most two hours; also the lease in case this node dies.
        let pause = 60 << waiting.tries.clamp(0, 7);
        let mut tx = app.tools.db.begin().await?;
        let mine = outbox::claim(&mut tx, &waiting, app.now() + pause).await?;
        tx.commit().await?;
        if !mine {
            continue;
        }
        let outcome = deliver(app, post, &waiting).await;
        let done = match &outcome {
            Ok(()) => true,
            Err(Failure::Hopeless(_) | Failure::Refused(_)) => true,
            Err(Failure::Later(_)) => waiting.tries >= 20,
        };
        let insurer = &waiting.insurer_id;
        match outcome {
            Ok(()) => tracing::info!(%insurer, "mail delivered"),
            // Anybody can type an address that nobody has: that is no error of ours.
            Err(Failure::Refused(why)) => tracing::info!(%insurer, why, "recipient refused"),
            Err(Failure::Hopeless(why)) => tracing::error!(%insurer, why, "mail given up"),
            Err(Failure::Later(why)) => tracing::warn!(%insurer, why, "mail delivery failed"),
        }
        if done {
            let mut tx = app.tools.db.begin().await?;
            outbox::delete(&mut tx, &waiting.mail_id).await?;
            tx.commit().await?;
        }
    }
    Ok(found)
}

async fn deliver(app: &App, post: &Post, waiting: &Waiting) -> Result<(), Failure> {
    let mail = app.tools.outbox.open(waiting);
    let hopeless = |_| Failure::Hopeless("it cannot be opened with this key".to_owned());
    post.deliver(&waiting.mail_id, &mail.map_err(hopeless)?).await
}
