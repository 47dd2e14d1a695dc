//! A loaded plugin, wherever its code runs.

use super::border::host::{Allowed, CallFault, Deadline, Reply, read_reply};
use super::calls::Calls;
use super::data::database::Database;
use super::data::query::Queries;
use super::data::statement::Statements;
use super::data::tables::Tables;
use super::mpk::trust::Origin;
use super::package::manifest::Manifest;
use super::run::in_process::InProcess;
#[cfg(test)]
use super::run::runner::Processes;
use super::run::runner::Runner;
use serde::de::DeserializeOwned;
use serde_json::Value;
#[cfg(test)]
use std::path::PathBuf;
use std::sync::Arc;
use web::pages::Owner;

/// A plugin that is ready to be called.
pub struct Plugin {
    pub manifest: Manifest,
    pub tables: Tables,
    pub queries: Arc<Queries>,
    pub statements: Statements,
    /// Its own, when it declares tables.
    pub database: Option<Arc<Database>>,
    /// Its templates and texts.
    pub owner: Owner,
    /// The package that it came in, when it came in one.
    pub origin: Option<Origin>,
    pub calls: Calls,
    pub(in crate::plugins) running: Running,
}

/// Where its code runs.
pub(in crate::plugins) enum Running {
    Runner(Box<Runner>),
    InProcess(InProcess),
}

impl Plugin {
    /// The folder's name.
    pub fn id(&self) -> &str {
        &self.manifest.plugin.id
    }

    /// Calls a handler and reads its reply: `R` is the shape of the op. A page or card whose process died is asked once more: reading twice does
    /// no harm.
    pub async fn call<R: DeserializeOwned>(
        &self,
        allowed: Allowed,
        op: u32,
        request: &Value,
        deadline: Deadline,
    ) -> Result<R, CallFault> {
        let called = self.asked(Arc::new(allowed), op, request, deadline).await;
        let called = called.and_then(|reply| read_reply(&reply));
        self.calls.count(self.id(), &self.manifest.plugin.version, &called);
        called
    }

    async fn asked(
        &self,
        allowed: Arc<Allowed>,
        op: u32,
        request: &Value,
        deadline: Deadline,
    ) -> Result<Reply, CallFault> {
        let body = serde_json::to_vec(request).expect("a value is JSON");
        match &self.running {
            Running::InProcess(plugin) => plugin.call(allowed, op, body, deadline).await,
            Running::Runner(runner) => {
                match runner.call(allowed.clone(), op, body.clone(), deadline).await {
                    Err(CallFault::Crashed) => runner.call(allowed, op, body, deadline).await,
                    other => other,
                }
            }
        }
    }

    /// Whether its processes die at several insurers: then it is the version.
    pub fn dies_everywhere(&self) -> bool {
        match &self.running {
            Running::Runner(runner) => runner.dies_everywhere(),
            Running::InProcess(_) => false,
        }
    }

    /// Ends processes that nobody has called for a while.
    pub async fn end_idle(&self) {
        if let Running::Runner(runner) = &self.running {
            runner.end_idle().await;
        }
    }
}

#[cfg(test)]
impl Plugin {
    /// A plugin with this manifest and no library: it declares, but cannot be called.
    pub(crate) fn declared(manifest: &str, id: &str) -> Self {
        Self {
            manifest: Manifest::parse(manifest, id).expect("a manifest"),
            tables: Tables::default(),
            queries: Arc::default(),
            statements: Statements::default(),
            database: None,
            owner: Owner::default(),
            origin: None,
            calls: Calls::default(),
            running: Running::Runner(Box::new(Runner::idle(
                PathBuf::new(),
                id,
                Processes { shared: false, most: 1, needs_landlock: true },
            ))),
        }
    }
}
