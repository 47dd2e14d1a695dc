//! What a page shows of a form: texts, values and faults in the member's language. The theme draws it.

use super::field::{Action, Field, FieldKind, MARK, STEP};
use super::read::Wrong;
use crate::plugins::data::blobs::Blob;
use crate::plugins::data::people::People;
use crate::plugins::upload::Media;
use handover::date;
use sdk::wire::FormState;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A form as a template sees it, `page.forms.ID`.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub act: String,
    /// Proves that this page was shown here; of use for this plugin's forms only.
    pub token: String,
    /// The same form sent twice is taken once.
    pub once: String,
    /// What was typed before has been kept.
    pub kept: Option<String>,
    /// Above the faults.
    pub summary_title: String,
    pub summary: Vec<Line>,
    pub fields: Vec<ShownField>,
    /// It has a field for files.
    pub has_files: bool,
    /// The same, by name, for forms that are laid out by hand.
    pub field: BTreeMap<String, ShownField>,
    pub submit: String,
    /// Where it stands, of a form in several steps.
    pub steps: Option<Steps>,
}

/// Where a form in several steps stands. In the last one all is looked over, and sent.
#[derive(Debug, Clone, Serialize)]
pub struct Steps {
    pub now: usize,
    pub of: usize,
    pub title: String,
    pub label: String,
    /// What the button that goes back says; none in the first step.
    pub back: Option<String>,
    /// What stands over the button that throws away what was kept, what becomes of it, and the button.
    pub discard: Option<String>,
    pub gone: String,
    pub away: String,
    /// That it is kept, and for how long.
    pub saved: String,
    /// All that was typed.
    pub review: Vec<Reviewed>,
}

/// What was typed in a step.
#[derive(Debug, Clone, Serialize)]
pub struct Reviewed {
    pub step: usize,
    pub title: String,
    /// Label and value.
    pub rows: Vec<(String, String)>,
    /// What the button says that leads to the step.
    pub change: String,
}

/// The forms of a page.
#[derive(Debug, Default)]
pub struct Forms {
    pub forms: BTreeMap<String, Shown>,
    /// One came back.
    pub failed: bool,
    /// There are some, which whoever looks may not send: the page has an empty list of forms.
    pub withheld: bool,
}

impl Forms {
    /// The page's data with its forms, when it has some.
    pub fn beside(&self, mut data: Value) -> Value {
        let none = self.forms.is_empty() && !self.withheld;
        if let (false, Value::Object(page)) = (none, &mut data) {
            let forms = serde_json::to_value(&self.forms).expect("texts are JSON");
            page.insert("forms".to_owned(), forms);
            page.insert("failed".to_owned(), Value::Bool(self.failed));
        }
        data
    }
}

/// A line of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The id of the field.
    pub field: String,
    pub label: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ShownField {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub label: String,
    pub hint: Option<String>,
    /// Says that it must be filled in.
    pub mark: Option<String>,
    pub value: String,
    pub error: Option<String>,
    pub max: i64,
    pub inputmode: Option<&'static str>,
    pub options: Vec<Offered>,
    /// Files that are there already.
    pub files: Vec<ShownFile>,
    /// How many may be.
    pub most: usize,
}

/// A file that came before, and stays unless it is ticked.
#[derive(Debug, Clone, Serialize)]
pub struct ShownFile {
    pub id: String,
    pub name: String,
    pub url: String,
    /// How long it is, in kilobytes.
    pub kb: i64,
    pub is_picture: bool,
    /// What the box says with which it is taken away.
    pub without: String,
}

/// Something that can be chosen.
#[derive(Debug, Clone, Serialize)]
pub struct Offered {
    pub value: String,
    pub label: String,
}

/// Texts of the request's language.
pub trait Texts {
    /// A message, which must be there.
    fn text(&self, key: &str, args: &[(&str, String)]) -> String;
    /// A message, if there is one.
    fn maybe(&self, key: &str) -> Option<String>;
    /// A day or month as people write it.
    fn when(&self, when: &str) -> String;
}

