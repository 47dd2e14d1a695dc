//! Japanese names in the form in which two spellings of one name are equal.

use unicode_normalization::UnicodeNormalization;

/// The form in which kana names are compared: full-width katakana, small kana made large, pairs
/// that rosters mix made one (ヂ→ジ, ヅ→ズ, ヴ→ブ, ヲ→オ, ヰ→イ, ヱ→エ), repetition marks
/// written out, long vowels of every spelling made one (オオノ, オーノ; ユウ, ユー), spaces and
/// middle dots dropped. The form of a form is itself, also of one that an earlier version made.
/// Returns `None` when something else than kana is left.
pub fn match_form(name: &str) -> Option<String> {
    Some(one_long_mark(&spelled(name)?)).filter(|form| !form.is_empty())
}

fn spelled(name: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = name.nfkc().map(to_katakana).peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '・' | '·' | '\t' => {}
            '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | 'ー' | '－' => out.push('ー'),
            'ヽ' => out.push(out.chars().last().map(unvoiced)?),
            'ヾ' => out.push(out.chars().last().map(unvoiced).and_then(voiced)?),
            'ヂ' => out.push('ジ'),
            'ヅ' => out.push('ズ'),
            'ヲ' | 'ヺ' => out.push('オ'),
            'ヰ' | 'ヸ' => out.push('イ'),
            'ヱ' | 'ヹ' => out.push('エ'),
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
    Some(out)
}

/// The vowels, and the kana of each row.
const ROWS: [(char, &str); 5] = [
    ('ア', "アカサタナハマヤラワガザダバパ"),
    ('イ', "イキシチニヒミリギジビピ"),
    ('ウ', "ウクスツヌフムユルグズブプ"),
    ('エ', "エケセテネヘメレゲゼデベペ"),
    ('オ', "オコソトノホモヨロゴゾドボポ"),
];

/// A long vowel is written with a mark, with the vowel again, or as エイ and オウ: all as a mark.
/// Where no vowel comes before it, a mark was a hyphen between names.
fn one_long_mark(spelled: &str) -> String {
    let mut out = String::new();
    let mut vowel = None;
    for c in spelled.chars() {
        let long = match (vowel, c) {
            (None, 'ー') => continue,
            (Some(_), 'ー') | (Some('エ'), 'イ') | (Some('オ'), 'ウ') => true,
            (vowel, c) => vowel == Some(c),
        };
        if long {
            out.push('ー');
        } else {
            out.push(c);
            vowel = ROWS.iter().find(|(_, row)| row.contains(c)).map(|(vowel, _)| *vowel);
        }
    }
    out
}

/// A kana with its voicing mark: ス, ズ.
fn voiced(c: char) -> Option<char> {
    [c, '\u{3099}'].into_iter().nfc().next().filter(|made| *made != c)
}

/// A kana without its voicing mark: ズ, ス.
fn unvoiced(c: char) -> char {
    [c].into_iter().nfd().next().unwrap_or(c)
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
            ("カヲル", "カオル"),
            ("ヰヅミ", "イズミ"),
            ("ヱミ", "エミ"),
            ("オオノ", "オーノ"),
            ("オウミ", "オオミ"),
            ("ﾕｳｷ", "ユーキ"),
            ("ショウタ", "ショータ"),
            ("ケイコ", "ケーコ"),
            ("イスヾ", "イスズ"),
            ("ミスヽ", "ミスス"),
            ("アン-マリー", "アンマリー"),
        ] {
            assert_eq!(match_form(a), match_form(b), "{a} {b}");
            assert!(match_form(a).is_some());
        }
        for (a, b) in [("ハナコ", "バナコ"), ("オノ", "オオノ"), ("ユキ", "ユウキ")]
        {
            assert_ne!(match_form(a), match_form(b), "{a} {b}");
        }
    }

    /// What rosters were stored with before goes on to match.
    #[test]
    fn a_form_of_before_has_the_form_of_today() {
        for (before, name) in [("オオノ", "オーノ"), ("シヨウタ", "ショウタ"), ("カヲル", "カオル")]
        {
            assert_eq!(match_form(before), match_form(name), "{before}");
        }
    }

    #[test]
    fn what_is_not_kana_is_none() {
        for bad in ["", "  ", "港 花子", "Hanako", "ハナコ1", "<b>", "ー", "ヽ", "アヾ"] {
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
