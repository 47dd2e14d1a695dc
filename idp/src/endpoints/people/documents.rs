//! The insurer's documents in force, for everybody, also before signing in.

use crate::definition::terms::{PRIVACY, newest};
use crate::journeys::steps::terms::{Block, blocks};
use crate::visit::Visit;
use axum::response::Response;
use serde::Serialize;
use web::{Error, Page};

/// Documents in full.
#[derive(Serialize)]
pub struct Documents {
    pub title: String,
    pub documents: Vec<Document>,
}

/// One of them, in the version that is in force.
#[derive(Serialize)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub version: String,
    pub blocks: Vec<Block>,
}

impl Page for Documents {
    const TEMPLATE: &'static str = "idp/documents.html";
    fn samples() -> Vec<Self> {
        let document = Document {
            id: "portal".into(),
            title: "利用規約".into(),
            version: "2026-04-01".into(),
            blocks: blocks("## 目的\nこの規約は…\n\n## 対象\n加入者です。"),
        };
        let title = || "利用規約".to_owned();
        vec![
            Self { title: title(), documents: vec![document] },
            Self { title: title(), documents: Vec::new() },
        ]
    }
}

/// `GET /{insurer}/terms`: everything that members agree to.
pub async fn terms(visit: Visit) -> Result<Response, Error> {
    show(&visit, "layout-terms", |id| id != PRIVACY)
}

/// `GET /{insurer}/privacy`: how personal information is handled.
pub async fn privacy(visit: Visit) -> Result<Response, Error> {
    show(&visit, "layout-privacy", |id| id == PRIVACY)
}

fn show(visit: &Visit, title: &str, wanted: impl Fn(&str) -> bool) -> Result<Response, Error> {
    let lang = &visit.look.lang;
    let documents = newest(&visit.realm.definition.terms);
    let documents = documents.into_iter().filter(|document| wanted(&document.id));
    visit.look.page(&Documents {
        title: visit.look.t(title, &[]),
        documents: documents
            .map(|document| Document {
                id: document.id.clone(),
                title: document.title.in_language(lang).to_owned(),
                version: document.version.clone(),
                blocks: blocks(document.text.in_language(lang)),
            })
            .collect(),
    })
}
