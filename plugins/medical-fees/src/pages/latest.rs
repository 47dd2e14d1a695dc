//! The card of the home page: the newest month's own payment.

use crate::rows::Month;
use sdk::{Call, CardReply, Fault, json};

/// The card.
pub fn show(call: &Call) -> Result<CardReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let newest = months.first();
    Ok(CardReply {
        title: "medical-fees-card-title".into(),
        path: newest.map_or("/".into(), |m| format!("/month?month={}", m.month)),
        value: newest.map(|m| separated(m.sums.own_paid)),
        unit: Some("medical-fees-unit".into()),
        text: newest.is_none().then(|| "medical-fees-card-none".into()),
        as_of: newest.map(|m| m.month.clone()),
        ..CardReply::default()
    })
}

/// `1914` → `1,914`
fn separated(yen: i64) -> String {
    let digits = yen.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or(""))
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::separated;

    #[test]
    fn yen_in_groups_of_three() {
        assert_eq!(separated(1914), "1,914");
        assert_eq!(separated(0), "0");
        assert_eq!(separated(1_234_567), "1,234,567");
    }
}
