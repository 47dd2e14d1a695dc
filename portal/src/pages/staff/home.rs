//! The first staff page: what waits, and what they may do.

use super::taking::all;
use crate::app::App;
use crate::staff::StaffVisit;
use crate::store::staff_files;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::look::Action;
use web::{Error, Page};

/// What waits, and what they may do.
#[derive(Serialize)]
pub struct StaffHome {
    /// What their roles are called.
    pub roles: Vec<String>,
    pub waiting: Vec<Waiting>,
    /// Where files are brought; none for who may not.
    pub files_url: Option<String>,
}

/// A file that somebody brought and nobody has made count.
#[derive(Serialize)]
pub struct Waiting {
    pub plugin: String,
    pub file: String,
    pub by: String,
    /// Seconds since 1970.
    pub at: i64,
    pub url: String,
}

impl Page for StaffHome {
    const TEMPLATE: &'static str = "portal/staff_home.html";
    fn samples() -> Vec<Self> {
        let waiting = || Waiting {
            plugin: "医療費のお知らせ".into(),
            file: "医療費_202603.csv".into(),
            by: "港　太郎".into(),
            at: 1_790_000_000,
            url: "/minato/staff/files/medical-fees/x".into(),
        };
        let home = |waiting: Vec<Waiting>, files: bool| Self {
            roles: vec!["給付担当".into()],
            waiting,
            files_url: files.then(|| "/minato/staff/files".into()),
        };
        vec![home(vec![waiting(), waiting()], true), home(vec![], true), home(vec![], false)]
    }
}

/// The query with which the provider sends back who has signed out.
const SIGNED_OUT: &str = "state=signed-out";

/// `GET /{insurer}/staff`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(_) if visit.session().is_none() && query.as_deref() == Some(SIGNED_OUT) => {
            let again = Action {
                label: visit.look.t("welcome-sign-in", &[]),
                url: visit.path("signin"),
                primary: true,
            };
            return visit.look.notice_page(
                StatusCode::OK,
                "staff-signed-out",
                "success",
                vec![again],
            );
        }
        Err(signin) => return Ok(*signin),
    };
    let mut waiting = Vec::new();
    let mut conn = app.db.read().await?;
    let takes = all(&visit, &colleague);
    for taking in &takes {
        for file in staff_files::waiting(&mut conn, taking.of(&visit)).await? {
            waiting.push(Waiting {
                plugin: taking.name(&visit.look),
                url: taking.path(&visit, &format!("/{}", file.id)),
                file: file.name,
                by: file.brought_by_name,
                at: file.brought_at,
            });
        }
    }
    drop(conn);
    visit.look.page(&StaffHome {
        roles: colleague.rights.names(&visit.look.lang),
        waiting,
        files_url: (!takes.is_empty()).then(|| visit.path("files")),
    })
}
