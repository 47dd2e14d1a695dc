//! One journey and what it knows. Until something was proved or mailed it lives in the browser,
//! sealed; then it is a row. Nothing here proves anything: evidence lies elsewhere.

use super::goal::{Goal, Resume};
use crate::ids::{AccountId, CredentialId, InsurerId, JourneyId, PersonId};
use crate::need::{Relation, StepId};
use secret::{Sealer, hash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One journey. No `Debug`: it may hold the hash of a new password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Instance {
    pub id: JourneyId,
    pub goal: Goal,
    /// The version of the definition that it began with.
    pub version: i64,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// 0 for one that an older program began.
    #[serde(default)]
    pub begun_at: i64,
    #[serde(default, skip_serializing_if = "Learned::is_empty")]
    pub learned: Learned,
    /// What a step must remember between two answers, by step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drafts: BTreeMap<StepId, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<StepId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<StepId>,
}

/// What proved steps handed on.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// No second factor is to be asked in this browser for a while.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub remember_browser: bool,
    /// The session is to stay in this browser.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
    /// An authenticator app that was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<NewApp>,
    /// Recovery codes that were shown and written down.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub made_codes: bool,
    /// A passkey that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passkey: Option<NewPasskey>,
}

/// A passkey before its account keeps it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NewPasskey {
    pub credential_id: CredentialId,
    pub name: String,
    pub passkey: String,
    #[serde(default)]
    pub aaguid: Option<String>,
}

/// An authenticator app before its account keeps it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NewApp {
    pub device_id: CredentialId,
    pub name: String,
    /// The secret, sealed for the account, as base64url.
    pub sealed: String,
    /// The time step of the code that was typed.
    pub step: i64,
}

impl Learned {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Bytes of a sealed journey that a cookie holds (4,096 with its name and attributes).
const LONGEST_COOKIE: usize = 3800;

impl Instance {
    /// For the browser: base64url of the sealed text, bound to insurer and id. `None` when it is
    /// too long for a cookie of which `reserve` characters must stay free.
    pub fn for_browser(
        &self,
        sealer: &Sealer,
        insurer: &InsurerId,
        reserve: usize,
    ) -> Option<String> {
        let sealed = sealer.seal(&purpose("browser", insurer, &self.id), &self.json());
        let text = hash::base64url(sealed);
        (text.len() + reserve <= LONGEST_COOKIE).then_some(text)
    }

    /// From the browser's cookie, unless it has expired.
    pub fn from_browser(
        text: &str,
        sealer: &Sealer,
        insurer: &InsurerId,
        id: &JourneyId,
        now: i64,
    ) -> Option<Self> {
        let sealed = hash::from_base64url(text)?;
        let plain = sealer.open(&purpose("browser", insurer, id), &sealed).ok()?;
        let instance: Self = serde_json::from_slice(&plain).ok()?;
        (instance.expires_at > now && instance.id == *id).then_some(instance)
    }

    /// For a row.
    pub fn for_row(&self, sealer: &Sealer, insurer: &InsurerId) -> Vec<u8> {
        sealer.seal(&purpose("row", insurer, &self.id), &self.json())
    }

    /// From a row. `None` when an older program wrote it.
    pub fn from_row(
        sealed: &[u8],
        sealer: &Sealer,
        insurer: &InsurerId,
        id: &JourneyId,
    ) -> Option<Self> {
        let plain = sealer.open(&purpose("row", insurer, id), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// What a step remembers.
    pub fn draft(&self, step: &StepId, name: &str) -> Option<&str> {
        self.drafts.get(step)?.get(name)?.as_str()
    }

    fn json(&self) -> Vec<u8> {
        let mut value = serde_json::to_value(self).expect("a journey is JSON");
        // A request is mostly members that nobody set: they are read as their defaults again.
        if let Resume::Client(_) = self.goal.resume() {
            trim_request(&mut value["goal"]);
        }
        value.to_string().into_bytes()
    }
}

fn trim_request(goal: &mut Value) {
    let Some(members) = goal.as_object_mut() else { return };
    if let Some(request) = members.get_mut("client").and_then(Value::as_object_mut) {
        request.retain(|_, value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(all) => !all.is_empty(),
            _ => true,
        });
        return;
    }
    members.values_mut().for_each(trim_request);
}

fn purpose(place: &str, insurer: &InsurerId, id: &JourneyId) -> String {
    format!("journey:{place}:{insurer}:{id}")
}

#[cfg(test)]
mod tests {
    use super::{Instance, Learned};
    use crate::ids::{InsurerId, JourneyId};
    use crate::journeys::goal::{Goal, Resume};
    use oidc::authorize::Authorize;
    use secret::Sealer;

    #[test]
    fn a_sealed_journey_opens_only_for_its_insurer_its_id_and_its_time() {
        let sealer = Sealer::from_key(&[7; 32]).unwrap();
        let request = Authorize {
            client_id: "portal".into(),
            redirect_uri: "https://portal.example/minato/callback".into(),
            scopes: vec!["openid".into()],
            state: Some("s".into()),
            ..Authorize::default()
        };
        let instance = Instance {
            id: JourneyId::new("abc"),
            goal: Goal::StepUp { sid: None, resume: Resume::client(request) },
            version: 1,
            expires_at: 100,
            begun_at: 0,
            learned: Learned::default(),
            drafts: Default::default(),
            chosen: Vec::new(),
            declined: Vec::new(),
        };
        let minato = InsurerId::new("minato");
        let text = instance.for_browser(&sealer, &minato, 0).unwrap();
        assert!(text.len() < 700, "{}", text.len());
        let open = |insurer: &str, id: &str, now| {
            let (insurer, id) = (InsurerId::new(insurer), JourneyId::new(id));
            Instance::from_browser(&text, &sealer, &insurer, &id, now)
        };
        assert!(open("minato", "abc", 99).unwrap().goal == instance.goal);
        assert!(open("minato", "abc", 100).is_none());
        assert!(open("aozora", "abc", 99).is_none());
        assert!(open("minato", "abd", 99).is_none());
        // What is sealed for a row is no cookie.
        let row = secret::hash::base64url(instance.for_row(&sealer, &minato));
        let id = JourneyId::new("abc");
        assert!(Instance::from_browser(&row, &sealer, &minato, &id, 99).is_none());
        let mut long = instance.clone();
        long.learned.address = Some("x".repeat(4000));
        assert!(long.for_browser(&sealer, &minato, 0).is_none());
    }
}
