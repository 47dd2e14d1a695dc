//! An insurer's folder as one checked value: brand, policies, journeys, terms, clients.

use oidc::Client;
use oidc::client::{Algorithm, AuthMethod};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use web::config::{ConfigError, insurer_file, toml_files};
use web::{Brand, Text};

/// Everything that an operator decides about an insurer at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub brand: Brand,
    pub policy: Policy,
    pub journeys: BTreeMap<String, Journey>,
    pub terms: Vec<Terms>,
    pub clients: BTreeMap<String, Client>,
    pub client_names: BTreeMap<String, Text>,
}

/// `idp.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub mail: MailPolicy,
    pub user_id: Length,
    pub password: Length,
    pub session: SessionPolicy,
    pub registration: RegistrationPolicy,
    pub home: Home,
}

/// Who the insurer's mails are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailPolicy {
    pub from: String,
}

/// Shortest and longest, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    pub min: usize,
    pub max: usize,
}

/// How long a session lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
}

/// Who may register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationPolicy {
    pub relations: Vec<Relation>,
}

/// 被保険者 or 被扶養者.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    Insured,
    Dependant,
}

/// Where a person goes when nothing else was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    pub url: String,
}

/// `journeys/*.toml`: the proofs of one journey, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    pub journey: String,
    pub title: Text,
    pub expires_hours: i64,
    pub sequence: Vec<Proof>,
}

/// One required proof and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Proof {
    /// The person reads mail at an address.
    Mailbox { link_minutes: i64 },
    /// The person knows what stands on an insurance card.
    Roster { fields: Vec<Field>, attempts: i64 },
    /// The person agreed to every current document.
    Terms {},
    /// Registration: chooses user ID and password. Login: knows them.
    Password {},
}

impl Proof {
    /// The word under which evidence is stored and templates are named.
    pub fn kind(&self) -> &'static str {
        match self {
            Proof::Mailbox { .. } => "mailbox",
            Proof::Roster { .. } => "roster",
            Proof::Terms {} => "terms",
            Proof::Password {} => "password",
        }
    }
}

/// What the card is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Symbol,
    Number,
    Branch,
    NameKana,
    BirthDate,
    Sex,
}

impl Field {
    /// The name of the form's field.
    pub fn name(self) -> &'static str {
        match self {
            Field::Symbol => "symbol",
            Field::Number => "number",
            Field::Branch => "branch",
            Field::NameKana => "name_kana",
            Field::BirthDate => "birth_date",
            Field::Sex => "sex",
        }
    }
}

/// `terms/*.toml`: one version of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub id: String,
    pub version: String,
    pub title: Text,
    pub text: Text,
}

/// `clients/*.toml`, with the secret in clear as the operator's environment gave it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientFile {
    client_id: String,
    name: Text,
    #[serde(default)]
    client_secret: Option<String>,
    token_endpoint_auth_method: AuthMethod,
    redirect_uris: Vec<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    scopes: Vec<String>,
    first_party: bool,
    /// The insurer has the members' consent that this third party learns the scopes (a contract
    /// or a form of its own). There is no consent page yet, so it must be said here.
    #[serde(default)]
    consent_obtained: bool,
    #[serde(default)]
    id_token_signed_response_alg: Algorithm,
}

impl Definition {
    /// Reads and checks an insurer's folder.
    ///
    /// # Errors
    /// Names the file and what to mend; nothing is applied.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let mut journeys = BTreeMap::new();
        for path in toml_files(&folder.join("journeys")) {
            let journey: Journey = insurer_file(&path)?;
            journeys.insert(journey.journey.clone(), journey);
        }
        let terms = toml_files(&folder.join("terms"))
            .iter()
            .map(|path| insurer_file(path))
            .collect::<Result<Vec<Terms>, _>>()?;
        let (mut clients, mut client_names) = (BTreeMap::new(), BTreeMap::new());
        for path in toml_files(&folder.join("clients")) {
            let file: ClientFile = insurer_file(&path)?;
            client_names.insert(file.client_id.clone(), file.name.clone());
            let client =
                file.checked().map_err(|why| ConfigError(format!("{}: {why}", path.display())))?;
            clients.insert(client.client_id.clone(), client);
        }
        let definition = Self {
            brand: insurer_file(&folder.join("insurer.toml"))?,
            policy: insurer_file(&folder.join("idp.toml"))?,
            journeys,
            terms,
            clients,
            client_names,
        };
        match definition.fault() {
            Some(why) => Err(ConfigError(format!("{}: {why}", folder.display()))),
            None => Ok(definition),
        }
    }

    fn fault(&self) -> Option<String> {
        self.brand.fault().or_else(|| {
            let policy = &self.policy;
            if policy.password.min < 8 || policy.password.max < policy.password.min {
                return Some("idp.toml: password.min must be 8 or more".to_owned());
            }
            if policy.user_id.min < 1 || policy.user_id.max > 64 {
                return Some("idp.toml: user_id must have 1 to 64 characters".to_owned());
            }
            for name in ["register", "login"] {
                let Some(journey) = self.journeys.get(name) else {
                    return Some(format!("journeys/{name}.toml is missing"));
                };
                let has = |kind: &str| journey.sequence.iter().any(|proof| proof.kind() == kind);
                if !has("password") {
                    return Some(format!("journeys/{name}.toml: no first factor (password)"));
                }
                if name == "login" && journey.sequence[0].kind() != "password" {
                    return Some("journeys/login.toml: password must come first".to_owned());
                }
                if name == "register" && !(has("mailbox") && has("roster")) {
                    return Some(
                        "journeys/register.toml: mailbox and roster are needed to know who registers"
                            .to_owned(),
                    );
                }
            }
            None
        })
    }
}

impl ClientFile {
    fn checked(self) -> Result<Client, String> {
        for uri in self.redirect_uris.iter().chain(&self.post_logout_redirect_uris) {
            if let Some(why) = oidc::client::redirect_uri_fault(uri) {
                return Err(format!("{uri} {why}"));
            }
        }
        if !self.first_party && !self.consent_obtained {
            return Err(
                "a third party learns name and address: set consent_obtained = true when the \
                 members' consent has been obtained"
                    .to_owned(),
            );
        }
        if let Some(scope) = self.scopes.iter().find(|s| !oidc::scope::KNOWN.contains(&s.as_str()))
        {
            return Err(format!("scope {scope:?} is unknown; use {:?}", oidc::scope::KNOWN));
        }
        let public = self.token_endpoint_auth_method == AuthMethod::None;
        let secret_hash = match self.client_secret {
            Some(secret) if secret.len() >= 32 => Some(oidc::secret::hash(&secret).to_vec()),
            Some(_) => return Err("client_secret: 32 random characters or more are needed".into()),
            None if public => None,
            None => return Err("client_secret is missing".into()),
        };
        Ok(Client {
            client_id: self.client_id,
            secret_hash,
            token_endpoint_auth_method: self.token_endpoint_auth_method,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            scopes: self.scopes,
            first_party: self.first_party,
            id_token_signed_response_alg: self.id_token_signed_response_alg,
        })
    }
}
