//! The time of the process, and the day in Japan.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. Cheap to clone; clones share what a test moved.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Seconds that a test moved it forward.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Seconds since 1970. The only place of the server that reads the clock.
    pub fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second() + self.ahead.load(Ordering::Relaxed)
    }

    /// Moves it forward, for tests in the process.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// The day in Japan at a time, `YYYY-MM-DD`.
pub fn today(now: i64) -> String {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    jiff::Timestamp::from_second(now)
        .map(|at| at.to_zoned(japan).date().to_string())
        .unwrap_or_default()
}
