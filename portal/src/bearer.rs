//! Access tokens of the insurer's own app (RFC 6750): whose they are, what they are for and how well the member
//! was known. The provider is asked (RFC 7662), and what it said holds for a moment.

use crate::insurers::Insurer;
use crate::provider::{Introspected, Providers};
use crate::store::sessions::Session;
use axum::http::{HeaderMap, header};
use secret::{Sealer, hash};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use web::Error;

/// How long an answer of the provider holds, in seconds: for so long a revoked token goes on.
const HOLDS: i64 = 15;
/// Answers that are remembered; when there are more, what is good for nothing goes first, and then all.
const MOST: usize = 20_000;
/// Questions to the provider of one insurer at the same time: anybody can send a token.
const AT_ONCE: usize = 16;
/// How long a question waits for its turn.
const WAIT: Duration = Duration::from_secs(2);
/// The longest token.
const LONGEST: usize = 4_096;

/// Whose token it is.
pub struct Bearer {
    /// As if they had signed in here.
    pub session: Session,
    pub scopes: BTreeSet<String>,
}

/// What the provider said of a token, and until when it holds.
type Told = (i64, Option<Arc<Bearer>>);

/// What is known of tokens, by the insurer and their hash.
#[derive(Default)]
pub struct Bearers {
    known: Mutex<HashMap<String, Told>>,
    asking: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The token of a request, in the header and nowhere else (RFC 6750 §2.1).
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let one = all.next().filter(|_| all.next().is_none())?;
    let (scheme, token) = one.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    let plain = |byte: u8| byte.is_ascii_graphic();
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST && token.bytes().all(plain))
        .then_some(token)
}

impl Bearers {
    /// Whose a token is; `None` when it is good for nothing here.
    ///
    /// # Errors
    /// When the provider does not answer, or too many tokens are asked for at once.
    pub async fn of(
        &self,
        (providers, sealer): (&Providers, &Sealer),
        insurer: &Insurer,
        token: &str,
        now: i64,
    ) -> Result<Option<Arc<Bearer>>, Error> {
        let Some(own) = &insurer.definition.app else { return Ok(None) };
        let mark = hash::s256(format!("{}\0{}\0{token}", insurer.brand.slug, insurer.version));
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, bearer)) = known.get(&mark).filter(|(until, _)| *until > now) {
                return Ok(bearer.clone());
            }
        }
        let places = {
            let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            let of = asking.entry(insurer.brand.slug.clone());
            of.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
        };
        // A short wait: good tokens come in bursts, too.
        let place = tokio::time::timeout(WAIT, places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(Error::BUSY) };
        let signin = &insurer.definition.signin;
        let secret = insurer.definition.secret(sealer)?;
        let client = (signin.client_id.as_str(), secret.as_str());
        let told = providers.introspect(&signin.issuer, client, token).await?;
        let bearer = told.and_then(|told| read(told, &own.resource, now));
        let most = bearer.as_ref().map_or(i64::MAX, |bearer| bearer.session.expires_at);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (until, bearer)| bearer.is_some() && *until > now);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(mark, (most.min(now + HOLDS), bearer.clone()));
        Ok(bearer)
    }
}

/// Who a token stands for, when it is for this resource. Bound tokens need a proof that is not looked at here.
fn read(told: Introspected, resource: &str, now: i64) -> Option<Arc<Bearer>> {
    if told.bound || told.exp <= now || !told.aud.iter().any(|aud| aud == resource) {
        return None;
    }
    let scopes = told.scope.split(' ').map(str::to_owned).collect();
    let (acr, auth_time, expires_at) = (told.acr.clone(), told.auth_time, told.exp);
    let session = Session {
        member: told.member()?,
        id_token: String::new(),
        sid: None,
        acr,
        auth_time,
        previous_login_at: None,
        seen_at: now,
        expires_at,
    };
    Some(Arc::new(Bearer { session, scopes }))
}

#[cfg(test)]
mod tests {
    use super::token;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_token_stands_in_one_header() {
        let of = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::AUTHORIZATION, HeaderValue::from_str(line).unwrap());
            }
            token(&headers).map(str::to_owned)
        };
        assert_eq!(of(&["Bearer abc.def"]).as_deref(), Some("abc.def"));
        assert_eq!(of(&["bearer abc"]).as_deref(), Some("abc"));
        for wrong in [
            &[][..],
            &["Basic abc"],
            &["Bearer"],
            &["DPoP abc"],
            &["Bearer a", "Bearer b"],
            &["Bearer a b"],
        ] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
        assert_eq!(of(&[&format!("Bearer {}", "x".repeat(5_000))]), None);
    }
}
