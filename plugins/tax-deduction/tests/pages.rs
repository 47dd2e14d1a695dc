//! The pages and files through the SDK's test host.

use sdk::{Page, Value, abi, json, testing};
use tax_deduction::{HANDLERS, One, Years};

fn fee(month: &str, person: &str, facility: Value, kind: &str, own: i64) -> Value {
    json!({"month": month, "person": person, "facility": facility, "kind": kind, "kind_text": "通院", "days": 1,
           "total": own * 10 / 3, "insurer_paid": own * 7 / 3, "public_paid": 0, "other_paid": 0,
           "own_paid": own, "note": null})
}

fn answer(name: &str, params: &Value) -> Vec<Value> {
    match name {
        "months" => [("202511", 900), ("202503", 4200), ("202401", 0), ("201801", 7)]
            .map(|(month, paid)| json!({"month": month, "own_paid": paid}))
            .into(),
        "rows" if params["from"] == "202501" => vec![
            fee("202511", "p2", json!("灯台通り歯科"), "dental", 900),
            fee("202503", "p1", json!("帆影内科クリニック"), "outpatient", 3000),
            fee("202503", "p1", Value::Null, "pharmacy", 1200),
            fee("202503", "p1", json!("帆影内科クリニック"), "outpatient", 0),
        ],
        "of_care" => vec![json!({"person": "p1", "kind": "高額療養費", "care_month": "202503",
                                 "paid_month": "202506", "amount": 2000})],
        "rows" => Vec::new(),
        other => panic!("the page asked for {other}"),
    }
}

fn asked(op: u32, handler: &str, query: Value, more: Value) -> Value {
    let mut request = json!({
        "handler": handler, "lang": "ja", "base": "/minato/p/tax-deduction", "query": query,
        "today": "2026-02-10", "actor": {"insured": true}, "settings": {"issuer": "みなと健康保険組合"},
        "persons": [{"id": "p1", "name": "港　花子", "own": true},
                    {"id": "p2", "name": "港　一郎", "own": false}],
    });
    let fields = more.as_object().expect("an object").clone();
    request.as_object_mut().expect("an object").extend(fields);
    let (status, reply) = testing::call(&HANDLERS, op, &request, answer);
    assert_eq!(status, abi::OK, "{reply}");
    reply
}

fn page(handler: &str, query: Value) -> Value {
    asked(abi::PAGE, handler, query, json!({}))
}

/// F149: so many years as the insurer says, of those with fees.
#[test]
fn years_are_those_that_can_be_filed() {
    assert_eq!(page("years", json!({}))["show"]["data"]["years"], json!([2025]));
    let more = json!({"settings": {"years": 8}});
    let shown = asked(abi::PAGE, "years", json!({}), more);
    assert_eq!(shown["show"]["data"]["years"], json!([2025, 2018]));
    for year in ["2018", "x", "2024", "20255", "+2025"] {
        assert_eq!(page("year", json!({"year": year})), "not_found", "{year}");
    }
}

/// F148: the rows of the year with their sum; what may be missing; what was paid back.
#[test]
fn a_year_says_what_it_has_and_what_it_lacks() {
    let data = &page("year", json!({"year": "2025"}))["show"]["data"];
    assert_eq!(
        (&data["paid"], &data["paid_back"], &data["left"]),
        (&json!(5100), &json!(2000), &json!(0))
    );
    assert_eq!(data["rows"][0]["month"], "202503");
    assert_eq!(data["rows"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        (&data["rows"][0]["paid_back"], &data["rows"][1]["paid_back"]),
        (&json!(2000), &json!(0))
    );
    let his =
        asked(abi::PAGE, "year", json!({"year": "2025"}), json!({"actor": {"insured": false}}));
    assert_eq!(his["show"]["data"]["paid_back"], 0, "they are paid to the insured person");
    // In February those of November and December may still come; of the pharmacy there is no name.
    assert_eq!((&data["may_come"], &data["nameless"]), (&json!([11, 12]), &json!(1)));
    assert_eq!((&data["form"], &data["signed"]), (&json!(true), &json!(false)));
}

/// F147: the form, with what is public of the specification; none without the insurer's name.
#[test]
fn the_form_has_each_row() {
    let reply = page("xml", json!({"year": "2025"}));
    assert_eq!(reply["xml"]["name"], "TEG700-2025");
    let root = &reply["xml"]["root"];
    assert_eq!(root["name"], "TEG700");
    let attribute = |name: &str| {
        let all = root["attributes"].as_array().expect("attributes").iter();
        all.filter(|one| one[0] == name).map(|one| one[1].clone()).next()
    };
    assert_eq!(attribute("sakuseiDay"), Some(json!("2026-02-10")));
    assert_eq!(attribute("sakuseiNM"), Some(json!("みなと健康保険組合")));
    assert_eq!(attribute("id"), Some(json!("TEG70020260210000002025")));
    let rows = root["content"][0]["element"]["content"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), 3);
    let first = &rows[0]["element"]["content"];
    let text = |at: usize| first[at]["element"]["content"][0]["text"].clone();
    assert_eq!(
        (text(0), text(2), text(3)),
        (json!("港　花子"), json!("帆影内科クリニック"), json!("3000"))
    );
    let month = &first[1]["element"]["content"];
    assert_eq!(month[0]["element"]["content"][0]["text"], "2025");
    assert_eq!(month[1]["element"]["content"][0]["text"], "03");
    let none = asked(abi::PAGE, "xml", json!({"year": "2025"}), json!({"settings": {}}));
    assert_eq!(none, "not_found");
}

/// F147: the tables that tax programs read.
#[test]
fn two_tables_for_programs() {
    let lines = page("csv", json!({"year": "2025", "person": "p1"}));
    let lines = lines["sheet"]["sheet"]["table"]["rows"].clone();
    assert_eq!(
        (&lines[0], &lines[1], &lines[2]),
        (&json!(["わたしの情報"]), &json!(["医療費通知情報"]), &json!([]))
    );
    assert_eq!(lines[8], json!(["診療年月", "2025年3月"]));
    assert_eq!(lines[9], json!(["診療区分", "医科外来"]));
    assert_eq!(lines[15], json!(["窓口相当負担額（円）", "3,000"]));
    assert_eq!(page("csv", json!({"year": "2025", "person": "p9"})), "not_found");
    let form = page("form", json!({"year": "2025"}));
    let table = &form["sheet"]["sheet"]["table"];
    assert_eq!(table["columns"].as_array().map(Vec::len), Some(9));
    let cells = table["rows"][1].as_array().expect("cells");
    assert_eq!(
        (&cells[0], &cells[3], &cells[6]),
        (&json!("港　花子"), &json!("該当する"), &json!({"number": 1200}))
    );
}

/// F126: a card, and until the middle of March the files of last year as a task.
#[test]
fn the_season_is_a_task() {
    let of = |today: &str| {
        asked(abi::CARD, "season", json!({}), json!({"today": today}))["tasks"].clone()
    };
    assert_eq!(of("2026-02-10")[0]["path"], "/year?year=2025");
    assert_eq!(of("2026-03-16")[0]["path"], "/year?year=2025");
    assert_eq!((of("2026-03-18"), of("2027-02-10")), (Value::Null, Value::Null));
    assert_eq!(asked(abi::CARD, "season", json!({}), json!({}))["title"], "tax-deduction-card");
}

#[test]
fn samples_are_the_pages() {
    Years::samples().unwrap();
    One::samples().unwrap();
}
