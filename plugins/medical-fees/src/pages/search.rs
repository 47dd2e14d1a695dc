//! What the portal's search finds here: where somebody was.

use sdk::{Call, Fault, Hit, PageReply, json};
use serde::Deserialize;

/// A row of `queries/search.sql`.
#[derive(Deserialize)]
struct Found {
    month: String,
    person: String,
    facility: Option<String>,
}

/// `/search?q=…`
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let found: Vec<Found> = call.query("search", json!({"word": call.param("q")}))?;
    let hit = |one: Found| {
        let who = call.person_name(&one.person).map(str::to_owned);
        Some(Hit {
            title: one.facility?,
            text: who.filter(|_| call.actor.household),
            path: format!("/month?month={}", one.month),
            at: Some(one.month),
        })
    };
    Ok(PageReply::Hits { hits: found.into_iter().filter_map(hit).collect() })
}
