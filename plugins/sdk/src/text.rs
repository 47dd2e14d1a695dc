//! What pages and addresses write again and again.

/// `1914` → `1,914`
///
/// ```
/// assert_eq!(sdk::grouped(-1_234_567), "-1,234,567");
/// assert_eq!(sdk::grouped(914), "914");
/// ```
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether a text is a month `YYYYMM`.
pub fn is_month(text: &str) -> bool {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        && matches!(
            &text[4..],
            "01" | "02" | "03" | "04" | "05" | "06" | "07" | "08" | "09" | "10" | "11" | "12"
        )
}

/// Whether a text is a year `YYYY`.
pub fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{is_month, is_year};

    #[test]
    fn months_and_years() {
        assert!(is_month("202603") && is_month("202612") && is_year("2026"));
        for no in [
            "", "2026", "202600", "202613", "2026-3", "20260３", "x02603", "+02603", "2026+2",
            "ああ",
        ] {
            assert!(!is_month(no), "{no}");
        }
        for no in ["", "202", "20260", "２0", "+026"] {
            assert!(!is_year(no), "{no}");
        }
    }
}
