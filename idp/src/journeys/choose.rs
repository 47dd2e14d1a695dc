//! Pages of the engine's own: the person chooses between proofs, puts one off, or goes on.

use super::running::Running;
use crate::need::{Need, StepId};
use axum::response::Response;
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// The `?step=` of these pages. No step of a definition is called so.
pub const STEP: &str = "choose";

/// Which proof, or whether at all.
#[derive(Serialize)]
pub struct Choose {
    pub title: String,
    pub form: Form,
    pub options: Vec<Choice>,
    /// It may be put off.
    pub later: bool,
}

/// One way.
#[derive(Serialize)]
pub struct Choice {
    /// The id of its first step.
    pub id: String,
    /// The message of its kind: `choose-mailbox`.
    pub label: String,
}

impl Page for Choose {
    const TEMPLATE: &'static str = "idp/choose.html";
    fn samples() -> Vec<Self> {
        let sample = |later, labels: &[&str]| Self {
            title: "新規登録".into(),
            form: Form::new("/minato/journey/x?step=choose", &[]),
            options: labels
                .iter()
                .map(|label| Choice { id: "mailbox".into(), label: (*label).into() })
                .collect(),
            later,
        };
        vec![
            sample(false, &["メールで確認する", "記号・番号で確認する"]),
            sample(true, &["今する"]),
        ]
    }
}

/// Nothing is missing any more: somebody else's answer, or another window, gave it.
#[derive(Serialize)]
pub struct GoOn {
    pub title: String,
    pub form: Form,
}

impl Page for GoOn {
    const TEMPLATE: &'static str = "idp/go_on.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=choose", &[]),
        }]
    }
}

fn form(running: &Running<'_>) -> Form {
    Form::new(format!("{}?step={STEP}", running.here_url()), &[])
}

fn choice(running: &Running<'_>, need: &Need) -> Option<Choice> {
    let step = *need.steps().first()?;
    let label = running.visit.look.t(&format!("choose-{}", step.kind.as_str()), &[]);
    Some(Choice { id: step.id.0.clone(), label })
}

/// One of several ways.
pub(super) fn among(running: &Running<'_>, needs: &[&Need]) -> Result<Response, Error> {
    let options = needs.iter().filter_map(|need| choice(running, need)).collect();
    let page = Choose { title: running.title(), form: form(running), options, later: false };
    running.visit.look.page(&page)
}

/// Now or later.
pub(super) fn offer(running: &Running<'_>, need: &Need) -> Result<Response, Error> {
    let options = choice(running, need).into_iter().collect();
    let page = Choose { title: running.title(), form: form(running), options, later: true };
    running.visit.look.page(&page)
}

/// Only to go on.
pub(super) fn go_on(running: &Running<'_>) -> Result<Response, Error> {
    running.visit.look.page(&GoOn { title: running.title(), form: form(running) })
}

/// What was chosen: the first step of one of the ways.
pub(super) fn picked(needs: &[&Need], posted: &Posted) -> Option<StepId> {
    let first = needs.iter().filter_map(|need| Some(need.steps().first()?.id.clone()));
    first.into_iter().find(|id| id.0 == posted.value("choice"))
}
