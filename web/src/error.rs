//! The one error type of both servers, and the one place where it becomes an answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secret::random;
use std::panic::Location;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request got no page.
pub enum Error {
    /// A person can act: drawn as a page with the messages `error-title-…` of the status.
    Shown(StatusCode),
    /// A client can act: the answer that its protocol has for this.
    Refused(Box<Response>),
    /// Somebody's fault: logged once with an incident number, shown as that number.
    Fault(Fault),
}

/// What went wrong, and the line of code where it was noticed. As text, for logs, it is both;
/// [`Error::text`] is for operators and says only what.
#[derive(Debug)]
pub struct Fault {
    reason: String,
    place: &'static Location<'static>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, at {}", self.reason, self.place)
    }
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
    /// The browser keeps no cookies: without them nobody can be told apart from others (the status
    /// of RFC 6585 §3 that asks for more of a request).
    pub const NO_COOKIES: Error = Error::Shown(StatusCode::PRECONDITION_REQUIRED);
    /// Too many tries or too much work at once.
    pub const BUSY: Error = Error::Shown(StatusCode::SERVICE_UNAVAILABLE);

    /// A fault from any error or sentence, at the line that calls this.
    #[track_caller]
    pub fn fault(error: impl std::fmt::Display) -> Self {
        Error::Fault(Fault { reason: error.to_string(), place: Location::caller() })
    }

    /// The reason in words, for a command line.
    pub fn text(&self) -> String {
        match self {
            Error::Shown(status) => status.to_string(),
            Error::Refused(response) => response.status().to_string(),
            Error::Fault(fault) => fault.reason.clone(),
        }
    }
}

/// Any `?` on a library's error is a fault, at the line of the `?`.
impl<E: std::error::Error> From<E> for Error {
    #[track_caller]
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            text = format!("{text}: {inner}");
            source = inner.source();
        }
        Error::fault(text)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, incident) = match self {
            Error::Shown(status) => (status, None),
            Error::Refused(response) => return *response,
            Error::Fault(Fault { reason, place }) => {
                let incident = random::incident();
                tracing::error!(%incident, %reason, %place, "fault");
                (StatusCode::INTERNAL_SERVER_ERROR, Some(incident))
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Drawn { status, incident });
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Result};

    /// The line of the `?` itself, also in an async function.
    #[tokio::test]
    async fn a_fault_knows_its_place() {
        async fn fails() -> Result<i64> {
            Ok("x".parse::<i64>()?)
        }
        let line = line!() - 2;
        let Err(Error::Fault(fault)) = fails().await else { panic!("no fault") };
        assert_eq!((fault.place.file(), fault.place.line()), (file!(), line));
        let reason = "invalid digit found in string";
        assert!(fault.to_string().starts_with(&format!("{reason}, at {}:{line}:", file!())));
        assert_eq!(Error::Fault(fault).text(), reason);
    }
}
