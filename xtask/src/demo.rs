//! `cargo xtask demo`: builds, fills and starts everything on SQLite, until Ctrl-C.

use crate::run::{cargo, output, root, target};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const IDP: u16 = 8400;
const PORTAL: u16 = 8500;
const MAILBOX: u16 = 8600;
const SMTP: u16 = 8625;

/// The files that an insurer's folder may have for plugins: plugin, and which of its kinds.
const FILES: [(&str, Option<&str>); 6] = [
    ("medical-fees", None),
    ("notices", None),
    ("benefits", None),
    ("prescriptions", None),
    ("example", Some("courses")),
    ("example", Some("counted")),
];

const INSURERS: [&str; 5] = ["minato", "aozora", "kaede", "hokushin", "nagisa"];

/// Runs the demo.
pub fn run(fresh: bool) -> Result<(), String> {
    for port in [IDP, PORTAL, MAILBOX, SMTP] {
        TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
            format!(
                "port {port} is taken ({error}). Another demo or program uses it: stop it and try \
                 again. `ss -ltnp | grep {port}` shows which it is."
            )
        })?;
    }
    cargo(&["build"])?;
    let data = root().join("data/demo");
    if fresh && data.exists() {
        std::fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    std::fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let env = environment(&data)?;
    // These libraries were just built here: they are the ones that the demo trusts.
    let hashes = ["--config", &env["PORTAL_CONFIG"], "plugins", "hash"];
    let allowed = output(&program("portal"), &hashes)?;
    std::fs::write(data.join("allowed.sha256"), allowed).map_err(|error| error.to_string())?;
    fill(&data, &env)?;
    let staff = staff(&data, &env)?;
    let (sender, receiver) = channel();
    ctrlc::set_handler(move || sender.send(()).unwrap_or(()))
        .map_err(|error| format!("Ctrl-C cannot be listened to: {error}"))?;
    let mut children = Vec::new();
    let started = start(&data, &env, &mut children);
    if started.is_ok() {
        println!("{}", welcome(&staff));
        loop {
            if receiver.recv_timeout(Duration::from_millis(300)).is_ok() {
                println!("\n終了します / stopping");
                break;
            }
            let died = children.iter_mut().find_map(|(name, child)| {
                let status = child.try_wait().ok()??;
                Some(format!("{name} has stopped ({status}); see {}/{name}.log", data.display()))
            });
            if let Some(died) = died {
                stop(&mut children);
                return Err(died);
            }
        }
    }
    stop(&mut children);
    started
}

fn welcome(staff: &str) -> String {
    format!(
        "
  Musubi is running.                                    終了は Ctrl-C / stop with Ctrl-C

  ポータル / portals   {}
  受信箱 / mailbox     http://localhost:{MAILBOX}/   送られたメールが届きます

  みなと健保に登録するときの保険証 / a card to register with at minato:
    記号 1234   番号 0005678   枝番 00   カナ氏名 ミナト ハナコ   生年月日 1979年8月22日
  ほかの保険者の保険証は demo/README.md にあります / cards of the others: demo/README.md

  みなと健保の職員ページ / staff pages of minato   http://localhost:{PORTAL}/minato/staff
{staff}
  最初からやり直すには / start anew: cargo xtask demo --fresh
",
        INSURERS
            .map(|slug| format!("http://localhost:{PORTAL}/{slug}/"))
            .join("\n                       ")
    )
}

type Env = BTreeMap<String, String>;

