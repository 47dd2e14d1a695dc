//! What account and roster say about somebody, as a client sees them.

use crate::need::Kind;
use crate::realm::Realm;
use crate::store::accounts::{Account, RosterEntry};
use crate::store::people::{self, Member};
use crate::store::{events, evidence, staff};
use db::Conn;
use oidc::Client;
use oidc::claims::Person;
use serde_json::{Value, json};

/// Whose claims they are.
pub struct Holder {
    pub account: Account,
    /// None for an account without a person.
    pub roster: Option<RosterEntry>,
}

/// A person as a client sees them, with the cards as of a day (`YYYY-MM-DD`) only when they are
/// wanted.
pub async fn person(
    conn: &mut Conn,
    realm: &Realm,
    client: &Client,
    holder: Holder,
    cards_on: Option<&str>,
) -> Result<Person, db::Error> {
    let (person_id, account_id) =
        (holder.account.person_id.clone(), holder.account.account_id.clone());
    let mut person = plain(realm, client, holder);
    if let (Some(today), Some(person_id)) = (cards_on, person_id) {
        let own = people::memberships(conn, realm.id(), &person_id).await?;
        person.membership = membership(conn, realm, &own, (client.first_party, today)).await?;
        if client.first_party {
            let changed = events::last_change(conn, realm.id(), &account_id).await?;
            person.membership["account_changed_at"] = changed.into();
        }
    }
    if !realm.definition.policy.accounts.are_members()
        && let Some((name, roles)) = staff::by_account(conn, realm.id(), &account_id).await?
    {
        (person.name, person.staff) = (name, json!(roles));
    }
    if client.verified_claims {
        person.verified_at = evidence::last(conn, realm.id(), &account_id, Kind::Roster).await?;
    }
    Ok(person)
}

/// What account and roster say, without a look at anything else.
pub fn plain(realm: &Realm, client: &Client, Holder { account, roster }: Holder) -> Person {
    let roster = roster.unwrap_or(RosterEntry {
        name: String::new(),
        birth_date: String::new(),
        sex: String::new(),
        updated_at: 0,
    });
    Person {
        sub: client.subject(&account.account_id, &realm.keys.pairwise),
        name: roster.name,
        preferred_username: account.user_id.unwrap_or_default(),
        email: account.email.unwrap_or_default(),
        locale: account.language.unwrap_or_else(|| "ja".into()),
        birthdate: roster.birth_date,
        gender: roster.sex,
        updated_at: account.created_at.max(roster.updated_at),
        ..Person::default()
    }
}

/// The person's cards and, for an insured person and only to the insurer's own services, those of
/// the household as it is today: one member cannot consent for others, and who has left is no
/// longer shown to those who stay (S2).
async fn membership(
    conn: &mut Conn,
    realm: &Realm,
    own: &[Member],
    (first_party, today): (bool, &str),
) -> Result<Value, db::Error> {
    let mut household = Vec::new();
    let holds = |member: &&Member| member.is_current(today);
    for card in own.iter().filter(holds).filter(|member| member.insured && first_party) {
        let all = people::household(conn, realm.id(), &card.card().household()).await?;
        for other in all.iter().filter(holds) {
            if other.person_id != card.person_id {
                household.push(membership_json(other));
            }
        }
    }
    Ok(json!({
        "insurer_number": realm.brand.insurer_number,
        "insured": own.first().is_some_and(|member| member.insured),
        "cards": own.iter().map(membership_json).collect::<Vec<_>>(),
        "household": household,
    }))
}

fn membership_json(member: &Member) -> Value {
    json!({
        "person": member.person_id,
        "name": member.name,
        "relation": member.relation,
        "symbol": member.symbol,
        "number": member.number,
        "branch": member.branch,
        "acquired_on": member.acquired_on,
        "lost_on": member.lost_on,
    })
}
