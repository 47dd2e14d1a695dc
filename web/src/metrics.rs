//! Prometheus metrics: requests by route and status, and how long they took.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::Arc;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// The counters of one process. The insurer is never a label: 1,400 would be too many series.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram>,
}

impl Metrics {
    /// Makes the counters under a prefix such as `idp`; `own` registers what only one program counts.
    pub fn new(prefix: &str, own: impl FnOnce(&mut Registry)) -> Self {
        let mut registry = Registry::with_prefix(prefix);
        own(&mut registry);
        let requests = Family::<Request, Counter>::default();
        let buckets = || Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]);
        let seconds = Family::<Route, Histogram>::new_with_constructor(buckets);
        registry.register("requests", "Answered requests", requests.clone());
        registry.register("request_seconds", "Time to answer", seconds.clone());
        Self { registry: Arc::new(registry), requests, seconds }
    }

    pub(crate) fn answered(&self, route: &str, status: u16, seconds: f64) {
        let route = route.to_owned();
        self.requests.get_or_create(&Request { route: route.clone(), status }).inc();
        self.seconds.get_or_create(&Route { route }).observe(seconds);
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut out = String::new();
        encode(&mut out, &self.registry).expect("writing to a String cannot fail");
        out
    }
}
