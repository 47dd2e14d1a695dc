//! `cargo xtask bench`: CPU seconds of the server process per 1,000 requests, and p50/p99.
//!
//! The load generator runs in this process; only the server's own CPU time counts
//! (`/proc/PID/task/*/schedstat`), so a busy machine changes p50 and p99 but not the figure.

use base64::Engine as _;
use clap::Parser;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::visitor::{HANAKO, PASSWORD, Visitor};
use tests::world::{Options, Program, World};

/// Measures every scenario on SQLite and PostgreSQL.
#[derive(Parser)]
struct Cli {
    /// Also writes the figures to a file, as a JSON array.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Logins measured.
const LOGINS: usize = 200;

/// Requests that run at the same time.
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    println!(
        "hash: argon2id m=19456 KiB t=2 p=1 · signatures: ES256 (aws-lc) · \
         SQLite: WAL, synchronous=FULL · PostgreSQL: fsync and synchronous_commit on\n\
         {AT_ONCE} requests at once, release build, {} cores; cpu_ms is the server's CPU per request\n",
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    );
    let mut figures = Vec::new();
    let engines = db::testing::fresh_urls().await.len();
    for engine in 0..engines {
        for in_process in [false, true] {
            let fresh = async || db::testing::fresh_urls().await.swap_remove(engine);
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
    figures.push(roster().await);
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
            "{:<28} {:<9} {mb:>8.1} MB resident, {} processes",
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
    println!(
        "{:<28} {:<9} {hash:>8.3} ms cpu of it is the password hash: {share:.3} x",
        "", world.engine
    );
    figures.push(json!({
        "scenario": "password hash inside login", "engine": world.engine, "cpu_ms": hash,
        "p50_ms": hash, "p99_ms": hash, "login_per_hash": share,
    }));

    visitor.sign_in(world, "minato", "hanako79").await.sees("港");
    let mut codes = Vec::new();
    for _ in 0..1000 {
        let location = visitor.location(&authorize(world, "none")).await;
        let url = url::Url::parse(&location).expect("absolute");
        let code =
            url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        codes.push(code);
    }
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("partner:{}", "q".repeat(40)));
    let token = std::sync::Mutex::new(String::new());
    measure(world, Program::Idp, "code -> token", 1000, figures, async |n| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &codes[n])
            .append_pair("redirect_uri", &format!("{}/callback", world.partner_url()))
            .append_pair("code_verifier", VERIFIER)
            .finish();
        let answer = stay
            .post(format!("{base}/token"))
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .expect("answered");
        assert!(answer.status().is_success());
        let text = answer.text().await.expect("read");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        *token.lock().expect("not poisoned") =
            value["access_token"].as_str().expect("a token").to_owned();
    })
    .await;
    let bearer = format!("Bearer {}", token.into_inner().expect("not poisoned"));
    measure(world, Program::Idp, "userinfo", 3000, figures, async |_| {
        let answer = stay.get(format!("{base}/userinfo")).header("authorization", &bearer).send();
        assert!(answer.await.expect("answered").status().is_success());
    })
    .await;
    measure(world, Program::Idp, "authorize with a session", 1000, figures, async |_| {
        visitor.location(&authorize(world, "none")).await;
    })
    .await;
    let home = format!("{}/minato/", world.portal_url);
    measure(world, Program::Portal, "home page", 1000, figures, async |_| {
        visitor.open(&home).await.sees("港");
    })
    .await;
    month(world, &visitor, "plugin page, runner", figures).await;
}

async fn month(world: &World, visitor: &Visitor, name: &str, figures: &mut Vec<Value>) {
    let url = format!("{}/minato/p/medical-fees/month?month=202503", world.portal_url);
    measure(world, Program::Portal, name, 1000, figures, async |_| {
        visitor.open(&url).await.sees("3,588");
    })
    .await;
}

fn authorize(world: &World, prompt: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", "partner")
        .append_pair("redirect_uri", &format!("{}/callback", world.partner_url()))
        .append_pair("response_type", "code")
        .append_pair("scope", "openid email")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .append_pair("prompt", prompt)
        .finish();
    format!("{}/minato/authorize?{query}", world.idp_url)
}

/// Runs `count` requests, some warm-up first, and prints CPU per request, p50 and p99.
async fn measure(
    world: &World,
    program: Program,
    name: &str,
    count: usize,
    figures: &mut Vec<Value>,
    request: impl AsyncFn(usize),
) -> f64 {
    let pids = || match program {
        Program::Idp => vec![world.process_id(Program::Idp)],
        Program::Portal => [vec![world.process_id(Program::Portal)], world.runners()].concat(),
    };
    let one_use = name.starts_with("code");
    for _ in 0..if one_use { 0 } else { count.min(40) } {
        request(0).await;
    }
    let before: f64 = pids().iter().map(|pid| cpu_ms(*pid)).sum();
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
    let mut times = times.into_inner().expect("not poisoned");
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let (p50, p99) = (at(0.5), at(0.99));
    println!(
        "{name:<28} {:<9} {cpu:>8.3} ms cpu   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms",
        world.engine
    );
    figures.push(json!({
        "scenario": name, "engine": world.engine, "cpu_ms": cpu, "p50_ms": p50, "p99_ms": p99,
        "requests": count,
    }));
    cpu
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

fn resident_mb(pid: u32) -> f64 {
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
        "{:<28} {:<9} {:>8.1} s cpu   {:.1} s",
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