/// What the programs and the insurers' folders read. Secrets are made once.
fn environment(data: &Path) -> Result<Env, String> {
    let secrets = data.join("secrets");
    if !secrets.exists() {
        let mut bytes = [0_u8; 64];
        let read =
            std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
        read.map_err(|error| format!("/dev/urandom: {error}"))?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(&secrets, hex).map_err(|error| error.to_string())?;
    }
    let hex = std::fs::read_to_string(&secrets).map_err(|error| error.to_string())?;
    let (portal, partner) = hex.trim().split_at(64);
    let path = |name: &str| data.join(name).display().to_string();
    let pairs = [
        ("IDP_URL", format!("http://localhost:{IDP}")),
        ("PORTAL_URL", format!("http://localhost:{PORTAL}")),
        ("PARTNER_URL", "http://localhost:8700".to_owned()),
        ("PORTAL_CLIENT_SECRET", portal.to_owned()),
        ("PARTNER_CLIENT_SECRET", partner.to_owned()),
        ("IDP_CONFIG", path("idp.toml")),
        ("PORTAL_CONFIG", path("portal.toml")),
    ];
    let file = |name: &str, text: String| {
        std::fs::write(data.join(name), text).map_err(|error| error.to_string())
    };
    file(
        "idp.toml",
        format!(
            "listen = \"127.0.0.1:{IDP}\"\npublic_url = \"http://localhost:{IDP}\"\n\
             database = \"sqlite:{}\"\nthemes = \"{}\"\nkey_file = \"{}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {SMTP}\n\
             [outbound]\nloopback = true\n",
            path("idp.sqlite"),
            root().join("themes").display(),
            path("idp.key")
        ),
    )?;
    file(
        "portal.toml",
        format!(
            "listen = \"127.0.0.1:{PORTAL}\"\npublic_url = \"http://localhost:{PORTAL}\"\n\
             database = \"sqlite:{}\"\nthemes = \"{}\"\nkey_file = \"{}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {SMTP}\n\
             [plugins]\nfolder = \"{}\"\nlibraries = \"{}\"\ncopies = \"{}\"\n\
             allowed_file = \"{}\"\n",
            path("portal.sqlite"),
            root().join("themes").display(),
            path("portal.key"),
            root().join("plugins").display(),
            target().join("debug").display(),
            path("plugin-copies"),
            path("allowed.sha256")
        ),
    )?;
    Ok(pairs.map(|(name, value)| (name.to_owned(), value)).into())
}

fn program(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// Applies the insurers and imports their files, unless just these were filled in before.
fn fill(data: &Path, env: &Env) -> Result<(), String> {
    let folder = root().join("demo/insurers");
    let mut hasher = DefaultHasher::new();
    env.hash(&mut hasher);
    hash_folder(&folder, &mut hasher)?;
    hash_folder(&root().join("demo/src"), &mut hasher)?;
    hash_folder(&root().join("migrations"), &mut hasher)?;
    let mark = format!("{:x}", hasher.finish());
    let file = data.join("filled");
    if std::fs::read_to_string(&file).is_ok_and(|old| old == mark) {
        return Ok(());
    }
    let (idp_config, portal_config) = (&env["IDP_CONFIG"], &env["PORTAL_CONFIG"]);
    for slug in INSURERS {
        println!("{slug}: 保険者・加入者名簿・医療費を読み込みます / filling in");
        let at = |below: &str| folder.join(slug).join(below).display().to_string();
        let dir = folder.join(slug).display().to_string();
        let idp = |args: &[&str]| quiet("idp", idp_config, args, env);
        let portal = |args: &[&str]| quiet("portal", portal_config, args, env);
        idp(&["insurer", "apply", &dir])?;
        if folder.join(slug).join("staff").exists() {
            idp(&["insurer", "apply", &at("staff")])?;
        }
        let layout = at("roster.toml");
        idp(&[
            "roster",
            "import",
            &at("files/roster.csv"),
            "--insurer",
            slug,
            "--layout",
            &layout,
        ])?;
        portal(&["insurer", "apply", &dir])?;
        for (plugin, importer) in FILES {
            let name = importer.map_or(plugin.to_owned(), |kind| format!("{plugin}-{kind}"));
            let layout = at(&format!("{name}.toml"));
            if Path::new(&layout).exists() {
                let files = ["csv", "xml"].map(|end| at(&format!("files/{name}.{end}")));
                let file = files.iter().find(|file| Path::new(file).exists()).unwrap_or(&files[0]);
                let mut args = vec!["import", file, "--insurer", slug, "--plugin", plugin];
                args.extend(["--layout", &layout]);
                args.extend(importer.into_iter().flat_map(|kind| ["--importer", kind]));
                portal(&args)?;
            }
        }
        made(data, env, slug)?;
    }
    std::fs::write(&file, mark).map_err(|error| error.to_string())
}

/// Beside the people of the insurer's own files stand 200 households with three years of care, made anew.
fn made(data: &Path, env: &Env, slug: &str) -> Result<(), String> {
    let folder = data.join("households").join(slug);
    let at = |file: String| folder.join(file).display().to_string();
    let made = Command::new(program("demo"))
        .args(["households", &folder.display().to_string(), "--seed", slug])
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return Err("demo households failed".to_owned());
    }
    let (csv, layout) = (at("roster.csv".into()), at("roster.toml".into()));
    let args = ["roster", "import", &csv, "--insurer", slug, "--layout", &layout];
    quiet("idp", &env["IDP_CONFIG"], &args, env)?;
    let settings = root().join("demo/insurers").join(slug).join("portal.toml");
    let settings = std::fs::read_to_string(settings).map_err(|error| error.to_string())?;
    for plugin in ["medical-fees", "benefits", "prescriptions"] {
        if !settings.contains(&format!("id = \"{plugin}\"")) {
            continue;
        }
        let (csv, layout) = (at(format!("{plugin}.csv")), at(format!("{plugin}.toml")));
        let args = ["import", &csv, "--insurer", slug, "--plugin", plugin, "--layout", &layout];
        // A batch of its own: it replaces none of the insurer's months.
        let args = [&args[..], &["--batch", "households"]].concat();
        quiet("portal", &env["PORTAL_CONFIG"], &args, env)?;
    }
    Ok(())
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) -> Result<(), String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher)?;
        } else {
            path.hash(hasher);
            std::fs::read(&path).map_err(|error| error.to_string())?.hash(hasher);
        }
    }
    Ok(())
}

