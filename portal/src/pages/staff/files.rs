//! Files of the insurer: which plugins take some, what counts now, and bringing another.

use super::brought::{Taking, checked, state_of, taking};
use crate::app::App;
use crate::insurers::offer;
use crate::insurers::staff::May;
use crate::plugins::data::staged;
use crate::plugins::package::manifest::Mode;
use crate::staff::{Colleague, StaffVisit};
use crate::store::staff_files::{self, File, State as FileState};
use crate::store::staff_record::Act;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use secret::random;
use serde::Serialize;
use std::sync::Arc;
use web::look::see_other;
use web::{Brought, Error, Form, Page, Upload};

/// Files of a plugin that its page shows.
const SHOWN: i64 = 20;
/// Batches that count and are shown.
const BATCHES: i64 = 6;

/// Which plugins take files.
#[derive(Serialize)]
pub struct StaffFiles {
    pub plugins: Vec<Takes>,
}

/// A plugin that takes files.
#[derive(Serialize)]
pub struct Takes {
    pub name: String,
    pub url: String,
    /// When a file last began to count, in seconds since 1970.
    pub last_at: Option<i64>,
    /// Files that wait.
    pub waiting: usize,
}

impl Page for StaffFiles {
    const TEMPLATE: &'static str = "portal/staff_files.html";
    fn samples() -> Vec<Self> {
        let takes = |last_at, waiting| Takes {
            name: "医療費のお知らせ".into(),
            url: "/minato/staff/files/medical-fees".into(),
            last_at,
            waiting,
        };
        vec![Self { plugins: vec![takes(Some(1_790_000_000), 1), takes(None, 0)] }]
    }
}

/// What counts of a plugin's files, and a form for another.
#[derive(Serialize)]
pub struct StaffUpload {
    pub plugin: String,
    pub live: Vec<Batch>,
    pub files: Vec<Row>,
    /// None for who may not bring files, or where the insurer has not said how they are laid out.
    pub form: Option<Form>,
    /// The layout is missing: the operator writes it.
    pub no_layout: bool,
    /// The file does not say of which batch its rows are.
    pub asks_batch: bool,
    /// Megabytes that a file may have.
    pub most: usize,
    /// The encoding that the layout names, and the headers that are expected.
    pub encoding: String,
    pub columns: Vec<String>,
}

/// A batch that counts.
#[derive(Serialize)]
pub struct Batch {
    pub name: String,
    pub rows: i64,
    pub at: i64,
}

/// A file that was brought.
#[derive(Serialize)]
pub struct Row {
    pub file: String,
    pub by: String,
    pub at: i64,
    /// `right`, `wrong`, `published` or `discarded`.
    pub state: &'static str,
    pub url: String,
}

impl Page for StaffUpload {
    const TEMPLATE: &'static str = "portal/staff_upload.html";
    fn samples() -> Vec<Self> {
        let row = |state| Row {
            file: "医療費_202603.csv".into(),
            by: "港　太郎".into(),
            at: 1_790_000_000,
            state,
            url: "/minato/staff/files/medical-fees/x".into(),
        };
        let sample = |asks_batch: bool, wrong: bool| {
            let mut form = Form::new("/minato/staff/files/medical-fees", &["batch", "file"]);
            if wrong {
                form.mistake("file", "ファイルを選んでください。".into());
            }
            Self {
                plugin: "医療費のお知らせ".into(),
                live: vec![Batch {
                    name: "令和8年（2026年）3月".into(),
                    rows: 12_345,
                    at: 1_790_000_000,
                }],
                files: ["right", "wrong", "published", "discarded"].map(row).into(),
                form: Some(form),
                no_layout: false,
                asks_batch,
                most: 30,
                encoding: "Windows-31J".into(),
                columns: vec!["記号".into(), "番号".into()],
            }
        };
        let nobody = Self {
            form: None,
            live: vec![],
            files: vec![],
            no_layout: true,
            ..sample(false, false)
        };
        vec![sample(true, true), sample(false, false), nobody]
    }
}

/// `GET /{insurer}/staff/files`
pub async fn show(State(app): State<Arc<App>>, visit: StaffVisit) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let mut plugins = Vec::new();
    for offer in offer::all(&visit.insurer.definition, &app.plugins) {
        let id = offer.id();
        let Some(Taking { importer, .. }) = taking(&app, &visit, &colleague, id) else { continue };
        let of = (visit.slug(), importer.id.as_str());
        let live = match &offer.plugin.database {
            Some(database) => staged::live(database, of, 1).await?,
            None => Vec::new(),
        };
        let mut conn = app.db.read().await?;
        let files = staff_files::list(&mut conn, visit.slug(), id, SHOWN).await?;
        plugins.push(Takes {
            name: offer.name(&visit.look.lang).to_owned(),
            url: visit.path(&format!("files/{id}")),
            last_at: live.first().map(|live| live.imported_at),
            waiting: files.iter().filter(|file| file.state == FileState::Checked).count(),
        });
    }
    if plugins.is_empty() {
        return Ok(visit.refused());
    }
    visit.look.page(&StaffFiles { plugins })
}

/// `GET /{insurer}/staff/files/{plugin}`
pub async fn of_plugin(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    match taking(&app, &visit, &colleague, &plugin) {
        Some(taking) => draw(&app, &visit, &colleague, &taking, Form::default()).await,
        None => Ok(visit.not_found()),
    }
}

