//! Steps: a member notes how far they walked, changes it and takes it away. It shows what a plugin can
//! do, and is the guide's example (docs/plugins/README.md).

mod actions;
mod events;
mod goals;
mod imports;
mod jobs;
mod pages;
mod paper;
mod plan;
mod staff;

pub use pages::{Courses, Edit, List, New};
pub use plan::Plan;
pub use staff::{Goals, Months, One, Ranking};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => pages::list, new => pages::new, edit => pages::edit, courses => pages::courses, plan => plan::page, search => pages::search, paper => paper::month, sheet => paper::sheet, data => paper::data, months => staff::months, months_sheet => staff::months_sheet, ranking => staff::ranking, ranking_sheet => staff::ranking_sheet, one => staff::one, goal_page => staff::goal_page],
    cards: [month => pages::month],
    actions: [add => actions::add, change => actions::change, remove => actions::remove, planned => plan::planned, set_goal => staff::set_goal, find => staff::find],
    jobs: [month => jobs::month],
    events: [goal => events::goal],
    checks: [counted => imports::counted],
}
