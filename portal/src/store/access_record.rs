//! Who saw whose rows, and when.

use db::{AssertSqlSafe, Conn, Result, Tx, Value, params};

/// One look at a person's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whose rows: by the provider's id, or by the name that they have in plugins' data.
    pub person: String,
    /// The person who looked, and their name at that time; of staff, where they work and as what.
    pub seen_by: String,
    pub seen_by_name: String,
    pub plugin: String,
    pub at: i64,
}

/// Looks that are kept by one statement.
const TOGETHER: usize = 500;

/// Keeps what one page showed; the same look once an hour.
pub async fn insert(tx: &mut Tx, insurer: &str, looks: &[Look]) -> Result<()> {
    for some in looks.chunks(TOGETHER) {
        insert_some(tx, insurer, some).await?;
    }
    Ok(())
}

async fn insert_some(tx: &mut Tx, insurer: &str, looks: &[Look]) -> Result<()> {
    let mut sql = String::from(
        "INSERT INTO views (insurer_id, view_id, person, seen_by, seen_by_name, plugin, at) VALUES ",
    );
    let mut values = params![insurer].to_vec();
    for (at, look) in looks.iter().enumerate() {
        let sign = if at == 0 { "" } else { ", " };
        let next = |n: usize| values.len() + n;
        sql.push_str(&format!(
            "{sign}($1, ${}, ${}, ${}, ${}, ${}, ${})",
            next(1),
            next(2),
            next(3),
            next(4),
            next(5),
            next(6)
        ));
        values.extend_from_slice(params![
            format!("{}:{}:{}:{}", look.seen_by, look.person, look.plugin, look.at / 3600),
            &look.person,
            &look.seen_by,
            &look.seen_by_name,
            &look.plugin,
            look.at
        ]);
    }
    sql.push_str(" ON CONFLICT DO NOTHING");
    tx.execute(AssertSqlSafe(sql), &values).await?;
    Ok(())
}

/// The newest looks at a person's rows by others than themselves. `names` are those that the person and their
/// cards have in plugins' data: staff who look know no others.
pub async fn list_for(
    conn: &mut Conn,
    insurer: &str,
    person: &str,
    names: &[String],
) -> Result<Vec<Look>> {
    let numbers: Vec<String> = (2..names.len() + 3).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT person, seen_by, seen_by_name, plugin, at FROM views
         WHERE insurer_id = $1 AND person IN ({}) AND seen_by <> $2
         ORDER BY at DESC LIMIT 100",
        numbers.join(", ")
    );
    let mut values = params![insurer, person].to_vec();
    values.extend(names.iter().map(|name| Value::from(name.as_str())));
    let rows = conn.all(AssertSqlSafe(sql), &values).await?;
    rows.iter()
        .map(|row| {
            Ok(Look {
                person: row.text("person")?,
                seen_by: row.text("seen_by")?,
                seen_by_name: row.text("seen_by_name")?,
                plugin: row.text("plugin")?,
                at: row.int("at")?,
            })
        })
        .collect()
}
