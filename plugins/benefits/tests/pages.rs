//! The pages through the SDK's test host.

use benefits::{HANDLERS, List, Past, Published};
use sdk::{Page, Value, abi, json, testing};

fn payment(month: &str, person: &str, kind: &str, amount: i64, more: Value) -> Value {
    let mut row = json!({
        "paid_month": month, "person": person, "kind": kind, "care_month": null, "first_day": null,
        "last_day": null, "days": null, "amount": amount, "note": null,
    });
    let fields = more.as_object().expect("an object").clone();
    row.as_object_mut().expect("an object").extend(fields);
    row
}

const FLU: &str = "インフルエンザ予防接種補助金";

fn answer(name: &str, params: &Value) -> Vec<Value> {
    match name {
        "months" => vec![
            json!({"month": "202503", "amount": 6000}),
            json!({"month": "202412", "amount": 57_600}),
        ],
        "published" => vec![json!({"month": "202503", "people": 2, "amount": 6000})],
        "payments" if params["from"] == "202412" => {
            vec![payment("202412", "p1", "高額療養費", 57_600, json!({"care_month": "202409"}))]
        }
        "payments" => vec![
            payment("202503", "p1", FLU, 3000, json!({})),
            payment("202503", "p2", FLU, 3000, json!({})),
        ],
        other => panic!("the page asked for {other}"),
    }
}

fn asked(op: u32, handler: &str, query: Value, more: Value) -> Value {
    let mut request = json!({
        "handler": handler, "lang": "ja", "base": "/minato/p/benefits", "query": query,
        "today": "2025-04-01", "actor": {"insured": true},
        "persons": [{"id": "p1", "name": "港　花子", "own": true},
                    {"id": "p2", "name": "港　一郎", "own": false}],
    });
    let fields = more.as_object().expect("an object").clone();
    request.as_object_mut().expect("an object").extend(fields);
    let (status, reply) = testing::call(&HANDLERS, op, &request, answer);
    assert_eq!(status, abi::OK, "{reply}");
    reply
}

fn data(handler: &str, query: Value) -> Value {
    asked(abi::PAGE, handler, query, json!({}))["show"]["data"].clone()
}

/// F137, F138: the newest month with its sample; F140: by month, person and kind.
#[test]
fn the_newest_month_adds_up_and_is_filtered() {
    let page = data("month", json!({}));
    assert_eq!((&page["month"], &page["amount"]), (&json!("202503"), &json!(6000)));
    let first = &page["payments"][0];
    assert_eq!(
        (&first["name"], &first["days"], &first["first_day"]),
        (&json!("港　花子"), &Value::Null, &Value::Null)
    );
    assert_eq!(page["kinds"], json!([FLU]));
    assert_eq!(data("month", json!({"kind": FLU}))["kind"], FLU);
    let none = data("month", json!({"kind": "x"}));
    // What was chosen stays chosen, also where there is none of it.
    assert_eq!((&none["amount"], &none["kind"]), (&json!(0), &json!("x")));
    assert_eq!(none["kinds"], json!(["x", FLU]));
    assert_eq!(data("month", json!({"person": "p2"}))["person"], "p2");
    for bad in ["2025", "x", "202513", "'; DROP"] {
        assert_eq!(
            asked(abi::PAGE, "month", json!({"month": bad}), json!({})),
            "not_found",
            "{bad}"
        );
    }
}

/// F139: by year, and what is past.
#[test]
fn years_and_what_is_past() {
    let page = data("year", json!({}));
    assert_eq!((&page["year"], &page["years"]), (&json!(2025), &json!([2025, 2024])));
    let past = data("past", json!({}));
    assert_eq!(past["years"][1]["months"][0], json!({"month": "202412", "amount": 57_600}));
    assert_eq!(data("published", json!({}))["months"][0]["people"], 2);
}

/// F137: the notice.
#[test]
fn a_month_is_a_notice() {
    let reply = asked(
        abi::PAGE,
        "paper",
        json!({"month": "202503"}),
        json!({"settings": {"appeal": {"ja": "不服"}}}),
    );
    assert_eq!(reply["paper"]["name"], "benefits-202503");
    let blocks = &reply["paper"]["document"]["blocks"];
    assert_eq!(blocks[1]["figures"][1][1]["yen"], 6000);
    let table = &blocks[2]["table"];
    assert_eq!(table["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        table["rows"][0].as_array().map(Vec::len),
        table["columns"].as_array().map(Vec::len)
    );
    assert_eq!(blocks[4]["note"], "不服");
    // A choice on the page makes it no smaller: it says what was decided.
    let whole = asked(abi::PAGE, "paper", json!({"month": "202503", "kind": "x"}), json!({}));
    assert_eq!(whole["paper"]["document"]["blocks"][1]["figures"][1][1]["yen"], 6000);
    for month in ["", "2025", "202513"] {
        assert_eq!(asked(abi::PAGE, "paper", json!({"month": month}), json!({})), "not_found");
    }
}

/// It is paid to the insured person: dependants see it where the insurer says so.
#[test]
fn dependants_see_what_the_insurer_lets_them() {
    let dependant = json!({"actor": {"insured": false}});
    let page = asked(abi::PAGE, "month", json!({"month": "202503"}), dependant.clone());
    assert_eq!(page["show"]["data"]["hidden"], true);
    assert_eq!(page["show"]["data"]["payments"], json!([]));
    assert_eq!(
        asked(abi::PAGE, "paper", json!({"month": "202503"}), dependant.clone()),
        "not_found"
    );
    assert_eq!(asked(abi::CARD, "newest", json!({}), dependant)["title"], "");
    let may = json!({"actor": {"insured": false}, "settings": {"dependants": true}});
    let paper = asked(abi::PAGE, "paper", json!({"month": "202503"}), may.clone());
    assert_eq!(paper, "not_found", "it is addressed to the insured person");
    assert_eq!(asked(abi::PAGE, "month", json!({}), may)["show"]["data"]["amount"], 6000);
    // F126: the card.
    let card = asked(abi::CARD, "newest", json!({}), json!({}));
    assert_eq!((&card["value"], &card["as_of"]), (&json!("6,000"), &json!("202503")));
}

#[test]
fn samples_are_the_pages() {
    List::samples().unwrap();
    Past::samples().unwrap();
    Published::samples().unwrap();
}
