//! The card of the home page: the newest month's own payment.

use crate::rows::Month;
use sdk::{Call, CardReply, Fault, grouped, json};

/// The card.
pub fn show(call: &Call) -> Result<CardReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let newest = months.first();
    Ok(CardReply {
        title: "medical-fees-card-title".into(),
        path: newest.map_or("/".into(), |m| format!("/month?month={}", m.month)),
        value: newest.map(|m| grouped(m.sums.own_paid)),
        unit: Some("medical-fees-unit".into()),
        text: newest.is_none().then(|| "medical-fees-card-none".into()),
        as_of: newest.map(|m| m.month.clone()),
        ..CardReply::default()
    })
}
