//! Files of the insurer: which plugins take some, what counts now, and bringing another.

use super::file::until_done;
use super::taking::{Taking, all, taking};
use crate::app::App;
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
use tokio::sync::Semaphore;
use web::look::see_other;
use web::{Brought, Error, Form, Most, Page, Posted, Upload};

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
    /// `csv` or `xml`, in the encoding that the layout names, and what is expected: headers, or elements.
    pub format: &'static str,
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
    /// As in the table.
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
                files: ["new", "right", "wrong", "publishing", "published", "discarded"]
                    .map(row)
                    .into(),
                form: Some(form),
                no_layout: false,
                format: if asks_batch { "xml" } else { "csv" },
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
            format: "csv",
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
    for taking in all(&visit, &colleague) {
        let of = (visit.slug(), taking.importer.id.as_str());
        let live = match &taking.offer.plugin.database {
            Some(database) => staged::live(database, of, 1).await?,
            None => Vec::new(),
        };
        let mut conn = app.db.read().await?;
        let waiting = staff_files::waiting(&mut conn, taking.of(&visit)).await?;
        plugins.push(Takes {
            name: taking.name(&visit.look),
            url: taking.path(&visit, ""),
            last_at: live.first().map(|live| live.imported_at),
            waiting: waiting.len(),
        });
    }
    if plugins.is_empty() {
        return Ok(visit.refused("staff-not-yours"));
    }
    visit.look.page(&StaffFiles { plugins })
}

/// `GET /{insurer}/staff/files/{plugin}/{importer}`
pub async fn of_plugin(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer)): Path<(String, String, String)>,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    match taking(&visit, &colleague, (&plugin, &importer)) {
        Some(taking) => draw(&app, &visit, &colleague, &taking, Form::default()).await,
        None => Ok(visit.not_found()),
    }
}

/// Whether whoever brings a file says what its rows are one batch of.
fn asks_batch(taking: &Taking<'_>) -> bool {
    let says = |layout: &handover::Layout| layout.columns.contains_key("batch");
    taking.importer.mode == Mode::Batches && !taking.layout().is_some_and(says)
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
    let files = staff_files::list(&mut conn, taking.of(visit), SHOWN).await?;
    drop(conn);
    let may = colleague.rights.may(May::Import, id);
    let layout = taking.layout();
    form.action = taking.path(visit, "");
    let status = if form.is_wrong() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let row = |file: File| Row {
        state: file.state.as_str(),
        url: taking.path(visit, &format!("/{}", file.id)),
        file: file.name,
        by: file.brought_by_name,
        at: file.brought_at,
    };
    let page = StaffUpload {
        plugin: taking.name(look),
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
        format: if layout.is_some_and(|layout| layout.rows.is_some()) { "xml" } else { "csv" },
        encoding: layout.map_or_else(String::new, |layout| layout.encoding.name().to_owned()),
        columns: layout.map_or_else(Vec::new, |layout| layout.columns.values().cloned().collect()),
    };
    look.draw(status, StaffUpload::TEMPLATE, &page)
}

