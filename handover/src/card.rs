//! Symbol, number and branch of an insurance card (記号・番号・枝番): as shown, as compared.

use unicode_normalization::UnicodeNormalization;

/// What names one insured person on a card. Texts, never numbers: leading zeros are shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Card {
    pub symbol: String,
    pub number: String,
    pub branch: String,
}

impl Card {
    /// The text by which cards are compared: `symbol|number|branch` in match form.
    pub fn key(&self) -> String {
        format!("{}|{}", self.household(), match_form(&self.branch))
    }

    /// The part of [`Card::key`] that a household shares: `symbol|number`.
    pub fn household(&self) -> String {
        format!("{}|{}", match_form(&self.symbol), match_form(&self.number))
    }
}

/// A card as people write it on one line: symbol, number and branch, with spaces, commas or points between.
pub fn typed(text: &str) -> Option<Card> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，' | '・');
    let parts: Vec<&str> = text.split(between).filter(|part| !part.is_empty()).collect();
    let [symbol, number, branch] = parts[..] else { return None };
    let known = parts.iter().all(|part| part.chars().count() <= 40 && !match_form(part).is_empty());
    known.then(|| Card {
        symbol: symbol.to_owned(),
        number: number.to_owned(),
        branch: branch.to_owned(),
    })
}

/// The form in which parts are compared: half-width, upper case, no spaces, one hyphen, and
/// without leading zeros (F254: they are insignificant).
pub fn match_form(part: &str) -> String {
    let folded: String = part
        .nfkc()
        .filter(|c| !c.is_whitespace() && *c != '|')
        .map(|c| match c {
            '‐' | '‑' | '–' | '—' | '―' | '−' | 'ー' => '-',
            _ => c,
        })
        .flat_map(char::to_uppercase)
        .collect();
    let cut = folded.trim_start_matches('0');
    if cut.is_empty() && !folded.is_empty() { "0".into() } else { cut.into() }
}

#[cfg(test)]
mod tests {
    use super::{Card, match_form, typed};

    #[test]
    fn a_card_is_read_from_one_line() {
        for text in [
            "12-456 5678 00",
            "12-456　０００５６７８　0",
            "12-456・5678・00",
            " 12-456, 5678 ,00 ",
        ] {
            assert_eq!(
                typed(text).map(|card| card.key()).as_deref(),
                Some("12-456|5678|0"),
                "{text}"
            );
        }
        for text in ["", "5678", "1234 5678", "1 2 3 4", "1234 | 00"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    /// F254: zeros in front; F293: a hyphen inside the symbol.
    #[test]
    fn full_width_zeros_and_hyphens_do_not_matter() {
        for (a, b) in [
            ("０００５６７８", "5678"),
            ("12-456", "１２－４５６"),
            ("12ー456", "12-456"),
            (" 5678 ", "005678"),
            ("00", "0"),
            ("楓", "楓 "),
        ] {
            assert_eq!(match_form(a), match_form(b), "{a} {b}");
        }
        assert_eq!(match_form(""), "");
        assert_ne!(match_form("5678"), match_form("56780"));
    }

    #[test]
    fn a_separator_cannot_be_smuggled_in() {
        let card = |symbol: &str, number: &str| Card {
            symbol: symbol.into(),
            number: number.into(),
            branch: "00".into(),
        };
        assert_ne!(card("1|2", "3").key(), card("1", "2|3").key());
    }
}
