//! Notices (F024, F241): what the society announces to everybody, newest first.

use sdk::{Call, CardReply, Fault, Hit, Page, PageReply, json};
use serde::{Deserialize, Serialize};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => list, detail => detail, search => search],
    cards: [newest => newest],
    checks: [],
}

/// What has been published, newest first.
#[derive(Serialize, Deserialize)]
pub struct List {
    pub base: String,
    pub notices: Vec<Item>,
}

/// A notice in the list.
#[derive(Serialize, Deserialize)]
pub struct Item {
    pub id: i64,
    pub published_on: String,
    pub title: String,
    /// What it is called when a member has opened it: the same also after the next file.
    pub item: String,
    /// Within twelve months: what is older is no news to whoever comes.
    pub of_late: bool,
}

/// One notice.
#[derive(Serialize, Deserialize)]
pub struct Detail {
    pub base: String,
    pub published_on: String,
    pub title: String,
    pub paragraphs: Vec<String>,
    /// The society's link, when it is a web address.
    pub url: Option<String>,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

impl Page for Detail {
    const TEMPLATE: &'static str = "detail.html";
    const SAMPLES: &'static str = include_str!("../samples/detail.json");
}

/// A row of `queries/detail.sql`.
#[derive(Deserialize)]
struct Row {
    published_on: String,
    title: String,
    body: String,
    url: Option<String>,
}

/// Whom the member is among, in the words of `audience`.
fn who(call: &Call) -> &'static str {
    if call.actor.insured { "insured" } else { "dependants" }
}

/// A row of `queries/list.sql`.
#[derive(Deserialize)]
struct Line {
    id: i64,
    published_on: String,
    title: String,
}

/// What a notice is called: its row has another number in the next file.
fn item(published_on: &str, title: &str) -> String {
    format!("{published_on} {title}")
}

fn items(call: &Call) -> Result<Vec<Item>, Fault> {
    let lines: Vec<Line> = call.query("list", json!({"who": who(call)}))?;
    let item = |Line { id, published_on, title }| {
        let item = item(&published_on, &title);
        let of_late = is_new(&published_on, &call.today);
        Item { id, published_on, title, item, of_late }
    };
    Ok(lines.into_iter().map(item).collect())
}

/// `/`
fn list(call: &Call) -> Result<PageReply, Fault> {
    List { base: call.base.clone(), notices: items(call)? }.show()
}

/// `/detail?id=7`
fn detail(call: &Call) -> Result<PageReply, Fault> {
    let Ok(id) = call.param("id").parse::<i64>() else { return Ok(PageReply::NotFound) };
    let found: Vec<Row> = call.query("detail", json!({"item": id, "who": who(call)}))?;
    let Some(row) = found.into_iter().next() else { return Ok(PageReply::NotFound) };
    let item = item(&row.published_on, &row.title);
    let paragraphs = row.body.lines().map(str::trim).filter(|line| !line.is_empty());
    Detail {
        base: call.base.clone(),
        paragraphs: paragraphs.map(str::to_owned).collect(),
        published_on: row.published_on,
        title: row.title,
        url: row.url.filter(|url| url.starts_with("https://")),
    }
    .show()
    .map(|page| page.opens(item))
}

/// Its part of the portal's search.
fn search(call: &Call) -> Result<PageReply, Fault> {
    let params = json!({"who": who(call), "word": call.param("q")});
    let found: Vec<Line> = call.query("search", params)?;
    let hit = |one: Line| Hit {
        title: one.title,
        path: format!("/detail?id={}", one.id),
        at: Some(one.published_on),
        ..Hit::default()
    };
    Ok(PageReply::Hits { hits: found.into_iter().map(hit).collect() })
}

/// The newest notice on the home page.
fn newest(call: &Call) -> Result<CardReply, Fault> {
    let items = items(call)?;
    let of_late = items.iter().filter(|item| item.of_late);
    let of_late = of_late.map(|item| item.item.clone()).collect();
    let newest = items.into_iter().next();
    Ok(CardReply {
        items: of_late,
        title: "notices-card-title".into(),
        path: newest.as_ref().map_or("/".into(), |item| format!("/detail?id={}", item.id)),
        value: newest.as_ref().map(|item| item.title.clone()),
        text: newest.is_none().then(|| "notices-card-none".into()),
        as_of: newest.map(|item| item.published_on),
        ..CardReply::default()
    })
}

/// Whether a day lies in the twelve months before another.
fn is_new(day: &str, today: &str) -> bool {
    let month = |day: &str| {
        let (year, month) =
            (day.get(..4)?.parse::<i32>().ok()?, day.get(5..7)?.parse::<i32>().ok()?);
        Some(year * 12 + month)
    };
    match (month(day), month(today)) {
        (Some(day), Some(today)) => (today - 12..=today).contains(&day),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Detail, HANDLERS, List};
    use sdk::{Page, abi, json, testing};

    #[test]
    fn a_notice_in_paragraphs_with_a_link_that_is_a_web_address() {
        let page = |url: &'static str| {
            let request = json!({"handler": "detail", "query": {"id": "7"}});
            let (status, reply) = testing::call(&HANDLERS, abi::PAGE, &request, move |_, _| {
                vec![
                    json!({"published_on": "2026-04-01", "title": "T", "body": "一\n\n 二", "url": url}),
                ]
            });
            assert_eq!(status, abi::OK, "{reply}");
            reply["show"]["data"].clone()
        };
        assert_eq!(page("https://a.example/")["paragraphs"], json!(["一", "二"]));
        assert_eq!(page("https://a.example/")["url"], "https://a.example/");
        assert_eq!(page("javascript:alert(1)")["url"], json!(null));
    }

    #[test]
    fn each_member_asks_for_what_is_for_them() {
        for (insured, who) in [(true, "insured"), (false, "dependants")] {
            let request = json!({"handler": "list", "actor": {"insured": insured}});
            let (status, _) = testing::call(&HANDLERS, abi::PAGE, &request, move |_, params| {
                assert_eq!(params["who"], who);
                Vec::new()
            });
            assert_eq!(status, abi::OK);
        }
    }

    #[test]
    fn samples_are_the_pages() {
        List::samples().unwrap();
        Detail::samples().unwrap();
    }
}
