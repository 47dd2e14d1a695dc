//! One request to an insurer: the realm that the path names, how its pages look, and when it came.

use crate::places::Places;
use crate::realm::Realm;
use crate::tally::Tally;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use oidc::Params;
use std::net::IpAddr;
use std::sync::Arc;
use web::look::Action;
use web::{Error, Look, cookies};

/// Realm, look, headers and time of a request.
pub struct Visit {
    pub realm: Arc<Realm>,
    pub look: Look,
    pub headers: HeaderMap,
    /// Seconds since 1970, the same for all of the request.
    pub now: i64,
    /// Counts of what becomes of journeys.
    pub tally: Tally,
    /// Where addresses are.
    pub places: Arc<Places>,
    /// The address of the person, as far as it is known.
    pub address: IpAddr,
    /// Cookies are `Secure` and have the `__Host-` prefix.
    pub secure: bool,
}

/// Bytes that every browser and proxy takes in an address.
const LONGEST_ADDRESS: usize = 6000;

/// The first part of a path: the insurer.
pub fn slug(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or("")
}

impl Visit {
    /// The secret of this browser that guards its forms; empty before it has seen one.
    pub fn browser(&self) -> &str {
        cookies::value(&self.headers, web::forms::CSRF, self.secure).unwrap_or_default()
    }

    /// A path below the insurer: `/minato/login`.
    pub fn path(&self, below: &str) -> String {
        format!("/{}/{below}", self.realm.id())
    }

    /// Ways to go on when a journey cannot.
    pub fn beginnings(&self) -> Vec<Action> {
        let action = |key: &str, below: &str, primary| Action {
            label: self.look.t(key, &[]),
            url: self.path(below),
            primary,
        };
        vec![action("begin-login", "login", true), action("begin-register", "register", false)]
    }

    /// What whoever cannot sign in any more can do: the insurer's recovery, else the telephone.
    pub fn way_back(&self) -> (String, Vec<Action>) {
        let recovers = self.realm.definition.recovery().is_some();
        let text = if recovers { "locked-account-recover" } else { "locked-account-ask" };
        let recover = Action {
            label: self.look.t("locked-account-go", &[]),
            url: self.path("recover"),
            primary: true,
        };
        (self.look.t(text, &[]), recovers.then_some(recover).into_iter().collect())
    }

    /// The journey has ended, has expired or belongs to another browser: begin again.
    pub fn gone(&self) -> Result<Response, Error> {
        self.look.notice_page(StatusCode::OK, "journey-gone", "info", self.beginnings())
    }

    /// Across sites a POST brings no cookies (SameSite=Lax); going on with GET brings them. `None`
    /// when there are cookies, or the parameters are too long for an address.
    pub fn retry_with_cookies(&self, path: &str, body: &str) -> Result<Option<Response>, Error> {
        if self.headers.contains_key(axum::http::header::COOKIE) {
            return Ok(None);
        }
        let params = Params::parse(body).map_err(|_| Error::Shown(StatusCode::BAD_REQUEST))?;
        let query = params.to_query();
        Ok((query.len() < LONGEST_ADDRESS)
            .then(|| web::look::see_other(&self.path(&format!("{path}?{query}")))))
    }
}
