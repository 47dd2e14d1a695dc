//! One file that staff brought: what was found in it, and making it count or throwing it away.

use super::taking::{Taking, taking};
use crate::app::App;
use crate::insurers::staff::May;
use crate::pages::plugin_paper::attached;
use crate::paper::sheet::csv;
use crate::paper::words::Grid;
use crate::staff::{Colleague, StaffVisit};
use crate::store::staff_files::{self, Fault, File, Of, State as FileState, Unread};
use crate::store::staff_record::Act;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::paper::Encoding;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use web::look::{Action, see_other};
use web::{Error, Form, Look, Page, Posted};

/// Faults that a page shows; the rest is in the file of faults.
const SHOWN: usize = 50;

/// What was found in a file.
#[derive(Serialize)]
pub struct StaffFile {
    pub plugin: String,
    pub files_url: String,
    pub file: String,
    pub batch: String,
    pub by: String,
    pub at: i64,
    /// As in the table.
    pub state: &'static str,
    /// It is being checked or published: the page can be opened again.
    pub busy: bool,
    pub ended_by: Option<String>,
    pub ended_at: Option<i64>,
    pub rows: u64,
    pub inserted: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub ended: u64,
    pub wrong: u64,
    pub problems: Vec<Shown>,
    pub odd: u64,
    pub warnings: Vec<Shown>,
    pub unread: Option<String>,
    /// All that is wrong, as a file for a spreadsheet.
    pub faults_url: Option<String>,
    /// None for who may not.
    pub publish: Option<Form>,
    pub discard: Option<Form>,
    /// It is right, and somebody else has to publish it: `another` than who brought it, or somebody who `may`.
    pub needs: Option<&'static str>,
}

/// What is wrong in a line.
#[derive(Serialize)]
pub struct Shown {
    pub line: u64,
    pub column: String,
    pub text: String,
}

impl Page for StaffFile {
    const TEMPLATE: &'static str = "portal/staff_file.html";
    fn samples() -> Vec<Self> {
        let shown = |line: u64| Shown {
            line,
            column: "医療費総額".into(),
            text: "総額が内訳の合計と一致しません".into(),
        };
        let sample = |state: &'static str| Self {
            plugin: "医療費のお知らせ".into(),
            files_url: "/minato/staff/files/medical-fees".into(),
            file: "医療費_202603.csv".into(),
            batch: "令和8年（2026年）3月".into(),
            by: "港　太郎".into(),
            at: 1_790_000_000,
            state,
            busy: matches!(state, "new" | "publishing"),
            ended_by: (state == "published").then(|| "港　次郎".into()),
            ended_at: (state == "published").then_some(1_790_000_000),
            rows: 12_345,
            inserted: 12_000,
            changed: 345,
            unchanged: 0,
            ended: 12,
            wrong: if state == "wrong" { 2 } else { 0 },
            problems: if state == "wrong" { vec![shown(3), shown(18)] } else { vec![] },
            odd: 1,
            warnings: vec![shown(7)],
            unread: None,
            faults_url: Some("/minato/staff/files/medical-fees/x/faults".into()),
            publish: (state == "right")
                .then(|| Form::new("/minato/staff/files/medical-fees/x/publish", &[])),
            discard: Some(Form::new("/minato/staff/files/medical-fees/x/discard", &[])),
            needs: (state == "right").then_some("another"),
        };
        let unread = Self { unread: Some("ファイルが空です".into()), ..sample("wrong") };
        let others = Self { needs: Some("may"), publish: None, ..sample("right") };
        let same = Self { unchanged: 12_345, inserted: 0, changed: 0, ended: 0, ..sample("right") };
        let states = ["new", "right", "wrong", "publishing", "published", "discarded"];
        let mut all: Vec<Self> = states.map(sample).into();
        all.extend([unread, others, same]);
        all
    }
}

