//! Files of plugins' forms: looked at, sealed and held while the form is on its way; shown to whom they may be.

use crate::app::App;
use crate::plugins::Plugin;
use crate::plugins::ask::Unproved;
use crate::plugins::data::blobs::{self, Blob};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::database::Database;
use crate::plugins::data::people::Seen;
use crate::plugins::form::field::{Action, FieldKind};
use crate::plugins::form::read::Wrong;
use crate::plugins::form::shown::in_words;
use crate::plugins::upload::{Media, inspector};
use crate::visit::Visit;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use secret::hash;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};
use web::{Brought, Error, Look, Most, Posted, Upload};

/// What forms with files may hold in memory on this node, in megabytes: from their first byte until their
/// files have been looked at.
static HELD: Semaphore = Semaphore::const_new(MOST_HELD);
/// As many; a form that may be longer is taken when no other is on its way.
const MOST_HELD: usize = 200;
/// The most files that one form brings.
const FILES: usize = 10;

/// The files of a form, by field.
pub(super) type Files = BTreeMap<String, Vec<Blob>>;

/// What a form brought.
pub(super) struct Came {
    pub posted: Posted,
    pub files: Arriving,
}

/// Files on their way, and their place in memory.
pub(super) struct Arriving {
    files: Vec<(String, Brought)>,
    _place: Option<SemaphorePermit<'static>>,
}

/// What is read of a form in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// No form of the page is one.
    None,
    /// What was typed: nobody is signed in any more.
    Words,
    Files,
}

impl Takes {
    /// Files only where a form of the page has a field for some, and only of somebody who is signed in.
    pub fn of(takes_files: bool, signed_in: bool) -> Self {
        match (takes_files, signed_in) {
            (false, _) => Takes::None,
            (true, false) => Takes::Words,
            (true, true) => Takes::Files,
        }
    }
}

/// Reads a form of a page.
pub(super) async fn read(
    app: &App,
    request: Request,
    takes: Takes,
    token: impl Fn(&str) -> String,
) -> Result<Came, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let parts = kind.and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.get(..19).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data"))
    });
    let none = Arriving { files: Vec::new(), _place: None };
    if !parts || takes == Takes::None {
        return Ok(Came { posted: Posted::signed(request, token).await?, files: none });
    }
    if takes == Takes::Words {
        let most = Most { bytes: 0, files: 0 };
        let Upload { posted, .. } = Upload::signed(request, most, token).await?;
        return Ok(Came { posted, files: none });
    }
    let most = app.settings.plugins.upload_mb.saturating_mul(4);
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let mb = length.map_or(most, |bytes| bytes / (1024 * 1024)).min(most);
    let mb = mb.saturating_add(1).min(MOST_HELD);
    let place = HELD.try_acquire_many(u32::try_from(mb).unwrap_or(u32::MAX));
    let Ok(place) = place else { return Err(Error::BUSY) };
    let bytes = app.settings.plugins.upload_mb.saturating_mul(1024 * 1024);
    let Upload { posted, files } =
        Upload::signed(request, Most { bytes, files: FILES }, token).await?;
    Ok(Came { posted, files: Arriving { files, _place: Some(place) } })
}

/// The values of a form, or all that is wrong with it, in words: with its files first, for why one was not
/// taken says more than that there is none.
pub(super) fn all(
    values: Result<Map<String, Value>, Vec<(String, Wrong)>>,
    mut faults: Vec<(String, String)>,
    look: &Look,
) -> Result<Map<String, Value>, Vec<(String, String)>> {
    match values {
        Ok(values) if faults.is_empty() => Ok(values),
        values => {
            let mut wrong = values.err().unwrap_or_default();
            wrong.retain(|(field, _)| !faults.iter().any(|(known, _)| known == field));
            faults.extend(in_words(wrong, look));
            Err(faults)
        }
    }
}

