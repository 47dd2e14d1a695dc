//! A fresh installation with real programs on free ports.

use demo::smtp::Mailbox;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// The files that an insurer's folder may have for plugins: plugin, and which of its kinds.
const FILES: [(&str, Option<&str>); 6] = [
    ("medical-fees", None),
    ("notices", None),
    ("benefits", None),
    ("prescriptions", None),
    ("example", Some("courses")),
    ("example", Some("counted")),
];

/// One of our programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Idp,
    Portal,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Program::Idp => "idp",
            Program::Portal => "portal",
        }
    }
}

/// What a test may change before the programs start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub insurers: Vec<&'static str>,
    /// Adds the plugin that does everything wrong to the first insurer.
    pub misbehaving: bool,
    pub in_process: bool,
    /// Lines for the `[protocol]` table of every insurer's `idp.toml`.
    pub protocol: &'static str,
    /// Whether a login from a browser that was never seen asks a mailed code, as it does unless an
    /// insurer says otherwise. Tests about something else have it off.
    pub asks_new_devices: bool,
    /// More settings of the programs, by environment variable.
    pub settings: Vec<(&'static str, String)>,
    /// The authority (PEM) of idp's own certificate: idp serves https, and no portal is started.
    pub tls: Option<String>,
}

/// A running installation. Everything ends when it is dropped.
pub struct World {
    pub idp_url: String,
    pub portal_url: String,
    pub partner_port: u16,
    pub mailbox: Mailbox,
    pub folder: PathBuf,
    pub engine: &'static str,
    env: BTreeMap<String, String>,
    authority: Option<String>,
    idp: Option<Child>,
    portal: Option<Child>,
    partner: Option<Child>,
    _temporary: tempfile::TempDir,
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_owned()
}

/// The folder of the programs under test.
pub fn bin() -> PathBuf {
    std::env::var_os("MUSUBI_BIN").map_or_else(
        || {
            let exe = std::env::current_exe().expect("a test has a path");
            let mut folder = exe.parent().expect("in a folder").to_owned();
            if folder.ends_with("deps") {
                folder.pop();
            }
            folder
        },
        PathBuf::from,
    )
}

/// A program that ends with this.
pub struct Another(std::process::Child);

