//! A walk is planned: a form in two steps.

use crate::pages::Course;
use sdk::{Call, Choice, Done, Fault, File, Form, Page, PageReply, Writes, json};
use serde::{Deserialize, Serialize};

/// The page with the form, and what is planned.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub base: String,
    pub walks: Vec<Walk>,
}

/// A row of `queries/walks.sql`.
#[derive(Serialize, Deserialize)]
pub struct Walk {
    pub course: String,
    pub day: String,
}

impl Page for Plan {
    const TEMPLATE: &'static str = "plan.html";
    const SAMPLES: &'static str = include_str!("../samples/plan.json");
}

/// `/plan`
pub fn page(call: &Call) -> Result<PageReply, Fault> {
    let courses: Vec<Course> = call.query("courses", json!({}))?;
    let choices = courses.into_iter().map(|course| Choice {
        label: format!("{} {} km", course.name, course.km),
        value: course.name,
    });
    let walks = call.query_own("walks", json!({}))?;
    Ok(Plan { base: call.base.clone(), walks }.show()?.choices("plan", "course", choices.collect()))
}

/// The fields of `plan`, of all its steps.
#[derive(Deserialize)]
struct Planned {
    course: String,
    day: String,
    together: bool,
    note: Option<String>,
    photo: Vec<File>,
}

/// All steps are answered: what is wrong with a field leads back to its step.
pub fn planned(call: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Planned { course, day, together, note, photo } = form.read()?;
    if day < call.today {
        return Ok(Done::again("day", "example-plan-past"));
    }
    let courses: Vec<Course> = call.query("courses", json!({}))?;
    if courses.iter().all(|known| known.name != course) {
        return Ok(Done::again("course", "example-plan-gone"));
    }
    let photo = photo.first().map(|file| &file.id);
    writes.run(
        "plan",
        json!({"course": course, "day": day, "together": together, "note": note, "photo": photo}),
    );
    Ok(Done::said("/plan", "example-plan-done"))
}
