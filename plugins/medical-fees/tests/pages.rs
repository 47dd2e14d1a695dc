//! The pages through the SDK's test host.

use medical_fees::HANDLERS;
use medical_fees::pages::{Month, Overview, Past, Year};
use sdk::{Page, Value, abi, json, testing};

fn answer(name: &str, _: &Value) -> Vec<Value> {
    let sums = |total: i64, own: i64| json!({"total": total, "insurer_paid": total - own, "public_paid": 0, "other_paid": 0, "own_paid": own});
    let with = |mut row: Value, more: Value| {
        row.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        row
    };
    match name {
        "months" => vec![
            with(sums(1000, 300), json!({"month": "202503"})),
            with(sums(500, 150), json!({"month": "202412"})),
        ],
        "month_names" => vec![json!({"month": "202503"}), json!({"month": "202412"})],
        "rows" => vec![with(
            sums(1000, 300),
            json!({"month": "202503", "person": "p1", "facility": null, "kind": "dental",
                   "kind_text": "歯科", "days": 2, "note": null}),
        )],
        "of_care" => vec![
            json!({"person": "p1", "kind": "高額療養費", "care_month": "202503", "paid_month": "202506", "amount": 57_600}),
            json!({"person": "p2", "kind": "家族療養費付加金", "care_month": "202503", "paid_month": "202506", "amount": 900}),
        ],
        other => panic!("the page asked for {other}"),
    }
}

fn page(handler: &str, query: Value) -> Value {
    page_with(handler, query, json!({}))
}

fn page_with(handler: &str, query: Value, settings: Value) -> Value {
    let request = json!({
        "settings": settings, "actor": {"insured": query["by"] != "dependant"},
        "handler": handler, "lang": "ja", "base": "/minato/p/medical-fees", "query": query,
        "today": "2025-04-01",
        "persons": [{"id": "p1", "name": "港　花子", "own": true},
                    {"id": "p2", "name": "港　一郎", "own": false}],
    });
    let (status, reply) = testing::call(&HANDLERS, abi::PAGE, &request, answer);
    assert_eq!(status, abi::OK, "{reply}");
    reply
}

/// F127: the newest month and what was paid in it.
#[test]
fn overview_shows_the_newest_month_and_this_year() {
    let data = &page("overview", json!({}))["show"]["data"];
    assert_eq!(data["latest"]["month"], "202503");
    assert_eq!(data["this_year"]["sums"]["own_paid"], 300);
    assert_eq!(data["this_year"]["months"], 1);
    // A column for each month, and the way to those with care.
    let chart = &data["chart"];
    assert_eq!(chart["points"].as_array().map(Vec::len), Some(12));
    assert_eq!(chart["points"][8]["link"], "/minato/p/medical-fees/month?month=202412");
    assert_eq!(
        (&chart["points"][9]["link"], &chart["series"][0]["values"][8]),
        (&Value::Null, &json!(150))
    );
}

