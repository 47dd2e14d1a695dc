//! An insurer's folder as one checked value: brand, policies, journeys, terms, clients.

use oidc::Client;
use secret::Sealer;
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
    #[serde(default)]
    pub protocol: Protocol,
}

/// How this insurer speaks OpenID Connect. Everything has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Protocol {
    /// Whether clients that registered them get response types other than `code`.
    pub implicit: bool,
    /// Whether every client follows FAPI 2.0: then only its algorithms and methods are offered.
    pub fapi: bool,
    /// Whether clients may register themselves with an initial access token.
    pub registration: bool,
    /// Scopes that a client may have that registered itself.
    pub registration_scopes: Vec<String>,
    /// Whether a DPoP proof without our nonce is sent back for one.
    pub dpop_nonce_required: bool,
    pub access_token_minutes: i64,
    pub id_token_minutes: i64,
    pub refresh_token_days: i64,
    /// The levels of login, the weakest first.
    pub levels: Vec<Level>,
    /// The level that card symbol and number need at userinfo (RFC 9470).
    pub membership_acr: Option<String>,
    /// How old the login may be for them.
    pub membership_max_age_minutes: Option<i64>,
}

/// A level of login: a name and the kinds of proof that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub acr: String,
    pub proofs: Vec<String>,
}

impl Default for Protocol {
    fn default() -> Self {
        let level = |acr: &str, proofs: &[&str]| Level {
            acr: acr.to_owned(),
            proofs: proofs.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        Self {
            implicit: false,
            fapi: false,
            registration: false,
            registration_scopes: ["openid", "profile", "email", "offline_access"]
                .map(str::to_owned)
                .into(),
            dpop_nonce_required: false,
            access_token_minutes: 10,
            id_token_minutes: 60,
            refresh_token_days: 30,
            levels: vec![
                level("urn:musubi:password", &["password"]),
                level("urn:musubi:identity", &["password", "roster"]),
            ],
            membership_acr: None,
            membership_max_age_minutes: None,
        }
    }
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
    /// Added by a request: as whom to go on. Not for journey files.
    #[serde(skip)]
    Account {},
    /// Added by a request: the client may learn what it asks. Not for journey files.
    #[serde(skip)]
    Consent {},
}

impl Proof {
    /// The word under which evidence is stored and templates are named.
    pub fn kind(&self) -> &'static str {
        match self {
            Proof::Mailbox { .. } => "mailbox",
            Proof::Roster { .. } => "roster",
            Proof::Terms {} => "terms",
            Proof::Password {} => "password",
            Proof::Account {} => "account",
            Proof::Consent {} => "consent",
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

/// A client's file: `clients/*.toml` of the folder, or the argument of `idp client apply`. The
/// metadata has the names of RFC 7591; beside it stand the name by language, the secret in clear
/// as the operator's environment gave it, and whose client it is.
pub struct ClientFile {
    pub client: Client,
    pub client_secret: Option<String>,
    /// `client apply` only: the insurer's slug, or `*` for all.
    pub insurer: Option<String>,
}

impl ClientFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Names the file and what to mend.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let say = |why: &dyn std::fmt::Display| ConfigError(format!("{}: {why}", path.display()));
        let mut table: toml::Table = insurer_file(path)?;
        let mut text = |name: &str| match table.remove(name) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(say(&format_args!("{name} must be a text"))),
        };
        let (client_secret, insurer) = (text("client_secret")?, text("insurer")?);
        let client: Client = table.try_into().map_err(|error| say(&error))?;
        let file = Self { client, client_secret, insurer };
        match file.fault() {
            Some(why) => Err(say(&why)),
            None => Ok(file),
        }
    }

    fn fault(&self) -> Option<String> {
        let client = &self.client;
        let plain = |b: u8| b.is_ascii_graphic();
        if client.client_id.is_empty() || !client.client_id.bytes().all(plain) {
            return Some("client_id: printable letters without spaces are needed".to_owned());
        }
        if !client.secrets.is_empty() {
            return Some("secrets: use client_secret".to_owned());
        }
        let by_secret = client.token_endpoint_auth_method.by_secret();
        match &self.client_secret {
            Some(_) if !by_secret => {
                return Some("client_secret: this client authenticates without one".to_owned());
            }
            Some(secret) if secret.len() < 32 => {
                return Some("client_secret: 32 random characters or more are needed".to_owned());
            }
            _ => {}
        }
        oidc::registration::check(client).map(|fault| fault.why)
    }
}

impl Definition {
    /// Reads and checks an insurer's folder.
    ///
    /// # Errors
    /// Names the file and what to mend; nothing is applied.
    pub fn read(folder: &Path, sealer: &Sealer) -> Result<Self, ConfigError> {
        let brand: Brand = insurer_file(&folder.join("insurer.toml"))?;
        let mut journeys = BTreeMap::new();
        for path in toml_files(&folder.join("journeys")) {
            let journey: Journey = insurer_file(&path)?;
            journeys.insert(journey.journey.clone(), journey);
        }
        let terms = toml_files(&folder.join("terms"))
            .iter()
            .map(|path| insurer_file(path))
            .collect::<Result<Vec<Terms>, _>>()?;
        let mut clients = BTreeMap::new();
        for path in toml_files(&folder.join("clients")) {
            let ClientFile { mut client, client_secret, insurer } = ClientFile::read(&path)?;
            let say = |why: &str| ConfigError(format!("{}: {why}", path.display()));
            if insurer.is_some() {
                return Err(say("insurer: the folder says whose client it is"));
            }
            match client_secret {
                Some(clear) => {
                    let secret = crate::clients::new_secret(sealer, &brand.slug, &client, &clear);
                    client.secrets.push(secret);
                }
                None if client.token_endpoint_auth_method.by_secret() => {
                    return Err(say("client_secret is missing"));
                }
                None => {}
            }
            clients.insert(client.client_id.clone(), client);
        }
        let definition = Self {
            brand,
            policy: insurer_file(&folder.join("idp.toml"))?,
            journeys,
            terms,
            clients,
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
            if policy.protocol.fapi
                && let Some(client) = self.clients.values().find(|client| !client.is_fapi())
            {
                return Some(format!(
                    "idp.toml: fapi = true, but client {} has no security_profile",
                    client.client_id
                ));
            }
            let levels = &policy.protocol.levels;
            let names: Vec<&str> = levels.iter().map(|level| level.acr.as_str()).collect();
            if names.iter().any(|name| name.contains(' ') || name.is_empty()) {
                return Some("idp.toml: an acr is one word".to_owned());
            }
            let wanted = policy.protocol.membership_acr.as_deref();
            if wanted.is_some_and(|wanted| !names.contains(&wanted)) {
                return Some(format!("idp.toml: membership_acr must be one of {names:?}"));
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
