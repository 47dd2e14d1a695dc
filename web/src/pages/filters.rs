//! The functions and filters of templates: texts and the forms of numbers and dates.

use crate::messages::Messages;
use fluent_bundle::FluentValue;
use secret::hash;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tera::{Kwargs, State, Tera};

thread_local! {
    /// The texts of the page that this thread draws. Templates are drawn synchronously, and
    /// components see no variables of the page, so the language reaches `t` this way.
    static SPEAKING: RefCell<Option<(Arc<Messages>, bool)>> = const { RefCell::new(None) };
}

thread_local! {
    /// Who the people are whose ids the page's data has.
    static NAMES: RefCell<Option<Arc<BTreeMap<String, Called>>>> = const { RefCell::new(None) };
    /// What the reader has opened before.
    static SEEN: RefCell<Option<Arc<Opened>>> = const { RefCell::new(None) };
}

/// What somebody is called, and their card: symbol, number and branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub name: String,
    pub card: Option<[String; 3]>,
}

/// What a member has opened of a plugin's, by marks that nobody can read without the key.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    pub key: Vec<u8>,
    pub marks: BTreeSet<String>,
}

impl Opened {
    /// What is kept of an item.
    pub fn mark(&self, item: &str) -> String {
        hash::base64url(hash::hmac(&self.key, item.as_bytes()))
    }

    /// Whether it was opened before.
    pub fn has(&self, item: &str) -> bool {
        !self.marks.is_empty() && self.marks.contains(&self.mark(item))
    }
}

/// While it lives, this thread knows who these people are, and what the reader has opened.
pub struct Naming;

impl Naming {
    /// From now on.
    pub fn begin(called: Arc<BTreeMap<String, Called>>, seen: Arc<Opened>) -> Self {
        NAMES.with(|slot| *slot.borrow_mut() = Some(called));
        SEEN.with(|slot| *slot.borrow_mut() = Some(seen));
        Self
    }
}

impl Drop for Naming {
    fn drop(&mut self) {
        NAMES.with(|slot| *slot.borrow_mut() = None);
        SEEN.with(|slot| *slot.borrow_mut() = None);
    }
}

/// While it lives, this thread draws in one language.
pub struct Speaking;

impl Speaking {
    /// From now on this thread draws with these texts.
    pub fn begin(messages: Arc<Messages>, lang: &str) -> Self {
        SPEAKING.with(|slot| *slot.borrow_mut() = Some((messages, lang == "en")));
        Self
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        SPEAKING.with(|slot| *slot.borrow_mut() = None);
    }
}

/// The functions and filters of templates: texts and the forms of numbers and dates.
pub fn register(tera: &mut Tera) {
    tera.register_function("t", translate);
    tera.register_filter("yen", |value: i64, _: Kwargs, _: &State| -> String { yen(value) });
    tera.register_filter("month", |value: &str, _: Kwargs, _: &State| -> String {
        month(value, english())
    });
    tera.register_filter("date", |value: &str, _: Kwargs, _: &State| -> String {
        date(value, english())
    });
    tera.register_filter("datetime", |value: i64, _: Kwargs, _: &State| -> String {
        datetime(value, english())
    });
    tera.register_filter("person", |id: &str, _: Kwargs, _: &State| -> tera::TeraResult<String> {
        known(id).map_or_else(|| said("person-unknown"), |called| Ok(called.name))
    });
    tera.register_filter("unseen", |item: &str, _: Kwargs, _: &State| -> bool {
        !SEEN.with(|slot| slot.borrow().as_ref().is_some_and(|seen| seen.has(item)))
    });
    tera.register_filter("card", |id: &str, _: Kwargs, _: &State| -> String {
        known(id).and_then(|called| called.card).map_or_else(String::new, |card| card.join(" "))
    });
    tera.register_filter("musubi_chart", super::chart::filter);
    tera.register_filter("year", |value: i64, _: Kwargs, _: &State| -> String {
        year(value, english())
    });
}

/// Who has an id of the page's data, as far as it is known.
fn known(id: &str) -> Option<Called> {
    NAMES.with(|slot| slot.borrow().as_ref()?.get(id).cloned())
}

/// A year as people count it.
pub(crate) fn year(value: i64, english: bool) -> String {
    match english {
        true => value.to_string(),
        false => handover::date::wareki_year(i16::try_from(value).unwrap_or(0)),
    }
}

fn english() -> bool {
    SPEAKING.with(|slot| slot.borrow().as_ref().is_some_and(|(_, english)| *english))
}

