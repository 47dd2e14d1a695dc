//! Reads an insurer's folder.

use super::{ClientFile, Definition, Journey, Terms};
use oidc::Client;
use std::collections::BTreeMap;
use std::path::Path;
use web::Brand;
use web::config::{ConfigError, insurer_file, toml_files};

/// A folder as it was read. The secrets of its clients are in clear: no `Debug`.
pub struct Folder {
    pub definition: Definition,
    /// By client id; `apply` hashes or seals them.
    pub client_secrets: BTreeMap<String, String>,
}

impl Folder {
    /// Reads and checks a folder.
    ///
    /// # Errors
    /// Names the file and what to mend; nothing is applied.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let brand: Brand = insurer_file(&folder.join("insurer.toml"))?;
        let mut journeys = BTreeMap::new();
        for path in toml_files(&folder.join("journeys")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            journeys.insert(name, insurer_file::<Journey>(&path)?);
        }
        let terms = toml_files(&folder.join("terms"))
            .iter()
            .map(|path| insurer_file(path))
            .collect::<Result<Vec<Terms>, _>>()?;
        let (clients, client_secrets) = clients(folder)?;
        let policy = insurer_file(&folder.join("idp.toml"))?;
        let definition = Definition { brand, policy, journeys, terms, clients };
        match definition.fault() {
            Some(why) => Err(ConfigError(format!("{}: {why}", folder.display()))),
            None => Ok(Self { definition, client_secrets }),
        }
    }
}

type Clients = (BTreeMap<String, Client>, BTreeMap<String, String>);

fn clients(folder: &Path) -> Result<Clients, ConfigError> {
    let (mut clients, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for path in toml_files(&folder.join("clients")) {
        let ClientFile { client, client_secret, insurer } = ClientFile::read(&path)?;
        let say = |why: &str| ConfigError(format!("{}: {why}", path.display()));
        if insurer.is_some() {
            return Err(say("insurer: the folder says whose client it is"));
        }
        match client_secret {
            Some(clear) => {
                secrets.insert(client.client_id.clone(), clear);
            }
            None if client.token_endpoint_auth_method.by_secret() => {
                return Err(say("client_secret is missing"));
            }
            None => {}
        }
        let id = client.client_id.clone();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(other) = files.insert(id.clone(), name) {
            return Err(say(&format!(
                "client_id: {other} has {id:?}, too; one of them must change"
            )));
        }
        clients.insert(id, client);
    }
    Ok((clients, secrets))
}
