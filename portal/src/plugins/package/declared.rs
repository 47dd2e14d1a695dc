//! `[[job]]`, `[[notification]]`, `[[export]]`, `[[uses]]`, `[[event]]` and `[[listens]]`: what a plugin does
//! by itself, what it tells members, and what plugins ask and tell each other.

use crate::plugins::data::class::DataClass;
use crate::plugins::data::reach::{Declared, Writes};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Work that is done at its times, for each insurer that has the plugin on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    pub id: String,
    pub handler: String,
    pub data: DataClass,
    pub queries: Option<Vec<String>>,
    pub statements: Option<Vec<String>>,
    pub every: Every,
    /// The hour in Japan, `09:00`, of a day's or month's; within the quarter of an hour after it.
    #[serde(default = "morning")]
    pub at: String,
    /// The day of a month's, 1 to 28.
    #[serde(default = "first")]
    pub day: i8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    Hour,
    Day,
    Month,
}

fn morning() -> String {
    "06:00".to_owned()
}

fn first() -> i8 {
    1
}

impl Job {
    /// What the manifest says about its handler.
    pub fn declared(&self) -> Declared<'_> {
        Declared {
            handler: &self.handler,
            class: self.data,
            queries: self.queries.as_deref(),
            writes: Writes::Everybodys(self.statements.as_deref()),
        }
    }

    /// The hour and minute in Japan.
    pub fn time(&self) -> Option<(i8, i8)> {
        let (hour, minute) = self.at.split_once(':')?;
        let two = |text: &str| (text.len() == 2).then(|| text.parse::<i8>().ok()).flatten();
        let (hour, minute) = (two(hour)?, two(minute)?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
    }

    /// # Errors
    /// What does not fit, and what to write.
    pub fn check(&self) -> Result<(), String> {
        if self.time().is_none() {
            return Err(format!("at = {:?}: write the hour in Japan, \"09:00\"", self.at));
        }
        match (1..=28).contains(&self.day) {
            true => Ok(()),
            false => Err("day: every month has the days 1 to 28".to_owned()),
        }
    }
}

/// Something that members can be told. Its texts name months and days and nothing else: what is said of
/// a person stands on the page to which it leads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    pub id: String,
    /// What it says by being told: never below the data of the form or job that tells it.
    pub data: DataClass,
    /// The page to which it leads: `/?month=$month`.
    pub path: String,
    #[serde(default)]
    pub params: BTreeMap<String, Told>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    Day,
    Month,
}

/// The texts for these params, when they are what is declared.
pub fn told(declared: &BTreeMap<String, Told>, params: &Value) -> Option<BTreeMap<String, String>> {
    use crate::plugins::data::sql::check::{is_day, is_month};
    let empty = Map::new();
    let given = match params {
        Value::Object(given) => given,
        Value::Null => &empty,
        _ => return None,
    };
    if given.len() != declared.len() {
        return None;
    }
    let one = |(name, kind): (&String, &Told)| {
        let text = given.get(name)?.as_str()?;
        let is = match kind {
            Told::Day => is_day(text),
            Told::Month => is_month(text),
        };
        is.then(|| (name.clone(), text.to_owned()))
    };
    declared.iter().map(one).collect()
}

impl Notification {
    /// # Errors
    /// What does not fit, and what to write.
    pub fn check(&self, paths: &BTreeSet<&str>) -> Result<(), String> {
        let (bare, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        if !paths.contains(bare) {
            return Err(format!("path {bare:?} is no [[route]]"));
        }
        let clean = |c: char| c.is_ascii_alphanumeric() || "=&$_-".contains(c);
        if !query.chars().all(clean) {
            return Err("path: a parameter is written name=$param".to_owned());
        }
        for used in query.split('$').skip(1) {
            let name = used.split(['&', '=']).next().unwrap_or_default();
            if !self.params.contains_key(name) {
                return Err(format!("path: ${name} is not in [notification.params]"));
            }
        }
        Ok(())
    }

    /// The page to which it leads.
    pub fn leads_to(&self, params: &BTreeMap<String, String>) -> String {
        let mut path = self.path.clone();
        // The longest first: one name can begin another.
        let mut names: Vec<&String> = params.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        for name in names {
            path = path.replace(&format!("${name}"), &params[name]);
        }
        path
    }
}

/// Something that this plugin says when it has happened. It names months and days and nothing else: who
/// wants to know more asks a query that this plugin exports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub id: String,
    /// What is said by it: never below the data of the form or job that says it.
    pub data: DataClass,
    #[serde(default)]
    pub params: BTreeMap<String, Told>,
}

/// An event of another plugin that this one wants to hear of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listens {
    pub plugin: String,
    pub event: String,
    pub handler: String,
    /// Not below that of the event: what is above is not heard.
    pub data: DataClass,
    pub queries: Option<Vec<String>>,
    pub statements: Option<Vec<String>>,
}

impl Listens {
    /// What the manifest says about its handler.
    pub fn declared(&self) -> Declared<'_> {
        Declared {
            handler: &self.handler,
            class: self.data,
            queries: self.queries.as_deref(),
            writes: Writes::Everybodys(self.statements.as_deref()),
        }
    }

    /// What it is called among the jobs: they do its work.
    pub fn job(&self) -> String {
        job_of(&self.plugin, &self.event)
    }
}

/// What listening to an event is called among the jobs.
pub fn job_of(plugin: &str, event: &str) -> String {
    format!("on {plugin} {event}")
}

/// A query of its own that other plugins may ask: what it gives stays as it is while its name does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    pub query: String,
}

/// A query of another plugin that this one asks, where the insurer has that one on, too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uses {
    pub plugin: String,
    pub query: String,
}

#[cfg(test)]
mod tests {
    use super::{Notification, told};
    use serde_json::json;

    #[test]
    fn a_notification_names_months_and_days_and_nothing_else() {
        let text =
            "id = \"x\"\ndata = \"none\"\npath = \"/?month=$month\"\nparams.month = \"month\"\n";
        let notification: Notification = toml::from_str(text).unwrap();
        assert_eq!(notification.check(&["/"].into()), Ok(()));
        assert!(notification.check(&["/other"].into()).is_err());
        let texts = told(&notification.params, &json!({"month": "202604"})).unwrap();
        assert_eq!(notification.leads_to(&texts), "/?month=202604");
        for bad in [
            json!({"month": "7,200円"}),
            json!({"month": 202604}),
            json!({}),
            json!({"month": "202604", "name": "港"}),
            json!(["202604"]),
        ] {
            assert_eq!(told(&notification.params, &bad), None, "{bad}");
        }
        let wrong = text.replace("$month", "$moon");
        let wrong: Notification = toml::from_str(&wrong).unwrap();
        assert!(wrong.check(&["/"].into()).unwrap_err().contains("$moon"));
    }
}
