//! `idp journeys`: where people give up.

use super::known;
use crate::app::open_db;
use crate::settings::Settings;
use crate::store::journey_counts::{self, Line};
use crate::tally::WITHIN;
use clap::Subcommand;
use std::collections::BTreeMap;
use web::Error;

#[derive(Subcommand)]
pub enum Command {
    /// Print a month: how many journeys were begun and done, in what time, and what became of the
    /// answers to each step; by definition version and kind of device, without anybody in it.
    Report {
        /// The insurer's slug.
        #[arg(long)]
        insurer: String,
        /// `YYYY-MM`.
        #[arg(long)]
        month: String,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let Command::Report { insurer, month } = command;
    let db = open_db(settings).await?;
    let insurer = known(&db, &insurer).await?;
    let lines = journey_counts::of_month(&mut db.read().await?, &insurer, &month).await?;
    db.close().await;
    if lines.is_empty() {
        println!("{insurer}, {month}: nothing was counted");
        return Ok(());
    }
    print!("{}", report(&lines));
    Ok(())
}

/// The table of a month.
pub fn report(lines: &[Line]) -> String {
    type Counts<'l> = BTreeMap<&'l str, i64>;
    let mut parts: BTreeMap<(&str, i64, &str), BTreeMap<&str, Counts<'_>>> = BTreeMap::new();
    for line in lines {
        let part = parts.entry((&line.goal, line.version, &line.device)).or_default();
        part.entry(&line.step).or_default().insert(&line.what, line.count);
    }
    let mut out = String::new();
    for ((goal, version, device), steps) in parts {
        let whole = steps.get("");
        let of = |what: &str| whole.and_then(|counts| counts.get(what)).copied().unwrap_or(0);
        let done = WITHIN.map(|within| (within, of(&format!("done-{within}"))));
        let all: i64 = done.iter().map(|(_, count)| count).sum();
        let begun = of("begun");
        let share = if begun > 0 { all * 100 / begun } else { 0 };
        out.push_str(&format!(
            "{goal}, version {version}, {device}: {begun} begun, {all} done ({share} %){}\n",
            middle(&done, all)
        ));
        for (step, counts) in steps.iter().filter(|(step, _)| !step.is_empty()) {
            let told: Vec<String> =
                counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
            out.push_str(&format!("    {step:<22} {}\n", told.join(", ")));
        }
    }
    out
}

/// Within what time half of them were done.
fn middle(done: &[(i64, i64)], all: i64) -> String {
    let mut so_far = 0;
    for (within, count) in done {
        so_far += count;
        if all > 0 && so_far * 2 >= all {
            return match *within {
                i64::MAX => ", half of them in more than 15 minutes".to_owned(),
                seconds => format!(", half of them within {seconds} seconds"),
            };
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::report;
    use crate::store::journey_counts::Line;

    #[test]
    fn a_month_is_told_by_goal_and_step() {
        let line = |step: &str, what: &str, count| Line {
            goal: "sign-in".into(),
            version: 3,
            device: "phone".into(),
            step: step.into(),
            what: what.into(),
            count,
        };
        let lines = [
            line("", "begun", 10),
            line("", "done-15", 1),
            line("", "done-60", 5),
            line("", "done-9223372036854775807", 1),
            line("password", "right", 8),
            line("password", "wrong", 3),
        ];
        let text = report(&lines);
        assert!(
            text.starts_with(
                "sign-in, version 3, phone: 10 begun, 7 done (70 %), half of them within 60 seconds"
            ),
            "{text}"
        );
        assert!(text.contains("password               right 8, wrong 3"), "{text}");
    }
}
