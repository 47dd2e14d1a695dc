//! Japanese names in the form in which two spellings of one name are equal.

use unicode_normalization::UnicodeNormalization;

/// The form in which kana names are compared: full-width katakana, small kana made large,
/// voiced pairs that rosters mix made one (ヂ→ジ, ヅ→ズ, ヴ→ブ), long marks made one, spaces
/// and middle dots dropped. Returns `None` when something else than kana is left.
pub fn match_form(name: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = name.nfkc().map(to_katakana).peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '・' | '·' | '\t' => {}
            '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | 'ー' | '－' => out.push('ー'),
            'ヂ' => out.push('ジ'),
            'ヅ' => out.push('ズ'),
            'ヴ' => {
                // ヴァ→バ, ヴィ→ビ, ヴ→ブ: rosters know only the ba row.
                let next = chars.peek().copied();
                let (row, vowel) = match next {
                    Some('ァ') => ('バ', true),
                    Some('ィ') => ('ビ', true),
                    Some('ェ') => ('ベ', true),
                    Some('ォ') => ('ボ', true),
                    _ => ('ブ', false),
                };
                if vowel {
                    chars.next();
                }
                out.push(row);
            }
            'ァ'..='ヺ' => out.push(large(c)),
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The form that is shown: full-width katakana with single spaces, as the roster has it.
pub fn shown(name: &str) -> String {
    let wide: String = name.nfkc().map(to_katakana).collect();
    wide.split_whitespace().collect::<Vec<_>>().join("　")
}

fn to_katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    }
}

fn large(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{match_form, shown};

    /// F256: full-width katakana, with or without a space.
    #[test]
    fn spellings_of_one_name_are_equal() {
        for (a, b) in [
            ("ﾐﾅﾄ ﾊﾅｺ", "ミナト　ハナコ"),
            ("みなと はなこ", "ミナトハナコ"),
            ("ｼﾖｳﾀ", "ショウタ"),
            ("シヨウタ", "しょうた"),
            ("ヴァイオラ", "バイオラ"),
            ("ｺｰﾄﾞ", "コ－ド"),
            ("チヂワ", "チジワ"),
            ("アン・マリー", "アンマリー"),
            ("ｶﾞｳﾞ", "ガブ"),
        ] {
            assert_eq!(match_form(a), match_form(b), "{a} {b}");
            assert!(match_form(a).is_some());
        }
        assert_ne!(match_form("ハナコ"), match_form("バナコ"));
    }

    #[test]
    fn what_is_not_kana_is_none() {
        for bad in ["", "  ", "港 花子", "Hanako", "ハナコ1", "<b>"] {
            assert_eq!(match_form(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_are_shown_in_full_width() {
        assert_eq!(shown("ﾐﾅﾄ ﾊﾅｺ"), "ミナト　ハナコ");
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_is_stable(name in ".{0,40}") {
            if let Some(form) = match_form(&name) {
                proptest::prop_assert_eq!(match_form(&form), Some(form.clone()));
            }
        }
    }
}
