//! Counters of tries in a window of time. Taking one and checking the limit is one statement.

use crate::ids::{AccountId, BrowserId, InsurerId, JourneyId};
use db::{Conn, Result, Tx, Value, params};
use secret::hash;
use std::net::{IpAddr, Ipv6Addr};

/// Whom or what tries are counted against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket(String);

impl Bucket {
    /// Wrong passwords of an account.
    pub fn account(account: &AccountId) -> Self {
        Self(format!("login:{account}"))
    }

    /// Wrong passwords of an account in a browser that it knows: nobody else uses these up.
    pub fn known_browser(account: &AccountId, browser: &BrowserId) -> Self {
        Self(format!("known:{account}:{browser}"))
    }

    /// Wrong answers from one address: of an IPv6 network the part that one line has.
    pub fn network(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(address) => format!("network:{address}"),
            IpAddr::V6(address) => format!("network:{}/64", prefix(address, 64)),
        })
    }

    /// The same of the networks around it: /24, /48.
    pub fn wide_network(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("network:{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => format!("network:{}/48", prefix(address, 48)),
        })
    }

    /// Wrong answers of everybody together.
    pub fn everybody() -> Self {
        Self("everybody".to_owned())
    }

    /// Wrong passwords for what is no account: hashed, because that may be anything, even a
    /// password.
    pub fn nobody(login: &str) -> Self {
        Self(format!("login:{}", short(login)))
    }

    /// Wrong fields of a card, over all journeys: `symbol|number` in match form.
    pub fn card(household: &str) -> Self {
        Self(format!("card:{}", short(household)))
    }

    /// Mails to an address, whoever asks for them.
    pub fn address(address_match: &str) -> Self {
        Self(format!("mail:{address_match}"))
    }

    /// Mails to an address that are asked for from one network: who asks from elsewhere uses none of
    /// them up.
    pub fn address_from(address_match: &str, from: IpAddr) -> Self {
        Self(format!("mail:{}:{address_match}", Self::wide_network(from).0))
    }

    /// Wrong answers of one browser to one kind of question; `browser` is the hash of its secret.
    pub fn browser(question: &str, browser: &str) -> Self {
        Self(format!("browser:{question}:{browser}"))
    }

    /// Wrong answers of one journey to one kind of question.
    pub fn journey(question: &str, journey: &JourneyId) -> Self {
        Self(format!("journey:{question}:{journey}"))
    }

    /// Wrong codes for an account's authenticator apps.
    pub fn totp(account: &AccountId) -> Self {
        Self(format!("totp:{account}"))
    }

    /// The same over a month.
    pub fn totp_month(account: &AccountId) -> Self {
        Self(format!("totp-month:{account}"))
    }

    /// What is counted of an account, all of which its owner's recovery forgets.
    pub fn of_account(account: &AccountId) -> [Self; 6] {
        [
            Self::account(account),
            Self::totp(account),
            Self::totp_month(account),
            Self::code(account),
            Self::code_month(account),
            Self::recovery_code(account),
        ]
    }

    /// Wrong codes that were mailed to an account.
    pub fn code(account: &AccountId) -> Self {
        Self(format!("code:{account}"))
    }

    /// The same over a month.
    pub fn code_month(account: &AccountId) -> Self {
        Self(format!("code-month:{account}"))
    }

    /// Wrong recovery codes of an account.
    pub fn recovery_code(account: &AccountId) -> Self {
        Self(format!("recovery-code:{account}"))
    }

    /// Codes that are mailed to an account.
    pub fn code_mails(account: &AccountId) -> Self {
        Self(format!("code-mails:{account}"))
    }

    /// Requests that a client pushed.
    pub fn pushed(client_id: &str) -> Self {
        Self(format!("pushed:{client_id}"))
    }

    /// Wrong device codes of a signed-in person.
    pub fn device(account: &AccountId) -> Self {
        Self(format!("device:{account}"))
    }
}

fn prefix(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))
}

fn short(text: &str) -> String {
    secret::hash::base64url(&hash::sha256(text)[..12])
}

/// So many in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub max: i64,
    pub seconds: i64,
    /// Whether the person is told by the answer that used it up, or by the next one.
    pub tells: bool,
    /// Whether nobody may see that it is used up: the answer is a wrong one then.
    pub hidden: bool,
    /// Whether, beyond `max`, each try waits twice as long as the one before, instead of all waiting
    /// until the seconds are over.
    pub grows: bool,
    /// Whether it is looked at before an answer and taken only by a wrong one: for what many share.
    pub shared: bool,
}

impl Limit {
    /// A plain one: it is taken by each answer and given back by a right one.
    pub const fn new(max: i64, seconds: i64) -> Self {
        Self { max, seconds, tells: false, hidden: false, grows: false, shared: false }
    }

    /// The person is told how many tries are left.
    pub const fn told(self) -> Self {
        Self { tells: true, ..self }
    }

    /// That it is used up looks like a wrong answer.
    pub const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// Beyond it the wait grows.
    pub const fn growing(self) -> Self {
        Self { grows: true, ..self }
    }

    /// Many share it.
    pub const fn shared(self) -> Self {
        Self { shared: true, ..self }
    }
}

/// The longest wait of a counter whose wait grows, in seconds.
pub const LONGEST_WAIT: i64 = 900;

