//! @id@: a page with a form, to begin with.

use sdk::{Call, CardReply, Done, Fault, Form, Page, PageReply, Writes, json};
use serde::{Deserialize, Serialize};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => list],
    cards: [count => count],
    actions: [add => add],
    checks: [],
}

/// The page: all that its template sees.
#[derive(Serialize, Deserialize)]
pub struct List {
    pub lines: Vec<Line>,
}

/// A row of `queries/list.sql`.
#[derive(Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    pub at: i64,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

fn lines(call: &Call) -> Result<Vec<Line>, Fault> {
    call.query("list", json!({}))
}

/// `/`
fn list(call: &Call) -> Result<PageReply, Fault> {
    List { lines: lines(call)? }.show()
}

/// The fields of the form.
#[derive(Deserialize)]
struct Added {
    text: String,
}

/// A new line: the host writes it when this has answered.
fn add(_: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Added { text } = form.read()?;
    writes.run("add", json!({"text": text}));
    Ok(Done::said("/", "@id@-added"))
}

/// A card on the home page.
fn count(call: &Call) -> Result<CardReply, Fault> {
    Ok(CardReply {
        title: "@id@-card-title".into(),
        value: Some(lines(call)?.len().to_string()),
        unit: Some("@id@-card-unit".into()),
        ..CardReply::default()
    })
}
