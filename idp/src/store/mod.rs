//! The only place with SQL: one file per kept thing. Functions never open a transaction.

pub mod accounts;
pub mod address_changes;
pub mod addresses;
pub mod agreements;
pub mod attempts;
pub mod browsers;
pub mod clients;
pub mod consents;
pub mod devices;
pub mod events;
pub mod evidence;
pub mod grants;
pub mod insurers;
pub mod journey_counts;
pub mod journeys;
pub mod links;
pub mod locks;
pub mod logouts;
pub mod outbox;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod pushed;
pub mod recovery_codes;
pub mod rosters;
pub mod sessions;
pub mod signing_keys;
pub mod spent;
pub mod staff;
pub mod totp_devices;

/// Removes some expired rows of a table: `$1` is the time before which they expired, `$2` how many
/// at the most. Each finds its rows by an index, so that it costs nothing per living row.
pub struct Expired {
    pub sql: &'static str,
    /// They stay for a day: used codes, so that a late replay is noticed; used links and pushed
    /// requests, because a journey may still go on from them; rosters, because one that is being
    /// written does not hold yet.
    pub stays: bool,
}

/// Every table that grows by itself; journeys go by [`journeys::purge`].
pub const EXPIRED: &[Expired] = &[
    // Rosters that no longer hold, or never did: what they hold, then their numbers.
    Expired {
        sql: "DELETE FROM roster_members WHERE (insurer_id, roster, card_key) IN
              (SELECT m.insurer_id, m.roster, m.card_key FROM rosters
               JOIN insurers i ON i.insurer_id = rosters.insurer_id AND i.roster <> rosters.roster
               JOIN roster_members m ON m.insurer_id = rosters.insurer_id AND m.roster = rosters.roster
               WHERE rosters.begun_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM roster_people WHERE (insurer_id, roster, person_id) IN
              (SELECT p.insurer_id, p.roster, p.person_id FROM rosters
               JOIN insurers i ON i.insurer_id = rosters.insurer_id AND i.roster <> rosters.roster
               JOIN roster_people p ON p.insurer_id = rosters.insurer_id AND p.roster = rosters.roster
               WHERE rosters.begun_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM rosters WHERE (insurer_id, roster) IN
              (SELECT rosters.insurer_id, rosters.roster FROM rosters
               JOIN insurers i ON i.insurer_id = rosters.insurer_id AND i.roster <> rosters.roster
               WHERE rosters.begun_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM grants WHERE (insurer_id, grant_id) IN
              (SELECT insurer_id, grant_id FROM grants WHERE expires_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM pushed WHERE (insurer_id, request_hash) IN
              (SELECT insurer_id, request_hash FROM pushed WHERE expires_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM links WHERE (insurer_id, token_hash) IN
              (SELECT insurer_id, token_hash FROM links WHERE expires_at < $1 LIMIT $2)",
        stays: true,
    },
    Expired {
        sql: "DELETE FROM spent WHERE (insurer_id, kind, digest) IN
              (SELECT insurer_id, kind, digest FROM spent WHERE expires_at < $1 LIMIT $2)",
        stays: false,
    },
    Expired {
        sql: "DELETE FROM devices WHERE (insurer_id, device_hash) IN
              (SELECT insurer_id, device_hash FROM devices WHERE expires_at < $1 LIMIT $2)",
        stays: false,
    },
    Expired {
        sql: "DELETE FROM registration_tokens WHERE (insurer_id, token_hash) IN
              (SELECT insurer_id, token_hash FROM registration_tokens
               WHERE expires_at < $1 LIMIT $2)",
        stays: false,
    },
    Expired {
        sql: "DELETE FROM sessions WHERE (insurer_id, secret_hash) IN
              (SELECT insurer_id, secret_hash FROM sessions WHERE expires_at < $1 LIMIT $2)",
        stays: false,
    },
    Expired {
        sql: "DELETE FROM browsers WHERE (insurer_id, secret_hash, account_id) IN
              (SELECT insurer_id, secret_hash, account_id FROM browsers
               WHERE seen_at < $1 - 34560000 LIMIT $2)",
        stays: false,
    },
    Expired {
        sql: "DELETE FROM attempts WHERE (insurer_id, bucket) IN
              (SELECT insurer_id, bucket FROM attempts WHERE until < $1 LIMIT $2)",
        stays: false,
    },
];
