//! The pages through the SDK's test host.

use prescriptions::{HANDLERS, List, Past, Published};
use sdk::{Page, Value, abi, json, testing};

/// The sample of F141 to F144, and the year before.
fn answer(name: &str, params: &Value) -> Vec<Value> {
    let drug = |month: &str, name: &str, (price, amount): (&str, &str), generic: Value| {
        let mut row = json!({
            "month": month, "person": "p1", "facility": "みなと駅前クリニック", "name": name, "price": price,
            "amount": amount, "ratio": null, "generic_name": "G", "generic_price": null, "saving": null,
        });
        let fields = generic.as_object().expect("an object").clone();
        row.as_object_mut().expect("an object").extend(fields);
        row
    };
    let rows = vec![
        drug("202411", "A", ("14.70", "5.000"), json!({"saving": 2})),
        drug("202411", "B", ("10.20", "15.000"), json!({"saving": 1})),
        drug("202411", "C", ("18.60", "126.000"), json!({"generic_price": "5.60"})),
        drug("202411", "D", ("17.40", "126.000"), json!({"generic_price": "9.60"})),
        drug("202312", "E", ("10.00", "10.000"), json!({"generic_price": "12.00", "ratio": 20})),
        drug("202310", "F", ("18.60", "126.000"), json!({"generic_price": "5.60"})),
        drug("202310", "F", ("-18.60", "126.000"), json!({"generic_price": "-5.60"})),
        drug(
            "202310",
            "G",
            ("10.00", "1.000"),
            json!({"saving": 50, "ratio": 0, "generic_name": null}),
        ),
        drug("202310", "H", ("10.00", "1.000"), json!({"generic_name": null})),
    ];
    match name {
        "months" => vec![json!({"month": "202411"}), json!({"month": "202312"})],
        "published" => vec![json!({"month": "202411", "people": 1, "drugs": 4})],
        "drugs" => {
            let (from, until) = (params["from"].as_str(), params["until"].as_str());
            let within =
                |row: &Value| from <= row["month"].as_str() && row["month"].as_str() <= until;
            rows.into_iter().filter(within).collect()
        }
        other => panic!("the page asked for {other}"),
    }
}

fn asked(op: u32, handler: &str, query: Value) -> Value {
    let request = json!({
        "handler": handler, "lang": "ja", "base": "/minato/p/prescriptions", "query": query,
        "today": "2025-02-01",
        "persons": [{"id": "p1", "name": "港　花子", "own": true}],
    });
    let (status, reply) = testing::call(&HANDLERS, op, &request, answer);
    assert_eq!(status, abi::OK, "{reply}");
    reply
}

fn data(handler: &str, query: Value) -> Value {
    asked(abi::PAGE, handler, query)["show"]["data"].clone()
}

/// F141: the newest month, grouped; F142, F143: to the yen; F144: a generic without a price.
#[test]
fn the_sample_of_the_seed_holds_to_the_yen() {
    let page = data("month", json!({}));
    assert_eq!(page["month"], "202411");
    assert_eq!(page["sums"], json!({"paid": 1429, "saving": 789, "after": 640}));
    let group = &page["groups"][0];
    assert_eq!(
        (&group["patient"], &group["facility"]),
        (&json!("港　花子"), &json!("みなと駅前クリニック"))
    );
    let drugs = group["drugs"].as_array().expect("medicines");
    let paid: Vec<_> = drugs.iter().map(|drug| drug["paid"].as_i64()).collect();
    assert_eq!(paid, [Some(22), Some(46), Some(703), Some(658)]);
    let generic = |at: usize| &drugs[at]["generic"];
    assert_eq!(*generic(0), json!({"name": "G", "price": null, "saving": 2, "paid": 20}));
    assert_eq!(*generic(2), json!({"name": "G", "price": "5.6", "saving": 491, "paid": 212}));
    assert_eq!(generic(3)["saving"], 295);
    assert_eq!(drugs[0]["compared"], true);
    // One that is dearer is no advice, and the file's own part counts.
    let page = data("month", json!({"month": "202312"}));
    assert_eq!(page["groups"][0]["drugs"][0]["generic"], Value::Null);
    assert_eq!(page["sums"], json!({"paid": 20, "saving": 0, "after": 20}));
    // What was taken back saves nothing, nor does who pays nothing; of the last nothing is known.
    let page = data("month", json!({"month": "202310"}));
    assert_eq!(page["sums"], json!({"paid": 3, "saving": 0, "after": 3}));
    assert_eq!(page["groups"][0]["drugs"][3]["compared"], false);
}

/// F145: the insurer's own footnotes in the place of ours, or none.
#[test]
fn footnotes_are_the_insurers() {
    assert_eq!(data("month", json!({}))["standard"], json!(["counter", "ask"]));
    let own = json!({"handler": "month", "lang": "ja", "persons": [],
                     "settings": {"footnotes": [{"text": {"ja": "在庫がないことがあります。"}}]}});
    let (_, reply) = testing::call(&HANDLERS, abi::PAGE, &own, answer);
    let page = &reply["show"]["data"];
    assert_eq!(page["footnotes"], json!(["在庫がないことがあります。"]));
    assert_eq!(page["standard"], json!([]));
}

/// F146: by year, what is past, and the choice of a month. Attack 34: a month is six digits.
#[test]
fn months_and_years_are_chosen() {
    let year = data("year", json!({}));
    assert_eq!((&year["year"], &year["month"]), (&json!(2024), &Value::Null));
    assert_eq!(year["years"], json!([2024, 2023]));
    assert_eq!(data("year", json!({"year": "2023"}))["sums"]["paid"], 23);
    let past = data("past", json!({}));
    assert_eq!(past["years"][0]["sums"]["paid"], 1429);
    assert_eq!(past["years"][1]["months"][0]["month"], "202312");
    for bad in ["2025", "x", "202513", "'; DROP"] {
        assert_eq!(asked(abi::PAGE, "month", json!({"month": bad})), "not_found", "{bad}");
    }
    assert_eq!(asked(abi::PAGE, "year", json!({"year": "202411"})), "not_found");
    assert_eq!(data("published", json!({}))["months"][0]["drugs"], 4);
}

/// F126: the card.
#[test]
fn the_card_has_the_newest_month() {
    let card = asked(abi::CARD, "newest", json!({}));
    assert_eq!((&card["value"], &card["as_of"]), (&json!("1,429"), &json!("202411")));
    assert_eq!(card["text"], "prescriptions-card-less");
}

#[test]
fn samples_are_the_pages() {
    List::samples().unwrap();
    Past::samples().unwrap();
    Published::samples().unwrap();
}
