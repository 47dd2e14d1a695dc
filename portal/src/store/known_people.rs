//! What people are called who have names in plugins' data: for staff, who see those only. Sealed.

use db::{AssertSqlSafe, Conn, Result, Tx, Value, params};
use secret::{Sealer, hash};
use std::collections::BTreeMap;

/// Names that are looked up by one statement.
const TOGETHER: usize = 200;

fn purpose(insurer: &str, name: &str) -> String {
    format!("person/{insurer}/{name}")
}

/// Remembers what somebody is called. Nothing is written when it is known.
pub async fn note(
    tx: &mut Tx,
    sealer: &Sealer,
    (insurer, name): (&str, &str),
    called: &str,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO known_people (insurer_id, name, sealed, mark, known_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (insurer_id, name) DO UPDATE
               SET sealed = excluded.sealed, mark = excluded.mark, known_at = excluded.known_at
               WHERE known_people.mark <> excluded.mark OR known_people.known_at < $5 - 15768000";
    let sealed = sealer.seal(&purpose(insurer, name), called.as_bytes());
    let mark = hash::s256(format!("{name}\0{called}"));
    tx.execute(sql, params![insurer, name, sealed, mark, now]).await.map(drop)
}

/// What these are called, as far as it is known.
pub async fn called(
    conn: &mut Conn,
    sealer: &Sealer,
    insurer: &str,
    names: &[String],
) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for names in names.chunks(TOGETHER) {
        let signs: Vec<String> = (0..names.len()).map(|n| format!("${}", n + 2)).collect();
        let sql = format!(
            "SELECT name, sealed FROM known_people WHERE insurer_id = $1 AND name IN ({})",
            signs.join(", ")
        );
        let values: Vec<Value> = std::iter::once(Value::from(insurer))
            .chain(names.iter().map(|name| Value::from(name.as_str())))
            .collect();
        for row in conn.all(AssertSqlSafe(sql), &values).await? {
            let (name, sealed) = (row.text("name")?, row.bytes("sealed")?);
            let opened = sealer.open(&purpose(insurer, &name), &sealed);
            if let Some(called) = opened.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                found.insert(name, called);
            }
        }
    }
    Ok(found)
}
