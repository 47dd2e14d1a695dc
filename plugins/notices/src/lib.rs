//! Notices (F024, F241): what the society announces to everybody, newest first.

use sdk::{Call, CardReply, Fault, PageReply, json};
use serde::Deserialize;

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => list, detail => detail],
    cards: [newest => newest],
    checks: [],
}

#[derive(Deserialize)]
struct Item {
    item_id: i64,
    published_on: String,
    title: String,
}

#[derive(Deserialize)]
struct Detail {
    published_on: String,
    title: String,
    body: String,
    url: String,
}

fn items(call: &Call) -> Result<Vec<Item>, Fault> {
    call.query("list", json!({"today": call.today}))
}

/// `/`
fn list(call: &Call) -> Result<PageReply, Fault> {
    let notices: Vec<_> = items(call)?
        .into_iter()
        .map(|i| json!({"id": i.item_id, "published_on": i.published_on, "title": i.title}))
        .collect();
    PageReply::show("list.html", json!({"base": call.base, "notices": notices}))
}

/// `/detail?id=7`
fn detail(call: &Call) -> Result<PageReply, Fault> {
    let Ok(item) = call.param("id").parse::<i64>() else { return Ok(PageReply::NotFound) };
    let found: Vec<Detail> = call.query("detail", json!({"item": item, "today": call.today}))?;
    let Some(notice) = found.into_iter().next() else { return Ok(PageReply::NotFound) };
    let paragraphs: Vec<&str> =
        notice.body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // A link of the society's file is shown only when it is a web address.
    let url = Some(notice.url.as_str()).filter(|url| url.starts_with("https://"));
    PageReply::show(
        "detail.html",
        json!({
            "base": call.base, "published_on": notice.published_on, "title": notice.title,
            "paragraphs": paragraphs, "url": url,
        }),
    )
}

/// The newest notice on the home page.
fn newest(call: &Call) -> Result<CardReply, Fault> {
    let newest = items(call)?.into_iter().next();
    Ok(CardReply {
        title: "notices-card-title".into(),
        path: newest.as_ref().map_or("/".into(), |item| format!("/detail?id={}", item.item_id)),
        value: newest.as_ref().map(|item| item.title.clone()),
        text: newest.is_none().then(|| "notices-card-none".into()),
        as_of: newest.map(|item| item.published_on),
        unit: None,
    })
}
