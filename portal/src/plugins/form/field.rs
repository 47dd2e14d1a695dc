//! `[[action]]`: a form on one of the plugin's pages, its fields and the handler that takes it.

use crate::plugins::data::class::DataClass;
use crate::plugins::data::reach::{Declared, Writes};

use serde::Deserialize;
use std::collections::BTreeSet;

/// A form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub id: String,
    /// The page on which it stands.
    pub path: String,
    /// That page is one of staff.
    #[serde(default)]
    pub staff: bool,
    pub handler: String,
    pub data: DataClass,
    /// The queries that its handler may use; all that read when nothing is said.
    pub queries: Option<Vec<String>>,
    /// The statements that it may run; all of the member's rows when nothing is said.
    pub statements: Option<Vec<String>>,
    /// The member must have shown within minutes that it is them.
    #[serde(default)]
    pub again: bool,
    /// The insurer's own app can send it as JSON, too.
    #[serde(default)]
    pub json: bool,
    /// Of a form in several steps: for how many days it can be gone on with, 30 when nothing is said.
    pub keep_days: Option<u16>,
    /// In the order in which they are shown.
    #[serde(default)]
    pub field: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The step of the form in which it is asked, 1 when nothing is said.
    #[serde(default = "first")]
    pub step: usize,
    /// May be left empty; the handler gets `null`.
    #[serde(default)]
    pub optional: bool,
    /// Of a text: longest in characters, 200 when nothing is said. Of a number: the highest.
    pub max: Option<i64>,
    /// Of a number: the lowest, 0 when nothing is said.
    pub min: Option<i64>,
    /// Of a decimal: digits behind the point.
    pub places: Option<u8>,
    /// Of a text: with several lines.
    #[serde(default)]
    pub lines: bool,
    /// Of a word: every value that it can have.
    #[serde(default)]
    pub words: Vec<String>,
    /// Of a file: how many, 1 when nothing is said.
    pub most: Option<u8>,
}

/// What is typed into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    Text,
    Int,
    Yen,
    Decimal,
    Day,
    Month,
    /// A box that is ticked or not.
    Bool,
    /// One of the words of the manifest.
    Word,
    /// One of what the page offers; the handler checks what comes back.
    Choice,
    /// One of the people whose rows the member sees.
    Person,
    /// Of staff: a card, as symbol, number and branch; the handler gets whose it is.
    Card,
    /// Filled in by the page, and not shown: which row is meant.
    Hidden,
    /// Documents and pictures: the handler gets what they are, and writes their ids.
    File,
}

fn first() -> usize {
    1
}

/// The most steps of a form.
const STEPS: usize = 12;
/// How long a form in several steps can be gone on with when nothing is said, in days, and at most.
const KEPT: u16 = 30;
const LONGEST_KEPT: u16 = 90;

/// What the host's own fields are called.
pub const HOSTS: [&str; 3] = ["csrf", "act", "once"];
/// Which step it is, and where the button leads: no plugin's field has a point.
pub const STEP: &str = "form.step";
pub const GO: &str = "form.go";
/// The mark of a form in several steps, which it has from its beginning to its end.
pub const MARK: &str = "form.mark";

/// The longest that a text may be, in characters.
pub const LONGEST: i64 = 1_000;

