//! What staff see: how much is published, and nobody's payments.

use sdk::{Call, Fault, Page, PageReply, json};
use serde::{Deserialize, Serialize};

/// The months that are published, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Published {
    pub months: Vec<Month>,
}

/// A row of `queries/published.sql`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    pub people: i64,
    pub amount: i64,
}

impl Page for Published {
    const TEMPLATE: &'static str = "published.html";
    const SAMPLES: &'static str = include_str!("../samples/published.json");
}

/// `/`
pub fn published(call: &Call) -> Result<PageReply, Fault> {
    Published { months: call.query("published", json!({}))? }.show()
}