/// The reason in the language of the page: how we say it elsewhere, or as it was said.
fn reason(look: &Look, fault: &Fault) -> String {
    let own = look.maybe(&format!("staff-fault-{}", fault.code), &[]);
    own.filter(|_| look.lang != "ja").unwrap_or_else(|| fault.text.clone())
}

/// A file of a path, when this colleague works with the plugin's files.
async fn found_file<'a>(
    app: &'a App,
    visit: &'a StaffVisit,
    colleague: &Colleague<'_>,
    (plugin, importer, id): (&str, &str, &str),
) -> Result<Option<(Taking<'a>, File)>, Error> {
    let Some(taking) = taking(visit, colleague, (plugin, importer)) else { return Ok(None) };
    let mut conn = app.db.read().await?;
    let file = staff_files::by_id(&mut conn, taking.of(visit), id).await?;
    Ok(file.map(|file| (taking, file)))
}

/// Whether the insurer wants somebody else to publish this file.
fn needs_another(visit: &StaffVisit, colleague: &Colleague<'_>, file: &File) -> bool {
    visit.two_people() && file.brought_by == colleague.session.sub
}

/// Waits for a while until a file is neither checked nor published any more: most are short, and whoever sent
/// one sees at once what was found.
pub(super) async fn until_done(app: &App, of: Of<'_>, id: &str) -> Result<(), Error> {
    const LOOK: Duration = Duration::from_millis(100);
    for _ in 0..150 {
        let mut conn = app.db.read().await?;
        let file = staff_files::by_id(&mut conn, of, id).await?;
        drop(conn);
        let busy = |file: &File| matches!(file.state, FileState::New | FileState::Publishing);
        if !file.as_ref().is_some_and(busy) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Why a file could not be read, in the language of the page.
fn unread(look: &Look, unread: &Unread) -> String {
    look.t(&format!("staff-unread-{}", unread.why), &[("column", unread.column.clone())])
}

/// `GET /{insurer}/staff/files/{plugin}/{importer}/{file}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer, id)): Path<(String, String, String, String)>,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some((taking, file)) =
        found_file(&app, &visit, &colleague, (&plugin, &importer, &id)).await?
    else {
        return Ok(visit.not_found());
    };
    let at = |below: &str| taking.path(&visit, &format!("/{id}{below}"));
    let shown = |faults: &[Fault]| {
        let shown = faults.iter().take(SHOWN);
        shown
            .map(|fault| Shown {
                line: fault.line,
                column: fault.column.clone(),
                text: reason(&visit.look, fault),
            })
            .collect()
    };
    let found = staff_files::found(&mut app.db.read().await?, visit.slug(), &id).await?;
    let right = file.state == FileState::Right;
    let another = needs_another(&visit, &colleague, &file);
    let publishes = colleague.rights.may(May::Publish, &plugin);
    let faults = found.problems.len() + found.warnings.len();
    visit.look.page(&StaffFile {
        plugin: taking.name(&visit.look),
        files_url: taking.path(&visit, ""),
        batch: visit.look.when(&file.batch),
        by: file.brought_by_name.clone(),
        at: file.brought_at,
        state: file.state.as_str(),
        busy: matches!(file.state, FileState::New | FileState::Publishing),
        ended_by: file.ended_by_name.clone(),
        ended_at: file.ended_at,
        rows: found.rows,
        inserted: found.inserted,
        changed: found.changed,
        unchanged: found.unchanged,
        ended: found.ended,
        wrong: found.wrong,
        problems: shown(&found.problems),
        odd: found.odd,
        warnings: shown(&found.warnings),
        unread: found.unread.as_ref().map(|why| unread(&visit.look, why)),
        faults_url: (faults > 0).then(|| at("/faults")),
        publish: (right && publishes && !another).then(|| Form::new(at("/publish"), &[])),
        discard: matches!(file.state, FileState::Right | FileState::Wrong)
            .then(|| Form::new(at("/discard"), &[])),
        needs: match (right, publishes, another) {
            (true, _, true) => Some("another"),
            (true, false, false) => Some("may"),
            _ => None,
        },
        file: file.name,
    })
}

/// `GET /{insurer}/staff/files/{plugin}/{importer}/{file}/faults`: where and why, for a spreadsheet; no value of a row.
pub async fn faults(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer, id)): Path<(String, String, String, String)>,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some((_, file)) = found_file(&app, &visit, &colleague, (&plugin, &importer, &id)).await?
    else {
        return Ok(visit.not_found());
    };
    let look = &visit.look;
    let row = |kind: &str, fault: &Fault| {
        vec![look.t(kind, &[]), fault.line.to_string(), fault.column.clone(), reason(look, fault)]
    };
    let found = staff_files::found(&mut app.db.read().await?, visit.slug(), &id).await?;
    let wrong = found.problems.iter().map(|fault| row("staff-fault-wrong", fault));
    let odd = found.warnings.iter().map(|fault| row("staff-fault-odd", fault));
    let heads = ["staff-fault-kind", "staff-fault-line", "staff-fault-column", "staff-fault-why"];
    let grid = Grid {
        caption: String::new(),
        heads: heads.map(|key| look.t(key, &[])).into(),
        ends: vec![false; 4],
        rows: wrong.chain(odd).collect(),
        foot: None,
    };
    let bytes = csv(&grid, Encoding::Utf8).map_err(Error::fault)?;
    let mut tx = app.db.begin().await?;
    colleague.note(&mut tx, &visit, Act::FaultsTaken, (&plugin, &file.name)).await?;
    tx.commit().await?;
    Ok(attached((&plugin, "faults"), ("csv", "text/csv; charset=utf-8"), bytes))
}