/// Whether whoever brings a file says what its rows are one batch of.
fn asks_batch(taking: &Taking<'_>) -> bool {
    let says = |layout: &handover::Layout| layout.columns.contains_key("batch");
    taking.importer.mode == Mode::Batches && !taking.offer.layout.is_some_and(says)
}

async fn draw(
    app: &App,
    visit: &StaffVisit,
    colleague: &Colleague<'_>,
    taking: &Taking<'_>,
    mut form: Form,
) -> Result<Response, Error> {
    let (id, look) = (taking.offer.id(), &visit.look);
    let of = (visit.slug(), taking.importer.id.as_str());
    let live = match &taking.offer.plugin.database {
        Some(database) => staged::live(database, of, BATCHES).await?,
        None => Vec::new(),
    };
    let mut conn = app.db.read().await?;
    let files = staff_files::list(&mut conn, visit.slug(), id, SHOWN).await?;
    drop(conn);
    let may = colleague.rights.may(May::Import, id);
    let layout = taking.offer.layout;
    form.action = visit.path(&format!("files/{id}"));
    let status = if form.is_wrong() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let row = |file: File| Row {
        state: state_of(&file),
        url: visit.path(&format!("files/{id}/{}", file.id)),
        file: file.name,
        by: file.brought_by_name,
        at: file.brought_at,
    };
    let page = StaffUpload {
        plugin: taking.offer.name(&look.lang).to_owned(),
        live: live
            .into_iter()
            .map(|live| Batch {
                name: look.when(&live.batch),
                rows: live.rows,
                at: live.imported_at,
            })
            .collect(),
        files: files.into_iter().map(row).collect(),
        form: (may && layout.is_some()).then_some(form),
        no_layout: may && layout.is_none(),
        asks_batch: asks_batch(taking),
        most: app.settings.staff_file_mb,
        encoding: layout.map_or_else(String::new, |layout| match layout.encoding {
            handover::Encoding::Utf8 => "UTF-8".to_owned(),
            handover::Encoding::Windows31J => "Shift_JIS (Windows-31J)".to_owned(),
        }),
        columns: layout.map_or_else(Vec::new, |layout| layout.columns.values().cloned().collect()),
    };
    look.draw(status, StaffUpload::TEMPLATE, &page)
}

/// `POST /{insurer}/staff/files/{plugin}`: a file is brought, checked and put aside. Nothing counts by it.
pub async fn bring(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    visit: StaffVisit,
    request: Request,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some(taking) = taking(&app, &visit, &colleague, &plugin) else {
        return Ok(visit.not_found());
    };
    if !colleague.rights.may(May::Import, &plugin) || taking.offer.layout.is_none() {
        return Ok(visit.refused());
    }
    let most = app.settings.staff_file_mb;
    let Upload { posted, file } = Upload::read(request, most * 1024 * 1024).await?;
    let mut form = Form::new("", &["batch", "file"]);
    let batch = posted.value("batch").to_owned();
    form.values.insert("batch".to_owned(), batch.clone());
    if asks_batch(&taking) && (batch.is_empty() || batch.chars().count() > 40) {
        form.mistake("batch", visit.look.t("staff-batch-missing", &[]));
    }
    let (name, bytes) = match file {
        Brought::File { name, bytes } if !bytes.is_empty() => (name, bytes),
        Brought::File { .. } => {
            form.mistake("file", visit.look.t("staff-file-empty", &[]));
            return draw(&app, &visit, &colleague, &taking, form).await;
        }
        Brought::Nothing => {
            form.mistake("file", visit.look.t("staff-file-missing", &[]));
            return draw(&app, &visit, &colleague, &taking, form).await;
        }
        Brought::TooLong => {
            let args = [("most", most.to_string())];
            form.mistake("file", visit.look.t("staff-file-long", &args));
            return draw(&app, &visit, &colleague, &taking, form).await;
        }
    };
    if form.is_wrong() {
        return draw(&app, &visit, &colleague, &taking, form).await;
    }
    let batch = if asks_batch(&taking) { batch } else { String::new() };
    let bytes: Arc<[u8]> = bytes.into();
    let found = checked(&app, &visit, &plugin, (&bytes, &batch), true).await?;
    let file = File {
        id: random::id(),
        plugin: plugin.clone(),
        name: shown_name(&name),
        batch,
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        state: FileState::Checked,
        found,
        brought_by: colleague.session.sub.clone(),
        brought_by_name: colleague.session.name.clone(),
        brought_at: visit.now,
        ended_by_name: None,
        ended_at: None,
    };
    let sealed = app.sealer.seal(&file.purpose(visit.slug()), &bytes);
    let mut tx = app.db.begin().await?;
    staff_files::insert(&mut tx, visit.slug(), &file, &sealed).await?;
    colleague.note(&mut tx, &visit, Act::FileBrought, (&plugin, &file.name)).await?;
    tx.commit().await?;
    Ok(see_other(&visit.path(&format!("files/{plugin}/{}", file.id))))
}

/// A file's name as it is shown: without folders and signs that draw nothing.
fn shown_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    if name.trim().is_empty() { "-".to_owned() } else { name }
}
