//! `portal doctor`: tries everything that the settings name and says what to do.

use crate::app::{self, SEAL};
use crate::in_force::owner;
use crate::insurers::definition::Definition;
use crate::plugins::Loaded;
use crate::plugins::calls::Calls;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::package::load::Loader;
use crate::settings::Settings;
use db::{Db, installation};
use secret::Sealer;
use std::collections::BTreeSet;
use std::process::ExitCode;
use web::clock::Clock;
use web::doctor::Findings;
use web::{Error, Pages};

/// Runs the command.
pub async fn run(settings: &Settings) -> Result<ExitCode, Error> {
    let mut findings = Findings::default();
    findings.good("settings", "can be used");
    let themes = Pages::load_usable(&settings.themes, &[owner()]);
    if let Some((_, refused)) =
        findings.tried("themes", themes, &format!("{} can be read", settings.themes.display()))
    {
        refused.iter().for_each(|why| findings.warn("themes", why));
    }
    match app::open_db(settings).await {
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

async fn with_database(settings: &Settings, db: &Db, findings: &mut Findings) -> Result<(), Error> {
    let now = Clock::system().now();
    let mut conn = db.read().await?;
    let last = installation::remembered(&mut conn, "heartbeat").await?;
    let last = last.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
    findings.clock(now, last);
    let written = db.write_heartbeat(now.max(last.unwrap_or(0))).await;
    findings.tried("database", written, &format!("{} takes writes", db.address()));
    if let Some(file) = db.address().strip_prefix("sqlite:") {
        findings.private("database", file.as_ref());
    }
    let seal = installation::remembered(&mut conn, SEAL).await?;
    let sealer = match (&seal, settings.key_file.exists()) {
        (None, false) => {
            findings.good("key file", "is made at the first start");
            None
        }
        _ => {
            let known = Sealer::of_installation(&settings.key_file, seal.as_deref(), None);
            findings.tried("key file", known, "is the one of this database")
        }
    };
    findings.private("key file", &settings.key_file);
    let mut loaded = BTreeSet::new();
    let (keys, calls) = (PersonKeys::open(db).await?, Calls::default());
    let loader = Loader { settings, db, keys: &keys, calls: &calls };
    for plugin in loader.all().await? {
        match plugin {
            Loaded::Ready(plugin) => {
                findings.good(&format!("plugin {}", plugin.id()), "loads");
                loaded.insert(plugin.id().to_owned());
            }
            Loaded::Refused { name, why } => findings.bad(&format!("plugin {name}"), why),
        }
    }
    let insurers = db::published::versions(&mut conn).await?;
    if insurers.is_empty() {
        findings.warn("insurers", "none yet: portal insurer apply DIR");
    }
    for slug in
        settings.signing.keys().filter(|slug| insurers.iter().all(|(known, _)| known != *slug))
    {
        findings
            .warn("signing", format!("{slug} is no insurer here: nobody's files are signed by it"));
    }
    for (slug, _) in insurers {
        let what = format!("insurer {slug}");
        let text = db::published::current(&mut conn, &slug).await?.map(|(_, text)| text);
        let read = serde_json::from_str::<Definition>(text.as_deref().unwrap_or_default());
        let Ok(definition) = read else {
            findings.bad(&what, "was written by another version: apply its folder again");
            continue;
        };
        let theme = &definition.brand.theme;
        let drawn = Pages::can_draw(&settings.themes, &[owner()], theme);
        findings.tried(&what, drawn, &format!("theme {theme} can be used"));
        for plugin in definition.plugins.iter().filter(|plugin| !loaded.contains(&plugin.id)) {
            let why = format!("plugin {} is on but not loaded: members do not see it", plugin.id);
            findings.bad(&what, why);
        }
        if let Some((sealer, _)) = &sealer {
            let secret = definition.secret(sealer);
            let secret = secret.map_err(|error| format!("{}: apply its folder", error.text()));
            findings.tried(&what, secret, "the client secret can be opened");
            if definition.staff.is_some() {
                let secret = definition.staff_secret(sealer);
                let secret = secret.map_err(|error| format!("{}: apply its folder", error.text()));
                findings.tried(&what, secret, "the client secret of staff can be opened");
            }
        }
        let staff = definition.staff.as_ref().map(|staff| ("issuer of staff", &staff.signin));
        for (whose, relying) in std::iter::once(("issuer", &definition.signin)).chain(staff) {
            let url = format!("{}/.well-known/openid-configuration", relying.issuer);
            let what = format!("{what}, {whose}");
            if let Some(text) = findings.reaches(&what, &url).await
                && !text.contains(&format!("\"issuer\":\"{}\"", relying.issuer))
            {
                let why = format!("{url} names another issuer: write the same address in both");
                findings.bad(&what, why);
            }
        }
    }
    Ok(())
}
