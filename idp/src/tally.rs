//! Counts of what becomes of journeys, kept in memory for a minute and then written together: where
//! people give up, without anybody in it. The same as metrics, without the insurer.

use crate::ids::InsurerId;
use crate::store::journey_counts::{self, Counted};
use crate::user_agent;
use axum::http::HeaderMap;
use db::Db;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use web::clock::today;

/// Seconds within which a journey was done, for the middle of them; the last is open.
pub const WITHIN: [i64; 7] = [15, 30, 60, 120, 300, 900, i64::MAX];

/// The counts. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tally {
    counts: Arc<Mutex<HashMap<(InsurerId, Counted), i64>>>,
    answers: Family<Answer, Counter>,
}

/// What the metrics tell apart: `step` is empty for a whole journey.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answer {
    goal: String,
    step: String,
    what: String,
}

/// Which journey something happened in.
pub struct Where<'a> {
    pub insurer: &'a InsurerId,
    pub goal: String,
    pub version: i64,
    pub headers: &'a HeaderMap,
    pub now: i64,
}

impl Tally {
    /// Adds `journeys_total` to the program's metrics.
    pub fn register(&self, registry: &mut Registry) {
        let help = "What became of journeys and of the answers to their steps";
        registry.register("journeys", help, self.answers.clone());
    }

    /// Counts one.
    pub fn count(&self, place: Where<'_>, step: &str, what: &str) {
        let label = user_agent::label(place.headers);
        let phone = ["iPhone", "iPad", "Android"].iter().any(|system| label.contains(system));
        let counted = Counted {
            month: today(place.now).get(..7).unwrap_or_default().to_owned(),
            goal: place.goal,
            version: place.version,
            device: if phone { "phone" } else { "computer" },
            step: step.to_owned(),
            what: what.to_owned(),
        };
        let goal = counted.goal.split(':').next().unwrap_or_default().to_owned();
        let answer = Answer { goal, step: counted.step.clone(), what: counted.what.clone() };
        self.answers.get_or_create(&answer).inc();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((place.insurer.clone(), counted)).or_default() += 1;
    }

    /// Counts a journey that was done after so many seconds.
    pub fn done(&self, place: Where<'_>, seconds: i64) {
        let within = WITHIN.into_iter().find(|within| seconds <= *within).unwrap_or(i64::MAX);
        self.count(place, "", &format!("done-{within}"));
    }

    /// Writes what was counted since the last time.
    ///
    /// # Errors
    /// When the database does not answer: what was counted is counted again next time.
    pub async fn write(&self, db: &Db) -> Result<(), db::Error> {
        let counts =
            std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let written = async {
            let mut tx = db.begin().await?;
            for ((insurer, counted), many) in &counts {
                journey_counts::add(&mut tx, insurer, counted, *many).await?;
            }
            tx.commit().await
        };
        let written = written.await;
        if written.is_err() {
            let mut kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (counted, many) in counts {
                *kept.entry(counted).or_default() += many;
            }
        }
        written
    }
}
