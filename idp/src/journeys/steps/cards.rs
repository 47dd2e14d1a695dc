//! Symbol, number and branch as people type them: with or without hyphens, and the branch behind
//! the number, as some cards print it.

use crate::store::people::Member;
use handover::card::{Card, match_form};
use std::collections::HashSet;
use web::Posted;

/// The cards that may be meant.
pub(super) struct Cards {
    /// As it was typed.
    whole: Card,
    /// With the end of the number as the branch: `5678-00`.
    pub split: Option<Card>,
}

impl Cards {
    pub fn of(posted: &Posted) -> Self {
        Self::typed(["symbol", "number", "branch"].map(|field| posted.value(field)))
    }

    fn typed([symbol, number, branch]: [&str; 3]) -> Self {
        let (symbol, number, branch) = (symbol.to_owned(), number.to_owned(), branch.to_owned());
        let whole = Card { symbol, number, branch };
        let number = match_form(&whole.number);
        let parts = number.rsplit_once('-').filter(|(head, tail)| {
            let digits = tail.len() == 2 && tail.bytes().all(|byte| byte.is_ascii_digit());
            let agrees = whole.branch.is_empty() || match_form(&whole.branch) == match_form(tail);
            digits && agrees && !head.is_empty()
        });
        let split = parts.map(|(head, tail)| Card {
            number: head.to_owned(),
            branch: tail.to_owned(),
            ..whole.clone()
        });
        Self { whole, split }
    }

    /// The households that may be meant, without hyphens: one, or two when the number may end in a
    /// branch. All are looked for, and a wrong try counts against each, so that no spelling of a
    /// card has tries of its own.
    pub fn counted(&self) -> Vec<String> {
        std::iter::once(&self.whole).chain(&self.split).map(bare).collect()
    }

    /// The card that is meant and its household: an exact one before one that differs by hyphens,
    /// and of those none when there are several.
    pub fn meant<'m>(&self, like: &'m [Member]) -> (&Card, Vec<&'m Member>) {
        let cards = || std::iter::once(&self.whole).chain(&self.split);
        let of = |wanted: &str, form: fn(&Card) -> String| -> Vec<&'m Member> {
            like.iter().filter(|member| form(&member.card()) == wanted).collect()
        };
        for card in cards() {
            let exact = of(&card.household(), Card::household);
            if !exact.is_empty() {
                return (card, exact);
            }
        }
        for card in cards() {
            let similar = of(&bare(card), bare);
            let households: HashSet<String> =
                similar.iter().map(|member| member.card().household()).collect();
            if households.len() == 1 {
                return (card, similar);
            }
        }
        (&self.whole, Vec::new())
    }
}

fn bare(card: &Card) -> String {
    card.household().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::Cards;
    use crate::ids::PersonId;
    use crate::store::people::Member;

    fn member(symbol: &str, number: &str, branch: &str) -> Member {
        Member {
            person_id: PersonId::new("p"),
            name: String::new(),
            name_kana: String::new(),
            kana_match: String::new(),
            birth_date: String::new(),
            sex: String::new(),
            symbol: symbol.into(),
            number: number.into(),
            branch: branch.into(),
            relation: String::new(),
            insured: true,
            acquired_on: String::new(),
            lost_on: None,
        }
    }

    fn found(roster: &[Member], typed: [&str; 3]) -> Option<(String, String)> {
        let cards = Cards::typed(typed);
        let bare = cards.counted();
        let like: Vec<Member> = roster
            .iter()
            .filter(|member| bare.contains(&member.card().household().replace('-', "")))
            .cloned()
            .collect();
        let (card, members) = cards.meant(&like);
        let first = members.first()?;
        Some((first.card().household(), card.branch.clone()))
    }

    #[test]
    fn a_card_is_found_as_people_type_it() {
        let roster = [member("12-456", "0005678", "00"), member("12-456", "0005678", "01")];
        let whole = |branch: &str| Some(("12-456|5678".to_owned(), branch.to_owned()));
        assert_eq!(found(&roster, ["12-456", "5678", "00"]), whole("00"));
        assert_eq!(found(&roster, ["12456", "0005678", "00"]), whole("00"));
        assert_eq!(found(&roster, ["１２４５６", "０００５６７８", "00"]), whole("00"));
        assert_eq!(found(&roster, ["12456", "0005678-01", ""]), whole("01"));
        assert_eq!(found(&roster, ["12-456", "5678－01", "01"]), whole("01"));
        // The branch that was typed is another one.
        assert_eq!(found(&roster, ["12-456", "5678-01", "00"]), None);
        assert_eq!(found(&roster, ["12-457", "5678", "00"]), None);
    }

    #[test]
    fn two_cards_that_differ_by_a_hyphen_are_not_confused() {
        let roster = [member("1-2456", "7", "00"), member("12-456", "7", "00")];
        assert_eq!(found(&roster, ["12456", "7", "00"]), None);
        assert_eq!(found(&roster, ["12-456", "7", "00"]).unwrap().0, "12-456|7");
        let roster = [member("1", "5678-00", "00"), member("1", "5678", "00")];
        assert_eq!(found(&roster, ["1", "5678-00", "00"]).unwrap().0, "1|5678-00");
    }
}
