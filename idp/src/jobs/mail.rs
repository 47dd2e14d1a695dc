//! Delivers waiting mails over SMTP and tries again when the server does not take them.

use crate::app::App;
use crate::settings::{Smtp, SmtpSecurity};
use crate::store::outbox::{self, Waiting};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::sync::Arc;
use std::time::Duration;
use web::Error;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Runs until shutdown: at once when something was posted, and every few seconds for retries and
/// what other nodes posted.
pub async fn run(app: Arc<App>) {
    let transport = match transport(&app.settings.smtp) {
        Ok(transport) => transport,
        Err(error) => {
            tracing::error!(%error, "mail settings cannot be used; mails wait in the outbox");
            return;
        }
    };
    loop {
        match once(&app, &transport).await {
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

/// The connection pool to the mail server.
pub fn transport(smtp: &Smtp) -> Result<Transport, lettre::transport::smtp::Error> {
    let builder = match smtp.security {
        SmtpSecurity::None => Transport::builder_dangerous(&smtp.host),
        SmtpSecurity::Starttls => Transport::starttls_relay(&smtp.host)?,
        SmtpSecurity::Tls => Transport::relay(&smtp.host)?,
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(20)));
    Ok(if smtp.user.is_empty() {
        builder.build()
    } else {
        builder.credentials(Credentials::new(smtp.user.clone(), smtp.password.clone())).build()
    })
}

/// Tries what is due, and says how many mails that were. Each is claimed first, so that what fails is due
/// later and not found again at once.
async fn once(app: &App, transport: &Transport) -> Result<usize, Error> {
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
        let outcome = deliver(app, transport, &waiting).await;
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

enum Failure {
    /// The server may take it later.
    Later(String),
    /// The recipient's server has no such address.
    Refused(String),
    /// It never will: the mail itself cannot be sent.
    Hopeless(String),
}

async fn deliver(app: &App, transport: &Transport, waiting: &Waiting) -> Result<(), Failure> {
    let hopeless = |error: &dyn std::fmt::Display| Failure::Hopeless(error.to_string());
    let mail = app.tools.outbox.open(waiting);
    let mail = mail.map_err(|_| hopeless(&"it cannot be opened with this key"))?;
    let address = |text: &str| text.parse::<Address>().map_err(|error| hopeless(&error));
    let message = Message::builder()
        .from(Mailbox::new(Some(mail.from_name.clone()), address(&mail.from)?))
        .to(Mailbox::new(None, address(&mail.to)?))
        .subject(mail.subject.clone())
        .message_id(Some(format!("<{}@{}>", waiting.mail_id, domain(&mail.from))))
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|error| hopeless(&error))?;
    transport.send(message).await.map(drop).map_err(|error| {
        // The server's own words may repeat the address: only its code is kept.
        let code = error.status().map(|code| code.to_string());
        match code.as_deref() {
            // The recipient is refused. Anything else (a changed password, a blocked relay) may
            // pass: the mail waits.
            Some("550" | "551" | "553" | "501") => Failure::Refused(code.unwrap_or_default()),
            Some(_) => Failure::Later(code.unwrap_or_default()),
            None => Failure::Later("no answer from the mail server".to_owned()),
        }
    })
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}