impl Drop for Another {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A port that nobody listens on, of those that the system gives nobody by itself: what it gives between this and
/// the program's start would be taken.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const PORTS: std::ops::Range<u16> = 12_000..32_000;
    let begin = u16::try_from(std::process::id() % 19_000).unwrap_or(0);
    loop {
        let at = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + at % (PORTS.end - PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl World {
    /// A world on each engine, at once: SQLite, and PostgreSQL when a server is named.
    pub async fn on_each_engine(options: Options, test: impl AsyncFn(&mut World) + Sync) {
        let (idp, portal) = (db::testing::fresh_urls().await, db::testing::fresh_urls().await);
        let runtime = tokio::runtime::Handle::current();
        let run = async |databases| {
            let mut world = World::start(databases, options.clone()).await;
            test(&mut world).await;
        };
        // Each in a thread of its own: what runs a command waits for it.
        tokio::task::block_in_place(|| {
            std::thread::scope(|threads| {
                let begun: Vec<_> = (idp.into_iter().zip(portal))
                    .map(|databases| threads.spawn(|| runtime.block_on(run(databases))))
                    .collect();
                for world in begun {
                    world.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
                }
            });
        });
    }

    /// A world on SQLite.
    pub async fn on_sqlite(options: Options) -> World {
        let databases = (db::testing::fresh_sqlite(), db::testing::fresh_sqlite());
        World::start(databases, options).await
    }

    /// Applies the insurers, imports their files and starts the programs.
    pub async fn start((idp_db, portal_db): (String, String), options: Options) -> World {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().to_owned();
        let (idp_port, portal_port, partner_port) = (free_port(), free_port(), free_port());
        let mailbox = Mailbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let smtp_port = listener.local_addr().expect("bound").port();
        tokio::spawn(mailbox.clone().serve(listener));
        let at = |name: &str| folder.join(name).display().to_string();
        let themes = root().join("themes").display().to_string();
        let plugins = plugins(&folder, options.misbehaving).display().to_string();
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let (idp_url, portal_url) =
            (format!("{scheme}://localhost:{idp_port}"), format!("http://localhost:{portal_port}"));
        let loading = if options.in_process { "in-process" } else { "runner" };
        let env: BTreeMap<String, String> = [
            ("IDP_URL", idp_url.clone()),
            ("PORTAL_URL", portal_url.clone()),
            ("PARTNER_URL", format!("http://localhost:{partner_port}")),
            ("PORTAL_CLIENT_SECRET", "p".repeat(40)),
            ("PARTNER_CLIENT_SECRET", "q".repeat(40)),
            ("MUSUBI_IDP_LISTEN", format!("127.0.0.1:{idp_port}")),
            ("MUSUBI_IDP_PUBLIC_URL", idp_url.clone()),
            ("MUSUBI_IDP_DATABASE", idp_db.clone()),
            ("MUSUBI_IDP_THEMES", themes.clone()),
            ("MUSUBI_IDP_KEY_FILE", at("idp.key")),
            ("MUSUBI_IDP_SMTP__HOST", "127.0.0.1".into()),
            ("MUSUBI_IDP_SMTP__PORT", smtp_port.to_string()),
            ("MUSUBI_IDP_OUTBOUND__LOOPBACK", "true".into()),
            ("MUSUBI_PORTAL_LISTEN", format!("127.0.0.1:{portal_port}")),
            ("MUSUBI_PORTAL_PUBLIC_URL", portal_url.clone()),
            ("MUSUBI_PORTAL_DATABASE", portal_db),
            ("MUSUBI_PORTAL_SMTP__HOST", "127.0.0.1".into()),
            ("MUSUBI_PORTAL_SMTP__PORT", smtp_port.to_string()),
            ("MUSUBI_PORTAL_THEMES", themes),
            ("MUSUBI_PORTAL_KEY_FILE", at("portal.key")),
            ("MUSUBI_PORTAL_PLUGINS__FOLDER", plugins),
            ("MUSUBI_PORTAL_PLUGINS__LIBRARIES", bin().display().to_string()),
            ("MUSUBI_PORTAL_PLUGINS__ALLOWED_FILE", at("allowed.sha256")),
            ("MUSUBI_PORTAL_PLUGINS__TRUST_FILE", at("trust.toml")),
            ("MUSUBI_PORTAL_PLUGINS__COPIES", at("copies")),
            ("MUSUBI_PORTAL_PLUGINS__LOADING", loading.into()),
            ("RUST_LOG", "info,sqlx=warn".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let mut env = env;
        env.extend(
            options.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        let engine = if idp_db.starts_with("sqlite") { "sqlite" } else { "postgres" };
        let mut world = World {
            idp_url,
            portal_url,
            partner_port,
            mailbox,
            folder,
            engine,
            env,
            authority: options.tls.clone(),
            idp: None,
            portal: None,
            partner: None,
            _temporary: temporary,
        };
        let allowed = world.ran(Program::Portal, &["plugins", "hash"]);
        std::fs::write(world.folder.join("allowed.sha256"), allowed).expect("writable");
        for slug in &options.insurers {
            world.fill(slug, &options);
        }
        world.launch(Program::Idp).await;
        if options.tls.is_none() {
            world.launch(Program::Portal).await;
        }
        world
    }

    fn fill(&self, slug: &str, options: &Options) {
        let from = root().join("demo/insurers").join(slug);
        let folder = self.folder.join("insurers").join(slug);
        copy(&from, &folder);
        let file = folder.join("idp.toml");
        let mut text = std::fs::read_to_string(&file).expect("idp.toml");
        if !options.asks_new_devices {
            text.push_str("\n[new_device]\nask = \"off\"\n");
        }
        if !options.protocol.is_empty() {
            text.push_str(&format!("\n[protocol]\n{}\n", options.protocol));
        }
        std::fs::write(&file, text).expect("written");
        if options.misbehaving {
            let file = folder.join("portal.toml");
            let text = std::fs::read_to_string(&file).expect("portal.toml");
            std::fs::write(&file, format!("{text}\n[[plugin]]\nid = \"misbehaving\"\n"))
                .expect("written");
        }
        let at = |below: &str| folder.join(below).display().to_string();
        let dir = folder.display().to_string();
        self.ran(Program::Idp, &["insurer", "apply", &dir]);
        if folder.join("staff").exists() {
            self.ran(Program::Idp, &["insurer", "apply", &at("staff")]);
        }
        let (csv, layout) = (at("files/roster.csv"), at("roster.toml"));
        self.ran(Program::Idp, &["roster", "import", &csv, "--insurer", slug, "--layout", &layout]);
        self.ran(Program::Portal, &["insurer", "apply", &dir]);
        for (plugin, importer) in FILES {
            let name = importer.map_or(plugin.to_owned(), |kind| format!("{plugin}-{kind}"));
            let layout = at(&format!("{name}.toml"));
            if Path::new(&layout).exists() {
                let files = ["csv", "xml"].map(|end| at(&format!("files/{name}.{end}")));
                let file = files.iter().find(|file| Path::new(file).exists()).unwrap_or(&files[0]);
                let mut args = vec!["import", file, "--insurer", slug, "--plugin", plugin];
                args.extend(["--layout", &layout]);
                args.extend(importer.into_iter().flat_map(|kind| ["--importer", kind]));
                self.ran(Program::Portal, &args);
            }
        }
    }

    /// Runs a command line and returns what it said.
    pub fn run(&self, program: Program, args: &[&str]) -> Output {
        Command::new(bin().join(program.name()))
            .args(args)
            .envs(&self.env)
            .output()
            .expect("our programs are built: run `cargo xtask test`")
    }

    /// Runs a command line that must succeed.
    pub fn ran(&self, program: Program, args: &[&str]) -> String {
        let output = self.run(program, args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program:?} {args:?}: {text}{errors}");
        text
    }

    /// Starts a server and waits until it is ready.
    pub async fn launch(&mut self, program: Program) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join(format!("{}.log", program.name())))
            .expect("the log can be written");
        let child = Command::new(bin().join(program.name()))
            .arg("serve")
            .envs(&self.env)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("our programs are built");
        let url = match program {
            Program::Idp => {
                self.idp = Some(child);
                &self.idp_url
            }
            Program::Portal => {
                self.portal = Some(child);
                &self.portal_url
            }
        };
        let url = format!("{url}/health/ready");
        let mut http = reqwest::Client::builder();
        if let Some(authority) = &self.authority {
            let root = reqwest::Certificate::from_pem(authority.as_bytes()).expect("PEM");
            http = http.tls_certs_only([root]);
        }
        let http = http.build().expect("a client");
        let ready = async {
            while !http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(60), ready).await.is_err() {
            panic!("{program:?} does not start:\n{}", self.log(program));
        }
    }

    /// Another portal on the same database, for as long as what is returned lives; its log is the
    /// portal's, too. PostgreSQL only: a SQLite file has one server.
    pub fn launch_another_portal(&self) -> Another {
        let log = std::fs::OpenOptions::new()
            .append(true)
            .open(self.folder.join("portal.log"))
            .expect("the log can be written");
        let child = Command::new(bin().join("portal"))
            .arg("serve")
            .envs(&self.env)
            .env("MUSUBI_PORTAL_LISTEN", format!("127.0.0.1:{}", free_port()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("our programs are built");
        Another(child)
    }

    /// What a program has logged so far.
    pub fn log(&self, program: Program) -> String {
        std::fs::read_to_string(self.folder.join(format!("{}.log", program.name())))
            .unwrap_or_default()
    }

    /// `kill -9`.
    pub fn kill(&mut self, program: Program) {
        let slot = match program {
            Program::Idp => &mut self.idp,
            Program::Portal => &mut self.portal,
        };
        if let Some(mut child) = slot.take() {
            child.kill().expect("it ran");
            child.wait().expect("it ended");
        }
    }

    /// The process id of a server.
    pub fn process_id(&self, program: Program) -> u32 {
        let child = match program {
            Program::Idp => &self.idp,
            Program::Portal => &self.portal,
        };
        child.as_ref().expect("it runs").id()
    }

    /// The processes that hold plugins.
    pub fn runners(&self) -> Vec<u32> {
        let portal = self.process_id(Program::Portal).to_string();
        let children = format!("/proc/{portal}/task");
        let mut found = Vec::new();
        for task in std::fs::read_dir(children).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(text.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
        found
    }

    /// Starts the partner site, which signs in with openid-client.
    pub async fn launch_partner(&mut self) {
        npm_install();
        let child = Command::new("node")
            .arg(root().join("tests/partner/app.mjs"))
            .env("ISSUER", format!("{}/minato", self.idp_url))
            .env("CLIENT_ID", "partner")
            .env("CLIENT_SECRET", "q".repeat(40))
            .env("PORT", self.partner_port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("node is installed");
        self.partner = Some(child);
        let url = self.partner_url();
        let ready = async {
            while reqwest::get(&url).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ready).await.expect("the partner starts");
    }

    /// The address of idp's database.
    pub fn idp_database(&self) -> String {
        self.env["MUSUBI_IDP_DATABASE"].clone()
    }

    /// The address of the portal's database.
    pub fn portal_database(&self) -> String {
        self.env["MUSUBI_PORTAL_DATABASE"].clone()
    }

    /// Where the partner site is.
    pub fn partner_url(&self) -> String {
        format!("http://localhost:{}", self.partner_port)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for child in [&mut self.idp, &mut self.portal, &mut self.partner].into_iter().flatten() {
            child.kill().ok();
            child.wait().ok();
        }
        if std::thread::panicking() {
            for program in [Program::Idp, Program::Portal] {
                let log = self.log(program);
                let lines: Vec<&str> = log.lines().filter(|l| !l.contains("\"INFO\"")).collect();
                eprintln!("--- {program:?}\n{}", lines.join("\n"));
            }
        }
    }
}

/// Fetches what the Node programs in `tests/partner` need, and axe-core, once per machine.
pub fn npm_install() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let app = root().join("tests/partner");
        if !app.join("node_modules/axe-core").exists() {
            let install = ["ci", "--no-audit", "--no-fund"];
            let done = Command::new("npm").args(install).current_dir(&app).status();
            assert!(done.is_ok_and(|done| done.success()), "npm ci in tests/partner");
        }
    });
}

/// A folder with the product's plugins and, when asked for, the misbehaving one.
fn plugins(folder: &Path, misbehaving: bool) -> PathBuf {
    let plugins = folder.join("plugins");
    std::fs::create_dir_all(&plugins).expect("writable");
    let mut from = own_plugins();
    if misbehaving {
        from.push(root().join("tests/plugins/misbehaving"));
    }
    for source in from {
        copy(&source, &plugins.join(source.file_name().expect("has a name")));
    }
    plugins
}

/// The folders of the product's own plugins, by name.
pub fn own_plugins() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("plugins")).expect("readable").flatten();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("plugin.toml").is_file());
    folders.sort();
    folders
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("readable").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
