//! Files of plugins for whoever asked: a document as a PDF in the insurer's name, a table as CSV.

use crate::app::App;
use crate::paper::draw::pdf;
use crate::paper::sheet::{Plain, csv};
use crate::paper::signed::signed as by;
use crate::paper::words::{Writes, Written, table, write};
use crate::paper::xml::xml;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sdk::paper::{Document, Encoding, Part, Sheet};
use sdk::xml::Element;
use tokio::sync::Semaphore;
use web::Look;

/// How the language of a request writes things.
struct Speaking<'a> {
    look: &'a Look,
    /// Messages are the plugin's own.
    plugin: &'a str,
}

impl Writes for Speaking<'_> {
    fn message(&self, key: &str, args: &[(&str, String)]) -> Option<String> {
        key.starts_with(&format!("{}-", self.plugin)).then(|| self.look.maybe(key, args)).flatten()
    }

    fn yen(&self, yen: i64) -> String {
        self.look.t("paper-yen", &[("sum", web::look::grouped(yen))])
    }

    fn number(&self, number: i64) -> String {
        web::look::grouped(number)
    }

    fn year(&self, year: i64) -> String {
        self.look.year(year)
    }

    fn when(&self, when: &str) -> String {
        self.look.when(when)
    }

    fn person(&self, id: &str) -> String {
        self.look.called(id).map_or_else(String::new, |called| called.name.clone())
    }

    fn card(&self, id: &str, part: Part) -> String {
        let card = self.look.called(id).and_then(|called| called.card.as_ref());
        let at = match part {
            Part::Symbol => 0,
            Part::Number => 1,
            Part::Branch => 2,
        };
        card.map_or_else(String::new, |card| card[at].clone())
    }
}

/// Documents that are drawn at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The file.
///
/// # Errors
/// What is wrong with the document, for the log.
pub async fn file(
    app: &App,
    look: &Look,
    (asker, today): (&str, &str),
    plugin: &str,
    (name, document): (&str, &Document),
) -> Result<Response, String> {
    let font = app.font()?;
    let look = look.clone();
    let (asker, today) = (asker.to_owned(), today.to_owned());
    let (of, document) = (plugin.to_owned(), document.clone());
    let place = AT_ONCE.acquire().await.map_err(|error| error.to_string())?;
    // Beside the requests: a long document keeps nobody waiting.
    let drawing = tokio::task::spawn_blocking(move || {
        let _place = place;
        let (title, blocks) = write(&document, &Speaking { look: &look, plugin: &of })?;
        let under = vec![
            look.t("paper-for", &[("name", asker)]),
            look.t("paper-made", &[("day", look.when(&today))]),
        ];
        let from = look.brand.name.in_language(&look.lang).to_owned();
        pdf(&Written { lang: look.lang.clone(), title, under, from, blocks }, &font)
    });
    let bytes = drawing.await.map_err(|_| "drawing the document panicked".to_owned())??;
    Ok(attached((plugin, name), ("pdf", "application/pdf"), bytes))
}

/// A table as a file for spreadsheets.
///
/// # Errors
/// What is wrong with it, for the log.
pub fn sheet(look: &Look, plugin: &str, (name, sheet): (&str, &Sheet)) -> Result<Response, String> {
    let speaking = Speaking { look, plugin };
    let grid = table(&sheet.table, &Plain(&speaking))?;
    let bytes = csv(&grid, sheet.encoding)?;
    let kind = match sheet.encoding {
        Encoding::Utf8 => "text/csv; charset=utf-8",
        Encoding::Windows31J => "text/csv; charset=windows-31j",
    };
    Ok(attached((plugin, name), ("csv", kind), bytes))
}

/// Elements as a file. One that is to be signed, where nobody signs, says in its name and first line that it is a
/// specimen.
///
/// # Errors
/// What is wrong with them or with the signing, for the log.
pub async fn elements(
    app: &App,
    look: &Look,
    (insurer, signed): (&str, bool),
    plugin: &str,
    (name, root): (&str, &Element),
) -> Result<Response, String> {
    let command = app.settings.signing.get(insurer);
    let (bytes, name) = match (signed, command) {
        (false, _) => (xml(root, None)?, name.to_owned()),
        (true, Some(command)) => (by(insurer, command, &xml(root, None)?).await?, name.to_owned()),
        (true, None) => {
            let remark = look.t("paper-unsigned", &[]);
            (xml(root, Some(&format!(" {remark} ")))?, format!("{name}-unsigned"))
        }
    };
    Ok(attached((plugin, &name), ("xml", "application/xml"), bytes))
}

/// A file that a browser keeps and does not show. Its name is the plugin's, as far as it is plain.
pub(super) fn attached(
    (plugin, name): (&str, &str),
    (end, kind): (&str, &'static str),
    bytes: Vec<u8>,
) -> Response {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = name.chars().filter(plain).take(100).collect();
    let name = if name.is_empty() { plugin } else { &name };
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{end}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, named.expect("a plain name")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
