//! The only place with SQL: one file per kept thing. Functions never open a transaction.

pub mod accounts;
pub mod addresses;
pub mod agreements;
pub mod attempts;
pub mod clients;
pub mod consents;
pub mod devices;
pub mod evidence;
pub mod grants;
pub mod insurers;
pub mod journeys;
pub mod links;
pub mod logouts;
pub mod outbox;
pub mod passwords;
pub mod people;
pub mod pushed;
pub mod sessions;
pub mod signing_keys;
pub mod spent;

/// Removes up to 1,000 expired rows of a table; `$1` is the time before which they expired.
pub const EXPIRED: &[&str] = &[
    "DELETE FROM grants WHERE (insurer_id, grant_id) IN
     (SELECT insurer_id, grant_id FROM grants WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM spent WHERE (insurer_id, kind, digest) IN
     (SELECT insurer_id, kind, digest FROM spent WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM pushed WHERE (insurer_id, request_hash) IN
     (SELECT insurer_id, request_hash FROM pushed WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM devices WHERE (insurer_id, device_hash) IN
     (SELECT insurer_id, device_hash FROM devices WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM registration_tokens WHERE (insurer_id, token_hash) IN
     (SELECT insurer_id, token_hash FROM registration_tokens WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM sessions WHERE (insurer_id, secret_hash) IN
     (SELECT insurer_id, secret_hash FROM sessions WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM links WHERE (insurer_id, token_hash) IN
     (SELECT insurer_id, token_hash FROM links WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM attempts WHERE (insurer_id, bucket) IN
     (SELECT insurer_id, bucket FROM attempts WHERE until < $1 LIMIT 1000)",
    "DELETE FROM journeys WHERE (insurer_id, journey_id) IN
     (SELECT insurer_id, journey_id FROM journeys WHERE expires_at < $1 LIMIT 1000)",
    // After the journeys: what an ended journey proved is nobody's any more.
    "DELETE FROM evidence WHERE holder_kind = 'journey' AND (insurer_id, holder) IN
     (SELECT e.insurer_id, e.holder FROM evidence e
      WHERE e.holder_kind = 'journey' AND e.at < $1 AND NOT EXISTS
      (SELECT 1 FROM journeys j WHERE j.insurer_id = e.insurer_id
       AND j.journey_id = e.holder) LIMIT 1000)",
    "DELETE FROM agreements WHERE holder_kind = 'journey' AND (insurer_id, holder) IN
     (SELECT a.insurer_id, a.holder FROM agreements a
      WHERE a.holder_kind = 'journey' AND a.at < $1 AND NOT EXISTS
      (SELECT 1 FROM journeys j WHERE j.insurer_id = a.insurer_id
       AND j.journey_id = a.holder) LIMIT 1000)",
];
