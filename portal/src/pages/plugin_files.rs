//! Files of plugins' forms: looked at, sealed and held while the form is on its way; shown to whom they may be.

use crate::app::App;
use crate::plugins::Plugin;
use crate::plugins::ask::Unproved;
use crate::plugins::data::blobs::{self, Blob};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::database::Database;
use crate::plugins::form::field::{Action, FieldKind};
use crate::plugins::upload::{Media, inspector};
use crate::visit::Visit;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use secret::hash;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use web::{Brought, Error, Look, Most, Posted, Upload};

/// Forms with files that are read at the same time on this node: each is held in memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// The most files that one form brings.
const FILES: usize = 10;

/// The files of a form, by field.
pub(super) type Files = BTreeMap<String, Vec<Blob>>;

/// What a form brought.
pub(super) struct Came {
    pub posted: Posted,
    pub files: Vec<(String, Brought)>,
}

/// Reads a form of a page; one with files only where a form of the page has a field for some.
pub(super) async fn read(
    app: &App,
    request: Request,
    takes_files: bool,
    token: impl Fn(&str) -> String,
) -> Result<Came, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let parts = kind.and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.get(..19).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data"))
    });
    if !(parts && takes_files) {
        return Ok(Came { posted: Posted::signed(request, token).await?, files: Vec::new() });
    }
    let Ok(_place) = AT_ONCE.try_acquire() else { return Err(Error::BUSY) };
    let bytes = app.settings.plugins.upload_mb.saturating_mul(1024 * 1024);
    let Upload { posted, files } =
        Upload::signed(request, Most { bytes, files: FILES }, token).await?;
    Ok(Came { posted, files })
}

/// A form with files on its way.
pub(super) struct Holding<'a> {
    pub app: &'a App,
    pub look: &'a Look,
    pub plugin: &'a Plugin,
    pub insurer: &'a str,
    /// Whose files they are, by their name in the plugin's data; empty for those that staff bring.
    pub person: &'a str,
    pub action: &'a Action,
    pub now: i64,
    /// The mark that the page gave to its form.
    pub once: &'a str,
}

impl Holding<'_> {
    /// Holds what came, beside what came before. What was typed then names them all; what is wrong with
    /// which field comes back, in words.
    pub async fn take(
        &self,
        typed: &mut BTreeMap<String, String>,
        mut came: Vec<(String, Brought)>,
    ) -> Result<(Files, Vec<(String, String)>), Error> {
        let (mut files, mut wrong) = (Files::new(), Vec::new());
        let Some(database) = &self.plugin.database else { return Ok((files, wrong)) };
        for field in self.action.field.iter().filter(|field| field.kind == FieldKind::File) {
            let known = typed.get(&field.name).cloned().unwrap_or_default();
            let without = |id: &str| typed.contains_key(&format!("{}.without.{id}", field.name));
            let known = known.split_whitespace().filter(|id| !without(id)).take(FILES);
            let known: Vec<&str> = known.collect();
            let mut here = found(database, self.insurer, self.person, &known).await?;
            for (_, brought) in came.extract_if(.., |(name, _)| *name == field.name) {
                if here.len() >= field.most_files() {
                    let most = [("n", field.most_files().to_string())];
                    wrong.push((field.name.clone(), self.look.t("form-file-many", &most)));
                    break;
                }
                match self.hold(database, &field.name, brought).await? {
                    Ok(blob) if here.iter().any(|known| known.id == blob.id) => {}
                    Ok(blob) => here.push(blob),
                    Err(why) => wrong.push((field.name.clone(), why)),
                }
            }
            let ids: Vec<&str> = here.iter().map(|blob| blob.id.as_str()).collect();
            typed.insert(field.name.clone(), ids.join(" "));
            files.insert(field.name.clone(), here);
        }
        let fields = self.action.field.iter();
        let hosts: Vec<String> = fields.map(|field| format!("{}.without.", field.name)).collect();
        typed.retain(|name, _| !hosts.iter().any(|host| name.starts_with(host)));
        Ok((files, wrong))
    }

    async fn hold(
        &self,
        database: &Database,
        field: &str,
        brought: Brought,
    ) -> Result<Result<Blob, String>, Error> {
        let t = |key: &str| self.look.t(key, &[]);
        let settings = &self.app.settings.plugins;
        let (name, bytes) = match brought {
            Brought::File { bytes, .. } if bytes.is_empty() => {
                return Ok(Err(t("form-file-empty")));
            }
            Brought::File { name, bytes } => (name, bytes),
            Brought::TooLong => {
                let most = [("n", settings.upload_mb.to_string())];
                return Ok(Err(self.look.t("form-file-long", &most)));
            }
        };
        // The same file in the same form twice is one: whoever presses twice has sent it once.
        let Self { insurer, person, once, .. } = self;
        let (plugin, of) = (self.plugin.id(), hash::s256(&bytes));
        let mark = format!("blob\0{insurer}\0{plugin}\0{person}\0{once}\0{field}\0{of}");
        let id = hash::sha256_hex(mark);
        let known = blobs::of(&mut database.read(insurer).await?, insurer, &id).await?;
        if let Some(known) = known.filter(|known| known.person == *person) {
            return Ok(Ok(known));
        }
        let looked = inspector::inspect(&bytes, settings.needs_landlock).await;
        let looked = match looked {
            Ok(looked) => looked,
            Err(refused) => return Ok(Err(t(refused.message()))),
        };
        drop(bytes);
        let blob = Blob {
            person: (*person).to_owned(),
            class: self.action.data,
            name: blobs::named(&name, looked.media),
            media: looked.media,
            bytes: i64::try_from(looked.bytes.len()).unwrap_or(i64::MAX),
            pages: looked.pages,
            kept: false,
            id,
        };
        let purpose = Blob::purpose(insurer, plugin, &blob.id);
        let sealed = self.app.sealer.seal(&purpose, &looked.bytes);
        Ok(match blobs::hold(database, insurer, &blob, (&sealed, self.now)).await? {
            true => Ok(blob),
            false => Err(t("form-file-full")),
        })
    }
}

