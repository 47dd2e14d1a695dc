//! Pages that only say something: notices and errors.

use super::Look;
use crate::{Error, Page};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The page for an [`Error`] that a person sees.
#[derive(Serialize)]
pub struct ErrorPage {
    pub status: u16,
    pub title: String,
    pub text: String,
    pub incident: Option<String>,
    pub actions: Vec<Action>,
}

/// A link on an error or notice page.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    pub label: String,
    pub url: String,
    pub primary: bool,
}

/// A plain message: a link that is gone, a session that has ended.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    pub title: String,
    pub paragraphs: Vec<String>,
    /// `info`, `warn`, `error` or `success`.
    pub kind: &'static str,
    pub actions: Vec<Action>,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
    fn samples() -> Vec<Self> {
        let actions = vec![Action { label: "戻る".into(), url: "/".into(), primary: true }];
        vec![
            Self {
                status: 404,
                title: "ページがありません".into(),
                text: "ページのアドレス（URL）を確かめてください。".into(),
                incident: None,
                actions,
            },
            Self {
                status: 500,
                title: "表示できません".into(),
                text: "しばらくしてからもう一度お試しください。".into(),
                incident: Some("A1B2C3D4".into()),
                actions: Vec::new(),
            },
        ]
    }
}

impl Page for Notice {
    const TEMPLATE: &'static str = "notice.html";
    fn samples() -> Vec<Self> {
        ["info", "warn", "error", "success"]
            .map(|kind| Self {
                title: "お知らせ".into(),
                paragraphs: vec!["一つ目。".into(), "二つ目。".into()],
                kind,
                actions: vec![Action { label: "進む".into(), url: "/".into(), primary: true }],
            })
            .into()
    }
}

impl Look {
    /// A notice with a status.
    pub fn notice(&self, status: StatusCode, notice: &Notice) -> Result<Response, Error> {
        self.draw(status, Notice::TEMPLATE, notice)
    }

    /// A notice whose texts are the messages `{key}-title` and `{key}-text`.
    pub fn notice_page(
        &self,
        status: StatusCode,
        key: &str,
        kind: &'static str,
        actions: Vec<Action>,
    ) -> Result<Response, Error> {
        let notice = Notice {
            title: self.t(&format!("{key}-title"), &[]),
            paragraphs: vec![self.t(&format!("{key}-text"), &[])],
            kind,
            actions,
        };
        self.notice(status, &notice)
    }

    /// The page of an error.
    pub fn error(&self, status: StatusCode, incident: Option<String>) -> Response {
        let known = [400, 403, 404, 405, 408, 413, 428, 429, 500, 503].contains(&status.as_u16());
        let code = match (known, status.is_client_error()) {
            (true, _) => status.as_u16(),
            (false, true) => 400,
            (false, false) => 500,
        };
        let page = ErrorPage {
            status: status.as_u16(),
            title: self.t(&format!("error-title-{code}"), &[]),
            text: self.t(&format!("error-text-{code}"), &[]),
            incident,
            actions: match self.brand.is_nobody() {
                // Of no insurer: there is no first page to go to.
                true => Vec::new(),
                false => vec![Action {
                    label: self.t("error-back-home", &[]),
                    url: self.home_url.clone(),
                    primary: true,
                }],
            },
        };
        self.draw(status, ErrorPage::TEMPLATE, &page).unwrap_or_else(|_| {
            tracing::error!("the error page itself cannot be drawn");
            status.into_response()
        })
    }
}