/// F129: a row without the facility's name shows none. Attack 34: a month is six digits.
#[test]
fn month_knows_its_neighbours_and_adds_up() {
    let data = &page("month", json!({"month": "202503"}))["show"]["data"];
    assert_eq!(data["previous"], "202412");
    assert_eq!(data["next"], Value::Null);
    // What was paid back for it leads to where it was paid.
    // Of whoever has care on the page: what was paid for hidden care is told on the page of benefits alone.
    assert_eq!(data["benefits"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["benefits"][0]["url"], "/minato/p/benefits?month=202506");
    let his = &page("month", json!({"month": "202503", "by": "dependant"}))["show"]["data"];
    assert_eq!(his["benefits"], json!([]), "they are paid to the insured person");
    let of_one = &page("month", json!({"month": "202503", "person": "p2"}))["show"]["data"];
    assert_eq!(of_one["benefits"], json!([]));
    assert_eq!(data["sums"]["total"], 1000);
    assert_eq!(data["groups"][0]["rows"][0]["facility"], Value::Null);
    // Names are the roster's, and whoever may be seen can be chosen.
    assert_eq!(data["groups"][0]["rows"][0]["patient"], "港　花子");
    assert_eq!(
        data["patients"],
        json!([{"id": "p1", "name": "港　花子", "selected": false},
               {"id": "p2", "name": "港　一郎", "selected": false}])
    );
    for bad in ["2025", "x", "2025-03", "'; DROP TABLE x"] {
        assert_eq!(page("month", json!({"month": bad})), "not_found", "{bad}");
    }
}

/// F134: years, newest first, with their months. F026: a month without care stays listed.
#[test]
fn past_lists_months_without_care() {
    let data = &page("past", json!({}))["show"]["data"];
    assert_eq!(data["years"][0]["year"], 2025);
    assert_eq!(data["years"][0]["months"][1]["empty"], true);
    assert_eq!(data["years"][1]["months"][0]["month"], "202412");
}

/// F025: every payer's share by month and year, with the benefits, where the insurer wants the table.
#[test]
fn past_is_a_table_where_the_insurer_says_so() {
    let data = &page_with("past", json!({}), json!({"past": "table"}))["show"]["data"];
    assert_eq!(data["table"], true);
    let year = &data["years"][0];
    assert_eq!(
        (&year["sums"]["total"], &year["sums"]["insurer_paid"]),
        (&json!(1000), &json!(700))
    );
    assert_eq!(
        (&year["benefits"], &year["months"][0]["benefits"]),
        (&json!(58_500), &json!(58_500))
    );
    assert_eq!((&data["years"][1]["benefits"], &data["benefits"]), (&json!(0), &json!(true)));
    let his = page_with("past", json!({"by": "dependant"}), json!({"past": "table"}));
    assert_eq!(his["show"]["data"]["benefits"], false, "they are paid to the insured person");
}

/// F131: the insurer's own footnotes in the place of ours, or none at all.
#[test]
fn footnotes_are_the_insurers() {
    let ours = &page("past", json!({}))["show"]["data"];
    assert_eq!(ours["standard"].as_array().map(Vec::len), Some(7));
    let own = json!({"footnotes": [{"text": {"ja": "保険外の費用は含まれません。"}}]});
    for handler in ["overview", "month", "year", "past"] {
        let data = &page_with(handler, json!({}), own.clone())["show"]["data"];
        assert_eq!(data["footnotes"], json!(["保険外の費用は含まれません。"]), "{handler}");
        assert_eq!(data["standard"], json!([]), "{handler}");
    }
    let paper = page_with("paper", json!({"month": "202503"}), own);
    let text = paper["paper"]["document"]["blocks"].to_string();
    assert!(text.contains("保険外の費用は含まれません。") && !text.contains("note-own"), "{text}");
    let none = page_with("past", json!({}), json!({"footnotes": []}));
    assert_eq!(none["show"]["data"]["standard"], json!([]));
}

#[test]
fn an_unknown_handler_and_a_broken_body_are_refused() {
    let (status, _) = testing::call(&HANDLERS, abi::PAGE, &json!({"handler": "x"}), answer);
    assert_eq!(status, abi::E_NOT_DECLARED);
    let (status, _) = testing::call(&HANDLERS, abi::PAGE, &json!([]), answer);
    assert_eq!(status, abi::E_REQUEST);
}

/// F128: each column and the sum; F129: each kind of care, in days or times.
#[test]
fn a_month_and_a_year_go_on_paper() {
    for (query, name) in [
        (json!({"month": "202503"}), "medical-fees-202503"),
        (json!({"year": "2025"}), "medical-fees-2025"),
    ] {
        let reply = page("paper", query.clone());
        assert_eq!(reply["paper"]["name"], name);
        let blocks = &reply["paper"]["document"]["blocks"];
        // The insured person's name, then who paid what.
        assert!(blocks[0]["figures"][0][1].to_string().contains("港　花子"));
        assert_eq!(blocks[0]["figures"][1][1]["yen"], 1000);
        let table = &blocks[1]["table"];
        let foot = table["foot"].as_array().expect("sums");
        assert_eq!(foot.last(), Some(&json!({"number": 300})));
        let columns = table["columns"].as_array().map(Vec::len);
        assert_eq!(table["rows"][0].as_array().map(Vec::len), columns, "{query}");
        assert_eq!(Some(foot.len()), columns);
    }
    for query in [json!({}), json!({"month": "2025"}), json!({"year": "202503"})] {
        assert_eq!(page("paper", query), "not_found");
    }
}

#[test]
fn samples_are_the_pages() {
    Overview::samples().unwrap();
    Month::samples().unwrap();
    Year::samples().unwrap();
    Past::samples().unwrap();
}

/// F136: what a dependant keeps from the household is chosen row by row, and what is not theirs cannot be.
#[test]
fn a_dependant_keeps_a_row_or_a_name() {
    let answer = |name: &str, _: &Value| match name {
        "month_names" => vec![json!({"month": "202503"})],
        "rows" => [("みなと医院", "outpatient"), ("みなと医院", "outpatient"), ("", "pharmacy")]
            .map(|(facility, kind)| {
                let facility = Some(facility).filter(|name| !name.is_empty());
                json!({"month": "202503", "person": "p1", "facility": facility, "kind": kind,
                       "kind_text": null, "days": 1, "note": null, "total": 1000,
                       "insurer_paid": 700, "public_paid": 0, "other_paid": 0, "own_paid": 300})
            })
            .into(),
        "hidden_rows" => vec![json!({"month": "202503", "facility": "", "kind": "pharmacy"})],
        "hidden_names" => vec![json!({"facility": "みなと医院"})],
        other => panic!("the page asked for {other}"),
    };
    let ask = |what: u32, handler: &str, shown: bool, form: Value| {
        let request = json!({
            "handler": handler, "base": "/minato/p/medical-fees", "form": form,
            "query": {"month": "202503", "at": "2"}, "actor": {"shown": shown},
            "persons": [{"id": "p1", "name": "港　一郎", "own": true}],
        });
        let (status, reply) = testing::call(&HANDLERS, what, &request, answer);
        assert_eq!(status, abi::OK, "{reply}");
        reply
    };
    let list = &ask(abi::PAGE, "keep", true, Value::Null)["show"]["data"]["rows"];
    // What is alike stands once, with its sum.
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!((&list[0]["how"], &list[0]["own_paid"]), (&json!("name"), &json!(600)));
    assert_eq!((&list[1]["how"], &list[1]["at"]), (&json!("row"), &json!(2)));
    let one = &ask(abi::PAGE, "keep_one", true, Value::Null)["show"];
    assert_eq!(one["forms"]["keep"]["values"]["kind"], "pharmacy");
    for handler in ["keep", "keep_one"] {
        assert_eq!(ask(abi::PAGE, handler, false, Value::Null), "not_found");
    }
    let send = |facility: &str, kind: &str, how: &str| {
        let facility = Some(facility).filter(|name| !name.is_empty());
        let form = json!({"facility": facility, "kind": kind, "how": how});
        ask(abi::ACTION, "kept", true, form)
    };
    let runs = |reply: &Value| {
        let writes = reply["see"]["writes"].as_array().expect("writes").iter();
        writes.map(|write| write["statement"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(runs(&send("みなと医院", "outpatient", "show")), ["show_name"]);
    assert_eq!(runs(&send("みなと医院", "outpatient", "name")), ["show_row", "hide_name"]);
    assert_eq!(runs(&send("みなと医院", "outpatient", "row")), ["hide_row"]);
    assert_eq!(runs(&send("", "pharmacy", "show")), ["show_row"]);
    let refused = |reply: &Value| reply["again"]["faults"][0]["text"].clone();
    assert_eq!(refused(&send("", "pharmacy", "name")), "medical-fees-keep-nameless");
    assert_eq!(refused(&send("よその医院", "outpatient", "row")), "medical-fees-keep-gone");
    assert_eq!(
        ask(
            abi::ACTION,
            "kept",
            false,
            json!({"facility": null, "kind": "pharmacy", "how": "row"})
        ),
        "not_found"
    );
}

/// What a month cost is explained whole: meals, a correction, a late claim, and what is still to be paid back of
/// each claim by the insurer's rule, as long as nothing was paid and it is not overdue.
#[test]
fn a_month_is_explained() {
    fn row(person: &str, own: i64, claimed: &str, meals: i64) -> Value {
        json!({"month": "202503", "person": person, "facility": "みはらし病院", "kind": "inpatient",
               "kind_text": null, "days": 3, "note": null, "total": own * 3, "insurer_paid": own * 2,
               "public_paid": 0, "other_paid": 0, "own_paid": own, "meal_total": meals * 2,
               "meal_own": meals, "claimed_month": claimed})
    }
    let settings = json!({"expected_above": 25_000});
    let ask = |today: &str, person: &str, paid: bool, settings: &Value| {
        let request = json!({
            "settings": settings, "actor": {"insured": true}, "handler": "month", "today": today,
            "base": "/minato/p/medical-fees", "query": {"month": "202503", "person": person},
            "persons": [{"id": "p1", "name": "港　花子", "own": true},
                        {"id": "p2", "name": "港　一郎", "own": false}],
        });
        let (status, reply) =
            testing::call(&HANDLERS, abi::PAGE, &request, move |name, _| match name {
                "month_names" => vec![json!({"month": "202503"})],
                // p1 has a claim above the limit in two rows, one below it, and one taken back; p2 one above.
                "rows" => vec![
                    row("p1", 40_000, "202504", 1_380),
                    row("p1", 3_050, "202504", 0),
                    row("p2", 25_900, "202509", 0),
                    row("p2", -400, "202504", 0),
                ],
                "of_care" if paid => vec![json!({"person": "p1", "kind": "一部負担還元金",
                "care_month": "202503", "paid_month": "202506", "amount": 18_000})],
                _ => Vec::new(),
            });
        assert_eq!(status, abi::OK, "{reply}");
        reply["show"]["data"].clone()
    };
    let data = ask("2025-04-01", "", false, &settings);
    assert_eq!(data["sums"]["meal_own"], 1_380);
    // 43,050 - 25,000 in whole hundreds; p2's 25,500 would bring 500, which is below the least amount.
    assert_eq!(data["expected"], json!({"amount": 18_000, "month": "202506"}));
    let late: Vec<_> = data["groups"][0]["rows"].as_array().expect("rows").iter().collect();
    assert_eq!((&late[0]["late"], &late[2]["late"]), (&json!(false), &json!(true)));
    let small = json!({"expected_above": 25_000, "expected_least": 100, "expected_months": 4});
    let data = ask("2025-04-01", "", false, &small);
    assert_eq!(data["expected"], json!({"amount": 18_500, "month": "202507"}));
    // Nothing when it was paid, when it is overdue, or when the insurer has said no rule.
    let data = ask("2025-04-01", "", true, &settings);
    assert_eq!((&data["expected"], &data["paid_back"]), (&Value::Null, &json!(18_000)));
    assert_eq!(ask("2025-07-01", "", false, &settings)["expected"], Value::Null);
    assert_eq!(ask("2025-04-01", "", false, &json!({}))["expected"], Value::Null);
}
