//! Every link of every page, for somebody without an account, a member and a partner's guest: none
//! is broken, none leads into a dead end, the console has nothing to complain about, and behind
//! each login link one can log in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tests::browser::Browser;
use tests::visitor::{HANAKO, PASSWORD, Visitor};
use tests::world::{Options, World};

/// Pages of one address that differ only in their query: so many are looked at.
const ALIKE: usize = 3;

/// A page that was found.
struct Found {
    url: String,
    /// The page that links to it.
    from: String,
    asks_login: bool,
}

/// Opens everything that can be reached from these addresses by links within the product.
async fn walk(world: &World, browser: &Browser, starts: &[String], who: &str) -> Vec<Found> {
    let ours = |url: &str| url.starts_with(&world.idp_url) || url.starts_with(&world.portal_url);
    let mut queue: VecDeque<(String, String)> =
        starts.iter().map(|url| (url.clone(), String::new())).collect();
    let mut seen = BTreeSet::new();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    while let Some((url, from)) = queue.pop_front() {
        let url = url.split('#').next().unwrap_or_default().to_owned();
        let path = url.split('?').next().unwrap_or_default().to_owned();
        if !ours(&url) || path.contains("/assets/") || !seen.insert(url.clone()) {
            continue;
        }
        let count = alike.entry(path).or_default();
        *count += 1;
        if *count > ALIKE && !url.contains("/display?") {
            continue;
        }
        browser.open(&url).await;
        let (status, at) = (browser.status().await, browser.url().await);
        assert!(
            status < 400,
            "{who}: {url}, linked from {from}, is answered with {status} at {at}"
        );
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{who}: {url}: {complaints:?}");
        assert!(browser.has("h1").await, "{who}: {url} has no heading");
        let links = browser.links().await;
        let way_on = browser.has("main form button, main a[href]").await;
        assert!(way_on || !links.is_empty(), "{who}: {url} leads nowhere");
        let asks_login = browser.has("input[name=password]").await;
        found.push(Found { url: url.clone(), from, asks_login });
        queue.extend(links.into_iter().map(|link| (link, url.clone())));
    }
    found
}

/// Logs in on the page that is open, and is somewhere afterwards.
async fn log_in(browser: &Browser, what: &str) {
    let at = browser.url().await;
    assert!(browser.has("#user_id").await, "{what}: {at} does not ask who it is");
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    browser.click("main form button[type=submit]").await;
    let done = browser.loses("input[name=password]").await;
    let (status, at) = (browser.status().await, browser.url().await);
    assert!(done, "{what}: still asks at {at}");
    assert!(status < 400, "{what}: logging in ends with {status} at {at}");
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{what}: {complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_every_page_leads_somewhere() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let mut world = World::on_sqlite(options).await;
    world.launch_partner().await;
    let made = ("hanako@example.jp", "hanako79", HANAKO);
    Visitor::new().register(&world, "minato", made).await.sees("hanako79");
    let browser = Browser::start("links").await;
    let at = |base: &str, paths: &[&str]| -> Vec<String> {
        paths.iter().map(|path| format!("{base}/minato/{path}")).collect()
    };
    let mut starts = at(&world.portal_url, &[""]);
    starts.extend(at(
        &world.idp_url,
        &[
            "login", "register", "recover", "user-id", "help", "terms", "privacy", "device",
            "logout",
        ],
    ));

    let pages = walk(&world, &browser, &starts, "a visitor").await;
    assert!(pages.len() >= 8, "{} pages", pages.len());
    // A journey's own address is its browser's: without its cookies it is nobody's.
    let fresh = |page: &&Found| page.asks_login && !page.url.contains("journey");
    let logins: Vec<&Found> = pages.iter().filter(fresh).collect();
    assert!(logins.len() >= 2, "the portal's and the provider's own");
    for login in logins {
        browser.forget().await.open(&login.url).await;
        let what = format!("{}, linked from {}", login.url, login.from);
        log_in(&browser, &what).await;
    }

    // Another language and larger letters half-way.
    for part in ["lang=en", "size=l"] {
        browser.forget().await.open(&format!("{}/minato/signin", world.portal_url)).await;
        browser.click(&format!("a[href*='{part}']")).await;
        log_in(&browser, part).await;
    }

    // What only members reach, and what they reach of the rest.
    browser.forget().await.open(&format!("{}/minato/signin", world.portal_url)).await;
    log_in(&browser, "the portal").await;
    let mut more = starts.clone();
    more.extend(at(&world.portal_url, &["household", "views", "p/medical-fees"]));
    more.extend(at(&world.idp_url, &["consents", "account"]));
    let pages = walk(&world, &browser, &more, "a member").await;
    assert!(pages.len() >= 12, "{} pages", pages.len());
    assert!(pages.iter().all(|page| !page.asks_login || page.url.contains(&world.idp_url)));

    // Who comes from a partner: the links of the page where they log in, and back.
    let partner = world.partner_url();
    browser.forget().await.open(&format!("{partner}/login")).await;
    let login = browser.url().await;
    assert!(browser.has("input[name=password]").await, "{login}");
    let links = browser.links().await;
    walk(&world, &browser, &links, "a partner's guest").await;
    // A browser carries five journeys at once, and the walk began more.
    browser.open(&format!("{partner}/login")).await;
    log_in(&browser, "a partner's guest").await;
    assert!(browser.url().await.starts_with(&partner), "{}", browser.url().await);
    browser.close().await;
}
