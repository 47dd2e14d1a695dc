//! Begins a journey. Nothing is written: the browser gets it, sealed.

use super::goal::{Goal, Resume};
use super::instance::{Instance, Learned};
use crate::definition::GoalKind;
use crate::ids::JourneyId;
use crate::tally::Where;
use crate::visit::Visit;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use secret::hash;
use web::look::see_other;
use web::{Error, cookies};

/// Journeys that one browser carries along at once; beginning another forgets the oldest.
const MAX_WAITING: usize = 5;

/// Characters of all sealed journeys together: proxies take 8 kB of headers, and the others are in
/// there, too.
const MAX_TOGETHER: usize = 5000;

/// Characters of the cookie that are left for what the person chooses.
const RESERVE: usize = 300;

/// How long a change may take.
const CHANGE_HOURS: i64 = 2;

/// What became of a wish to begin.
pub enum Begun {
    Response(Response),
    /// The client's request is longer than a browser can carry: it must be pushed (RFC 9126).
    TooLong,
}

/// Begins a journey.
///
/// # Errors
/// 404 when no journey file has this goal.
pub fn begin(visit: &Visit, goal: Goal) -> Result<Begun, Error> {
    let (hours, account) = match &goal {
        Goal::Change { account, .. } => (CHANGE_HOURS, Some(account.clone())),
        _ => {
            let journey = goal.journey(&visit.realm.definition);
            (journey.ok_or(Error::NOT_FOUND)?.expires_hours, None)
        }
    };
    let instance = Instance {
        id: JourneyId::random(),
        goal,
        version: visit.realm.version,
        expires_at: visit.now + hours * 3600,
        learned: Learned { account, ..Learned::default() },
        begun_at: visit.now,
        drafts: Default::default(),
        chosen: Vec::new(),
        declined: Vec::new(),
    };
    let realm = &visit.realm;
    let Some(sealed) = instance.for_browser(&realm.keys.journeys, realm.id(), RESERVE) else {
        return Ok(Begun::TooLong);
    };
    visit.tally.count(counted(visit, &instance), "", "begun");
    let mut response = see_other(&visit.path(&format!("journey/{}", instance.id)));
    let headers = response.headers_mut();
    for name in forgotten(&visit.headers, sealed.len()) {
        headers.append(header::SET_COOKIE, cookies::clear(&name, visit.secure));
    }
    headers.append(header::SET_COOKIE, Ticket::Sealed(sealed).cookie(visit, &instance));
    Ok(Begun::Response(response))
}

/// Where something is counted that happens in a journey.
pub(super) fn counted<'a>(visit: &'a Visit, instance: &Instance) -> Where<'a> {
    Where {
        insurer: visit.realm.id(),
        goal: instance.goal.word(),
        version: instance.version,
        headers: &visit.headers,
        now: visit.now,
    }
}

/// Begins a login after which a page of the provider's own is shown: a path below the insurer.
pub fn sign_in_for(visit: &Visit, page: &str) -> Result<Response, Error> {
    match begin(visit, Goal::SignIn(Resume::Page(page.to_owned())))? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => Err(Error::NOT_FOUND),
    }
}

/// The only journey file of a goal, by name; `None` when there are several: the person chooses.
pub fn only_journey(visit: &Visit, goal: GoalKind) -> Option<String> {
    let mut journeys = visit.realm.definition.journeys_for(goal);
    let (name, _) = journeys.next()?;
    journeys.next().is_none().then(|| name.to_owned())
}

/// What a browser holds of a journey: all of it, sealed, or the secret of its row.
pub enum Ticket {
    Sealed(String),
    Row(String),
}

/// The name of the cookie of one journey.
fn cookie_name(id: &JourneyId) -> String {
    format!("journey-{id}")
}

impl Ticket {
    /// What this browser holds.
    pub fn of(visit: &Visit, id: &JourneyId) -> Option<Self> {
        let value = cookies::value(&visit.headers, &cookie_name(id), visit.secure)?;
        match value.split_at_checked(1)? {
            ("s", sealed) => Some(Self::Sealed(sealed.to_owned())),
            ("r", secret) => Some(Self::Row(secret.to_owned())),
            _ => None,
        }
    }

    /// The secret that belongs to a row: of a sealed journey the hash of the sealed text, so that
    /// a lost answer loses nothing.
    pub fn secret(&self) -> String {
        match self {
            Ticket::Sealed(text) => hash::s256(text),
            Ticket::Row(text) => text.clone(),
        }
    }

    /// The `Set-Cookie` line that forgets a journey.
    pub fn forget(visit: &Visit, id: &JourneyId) -> HeaderValue {
        cookies::clear(&cookie_name(id), visit.secure)
    }

    /// The `Set-Cookie` line.
    pub fn cookie(&self, visit: &Visit, instance: &Instance) -> HeaderValue {
        let value = match self {
            Ticket::Sealed(text) => format!("s{text}"),
            Ticket::Row(text) => format!("r{text}"),
        };
        let lives = instance.expires_at - visit.now;
        cookies::set(&cookie_name(&instance.id), &value, Some(lives), visit.secure)
    }
}

/// The sealed journeys that must go, so that no request grows without end. Browsers send the
/// oldest first (RFC 6265 §5.4).
fn forgotten(headers: &HeaderMap, new: usize) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    let sealed: Vec<(String, usize)> = pairs
        .filter(|(_, value)| value.starts_with('s'))
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("__Host-").unwrap_or(name);
            name.starts_with("journey-").then(|| (name.to_owned(), value.len()))
        })
        .collect();
    let (mut kept, mut room) = (1, MAX_TOGETHER.saturating_sub(new));
    let mut surplus: Vec<String> = Vec::new();
    for (name, length) in sealed.into_iter().rev() {
        kept += 1;
        match room.checked_sub(length).filter(|_| kept <= MAX_WAITING && surplus.is_empty()) {
            Some(left) => room = left,
            None => surplus.push(name),
        }
    }
    surplus
}

#[cfg(test)]
mod tests {
    use super::forgotten;
    use axum::http::{HeaderMap, header};

    #[test]
    fn the_oldest_sealed_journeys_go_and_rows_stay() {
        let mut headers = HeaderMap::new();
        let line = "journey-r=rx; journey-1=sx; csrf=sx; __Host-journey-2=sx; journey-3=sx; \
                    journey-4=sx; journey-5=sx";
        headers.insert(header::COOKIE, line.parse().unwrap());
        assert_eq!(forgotten(&headers, 1), ["journey-1"]);
        headers.insert(header::COOKIE, "journey-1=sx; journey-2=sx".parse().unwrap());
        assert!(forgotten(&headers, 1).is_empty());
        // Together they stay below what a proxy takes.
        let long = "x".repeat(2000);
        let line = format!("journey-1=sx; journey-2=s{long}; journey-3=s{long}");
        headers.insert(header::COOKIE, line.parse().unwrap());
        assert!(forgotten(&headers, 900).is_empty());
        assert_eq!(forgotten(&headers, 1500), ["journey-2", "journey-1"]);
        assert_eq!(forgotten(&headers, 3800), ["journey-3", "journey-2", "journey-1"]);
    }
}
