//! What an authorization request asks of a person, as needs. Pure: the plan decides what of it is
//! missing, and what is missing is the journey or, with `prompt=none`, the error.

use super::consent;
use crate::need::{Act, Fresh, Kind, Known, Need, Settings, Step};
use crate::realm::Realm;
use crate::realm::levels::{self, Level};
use crate::store::sessions::Session;
use oidc::Client;
use oidc::OAuthError;
use oidc::authorize::Authorize;
use oidc::client::ApplicationType;
use oidc::error::Code;

/// What a request asks, and of whom.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub realm: &'a Realm,
    pub request: &'a Authorize,
    pub client: &'a Client,
    /// Somebody is signed in and could go on.
    pub has_session: bool,
}

/// All that must be proved and decided before the request is answered: who it is, what the policy
/// asks of everybody, the level, and the consent. `sign_in` and `duties` are those of the version
/// of the definition that holds for this person's journey.
pub fn need(asked: Asked<'_>, sign_in: &Need, duties: Need, known: &Known) -> Need {
    let Asked { realm, request, client, has_session } = asked;
    let mut needs = Vec::new();
    if has_session && (request.prompt.select_account || could_be_anybody(request, client)) {
        needs.push(now(Need::verify(Kind::Account)));
    }
    needs.push(sign_in.clone().present(freshness(request)));
    needs.push(duties);
    // Without asking anything, a level that is only preferred is left out.
    let must = request.acr_essential || !request.prompt.none;
    if let Some(level) = level(realm, request, known).filter(|_| must) {
        needs.push(level.need.clone().present(freshness(request)));
    }
    let required = consent::required(client, request);
    let settings = Settings::Consent { scopes: required };
    if request.prompt.consent {
        needs.push(now(Need::step(Kind::Consent, Act::Verify, settings)));
    } else if client.needs_consent() {
        needs.push(Need::step(Kind::Consent, Act::Verify, settings));
    }
    Need::All(needs)
}

/// Whether any program of the device could be behind the address: an application on loopback or a
/// scheme of its own. It gets no code without the person's knowing (RFC 8252 §8.6).
fn could_be_anybody(request: &Authorize, client: &Client) -> bool {
    let native = client.application_type == ApplicationType::Native;
    native && client.is_public() && !request.redirect_uri.starts_with("https://")
}

/// How fresh the login must be (OpenID Connect Core §3.1.2.1). A `max_age` of 0 is `prompt=login`.
fn freshness(request: &Authorize) -> Fresh {
    match (request.prompt.login, request.max_age) {
        (true, _) | (_, Some(0)) => Fresh::Now,
        (false, Some(seconds)) => Fresh::Within(seconds),
        (false, None) => Fresh::Ever,
    }
}

fn now(mut need: Need) -> Need {
    if let Need::Step(step) = &mut need {
        step.fresh = Fresh::Now;
    }
    need
}

/// The level that is to be reached: the first that the client prefers and this person can reach.
fn level<'r>(realm: &'r Realm, request: &Authorize, known: &Known) -> Option<&'r Level> {
    let preferred = request.acr_values.iter().filter_map(|acr| realm.level(acr));
    preferred.into_iter().find(|level| levels::is_reachable(level, known))
}

/// The error of an essential level that this person can never reach (Unmet Authentication
/// Requirements §3).
pub fn unreachable(asked: Asked<'_>, known: &Known) -> Option<OAuthError> {
    let request = asked.request;
    let lost = request.acr_essential && level(asked.realm, request, known).is_none();
    let why = "this account has nothing with which it could prove what the asked acr needs";
    lost.then(|| Code::UnmetAuthenticationRequirements.because(why))
}

/// What `prompt=none` answers for the step that would be asked first (OpenID Connect Core
/// §3.1.2.6).
pub fn error(step: &Step) -> OAuthError {
    match step.kind {
        Kind::Password | Kind::Totp | Kind::CodeByMail | Kind::RecoveryCode | Kind::Passkey => {
            Code::LoginRequired.because("nobody is signed in, or not freshly enough")
        }
        Kind::Account => {
            Code::AccountSelectionRequired.because("the member must say as whom to go on")
        }
        Kind::Consent => Code::ConsentRequired.because("the member has not agreed to this yet"),
        Kind::Mailbox | Kind::Roster | Kind::UserId | Kind::Terms => {
            Code::InteractionRequired.because("the member is asked something first")
        }
    }
}

/// Whether a session is of the person that the request names (`id_token_hint`, `claims`).
pub fn is_right_person(asked: Asked<'_>, session: &Session) -> bool {
    let Asked { realm, request, client, .. } = asked;
    let sub = client.subject(&session.account_id, &realm.keys.pairwise);
    request.expected_sub.as_ref().is_none_or(|expected| *expected == sub)
}
