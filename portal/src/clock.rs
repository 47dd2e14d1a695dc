//! What time it is: the only place that reads the clock.

/// Seconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Today in Japan, `YYYY-MM-DD`.
pub fn today() -> String {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    jiff::Timestamp::now().to_zoned(japan).date().to_string()
}