/// Takes one try. `None` when the limit was reached before: nothing is counted then. Otherwise
/// how many are left.
pub async fn take(
    tx: &mut Tx,
    insurer: &InsurerId,
    bucket: &Bucket,
    limit: Limit,
    now: i64,
) -> Result<Option<i64>> {
    if limit.grows {
        return take_growing(tx, insurer, bucket, limit, now).await;
    }
    let sql = "INSERT INTO attempts (insurer_id, bucket, count, until) VALUES ($1, $2, 1, $3)
               ON CONFLICT (insurer_id, bucket) DO UPDATE SET
               count = CASE WHEN attempts.until > $4 THEN attempts.count + 1 ELSE 1 END,
               until = CASE WHEN attempts.until > $4 THEN attempts.until ELSE excluded.until END
               WHERE attempts.until <= $4 OR attempts.count < $5
               RETURNING count";
    let params = params![insurer, &bucket.0, now + limit.seconds, now, limit.max];
    let row = tx.one(sql, params).await?;
    row.map(|row| Ok(limit.max - row.int("count")?)).transpose()
}

/// Takes one of each counter, unless one of them is used up.
pub async fn take_all(
    tx: &mut Tx,
    insurer: &InsurerId,
    counters: &[(Bucket, Limit)],
    now: i64,
) -> Result<bool> {
    for (bucket, limit) in counters {
        if take(tx, insurer, bucket, *limit, now).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same where the wait grows: 2, 4, 8 seconds and so on after as many as are free; the count is
/// forgotten after as many seconds without a try.
async fn take_growing(
    tx: &mut Tx,
    insurer: &InsurerId,
    bucket: &Bucket,
    limit: Limit,
    now: i64,
) -> Result<Option<i64>> {
    // Ten doublings reach the longest wait.
    let sql = "INSERT INTO attempts (insurer_id, bucket, count, until, free_at)
               VALUES ($1, $2, 1, $3, $4)
               ON CONFLICT (insurer_id, bucket) DO UPDATE SET
               count = CASE WHEN attempts.until > $4 THEN attempts.count + 1 ELSE 1 END,
               until = excluded.until,
               free_at = $4 + CASE
                   WHEN attempts.until <= $4 OR attempts.count + 1 < $5 THEN 0
                   WHEN attempts.count + 1 - $5 >= 9 THEN $6
                   ELSE 2 << CAST(attempts.count + 1 - $5 AS INTEGER) END
               WHERE attempts.until <= $4 OR attempts.free_at <= $4
               RETURNING count";
    let (until, longest) = (now + limit.seconds, LONGEST_WAIT);
    let params = params![insurer, &bucket.0, until, now, limit.max, longest];
    let row = tx.one(sql, params).await?;
    row.map(|row| Ok((limit.max - row.int("count")?).max(0))).transpose()
}

/// Until when nothing is taken of a counter, if it counts.
pub async fn until(
    conn: &mut Conn,
    insurer: &InsurerId,
    bucket: &Bucket,
    now: i64,
) -> Result<Option<i64>> {
    let sql = "SELECT CASE WHEN free_at > 0 THEN free_at ELSE until END AS until FROM attempts
               WHERE insurer_id = $1 AND bucket = $2 AND until > $3";
    let row = conn.one(sql, params![insurer, &bucket.0, now]).await?;
    row.map(|row| row.int("until")).transpose()
}

/// Gives a try back that was taken in this transaction: the answer was right. Until then nobody
/// else takes one of the same counter, so that a right answer, too, counts only as long as the limit
/// is not used up.
pub async fn give_back(tx: &mut Tx, insurer: &InsurerId, bucket: &Bucket) -> Result<()> {
    let sql = "DELETE FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND count <= 1";
    if tx.execute(sql, params![insurer, &bucket.0]).await? == 0 {
        let sql = "UPDATE attempts SET count = count - 1, free_at = 0
                   WHERE insurer_id = $1 AND bucket = $2";
        tx.execute(sql, params![insurer, &bucket.0]).await?;
    }
    Ok(())
}

/// Counts from the beginning: what was wrong is void.
pub async fn forget(tx: &mut Tx, insurer: &InsurerId, bucket: &Bucket) -> Result<()> {
    let sql = "DELETE FROM attempts WHERE insurer_id = $1 AND bucket = $2";
    tx.execute(sql, params![insurer, &bucket.0]).await?;
    Ok(())
}

/// Until when one of some counters takes nothing more, in one statement: to save work before an answer,
/// and for what many share. [`take`] decides about the others.
pub async fn used_up(
    conn: &mut Conn,
    insurer: &InsurerId,
    counters: &[(Bucket, Limit)],
    now: i64,
) -> Result<Option<i64>> {
    if counters.is_empty() {
        return Ok(None);
    }
    let mut full = String::new();
    let mut values: Vec<Value> = vec![insurer.into(), now.into()];
    for (bucket, limit) in counters {
        let joint = if full.is_empty() { "" } else { " OR " };
        values.push(bucket.0.as_str().into());
        full.push_str(&format!("{joint}bucket = ${}", values.len()));
        if limit.grows {
            full.push_str(" AND free_at > $2");
        } else {
            values.push(limit.max.into());
            full.push_str(&format!(" AND count >= ${}", values.len()));
        }
    }
    let sql = db::AssertSqlSafe(format!(
        "SELECT MAX(CASE WHEN free_at > 0 THEN free_at ELSE until END) AS until FROM attempts
         WHERE insurer_id = $1 AND until > $2 AND ({full})"
    ));
    let row = conn.one(sql, &values).await?;
    row.map_or(Ok(None), |row| row.opt_int("until"))
}

/// How many tries are left, to save work and to draw a page; [`take`] decides.
pub async fn left(
    conn: &mut Conn,
    insurer: &InsurerId,
    bucket: &Bucket,
    limit: Limit,
    now: i64,
) -> Result<i64> {
    let sql = "SELECT count FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND until > $3";
    let row = conn.one(sql, params![insurer, &bucket.0, now]).await?;
    let count = row.map_or(Ok(0), |row| row.int("count"))?;
    Ok((limit.max - count).max(0))
}
