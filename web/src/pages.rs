//! A page is a struct with a template's name and samples; the theme draws it.

use crate::assets::Assets;
use crate::messages::Messages;
use crate::themes::{self, Theme, ThemeError};
use fluent_bundle::FluentValue;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tera::{Context, Kwargs, State, Tera};

/// A page: its fields are all that its template sees as `page`.
pub trait Page: Serialize {
    /// `owner/name.html`.
    const TEMPLATE: &'static str;
    /// States in which a test and the theme preview draw the page.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// The templates and texts of a program or a plugin.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    pub id: String,
    /// (file name, text)
    pub templates: Vec<(String, String)>,
    /// language → Fluent text
    pub messages: HashMap<String, String>,
}

impl Owner {
    /// From folders that were embedded into the program.
    pub fn embedded(
        id: &str,
        templates: &include_dir::Dir<'_>,
        messages: &include_dir::Dir<'_>,
    ) -> Self {
        let text = |file: &include_dir::File<'_>| {
            let name = file.path().to_string_lossy().replace('\\', "/");
            Some((name, file.contents_utf8()?.to_owned()))
        };
        Self {
            id: id.to_owned(),
            templates: all_files(templates).into_iter().filter_map(text).collect(),
            messages: all_files(messages)
                .into_iter()
                .filter_map(text)
                .filter_map(|(name, text)| Some((name.strip_suffix(".ftl")?.to_owned(), text)))
                .collect(),
        }
    }

    /// From a plugin's folder with `templates/` and `messages/`.
    pub fn from_folder(id: &str, folder: &Path) -> Self {
        let read = |below: &str| -> Vec<(String, String)> {
            let Ok(entries) = std::fs::read_dir(folder.join(below)) else { return Vec::new() };
            entries
                .flatten()
                .filter_map(|entry| {
                    let text = std::fs::read_to_string(entry.path()).ok()?;
                    Some((entry.file_name().to_string_lossy().into_owned(), text))
                })
                .collect()
        };
        Self {
            id: id.to_owned(),
            templates: read("templates"),
            messages: read("messages")
                .into_iter()
                .filter_map(|(name, text)| Some((name.strip_suffix(".ftl")?.to_owned(), text)))
                .collect(),
        }
    }
}

fn all_files<'d>(dir: &'d include_dir::Dir<'d>) -> Vec<&'d include_dir::File<'d>> {
    let below = dir.dirs().flat_map(|dir| all_files(dir));
    dir.files().chain(below).collect()
}

/// Every theme with every owner's pages.
pub struct Pages {
    themes: HashMap<String, Theme>,
    pub assets: Assets,
}

impl Pages {
    /// Loads the themes below `folder`, all of them.
    ///
    /// # Errors
    /// [`ThemeError`] names the first theme that cannot be used and what to mend.
    pub fn load(folder: &Path, owners: &[Owner]) -> Result<Self, ThemeError> {
        let (pages, mut refused) = Self::load_usable(folder, owners)?;
        if refused.is_empty() { Ok(pages) } else { Err(refused.remove(0)) }
    }

    /// Loads the themes below `folder` that can be used, and says why the others cannot: one
    /// insurer's theme must not stop the others' pages.
    ///
    /// # Errors
    /// [`ThemeError`] when `base` or the pages of an owner cannot be used.
    pub fn load_usable(
        folder: &Path,
        owners: &[Owner],
    ) -> Result<(Self, Vec<ThemeError>), ThemeError> {
        let mut assets = Assets::default();
        let found = themes::load(folder, owners, &mut assets)?;
        Ok((Self { themes: found.themes, assets }, found.refused))
    }

    /// Whether there is a theme with this id.
    pub fn has_theme(&self, id: &str) -> bool {
        self.themes.contains_key(id)
    }

    /// A theme by id; base when it does not exist.
    pub fn theme(&self, id: &str) -> &Theme {
        self.themes.get(id).or_else(|| self.themes.get("base")).expect("base always exists")
    }

