//! Rows that have been kept for as long as their table says are deleted, whoever wrote them.

use super::database::Database;
use super::tables::{Kind, Retention, Table, Tables};
use db::{AssertSqlSafe, params};

/// Deletes what is over of an insurer, a month or day at a time, and returns how many rows it was.
///
/// # Errors
/// When the database does not answer: what was deleted until then stays so.
pub async fn purge(
    database: &Database,
    insurer: &str,
    tables: &Tables,
    today: &str,
) -> db::Result<u64> {
    let mut deleted = 0;
    // What hides rows goes after them: between the two they would be seen.
    let (hiding, rows): (Vec<_>, Vec<_>) =
        tables.table.iter().partition(|(name, _)| tables.hides(name));
    for (name, table) in rows.into_iter().chain(hiding) {
        let Some(retention) = &table.retention else { continue };
        let before = first_kept(table, retention, today);
        let (name, by) = (database.table(name), &retention.by);
        let oldest = format!("SELECT MIN(\"{by}\") AS oldest FROM {name} WHERE insurer_id = $1");
        let delete = format!("DELETE FROM {name} WHERE insurer_id = $1 AND \"{by}\" = $2");
        loop {
            // Looked for by who only reads: nobody's writing waits where nothing is over.
            let mut conn = database.read(insurer).await?;
            let row = conn.one(AssertSqlSafe(oldest.clone()), params![insurer]).await?;
            drop(conn);
            let found = row.map(|row| row.opt_text("oldest")).transpose()?.flatten();
            let Some(found) = found.filter(|found| *found < before) else { break };
            let mut tx = database.begin(insurer).await?;
            deleted += tx.execute(AssertSqlSafe(delete.clone()), params![insurer, &found]).await?;
            tx.commit().await?;
        }
    }
    Ok(deleted)
}

/// The first month or day whose rows are still kept on a day, `YYYY-MM-DD`.
fn first_kept(table: &Table, retention: &Retention, today: &str) -> String {
    let (year, day) = today.split_once('-').unwrap_or((today, ""));
    let year: i64 = year.parse().unwrap_or(0);
    // Those of a year end when the day of its last year is over.
    let over = i64::from(day > retention.until.as_str());
    let first = year - i64::from(retention.years) + over;
    match table.columns.get(&retention.by).map(|column| column.kind()) {
        Some(Kind::Month) => format!("{first:04}01"),
        _ => format!("{first:04}-01-01"),
    }
}

#[cfg(test)]
mod tests {
    use super::first_kept;
    use crate::plugins::data::tables::Tables;

    /// Six years after the year of care, to the end of the fiscal year: care of any month of 2020 until 31 March 2026.
    #[test]
    fn a_year_is_kept_to_the_last_day_that_is_said() {
        for (kind, kept) in [("month", ["202001", "202101"]), ("day", ["2020-01-01", "2021-01-01"])]
        {
            let text = format!(
                "schema = \"musubi-tables/1\"\n[table.t]\nscope = \"insurer\"\nclass = \"none\"\n\
                 columns.at = {{ type = \"{kind}\" }}\nretention = {{ by = \"at\", years = 6, until = \"03-31\" }}\n"
            );
            let tables = Tables::parse(&text).unwrap();
            let table = &tables.table["t"];
            let retention = table.retention.as_ref().unwrap();
            let on = |today: &str| first_kept(table, retention, today);
            assert_eq!([on("2026-03-31"), on("2026-04-01")], kept);
            assert_eq!([on("2026-01-01"), on("2026-12-31")], kept);
        }
    }

    #[test]
    fn what_cannot_be_kept_so_is_told() {
        for (columns, retention, says) in [
            (
                "columns.at = { type = \"text\" }",
                "by = \"at\", years = 6",
                "no column of type month or day",
            ),
            (
                "columns.at = { type = \"day\" }",
                "by = \"on\", years = 6",
                "no column of type month or day",
            ),
            (
                "columns.at = { type = \"day\", optional = true }",
                "by = \"at\", years = 6",
                "optional",
            ),
            ("columns.at = { type = \"day\" }", "by = \"at\", years = 0", "1 to 100"),
            (
                "columns.at = { type = \"day\" }",
                "by = \"at\", years = 6, until = \"3-31\"",
                "write month and day",
            ),
            (
                "columns.at = { type = \"day\" }",
                "by = \"at\", years = 6, until = \"02-30\"",
                "write month and day",
            ),
        ] {
            let text = format!(
                "schema = \"musubi-tables/1\"\n[table.t]\nscope = \"insurer\"\nclass = \"none\"\n{columns}\n\
                 retention = {{ {retention} }}\n"
            );
            let why = Tables::parse(&text).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
    }
}
