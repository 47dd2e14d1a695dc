//! The household: a dependant decides who sees their rows; the insured person sees who is shown.

use crate::app::App;
use crate::household::subjects::hidden;
use crate::insurers::definition::HouseholdPolicy;
use crate::store::household_choices;
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// The query of the page after a choice.
const SAVED: &str = "saved";

/// Who sees whose rows.
#[derive(Serialize)]
pub struct Household {
    pub is_insured: bool,
    pub policy: HouseholdPolicy,
    pub hidden: bool,
    /// The choice was saved a moment ago.
    pub saved: bool,
    pub people: Vec<Seen>,
    pub form: Form,
}

/// A person of the household and whether their rows are seen.
#[derive(Serialize)]
pub struct Seen {
    pub name: String,
    pub relation: String,
    pub me: bool,
    pub visible: bool,
}

impl Page for Household {
    const TEMPLATE: &'static str = "portal/household.html";
    fn samples() -> Vec<Self> {
        let person = |name: &str, me, visible| Seen {
            name: name.into(),
            relation: "本人".into(),
            me,
            visible,
        };
        let sample = |is_insured, policy| Self {
            is_insured,
            policy,
            hidden: false,
            saved: !is_insured,
            people: vec![person("港　花子", true, true), person("港　一郎", false, false)],
            form: Form::new("/minato/household", &["hidden"]),
        };
        vec![
            sample(true, HouseholdPolicy::UnlessHidden),
            sample(false, HouseholdPolicy::UnlessHidden),
            sample(true, HouseholdPolicy::Never),
        ]
    }
}

/// `GET /{insurer}/household`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let member = match visit.signed_in() {
        Ok(session) => session.member.clone(),
        Err(signin) => return Ok(*signin),
    };
    let policy = visit.insurer.definition.household;
    let mut conn = app.db.read().await?;
    let unseen = hidden(&mut conn, visit.slug(), policy, &member).await?;
    let me = member.person().unwrap_or("").to_owned();
    let own = household_choices::hidden(&mut conn, visit.slug(), &[&me]).await?;
    let mut people: Vec<Seen> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for person in member.cards.iter().take(1).chain(&member.household) {
        // A person with two cards is one person.
        if shown.contains(&person.person) {
            continue;
        }
        shown.push(person.person.clone());
        people.push(Seen {
            name: person.name.clone(),
            relation: person.relation.clone(),
            me: person.person == me,
            visible: !unseen.contains(&person.person),
        });
    }
    let mut form = Form::new(visit.path("household"), &["hidden"]);
    let choice = if own.is_empty() { "show" } else { "hide" };
    form.values.insert("hidden".into(), choice.into());
    let page = Household {
        is_insured: member.insured,
        policy,
        hidden: !own.is_empty(),
        saved: query.as_deref() == Some(SAVED) && !member.insured,
        people,
        form,
    };
    visit.look.page(&page)
}

/// `POST /{insurer}/household`: only a dependant chooses, and only for themselves.
pub async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let member = match visit.may_change() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let choice = match posted.value("hidden") {
        "hide" => Some(true),
        "show" => Some(false),
        _ => None,
    };
    if let (Some(hidden), Some(me), false) = (choice, member.person(), member.insured) {
        let mut tx = app.db.begin().await?;
        household_choices::choose(&mut tx, visit.slug(), me, hidden, visit.now).await?;
        tx.commit().await?;
    }
    Ok(see_other(&visit.path(&format!("household?{SAVED}"))))
}
