//! Numbers as insurers and members write them.

use unicode_normalization::UnicodeNormalization;

/// A number in ASCII: thousands separators and ¥ dropped, full-width digits and ▲ understood.
pub fn plain(text: &str) -> String {
    let kept = text.nfkc().filter(|c| *c != ',' && *c != '¥');
    // As corrections are printed in Japan.
    let minus = |c| if matches!(c, '▲' | '△' | '−') { '-' } else { c };
    kept.map(minus).collect::<String>().trim().to_owned()
}

/// A whole number.
pub fn whole(text: &str) -> Option<i64> {
    plain(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn numbers_are_read_as_they_are_written_in_japan() {
        for (text, number) in [
            ("1200", Some(1200)),
            ("１，２００", Some(1200)),
            ("¥1,200", Some(1200)),
            ("▲300", Some(-300)),
            ("−3", Some(-3)),
            ("12.5", None),
            ("", None),
            ("百", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
