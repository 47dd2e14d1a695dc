//! `cargo xtask bench`: CPU seconds of the server process per 1,000 requests, and p50/p99.
//!
//! The load generator runs in this process; only the server's own CPU time counts
//! (`/proc/PID/task/*/schedstat`), so a busy machine changes p50 and p99 but not the figure.

mod factors;
mod insurers;
mod many;

use clap::Parser;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tests::carrier::form;
use tests::relying::{CHALLENGE, Relying};
use tests::visitor::{HANAKO, PASSWORD, Visitor};
use tests::world::{Options, Program, World};

/// Measures every scenario on SQLite and PostgreSQL.
#[derive(Parser)]
struct Cli {
    /// Also writes the figures to a file, as a JSON array.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
    /// Only the scenarios of an ordinary installation whose names begin like this: to look at one
    /// of them closely.
    #[arg(long)]
    only: Option<String>,
}

static ONLY: OnceLock<String> = OnceLock::new();

/// Whether a scenario was asked for.
fn is_wanted(name: &str) -> bool {
    ONLY.get().is_none_or(|only| name.starts_with(only.as_str()))
}

/// Logins measured.
const LOGINS: usize = 200;

/// Requests that run at the same time.
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    if let Some(only) = cli.only {
        ONLY.set(only).expect("set once");
    }
    let whole = ONLY.get().is_none();
    println!(
        "hash: argon2id m=19456 KiB t=2 p=1 · signatures: ES256 (aws-lc) · \
         SQLite: WAL, synchronous=FULL · PostgreSQL: fsync and synchronous_commit on\n\
         {AT_ONCE} requests at once, release build, {} cores; cpu_ms is the server's CPU per request\n",
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    );
    let mut figures = Vec::new();
    let engines = db::testing::fresh_urls().await.len();
    for engine in 0..engines {
        let fresh = async || db::testing::fresh_urls().await.swap_remove(engine);
        if whole {
            insurers::run((fresh().await, fresh().await), &mut figures).await;
        }
        if is_wanted(many::NAME) {
            many::run((fresh().await, fresh().await), &mut figures).await;
        }
        for in_process in [false, true].into_iter().take(if whole { 2 } else { 1 }) {
            let databases = (fresh().await, fresh().await);
            let options = Options { insurers: vec!["minato"], in_process, ..Options::default() };
            let world = World::start(databases, options).await;
            if in_process {
                let visitor = Visitor::new();
                visitor.register(&world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
                visitor.sign_in(&world, "minato", "hanako79").await.sees("港");
                month(&world, &visitor, "plugin page, in-process", &mut figures).await;
            } else {
                every(&world, &mut figures).await;
            }
        }
    }
    for engine in 0..engines {
        let fresh = async || db::testing::fresh_urls().await.swap_remove(engine);
        factors::run((fresh().await, fresh().await), &mut figures).await;
    }
    if whole {
        figures.push(roster().await);
    }
    if let Some(file) = cli.json {
        let text = serde_json::to_string_pretty(&figures).expect("figures are JSON");
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

async fn every(world: &World, figures: &mut Vec<Value>) {
    tokio::time::sleep(Duration::from_secs(3)).await;
    for (program, pids) in [
        (Program::Idp, vec![world.process_id(Program::Idp)]),
        (Program::Portal, [vec![world.process_id(Program::Portal)], world.runners()].concat()),
    ] {
        let mb: f64 = pids.iter().map(|pid| resident_mb(*pid)).sum();
        let name = format!("{program:?}").to_lowercase();
        println!(
            "{:<42} {:<9} {mb:>8.1} MB resident, {} processes",
            format!("idle {name}"),
            world.engine,
            pids.len()
        );
        figures.push(json!({
            "scenario": format!("idle {name}"), "engine": world.engine, "idle_rss_mb": mb,
            "processes": pids.len(),
        }));
    }
    let visitor = Visitor::new();
    visitor.register(world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
    let stay = Client::builder().redirect(Policy::none()).build().expect("a client");
    let base = format!("{}/minato", world.idp_url);

    let discovery = format!("{base}/.well-known/openid-configuration");
    measure(world, Program::Idp, "discovery", 4000, figures, async |_| {
        stay.get(&discovery).send().await.expect("answered").bytes().await.expect("read");
    })
    .await;
    let jwks = format!("{base}/jwks");
    measure(world, Program::Idp, "jwks", 4000, figures, async |_| {
        stay.get(&jwks).send().await.expect("answered").bytes().await.expect("read");
    })
    .await;

    measure(world, Program::Idp, "login page (two requests)", 1000, figures, async |_| {
        Visitor::new().open(&authorize(world, "login")).await.sees("name=\"password\"");
    })
    .await;

    // As a proxy asks that keeps its connections; with the one above, what a connection costs.
    measure(world, Program::Idp, "login page, kept connection", 4000, figures, async |_| {
        let begun = stay.get(authorize(world, "login")).send().await.expect("answered");
        let header = |name| begun.headers()[name].to_str().expect("ASCII").to_owned();
        let cookie = header("set-cookie");
        let page = format!("{}{}", world.idp_url, header("location"));
        let cookie = cookie.split(';').next().unwrap_or_default();
        let page = stay.get(page).header("cookie", cookie).send().await.expect("answered");
        assert!(page.text().await.expect("read").contains("name=\"password\""));
    })
    .await;

    let hashers = || threads_cpu_ms(world.process_id(Program::Idp), "hasher");
    let before = hashers();
    let login =
        measure(world, Program::Idp, "login (full browser flow)", LOGINS, figures, async |_| {
            let visitor = Visitor::new();
            let page = visitor.open(&authorize(world, "login")).await;
            let fields = [("user_id", "hanako79"), ("password", PASSWORD)];
            let location = visitor.submit_and_stay(&page, &fields).await;
            assert!(location.contains("code="), "{location}");
        })
        .await;
    // The warm-up hashes, too.
    let hash = (hashers() - before) / (LOGINS + 40) as f64;
    let share = login / hash;
    if login > 0.0 {
        println!(
            "{:<42} {:<9} {hash:>8.3} ms cpu of it is the password hash: {share:.3} x",
            "", world.engine
        );
        figures.push(json!({
            "scenario": "password hash inside login", "engine": world.engine, "cpu_ms": hash,
            "p50_ms": hash, "p99_ms": hash, "login_per_hash": share,
        }));
    }

    visitor.sign_in(world, "minato", "hanako79").await.sees("港");
    protocol(world, &visitor, "", figures).await;
    if ONLY.get().is_none() {
        dead_rows(world).await;
        protocol(world, &visitor, ", 1M dead rows", figures).await;
    }
    let home = format!("{}/minato/", world.portal_url);
    measure(world, Program::Portal, "home page", 1000, figures, async |_| {
        visitor.open(&home).await.sees("港");
    })
    .await;
    month(world, &visitor, "plugin page, runner", figures).await;
    papers(world, &visitor, figures).await;
    form_posts(world, &visitor, figures).await;
    uploads(world, &visitor, figures).await;
    charts(world, &visitor, figures).await;
    weight(world, &visitor, figures).await;
}

/// What partners' programs ask all day.
async fn protocol(world: &World, visitor: &Visitor, name: &str, figures: &mut Vec<Value>) {
    let named = |scenario: &str| format!("{scenario}{name}");
    let id = |client: &str| format!("{client}-{}", name.len());
    let machine = "grant_types = [\"client_credentials\"]\nscopes = [\"a\"]\n";
    let jwt =
        Relying::register(world, &id("jwt"), &format!("access_token_format = \"jwt\"\n{machine}"));
    let opaque = Relying::register(world, &id("opaque"), machine);
    let credentials = async |client: &Relying| {
        client.post("token", &[("grant_type", "client_credentials")], None).await.good()
    };
    measure(world, Program::Idp, &named("client_credentials, JWT"), 2000, figures, async |_| {
        credentials(&jwt).await;
    })
    .await;
    measure(world, Program::Idp, &named("client_credentials, opaque"), 2000, figures, async |_| {
        credentials(&opaque).await;
    })
    .await;

    let partner = Relying::partner(world);
    let callback = format!("{}/callback", world.partner_url());
    let redeem = async |client: &Relying, code: &str, callback: &str| {
        client.redeem(code, &[("redirect_uri", callback)], None).await.good()
    };
    let mut codes = Vec::new();
    for _ in 0..if is_wanted(&named("code -> token")) { 1001 } else { 1 } {
        codes.push(code(&visitor.location(&authorize(world, "none")).await));
    }
    let first = redeem(&partner, &codes.remove(0), &callback).await;
    let token = first.member("access_token").to_owned();
    measure(world, Program::Idp, &named("code -> token"), codes.len(), figures, async |n| {
        redeem(&partner, &codes[n], &callback).await;
    })
    .await;
    let bearer = format!("Bearer {token}");
    measure(world, Program::Idp, &named("userinfo"), 3000, figures, async |_| {
        partner.userinfo(&bearer, None).await.good();
    })
    .await;
    measure(world, Program::Idp, &named("introspection"), 3000, figures, async |_| {
        let answer = partner.post("introspect", &[("token", &token)], None).await.good();
        assert_eq!(answer.body["active"], true);
    })
    .await;
    measure(world, Program::Idp, &named("authorize with a session"), 1000, figures, async |_| {
        visitor.location(&authorize(world, "none")).await;
    })
    .await;
    measure(
        world,
        Program::Idp,
        &named("SSO (authorize, then token)"),
        1000,
        figures,
        async |_| {
            let code = code(&visitor.location(&authorize(world, "none")).await);
            redeem(&partner, &code, &callback).await;
        },
    )
    .await;

    let grants = "grant_types = [\"authorization_code\", \"refresh_token\"]\n";
    let client = Relying::register(world, &id("refreshes"), grants);
    let mut families = Vec::new();
    for _ in 0..AT_ONCE {
        let code = client.code(visitor, &[("scope", "openid")]).await;
        let answer = client.redeem(&code, &[], None).await.good();
        families.push(tokio::sync::Mutex::new(answer.member("refresh_token").to_owned()));
    }
    measure(world, Program::Idp, &named("refresh, rotating"), 1000, figures, async |n| {
        let mut family = families[n % AT_ONCE].lock().await;
        let answer = client.refresh(&family, &[]).await.good();
        *family = answer.member("refresh_token").to_owned();
    })
    .await;
}

fn code(location: &str) -> String {
    let answer = tests::relying::parameters(location);
    answer["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// A million expired rows that the purge has not reached yet, in each table that grows.
async fn dead_rows(world: &World) {
    let db = db::Db::open(&world.idp_database()).await.expect("the database opens");
    let bytes = if world.engine == "sqlite" {
        "CAST('dead' || i AS BLOB)"
    } else {
        "convert_to('dead' || i, 'UTF8')"
    };
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
    let expired = tests::relying::now() - 60;
    for sql in [
        format!(
            "INSERT INTO grants (insurer_id, grant_id, client_id, account_id, sid, offline, detail,
             code_hash, generation, created_at, expires_at)
             {rows} SELECT 'minato', 'dead' || i, 'partner', 'a' || i, 's' || i, FALSE, '{{}}',
             {bytes}, 0, {expired}, {expired} FROM n"
        ),
        format!(
            "INSERT INTO sessions (insurer_id, secret_hash, sid, account_id, auth_time, seen_at,
             expires_at)
             {rows} SELECT 'minato', {bytes}, 'dead' || i, 'a' || i, 0, 0, {expired} FROM n"
        ),
        format!(
            "INSERT INTO spent (insurer_id, kind, digest, expires_at)
             {rows} SELECT 'minato', 'dpop', {bytes}, {expired} FROM n"
        ),
    ] {
        let mut tx = db.begin().await.expect("a transaction");
        tx.execute(db::AssertSqlSafe(sql), &[]).await.expect("inserted");
        tx.commit().await.expect("committed");
    }
    db.close().await;
}

async fn month(world: &World, visitor: &Visitor, name: &str, figures: &mut Vec<Value>) {
    let url = format!("{}/minato/p/medical-fees/month?month=202503", world.portal_url);
    measure(world, Program::Portal, name, 1000, figures, async |_| {
        visitor.open(&url).await.sees("3,588");
    })
    .await;
}

/// A plugin's page with two charts.
async fn charts(world: &World, visitor: &Visitor, figures: &mut Vec<Value>) {
    let url = format!("{}/minato/p/example?month=197001", world.portal_url);
    measure(world, Program::Portal, "plugin page with charts", 500, figures, async |_| {
        visitor.open(&url).await.sees("<svg");
    })
    .await;
}

/// A form with a photo of a camera, which is looked at, written anew and sealed.
async fn uploads(world: &World, visitor: &Visitor, figures: &mut Vec<Value>) {
    if !is_wanted("form post with a photo") {
        return;
    }
    let page = visitor.open(&format!("{}/minato/p/example/new", world.portal_url)).await;
    let photo = tests::photo();
    let next = std::sync::atomic::AtomicI64::new(0);
    measure(world, Program::Portal, "form post with a photo", 40, figures, async |_| {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let day = format!("19{:02}-{:02}-{:02}", 30 + n / 336, n / 28 % 12 + 1, n % 28 + 1);
        let fields = [("day", day.as_str()), ("steps", "7200"), ("note", "")];
        let files = [("photo", "道.jpg", &photo[..])];
        visitor.submit_files(&page, &fields, &files).await.sees("記録しました");
    })
    .await;
}

/// What a year of medical fees weighs on the wire, as a browser asks for it.
async fn weight(world: &World, visitor: &Visitor, figures: &mut Vec<Value>) {
    let name = "a year of fees on the wire";
    if !is_wanted(name) {
        return;
    }
    let url = format!("{}/minato/p/medical-fees/year?year=2025", world.portal_url);
    let request = Client::new().get(&url).header("cookie", visitor.cookies(&url));
    let request = request.header("accept-encoding", "gzip").header("sec-fetch-site", "same-origin");
    let bytes = request.send().await.expect("answered").bytes().await.expect("read").len();
    let whole = visitor.open(&url).await.html.len();
    let kb = |bytes: usize| bytes as f64 / 1024.0;
    println!("{name:<42} {:<9} {:>8.1} KB of {:.1} KB", world.engine, kb(bytes), kb(whole));
    figures.push(json!({
        "scenario": name, "engine": world.engine, "kb": kb(bytes), "kb_plain": kb(whole),
    }));
}

/// A month and a year of medical fees as PDF.
async fn papers(world: &World, visitor: &Visitor, figures: &mut Vec<Value>) {
    if is_wanted("paper, 40 pages") {
        long_year(world);
    }
    for (name, of, count) in [
        ("a month", "month=202503", 200),
        ("a year", "year=2025", 50),
        ("40 pages", "year=2024", 20),
    ] {
        let url = format!("{}/minato/p/medical-fees/paper?{of}", world.portal_url);
        measure(world, Program::Portal, &format!("paper, {name}"), count, figures, async |_| {
            assert_eq!(visitor.header(&url, "content-type").await, "application/pdf");
        })
        .await;
    }
}

/// Seven hundred rows of one member in 2024: some forty pages.
fn long_year(world: &World) {
    let folder = world.folder.join("insurers/minato");
    let head = "記号,番号,枝番,診療年月,医療機関名,診療区分,日数,医療費総額,保険者負担額,公費負担額,自己負担額,備考";
    let row = |n: usize| {
        let month = n % 12 + 1;
        format!("1234,0005678,00,2024{month:02},\"潮鳴内科クリニック{n}\",通院,1,5530,3871,0,1659,")
    };
    let rows: Vec<String> = (0..700).map(row).collect();
    let csv = world.folder.join("long.csv");
    std::fs::write(&csv, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    let layout = std::fs::read_to_string(folder.join("medical-fees.toml")).expect("a layout");
    let toml = world.folder.join("long.toml");
    std::fs::write(&toml, layout.replace("windows-31j", "utf-8")).expect("written");
    let (csv, toml) = (csv.display().to_string(), toml.display().to_string());
    let args =
        ["import", &csv, "--insurer", "minato", "--plugin", "medical-fees", "--layout", &toml];
    world.ran(Program::Portal, &args);
}

/// A form of a plugin that writes a row and the note that it was taken, and the page that follows left
/// out.
async fn form_posts(world: &World, visitor: &Visitor, figures: &mut Vec<Value>) {
    if !is_wanted("form post of a plugin") {
        return;
    }
    let new = format!("{}/minato/p/example/new", world.portal_url);
    let page = visitor.open(&new).await;
    let next = std::sync::atomic::AtomicI64::new(0);
    measure(world, Program::Portal, "form post of a plugin", 500, figures, async |_| {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let day = format!("{:04}-{:02}-{:02}", 1950 + n / 336, n / 28 % 12 + 1, n % 28 + 1);
        let sent = [("day", day.as_str()), ("steps", "7200"), ("note", "川ぞいを歩きました。")];
        let to = visitor.submit_and_stay(&page, &sent).await;
        assert!(to.contains("said=example-added"), "{to}");
    })
    .await;
}

fn authorize(world: &World, prompt: &str) -> String {
    let query = form(&[
        ("client_id", "partner"),
        ("redirect_uri", &format!("{}/callback", world.partner_url())),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", prompt),
    ]);
    format!("{}/minato/authorize?{query}", world.idp_url)
}

/// Runs `count` requests, some warm-up first, and prints CPU per request, p50 and p99.
pub(crate) async fn measure(
    world: &World,
    program: Program,
    name: &str,
    count: usize,
    figures: &mut Vec<Value>,
    request: impl AsyncFn(usize),
) -> f64 {
    if !is_wanted(name) {
        return 0.0;
    }
    let pids = || match program {
        Program::Idp => vec![world.process_id(Program::Idp)],
        Program::Portal => [vec![world.process_id(Program::Portal)], world.runners()].concat(),
    };
    // What is measured once can only be done once.
    let one_use = ["code", "totp", "passkey login, its"].iter().any(|of| name.starts_with(of));
    for _ in 0..if one_use { 0 } else { count.min(40) } {
        request(0).await;
    }
    let before: f64 = pids().iter().map(|pid| cpu_ms(*pid)).sum();
    let database_before = database_cpu_ms(world);
    let times = std::sync::Mutex::new(Vec::with_capacity(count));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let worker = async || loop {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if n >= count {
            return;
        }
        let began = Instant::now();
        request(n).await;
        times.lock().expect("not poisoned").push(began.elapsed().as_secs_f64() * 1000.0);
    };
    // All in one task: the generator needs no more, and borrows what it wants.
    let (a, b, c, d) = (worker(), worker(), worker(), worker());
    let (e, f, g, h) = (worker(), worker(), worker(), worker());
    tokio::join!(a, b, c, d, e, f, g, h);
    let after: f64 = pids().iter().map(|pid| cpu_ms(*pid)).sum();
    let cpu = (after - before) / count as f64;
    let database = (database_cpu_ms(world) - database_before) / count as f64;
    let mut times = times.into_inner().expect("not poisoned");
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let (p50, p99) = (at(0.5), at(0.99));
    println!(
        "{name:<42} {:<9} {cpu:>8.3} ms cpu{}   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms",
        world.engine,
        if database > 0.0 { format!(" + {database:.3} database") } else { String::new() }
    );
    figures.push(json!({
        "scenario": name, "engine": world.engine, "cpu_ms": cpu, "database_cpu_ms": database,
        "p50_ms": p50, "p99_ms": p99, "requests": count,
    }));
    cpu
}

/// CPU time of PostgreSQL's processes for this world's databases, in milliseconds; 0 on SQLite,
/// which works in the program itself.
fn database_cpu_ms(world: &World) -> f64 {
    if world.engine == "sqlite" {
        return 0.0;
    }
    // Of both programs; plugins' roles read in the portal's.
    let urls = [world.idp_database(), world.portal_database()];
    let names = urls.iter().filter_map(|url| url.rsplit_once('/')).map(|(_, name)| name);
    let names: Vec<&str> = names.collect();
    let mut total = 0.0;
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let title = std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        if title.starts_with("postgres: ") && title.split(' ').any(|word| names.contains(&word)) {
            let text =
                std::fs::read_to_string(process.path().join("schedstat")).unwrap_or_default();
            total += text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0);
        }
    }
    total / 1e6
}

/// CPU time of a process's living threads so far, in milliseconds.
fn cpu_ms(pid: u32) -> f64 {
    threads_cpu_ms(pid, "")
}

/// The same for the threads whose name begins with `name`.
fn threads_cpu_ms(pid: u32, name: &str) -> f64 {
    // `schedstat` is per thread and in nanoseconds; the threads together are the process.
    let mut total = 0.0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let comm = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if !comm.starts_with(name) {
            continue;
        }
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        total += text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0);
    }
    total / 1e6
}

