//! Counts of calls by plugin, version and what became of them. The insurer is in the log, never here:
//! 1,400 would be too many series.

use super::border::host::CallFault;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The counts. Cheap to clone.
#[derive(Clone, Default)]
pub struct Calls(Family<Call, Counter>);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    plugin: String,
    version: String,
    outcome: &'static str,
}

impl Calls {
    /// Adds `plugin_calls_total` to the program's metrics.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("plugin_calls", "Calls of plugins by outcome", self.0.clone());
    }

    /// Counts one.
    pub fn count<R>(&self, plugin: &str, version: &str, called: &Result<R, CallFault>) {
        let outcome = match called {
            Ok(_) => "answered",
            Err(CallFault::Slow) => "slow",
            Err(CallFault::Crashed) => "crashed",
            Err(CallFault::Failed(_)) => "failed",
            Err(CallFault::Quarantined) => "rests",
        };
        let (plugin, version) = (plugin.to_owned(), version.to_owned());
        self.0.get_or_create(&Call { plugin, version, outcome }).inc();
    }
}
