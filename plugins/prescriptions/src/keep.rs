//! What a dependant keeps from the household: the medicines of a facility. The host leaves them out of whatever
//! another member of the household is shown (`hidden_by` in `tables.toml`).

use sdk::{Call, Choice, Done, Fault, Form, Page, PageReply, Writes, json};
use serde::{Deserialize, Serialize};

/// What stands before a facility's name in a choice: that of medicines without one would be empty, and none.
const MARK: &str = "=";

/// What is kept, and the form.
#[derive(Serialize, Deserialize)]
pub struct Keep {
    pub base: String,
    /// Facilities that the household does not see; an empty name for medicines without one.
    pub hidden: Vec<String>,
    /// Whether there is something to keep.
    pub any: bool,
}

impl Page for Keep {
    const TEMPLATE: &'static str = "keep.html";
    const SAMPLES: &'static str = include_str!("../samples/keep.json");
}

fn names(call: &Call, query: &str) -> Result<Vec<String>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        facility: String,
    }
    let rows: Vec<Row> = call.query_own(query, json!({}))?;
    Ok(rows.into_iter().map(|row| row.facility).collect())
}

/// Where the member's medicines come from, and what is hidden though there is nothing of it any more.
fn facilities(call: &Call) -> Result<Vec<String>, Fault> {
    let mut known = names(call, "facilities")?;
    known.extend(names(call, "hidden")?);
    known.sort();
    known.dedup();
    Ok(known)
}

/// `/keep`: nothing for whose rows nobody else sees.
pub fn page(call: &Call) -> Result<PageReply, Fault> {
    if !call.actor.shown {
        return Ok(PageReply::NotFound);
    }
    let known = facilities(call)?;
    let choice = |name: &String| match name.as_str() {
        "" => Choice { value: MARK.into(), label: "prescriptions-keep-nameless".into() },
        name => Choice { value: format!("{MARK}{name}"), label: name.into() },
    };
    let choices = known.iter().map(choice).collect();
    let page =
        Keep { base: call.base.clone(), hidden: names(call, "hidden")?, any: !known.is_empty() };
    Ok(page.show()?.choices("keep", "facility", choices))
}

/// The fields of `keep`.
#[derive(Deserialize)]
struct Chosen {
    facility: String,
    how: String,
}

/// What the household sees of a facility's medicines from now on.
pub fn take(call: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Chosen { facility, how } = form.read()?;
    let facility = facility.strip_prefix(MARK).unwrap_or_default().to_owned();
    if !call.actor.shown || !facilities(call)?.contains(&facility) {
        return Ok(Done::NotFound);
    }
    writes.run(if how == "hide" { "hide" } else { "show" }, json!({"facility": facility}));
    Ok(Done::said("/keep", "prescriptions-keep-said"))
}