/// Files that are on their way to this node at the same time: each is held in memory as a whole.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// `POST /{insurer}/staff/files/{plugin}/{importer}`: a file is brought and put aside, to be checked. Nothing counts by it.
pub async fn bring(
    State(app): State<Arc<App>>,
    Path((_, plugin, importer)): Path<(String, String, String)>,
    visit: StaffVisit,
    request: Request,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) => colleague,
        Err(signin) => return Ok(*signin),
    };
    let Some(taking) = taking(&visit, &colleague, (&plugin, &importer)) else {
        return Ok(visit.not_found());
    };
    if !colleague.rights.may(May::Import, &plugin) {
        return Ok(visit.refused("staff-not-yours"));
    }
    let Ok(place) = AT_ONCE.try_acquire() else { return Err(Error::BUSY) };
    let most = app.settings.staff_file_mb.saturating_mul(1024 * 1024);
    let most = Most { bytes: most, files: 1 };
    let Upload { posted, mut files } = Upload::signed(request, most, str::to_owned).await?;
    if files.len() > 1 {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    }
    let file = files.pop().map(|(_, file)| file);
    let (file, bytes) = match brought(&app, &visit, &taking, (&posted, file)) {
        Ok(brought) => brought,
        Err(form) => return draw(&app, &visit, &colleague, &taking, form).await,
    };
    let file = File {
        brought_by: colleague.session.sub.clone(),
        brought_by_name: colleague.session.name.clone(),
        ..file
    };
    let sealed = app.sealer.seal(&file.purpose(visit.slug()), &bytes);
    drop(bytes);
    let mut tx = app.db.begin().await?;
    staff_files::insert(&mut tx, visit.slug(), &file, &sealed).await?;
    colleague.note(&mut tx, &visit, Act::FileBrought, (&plugin, &file.name)).await?;
    tx.commit().await?;
    drop((sealed, place));
    app.files.notify_one();
    until_done(&app, taking.of(&visit), &file.id).await?;
    Ok(see_other(&taking.path(&visit, &format!("/{}", file.id))))
}

/// The file that a form brought, or the form with what is wrong.
fn brought(
    app: &App,
    visit: &StaffVisit,
    taking: &Taking<'_>,
    (posted, file): (&Posted, Option<Brought>),
) -> Result<(File, Vec<u8>), Form> {
    let t = |key: &str| visit.look.t(key, &[]);
    let mut form = Form::new("", &["batch", "file"]);
    let asked = asks_batch(taking);
    let batch = if asked { posted.value("batch").to_owned() } else { String::new() };
    form.values.insert("batch".to_owned(), batch.clone());
    if asked && (batch.is_empty() || batch.chars().count() > 40) {
        form.mistake("batch", t("staff-batch-missing"));
    }
    let (name, bytes) = match file {
        Some(Brought::File { name, bytes }) if !bytes.is_empty() => (name, bytes),
        Some(Brought::File { .. }) => {
            form.mistake("file", t("staff-file-empty"));
            return Err(form);
        }
        None => {
            form.mistake("file", t("staff-file-missing"));
            return Err(form);
        }
        Some(Brought::TooLong | Brought::TooMany) => {
            let args = [("most", app.settings.staff_file_mb.to_string())];
            form.mistake("file", visit.look.t("staff-file-long", &args));
            return Err(form);
        }
    };
    if taking.layout().is_none() {
        form.mistake("file", t("staff-upload-no-layout"));
    }
    if form.is_wrong() {
        return Err(form);
    }
    let file = File {
        id: random::id(),
        plugin: taking.offer.id().to_owned(),
        importer: taking.importer.id.clone(),
        name: shown_name(&name),
        batch,
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        state: FileState::New,
        brought_by: String::new(),
        brought_by_name: String::new(),
        brought_at: visit.now,
        ended_by: None,
        ended_by_name: None,
        ended_at: None,
    };
    Ok((file, bytes))
}

/// A file's name as it is shown: without folders, and without signs that draw nothing or turn what stands beside
/// them around.
fn shown_name(name: &str) -> String {
    let hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !hidden(c)).take(100).collect();
    if name.trim().is_empty() { "-".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    #[test]
    fn a_files_name_is_what_it_looks_like() {
        for (given, shown) in [
            ("fees.csv", "fees.csv"),
            ("C:\\files\\医療費.csv", "医療費.csv"),
            ("/home/x/fees.csv", "fees.csv"),
            ("a\u{202e}vsc.exe", "avsc.exe"),
            ("a\u{200b}b\r\n.csv", "ab.csv"),
            ("", "-"),
            ("dir/", "-"),
        ] {
            assert_eq!(shown_name(given), shown, "{given:?}");
        }
    }
}
