//! What members send: the host has read it, and writes what is asked for here, all of it or nothing.

use sdk::{Call, Done, Fault, File, Form, Writes, json};
use serde::Deserialize;

/// The fields of `add`.
#[derive(Deserialize)]
struct Added {
    day: String,
    steps: i64,
    how: Option<String>,
    note: Option<String>,
    photo: Vec<File>,
}

/// A new day. A day that is there already is no new one: the database decides, not what was read before.
pub fn add(call: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Added { day, steps, how, note, photo } = form.read()?;
    if day > call.today {
        return Ok(Done::again("day", "example-day-future"));
    }
    let photo = photo.first().map(|file| &file.id);
    let params = json!({"day": day, "steps": steps, "how": how, "note": note, "photo": photo,
                        "version": call.fresh});
    writes.must("add", params, "day", "example-day-taken");
    let month: String = day.chars().filter(char::is_ascii_digit).take(6).collect();
    writes.publish(call.me(), "added", json!({"month": month}));
    Ok(Done::said("/", "example-added"))
}

/// The fields of `change`.
#[derive(Deserialize)]
struct Changed {
    seen: String,
    steps: i64,
    how: Option<String>,
    note: Option<String>,
    photo: Vec<File>,
}

/// A day that is still what the member saw.
pub fn change(call: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Changed { seen, steps, how, note, photo } = form.read()?;
    let day = call.param("day");
    let photo = photo.first().map(|file| &file.id);
    let params = json!({"day": day, "steps": steps, "how": how, "note": note, "photo": photo,
                        "seen": seen, "version": call.fresh});
    writes.must("change", params, "", "example-changed-meanwhile");
    Ok(Done::said("/", "example-changed"))
}

/// A day less. One that is gone already is gone.
pub fn remove(call: &Call, _: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    writes.run("remove", json!({"day": call.param("day")}));
    Ok(Done::said("/", "example-removed"))
}