/// A message without arguments, in the language of this thread.
pub(super) fn said(key: &str) -> tera::TeraResult<String> {
    let text = SPEAKING
        .with(|slot| slot.borrow().as_ref().and_then(|(m, _)| m.format_with(key, Vec::new())));
    text.ok_or_else(|| tera::Error::message(format!("no message {key:?}")))
}

/// A month or a day in the language of this thread, whichever it is; anything else stays.
pub(super) fn when_spoken(text: &str) -> String {
    when(text, english())
}

/// The same in one word, for an axis: `4月`, `Apr`, `4/1`.
pub(super) fn short(text: &str) -> String {
    let month =
        |digits: &str| digits.parse::<usize>().ok().filter(|month| (1..=12).contains(month));
    match (text.len(), text.get(..4).and_then(|year| year.parse::<u16>().ok())) {
        (6, Some(_)) => match text.get(4..).and_then(month) {
            Some(n) if english() => MONTHS[n - 1][..3].to_owned(),
            Some(n) => format!("{n}月"),
            None => text.to_owned(),
        },
        (10, Some(_)) => match text.parse::<jiff::civil::Date>() {
            Ok(day) => format!("{}/{}", day.month(), day.day()),
            Err(_) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

fn translate(args: Kwargs, _: &State) -> tera::TeraResult<String> {
    let key: &str = args.must_get("key")?;
    let given: Vec<(String, FluentValue<'_>)> = args
        .iter()
        .filter(|(name, _)| name.as_str() != Some("key"))
        .map(|(name, value)| {
            // Only a number is a number: an incident `12E45` or a card `007` stays a text.
            let value = match value.as_i64() {
                Some(number) => FluentValue::from(number),
                None => FluentValue::from(value.to_string()),
            };
            (name.to_string(), value)
        })
        .collect();
    let text =
        SPEAKING.with(|slot| slot.borrow().as_ref().and_then(|(m, _)| m.format_with(key, given)));
    text.ok_or_else(|| tera::Error::message(format!("no message {key:?} with these arguments")))
}

/// `1234567` → `1,234,567`.
pub(crate) fn yen(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `202503` → `令和7年（2025年）3月` or `March 2025`; anything else stays.
fn month(value: &str, english: bool) -> String {
    let parts = || {
        let year: i16 = value.get(..4)?.parse().ok()?;
        let month: usize = value.get(4..)?.parse().ok()?;
        let name = MONTHS.get(month.checked_sub(1)?)?;
        Some(if english {
            format!("{name} {year}")
        } else {
            handover::date::wareki_month(year, i8::try_from(month).ok()?)
        })
    };
    parts().unwrap_or_else(|| value.to_owned())
}

/// `2026-04-01` → `2026年4月1日` or `1 April 2026`; anything else stays.
fn date(value: &str, english: bool) -> String {
    let Ok(day) = value.parse::<jiff::civil::Date>() else { return value.to_owned() };
    if english {
        let name = MONTHS[usize::try_from(day.month() - 1).unwrap_or(0)];
        return format!("{} {name} {}", day.day(), day.year());
    }
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A month or a day, whichever it is.
pub fn when(text: &str, english: bool) -> String {
    if text.len() == 6 { month(text, english) } else { date(text, english) }
}

/// Seconds since 1970 → `2026年4月1日（水）9時30分` or `1 April 2026, 9:30` in Japan.
pub fn datetime(value: i64, english: bool) -> String {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    let Ok(at) = jiff::Timestamp::from_second(value).map(|at| at.to_zoned(japan)) else {
        return String::new();
    };
    let day = date(&at.date().to_string(), english);
    if english {
        return format!("{day}, {}:{:02}", at.hour(), at.minute());
    }
    let weekday = usize::try_from(at.weekday().to_sunday_zero_offset()).unwrap_or(0);
    let weekday = ["日", "月", "火", "水", "木", "金", "土"][weekday];
    format!("{day}（{weekday}）{}時{:02}分", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::{date, datetime, month, yen};

    #[test]
    fn numbers_and_dates_as_people_read_them() {
        for (value, text) in [(0, "0"), (999, "999"), (1914, "1,914"), (-1_234_567, "-1,234,567")] {
            assert_eq!(yen(value), text);
        }
        assert_eq!(month("202503", false), "令和7年（2025年）3月");
        assert_eq!(month("201904", false), "平成31年（2019年）4月");
        assert_eq!(month("202503", true), "March 2025");
        assert_eq!(month("garbage", false), "garbage");
        assert_eq!(date("2026-04-01", false), "2026年4月1日");
        assert_eq!(datetime(1_774_992_600, false), "2026年4月1日（水）6時30分");
        assert_eq!(datetime(0, true), "1 January 1970, 9:00");
    }
}
