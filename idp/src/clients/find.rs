//! The client of an id, of this insurer or of all.

use super::Clients;
use crate::realm::Published;
use crate::store::clients;
use db::Conn;
use oidc::Client;
use std::sync::Arc;

impl Clients {
    /// By id, on a connection at hand: who holds one must not ask for another.
    pub async fn find(
        &self,
        conn: &mut Conn,
        realm: &Published,
        client_id: &str,
    ) -> Result<Option<Arc<Client>>, db::Error> {
        if let Some(client) = self.in_memory(realm, client_id) {
            return Ok(served(realm, client));
        }
        let found = clients::by_id(conn, realm.id(), client_id).await?;
        let found = found.map(|registered| Arc::new(registered.client));
        if let Some(client) = &found {
            self.cache.keep(realm.id(), client.clone());
        }
        Ok(found.and_then(|client| served(realm, client)))
    }

    /// By id, without a connection at hand: one is asked for only when it is needed.
    pub async fn lookup(
        &self,
        realm: &Published,
        client_id: &str,
    ) -> Result<Option<Arc<Client>>, db::Error> {
        match self.in_memory(realm, client_id) {
            Some(client) => Ok(served(realm, client)),
            None => self.find(&mut self.db.read().await?, realm, client_id).await,
        }
    }

    fn in_memory(&self, realm: &Published, client_id: &str) -> Option<Arc<Client>> {
        let own = realm.clients.get(client_id).cloned();
        own.or_else(|| self.cache.get(realm.id(), client_id))
    }

    /// A client whose credentials failed, read anew. `None` when it is of the folder, has gone or
    /// is just as it was.
    pub async fn look_again(
        &self,
        realm: &Published,
        client_id: &str,
    ) -> Result<Option<Arc<Client>>, db::Error> {
        if realm.clients.contains_key(client_id) {
            return Ok(None);
        }
        let remembered = self.cache.get(realm.id(), client_id);
        let found = clients::by_id(&mut self.db.read().await?, realm.id(), client_id).await?;
        let found = found
            .map(|registered| Arc::new(registered.client))
            .filter(|client| remembered.as_ref() != Some(client));
        if let Some(client) = &found {
            self.cache.keep(realm.id(), client.clone());
        }
        Ok(found.and_then(|client| served(realm, client)))
    }
}

/// A client, unless the insurer serves no such clients: its rules may be newer than the client, or
/// the client one of all insurers.
fn served(realm: &Published, client: Arc<Client>) -> Option<Arc<Client>> {
    let Some(why) = realm.definition.policy.protocol.client_fault(&client) else {
        return Some(client);
    };
    tracing::info!(insurer = %realm.id(), client = client.client_id, why, "client not served");
    None
}
