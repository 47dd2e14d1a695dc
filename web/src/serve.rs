//! What surrounds every request: id, log line, metrics, limits, headers,
//! drawn errors.

use crate::Error;
use crate::compress;
use crate::error::Drawn;
use crate::log::Requests;
use crate::look::{Look, Policy, display};
use crate::metrics::Metrics;
use crate::origin::PublicUrl;
use axum::Router;
use axum::extract::{MatchedPath, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use secret::random;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// How a request's [`Look`] is made, also for addresses that no route knows.
pub type LookFor = Arc<dyn Fn(&Parts) -> Look + Send + Sync>;

/// Whether the program can do its work, or why not: answers `/health/ready`.
pub type Ready =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What surrounds the routes of a program.
#[derive(Clone)]
pub struct Surround {
    pub look_for: LookFor,
    pub metrics: Metrics,
    pub ready: Ready,
    /// Which requests get a line in the log, and how many there were.
    pub requests: Requests,
    pub answered: Arc<AtomicU64>,
    /// Routes to which a file may be on its way for long.
    pub long: &'static [&'static str],
    /// TLS is our own, so we tell browsers to insist on it; behind a proxy that is the proxy's.
    pub own_tls: bool,
    pub public_url: PublicUrl,
}

const TIMEOUT: Duration = Duration::from_secs(30);
/// For a file over a slow line.
const LONG: Duration = Duration::from_secs(600);
const ASK_AGAIN: Duration = Duration::from_secs(1);
const ASK_TIMEOUT: Duration = Duration::from_secs(5);

/// Adds health, metrics, assets, limits and headers to a program's routes.
pub fn surround(routes: Router, surround: Surround) -> Router {
    let metrics = surround.metrics.clone();
    let ready = Arc::new(Readiness { ask: surround.ready.clone(), last: Mutex::default() });
    let look_for = surround.look_for.clone();
    let secure = surround.public_url.secure;
    let router: Router = routes
        .route("/health/live", axum::routing::get(async || "live\n"))
        .route(
            "/health/ready",
            axum::routing::get(async move || match ready.now().await {
                true => (StatusCode::OK, "ready\n"),
                false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            }),
        )
        .route("/metrics", axum::routing::get(async move || metrics.text()))
        .route(
            "/display",
            // Language and text size of the pages that are nobody's.
            axum::routing::get(async move |query: RawQuery| {
                display(query.0.as_deref().unwrap_or(""), secure)
            }),
        )
        .route(
            "/assets/{*path}",
            axum::routing::get(async move |request: Request| {
                let (parts, _) = request.into_parts();
                look_for(&parts).pages.assets.answer(parts.uri.path())
            }),
        )
        .fallback(async || Error::NOT_FOUND)
        .method_not_allowed_fallback(async || Error::Shown(StatusCode::METHOD_NOT_ALLOWED));
    router
        .layer(CatchPanicLayer::custom(|_| Error::fault("a handler panicked").into_response()))
        .layer(middleware::from_fn_with_state(Arc::new(surround), around))
        .layer(compress::layer())
        .layer(middleware::from_fn(compress::only_own))
}

/// Asks at most once in a second, however often the address is called: the question writes.
struct Readiness {
    ask: Ready,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    async fn now(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((_, ready)) = last.filter(|(at, _)| at.elapsed() < ASK_AGAIN) {
            return ready;
        }
        let answer = match tokio::time::timeout(ASK_TIMEOUT, (self.ask)()).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("the database takes no write within {ASK_TIMEOUT:?}")),
        };
        if let Err(why) = &answer {
            tracing::error!(why, "not ready");
        }
        *last = Some((Instant::now(), answer.is_ok()));
        answer.is_ok()
    }
}

async fn around(State(surround): State<Arc<Surround>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = random::id();
    let route = (request.extensions().get::<MatchedPath>())
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    let (mut parts, body) = request.into_parts();
    if method == Method::HEAD && !only_reads(&route) {
        // Handlers of pages may write (a code, a count, who looked); asking for the headers
        // must not.
        return StatusCode::OK.into_response();
    }
    parts.extensions.insert(surround.public_url.clone());
    let head = parts.clone();
    let span = tracing::info_span!("request", %id, %method, route);
    let timeout = if surround.long.contains(&route.as_str()) { LONG } else { TIMEOUT };
    let answer = tokio::time::timeout(timeout, next.run(Request::from_parts(parts, body)));
    let mut response = match answer.instrument(span.clone()).await {
        Ok(response) => response,
        Err(_) => Error::Shown(StatusCode::REQUEST_TIMEOUT).into_response(),
    };
    if let Some(drawn) = response.extensions_mut().remove::<Drawn>() {
        response = (surround.look_for)(&head).error(drawn.status, drawn.incident);
    }
    let status = response.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let soon = HeaderValue::from_static("5");
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(soon);
    }
    put_headers(&mut response, &id);
    if surround.own_tls {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    let seconds = began.elapsed().as_secs_f64();
    surround.metrics.answered(&route, status.as_u16(), seconds);
    // The path may carry an id and the query a token: only the route is logged.
    let n = surround.answered.fetch_add(1, Ordering::Relaxed);
    if surround.requests.want(n, status.as_u16(), seconds) {
        tracing::info!(parent: &span, status = status.as_u16(), ms = seconds * 1000.0, "answered");
    }
    response
}

/// Whether a route answers the same to everybody and writes nothing.
fn only_reads(route: &str) -> bool {
    let fixed = ["/assets/", "/health/", "/metrics", "unmatched"];
    fixed.iter().any(|start| route.starts_with(start))
        || route.contains(".well-known")
        || route.ends_with("/jwks")
}

fn put_headers(response: &mut Response, id: &str) {
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).expect("fixed words and base64url");
        headers.entry(HeaderName::from_static(name)).or_insert(value);
    };
    put("x-request-id", id);
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "no-referrer");
    if html {
        put("content-security-policy", &Policy::default().header(&[]));
        put("x-frame-options", "DENY");
        put("cross-origin-opener-policy", "same-origin");
        put("permissions-policy", "geolocation=(), microphone=()");
    }
}