/// The files of these ids that are a person's, in this order.
pub(super) async fn found(
    database: &Database,
    insurer: &str,
    person: &str,
    ids: &[&str],
) -> Result<Vec<Blob>, Error> {
    let mut all = Vec::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let mut conn = database.read(insurer).await?;
    for id in ids {
        let blob = blobs::of(&mut conn, insurer, id).await?;
        all.extend(blob.filter(|blob| blob.person == person));
    }
    Ok(all)
}

/// `GET /{insurer}/p/{plugin}/blob/{id}`: a file, for those whose rows it is among.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, plugin, id)): Path<(String, String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let Some(plugin) = visit.offered(&plugin) else { return Ok(visit.not_found()) };
    let Some(database) = &plugin.database else { return Ok(visit.not_found()) };
    let insurer = visit.slug();
    let blob = blobs::of(&mut database.read(insurer).await?, insurer, &id).await?;
    let seen = visit.subjects(&app.db, member).await?;
    let asker = visit.asker(&app.person_keys, member, &seen);
    let may = |blob: &Blob| {
        let mut whose = asker.people.all().iter().filter(|seen| seen.id == blob.person);
        match whose.next() {
            Some(seen) => seen.own || blob.kept,
            // Of the insurer as a whole.
            None => blob.person.is_empty() && blob.kept,
        }
    };
    let Some(blob) = blob.filter(may) else { return Ok(visit.not_found()) };
    if !visit.may_see(blob.class) {
        return Ok(visit.step_up(Unproved::Class(blob.class)));
    }
    let own = asker.people.own().all().first().is_some_and(|own| own.id == blob.person);
    if blob.class == DataClass::Medical && !own {
        visit.looker(member, &seen).note(&app.db, std::iter::once(plugin.id())).await?;
    }
    answer(&app, plugin, database, (insurer, &blob)).await
}

/// The file itself, which a browser shows when it is a picture, keeps otherwise, and never takes for a page.
pub(super) async fn answer(
    app: &App,
    plugin: &Plugin,
    database: &Database,
    (insurer, blob): (&str, &Blob),
) -> Result<Response, Error> {
    let sealed = blobs::sealed(&mut database.read(insurer).await?, insurer, &blob.id).await?;
    let sealed = sealed.ok_or(Error::NOT_FOUND)?;
    let purpose = Blob::purpose(insurer, plugin.id(), &blob.id);
    let bytes = app.sealer.open(&purpose, &sealed);
    let bytes = bytes.map_err(|_| Error::fault("a file is sealed with another key"))?;
    let how = if blob.media == Media::Pdf { "attachment" } else { "inline" };
    let name =
        percent_encoding::utf8_percent_encode(&blob.name, percent_encoding::NON_ALPHANUMERIC);
    let ending = blob.media.ending();
    let named = format!("{how}; filename=\"file.{ending}\"; filename*=UTF-8''{name}");
    let named = HeaderValue::from_str(&named).map_err(Error::fault)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(blob.media.as_str())),
        (header::CONTENT_DISPOSITION, named),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
    ];
    Ok((headers, bytes).into_response())
}
