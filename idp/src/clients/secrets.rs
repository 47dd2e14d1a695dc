//! Clients' secrets: those in force, and new ones.

use super::Clients;
use crate::definition::client_secret::{new_secret, sealed_for};
use crate::realm::Published;
use crate::store::clients::ALL;
use oidc::Client;
use oidc::client::Secret;
use secret::{Sealer, hash, random};

/// A client's secret in clear: shown once, never logged. No `Debug`.
pub struct ClearSecret(pub String);

impl Clients {
    /// The secrets in clear that are in force: only `client_secret_jwt` needs them.
    pub fn secrets(&self, realm: &Published, client: &Client, now: i64) -> Vec<Vec<u8>> {
        let in_force =
            client.secrets.iter().filter(|s| s.expires_at.is_none_or(|until| until > now));
        in_force
            .filter_map(|secret| {
                let sealed = hash::from_base64url(secret.sealed.as_deref()?)?;
                // A client of all insurers was sealed for none of them.
                let own = self.sealer.open(&sealed_for(realm.id()), &sealed);
                own.or_else(|_| self.sealer.open(&sealed_for(ALL), &sealed)).ok()
            })
            .collect()
    }
}

/// Gives a client a new secret; those in force end after the overlap (seconds).
pub fn rotate(
    sealer: &Sealer,
    insurer: &str,
    client: &mut Client,
    overlap: i64,
    now: i64,
) -> ClearSecret {
    let until = now + overlap;
    client.secrets.retain(|secret| secret.expires_at.is_none_or(|at| at > now));
    for Secret { expires_at, .. } in &mut client.secrets {
        *expires_at = Some(expires_at.map_or(until, |at| at.min(until)));
    }
    // Two are enough for any exchange.
    client.secrets.truncate(1);
    let clear = random::secret();
    client.secrets.insert(0, new_secret(sealer, insurer, client, &clear));
    ClearSecret(clear)
}

#[cfg(test)]
mod tests {
    use super::rotate;
    use oidc::Client;
    use secret::{Sealer, hash};

    #[test]
    fn two_secrets_overlap_and_no_more() {
        let sealer = Sealer::from_key(&[1; 32]).unwrap();
        let mut client = Client::default();
        let first = rotate(&sealer, "minato", &mut client, 60, 1000);
        let second = rotate(&sealer, "minato", &mut client, 60, 2000);
        assert_eq!(client.secrets.len(), 2);
        assert_eq!(client.secrets[0].hash, hash::s256(second.0));
        assert_eq!(
            (client.secrets[1].hash.as_str(), client.secrets[1].expires_at),
            (hash::s256(first.0).as_str(), Some(2060))
        );
        rotate(&sealer, "minato", &mut client, 60, 3000);
        assert_eq!(client.secrets.len(), 2);
    }
}