/// `POST /{insurer}/staff/files/{plugin}/{importer}/{file}/publish`: its rows are to count. It is read once more: what was
/// found when it was brought may be another by now.
pub async fn publish(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer, id)): Path<(String, String, String, String)>,
    visit: StaffVisit,
    _: Posted,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some((taking, file)) =
        found_file(&app, &visit, &colleague, (&plugin, &importer, &id)).await?
    else {
        return Ok(visit.not_found());
    };
    if !colleague.rights.may(May::Publish, &plugin) {
        return Ok(visit.refused("staff-not-yours"));
    }
    let here = taking.path(&visit, &format!("/{id}"));
    if needs_another(&visit, &colleague, &file) {
        let label = visit.look.t("staff-file-back", &[]);
        let back = Action { label, url: here, primary: true };
        let status = StatusCode::FORBIDDEN;
        return visit.look.notice_page(status, "staff-needs-another", "info", vec![back]);
    }
    let by = (colleague.session.sub.as_str(), colleague.session.name.as_str(), visit.now);
    let mut tx = app.db.begin().await?;
    // The statement asks again whether it is right and whose it is; pressed twice it is asked once.
    if staff_files::ask(&mut tx, visit.slug(), &id, by, visit.two_people()).await? {
        colleague.note(&mut tx, &visit, Act::PublishAsked, (&plugin, &file.name)).await?;
        tx.commit().await?;
        app.files.notify_one();
    } else {
        drop(tx);
    }
    until_done(&app, taking.of(&visit), &id).await?;
    Ok(see_other(&here))
}

/// `POST /{insurer}/staff/files/{plugin}/{importer}/{file}/discard`: its bytes are gone, and nothing has changed by it.
pub async fn discard(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer, id)): Path<(String, String, String, String)>,
    visit: StaffVisit,
    _: Posted,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some((taking, file)) =
        found_file(&app, &visit, &colleague, (&plugin, &importer, &id)).await?
    else {
        return Ok(visit.not_found());
    };
    let by = (colleague.session.sub.as_str(), colleague.session.name.as_str(), visit.now);
    let mut tx = app.db.begin().await?;
    if staff_files::discard(&mut tx, visit.slug(), &id, by).await? {
        colleague.note(&mut tx, &visit, Act::FileDiscarded, (&plugin, &file.name)).await?;
        tx.commit().await?;
    }
    Ok(see_other(&taking.path(&visit, "")))
}
