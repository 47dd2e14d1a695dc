//! Whose rows a call may see, under names that mean nothing outside the portal: a plugin's data
//! never holds a card's number.

use super::sql::print::Whose;
use crate::member::Member;
use crate::store::known_people::{self, Known};
use db::{Conn, Db, installation};
use secret::{hash, random};
use std::collections::{BTreeSet, HashMap};

/// Makes the names of persons. Its secret lies in the portal's own database.
#[derive(Clone)]
pub struct PersonKeys(Vec<u8>);

/// Under which name the database keeps the secret.
const KEPT: &str = "person_keys";

impl PersonKeys {
    /// Reads the secret, and makes it at the first start.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(db: &Db) -> db::Result<Self> {
        let known = installation::remembered(&mut db.read().await?, KEPT).await?;
        Ok(Self(match known {
            Some(known) => known,
            None => installation::kept_first(db, KEPT, &random::bytes(32)).await?,
        }))
    }

    /// The name of a card in plugins' tables; `card` is its key.
    pub fn of_card(&self, insurer: &str, card: &str) -> String {
        self.name("card", insurer, card)
    }

    /// The name of a person, by the provider's id, as plugins see it.
    pub fn of_person(&self, insurer: &str, person: &str) -> String {
        self.name("person", insurer, person)
    }

    /// All names that a member has in plugins' data: their own and their cards'.
    pub fn of_member(&self, insurer: &str, member: &Member) -> Vec<String> {
        let own = member.person().map(|person| self.of_person(insurer, person));
        let cards = member.cards.iter().map(|person| self.of_card(insurer, &person.card.key()));
        own.into_iter().chain(cards).collect()
    }

    /// Who a member and their household are, by each name that they have in plugins' data. Under their own
    /// name stands the card that they have now.
    pub fn known<'m>(&self, insurer: &str, member: &'m Member) -> Vec<Known<'m>> {
        let mut people: Vec<_> = member.cards.iter().chain(&member.household).collect();
        people.sort_by_key(|person| person.lost_on.is_some());
        let mut known: Vec<Known<'m>> = Vec::new();
        for who in people {
            let person = self.of_person(insurer, &who.person);
            for name in [person.clone(), self.of_card(insurer, &who.card.key())] {
                if known.iter().all(|known| known.name != name) {
                    let (called, card) = (who.name.as_str(), &who.card);
                    known.push(Known { name, person: person.clone(), called, card });
                }
            }
        }
        // Two who sign in at once write them in the same order.
        known.sort_by(|a, b| a.name.cmp(&b.name));
        known
    }

    /// The password of a plugin's role in PostgreSQL.
    pub fn of_role(&self, role: &str) -> String {
        hash::base64url(self.mac("role", role, ""))
    }

    fn name(&self, what: &str, insurer: &str, whom: &str) -> String {
        hash::base64url(&self.mac(what, insurer, whom)[..16])
    }

    fn mac(&self, what: &str, insurer: &str, whom: &str) -> Vec<u8> {
        hash::hmac(&self.0, format!("{what}\0{insurer}\0{whom}").as_bytes())
    }
}

/// Whether a text can be the name of a person or card: what [`PersonKeys`] makes.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 22 && text.bytes().all(plain)
}

/// The people whose rows a call may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    people: Vec<Seen>,
    /// Who has a card or an id.
    by_key: HashMap<String, usize>,
    /// Everybody's of the insurer, for its jobs and staff.
    everybody: bool,
    /// Seen by one of them, from whom the others may keep something.
    household: bool,
    /// Among everybody: all names of who has one of them, the person's own first.
    same: HashMap<String, Vec<String>>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The same on all their cards.
    pub id: String,
    pub name: String,
    /// The member themselves.
    pub own: bool,
    /// The names of their cards in plugins' tables.
    pub keys: Vec<String>,
}

impl People {
    /// These people, in this order, as one of their household sees them.
    pub fn new(people: Vec<Seen>) -> Self {
        Self { household: true, ..Self::these(people) }
    }

    fn these(people: Vec<Seen>) -> Self {
        let keys = people.iter().enumerate();
        let by_key = keys.flat_map(|(at, seen)| {
            std::iter::once(&seen.id).chain(&seen.keys).map(move |key| (key.clone(), at))
        });
        Self { by_key: by_key.collect(), people, ..Self::default() }
    }

    /// Everybody of the insurer, whoever that is.
    pub fn everybody() -> Self {
        Self { everybody: true, ..Self::default() }
    }

    /// The same, with all names of who has one of these.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn everybody_known<'n>(
        conn: &mut Conn,
        insurer: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> db::Result<Self> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let same = known_people::same(conn, insurer, &names).await?;
        Ok(Self { same, ..Self::everybody() })
    }

    /// How many there are, for a statement.
    pub fn whose(&self) -> Whose {
        match self.everybody {
            true => Whose::Everybodys,
            false => {
                let cards = self.people.iter().enumerate();
                let cards = cards.flat_map(|(at, seen)| seen.keys.iter().map(move |_| at));
                let people = self.people.iter().enumerate();
                let others = people.filter(|(_, seen)| self.household && !seen.own);
                Whose::These {
                    people: self.people.len(),
                    cards: cards.collect(),
                    own: self.people.iter().position(|seen| seen.own),
                    others: others.map(|(at, _)| at).collect(),
                }
            }
        }
    }

    /// All of them.
    pub fn all(&self) -> &[Seen] {
        &self.people
    }

    /// The names of all their cards.
    pub fn cards(&self) -> impl Iterator<Item = &str> {
        self.people.iter().flat_map(|seen| seen.keys.iter().map(String::as_str))
    }

    /// Whose row it is, by their id; for everybody what stands there.
    pub fn id_of<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        if self.everybody {
            return Some(key);
        }
        self.by_key.get(key).map(|at| self.people[*at].id.as_str())
    }

    /// Only the member themselves: whose rows they may write.
    pub fn own(&self) -> Self {
        Self::new(self.people.iter().filter(|seen| seen.own).take(1).cloned().collect())
    }

    /// Only the person with this id; nobody when it is none of them. Among everybody it is whoever has
    /// the id, with all names that they are known to have.
    pub fn only(&self, id: &str) -> Self {
        if self.everybody && is_name(id) {
            let names = self.same.get(id).map_or(&[][..], Vec::as_slice);
            let (id, keys) = match names.split_first() {
                Some((own, cards)) => (own.clone(), cards.to_vec()),
                None => (id.to_owned(), vec![id.to_owned()]),
            };
            let seen = Seen { id, name: String::new(), own: false, keys };
            return Self::these(vec![seen]);
        }
        let those = self.people.iter().filter(|seen| seen.id == id).cloned().collect();
        Self { household: self.household, ..Self::these(those) }
    }
}
