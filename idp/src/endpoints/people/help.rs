//! Help before signing in: what to do when a page of the provider's does not lead on.

use crate::definition::policy::When;
use crate::visit::Visit;
use axum::response::Response;
use serde::Serialize;
use web::look::Action;
use web::{Error, Page};

/// Questions, each of which opens its answer.
#[derive(Serialize)]
pub struct Help {
    pub title: String,
    pub questions: Vec<Question>,
    /// Where to go on.
    pub actions: Vec<Action>,
}

/// One of them.
#[derive(Serialize)]
pub struct Question {
    /// Its name in the address: `/minato/help#mail`.
    pub id: &'static str,
    pub question: String,
    pub answer: String,
}

impl Page for Help {
    const TEMPLATE: &'static str = "idp/help.html";
    fn samples() -> Vec<Self> {
        let action =
            Action { label: "ログイン".into(), url: "/minato/login".into(), primary: true };
        let question = Question {
            id: "mail",
            question: "メールが届きません".into(),
            answer: "「迷惑メール」のフォルダーを…".into(),
        };
        vec![Self { title: "ヘルプ".into(), questions: vec![question], actions: vec![action] }]
    }
}

/// What people ask of whom nothing is known yet, in the order in which they meet it.
const QUESTIONS: [&str; 8] =
    ["first", "mail", "card", "family", "forgotten", "locked", "phone", "cookies"];

/// `GET /{insurer}/help`
pub async fn show(visit: Visit) -> Result<Response, Error> {
    let (look, policy) = (&visit.look, &visit.realm.definition.policy);
    let questions = QUESTIONS.into_iter().map(|id| Question {
        id,
        question: look.t(&format!("help-question-{id}"), &[]),
        answer: match id {
            "mail" => look.t("help-answer-mail", &[("sender", policy.mail.from.clone())]),
            "forgotten" if visit.realm.definition.recovery().is_some() => {
                look.t("help-answer-forgotten-recover", &[])
            }
            "phone" if policy.second_factor.when != When::Never || policy.passkeys.offer => {
                look.t("help-answer-phone-factors", &[])
            }
            _ => look.t(&format!("help-answer-{id}"), &[]),
        },
    });
    look.page(&Help {
        title: look.t("layout-help", &[]),
        questions: questions.collect(),
        actions: visit.beginnings(),
    })
}
