//! The eight digits that name an insurer (保険者番号) and their check digit.

/// Whether `number` has eight digits of which the last is the right check digit. Six-digit
/// numbers are padded with zeros first. The digits are weighted 2,1,2,… from the right, digit
/// sums of the products are added (the Luhn algorithm).
pub fn is_valid(number: &str) -> bool {
    let padded = format!("{number:0>8}");
    if number.len() < 6 || padded.len() != 8 || !padded.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = padded
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let product = u32::from(digit - b'0') * if at % 2 == 1 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_worked_examples_hold() {
        for good in ["33120015", "06139463", "06139497", "263129"] {
            assert!(super::is_valid(good), "{good}");
        }
        for bad in ["9802345", "06139464", "0613946", "", "0613946a", "006139463"] {
            assert!(!super::is_valid(bad), "{bad}");
        }
    }
}
