//! The first staff page: what waits, and what they may do.

use crate::app::App;
use crate::insurers::offer;
use crate::insurers::staff::May;
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
    let (mut waiting, mut takes_files) = (Vec::new(), false);
    let mut conn = app.db.read().await?;
    for offer in offer::all(&visit.insurer.definition, &visit.in_force.plugins) {
        let id = offer.id();
        let may = |what| colleague.rights.may(what, id);
        if offer.plugin.manifest.importer.is_empty() || !(may(May::Import) || may(May::Publish)) {
            continue;
        }
        takes_files = true;
        for file in staff_files::waiting(&mut conn, visit.slug(), id).await? {
            waiting.push(Waiting {
                plugin: offer.name(&visit.look.lang).to_owned(),
                url: visit.path(&format!("files/{id}/{}", file.id)),
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
        files_url: takes_files.then(|| visit.path("files")),
    })
}
