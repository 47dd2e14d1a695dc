//! Price times amount in whole yen: digits all the way, no binary fraction.

/// Digits, and how many of them stand behind the point: `18.60` is 1860 and 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// What a query gives for a column of type `decimal`.
    fn read(text: &str) -> Option<Self> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{behind}").parse().ok()?;
        Some(Self { digits, places: u32::try_from(behind.len()).ok()? })
    }
}

/// What somebody pays of `price` yen for `amount` units who pays `percent` of it (F142): yen, halves up.
/// `None` when one of them is no number.
pub fn paid(price: &str, amount: &str, percent: i64) -> Option<i64> {
    let (price, amount) = (Decimal::read(price)?, Decimal::read(amount)?);
    let above = price.digits.checked_mul(amount.digits)?.checked_mul(i128::from(percent))?;
    let below = 10_i128.checked_pow(price.places.checked_add(amount.places)?)?.checked_mul(100)?;
    // A correction is rounded as what it takes back was.
    let rounded = (above.abs().checked_mul(2)?.checked_add(below)?) / below.checked_mul(2)?;
    i64::try_from(rounded * above.signum()).ok()
}

/// Without the zeros that say nothing: `18.60` → `18.6`, `126.000` → `126`.
pub fn trimmed(decimal: &str) -> String {
    match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => decimal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{paid, trimmed};

    /// F142, F143: the vectors of the seed, as a query writes them.
    #[test]
    fn the_vectors_hold_to_the_yen() {
        for (price, amount, yen) in [
            ("14.70", "5.000", 22),
            ("10.20", "15.000", 46),
            ("18.60", "126.000", 703),
            ("17.40", "126.000", 658),
            ("5.60", "126.000", 212),
            ("9.60", "126.000", 363),
            ("-18.60", "126.000", -703),
            // A half goes up, and what is just below it does not: 0.3 × 5 = 1.5; 0.3 × 4.99 = 1.497.
            ("5.00", "1.000", 2),
            ("4.99", "1.000", 1),
        ] {
            assert_eq!(paid(price, amount, 30), Some(yen), "{price} × {amount}");
        }
        // Who pays a fifth, or nothing.
        assert_eq!(paid("18.60", "126.000", 20), Some(469));
        assert_eq!(paid("18.60", "126.000", 0), Some(0));
        for (price, amount) in [("", "1"), ("x", "1"), ("1", "1e3"), ("9".repeat(40).as_str(), "1")]
        {
            assert_eq!(paid(price, amount, 30), None, "{price} × {amount}");
        }
    }

    #[test]
    fn zeros_that_say_nothing_go() {
        assert_eq!(
            ["18.60", "126.000", "0.500", "100"].map(trimmed),
            ["18.6", "126", "0.5", "100"]
        );
    }
}
