//! `cargo xtask test`: installs what the tests need, starts a PostgreSQL of its own, runs all.

use crate::run::{cargo, checked, install, root, target};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian packages and a program or file of each.
const NEEDED: [(&str, &str); 8] = [
    ("postgresql", "/usr/lib/postgresql"),
    ("chromium", "chromium"),
    ("chromium-driver", "chromedriver"),
    ("fonts-noto-cjk", "/usr/share/fonts/opentype/noto"),
    ("poppler-utils", "pdftotext"),
    ("xmlsec1", "xmlsec1"),
    ("nodejs", "node"),
    ("npm", "npm"),
];

/// Runs every test on both engines.
pub fn run(args: &[&str]) -> Result<(), String> {
    install(&NEEDED)?;
    // Databases of earlier runs.
    std::fs::remove_dir_all(std::env::temp_dir().join("musubi-tests")).ok();
    let postgres = Postgres::start()?;
    // The tests in `tests/` start the real binaries and load the real libraries.
    cargo(&["build", "--workspace", "--all-targets", "--locked"])?;
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(["test", "--workspace", "--locked"]).args(args);
    // One more than there are cores: a test that waits for a page leaves one to the others.
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    checked(
        command
            .env("RUST_TEST_THREADS", (cores + 1).to_string())
            .env("MUSUBI_TEST_POSTGRES", &postgres.url)
            .env("MUSUBI_BIN", target().join("debug")),
    )
}

/// Builds for release and measures.
pub fn bench(args: &[&str]) -> Result<(), String> {
    install(&NEEDED[..1])?;
    let postgres = Postgres::start()?;
    cargo(&["build", "--release", "--locked", "--workspace", "--exclude", "xtask"])?;
    let bench = target().join("release/bench");
    let mut command = Command::new(bench);
    command.args(args).env("MUSUBI_BIN", target().join("release"));
    checked(command.env("MUSUBI_TEST_POSTGRES", &postgres.url))
}

/// What the partner sites are made with.
const PARTNERS: [(&str, &str); 8] = [
    ("nodejs", "node"),
    ("npm", "npm"),
    ("python3-venv", "/usr/lib/python3/dist-packages"),
    ("golang-go", "go"),
    ("default-jdk-headless", "java"),
    ("maven", "mvn"),
    ("apache2-bin", "/usr/sbin/apache2"),
    ("libapache2-mod-auth-openidc", "/usr/lib/apache2/modules/mod_auth_openidc.so"),
];

/// Runs the partner sites of `partners/`, one per language, on both engines.
pub fn partners() -> Result<(), String> {
    install(&NEEDED[..1])?;
    install(&PARTNERS)?;
    let postgres = Postgres::start()?;
    cargo(&["build", "--workspace", "--all-targets", "--locked"])?;
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(["test", "--package", "tests", "--test", "partners"]);
    checked(
        command
            .env("MUSUBI_PARTNERS", "node python go java rust apache")
            .env("MUSUBI_TEST_POSTGRES", &postgres.url)
            .env("MUSUBI_BIN", target().join("debug")),
    )
}

/// A throw-away PostgreSQL on loopback; gone when dropped.
struct Postgres {
    url: String,
    folder: PathBuf,
    bin: PathBuf,
    as_user: Option<&'static str>,
}

impl Postgres {
    fn start() -> Result<Self, String> {
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .map_err(|error| format!("PostgreSQL: {error}"))?
            .flatten()
            .map(|entry| entry.path().join("bin"))
            .filter(|bin| bin.join("initdb").exists())
            .collect();
        versions.sort();
        let bin = versions.pop().ok_or("PostgreSQL has no initdb")?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let folder = std::env::temp_dir().join(format!("musubi-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let root_user = crate::run::output(Path::new("id"), &["-u"])?.trim() == "0";
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let server = Self { url, folder, bin, as_user: root_user.then_some("postgres") };
        if root_user {
            // PostgreSQL refuses to run as root.
            let folder = server.folder.display().to_string();
            crate::run::command("chown", &["postgres", &folder])?;
        }
        let data = server.folder.join("data").display().to_string();
        let log = server.folder.join("log").display().to_string();
        server.run(
            "initdb",
            &["-D", &data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8"],
        )?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=300",
            server.folder.display()
        );
        server.run("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "start"])?;
        Ok(server)
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<(), String> {
        let path = self.bin.join(program);
        let mut command = match self.as_user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        let quiet = std::fs::File::create(root().join("target").join("postgres.out"))
            .or_else(|_| std::fs::File::create("/dev/null"))
            .map_err(|error| error.to_string())?;
        checked(command.args(args).stdout(quiet))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]).ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
