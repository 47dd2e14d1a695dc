//! `terms`: the person agreed to the newest version of every document.

use super::verdict::{At, Place, Prepared, Verdict};
use super::{Boxed, Step};
use crate::definition::Terms as Document;
use crate::definition::terms::newest;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Form, Page, Posted};

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
            title: "利用規約への同意".into(),
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

/// The headings (`## …`) and paragraphs of a document's text.
pub fn blocks(text: &str) -> Vec<Block> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix("## ") {
            Some(heading) => Block { heading: true, text: heading.to_owned() },
            None => Block { heading: false, text: line.to_owned() },
        })
        .collect()
}

/// The documents in force that were not agreed to.
fn missing<'a>(at: &'a At<'_>) -> Vec<&'a Document> {
    let open = |document: &&Document| !at.agreed.contains(&document.agreement());
    newest(&at.definition.terms).into_iter().filter(open).collect()
}

pub(super) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let lang = &at.visit.look.lang;
            let missing = missing(at);
            let fields: Vec<String> = missing.iter().map(|document| field(document)).collect();
            let form = at.form(&fields.iter().map(String::as_str).collect::<Vec<_>>());
            let shown = |document: &Document| {
                let field = field(document);
                Shown {
                    error: form.errors.get(&field).cloned().flatten(),
                    checked: form.values.get(&field).is_some_and(|value| value == "yes"),
                    field,
                    title: document.title.in_language(lang).to_owned(),
                    version: document.version.clone(),
                    blocks: blocks(document.text.in_language(lang)),
                }
            };
            let documents = missing.into_iter().map(shown).collect();
            let step = at.registers.then_some(at.place);
            at.screen(&Terms { title: at.title.clone(), step, form, documents })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        _: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let missing = missing(at);
            let fields: Vec<String> = missing.iter().map(|document| field(document)).collect();
            let names: Vec<&str> = fields.iter().map(String::as_str).collect();
            let mut form = Form::new("", &names).typed(posted);
            for name in names.into_iter().filter(|name| posted.value(name) != "yes") {
                form.mistake(name, at.t("error-agree"));
            }
            if form.is_wrong() {
                return Ok(Verdict::Invalid(form));
            }
            Ok(Verdict::Agreed(missing.into_iter().map(Document::agreement).collect()))
        })
    }
}