/// What is to be shown in a form.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// What was typed; otherwise what the page fills in.
    pub typed: Option<BTreeMap<String, String>>,
    /// By field; of the empty name above the form.
    pub faults: Vec<(String, String)>,
    /// The typed text was kept from before.
    pub kept: bool,
}

impl Filled {
    /// The step that is shown, of a form in several.
    fn step(&self, steps: usize) -> usize {
        let typed = self.typed.as_ref().and_then(|typed| typed.get(STEP)?.parse().ok());
        typed.unwrap_or(1).clamp(1, steps + 1)
    }
}

/// The ids of files that a form names: as it came back, or as the page fills it in.
pub fn files(action: &Action, state: Option<&FormState>, filled: &Filled) -> Vec<String> {
    let fields = action.field.iter().filter(|field| field.kind == FieldKind::File);
    let text = |field: &Field| match &filled.typed {
        Some(typed) => typed.get(&field.name).cloned(),
        None => Some(as_typed(state?.values.get(&field.name)?)),
    };
    let texts: Vec<String> = fields.filter_map(text).collect();
    texts.iter().flat_map(|text| text.split_whitespace()).take(20).map(str::to_owned).collect()
}

/// Makes the forms of a page.
pub struct Showing<'a> {
    pub plugin: &'a str,
    pub token: &'a str,
    pub once: &'a str,
    pub people: &'a People,
    /// The files that forms of the page name.
    pub files: &'a [Blob],
    /// Where the plugin's pages are.
    pub base: &'a str,
    pub texts: &'a dyn Texts,
}

