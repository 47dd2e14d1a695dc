//! The pages and forms through the SDK's test host.

use example::{Courses, Edit, Goals, HANDLERS, List, Months, New, One, Plan, Ranking};
use sdk::{Page, Value, abi, json, testing};

fn sent(handler: &str, form: Value) -> Value {
    let request = json!({"handler": handler, "today": "2026-04-02", "fresh": "f", "form": form,
                         "query": {"day": "2026-04-01"}});
    let (status, reply) = testing::call(&HANDLERS, abi::ACTION, &request, |_, _| Vec::new());
    assert_eq!(status, abi::OK, "{reply}");
    reply
}

#[test]
fn a_day_is_added_once_and_not_before_it_comes() {
    let form =
        |day: &str| json!({"day": day, "steps": 7200, "how": null, "note": null, "photo": []});
    let future = sent("add", form("2026-04-03"));
    assert_eq!(future["again"]["faults"][0]["text"], "example-day-future");
    let added = sent("add", form("2026-04-02"));
    let write = &added["see"]["writes"][0];
    assert_eq!((&write["statement"], &write["params"]["steps"]), (&json!("add"), &json!(7200)));
    assert_eq!(write["must"], json!({"rows": 1, "field": "day", "text": "example-day-taken"}));
    assert_eq!(added["see"]["said"], "example-added");
}

#[test]
fn a_day_is_changed_when_it_is_what_was_seen() {
    let file =
        json!({"id": "f1", "name": "a.pdf", "type": "application/pdf", "bytes": 9, "pages": 1});
    let form = json!({"seen": "v1", "steps": 1, "how": "good", "note": "x", "photo": [file]});
    let changed = sent("change", form);
    let params = &changed["see"]["writes"][0]["params"];
    assert_eq!((&params["seen"], &params["version"]), (&json!("v1"), &json!("f")));
    assert_eq!((&params["day"], &params["photo"]), (&json!("2026-04-01"), &json!("f1")));
    assert_eq!(sent("remove", json!({}))["see"]["writes"][0]["statement"], "remove");
}

#[test]
fn a_days_form_shows_what_is_there() {
    let request = json!({"handler": "edit", "query": {"day": "2026-04-01"}});
    let (_, reply) = testing::call(&HANDLERS, abi::PAGE, &request, |name, params| {
        assert_eq!((name, &params["day"]), ("one", &json!("2026-04-01")));
        vec![
            json!({"day": "2026-04-01", "steps": 5, "how": null, "note": null, "photo": null, "version": "v1"}),
        ]
    });
    let values = &reply["show"]["forms"]["change"]["values"];
    assert_eq!((&values["steps"], &values["seen"]), (&json!(5), &json!("v1")));
    let (_, gone) = testing::call(&HANDLERS, abi::PAGE, &request, |_, _| Vec::new());
    assert_eq!(gone, "not_found");
}

#[test]
fn the_month_is_told_to_all_in_steps() {
    let step = |cursor: &str| {
        let request = json!({"handler": "month", "today": "2026-05-01", "cursor": cursor});
        let (status, reply) = testing::call(&HANDLERS, abi::JOB, &request, |_, params| {
            assert_eq!(params["month"], "202604");
            let first = if params["after"] == "" { 0 } else { 100 };
            (first..first + 100)
                .take(if first == 0 { 100 } else { 7 })
                .map(|n| json!({"person": format!("p{n:03}")}))
                .collect()
        });
        assert_eq!(status, abi::OK, "{reply}");
        reply
    };
    let first = step("");
    assert_eq!(first["notify"].as_array().map(Vec::len), Some(100));
    assert_eq!(first["notify"][0]["params"]["month"], "202604");
    assert_eq!(first["more"], "p099");
    let last = step("p099");
    assert_eq!((last["notify"].as_array().map(Vec::len), &last["more"]), (Some(7), &json!(null)));
}

#[test]
fn samples_are_the_pages() {
    List::samples().unwrap();
    Months::samples().unwrap();
    Ranking::samples().unwrap();
    One::samples().unwrap();
    Plan::samples().unwrap();
    Goals::samples().unwrap();
    New::samples().unwrap();
    Courses::samples().unwrap();
    Edit::samples().unwrap();
}

#[test]
fn staff_see_numbers_and_nobodys_days() {
    let asked = |handler: &str| {
        let request = json!({"handler": handler, "base": "/minato/staff/p/example", "actor": {"staff": true}});
        let (status, reply) = testing::call(&HANDLERS, abi::PAGE, &request, |name, _| {
            assert_eq!(name, "months");
            vec![json!({"month": "202604", "people": 2, "steps": 14400})]
        });
        assert_eq!(status, abi::OK, "{reply}");
        reply
    };
    assert_eq!(asked("months")["show"]["data"]["months"][0]["people"], 2);
    assert!(asked("months_sheet")["sheet"].to_string().contains("14400"));
}

/// Nobody walks less than nothing, or a million steps a day.
#[test]
fn what_a_pedometer_cannot_count_is_told_by_line() {
    let rows = json!({"handler": "counted", "rows": [
        {"line": 2, "steps": 150_000}, {"line": 3, "steps": -1}, {"line": 4, "steps": 40_000_000}]});
    let (status, reply) = testing::call(&HANDLERS, abi::CHECK, &rows, |_, _| Vec::new());
    assert_eq!(status, abi::OK, "{reply}");
    let lines: Vec<_> = reply["problems"].as_array().unwrap().iter().map(|p| &p["line"]).collect();
    assert_eq!(lines, [3, 4]);
}

/// A month with a goal and nothing in it is something to do until its last day.
#[test]
fn what_is_to_be_done_stands_on_the_home_page() {
    let card = |days: i64, goal: &str| {
        let goal = goal.to_owned();
        let request = json!({"handler": "month", "today": "2026-04-10"});
        let (status, reply) =
            testing::call(&HANDLERS, abi::CARD, &request, move |name, _| match name {
                "total" => vec![json!({"days": days, "steps": 7200})],
                _ => vec![json!({"month": goal, "steps": 150_000})],
            });
        assert_eq!(status, abi::OK, "{reply}");
        reply
    };
    let task = &card(0, "202604")["tasks"][0];
    assert_eq!((&task["due"], &task["path"]), (&json!("2026-04-30"), &json!("/new")));
    for nothing in [card(1, "202604"), card(0, "202603")] {
        assert_eq!(nothing["tasks"], json!(null));
    }
}
