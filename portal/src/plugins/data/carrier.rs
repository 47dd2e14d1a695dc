//! Whose outboxes have something in them: whoever wrote it says so and goes on, and it is carried for many
//! together.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Plugins, each at an insurer, that said something a moment ago. What a node forgets when it stops is found
/// in the outboxes.
#[derive(Debug, Default)]
pub struct Carrier {
    waiting: Mutex<BTreeSet<(String, String)>>,
    some: Notify,
}

impl Carrier {
    /// Something of a plugin waits at an insurer.
    pub fn waits(&self, plugin: &str, insurer: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert((plugin.to_owned(), insurer.to_owned()));
        self.some.notify_one();
    }

    /// Ends when something waits.
    pub async fn some(&self) {
        self.some.notified().await;
    }

    /// All that waits, as plugin and insurer; from here on it is the caller's.
    pub fn take(&self) -> BTreeSet<(String, String)> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
