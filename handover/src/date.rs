//! Dates and months as insurers write them: Western, wareki and coded eras.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

/// Era names and letters, the digit of the coded form, the first year.
/// Source: `requirements/domain.md` §14 (era codes 1 明治 … 5 令和).
const ERAS: [(&str, char, char, i16); 5] = [
    ("明治", 'M', '1', 1868),
    ("大正", 'T', '2', 1912),
    ("昭和", 'S', '3', 1926),
    ("平成", 'H', '4', 1989),
    ("令和", 'R', '5', 2019),
];

/// The month on whose last day each era had begun.
const FIRST_MONTHS: [i8; 5] = [1, 7, 12, 1, 5];

/// Days from one day to another, both `YYYY-MM-DD`; 0 when one of them is none.
pub fn days_since(from: &str, to: &str) -> i64 {
    let day = |text: &str| text.parse::<Date>().ok();
    let days = |(from, to): (Date, Date)| from.until(to).ok().map(|span| span.get_days());
    i64::from(day(from).zip(day(to)).and_then(days).unwrap_or(0))
}

/// A day in any of `19790822`, `1979/08/22`, `S54.08.22`, `昭和54年8月22日`, `3540822`.
pub fn day(text: &str) -> Option<Date> {
    let text = folded(text);
    if let Some((year, rest)) = coded(&text, 7) {
        return date(year, &rest[..2], &rest[2..]);
    }
    if text.len() == 8 && digits(&text) {
        return date(text[..4].parse().ok()?, &text[4..6], &text[6..]);
    }
    let parts = parts(&text);
    let [head, month, day] = parts.as_slice() else { return None };
    date(year(head)?, month, day)
}

/// A month in any of `202503`, `2025/03`, `R7.03`, `令和7年3月`, `50703`; returned as `YYYYMM`.
pub fn month(text: &str) -> Option<String> {
    let text = folded(text);
    let (year, month) = if let Some((year, rest)) = coded(&text, 5) {
        (year, rest.to_owned())
    } else if text.len() == 6 && digits(&text) {
        (text[..4].parse().ok()?, text[4..].to_owned())
    } else {
        let parts = parts(&text);
        let [head, month] = parts.as_slice() else { return None };
        (year(head)?, month.clone())
    };
    let first = date(year, &month, "1")?;
    Some(format!("{:04}{:02}", first.year(), first.month()))
}

/// A year as a person types it: `1979`, `S54`, `昭和54`, `昭和元`.
pub fn year(text: &str) -> Option<i16> {
    let text = folded(text);
    let text = text.trim_end_matches('年');
    if text.len() == 4 && digits(text) {
        return text.parse().ok();
    }
    ERAS.iter().find_map(|(name, letter, _, first)| {
        let rest = text.strip_prefix(name).or_else(|| text.strip_prefix(*letter))?;
        let of_era: i16 =
            if rest == "元" { 1 } else { rest.trim_start_matches('.').parse().ok()? };
        (1..=99).contains(&of_era).then(|| first + of_era - 1)
    })
}

/// `令和7年（2025年）` for a year, counted in the era of its last day.
pub fn wareki_year(year: i16) -> String {
    in_era(year, 12)
}

/// `令和7年（2025年）3月` for a month, counted in the era of its last day: 平成31年 ends in April.
pub fn wareki_month(year: i16, month: i8) -> String {
    format!("{}{month}月", in_era(year, month))
}

/// From when an era's years would say nothing to anybody; then only the Western year is told.
const FAR_YEAR: i16 = 2050;

fn in_era(year: i16, month: i8) -> String {
    let begun = |first: i16, first_month: i8| (first, first_month) <= (year, month);
    let era = ERAS.iter().zip(FIRST_MONTHS).rev().find(|(era, from)| begun(era.3, *from));
    let Some(((name, _, _, first), _)) = era.filter(|_| year < FAR_YEAR) else {
        return format!("{year}年");
    };
    match year - first + 1 {
        1 => format!("{name}元年（{year}年）"),
        n => format!("{name}{n}年（{year}年）"),
    }
}

fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// `3540822` or `50703`: era digit, two digits of the year, the rest.
fn coded(text: &str, length: usize) -> Option<(i16, &str)> {
    if text.len() != length || !digits(text) {
        return None;
    }
    let era = text.chars().next()?;
    let first = ERAS.iter().find(|(_, _, code, _)| *code == era)?.3;
    let of_era: i16 = text[1..3].parse().ok()?;
    (of_era >= 1).then(|| (first + of_era - 1, &text[3..]))
}

fn parts(text: &str) -> Vec<String> {
    // A letter era may be followed by a point (`S.54.8.22`): that point does not separate.
    let text = match text.char_indices().nth(1) {
        Some((at, '.')) if text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("{}{}", &text[..at], &text[at + 1..])
        }
        _ => text.to_owned(),
    };
    text.split(['/', '-', '.', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn date(year: i16, month: &str, day: &str) -> Option<Date> {
    let small = |text: &str| (text.len() <= 2 && digits(text)).then(|| text.parse().ok())?;
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    (1868..=2200).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::{day, month, wareki_month, wareki_year, year};

    #[test]
    fn a_day_in_every_style() {
        for text in [
            "19790822",
            "1979/08/22",
            "1979-8-22",
            "S54.08.22",
            "s54.8.22",
            "S.54.8.22",
            "昭和54年8月22日",
            "昭和５４年８月２２日",
            "3540822",
            "Ｓ５４．０８．２２",
        ] {
            assert_eq!(day(text).map(|d| d.to_string()).as_deref(), Some("1979-08-22"), "{text}");
        }
        assert_eq!(day("R1.5.1").unwrap().to_string(), "2019-05-01");
        assert_eq!(day("令和元年5月1日").unwrap().to_string(), "2019-05-01");
        for bad in
            ["", "0", "19790832", "1979/13/01", "S54", "昭和54年", "9540822", "abc", "3000101"]
        {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_between_days() {
        assert_eq!(super::days_since("2026-11-29", "2026-11-29"), 0);
        assert_eq!(super::days_since("2026-01-31", "2026-03-01"), 29);
        assert_eq!(super::days_since("2024-02-28", "2025-02-28"), 366);
        assert_eq!(super::days_since("x", "2025-02-28"), 0);
    }

    #[test]
    fn a_month_in_every_style() {
        for text in ["202503", "2025/03", "2025-3", "R7.03", "令和7年3月", "50703", "R7.3"] {
            assert_eq!(month(text).as_deref(), Some("202503"), "{text}");
        }
        for bad in ["", "202513", "2025", "R7", "令和7年13月", "x"] {
            assert_eq!(month(bad), None, "{bad}");
        }
    }

    #[test]
    fn years_as_people_type_them() {
        for (text, expected) in
            [("1979", 1979), ("S54", 1979), ("昭和54", 1979), ("昭和54年", 1979), ("令和元", 2019)]
        {
            assert_eq!(year(text), Some(expected), "{text}");
        }
        assert_eq!(year("54"), None);
        assert_eq!(wareki_year(2025), "令和7年（2025年）");
        assert_eq!(wareki_year(2019), "令和元年（2019年）");
        for (year, month, expected) in [
            (2019, 3, "平成31年（2019年）3月"),
            (2019, 4, "平成31年（2019年）4月"),
            (2019, 5, "令和元年（2019年）5月"),
            (1989, 1, "平成元年（1989年）1月"),
            (1988, 12, "昭和63年（1988年）12月"),
            (1926, 11, "大正15年（1926年）11月"),
            (1926, 12, "昭和元年（1926年）12月"),
            (2099, 1, "2099年1月"),
        ] {
            assert_eq!(wareki_month(year, month), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}") {
            let _ = (day(&text), month(&text), year(&text));
        }
    }
}