    /// All theme ids.
    pub fn theme_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.themes.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Draws a template of a theme in a language.
    ///
    /// # Errors
    /// When a variable is undefined or a message is missing.
    pub fn draw(
        &self,
        theme: &str,
        lang: &str,
        template: &str,
        site: &impl Serialize,
        page: &impl Serialize,
    ) -> Result<String, tera::Error> {
        let theme = self.theme(theme);
        let mut context = Context::new();
        context.insert("lang", lang);
        context.insert("site", site);
        context.insert("page", page);
        let _guard = Speaking::begin(theme.messages(lang).clone(), lang);
        theme.tera.render(template, &context)
    }
}

thread_local! {
    /// The texts of the page that this thread draws. Templates are drawn synchronously, and
    /// components see no variables of the page, so the language reaches `t` this way.
    static SPEAKING: RefCell<Option<(Arc<Messages>, bool)>> = const { RefCell::new(None) };
}

/// While it lives, this thread draws in one language.
struct Speaking;

impl Speaking {
    fn begin(messages: Arc<Messages>, lang: &str) -> Self {
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
pub(crate) fn register(tera: &mut Tera) {
    tera.register_function("t", translate);
    tera.register_filter("yen", |value: i64, _: Kwargs, _: &State| -> String { yen(value) });
    tera.register_filter("month", |value: &str, _: Kwargs, _: &State| -> String {
        month(value, english())
    });
    tera.register_filter("date", |value: &str, _: Kwargs, _: &State| -> String {
        date(value, english())
    });
    tera.register_filter("datetime", |value: i64, _: Kwargs, _: &State| -> String {
        datetime(value)
    });
    tera.register_filter("year", |value: i64, _: Kwargs, _: &State| -> String {
        if english() {
            value.to_string()
        } else {
            handover::date::wareki_year(i16::try_from(value).unwrap_or(0))
        }
    });
}

fn english() -> bool {
    SPEAKING.with(|slot| slot.borrow().as_ref().is_some_and(|(_, english)| *english))
}

fn translate(args: Kwargs, _: &State) -> tera::TeraResult<String> {
    let key: String = args.must_get("key")?;
    let given: Vec<(String, FluentValue<'_>)> = args
        .iter()
        .filter(|(name, _)| name.to_string() != "key")
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
        SPEAKING.with(|slot| slot.borrow().as_ref().and_then(|(m, _)| m.format_with(&key, given)));
    text.ok_or_else(|| tera::Error::message(format!("no message {key:?} with these arguments")))
}

/// `1234567` → `1,234,567`.
pub fn yen(value: i64) -> String {
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

/// `202503` → `令和7年(2025年)3月` or `March 2025`; anything else stays.
fn month(value: &str, english: bool) -> String {
    let parts = || {
        let year: i16 = value.get(..4)?.parse().ok()?;
        let month: usize = value.get(4..)?.parse().ok()?;
        let name = MONTHS.get(month.checked_sub(1)?)?;
        Some(if english {
            format!("{name} {year}")
        } else {
            format!("{}{month}月", handover::date::wareki_year(year))
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
pub(crate) fn when(text: &str, english: bool) -> String {
    if text.len() == 6 { month(text, english) } else { date(text, english) }
}

/// Seconds since 1970 → `2026/04/01 09:30` in Japan.
fn datetime(value: i64) -> String {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    jiff::Timestamp::from_second(value)
        .map(|at| at.to_zoned(japan).strftime("%Y/%m/%d %H:%M").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{date, datetime, month, yen};

    #[test]
    fn numbers_and_dates_as_people_read_them() {
        for (value, text) in [(0, "0"), (999, "999"), (1914, "1,914"), (-1_234_567, "-1,234,567")] {
            assert_eq!(yen(value), text);
        }
        assert_eq!(month("202503", false), "令和7年(2025年)3月");
        assert_eq!(month("202503", true), "March 2025");
        assert_eq!(month("garbage", false), "garbage");
        assert_eq!(date("2026-04-01", false), "2026年4月1日");
        assert_eq!(datetime(0), "1970/01/01 09:00");
    }
}
