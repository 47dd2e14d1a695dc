//! Registered clients in memory, for all insurers. A change by this process is seen at once, one by
//! another node or a command within a second, like that of an insurer's folder.

use crate::ids::InsurerId;
use oidc::Client;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};

/// What is remembered.
#[derive(Default)]
pub struct ClientCache {
    changes: AtomicI64,
    clients: RwLock<HashMap<(InsurerId, String), Arc<Client>>>,
}

/// Clients remembered at once.
const MAX_CLIENTS: usize = 20_000;

impl ClientCache {
    pub(super) fn get(&self, insurer: &InsurerId, client_id: &str) -> Option<Arc<Client>> {
        let clients = self.clients.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        clients.get(&(insurer.clone(), client_id.to_owned())).cloned()
    }

    pub(super) fn keep(&self, insurer: &InsurerId, client: Arc<Client>) {
        let mut clients = self.clients.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert((insurer.clone(), client.client_id.clone()), client);
    }

    /// Forgets all: somebody changed a client.
    pub fn forget(&self) {
        self.clients.write().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    /// Forgets all when the count of changes is another than last time.
    pub fn note_changes(&self, changes: i64) {
        if self.changes.swap(changes, Ordering::Relaxed) != changes {
            self.forget();
        }
    }
}