/// Two people who work for minato, let in once: what they sign in with the first time.
fn staff(data: &Path, env: &Env) -> Result<String, String> {
    let file = data.join("staff");
    if let Ok(known) = std::fs::read_to_string(&file) {
        return Ok(known);
    }
    let mut told = Vec::new();
    for (email, name, role) in [
        ("taro@minato.example", "港　太郎", "minato:clerk"),
        ("jiro@minato.example", "港　次郎", "minato:lead"),
    ] {
        let add = ["staff", "add", "--insurer", "minato-staff", "--email", email];
        let args = [&add[..], &["--name", name, "--role", role]].concat();
        let said = said("idp", &env["IDP_CONFIG"], &args, env)?;
        let password = said.lines().last().unwrap_or_default().to_owned();
        told.push(format!("    {email}   {password}   {role}"));
    }
    let told = told.join("\n");
    std::fs::write(&file, &told).map_err(|error| error.to_string())?;
    Ok(told)
}

/// Runs one of our programs; its output is shown when it fails.
fn quiet(name: &str, config: &str, args: &[&str], env: &Env) -> Result<(), String> {
    said(name, config, args, env).map(drop)
}

/// Runs one of our programs, and returns what it said.
fn said(name: &str, config: &str, args: &[&str], env: &Env) -> Result<String, String> {
    let done = Command::new(program(name))
        .args(["--config", config])
        .args(args)
        .envs(insurer_env(env))
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let text = [done.stdout, done.stderr].concat();
    Err(format!("{name} {}: {}", args.join(" "), String::from_utf8_lossy(&text)))
}

/// The variables that insurers' folders use.
fn insurer_env(env: &Env) -> impl Iterator<Item = (&String, &String)> {
    env.iter().filter(|(name, _)| !name.ends_with("_CONFIG"))
}

fn start(data: &Path, env: &Env, children: &mut Vec<(&'static str, Child)>) -> Result<(), String> {
    let smtp = format!("127.0.0.1:{SMTP}");
    let http = format!("127.0.0.1:{MAILBOX}");
    let programs: [(&'static str, Vec<&str>, u16); 3] = [
        ("demo", vec!["--smtp", &smtp, "--http", &http], MAILBOX),
        ("idp", vec!["--config", &env["IDP_CONFIG"], "serve"], IDP),
        ("portal", vec!["--config", &env["PORTAL_CONFIG"], "serve"], PORTAL),
    ];
    for (name, args, port) in programs {
        let log = std::fs::File::create(data.join(format!("{name}.log")))
            .map_err(|error| error.to_string())?;
        let child = Command::new(program(name))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        children.push((name, child));
        wait(name, port, data)?;
    }
    Ok(())
}

/// Waits until a program answers.
fn wait(name: &str, port: u16, data: &Path) -> Result<(), String> {
    let began = Instant::now();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    while began.elapsed() < Duration::from_secs(30) {
        if let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
            let request =
                "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            let mut answer = [0; 12];
            let answered =
                stream.write_all(request.as_bytes()).and_then(|()| stream.read_exact(&mut answer));
            if answered.is_ok() {
                return Ok(());
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = data.join(format!("{name}.log"));
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    Err(format!("{name} does not answer on port {port}. Its log ({}):\n{text}", log.display()))
}

/// Asks every program to stop and waits for it.
fn stop(children: &mut Vec<(&'static str, Child)>) {
    for (name, mut child) in children.drain(..).rev() {
        let id = child.id().to_string();
        let signal = if name == "demo" { "-INT" } else { "-TERM" };
        Command::new("kill").args([signal, &id]).status().ok();
        let began = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if began.elapsed() > Duration::from_secs(12) {
                child.kill().ok();
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}
