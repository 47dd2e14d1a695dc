//! The listeners, and what surrounds every request: id, log line, metrics, limits, headers,
//! drawn errors.

use crate::Error;
use crate::config::ConfigError;
use crate::error::Drawn;
use crate::forms::Own;
use crate::listen::{Door, Guard};
use crate::look::{Look, Policy, display};
use crate::metrics::Metrics;
use axum::Router;
use axum::extract::{MatchedPath, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use secret::random;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// How a request's [`Look`] is made, also for addresses that no route knows.
pub type LookFor = Arc<dyn Fn(&Parts) -> Look + Send + Sync>;

/// Whether the program can do its work: answers `/health/ready`.
pub type Ready = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What surrounds the routes of a program.
#[derive(Clone)]
pub struct Surround {
    pub look_for: LookFor,
    pub metrics: Metrics,
    pub ready: Ready,
    /// The address under which people reach the program; https makes cookies `Secure`.
    pub public_url: String,
}

const TIMEOUT: Duration = Duration::from_secs(30);

/// Adds health, metrics, assets, limits and headers to a program's routes.
pub fn surround(routes: Router, surround: Surround) -> Router {
    let (ready, metrics) = (surround.ready.clone(), surround.metrics.clone());
    let look_for = surround.look_for.clone();
    let secure = surround.public_url.starts_with("https://");
    let router: Router = routes
        .route("/health/live", axum::routing::get(async || "live\n"))
        .route(
            "/health/ready",
            axum::routing::get(async move || match ready().await {
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
    parts.extensions.insert(Own::at(&surround.public_url));
    let head = parts.clone();
    let span = tracing::info_span!("request", %id, %method, route);
    let answer = tokio::time::timeout(TIMEOUT, next.run(Request::from_parts(parts, body)));
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
    let seconds = began.elapsed().as_secs_f64();
    surround.metrics.answered(&route, status.as_u16(), seconds);
    // The path may carry an id and the query a token: only the route is logged.
    tracing::info!(parent: &span, status = status.as_u16(), ms = seconds * 1000.0, "answered");
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

/// Binds the address.
///
/// # Errors
/// Says which address is taken and what to change.
pub async fn bind(address: SocketAddr) -> Result<tokio::net::TcpListener, ConfigError> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| {
        ConfigError(format!(
            "cannot listen on {address}: {error}. Another program may use this port; \
             stop it or set another `listen` address."
        ))
    })
}

/// Serves at all doors until SIGINT or SIGTERM, then finishes what was begun, for at most ten
/// seconds.
pub async fn serve(doors: Vec<Door>, router: Router, guard: Arc<Guard>) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut serving = tokio::task::JoinSet::new();
    for door in doors {
        serving.spawn(door.open(router.clone(), guard.clone(), stopped.clone()));
    }
    signal().await;
    tracing::info!("stopping: finishing what was begun");
    stop.send(true).ok();
    tokio::select! {
        _ = serving.join_all() => {}
        () = tokio::time::sleep(Duration::from_secs(10)) => {}
    }
}

/// Returns when the process is asked to stop.
pub async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).expect("signals can be listened to");
    let mut int = signal(SignalKind::interrupt()).expect("signals can be listened to");
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
