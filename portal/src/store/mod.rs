//! The only place with SQL besides plugins' queries: one file per kept thing.

pub mod access_record;
pub mod events;
pub mod form_drafts;
pub mod household_choices;
pub mod jobs;
pub mod known_people;
pub mod members;
pub mod notifications;
pub mod plugin_packages;
pub mod seen;
pub mod sessions;
pub mod signins;
pub mod staff_files;
pub mod staff_record;
pub mod staff_sessions;

/// Removes up to 1,000 expired rows of a table; `$1` is the time before which they expired. What members
/// were told, and what was found in files of staff, is kept for 400 days, what happened for 90, who
/// looked, what was opened and what people are called for three years.
pub const EXPIRED: &[&str] = &[
    "DELETE FROM sessions WHERE (insurer_id, secret_hash) IN
     (SELECT insurer_id, secret_hash FROM sessions WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM staff_sessions WHERE (insurer_id, secret_hash) IN
     (SELECT insurer_id, secret_hash FROM staff_sessions WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM views WHERE (insurer_id, view_id) IN
     (SELECT insurer_id, view_id FROM views WHERE at < $1 - 94608000 LIMIT 1000)",
    // What nobody published in 14 days is thrown away.
    "UPDATE staff_files SET sealed = NULL, state = 'discarded', ended_at = $1
     WHERE (insurer_id, file_id) IN
     (SELECT insurer_id, file_id FROM staff_files
      WHERE state IN ('right', 'wrong') AND brought_at < $1 - 1209600 LIMIT 1000)",
    "DELETE FROM staff_files WHERE (insurer_id, file_id) IN
     (SELECT insurer_id, file_id FROM staff_files
      WHERE state IN ('published', 'discarded') AND brought_at < $1 - 34560000 LIMIT 1000)",
    "DELETE FROM known_people WHERE (insurer_id, name) IN
     (SELECT insurer_id, name FROM known_people WHERE known_at < $1 - 94608000 LIMIT 1000)",
    "DELETE FROM seen WHERE (insurer_id, sub, plugin, item) IN
     (SELECT insurer_id, sub, plugin, item FROM seen WHERE seen_at < $1 - 94608000 LIMIT 1000)",
    "DELETE FROM form_drafts WHERE (insurer_id, sub, plugin, action) IN
     (SELECT insurer_id, sub, plugin, action FROM form_drafts WHERE expires_at < $1 LIMIT 1000)",
    "DELETE FROM plugin_events WHERE (insurer_id, seq) IN
     (SELECT insurer_id, seq FROM plugin_events WHERE made_at < $1 - 7776000 LIMIT 1000)",
    "DELETE FROM notifications WHERE (insurer_id, person, notification_id) IN
     (SELECT insurer_id, person, notification_id FROM notifications
      WHERE made_at < $1 - 34560000 LIMIT 1000)",
    "DELETE FROM signins WHERE (insurer_id, state_hash) IN
     (SELECT insurer_id, state_hash FROM signins WHERE expires_at < $1 LIMIT 1000)",
];
