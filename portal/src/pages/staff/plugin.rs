//! A staff page of a plugin: role, call, and drawing or file. That it was seen is written down first; when it
//! cannot be, nothing is shown.

use crate::app::App;
use crate::insurers::offer;
use crate::insurers::staff::May;
use crate::pages::plugin_page::{answers, draw, faulty};
use crate::pages::plugin_paper;
use crate::plugins::ask::{Asker, Asking};
use crate::plugins::border::host::{CallFault, Shown};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::People;
use crate::plugins::form::shown::Forms;
use crate::staff::{Colleague, StaffVisit};
use crate::store::access_record::{self, Look};
use crate::store::staff_record::Act;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use sdk::PageReply;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use web::Error;

/// `GET /{insurer}/staff/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    show(&app, &visit, (&plugin, "/"), &query.unwrap_or_default()).await
}

/// `GET /{insurer}/staff/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    show(&app, &visit, (&plugin, &format!("/{path}")), &query.unwrap_or_default()).await
}

async fn show(
    app: &App,
    visit: &StaffVisit,
    (id, path): (&str, &str),
    query: &str,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let definition = &visit.insurer.definition;
    let Some(offer) = offer::one(definition, &app.plugins, id) else {
        return Ok(visit.not_found());
    };
    let Some(page) = offer.plugin.manifest.staff_page(path) else { return Ok(visit.not_found()) };
    if !colleague.rights.may(May::Pages, id) {
        return Ok(visit.refused("staff-not-yours"));
    }
    let mut tx = app.db.begin().await?;
    colleague.note(&mut tx, visit, Act::PageSeen, (id, path)).await?;
    tx.commit().await?;
    let asker = Asker {
        insurer: visit.slug(),
        member: &colleague.session.sub,
        lang: &visit.look.lang,
        today: &visit.today,
        now: visit.now,
        insured: false,
        staff: true,
        people: People::everybody(),
        // Every sign-in of staff shows two factors.
        cleared: DataClass::Medical,
    };
    let question = asker.question(&Asking {
        plugin: offer.plugin,
        settings: offer.settings,
        declared: page.declared(),
        shared: offer::shared(definition, &app.plugins, offer.plugin),
        query,
    });
    let question = question.map_err(|_| Error::fault("nothing is above what staff have proved"))?;
    let shown = question.shown().unwrap_or_default();
    let deadline = Duration::from_millis(app.settings.plugins.page_ms);
    let look = &visit.look;
    let answered = question.page(deadline).await;
    looked(app, visit, &colleague, id, &shown).await?;
    let drawn = match answered {
        Ok(PageReply::NotFound) => return Ok(visit.not_found()),
        Ok(reply) if answers(&reply) != page.answers => {
            Err(CallFault::Failed("answers with another kind than its page says".to_owned()))
        }
        Ok(PageReply::Paper { name, document }) => {
            let of = (colleague.session.name.as_str(), visit.today.as_str());
            let made = plugin_paper::file(app, look, of, id, (&name, &document)).await;
            made.map_err(CallFault::Failed)
        }
        Ok(PageReply::Sheet { name, sheet }) => {
            plugin_paper::sheet(look, id, (&name, &sheet)).map_err(CallFault::Failed)
        }
        Ok(PageReply::Show { template, data, .. }) => {
            draw(look, (id, &template), data, Forms::default(), query).await
        }
        Err(fault) => Err(fault),
    };
    match drawn {
        Ok(response) => Ok(response),
        Err(fault) => {
            let again = format!("{}{path}?{query}", visit.path(&format!("p/{id}")));
            faulty(look, visit.slug(), offer, &fault, again)
        }
    }
}

/// Members are told that their rows were shown, and where the one who saw them works and as what; before
/// anything is shown.
async fn looked(
    app: &App,
    visit: &StaffVisit,
    colleague: &Colleague<'_>,
    plugin: &str,
    shown: &Shown,
) -> Result<(), Error> {
    let persons = std::mem::take(&mut *shown.lock().unwrap_or_else(PoisonError::into_inner));
    if persons.is_empty() {
        return Ok(());
    }
    let roles = colleague.rights.names("ja").join("、");
    let seen_by_name = format!("{}（{roles}）", visit.insurer.brand.name.ja);
    let look = |person: String| Look {
        person,
        seen_by: format!("staff:{}", colleague.session.sub),
        seen_by_name: seen_by_name.clone(),
        plugin: plugin.to_owned(),
        at: visit.now,
    };
    let looks: Vec<Look> = persons.into_iter().map(look).collect();
    let mut tx = app.db.begin().await?;
    access_record::insert(&mut tx, visit.slug(), &looks).await?;
    Ok(tx.commit().await?)
}
