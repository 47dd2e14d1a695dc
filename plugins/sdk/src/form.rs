//! Forms: what a page fills in beforehand, what a member sent, and what is to be written then.

use crate::wire::{ActionReply, Choice, FieldFault, FormState, Must, Notify, Publish, Write};
use crate::{Call, Fault, PageReply};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a member sent, each field as its type in `plugin.toml` says: checked by the host before the
/// handler is asked.
#[derive(Debug, Clone, Default)]
pub struct Form(pub(crate) Value);

impl Form {
    /// The fields as a struct of yours. A field that was left empty is `null`.
    ///
    /// # Errors
    /// When the struct does not fit the fields of the manifest.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_value(self.0.clone()).map_err(|error| Fault::Plugin(error.to_string()))
    }
}

/// A file that a member sent: a field of type `file` is a list of these. The host keeps the bytes; a column
/// of type `blob` holds the id, and the file is kept as long as a row names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct File {
    pub id: String,
    pub name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    #[serde(rename = "type")]
    pub media: String,
    pub bytes: i64,
    pub pages: i64,
}

/// What becomes of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// All of [`Writes`] is written and the member goes on to a page of this plugin.
    See(See),
    /// Nothing is written; the form comes back with these beside its fields.
    Again(Vec<FieldFault>),
    /// Nothing is there any more.
    NotFound,
}

/// Where a member goes on, and what is said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct See {
    path: String,
    said: Option<String>,
}

impl Done {
    /// On to a page of this plugin: `/` or `/detail?id=7`.
    pub fn see(path: impl Into<String>) -> Self {
        Self::See(See { path: path.into(), said: None })
    }

    /// The same, with a message of the plugin's above the page: `example-saved`.
    pub fn said(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::See(See { path: path.into(), said: Some(message.into()) })
    }

    /// The form again, with a message beside one field.
    pub fn again(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Again(vec![FieldFault { field: field.into(), text: message.into() }])
    }
}

/// What is to be written, in this order, all of it or nothing. The host does it after the handler has
/// answered; whatever the handler read before may have changed by then, so say with [`Writes::must`]
/// what has to hold.
#[derive(Debug, Default)]
pub struct Writes {
    pub(crate) writes: Vec<Write>,
    pub(crate) notify: Vec<Notify>,
    pub(crate) publish: Vec<Publish>,
}

impl Writes {
    /// Runs a named statement (`statements/NAME.sql`), however many rows it changes.
    pub fn run(&mut self, statement: &str, params: Value) {
        let statement = statement.to_owned();
        self.writes.push(Write { statement, params, person: None, must: None });
    }

    /// Runs it, and when it does not change exactly one row nothing is written: the form comes back
    /// with `message` beside `field` (above the form, when `field` is empty).
    pub fn must(&mut self, statement: &str, params: Value, field: &str, message: &str) {
        let must = Must { rows: 1, field: field.to_owned(), text: message.to_owned() };
        let (statement, must) = (statement.to_owned(), Some(must));
        self.writes.push(Write { statement, params, person: None, must });
    }

    /// Runs it for one person, by the `person` of a query: for jobs, which have no member.
    pub fn run_of(&mut self, person: &str, statement: &str, params: Value) {
        let (statement, person) = (statement.to_owned(), Some(person.to_owned()));
        self.writes.push(Write { statement, params, person, must: None });
    }

    /// The same for a row of a person, and it has to hold: see [`Writes::must`].
    pub fn must_of(
        &mut self,
        person: &str,
        (statement, params): (&str, Value),
        field: &str,
        text: &str,
    ) {
        self.must(statement, params, field, text);
        if let Some(write) = self.writes.last_mut() {
            write.person = Some(person.to_owned());
        }
    }

    /// Says that something has happened: an event of the manifest. Other plugins hear of it when all this
    /// is written; `person` is of whom it is, empty for nobody.
    pub fn publish(&mut self, person: &str, event: &str, params: Value) {
        let (person, event) = (person.to_owned(), event.to_owned());
        self.publish.push(Publish { event, person, params });
    }

    /// Tells a person something, once for these `params`: a notification of the manifest, in their inbox.
    /// A form can tell the member alone (`person` is then the id of [`Call::persons`] that is theirs), a
    /// job whomever a query names.
    pub fn notify(&mut self, person: &str, notification: &str, params: Value) {
        let (person, notification) = (person.to_owned(), notification.to_owned());
        self.notify.push(Notify { person, notification, params });
    }
}

impl Done {
    pub(crate) fn reply(self, writes: Writes) -> ActionReply {
        match self {
            Done::See(See { path, said }) => {
                let Writes { writes, notify, publish } = writes;
                ActionReply::See { path, said, writes, notify, publish }
            }
            Done::Again(faults) => ActionReply::Again { faults },
            Done::NotFound => ActionReply::NotFound,
        }
    }
}

/// A handler of an action.
pub type ActionHandler = fn(&Call, &Form, &mut Writes) -> Result<Done, Fault>;

impl PageReply {
    /// Fills in a form of this page beforehand: `values` is a struct or map of field and value.
    ///
    /// # Errors
    /// When `values` cannot be written as JSON.
    pub fn filled(mut self, action: &str, values: impl Serialize) -> Result<Self, Fault> {
        let values = serde_json::to_value(values).map_err(|e| Fault::Plugin(e.to_string()))?;
        if let (Some(state), Value::Object(values)) = (self.state(action), values) {
            state.values = values;
        }
        Ok(self)
    }

    /// Gives a field of type `choice` what can be chosen.
    #[must_use]
    pub fn choices(mut self, action: &str, field: &str, choices: Vec<Choice>) -> Self {
        if let Some(state) = self.state(action) {
            state.choices.insert(field.to_owned(), choices);
        }
        self
    }

    fn state(&mut self, action: &str) -> Option<&mut FormState> {
        match self {
            PageReply::Show { forms, .. } => Some(forms.entry(action.to_owned()).or_default()),
            PageReply::Paper { .. }
            | PageReply::Sheet { .. }
            | PageReply::Xml { .. }
            | PageReply::Hits { .. }
            | PageReply::NotFound => None,
        }
    }
}
