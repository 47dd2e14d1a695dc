//! What proofs beside the password cost, and what a crowd of wrong passwords does to everybody else.

use crate::{authorize, cpu_ms, database_cpu_ms, is_wanted, measure, resident_mb};
use db::{AssertSqlSafe, Db};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tests::authenticator::Authenticator;
use tests::visitor::{HANAKO, PASSWORD, Seen, Visitor};
use tests::world::{Options, Program, World};
use totp_rs::{Builder, Secret, Totp};

/// Members who have an app.
const MEMBERS: usize = 8;
/// Seconds of each crowd.
const CROWD_SECS: u64 = 8;
/// Wrong passwords that it tries in a second.
const A_SECOND: u64 = 1000;
/// Tries of one journey.
const OF_JOURNEY: u64 = 20;
/// Logins of each kind whose times are compared.
const TIMED: usize = 200;

const AGREED: [(&str, &str); 2] = [("agree_portal", "yes"), ("agree_privacy", "yes")];
const MAILS: &str = "members@example.jp";

/// Measures everything of this file on one engine.
pub async fn run(databases: (String, String), figures: &mut Vec<Value>) {
    if !["passkey", "totp", "known", "mailed", "crowd", "times"].into_iter().any(is_wanted) {
        return;
    }
    let settings = vec![("MUSUBI_IDP_PROXY__TRUSTED", "[\"127.0.0.1\"]".to_owned())];
    let insurers = vec!["minato"];
    let options = Options { insurers, asks_new_devices: true, settings, ..Options::default() };
    let world = World::start(databases, options).await;
    let owner = Visitor::new();
    owner.register(&world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
    let known = only_known(&world, &owner);
    let db = Db::open(&world.idp_database()).await.expect("the database opens");

    alone(&world, "known browser: login", TIMED, figures, async |_| {
        log_in(&world, &known.copied(), "hanako79").await;
    })
    .await;
    passkeys(&world, &owner, &known, figures).await;
    apps(&world, &db, figures).await;
    crowds(&world, &db, &known, figures).await;
    times(&world, &db, figures).await;
    db.close().await;
}

/// A browser that the account knows and that is not signed in.
fn only_known(world: &World, visitor: &Visitor) -> Visitor {
    let known = Visitor::new();
    let url = format!("{}/minato/login", world.idp_url);
    for pair in visitor.cookies(&url).split("; ").filter_map(|pair| pair.split_once('=')) {
        if pair.0 == "browser-minato" {
            known.plant(&url, pair.0, pair.1);
        }
    }
    known
}

async fn log_in(world: &World, visitor: &Visitor, user_id: &str) {
    let page = visitor.open(&authorize(world, "login")).await;
    let to = visitor.submit_and_stay(&page, &[("user_id", user_id), ("password", PASSWORD)]).await;
    assert!(to.contains("code="), "{to}");
}

async fn passkeys(world: &World, owner: &Visitor, known: &Visitor, figures: &mut Vec<Value>) {
    if !is_wanted("passkey") {
        return;
    }
    let own = |below: &str| format!("{}/minato/account{below}", world.idp_url);
    let login = [("user_id", "hanako79"), ("password", PASSWORD)];
    let mut device = Authenticator::at(&world.idp_url);
    let page = owner.open(&own("/passkey")).await;
    let page = owner.submit(&page, &login).await;
    device.make(owner, &page, "device").await.sees("パスキーを追加しました");
    let mut pages = Vec::new();
    for _ in 0..TIMED {
        let visitor = known.copied();
        let page = visitor.open(&authorize(world, "login")).await;
        pages.push((visitor, page));
    }
    measure(world, Program::Idp, "passkey login, its answer", TIMED, figures, async |n| {
        let (visitor, page) = &pages[n];
        let answer = device.sign_in(visitor, page).await;
        assert!(answer.url.contains("code="), "{}", answer.url);
    })
    .await;
    measure(world, Program::Idp, "passkey login, with its page", TIMED, figures, async |_| {
        let visitor = known.copied();
        let page = visitor.open(&authorize(world, "login")).await;
        let answer = device.sign_in(&visitor, &page).await;
        assert!(answer.url.contains("code="), "{}", answer.url);
    })
    .await;
    // From here on the password is hanako's only way in.
    let page = owner.open(&own("")).await;
    let remove = page.html.split("href=\"/minato/account/passkey/").nth(1).expect("a link");
    let remove = own(&format!("/passkey/{}/remove", remove.split('"').next().expect("an id")));
    let page = owner.open(&remove).await;
    owner.submit(&page, &login).await.sees("パスキーを削除しました");
}

/// Codes by mail and of apps.
async fn apps(world: &World, db: &Db, figures: &mut Vec<Value>) {
    if !is_wanted("totp") {
        return;
    }
    // Members with the password that hanako has.
    let sql = "SELECT hash FROM passwords LIMIT 1";
    let row = db.read().await.expect("read").one(sql, &[]).await.expect("run").expect("a row");
    let hash = row.text("hash").expect("a hash");
    let mut csv = String::from("user_id,email,person_key,password_hash\n");
    for n in 0..MEMBERS {
        csv.push_str(&format!("member-{n:02},m{n}-{MAILS},,\"{hash}\"\n"));
    }
    let file = world.folder.join("members.csv");
    std::fs::write(&file, csv).expect("written");
    let file = file.display().to_string();
    world.ran(Program::Idp, &["member", "import", &file, "--insurer", "minato"]);

    let mailed = async |visitor: &Visitor, n: usize, mails: usize| -> Seen {
        let page = visitor.open(&format!("{}/minato/login", world.idp_url)).await;
        let typed = [("user_id", &*format!("member-{n:02}")), ("password", PASSWORD)];
        let mut page = visitor.submit(&page, &typed).await;
        if page.html.contains(AGREED[0].0) {
            page = visitor.submit(&page, &AGREED).await;
        }
        let to = format!("m{n}-{MAILS}");
        let mails =
            tokio::time::timeout(Duration::from_secs(20), world.mailbox.wait_for(&to, mails));
        let mails = mails.await.unwrap_or_else(|_| panic!("no mail to {to}: {}", page.html));
        let text = &mails[mails.len() - 1].text;
        let digits = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let code = text.split_whitespace().find(digits).expect("a code");
        visitor.submit(&page, &[("code", code)]).await
    };
    let mut members: Vec<(Visitor, Totp)> = Vec::new();
    for n in 0..MEMBERS {
        let visitor = Visitor::new();
        mailed(&visitor, n, 1).await;
        let page = visitor.open(&format!("{}/minato/account/app", world.idp_url)).await;
        let typed = [("user_id", &*format!("member-{n:02}")), ("password", PASSWORD)];
        let page = visitor.submit(&page, &typed).await;
        let key = page.html.split("class=\"key\" lang=\"en\">").nth(1).expect("a key");
        let key: String = key.split('<').next().unwrap_or_default().split_whitespace().collect();
        let secret = Secret::try_from_base32(key).expect("Base32");
        let totp = Builder::new().with_secret(secret).build().expect("160 bits");
        let typed = [("code", totp.generate(now()).to_string()), ("name", "app".to_owned())];
        let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
        visitor.submit(&page, &typed).await.sees("認証アプリを追加しました");
        members.push((visitor, totp));
    }
    // Codes of three steps are good at once, those after the one that was used.
    let used = now() / 30;
    while now() / 30 < used + 2 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let at = now();
    let mut pages = Vec::new();
    for ahead in [0, 30, 60] {
        for (n, (visitor, totp)) in members.iter().enumerate() {
            let visitor = only_known(world, visitor);
            let page = visitor.open(&format!("{}/minato/login", world.idp_url)).await;
            let typed = [("user_id", &*format!("member-{n:02}")), ("password", PASSWORD)];
            let page = visitor.submit(&page, &typed).await;
            pages.push((visitor, page, totp.generate(at - 30 + ahead).to_string()));
        }
    }
    // The step by itself: read, taken, checked, counted and led back, without the end of a login.
    measure(world, Program::Idp, "totp step, a wrong code", pages.len(), figures, async |n| {
        let (visitor, page, code) = &pages[n];
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let answer = visitor.submit_without_following(page, &[("code", wrong)]).await;
        assert!(answer.url.contains("/journey/"), "{}", answer.url);
    })
    .await;
    measure(
        world,
        Program::Idp,
        "totp step, with the end of the login",
        pages.len(),
        figures,
        async |n| {
            let (visitor, page, code) = &pages[n];
            let answer = visitor.submit_without_following(page, &[("code", code)]).await;
            assert!(answer.url.contains("/minato/signin"), "{}", answer.url);
        },
    )
    .await;
}

/// A thousand wrong passwords a second on one account, from one address and from five hundred: its owner
/// in a known browser and somebody else log in meanwhile.
async fn crowds(world: &World, db: &Db, known: &Visitor, figures: &mut Vec<Value>) {
    for addresses in [1, 500] {
        let name = format!("crowd of {A_SECOND}/s from {addresses} addresses");
        if !is_wanted("crowd") {
            return;
        }
        clear(db).await;
        let journeys = CROWD_SECS * A_SECOND / OF_JOURNEY;
        let mut pages = Vec::new();
        for n in 0..journeys {
            let address = format!("203.0.{}.{}", n % addresses / 250, n % addresses % 250 + 1);
            let visitor = Visitor::new().at_address(&address);
            let page = visitor.open(&format!("{}/minato/login", world.idp_url)).await;
            pages.push((visitor, page));
        }
        let (pid, before) = (world.process_id(Program::Idp), Instant::now());
        let (cpu, memory) = (cpu_ms(pid), resident_mb(pid));
        let answered = Arc::new(AtomicU64::new(0));
        let mut crowd = tokio::task::JoinSet::new();
        for (visitor, page) in pages {
            let answered = answered.clone();
            // Each journey tries its twenty, spread over the time.
            crowd.spawn(async move {
                for n in 0..OF_JOURNEY {
                    let at = Duration::from_millis(n * CROWD_SECS * 1000 / OF_JOURNEY);
                    tokio::time::sleep_until((before + at).into()).await;
                    let wrong = [("user_id", "hanako79"), ("password", "wrong password")];
                    visitor.submit_without_following(&page, &wrong).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (mut slowest, mut logins, mut most) = (Duration::ZERO, 0, memory);
        while before.elapsed() < Duration::from_secs(CROWD_SECS) {
            let began = Instant::now();
            log_in(world, &known.copied(), "hanako79").await;
            slowest = slowest.max(began.elapsed());
            logins += 1;
            most = most.max(resident_mb(pid));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        crowd.join_all().await;
        let took = before.elapsed().as_secs_f64();
        let rate = answered.load(Ordering::Relaxed) as f64 / took;
        let cores = (cpu_ms(pid) - cpu) / 1000.0 / took;
        println!(
            "{name:<42} {:<9} {rate:.0}/s answered, {cores:.2} cores; the owner in a known browser \
             logs in {logins} times, the slowest in {:.0} ms; {memory:.0} -> {most:.0} MB",
            world.engine,
            slowest.as_secs_f64() * 1000.0
        );
        figures.push(json!({
            "scenario": name, "engine": world.engine, "answered_per_second": rate,
            "server_cores": cores, "owner_slowest_ms": slowest.as_secs_f64() * 1000.0,
            "owner_logins": logins, "rss_mb_before": memory, "rss_mb_most": most,
        }));
    }
    clear(db).await;
}

/// How long a wrong login takes for who is there and who is not, each from a fresh address.
async fn times(world: &World, db: &Db, figures: &mut Vec<Value>) {
    if !is_wanted("times") {
        return;
    }
    let mut all = [Vec::new(), Vec::new()];
    for n in 0..TIMED {
        if n % 4 == 0 {
            // Five are free; the waits are no part of it.
            clear(db).await;
        }
        for (who, list) in [("hanako79", 0), ("hanako80", 1)] {
            let address = format!("198.51.{}.{}", n / 200, n % 200 + 1);
            let visitor = Visitor::new().at_address(&address);
            let page = visitor.open(&format!("{}/minato/login", world.idp_url)).await;
            let began = Instant::now();
            let wrong = [("user_id", who), ("password", "wrong password")];
            visitor.submit_without_following(&page, &wrong).await;
            all[list].push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    for (list, who) in all.iter_mut().zip(["somebody", "nobody"]) {
        list.sort_by(f64::total_cmp);
        let at = |share: f64| list[((list.len() - 1) as f64 * share) as usize];
        let (p10, p50, p90, p99) = (at(0.1), at(0.5), at(0.9), at(0.99));
        let name = format!("times of a wrong login, {who}");
        println!(
            "{name:<42} {:<9} p10 {p10:.2}   p50 {p50:.2}   p90 {p90:.2}   p99 {p99:.2} ms",
            world.engine
        );
        figures.push(json!({
            "scenario": name, "engine": world.engine, "p10_ms": p10, "p50_ms": p50,
            "p90_ms": p90, "p99_ms": p99, "requests": list.len(),
        }));
    }
}

/// Forgets what was wrong, as nobody but a bench may.
async fn clear(db: &Db) {
    let mut tx = db.begin().await.expect("a transaction");
    tx.execute(AssertSqlSafe("DELETE FROM attempts".to_owned()), &[]).await.expect("deleted");
    tx.commit().await.expect("committed");
}

/// Runs requests one after another, for what cannot be asked twice at once.
async fn alone(
    world: &World,
    name: &str,
    count: usize,
    figures: &mut Vec<Value>,
    request: impl AsyncFn(usize),
) {
    if !is_wanted(name) {
        return;
    }
    let pid = world.process_id(Program::Idp);
    let (before, database) = (cpu_ms(pid), database_cpu_ms(world));
    let mut times = Vec::with_capacity(count);
    for n in 0..count {
        let began = Instant::now();
        request(n).await;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let cpu = (cpu_ms(pid) - before) / count as f64;
    let database = (database_cpu_ms(world) - database) / count as f64;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let of_database = match database > 0.0 {
        true => format!(" + {database:.3} database"),
        false => String::new(),
    };
    println!(
        "{name:<42} {:<9} {cpu:>8.3} ms cpu{of_database}   p50 {:>7.2} ms   p99 {:>7.2} ms   \
         one at a time",
        world.engine,
        at(0.5),
        at(0.99)
    );
    figures.push(json!({
        "scenario": name, "engine": world.engine, "cpu_ms": cpu, "database_cpu_ms": database,
        "p50_ms": at(0.5), "p99_ms": at(0.99), "requests": count,
    }));
}

fn now() -> u64 {
    u64::try_from(tests::relying::now()).unwrap_or_default()
}
