//! Who is who among the names in plugins' data, what they are called and which card they have: for staff, who see
//! only names there. Names and cards are sealed.

use db::{AssertSqlSafe, Conn, Result, Tx, Value, params};
use handover::card::Card;
use secret::{Sealer, hash};
use std::collections::{BTreeMap, HashMap};
use web::Called;

/// Who has a name in plugins' data.
pub struct Known<'m> {
    pub name: String,
    /// The first of the names that they have.
    pub person: String,
    pub called: &'m str,
    pub card: &'m Card,
}

/// Names that are looked up by one statement.
const TOGETHER: usize = 200;

fn purpose(insurer: &str, name: &str) -> String {
    format!("person/{insurer}/{name}")
}

fn card_purpose(insurer: &str, name: &str) -> String {
    format!("card/{insurer}/{name}")
}

/// Remembers who somebody is. Nothing is written when it is known.
pub async fn note(
    tx: &mut Tx,
    sealer: &Sealer,
    insurer: &str,
    known: &Known<'_>,
    now: i64,
) -> Result<()> {
    let sql =
        "INSERT INTO known_people (insurer_id, name, sealed, mark, known_at, person, sealed_card)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (insurer_id, name) DO UPDATE
               SET sealed = excluded.sealed, mark = excluded.mark, known_at = excluded.known_at,
                   person = excluded.person, sealed_card = excluded.sealed_card
               WHERE known_people.mark <> excluded.mark OR known_people.known_at < $5 - 15768000";
    let Known { name, person, called, card } = known;
    let card = serde_json::to_vec(card).expect("texts are JSON");
    let mut marked = format!("{insurer}\0{name}\0{person}\0{called}\0").into_bytes();
    marked.extend(&card);
    let mark = hash::base64url(hash::hmac(&sealer.derive("known people"), &marked));
    let sealed = sealer.seal(&purpose(insurer, name), called.as_bytes());
    let sealed_card = sealer.seal(&card_purpose(insurer, name), &card);
    let values = params![insurer, name, sealed, mark, now, person, sealed_card];
    tx.execute(sql, values).await.map(drop)
}

/// What these are called, as far as it is known; and by their other names, those of `asked` who are the same.
pub async fn called(
    conn: &mut Conn,
    sealer: &Sealer,
    insurer: &str,
    names: &[String],
    asked: &[String],
) -> Result<BTreeMap<String, Called>> {
    let mut found = BTreeMap::new();
    let all = [names, asked].concat();
    for some in all.chunks(TOGETHER) {
        let (signs, values) = listed(insurer, some);
        let sql = format!(
            "SELECT name, person, sealed, sealed_card FROM known_people WHERE insurer_id = $1 AND name IN ({signs})"
        );
        for row in conn.all(AssertSqlSafe(sql), &values).await? {
            let (name, sealed) = (row.text("name")?, row.bytes("sealed")?);
            // Whom the page was given nothing of is not named.
            if !names.contains(&name) && !names.contains(&row.text("person")?) {
                continue;
            }
            let opened = sealer.open(&purpose(insurer, &name), &sealed);
            let opened = opened.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let card = row.opt_bytes("sealed_card")?;
            let card = card.and_then(|card| sealer.open(&card_purpose(insurer, &name), &card).ok());
            let card: Option<Card> = card.and_then(|card| serde_json::from_slice(&card).ok());
            if let Some(called) = opened {
                let card = card.map(|card| [card.symbol, card.number, card.branch]);
                found.insert(name, Called { name: called, card });
            }
        }
    }
    Ok(found)
}

/// By each of these names all that the same person has, as far as it is known: first the person's own, also when
/// only a card's is remembered, then the others.
pub async fn same(
    conn: &mut Conn,
    insurer: &str,
    names: &[String],
) -> Result<HashMap<String, Vec<String>>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for names in names.chunks(TOGETHER) {
        let (signs, values) = listed(insurer, names);
        let sql = format!(
            "SELECT k.name AS asked, k.person, o.name FROM known_people k
             JOIN known_people o ON o.insurer_id = k.insurer_id AND o.person = k.person
             WHERE k.insurer_id = $1 AND k.name IN ({signs}) AND k.person <> '' ORDER BY o.name"
        );
        for row in conn.all(AssertSqlSafe(sql), &values).await? {
            let (person, name) = (row.text("person")?, row.text("name")?);
            let names = found.entry(row.text("asked")?).or_insert_with(|| vec![person.clone()]);
            if name != person {
                names.push(name);
            }
        }
    }
    Ok(found)
}

/// The insurer and these names as values, and the signs for the names.
fn listed(insurer: &str, names: &[String]) -> (String, Vec<Value>) {
    let signs: Vec<String> = (0..names.len()).map(|n| format!("${}", n + 2)).collect();
    let names = names.iter().map(|name| Value::from(name.as_str()));
    (signs.join(", "), std::iter::once(Value::from(insurer)).chain(names).collect())
}
