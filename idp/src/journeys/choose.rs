//! Pages of the engine's own: the person chooses between proofs, puts one off, or goes on.

use super::goal::Goal;
use super::running::Running;
use crate::need::{Act, Kind, Need, Step, StepId};
use axum::response::Response;
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// The `?step=` of these pages. No step of a definition is called so.
pub const STEP: &str = "choose";

/// Which proof, or whether at all.
#[derive(Serialize)]
pub struct Choose {
    pub title: String,
    pub lead: String,
    pub form: Form,
    pub options: Vec<Choice>,
    /// It may be put off.
    pub later: bool,
}

/// Other ways to prove the same, below the form of the one that is asked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ways {
    /// Where a choice is posted to.
    pub action: String,
    pub others: Vec<Choice>,
    /// This one was chosen, and the choice can be made again.
    pub back: bool,
}

impl Ways {
    /// For samples of pages.
    pub fn sample() -> Self {
        let label = "予備のコード".into();
        let others = vec![Choice { id: "recovery-code".into(), label }];
        Self { action: "/minato/journey/x?step=choose".into(), others, back: true }
    }
}

/// The choice that undoes the one before.
pub const BACK: &str = "back";

/// One way.
#[derive(Debug, Clone, Serialize)]
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
            lead: "次のどれか一つで確認します。".into(),
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
    // What is to be set up says so: its step's id is `passkey-enrol`.
    let named = match step.act {
        Act::Enrol if matches!(step.kind, Kind::Passkey | Kind::Totp) => step.id.0.as_str(),
        _ => step.kind.as_str(),
    };
    let label = running.visit.look.t(&format!("choose-{named}"), &[]);
    Some(Choice { id: step.id.0.clone(), label })
}

/// The way whose page is shown at once, with the others below it: most people take it.
pub(super) fn usual<'n>(needs: &[&'n Need]) -> Option<&'n Step> {
    const USUAL: [Kind; 3] = [Kind::Password, Kind::Totp, Kind::CodeByMail];
    let steps: Vec<&Step> = needs.iter().filter_map(|need| need.steps().first().copied()).collect();
    let of = |kind: &Kind| steps.iter().find(|s| s.kind == *kind && s.act == Act::Verify).copied();
    let second = |step: &&Step| {
        matches!(step.kind, Kind::Passkey | Kind::RecoveryCode) && step.act == Act::Verify
    };
    let usual = USUAL.iter().find_map(of)?;
    let others = steps.iter().copied().filter(|step| step.id != usual.id);
    others.clone().all(|step| second(&step)).then_some(usual)
}

/// What stands below the page of a step: the ways beside it, or the way back to them.
pub(super) fn ways(running: &Running<'_>, needs: &[&Need], step: &Step) -> Ways {
    let others = needs.iter().filter_map(|need| choice(running, need));
    let mut others: Vec<Choice> = others.filter(|choice| choice.id != step.id.0).collect();
    // The page of the password has the passkey's own button.
    if step.kind == Kind::Password {
        others.retain(|choice| choice.id != Kind::Passkey.as_str());
    }
    let back = running.instance.chosen.contains(&step.id);
    Ways { action: form(running).action, others, back }
}

/// One of several ways.
pub(super) fn among(running: &Running<'_>, needs: &[&Need]) -> Result<Response, Error> {
    let options = needs.iter().filter_map(|need| choice(running, need)).collect();
    let sets_up = needs.iter().flat_map(|need| need.steps()).any(|step| step.act == Act::Enrol);
    let second = sets_up && matches!(running.instance.goal, Goal::SignIn(_));
    let lead = running.visit.look.t(if second { "choose-enrol" } else { "choose-one" }, &[]);
    let (title, form) = (running.title(), form(running));
    let page = Choose { title, lead, form, options, later: false };
    running.visit.look.page(&page)
}

/// Now or later.
pub(super) fn offer(running: &Running<'_>, need: &Need) -> Result<Response, Error> {
    let look = &running.visit.look;
    let makes_key = need.steps().first().is_some_and(|step| step.kind == Kind::Passkey);
    let mut options: Vec<Choice> = choice(running, need).into_iter().collect();
    let (title, lead) = match makes_key {
        // In words that somebody understands who has never heard of it.
        true => {
            for option in &mut options {
                option.label = look.t("offer-passkey-yes", &[]);
            }
            (look.t("offer-passkey-title", &[]), look.t("offer-passkey-lead", &[]))
        }
        false => (running.title(), look.t("choose-now-or-later", &[])),
    };
    let page = Choose { title, lead, form: form(running), options, later: true };
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
