//! `idp doctor`: tries everything that the settings name and says what to do.

use super::now;
use crate::app::{SEAL, open_db, owner};
use crate::definition::published;
use crate::ids::InsurerId;
use crate::settings::Settings;
use db::{Db, installation};
use secret::Sealer;
use std::process::ExitCode;
use web::doctor::Findings;
use web::listen::Identity;
use web::mail::{Post, SmtpSecurity};
use web::{Error, Pages};

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Error> {
    let mut findings = Findings::default();
    findings.good("settings", "can be used");
    let themes = Pages::load_usable(&settings.themes, &[owner()]);
    if let Some((_, refused)) =
        findings.tried("themes", themes, &format!("{} can be read", settings.themes.display()))
    {
        refused.iter().for_each(|why| findings.warn("themes", why));
    }
    if let Some(certificate) = Settings::file(&settings.tls.certificate_file) {
        let read = Identity::read(certificate, &settings.tls.key_file);
        let read = findings.tried("certificate", read, "and its key fit");
        if let Some(end) = read.and_then(|identity| identity.ends_at()) {
            findings.lasts("certificate", now(), end);
        }
        findings.private("certificate", &settings.tls.key_file);
    } else if !settings.secure() && !settings.public_url.contains("//localhost") {
        let url = &settings.public_url;
        findings.warn("public_url", format!("{url} is not https: cookies cross in clear"));
    }
    mail(settings, &mut findings).await;
    match open_db(settings).await {
        Ok(db) => {
            if let Err(error) = with_database(settings, &db, &mut findings).await {
                findings.bad("database", error.text());
            }
            db.close().await;
        }
        Err(error) => findings.bad("database", error.text()),
    }
    findings.reaches("public_url", &format!("{}/health/live", settings.public_url)).await;
    Ok(findings.done())
}

async fn mail(settings: &Settings, findings: &mut Findings) {
    let smtp = &settings.smtp;
    let place = format!("{}:{}", smtp.host, smtp.port);
    let tried = match Post::new(smtp) {
        Ok(post) => post.test().await,
        Err(error) => Err(error),
    };
    match tried {
        Ok(true) => findings.good("mail", format!("{place} takes mail")),
        Ok(false) => findings.bad("mail", format!("{place} does not answer as a mail server")),
        Err(error) => findings.bad("mail", format!("smtp: {place}: {error}")),
    }
    if smtp.security == SmtpSecurity::None && !smtp.user.is_empty() {
        findings.warn("mail", "smtp.user is sent in clear: write security = \"starttls\"");
    }
}

async fn with_database(settings: &Settings, db: &Db, findings: &mut Findings) -> Result<(), Error> {
    let mut conn = db.read().await?;
    let last = installation::remembered(&mut conn, "heartbeat").await?;
    let last = last.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
    findings.clock(now(), last);
    let written = db.write_heartbeat(now().max(last.unwrap_or(0))).await;
    findings.tried("database", written, &format!("{} takes writes", db.address()));
    if let Some(file) = db.address().strip_prefix("sqlite:") {
        findings.private("database", file.as_ref());
    }
    let seal = installation::remembered(&mut conn, SEAL).await?;
    match (&seal, settings.key_file.exists()) {
        (None, false) => findings.good("key file", "is made at the first start"),
        _ => {
            let known = Sealer::of_installation(&settings.key_file, seal.as_deref(), None);
            findings.tried("key file", known, "is the one of this database");
        }
    }
    findings.private("key file", &settings.key_file);
    let insurers = db::published::versions(&mut conn).await?;
    if insurers.is_empty() {
        findings.warn("insurers", "none yet: idp insurer init DIR, then idp insurer apply DIR");
    }
    for (slug, _) in insurers {
        let what = format!("insurer {slug}");
        let definition = match published::current(&mut conn, &InsurerId::new(&slug)).await {
            Ok(Some((_, definition))) => definition,
            Ok(None) => continue,
            Err(error) => {
                findings.bad(&what, format!("{error}: apply its folder again"));
                continue;
            }
        };
        let theme = &definition.brand.theme;
        let drawn = Pages::can_draw(&settings.themes, &[owner()], theme);
        findings.tried(&what, drawn, &format!("theme {theme} can be used"));
        let home = &definition.policy.home.url;
        findings.reaches(&format!("{what}, home.url"), home).await;
    }
    Ok(())
}
