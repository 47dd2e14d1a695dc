//! Tells members by mail that something is in their inbox: what it is, as far as mail may say it, and the
//! way there.

use crate::app::App;
use crate::insurers::Insurer;
use crate::plugins::data::class::DataClass;
use crate::store::members::{self, Mailed};
use crate::store::notifications::{self, Notification};
use crate::visit;
use axum::http::Request;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use web::mail::{Failure, Mail, Post};
use web::{Error, Look};

const LOOK: Duration = Duration::from_secs(5);
/// How often a mail is tried.
const MOST: i64 = 12;

/// What the mail says.
#[derive(Serialize)]
pub struct Letter {
    pub plugin: String,
    /// What it is, when mail may say it.
    pub title: Option<String>,
    pub inbox_url: String,
}

impl Letter {
    /// States in which a test draws the mail.
    pub fn samples() -> Vec<Self> {
        let letter = |title: Option<&str>| Self {
            plugin: "歩数の記録".into(),
            title: title.map(str::to_owned),
            inbox_url: "https://portal.example/minato/inbox".into(),
        };
        vec![letter(Some("令和8年（2026年）4月の歩数がそろいました")), letter(None)]
    }
}

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    let Some(smtp) = &app.settings.smtp else { return };
    let post = match Post::new(smtp) {
        Ok(post) => post,
        Err(error) => {
            tracing::error!(%error, "smtp cannot be used: nobody is told by mail");
            return;
        }
    };
    loop {
        match once(&app, &post).await {
            Ok(found) if found >= notifications::MAILED => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(error = error.text(), "mail about notifications"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tries what is due. Each is claimed first: what fails is due later.
async fn once(app: &App, post: &Post) -> Result<usize, Error> {
    let now = app.clock.now();
    let due = notifications::to_mail(&mut app.db.read().await?, now).await?;
    let found = due.len();
    for waiting in due {
        let mut tx = app.db.begin().await?;
        let pause = 60 << waiting.tries.clamp(0, 7);
        let mine = notifications::claim_mail(&mut tx, &waiting, now + pause).await?;
        tx.commit().await?;
        if !mine {
            continue;
        }
        let (insurer, told) = (&waiting.insurer, &waiting.told);
        let outcome = match mail(app, insurer, told).await? {
            Some(mail) => post.deliver(&told.id, &mail).await,
            // Nobody is to get one.
            None => Ok(()),
        };
        if let Err(Failure::Later(why)) = &outcome
            && waiting.tries < MOST
        {
            tracing::warn!(insurer, why, "mail about a notification waits");
            continue;
        }
        if let Err(Failure::Later(why) | Failure::Refused(why) | Failure::Hopeless(why)) = &outcome
        {
            tracing::info!(insurer, why, "no mail about a notification");
        }
        let mut tx = app.db.begin().await?;
        notifications::mailed(&mut tx, insurer, told).await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// The mail, when the insurer sends some and the member wants it.
async fn mail(app: &App, slug: &str, told: &Notification) -> Result<Option<Mail>, Error> {
    let Some(insurer) = app.insurers.find(slug) else { return Ok(None) };
    let Some(from) = insurer.definition.mail.from.clone() else { return Ok(None) };
    let known = members::by_name(&mut app.db.read().await?, slug, &told.person).await?;
    let Some(Mailed { email, language, unwanted: false }) = known else { return Ok(None) };
    let in_force = app.in_force();
    let Some(plugin) = in_force.plugins.get(&told.plugin) else { return Ok(None) };
    let mut declared = plugin.manifest.notification.iter();
    let declared = declared.find(|known| known.id == told.notification);
    let look = look(app, &insurer, language.as_deref())?;
    let name = plugin.manifest.plugin.name.in_language(&look.lang).to_owned();
    // Medical data never goes into mail, nor what only somebody of whom it is would be told.
    let says = declared.is_some_and(|declared| declared.data < DataClass::Medical);
    let letter = Letter {
        title: says.then(|| title(&look, told)).flatten(),
        inbox_url: format!("{}/{slug}/inbox", app.settings.public_url),
        plugin: name,
    };
    let sender = look.brand.name.in_language(&look.lang).to_owned();
    Ok(Some(Mail {
        subject: look.t("mail-notification-subject", &[("insurer", sender.clone())]),
        from_name: sender,
        from,
        to: email,
        text: look.html("portal/mail/notification.txt", &letter)?,
        html: look.html("portal/mail/notification.html", &letter)?,
    }))
}

fn title(look: &Look, told: &Notification) -> Option<String> {
    let params: BTreeMap<String, String> = serde_json::from_str(&told.params).ok()?;
    let args: Vec<(&str, String)> =
        params.iter().map(|(name, text)| (name.as_str(), look.when(text))).collect();
    look.maybe(&format!("{}-{}-title", told.plugin, told.notification), &args)
}

/// How the insurer's mails look, as a request to its portal would.
fn look(app: &App, insurer: &Insurer, language: Option<&str>) -> Result<Look, Error> {
    let request = Request::get(format!("/{}/inbox", insurer.brand.slug)).body(());
    let (parts, ()) = request.map_err(Error::fault)?.into_parts();
    let look = visit::look_for(&parts, app).in_language(language);
    Ok(look.at_home(format!("{}/{}/", app.settings.public_url, insurer.brand.slug)))
}
