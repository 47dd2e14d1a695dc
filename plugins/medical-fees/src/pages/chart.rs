//! The months as a picture that leads to each of them (F127, F135).

use crate::rows::{Sums, named, number};
use sdk::{Call, Chart, ChartKind, Point, Series, Tone};

/// A part of what care cost: its message, its colour, its amount.
type Part = (&'static str, Option<Tone>, fn(&Sums) -> i64);

/// The twelve months up to one, `YYYYMM`; none when it is no month.
fn twelve(last: &str) -> Vec<String> {
    let Some(last) = number(last) else { return Vec::new() };
    (last - 11..=last).map(named).collect()
}

/// What the member paid in the twelve months up to one; none when only one of them has care.
pub fn own(call: &Call, last: &str, months: &[(&str, Sums)]) -> Option<Chart> {
    let parts: [Part; 1] = [("medical-fees-own-paid", Some(Tone::Own), |sums| sums.own_paid)];
    chart(call, ChartKind::Bars, last, months, &parts)
}

/// Who paid what, in the months of a year.
pub fn shares(call: &Call, year: &str, months: &[(&str, Sums)]) -> Option<Chart> {
    let parts: [Part; 4] = [
        ("medical-fees-own-paid", Some(Tone::Own), |sums| sums.own_paid),
        ("medical-fees-insurer-paid", Some(Tone::Insurer), |sums| sums.insurer_paid),
        ("medical-fees-public-paid", Some(Tone::Public), |sums| sums.public_paid),
        ("medical-fees-other-paid", None, |sums| sums.other_paid),
    ];
    chart(call, ChartKind::Stacked, &format!("{year}12"), months, &parts)
}

fn chart(
    call: &Call,
    kind: ChartKind,
    last: &str,
    months: &[(&str, Sums)],
    parts: &[Part],
) -> Option<Chart> {
    let shown = twelve(last);
    let of =
        |month: &String| months.iter().find(|(known, _)| known == month).map(|(_, sums)| *sums);
    if shown.iter().filter_map(of).count() < 2 {
        return None;
    }
    let point = |month: &String| {
        let point = Point::at(month.as_str());
        match of(month) {
            Some(_) => point.link(format!("{}/month?month={month}", call.base)),
            None => point,
        }
    };
    let series = |(name, tone, part): &Part| Series {
        name: (*name).to_owned(),
        tone: *tone,
        values: shown.iter().map(|month| of(month).map_or(0, |sums| part(&sums))).collect(),
    };
    // What nobody paid anything of is no part of the picture.
    let paid = |series: &Series| series.values.iter().any(|value| *value != 0);
    let series: Vec<Series> = parts.iter().map(series).filter(paid).collect();
    let unit = "medical-fees-unit".to_owned();
    (!series.is_empty()).then(|| Chart {
        kind,
        unit,
        series,
        points: shown.iter().map(point).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::twelve;

    #[test]
    fn twelve_months_end_with_the_last() {
        let months = twelve("202503");
        assert_eq!(
            (months.len(), months[0].as_str(), months[11].as_str()),
            (12, "202404", "202503")
        );
        assert!(twelve("").is_empty() && twelve("x").is_empty());
    }
}