pub(crate) fn resident_mb(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
    let kb = line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}

/// Imports 100,000 rows and returns the CPU seconds that it took.
async fn roster() -> Value {
    let world = World::on_sqlite(Options { insurers: vec!["minato"], ..Options::default() }).await;
    let mut csv = String::from("symbol,number,branch,relation,name,kana,birth,sex,from,to,key\n");
    for n in 0..100_000 {
        let (number, branch) = (n / 3, n % 3);
        let relation = if branch == 0 { "本人" } else { "長男" };
        csv.push_str(&format!(
            "77,{number:07},{branch:02},{relation},架空 {n},カクウ タロウ,19790822,男,20200401,,P{n}\n"
        ));
    }
    let file = world.folder.join("big.csv");
    std::fs::write(&file, csv).expect("written");
    let layout = world.folder.join("big.toml");
    let text = "encoding = \"utf-8\"\nmode = \"delta\"\n[columns]\nsymbol = \"symbol\"\n\
                number = \"number\"\nbranch = \"branch\"\nrelation = \"relation\"\nname = \"name\"\n\
                name_kana = \"kana\"\nbirth_date = \"birth\"\nsex = \"sex\"\nacquired_on = \"from\"\n\
                lost_on = \"to\"\nperson_key = \"key\"\n";
    std::fs::write(&layout, text).expect("written");
    let (file, layout) = (file.display().to_string(), layout.display().to_string());
    let began = Instant::now();
    let before = children_cpu_ms();
    let args = ["roster", "import", &file, "--insurer", "minato", "--layout", &layout];
    let said = world.ran(Program::Idp, &args);
    assert!(said.contains("追加100000"), "{said}");
    let cpu = children_cpu_ms() - before;
    let wall = began.elapsed().as_secs_f64() * 1000.0;
    println!(
        "{:<42} {:<9} {:>8.1} s cpu   {:.1} s",
        "roster import, 100,000 rows",
        "sqlite",
        cpu / 1000.0,
        wall / 1000.0
    );
    json!({"scenario": "roster import, 100,000 rows", "engine": "sqlite", "cpu_ms": cpu, "p50_ms": wall, "p99_ms": wall})
}

/// CPU of ended children of this process, in milliseconds (clock ticks of 10 ms).
fn children_cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) * 10.0
}