impl Action {
    /// What the manifest says about its handler.
    pub fn declared(&self) -> Declared<'_> {
        Declared {
            handler: &self.handler,
            class: self.data,
            queries: self.queries.as_deref(),
            writes: match self.staff {
                true => Writes::Everybodys(self.statements.as_deref()),
                false => Writes::Own(self.statements.as_deref()),
            },
        }
    }

    /// How many steps it has, without the page on which all is looked over before it is sent.
    pub fn steps(&self) -> usize {
        self.field.iter().map(|field| field.step).max().unwrap_or(1)
    }

    /// How long a form in several steps is kept, in seconds.
    pub fn kept(&self) -> i64 {
        i64::from(self.keep_days.unwrap_or(KEPT)) * 86_400
    }

    /// The step of a field; that in which all is looked over for none of its fields.
    pub fn step_of(&self, name: &str) -> usize {
        let field = self.field.iter().find(|field| field.name == name);
        field.map_or(self.steps() + 1, |field| field.step)
    }

    fn check_steps(&self) -> Result<(), String> {
        let steps = self.steps();
        let asked = |step: usize| self.field.iter().any(|field| field.step == step);
        if steps > STEPS || self.field.iter().any(|field| field.step == 0) {
            return Err(format!("a step is 1 to {STEPS}"));
        }
        if let Some(empty) = (1..=steps).find(|step| steps > 1 && !asked(*step)) {
            return Err(format!("no field has step = {empty}: number the steps without a gap"));
        }
        if steps > 1 && self.staff {
            return Err("of staff: their forms have one step".into());
        }
        match self.keep_days {
            Some(_) if steps == 1 => Err("keep_days is for forms in several steps".into()),
            Some(days) if !(1..=LONGEST_KEPT).contains(&days) => {
                Err(format!("keep_days is 1 to {LONGEST_KEPT}"))
            }
            _ => Ok(()),
        }
    }

    /// Checks it beside the pages there are.
    ///
    /// # Errors
    /// What does not fit, and what to write.
    pub fn check(&self, paths: &BTreeSet<&str>) -> Result<(), String> {
        named(&self.id).map_err(|why| format!("id {why}"))?;
        if !paths.contains(self.path.as_str()) {
            let page = if self.staff { "[[staff]]" } else { "[[route]]" };
            return Err(format!("path {:?} is no {page}: a form stands on a page", self.path));
        }
        if self.staff && (self.queries.is_none() || self.statements.is_none()) {
            return Err("of staff: name its queries and statements (queries = [], …)".into());
        }
        if self.staff && self.json {
            return Err("of staff: the insurer's app is for members; remove json".into());
        }
        if self.staff && self.again {
            return Err("of staff: their sessions are short; remove again".into());
        }
        self.check_steps()?;
        let mut names = BTreeSet::new();
        for field in &self.field {
            let at = |why: String| format!("field {}: {why}", field.name);
            named(&field.name).map_err(|why| at(format!("name {why}")))?;
            if HOSTS.contains(&field.name.as_str()) {
                return Err(at("the host has a field of this name; take another".into()));
            }
            if !names.insert(&field.name) {
                return Err(at("stands twice".into()));
            }
            if self.staff && field.kind == FieldKind::Person {
                return Err(at("staff choose among rows: take hidden or choice".into()));
            }
            if !self.staff && field.kind == FieldKind::Card {
                return Err(at("members choose among those whom they see: take person".into()));
            }
            field.check().map_err(at)?;
        }
        Ok(())
    }
}

impl Field {
    fn check(&self) -> Result<(), String> {
        let kind = self.kind;
        let is = |kinds: &[FieldKind]| kinds.contains(&kind);
        if is(&[FieldKind::Word]) == self.words.is_empty() {
            return Err("a word lists its values: words = [\"…\"], and nothing else does".into());
        }
        if is(&[FieldKind::Decimal]) != self.places.is_some_and(|n| (1..=6).contains(&n)) {
            return Err("a decimal has places = 1 to 6, and nothing else has".into());
        }
        let number = is(&[FieldKind::Int, FieldKind::Yen]);
        if self.max.is_some() && !number && kind != FieldKind::Text {
            return Err("max is for text, int and yen".into());
        }
        if kind == FieldKind::Text && !(1..=LONGEST).contains(&self.longest()) {
            return Err(format!("a text has 1 to {LONGEST} characters"));
        }
        if self.min.is_some() && !number {
            return Err("min is for int and yen".into());
        }
        if self.lines && kind != FieldKind::Text {
            return Err("lines is for text".into());
        }
        if self.most.is_some_and(|most| !is(&[FieldKind::File]) || !(1..=10).contains(&most)) {
            return Err("most is for file, 1 to 10".into());
        }
        if kind == FieldKind::Bool && self.optional {
            return Err("a bool is true or false: remove optional".into());
        }
        for word in &self.words {
            named(word).map_err(|why| format!("word {word:?} {why}"))?;
        }
        Ok(())
    }

    /// The most files.
    pub fn most_files(&self) -> usize {
        usize::from(self.most.unwrap_or(1))
    }

    /// The most characters of a text.
    pub fn longest(&self) -> i64 {
        self.max.unwrap_or(200)
    }
}

/// Whether a form of these has a field for files.
pub fn takes_files<'a>(actions: impl IntoIterator<Item = &'a Action>) -> bool {
    let mut fields = actions.into_iter().flat_map(|action| &action.field);
    fields.any(|field| field.kind == FieldKind::File)
}

/// Names stand in messages' ids and in HTML.
fn named(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    match name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain) {
        true if name.len() <= 40 => Ok(()),
        _ => Err("uses a-z, 0-9, - and _, beginning with a letter, 40 characters at most".into()),
    }
}
