//! When each job is due, and who does it.

use db::{Conn, Result, Row, Tx, params};

/// A job of an insurer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    pub insurer: String,
    pub plugin: String,
    pub job: String,
}

/// A job that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub key: JobKey,
    pub round: i64,
    /// How often this round has failed.
    pub attempts: i64,
}

/// How a job stands, for operators.
#[derive(Debug, Clone)]
pub struct Standing {
    pub key: JobKey,
    pub due_at: i64,
    pub attempts: i64,
    pub finished_at: Option<i64>,
    pub failed: Option<String>,
}

fn key(row: &Row) -> Result<JobKey> {
    let (insurer, plugin) = (row.text("insurer_id")?, row.text("plugin")?);
    Ok(JobKey { insurer, plugin, job: row.text("job")? })
}

/// Plans a job that is not planned yet.
pub async fn plan(tx: &mut Tx, key: &JobKey, due_at: i64) -> Result<()> {
    let sql = "INSERT INTO jobs (insurer_id, plugin, job, due_at, leased_until, round, attempts)
               VALUES ($1, $2, $3, $4, 0, 0, 0)
               ON CONFLICT (insurer_id, plugin, job) DO NOTHING";
    tx.execute(sql, params![&key.insurer, &key.plugin, &key.job, due_at]).await.map(drop)
}

/// Some of the jobs that are due and nobody's, the longest waiting first.
pub async fn due(conn: &mut Conn, now: i64, most: i64) -> Result<Vec<Due>> {
    let sql = "SELECT insurer_id, plugin, job, round, attempts FROM jobs
               WHERE due_at <= $1 AND leased_until <= $1 ORDER BY due_at LIMIT $2";
    let rows = conn.all(sql, params![now, most]).await?;
    let due = |row: &Row| {
        Ok(Due { key: key(row)?, round: row.int("round")?, attempts: row.int("attempts")? })
    };
    rows.iter().map(due).collect()
}

/// Takes a job, or takes it for longer; `false` when another node was faster.
pub async fn lease(tx: &mut Tx, due: &Due, now: i64, until: i64) -> Result<bool> {
    let sql = "UPDATE jobs SET leased_until = $5 WHERE insurer_id = $1 AND plugin = $2 AND job = $3
               AND round = $4 AND leased_until <= $6 AND due_at <= $6";
    let JobKey { insurer, plugin, job } = &due.key;
    let values = params![insurer, plugin, job, due.round, until, now];
    Ok(tx.execute(sql, values).await? == 1)
}

/// The lease of this node goes on.
pub async fn go_on(tx: &mut Tx, due: &Due, until: i64) -> Result<()> {
    let sql = "UPDATE jobs SET leased_until = $5 WHERE insurer_id = $1 AND plugin = $2 AND job = $3
               AND round = $4";
    let JobKey { insurer, plugin, job } = &due.key;
    tx.execute(sql, params![insurer, plugin, job, due.round, until]).await.map(drop)
}

/// It got on: what failed before does not count any more.
pub async fn got_on(tx: &mut Tx, due: &Due, until: i64) -> Result<()> {
    let sql = "UPDATE jobs SET leased_until = $5, attempts = 0, failed = NULL
               WHERE insurer_id = $1 AND plugin = $2 AND job = $3 AND round = $4";
    let JobKey { insurer, plugin, job } = &due.key;
    tx.execute(sql, params![insurer, plugin, job, due.round, until]).await.map(drop)
}

/// The round is over: done, or given up with a reason.
pub async fn finish(
    tx: &mut Tx,
    due: &Due,
    failed: Option<&str>,
    (now, next): (i64, i64),
) -> Result<()> {
    let sql = "UPDATE jobs SET round = round + 1, attempts = 0, leased_until = 0, due_at = $5,
               finished_at = $6, failed = $7
               WHERE insurer_id = $1 AND plugin = $2 AND job = $3 AND round = $4";
    let JobKey { insurer, plugin, job } = &due.key;
    let values = params![insurer, plugin, job, due.round, next, now, failed.map(str::to_owned)];
    tx.execute(sql, values).await.map(drop)
}

/// A step failed: the same round is due again later.
pub async fn retry(tx: &mut Tx, due: &Due, failed: &str, again_at: i64) -> Result<()> {
    let sql = "UPDATE jobs SET attempts = attempts + 1, leased_until = 0, due_at = $5, failed = $6
               WHERE insurer_id = $1 AND plugin = $2 AND job = $3 AND round = $4";
    let JobKey { insurer, plugin, job } = &due.key;
    tx.execute(sql, params![insurer, plugin, job, due.round, again_at, failed]).await.map(drop)
}

/// The round goes on later, as it is.
pub async fn postpone(tx: &mut Tx, due: &Due, due_at: i64) -> Result<()> {
    let sql = "UPDATE jobs SET leased_until = 0, due_at = $5 WHERE insurer_id = $1 AND plugin = $2
               AND job = $3 AND round = $4";
    let JobKey { insurer, plugin, job } = &due.key;
    tx.execute(sql, params![insurer, plugin, job, due.round, due_at]).await.map(drop)
}

/// A job is due now; `false` when there is none, or when somebody is at it.
pub async fn now(tx: &mut Tx, key: &JobKey, now: i64) -> Result<bool> {
    let sql = "UPDATE jobs SET due_at = $4 WHERE insurer_id = $1 AND plugin = $2 AND job = $3
               AND leased_until <= $4";
    let JobKey { insurer, plugin, job } = key;
    Ok(tx.execute(sql, params![insurer, plugin, job, now]).await? == 1)
}

/// Every job of this name at an insurer is due now, whosever it is; but one that failed waits for its
/// time. Each is written, also where nothing changes: whoever ends its round meanwhile waits for this one,
/// or this one for them.
pub async fn wake(tx: &mut Tx, insurer: &str, job: &str, now: i64) -> Result<()> {
    let sql = "UPDATE jobs SET due_at =
                 CASE WHEN failed IS NULL AND due_at > $3 THEN $3 ELSE due_at END
               WHERE insurer_id = $1 AND job = $2";
    tx.execute(sql, params![insurer, job, now]).await.map(drop)
}

/// How all jobs stand.
pub async fn all(conn: &mut Conn) -> Result<Vec<Standing>> {
    let sql = "SELECT insurer_id, plugin, job, due_at, attempts, finished_at, failed FROM jobs
               ORDER BY insurer_id, plugin, job";
    let rows = conn.all(sql, &[]).await?;
    let standing = |row: &Row| {
        Ok(Standing {
            key: key(row)?,
            due_at: row.int("due_at")?,
            attempts: row.int("attempts")?,
            finished_at: row.opt_int("finished_at")?,
            failed: row.opt_text("failed")?,
        })
    };
    rows.iter().map(standing).collect()
}
