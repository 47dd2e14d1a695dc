//! Every page of the portal and of the plugins × sample × theme × language draws.

use portal::pages::home::{Home, Welcome};
use portal::pages::household::Household;
use portal::pages::plugin_page::PluginFault;
use portal::pages::views::Views;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use web::Pages;
use web::look::{ErrorPage, Notice};
use web::pages::Owner;
use web::testing::{draws, draws_samples};

fn pages() -> Arc<Pages> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let plugin = |id: &str| Owner::from_folder(id, &root.join("plugins").join(id));
    let owners = [portal::app::owner(), plugin("medical-fees"), plugin("notices"), plugin("help")];
    Arc::new(Pages::load(&root.join("themes"), &owners).unwrap())
}

#[test]
fn every_page_draws_in_every_theme_and_language() {
    let pages = pages();
    draws::<Welcome>(&pages);
    draws::<Home>(&pages);
    draws::<Household>(&pages);
    draws::<PluginFault>(&pages);
    draws::<Views>(&pages);
    draws::<ErrorPage>(&pages);
    draws::<Notice>(&pages);
}

/// F128: each column and the sum; F129: each kind of care, in days or times.
#[test]
fn every_page_of_the_plugins_draws() {
    let pages = pages();
    let sums =
        json!({"total": 12_960, "insurer_paid": 9_072, "public_paid": 3_588, "own_paid": 300});
    let row = |facility: Value, kind: &str| {
        let mut row = json!({
            "month": "202503", "patient": "ミナト　ハナコ", "facility": facility, "kind": kind,
            "days": 2, "note": null,
        });
        row.as_object_mut().unwrap().extend(sums.as_object().unwrap().clone());
        row
    };
    let kinds = ["inpatient", "outpatient", "dental", "pharmacy", "nursing", "therapy", "other"];
    let rows: Vec<Value> = kinds.iter().map(|kind| row(json!("医院"), kind)).collect();
    let base = "/minato/p/medical-fees";
    let patients =
        json!([{"name": "ミナト　ハナコ", "selected": true}, {"name": "B", "selected": false}]);
    let overview = |latest: Value, year: Value| {
        json!({"base": base, "note": "注", "latest": latest, "this_year": year,
               "patients": ["ミナト　ハナコ"], "household": true})
    };
    draws_samples(
        &pages,
        "medical-fees/overview.html",
        &[
            overview(
                json!({"month": "202503", "sums": sums}),
                json!({"year": 2025, "sums": sums, "months": 3}),
            ),
            overview(Value::Null, Value::Null),
        ],
    );
    let month = |rows: &[Value], patient: Value| {
        json!({"base": base, "note": null, "month": "202503", "patient": patient,
               "months": [{"month": "202503", "selected": true}], "patients": patients,
               "rows": rows, "sums": sums, "previous": "202502", "next": null})
    };
    draws_samples(
        &pages,
        "medical-fees/month.html",
        &[
            month(&rows, Value::Null),
            month(&[row(Value::Null, "dental")], json!("ミナト　ハナコ")),
            month(&[], Value::Null),
        ],
    );
    draws_samples(
        &pages,
        "medical-fees/year.html",
        &[json!({
            "base": base, "note": null, "year": 2025, "years": [{"year": 2025, "selected": true}],
            "patient": null, "patients": patients, "rows": rows, "sums": sums,
        })],
    );
    draws_samples(
        &pages,
        "medical-fees/past.html",
        &[
            json!({"base": base, "note": null, "years": [{"year": 2025, "sums": sums, "months": [
            {"month": "202503", "sums": sums, "empty": false},
            {"month": "202502", "sums": sums, "empty": true}]}]}),
            json!({"base": base, "note": null, "years": []}),
        ],
    );
    let notices = json!([{"id": 2, "published_on": "2026-04-01", "title": "お知らせ"}]);
    draws_samples(
        &pages,
        "notices/list.html",
        &[json!({"base": "/b", "notices": notices}), json!({"base": "/b", "notices": []})],
    );
    draws_samples(
        &pages,
        "notices/detail.html",
        &[
            json!({"base": "/b", "published_on": "2026-04-01", "title": "T", "paragraphs": ["一"], "url": null}),
            json!({"base": "/b", "published_on": "2026-04-01", "title": "T", "paragraphs": [], "url": "https://a.example/"}),
        ],
    );
}

/// F123: the page says what to do when a mail does not come.
#[test]
fn the_help_page_draws() {
    let one = json!({"questions": [{"question": "Q", "answer": "A"}]});
    draws_samples(&pages(), "help/list.html", &[one, json!({"questions": []})]);
}

/// Texts that Rust asks for by name.
#[test]
fn every_named_text_exists() {
    let pages = pages();
    for lang in ["ja", "en"] {
        let messages = pages.theme("base").messages(lang);
        for key in [
            "nav-home",
            "nav-household",
            "signin-failed-title",
            "signin-failed-text",
            "signin-cancelled-title",
            "signin-cancelled-text",
            "plugin-not-offered-title",
            "plugin-not-offered-text",
            "welcome-sign-in",
            "medical-fees-menu",
            "medical-fees-card-title",
            "medical-fees-card-none",
            "medical-fees-unit",
            "notices-menu",
            "notices-card-title",
            "notices-card-none",
        ] {
            assert!(messages.text(key, &[]).is_some(), "{key} {lang}");
        }
    }
}