/// A form with files on its way.
pub(super) struct Holding<'a> {
    pub app: &'a App,
    pub look: &'a Look,
    pub plugin: &'a Plugin,
    pub insurer: &'a str,
    pub whose: Whose<'a>,
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
        mut came: Arriving,
    ) -> Result<(Files, Vec<(String, String)>), Error> {
        let (mut files, mut wrong) = (Files::new(), Vec::new());
        let Some(database) = &self.plugin.database else { return Ok((files, wrong)) };
        for field in self.action.field.iter().filter(|field| field.kind == FieldKind::File) {
            let known = typed.get(&field.name).cloned().unwrap_or_default();
            let without = |id: &str| typed.contains_key(&format!("{}.without.{id}", field.name));
            let mut once = BTreeSet::new();
            let known = known.split_whitespace().filter(|id| !without(id) && once.insert(*id));
            let known: Vec<&str> = known.take(field.most_files()).collect();
            let mut here = found(database, self.insurer, self.whose, &known).await?;
            for (_, brought) in came.files.extract_if(.., |(name, _)| *name == field.name) {
                if here.len() >= field.most_files() || matches!(brought, Brought::TooMany) {
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
        // Of several it is said which.
        let which = |name: &str, why: String| {
            let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            self.look.t("form-file-which", &[("name", name), ("why", why)])
        };
        let (name, bytes) = match brought {
            Brought::File { name, bytes } if bytes.is_empty() => {
                return Ok(Err(which(&name, t("form-file-empty"))));
            }
            Brought::File { name, bytes } => (name, bytes),
            Brought::TooLong | Brought::TooMany => {
                let most = [("n", settings.upload_mb.to_string())];
                return Ok(Err(self.look.t("form-file-long", &most)));
            }
        };
        // The same file in the same form twice is one: whoever presses twice has sent it once.
        let Self { insurer, whose, once, .. } = self;
        let person = match whose {
            Whose::Member(person) => person.id.as_str(),
            Whose::Staff => "",
        };
        let (plugin, of) = (self.plugin.id(), hash::s256(&bytes));
        let mark = format!("blob\0{insurer}\0{plugin}\0{person}\0{once}\0{field}\0{of}");
        let id = hash::sha256_hex(mark);
        let known = blobs::of(&mut database.read(insurer).await?, insurer, &id).await?;
        // What staff brought may have become somebody's by the first press.
        let same = |known: &Blob| whose.are(known);
        if let Some(known) = known.filter(same) {
            return Ok(Ok(known));
        }
        let looked = inspector::inspect(&bytes, settings.needs_landlock).await;
        let looked = match looked {
            Ok(looked) => looked,
            Err(refused) => return Ok(Err(which(&name, t(refused.message())))),
        };
        drop(bytes);
        let blob = Blob {
            person: person.to_owned(),
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
        if blobs::hold(database, insurer, &blob, (&sealed, self.now)).await? {
            return Ok(Ok(blob));
        }
        // Two presses at once: the other was faster.
        let known = blobs::of(&mut database.read(insurer).await?, insurer, &blob.id).await?;
        Ok(known.filter(same).ok_or_else(|| t("form-file-full")))
    }
}

/// Whose files a form may name.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// The member's, under each of their names.
    Member(&'a Seen),
    /// What staff bring, and what a row of the insurer's or a member's names.
    Staff,
}

impl Whose<'_> {
    fn are(self, blob: &Blob) -> bool {
        match self {
            Whose::Member(seen) => seen.id == blob.person || seen.keys.contains(&blob.person),
            Whose::Staff => blob.kept || blob.person.is_empty(),
        }
    }
}

/// The files of these ids that a form may name, in this order.
pub(super) async fn found(
    database: &Database,
    insurer: &str,
    whose: Whose<'_>,
    ids: &[&str],
) -> Result<Vec<Blob>, Error> {
    let mut all = Vec::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let mut conn = database.read(insurer).await?;
    for id in ids {
        let blob = blobs::of(&mut conn, insurer, id).await?;
        all.extend(blob.filter(|blob| whose.are(blob)));
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
        let mut whose = asker.people.all().iter().filter(|seen| Whose::Member(seen).are(blob));
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
    let own = asker.people.own().all().first().is_some_and(|own| Whose::Member(own).are(&blob));
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
