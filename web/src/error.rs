//! The one error type of both servers, and the one place where it becomes an answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secret::random;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request got no page.
pub enum Error {
    /// A person can act: drawn as a page with the messages `error-title-…` of the status.
    Shown(StatusCode),
    /// A client can act: the answer that its protocol has for this.
    Refused(Box<Response>),
    /// Somebody's fault: logged once with an incident number, shown as that number.
    Fault(String),
}

/// What the drawing layer needs to know; travels in the response's extensions.
#[derive(Clone)]
pub struct Drawn {
    pub status: StatusCode,
    pub incident: Option<String>,
}

impl Error {
    /// The person asked for something that is not here.
    pub const NOT_FOUND: Error = Error::Shown(StatusCode::NOT_FOUND);
    /// The form came from elsewhere or is too old.
    pub const FORGED: Error = Error::Shown(StatusCode::FORBIDDEN);
    /// Too many tries or too much work at once.
    pub const BUSY: Error = Error::Shown(StatusCode::SERVICE_UNAVAILABLE);

    /// A fault from any error.
    pub fn fault(error: impl std::fmt::Display) -> Self {
        Error::Fault(error.to_string())
    }
}

impl Error {
    /// The reason in words, for a command line.
    pub fn text(&self) -> String {
        match self {
            Error::Shown(status) => status.to_string(),
            Error::Refused(response) => response.status().to_string(),
            Error::Fault(reason) => reason.clone(),
        }
    }
}

/// Any `?` on a library's error is a fault.
impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            text = format!("{text}: {inner}");
            source = inner.source();
        }
        Error::Fault(text)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, incident) = match self {
            Error::Shown(status) => (status, None),
            Error::Refused(response) => return *response,
            Error::Fault(reason) => {
                let incident = random::incident();
                tracing::error!(%incident, %reason, "fault");
                (StatusCode::INTERNAL_SERVER_ERROR, Some(incident))
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Drawn { status, incident });
        response
    }
}
