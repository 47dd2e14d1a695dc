//! Mail domains that many people have, and how they are misspelt.

/// The domains whose neighbours nobody has; shorter ones have real neighbours.
const COMMON: [&str; 16] = [
    "gmail.com",
    "yahoo.co.jp",
    "icloud.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "softbank.ne.jp",
    "i.softbank.jp",
    "ymobile.ne.jp",
    "outlook.com",
    "outlook.jp",
    "hotmail.com",
    "hotmail.co.jp",
    "rakuten.jp",
    "nifty.com",
    "biglobe.ne.jp",
    "ocn.ne.jp",
];

/// Ends that are mixed up.
const CONFUSED: [(&str, &str); 6] = [
    ("gmail.co.jp", "gmail.com"),
    ("gmail.jp", "gmail.com"),
    ("icloud.co.jp", "icloud.com"),
    ("docomo.co.jp", "docomo.ne.jp"),
    ("ezweb.co.jp", "ezweb.ne.jp"),
    ("softbank.co.jp", "softbank.ne.jp"),
];

/// The domain that was probably meant, one slip away (a letter too many, too few, another, or two
/// in the wrong order). It may be wrong: the person is asked.
pub(super) fn similar(address: &str) -> Option<&'static str> {
    let domain = address.rsplit_once('@')?.1.to_ascii_lowercase();
    if COMMON.contains(&domain.as_str()) {
        return None;
    }
    let confused = CONFUSED.iter().find(|(wrong, _)| *wrong == domain).map(|(_, meant)| *meant);
    confused.or_else(|| {
        COMMON.into_iter().find(|known| strsim::damerau_levenshtein(known, &domain) == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn one_slip_is_asked_about_and_other_domains_are_not() {
        for (domain, meant) in [
            ("gmial.com", Some("gmail.com")),
            ("gmail.con", Some("gmail.com")),
            ("GMAI.COM", Some("gmail.com")),
            ("yahho.co.jp", Some("yahoo.co.jp")),
            ("docomo.co.jp", Some("docomo.ne.jp")),
            ("gmail.com", None),
            ("Gmail.com", None),
            ("outlook.jp", None),
            ("example.jp", None),
            ("au.com", None),
        ] {
            assert_eq!(similar(&format!("hanako@{domain}")), meant, "{domain}");
        }
    }
}