impl Showing<'_> {
    /// The form of an action; `state` is what the plugin fills in.
    pub fn form(&self, action: &Action, state: Option<&FormState>, filled: &Filled) -> Shown {
        let (steps, fields) = self.steps(action, state, filled);
        let by_name = |name: &str| fields.iter().find(|field| field.name == *name);
        let lines = filled.faults.iter().map(|(name, text)| {
            let field = by_name(name);
            Line {
                field: field.map_or(String::new(), |field| field.id.clone()),
                label: field.map_or(String::new(), |field| field.label.clone()),
                text: text.clone(),
            }
        });
        let count = filled.faults.len().to_string();
        Shown {
            act: action.id.clone(),
            token: self.token.to_owned(),
            // A form in several steps is one from its beginning to its end, on whichever device.
            once: match filled.typed.as_ref().and_then(|typed| typed.get(MARK)) {
                Some(mark) if steps.is_some() => mark.clone(),
                _ => self.once.to_owned(),
            },
            kept: (filled.kept && steps.is_none()).then(|| {
                // A file is not typed: it may have to be chosen once more.
                let lost = |field: &ShownField| field.kind == "file" && field.files.is_empty();
                let key = if fields.iter().any(lost) { "form-kept-files" } else { "form-kept" };
                self.texts.text(key, &[])
            }),
            summary_title: self.texts.text("form-error-title", &[("count", count)]),
            summary: lines.collect(),
            field: fields.iter().map(|field| (field.name.clone(), field.clone())).collect(),
            has_files: action.field.iter().any(|field| field.kind == FieldKind::File),
            fields,
            submit: match &steps {
                Some(steps) if steps.now < steps.of => self.texts.text("form-next", &[]),
                _ => self.texts.text(&self.key(action, "submit"), &[]),
            },
            steps,
        }
    }

    /// Where the form stands, and the fields that are asked there. Where all is looked over none is, and all
    /// come along: what is sent is what was seen.
    fn steps(
        &self,
        action: &Action,
        state: Option<&FormState>,
        filled: &Filled,
    ) -> (Option<Steps>, Vec<ShownField>) {
        let one = |field| self.field(action, field, state, filled);
        let several = action.steps();
        if several == 1 {
            return (None, action.field.iter().map(one).collect());
        }
        let now = filled.step(several);
        let (all, text) = (several + 1, |key: &str| self.texts.text(key, &[]));
        let title = |step: usize| match step <= several {
            true => text(&self.key(action, &format!("step-{step}"))),
            false => text("form-review"),
        };
        let of_step = |step: usize| action.field.iter().filter(move |field| field.step == step);
        let days = (action.kept() / 86_400).to_string();
        let numbers = [("n", now.to_string()), ("of", all.to_string())];
        let reviewed = |step: usize| Reviewed {
            step,
            title: title(step),
            rows: of_step(step)
                .filter(|field| field.kind != FieldKind::Hidden)
                .map(|field| (field, one(field)))
                .map(|(field, shown)| (shown.label.clone(), self.said(field, &shown)))
                .collect(),
            change: self.texts.text("form-change", &[("step", title(step))]),
        };
        let steps = Steps {
            now,
            of: all,
            title: title(now),
            label: self.texts.text("form-step-of", &numbers),
            back: (now > 1).then(|| text("form-back")),
            discard: filled.typed.is_some().then(|| text("form-discard")),
            gone: text("form-discard-gone"),
            away: text("form-discard-away"),
            saved: self.texts.text("form-saved", &[("days", days)]),
            review: (1..=several).filter(|_| now > several).map(reviewed).collect(),
        };
        let fields = match now <= several {
            true => of_step(now).map(one).collect(),
            false => action
                .field
                .iter()
                .map(|field| {
                    let shown = one(field);
                    // What is not offered any more was not seen, and is not sent.
                    let gone = matches!(
                        field.kind,
                        FieldKind::Choice | FieldKind::Word | FieldKind::Person
                    ) && shown.options.iter().all(|option| option.value != shown.value);
                    let value = if gone { String::new() } else { shown.value.clone() };
                    ShownField { kind: "hidden", value, ..shown }
                })
                .collect(),
        };
        (Some(steps), fields)
    }

    /// What was typed, as people read it.
    fn said(&self, field: &Field, shown: &ShownField) -> String {
        let value = shown.value.as_str();
        let said = match field.kind {
            FieldKind::Word | FieldKind::Choice | FieldKind::Person => {
                let chosen = shown.options.iter().find(|option| option.value == value);
                chosen.map_or(String::new(), |option| option.label.clone())
            }
            FieldKind::Bool => {
                return self.texts.text(if value.is_empty() { "form-no" } else { "form-yes" }, &[]);
            }
            FieldKind::File => {
                let names: Vec<&str> = shown.files.iter().map(|file| file.name.as_str()).collect();
                names.join(" / ")
            }
            FieldKind::Day => {
                date::day(value).map_or(String::new(), |day| self.texts.when(&day.to_string()))
            }
            FieldKind::Month => {
                date::month(value).map_or(String::new(), |month| self.texts.when(&month))
            }
            _ => value.to_owned(),
        };
        if said.is_empty() { self.texts.text("form-nothing", &[]) } else { said }
    }

    fn key(&self, action: &Action, what: &str) -> String {
        format!("{}-{}-{what}", self.plugin, action.id)
    }

    fn field(
        &self,
        action: &Action,
        field: &Field,
        state: Option<&FormState>,
        filled: &Filled,
    ) -> ShownField {
        let key = self.key(action, &field.name);
        let given = state.and_then(|state| state.values.get(&field.name));
        let value = match &filled.typed {
            // Which row is meant the page says, not what was kept; but what was seen when a form in several
            // steps began is what it is about.
            Some(_) if filled.kept && field.kind == FieldKind::Hidden && action.steps() == 1 => {
                given.map_or(String::new(), as_typed)
            }
            Some(typed) => match typed.get(&field.name) {
                Some(text) => text.clone(),
                // A step that was not asked yet is as the page fills it in.
                None if action.steps() > 1 => given.map_or(String::new(), as_typed),
                None => String::new(),
            },
            None => given.map_or(String::new(), as_typed),
        };
        let fault = filled.faults.iter().find(|(name, _)| *name == field.name);
        let hidden = field.kind == FieldKind::Hidden;
        let asked = !field.optional && field.kind != FieldKind::Bool && !hidden;
        ShownField {
            id: format!("{}-{}", action.id, field.name),
            name: field.name.clone(),
            kind: drawn_as(field),
            label: if hidden { String::new() } else { self.texts.text(&key, &[]) },
            hint: self.texts.maybe(&format!("{key}-hint")).or_else(|| {
                let card = field.kind == FieldKind::Card;
                card.then(|| self.texts.text("form-card-hint", &[]))
            }),
            mark: asked.then(|| self.texts.text("form-required", &[])),
            error: fault.map(|(_, text)| text.clone()),
            max: if field.kind == FieldKind::Text { field.longest() } else { 200 },
            inputmode: match field.kind {
                FieldKind::Int | FieldKind::Yen => Some("numeric"),
                FieldKind::Decimal => Some("decimal"),
                _ => None,
            },
            options: self.options(&key, field, state),
            files: self.files(field, &value),
            most: field.most_files(),
            value,
        }
    }

    /// The files that a field names.
    fn files(&self, field: &Field, value: &str) -> Vec<ShownFile> {
        if field.kind != FieldKind::File {
            return Vec::new();
        }
        let known = |id: &str| self.files.iter().find(|blob| blob.id == id);
        let shown = |blob: &Blob| ShownFile {
            id: blob.id.clone(),
            name: blob.name.clone(),
            url: format!("{}/blob/{}", self.base, blob.id),
            kb: blob.bytes.div_euclid(1024) + 1,
            is_picture: blob.media != Media::Pdf,
            without: self.texts.text("form-file-without", &[]),
        };
        value.split_whitespace().filter_map(known).map(shown).collect()
    }

    fn options(&self, key: &str, field: &Field, state: Option<&FormState>) -> Vec<Offered> {
        let mut options: Vec<Offered> = match field.kind {
            FieldKind::Word => (field.words.iter())
                .map(|word| Offered {
                    value: word.clone(),
                    label: self.texts.text(&format!("{key}-{word}"), &[]),
                })
                .collect(),
            FieldKind::Person => (self.people.all().iter())
                .map(|seen| Offered { value: seen.id.clone(), label: seen.name.clone() })
                .collect(),
            FieldKind::Choice => {
                let choices = state.and_then(|state| state.choices.get(&field.name));
                let option = |choice: &sdk::Choice| Offered {
                    value: choice.value.clone(),
                    // A message of the plugin, or a text of its data.
                    label: self.texts.maybe(&choice.label).unwrap_or_else(|| choice.label.clone()),
                };
                choices.into_iter().flatten().map(option).collect()
            }
            _ => Vec::new(),
        };
        if field.optional && !options.is_empty() {
            let label = self.texts.text("form-none", &[]);
            options.insert(0, Offered { value: String::new(), label });
        }
        options
    }
}

/// A few that can be chosen are shown at once, many in a list.
fn drawn_as(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Text if field.lines => "lines",
        FieldKind::Text
        | FieldKind::Int
        | FieldKind::Yen
        | FieldKind::Decimal
        | FieldKind::Card => "text",
        FieldKind::Day => "date",
        FieldKind::Month => "month",
        FieldKind::Bool => "check",
        FieldKind::Word if field.words.len() > 6 => "list",
        FieldKind::Word | FieldKind::Person => "radios",
        FieldKind::Choice => "list",
        FieldKind::Hidden => "hidden",
        FieldKind::File => "file",
    }
}

/// A value as somebody would have typed it.
fn as_typed(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::String(text) => text.clone(),
        // The ids of files.
        Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// What is wrong with fields, in words.
pub fn in_words(wrong: Vec<(String, Wrong)>, texts: &dyn Texts) -> Vec<(String, String)> {
    let said = |(field, wrong): (String, Wrong)| {
        let (key, n) = wrong.message();
        let args: Vec<(&str, String)> = n.map(|n| ("n", n.to_string())).into_iter().collect();
        (field, texts.text(key, &args))
    };
    wrong.into_iter().map(said).collect()
}
