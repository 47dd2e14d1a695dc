//! What a plugin answers, as JSON: one type per op, written by the SDK and read by the host.
//!
//! With status `MUSUBI_OK` the reply to an op has the op's shape and nothing else will do: the
//! host makes a fault of it (a notice with an incident number) and repeats no value of it in its
//! log. Members that are not named here are ignored, so that later versions can add some. With
//! any other status the reply is an [`ErrorReply`].

use crate::chart::Chart;
use crate::paper::{Document, Sheet};
use crate::xml::Element;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The reply to `MUSUBI_PAGE`.
///
/// ```json
/// {"show": {"template": "list.html", "data": {"checkups": []}}}
/// {"paper": {"name": "2026-04", "document": {"title": {"t": "checkups-title"}, "blocks": [
///     {"paragraph": "港　花子"}, {"figures": [[{"t": "checkups-total"}, {"yen": 1200}]]}]}}}
/// "not_found"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageReply {
    /// One of the plugin's templates and what it sees as `page`. Never HTML.
    Show {
        template: String,
        data: Value,
        /// What forms of the page are filled in with, by action.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        forms: BTreeMap<String, FormState>,
        /// What the member has opened with this page, as the plugin calls it: on all their devices it is
        /// seen from then on. For a route with `seen = true`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened: Option<String>,
    },
    /// A document, on a route that answers with `pdf`. `name` is what its file is called.
    Paper { name: String, document: Document },
    /// A table for spreadsheets, on a route that answers with `csv`.
    Sheet { name: String, sheet: Sheet },
    /// A file of elements, on a route that answers with `xml`.
    Xml { name: String, root: Element },
    /// What was found of `call.param("q")`, on a route that answers with `hits`: the plugin's part of the
    /// portal's search. At most twenty.
    Hits { hits: Vec<Hit> },
    /// Nothing is there for this address.
    NotFound,
}

/// Something that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// A message, or a text of the data.
    pub title: String,
    /// A sentence of it.
    #[serde(default)]
    pub text: Option<String>,
    /// The page of this plugin on which it is.
    #[serde(default)]
    pub path: String,
    /// A month `YYYYMM` or day `YYYY-MM-DD` that it is of.
    #[serde(default)]
    pub at: Option<String>,
}

/// What a form of a page shows before anybody typed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FormState {
    /// By field; of the field's type.
    #[serde(default)]
    pub values: Map<String, Value>,
    /// What can be chosen in a field of type `choice`.
    #[serde(default)]
    pub choices: BTreeMap<String, Vec<Choice>>,
}

/// Something that can be chosen. `label` is a message, or a text of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// The reply to `MUSUBI_ACTION`: what becomes of a form.
///
/// ```json
/// {"see": {"path": "/", "said": "example-saved", "writes": [
///     {"statement": "add", "params": {"steps": 7000},
///      "must": {"rows": 1, "field": "day", "text": "example-day-taken"}}]}}
/// {"again": {"faults": [{"field": "day", "text": "example-day-future"}]}}
/// "not_found"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionReply {
    /// All is written, and the member goes on to `path`, a page of this plugin, where the message
    /// `said` stands above.
    See {
        path: String,
        #[serde(default)]
        said: Option<String>,
        #[serde(default)]
        writes: Vec<Write>,
        #[serde(default)]
        notify: Vec<Notify>,
        #[serde(default)]
        publish: Vec<Publish>,
    },
    /// Nothing is written and the form comes back.
    Again { faults: Vec<FieldFault> },
    /// Nothing is there for this form any more.
    NotFound,
}

/// A named statement that is to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    pub statement: String,
    #[serde(default)]
    pub params: Value,
    /// Whose rows: for jobs; a member's form writes the member's.
    #[serde(default)]
    pub person: Option<String>,
    /// What has to come of it, or nothing is written.
    #[serde(default)]
    pub must: Option<Must>,
}

/// Something that a person is told: a notification of the manifest. The same with the same `params` is
/// told once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notify {
    /// The `person` of a query.
    pub person: String,
    pub notification: String,
    #[serde(default)]
    pub params: Value,
}

/// Something that has happened: an event of the manifest, for plugins that listen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publish {
    pub event: String,
    /// Of whom; empty for nobody.
    #[serde(default)]
    pub person: String,
    #[serde(default)]
    pub params: Value,
}

/// The reply to `MUSUBI_JOB`: what a step of a job writes, and whether there is more to do.
///
/// ```json
/// {"more": "p17", "writes": [{"statement": "sum", "person": "p16", "params": {}}], "notify": []}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JobReply {
    /// What the next step is asked with.
    pub more: Option<String>,
    #[serde(default)]
    pub writes: Vec<Write>,
    #[serde(default)]
    pub notify: Vec<Notify>,
    #[serde(default)]
    pub publish: Vec<Publish>,
}

