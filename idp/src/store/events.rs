//! What happened to accounts: rows are only added.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Error, Result, Tx, params};
use secret::random;
use serde::{Deserialize, Serialize};
use web::Text;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    SignedIn,
    PasswordChanged,
    PasswordRemoved,
    Recovered,
    AddressAsked,
    AddressKept,
    AddressChanged,
    NoticeAddressPut,
    NoticeAddressRemoved,
    AppAdded,
    AppRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyBlocked,
    CodesMade,
    CodeUsed,
    SignedOutElsewhere,
    UserIdChanged,
    Closed,
    Locked,
    Unlocked,
    /// Somebody else gave another password, and took every factor away.
    Reset,
    RolesChanged,
}

impl What {
    /// Each of them.
    pub const ALL: [What; 23] = [
        What::SignedIn,
        What::PasswordChanged,
        What::PasswordRemoved,
        What::Recovered,
        What::AddressAsked,
        What::AddressKept,
        What::AddressChanged,
        What::NoticeAddressPut,
        What::NoticeAddressRemoved,
        What::AppAdded,
        What::AppRemoved,
        What::PasskeyAdded,
        What::PasskeyRemoved,
        What::PasskeyBlocked,
        What::CodesMade,
        What::CodeUsed,
        What::SignedOutElsewhere,
        What::UserIdChanged,
        What::Closed,
        What::Locked,
        What::Unlocked,
        What::Reset,
        What::RolesChanged,
    ];

    /// The word for it; `event-WORD` is its message.
    pub fn as_str(self) -> &'static str {
        match self {
            What::SignedIn => "signed-in",
            What::PasswordChanged => "password-changed",
            What::PasswordRemoved => "password-removed",
            What::Recovered => "recovered",
            What::AddressAsked => "address-asked",
            What::AddressKept => "address-kept",
            What::AddressChanged => "address-changed",
            What::NoticeAddressPut => "notice-address-put",
            What::NoticeAddressRemoved => "notice-address-removed",
            What::AppAdded => "app-added",
            What::AppRemoved => "app-removed",
            What::PasskeyAdded => "passkey-added",
            What::PasskeyRemoved => "passkey-removed",
            What::PasskeyBlocked => "passkey-blocked",
            What::CodesMade => "codes-made",
            What::CodeUsed => "code-used",
            What::SignedOutElsewhere => "signed-out-elsewhere",
            What::UserIdChanged => "user-id-changed",
            What::Closed => "closed",
            What::Locked => "locked",
            What::Unlocked => "unlocked",
            What::Reset => "reset",
            What::RolesChanged => "roles-changed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

/// What else is told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// What the browser said it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// What its owner calls the app or the passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kinds that were used to sign in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// The account had never signed in there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
    /// Why, as the help desk wrote it; none when it was the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Detail {
    /// Of an app or a passkey.
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: i64,
    pub what: What,
    pub detail: Detail,
}

/// Writes down what has happened.
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    what: What,
    (detail, now): (&Detail, i64),
) -> Result<()> {
    let sql = "INSERT INTO events (insurer_id, event_id, account_id, at, kind, detail)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let detail = serde_json::to_string(detail).expect("a detail is JSON");
    let params = params![insurer, random::id(), account, now, what.as_str(), detail];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Whether its owner has recovered an account after a time.
pub async fn recovered_since(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    after: i64,
) -> Result<bool> {
    let sql = "SELECT 1 FROM events WHERE insurer_id = $1 AND account_id = $2
               AND kind = 'recovered' AND at > $3";
    Ok(conn.one(sql, params![insurer, account, after]).await?.is_some())
}

/// When what an account signs in with, or where its mails go, was last changed or recovered: what costs a
/// member most if it was not them can wait for a while after it.
pub async fn last_change(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<i64>> {
    let sql = "SELECT MAX(at) AS at FROM events WHERE insurer_id = $1 AND account_id = $2
               AND kind NOT IN ('signed-in', 'signed-out-elsewhere', 'code-used',
                                'passkey-blocked', 'locked')";
    let row = conn.one(sql, params![insurer, account]).await?;
    row.map_or(Ok(None), |row| row.opt_int("at"))
}

/// The last events of an account, the newest first.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<Event>> {
    let sql = "SELECT at, kind, detail FROM events WHERE insurer_id = $1 AND account_id = $2
               ORDER BY at DESC, event_id LIMIT $3";
    let rows = conn.all(sql, params![insurer, account, limit]).await?;
    let mut events = Vec::new();
    for row in &rows {
        // What a newer program wrote is not told by this one.
        let Some(what) = What::parse(&row.text("kind")?) else { continue };
        let detail = serde_json::from_str(&row.text("detail")?)
            .map_err(|error| Error::Column("detail".into(), error.to_string()))?;
        events.push(Event { at: row.int("at")?, what, detail });
    }
    Ok(events)
}
