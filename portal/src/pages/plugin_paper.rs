//! A document of a plugin as a PDF in the insurer's name, for the member who asked.

use crate::app::App;
use crate::member::Member;
use crate::paper::draw::pdf;
use crate::paper::words::{Writes, Written, write};
use crate::visit::Visit;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sdk::paper::Document;
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
}

/// Documents that are drawn at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The file.
///
/// # Errors
/// What is wrong with the document, for the log.
pub async fn file(
    app: &App,
    visit: &Visit,
    member: &Member,
    plugin: &str,
    (name, document): (&str, &Document),
) -> Result<Response, String> {
    let font = app.font()?;
    let look = visit.look.clone();
    let (member, today) = (member.name.clone(), visit.today().to_owned());
    let (of, document) = (plugin.to_owned(), document.clone());
    let place = AT_ONCE.acquire().await.map_err(|error| error.to_string())?;
    // Beside the requests: a long document keeps nobody waiting.
    let drawing = tokio::task::spawn_blocking(move || {
        let _place = place;
        let (title, blocks) = write(&document, &Speaking { look: &look, plugin: &of })?;
        let under = vec![
            look.t("paper-for", &[("name", member)]),
            look.t("paper-made", &[("day", look.when(&today))]),
        ];
        let from = look.brand.name.in_language(&look.lang).to_owned();
        pdf(&Written { lang: look.lang.clone(), title, under, from, blocks }, &font)
    });
    let bytes = drawing.await.map_err(|_| "drawing the document panicked".to_owned())??;
    let name: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let named =
        format!("attachment; filename=\"{}.pdf\"", if name.is_empty() { plugin } else { &name });
    let named = HeaderValue::from_str(&named).map_err(|error| error.to_string())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, named),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}
