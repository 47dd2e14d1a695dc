//! Passkeys (WebAuthn): the library makes the challenges and checks the answers; what lies between
//! is sealed into the page, so that nothing is written before an answer was right.

use crate::ids::{AccountId, CredentialId, InsurerId};
use secret::hash;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableKey, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

/// The relying party: the host at which the provider is reached. Moving to another host makes every
/// passkey useless (decision 0016).
pub struct Passkeys(Webauthn);

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
    pub fn at(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let host = url.domain()?.to_owned();
        WebauthnBuilder::new(&host, &url).ok()?.build().ok().map(Self)
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
        let begun = self.0.start_passkey_registration(user, name, name, Some(known));
        let (mut options, state) = begun?;
        insurer_name.clone_into(&mut options.public_key.rp.name);
        let mut options = serde_json::to_value(options).map_err(WebauthnError::ParseJSONFailure)?;
        // Asked of the browser only: one that it does not find by itself would be of no use.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "required".into();
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = true.into();
        Ok(Challenge { options: options.to_string(), state: json(&state)? })
    }

    /// The passkey that a browser made, with its id.
    ///
    /// # Errors
    /// [`Refused::Wrong`]
    pub fn enrolled(&self, answer: &str, state: &str) -> Result<(CredentialId, String), Refused> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let state: PasskeyRegistration = read(state)?;
        let passkey = self.0.finish_passkey_registration(&answer, &state);
        let passkey = passkey.map_err(|_| Refused::Wrong)?;
        let id = CredentialId::new(hash::base64url(passkey.cred_id()));
        Ok((id, json(&passkey).map_err(|_| Refused::Wrong)?))
    }

    /// Begins a login with whichever passkey the browser finds.
    ///
    /// # Errors
    /// The library's words.
    pub fn begin_login(&self) -> Result<Challenge, WebauthnError> {
        let (options, state) = self.0.start_discoverable_authentication()?;
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
        match self.0.finish_discoverable_authentication_v2(&answer, state, &key) {
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
