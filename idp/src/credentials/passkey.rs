//! Passkeys (WebAuthn): the library makes the challenges and checks the answers; what lies between
//! is sealed into the page, so that nothing is written before an answer was right.

use crate::ids::{AccountId, CredentialId, InsurerId};
use crate::settings::Settings;
use secret::hash;
use serde::Deserialize;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableKey, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

/// The relying party: the host to which passkeys are bound, and the addresses at which they are used
/// (decision 0016).
pub struct Passkeys {
    library: Webauthn,
    host: String,
    /// Where else than below the host they are used: what browsers ask the host for.
    related: Vec<String>,
}

/// A passkey that a browser made.
pub struct Made {
    pub credential_id: CredentialId,
    /// What the library keeps of it.
    pub passkey: String,
    /// The kind of authenticator, as it says itself: nothing proves it without attestation.
    pub aaguid: Option<String>,
}

/// A challenge: what the browser is given, and what checks its answer.
pub struct Challenge {
    /// For `navigator.credentials`, as JSON.
    pub options: String,
    /// To be sealed.
    pub state: String,
}

/// Why an answer was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not right.
    Wrong,
    /// The counter went back: there may be a copy of the key.
    Copied,
}

impl Passkeys {
    /// None where the address has no name, but numbers: passkeys need a name.
    pub fn of(settings: &Settings) -> Option<Self> {
        let url = Url::parse(&settings.public_url).ok()?;
        let host = match settings.passkeys.host.as_str() {
            "" => url.domain()?.to_owned(),
            host => host.to_owned(),
        };
        let others = settings.passkeys.origins.iter().map(|origin| Url::parse(origin));
        let origins: Vec<Url> =
            std::iter::once(Ok(url)).chain(others).collect::<Result<_, _>>().ok()?;
        let is_below = |origin: &&Url| {
            let domain = origin.domain().unwrap_or_default();
            domain.strip_suffix(&host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let related = origins.iter().filter(|origin| !is_below(origin));
        let related = related.map(|origin| origin.origin().ascii_serialization()).collect();
        // The library begins with an address of the host; the others are named beside it.
        let first = match origins.iter().find(is_below) {
            Some(first) => first.clone(),
            None => Url::parse(&format!("https://{host}")).ok()?,
        };
        let builder = WebauthnBuilder::new(&host, &first).ok()?;
        let builder =
            origins.iter().fold(builder, |builder, one| builder.append_allowed_origin(one));
        Some(Self { library: builder.build().ok()?, host, related })
    }

    /// The host to which they are bound (RP ID).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Addresses that are not below the host and use its passkeys (WebAuthn §5.11).
    pub fn related(&self) -> &[String] {
        &self.related
    }

    /// Begins to make a passkey that the browser finds by itself at a login.
    ///
    /// # Errors
    /// The library's words.
    pub fn begin_enrolment(
        &self,
        insurer: (&InsurerId, &str),
        account: (&AccountId, &str),
        known: Vec<CredentialID>,
    ) -> Result<Challenge, WebauthnError> {
        let ((insurer, insurer_name), (account, name)) = (insurer, account);
        let user = user_handle(insurer, account);
        let begun = self.library.start_passkey_registration(user, name, name, Some(known));
        let (mut options, state) = begun?;
        insurer_name.clone_into(&mut options.public_key.rp.name);
        let mut options = serde_json::to_value(options).map_err(WebauthnError::ParseJSONFailure)?;
        // Asked of the browser only: one that it does not find by itself would be of no use.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "required".into();
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = true.into();
        Ok(Challenge { options: options.to_string(), state: json(&state)? })
    }

    /// The passkey that a browser made.
    ///
    /// # Errors
    /// [`Refused::Wrong`]
    pub fn enrolled(&self, answer: &str, state: &str) -> Result<Made, Refused> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let state: PasskeyRegistration = read(state)?;
        let passkey = self.library.finish_passkey_registration(&answer, &state);
        let passkey = passkey.map_err(|_| Refused::Wrong)?;
        Ok(Made {
            credential_id: CredentialId::new(hash::base64url(passkey.cred_id())),
            passkey: json(&passkey).map_err(|_| Refused::Wrong)?,
            aaguid: aaguid(&answer),
        })
    }

    /// Begins a login with whichever passkey the browser finds.
    ///
    /// # Errors
    /// The library's words.
    pub fn begin_login(&self) -> Result<Challenge, WebauthnError> {
        let (options, state) = self.library.start_discoverable_authentication()?;
        Ok(Challenge { options: json(&options)?, state: json(&state)? })
    }

    /// What is kept of a passkey after it was used in this answer.
    ///
    /// # Errors
    /// [`Refused`]
    pub fn used(&self, answer: &str, state: &str, passkey: &str) -> Result<String, Refused> {
        let answer: PublicKeyCredential = read(answer)?;
        let state: DiscoverableAuthentication = read(state)?;
        let mut passkey: Passkey = read(passkey)?;
        let key = DiscoverableKey::from(&passkey);
        match self.library.finish_discoverable_authentication_v2(&answer, state, &key) {
            Ok(result) if result.user_verified() => {
                passkey.update_credential(&result);
                json(&passkey).map_err(|_| Refused::Wrong)
            }
            Err(WebauthnError::CredentialPossibleCompromise) => Err(Refused::Copied),
            Ok(_) | Err(_) => Err(Refused::Wrong),
        }
    }
}

/// Which passkey an answer is of.
pub fn credential_id(answer: &str) -> Option<String> {
    let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
    Some(hash::base64url(&answer.raw_id))
}

/// The ids of passkeys, for the browser not to make another in the same place.
pub fn ids(known: &[CredentialId]) -> Vec<CredentialID> {
    let bytes = known.iter().filter_map(|id| hash::from_base64url(id.as_str()));
    bytes.collect()
}

/// What authenticators keep of the account, as scripts name it.
pub fn user_id(insurer: &InsurerId, account: &AccountId) -> String {
    hash::base64url(user_handle(insurer, account))
}

/// What an authenticator answers when it has made a key (WebAuthn §6.5.4).
#[derive(Deserialize)]
struct Attestation<'a> {
    #[serde(rename = "authData")]
    auth_data: &'a [u8],
}

/// Where the AAGUID is in its data: behind the host's hash, the flags and the counter (WebAuthn §6.1).
const AAGUID: std::ops::Range<usize> = 37..53;

/// What the authenticator says it is; none for one that does not tell. For names and lists only: all
/// that must be right about an answer the library has checked.
fn aaguid(answer: &RegisterPublicKeyCredential) -> Option<String> {
    let object = &answer.response.attestation_object;
    let object: Attestation<'_> = serde_cbor_2::from_slice(object).ok()?;
    let aaguid = Uuid::from_slice(object.auth_data.get(AAGUID)?).ok()?;
    (!aaguid.is_nil()).then(|| aaguid.to_string())
}

/// What authenticators keep of the account: nothing that says who it is.
fn user_handle(insurer: &InsurerId, account: &AccountId) -> Uuid {
    let digest = hash::sha256(format!("passkey:{insurer}:{account}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

fn json(value: &impl serde::Serialize) -> Result<String, WebauthnError> {
    serde_json::to_string(value).map_err(WebauthnError::ParseJSONFailure)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refused> {
    serde_json::from_str(text).map_err(|_| Refused::Wrong)
}
