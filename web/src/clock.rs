//! The clock of a program: one place reads the time, and a test sets it.

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock in seconds since 1970 (UTC). Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Where a clock stands that does not run by itself.
    stands_at: Option<i64>,
    /// Seconds by which it was moved forward.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The clock of the operating system.
    pub fn system() -> Self {
        Self { stands_at: None, ahead: Arc::default() }
    }

    /// A clock that stands still, for tests.
    pub fn fixed_at(seconds: i64) -> Self {
        Self { stands_at: Some(seconds), ahead: Arc::default() }
    }

    /// Moves the clock and all its clones forward, for tests.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
        let base = self.stands_at.unwrap_or_else(|| Timestamp::now().as_second());
        base + self.ahead.load(Ordering::Relaxed)
    }
}

/// The day in Japan at a time in seconds since 1970, `YYYY-MM-DD`; empty beyond the year 9999.
pub fn today(now: i64) -> String {
    let japan = TimeZone::fixed(tz::offset(9));
    Timestamp::from_second(now).map(|at| at.to_zoned(japan).date().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Clock, today};

    #[test]
    fn a_test_moves_the_clock_and_all_its_clones() {
        let clock = Clock::fixed_at(1000);
        let same = clock.clone();
        clock.advance(60);
        assert_eq!((clock.now(), same.now()), (1060, 1060));
        let (system, other) = (Clock::system(), Clock::system());
        assert!(system.now() > 1_700_000_000);
        system.advance(1_000_000);
        assert!(system.now() > other.now() + 999_000, "another clock was not moved");
    }

    /// The day begins at 15:00 UTC.
    #[test]
    fn the_day_is_that_of_japan() {
        assert_eq!(today(0), "1970-01-01");
        assert_eq!(today(1_774_969_199), "2026-03-31");
        assert_eq!(today(1_774_969_200), "2026-04-01");
        assert_eq!(today(i64::MAX), "");
    }
}
