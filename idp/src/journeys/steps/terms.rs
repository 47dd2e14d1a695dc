//! Proof `terms`: the person agreed to the newest version of every document.

use super::{Place, Verdict};
use crate::definition::Terms as Document;
use crate::journeys::page::Running;
use crate::journeys::{Next, newest_terms};
use crate::store::evidence;
use axum::response::Response;
use db::Conn;
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// Shows what is to be agreed to, in full.
#[derive(Serialize)]
pub struct Terms {
    pub title: String,
    pub step: Option<Place>,
    pub form: Form,
    pub documents: Vec<Shown>,
}

/// One document on the page.
#[derive(Serialize)]
pub struct Shown {
    pub field: String,
    pub title: String,
    pub version: String,
    pub blocks: Vec<Block>,
    pub error: Option<String>,
    pub checked: bool,
}

/// A heading or a paragraph.
#[derive(Serialize)]
pub struct Block {
    pub heading: bool,
    pub text: String,
}

impl Page for Terms {
    const TEMPLATE: &'static str = "idp/terms.html";
    fn samples() -> Vec<Self> {
        let sample = |step, error: Option<&str>| Self {
            title: "新規登録".into(),
            step,
            form: Form::new("/minato/journey/x?step=terms", &["agree_portal"]),
            documents: vec![Shown {
                field: "agree_portal".into(),
                title: "利用規約".into(),
                version: "2026-04-01".into(),
                blocks: blocks("## 目的\nこの規約は…\n\n## 対象\n加入者です。"),
                error: error.map(str::to_owned),
                checked: false,
            }],
        };
        vec![sample(Some(Place { n: 3, of: 4 }), None), sample(None, Some("同意が必要です。"))]
    }
}

fn field(document: &Document) -> String {
    format!("agree_{}", document.id)
}

fn kind(document: &Document) -> String {
    format!("terms:{}:{}", document.id, document.version)
}

fn blocks(text: &str) -> Vec<Block> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix("## ") {
            Some(heading) => Block { heading: true, text: heading.to_owned() },
            None => Block { heading: false, text: line.to_owned() },
        })
        .collect()
}

fn missing(running: &Running) -> Vec<&Document> {
    let proved = |document: &&Document| !running.evidence.contains(&kind(document));
    newest_terms(&running.definition).into_iter().filter(proved).collect()
}

pub(super) fn show(running: &Running, step: &Next) -> Result<Response, Error> {
    draw(running, step, None)
}

fn draw(running: &Running, step: &Next, posted: Option<&Posted>) -> Result<Response, Error> {
    let lang = &running.visit.look.lang;
    let missing = missing(running);
    let fields: Vec<String> = missing.iter().map(|document| field(document)).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut form = Form::new(running.action(step), &fields);
    let mut documents = Vec::new();
    for document in missing {
        let name = field(document);
        let checked = posted.is_some_and(|posted| posted.value(&name) == "yes");
        if posted.is_some() && !checked {
            form.mistake(&name, running.visit.look.t("error-agree", &[]));
        }
        documents.push(Shown {
            error: form.errors.get(&name).cloned().flatten(),
            field: name,
            title: document.title.in_language(lang).to_owned(),
            version: document.version.clone(),
            blocks: blocks(document.text.in_language(lang)),
            checked,
        });
    }
    let step = (running.journey.kind == "register").then(|| step.into());
    running.visit.look.page(&Terms { title: running.title(), step, form, documents })
}

pub(super) async fn verify(
    running: &mut Running,
    step: &Next<'_>,
    posted: &Posted,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    let agreed: Vec<String> = missing(running)
        .into_iter()
        .filter(|document| posted.value(&field(document)) == "yes")
        .map(kind)
        .collect();
    if agreed.len() < missing(running).len() {
        return Ok(Verdict::Shown(draw(running, step, Some(posted))?));
    }
    // What an account agreed to lasts; a registration hands its evidence over when it ends.
    let holder = match &running.journey.state.account_id {
        Some(account) => format!("account:{account}"),
        None => running.journey.holder(),
    };
    let insurer = running.visit.realm.id().to_owned();
    for kind in agreed {
        evidence::insert(conn, &insurer, &holder, &kind, "form", running.now).await?;
        running.evidence.push(kind);
    }
    Ok(Verdict::Proved { means: "form".into() })
}
