//! The clock of a program: one place reads the time, and a test sets it.

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A clock in seconds since 1970 (UTC). Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    runs: Runs,
    /// Seconds by which it was moved forward.
    ahead: Arc<AtomicI64>,
}

#[derive(Debug, Clone)]
enum Runs {
    /// Stands still.
    At(i64),
    WithTheSystem,
}

/// The latest time that was told in this process, and when. All clocks go on from there.
static LATEST: Mutex<Option<(i64, Instant)>> = Mutex::new(None);

impl Clock {
    /// The clock of the operating system. When that is set back, this one goes on at its pace, so
    /// that sessions become no longer and nothing was issued later than now; when it is set
    /// forward, this one follows.
    pub fn system() -> Self {
        Self { runs: Runs::WithTheSystem, ahead: Arc::default() }
    }

    /// A clock that stands still, for tests.
    pub fn fixed_at(seconds: i64) -> Self {
        Self { runs: Runs::At(seconds), ahead: Arc::default() }
    }

    /// Moves the clock and all its clones forward, for tests.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        let base = match self.runs {
            Runs::At(seconds) => seconds,
            Runs::WithTheSystem => {
                let mut latest = LATEST.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let (wall, instant) = (wall(), Instant::now());
                let now = match *latest {
                    Some((told, at)) => never_back(told, instant.duration_since(at), wall),
                    None => wall,
                };
                // Only whole seconds that were told, so that parts of one are not lost.
                if latest.is_none_or(|(told, _)| now > told) {
                    *latest = Some((now, instant));
                }
                now
            }
        };
        base + self.ahead.load(Ordering::Relaxed)
    }
}

/// The system's clock, unless less time has passed on it than really has.
fn never_back(told: i64, passed: Duration, wall: i64) -> i64 {
    wall.max(told + i64::try_from(passed.as_secs()).unwrap_or(0))
}

fn wall() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    Timestamp::now().as_second()
}

/// The day in Japan at a time in seconds since 1970, `YYYY-MM-DD`; empty beyond the year 9999.
pub fn today(now: i64) -> String {
    let japan = TimeZone::fixed(tz::offset(9));
    Timestamp::from_second(now).map(|at| at.to_zoned(japan).date().to_string()).unwrap_or_default()
}

/// The moment in Japan, `2026-11-30T09:30:00+09:00` (RFC 3339); empty beyond the year 9999.
pub fn instant(at: i64) -> String {
    let japan = TimeZone::fixed(tz::offset(9));
    let told = Timestamp::from_second(at).map(|at| at.to_zoned(japan));
    told.map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Clock, instant, never_back, today};
    use std::time::Duration;

    /// Held-out 10.
    #[test]
    fn a_clock_that_is_set_back_goes_on() {
        let hour = Duration::from_secs(3600);
        assert_eq!(never_back(10_000, hour, 13_600), 13_600);
        assert_eq!(never_back(10_000, hour, 5_000), 13_600, "set back by hours");
        assert_eq!(never_back(10_000, hour, 20_000), 20_000, "set forward");
    }

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

    #[test]
    fn a_moment_is_told_as_clocks_in_japan_show_it() {
        assert_eq!(instant(1_790_000_000), "2026-09-21T23:13:20+09:00");
    }
}