/// How many rows a statement has to change, and what the form says when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Must {
    pub rows: u64,
    /// Empty: above the form.
    #[serde(default)]
    pub field: String,
    /// Message.
    pub text: String,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// Empty: above the form.
    #[serde(default)]
    pub field: String,
    /// Message.
    pub text: String,
}

/// The reply to `MUSUBI_CARD`: data that the host draws on the home page. Only `title` is needed; with an
/// empty one there is no card, and its tasks alone are shown.
///
/// ```json
/// {"title": "checkups-card-title", "path": "/", "value": "3", "unit": "checkups-unit",
///  "text": null, "as_of": "2026-04-01", "new": 2,
///  "tasks": [{"title": "checkups-task", "params": {"place": "港"}, "path": "/book", "due": "2026-04-30"}]}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardReply {
    /// Message of the title.
    pub title: String,
    /// A page of this plugin: `/month?month=202603`. Empty: its first page.
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub value: Option<String>,
    /// Message of the unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// Message of a sentence.
    #[serde(default)]
    pub text: Option<String>,
    /// A month `YYYYMM` or day `YYYY-MM-DD` that the value is of.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Figures below the value, at most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<CardFigure>,
    /// A picture below them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<CardChart>,
    /// Ways to more than the card's own page, at most six.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<CardLink>,
    /// How many things are new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u32>,
    /// What can be opened, as pages call it: what the member has not is counted as new, in the place of `new`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// What the member has to do. At most ten; those of all plugins stand together, by their days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
}

/// A number of a card with its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFigure {
    /// Message; `$at` in it is `at`.
    pub label: String,
    /// A year `YYYY`, month `YYYYMM` or day `YYYY-MM-DD`, which the message names as people read it.
    #[serde(default)]
    pub at: Option<String>,
    pub value: String,
    /// Message of the unit.
    pub unit: String,
}

/// A chart of a card, and the message that says what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChart {
    pub label: String,
    pub chart: Chart,
}

/// A way from a card to a page of the plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLink {
    /// Message; `$at` in it is `at`.
    pub label: String,
    /// As in [`CardFigure`].
    #[serde(default)]
    pub at: Option<String>,
    pub path: String,
}

/// Something that the member has to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Message.
    pub title: String,
    /// What its message names: texts, months `YYYYMM`, days `YYYY-MM-DD`.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// The page of this plugin on which it is done.
    #[serde(default)]
    pub path: String,
    /// The last day, `YYYY-MM-DD`.
    #[serde(default)]
    pub due: Option<String>,
}

/// The reply to `MUSUBI_CHECK`: what is wrong with the rows; an empty list when nothing is.
///
/// ```json
/// {"problems": [{"line": 7, "column": "total", "code": "sum"}]}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReply {
    pub problems: Vec<Problem>,
}

/// A fault of one imported row, by our column name. Never put the value into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub line: u64,
    pub column: String,
    /// `sum`, `not-a-number`, … as the host knows them, or a sentence of the plugin's own.
    pub code: String,
    /// The file is imported nevertheless; the operator is told.
    #[serde(default)]
    pub warning: bool,
}

/// The reply with any status but `MUSUBI_OK`: the reason, for the log.
///
/// ```json
/// {"error": "no handler list"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReply {
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::{ActionReply, CardReply, CheckReply, PageReply};
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn is<T: DeserializeOwned>(value: &Value) -> bool {
        serde_json::from_value::<T>(value.clone()).is_ok()
    }

    #[test]
    fn each_reply_has_one_shape() {
        let page = json!({"show": {"template": "list.html", "data": {}}, });
        let card = json!({"title": "fees-card", "new": 1});
        let check = json!({"problems": []});
        assert!(is::<PageReply>(&page) && is::<PageReply>(&json!("not_found")));
        assert!(is::<CardReply>(&card) && is::<CheckReply>(&check));
        for bad in [json!(null), json!({}), json!("gone"), json!({"show": {"template": "x"}})] {
            assert!(!is::<PageReply>(&bad), "{bad}");
        }
        let see = json!({"see": {"path": "/", "writes": [{"statement": "add"}]}});
        let again = json!({"again": {"faults": [{"text": "x-wrong"}]}});
        assert!(is::<ActionReply>(&see) && is::<ActionReply>(&again));
        for bad in [json!({"see": {}}), json!({"again": {}}), json!("again"), json!(null)] {
            assert!(!is::<ActionReply>(&bad), "{bad}");
        }
        for bad in [json!({}), json!({"title": 1}), json!({"title": "x", "value": 5})] {
            assert!(!is::<CardReply>(&bad), "{bad}");
        }
        for bad in [json!({}), json!({"problems": null}), json!({"problems": [{"line": 2}]})] {
            assert!(!is::<CheckReply>(&bad), "{bad}");
        }
    }
}
