//! What an operator meets: wrong settings, missing files, a full or busy disk, two servers at once,
//! settings that are read again.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::world::{bin, free_port, root};

/// An `idp` with a settings file of its own.
struct Idp {
    folder: tempfile::TempDir,
    child: Option<Child>,
}

impl Idp {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), child: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `idp.toml`: what every one needs, and these lines.
    fn configure(&self, port: u16, more: &str) {
        let at = |name: &str| self.path(name).display().to_string();
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\n\
             database = \"sqlite:{}\"\nkey_file = \"{}\"\nthemes = \"{}\"\n{more}",
            at("idp.sqlite"),
            at("idp.key"),
            root().join("themes").display()
        );
        std::fs::write(self.path("idp.toml"), text).expect("written");
    }

    fn command(&self, config: &Path) -> Command {
        let mut command = Command::new(bin().join("idp"));
        command.arg("--config").arg(config).current_dir(self.folder.path());
        command
    }

    /// Starts the server and waits until it answers on a port.
    async fn serve(&mut self, port: u16) {
        let log = std::fs::File::create(self.path("log")).expect("written");
        let mut command = self.command(&self.path("idp.toml"));
        let child = command.arg("serve").stderr(log).spawn().expect("idp is built");
        self.child = Some(child);
        self.until(async || ready(port).await == Some(200)).await;
    }

    async fn until(&self, good: impl AsyncFn() -> bool) {
        let wait = async {
            while !good().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(30), wait).await.is_err() {
            panic!("this does not happen:\n{}", self.log());
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it ran");
            child.wait().expect("it ended");
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn ready(port: u16) -> Option<u16> {
    let url = format!("http://localhost:{port}/health/ready");
    reqwest::get(url).await.ok().map(|answer| answer.status().as_u16())
}

/// Runs a command that must fail and returns what it says.
fn fails(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("idp is built");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{text}");
    text
}

/// Held-out 10: the files are their owner's, one server has them, and the key is not made anew.
#[tokio::test(flavor = "multi_thread")]
async fn files_and_keys_are_guarded() {
    let mut idp = Idp::new();
    let port = free_port();
    idp.configure(port, "");
    idp.serve(port).await;
    for name in ["idp.sqlite", "idp.sqlite-wal", "idp.sqlite.lock", "idp.key"] {
        let mode = std::fs::metadata(idp.path(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // A second server on the same file, at another address. It touches nothing.
    idp.configure(free_port(), "");
    let text = fails(idp.command(&idp.path("idp.toml")).arg("serve"));
    assert!(text.contains("idp.sqlite.lock") && text.contains("another server"), "{text}");
    // The same address.
    idp.configure(port, "");
    let other = Idp::new();
    other.configure(port, "");
    let text = fails(other.command(&other.path("idp.toml")).arg("serve"));
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("listen"), "{text}");
    // A killed server leaves the file free.
    idp.stop();
    idp.serve(port).await;
    idp.stop();
    let key = std::fs::read(idp.path("idp.key")).expect("a key");
    std::fs::remove_file(idp.path("idp.key")).expect("removed");
    let text = fails(idp.command(&idp.path("idp.toml")).arg("serve"));
    assert!(text.contains("idp.key is missing"), "{text}");
    assert!(!idp.path("idp.key").exists());
    std::fs::write(idp.path("idp.key"), [1; 32]).expect("written");
    let text = fails(idp.command(&idp.path("idp.toml")).arg("serve"));
    assert!(text.contains("idp.key is not the one"), "{text}");
    std::fs::write(idp.path("idp.key"), key).expect("written");
    idp.serve(port).await;
}

/// Held-out 10: who cannot write is not ready, says which database, and recovers by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_write_is_not_ready() {
    let mut idp = Idp::new();
    let port = free_port();
    idp.configure(port, "");
    idp.serve(port).await;
    let db = db::Db::open(&format!("sqlite:{}", idp.path("idp.sqlite").display())).await;
    let db = db.expect("opens");
    let mut tx = db.begin().await.expect("begins");
    tx.execute("UPDATE installation SET value = value", &[]).await.expect("writes");
    idp.until(async || ready(port).await == Some(503)).await;
    assert!(idp.log().contains("not ready"), "{}", idp.log());
    tx.commit().await.expect("commits");
    idp.until(async || ready(port).await == Some(200)).await;
}

/// Held-out 10: SIGHUP takes new settings over; wrong ones change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reads_the_settings_again() {
    let mut idp = Idp::new();
    let (port, other) = (free_port(), free_port());
    idp.configure(port, "");
    idp.serve(port).await;
    idp.configure(port, "no_such_setting = 1\n");
    idp.signal("-HUP");
    idp.until(async || idp.log().contains("no_such_setting")).await;
    assert_eq!(ready(port).await, Some(200), "the old settings hold");
    idp.configure(other, "");
    idp.signal("-HUP");
    idp.until(async || ready(other).await == Some(200)).await;
    idp.until(async || idp.log().contains("the settings were read again")).await;
    idp.until(async || ready(port).await.is_none()).await;
    // Again, without a change: the same address goes on answering.
    idp.signal("-HUP");
    idp.until(async || idp.log().matches("the settings were read again").count() == 2).await;
    assert_eq!(ready(other).await, Some(200));
    // What is asked meanwhile is answered.
    idp.signal("-TERM");
    let ended = idp.child.take().expect("it runs").wait().expect("it ended");
    assert!(ended.success(), "{ended}");
}

/// What can be seen to be wrong is said before anything starts: setting, file, host, port, cause.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_named() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent_port = silent.local_addr().expect("bound").port();
    let closed = free_port();
    let idp = Idp::new();
    let missing = idp.path("no/such/idp.sqlite").display().to_string();
    let broken = idp.path("broken.pem").display().to_string();
    std::fs::write(&broken, "no certificate\n").expect("written");
    let sqlite = format!("database = \"sqlite:{}\"\n", idp.path("idp.sqlite").display());
    let tls =
        |file: &str| format!("{sqlite}[tls]\ncertificate_file = \"{file}\"\nkey_file = \"k\"\n");
    for (lines, expected) in [
        ("public_url = \"https://id.example/\"".to_owned(), vec!["public_url", "slash"]),
        ("public_url = \"id.example\"".to_owned(), vec!["public_url", "https://"]),
        ("listen = \"nowhere\"".to_owned(), vec!["idp.toml", "`listen`"]),
        ("lisen = \"127.0.0.1:1\"".to_owned(), vec!["idp.toml", "no setting `lisen`", "listen"]),
        ("[smtp]\nhsot = \"a\"".to_owned(), vec!["[smtp]", "`hsot`", "host"]),
        ("[smtp]\nhost = \"mail.example\"".to_owned(), vec!["smtp.security", "mail.example"]),
        ("[hashing]\nmemory_kib = 1024".to_owned(), vec!["hashing.memory_kib", "19456"]),
        (format!("database = \"sqlite:{missing}\""), vec![missing.as_str()]),
        ("database = \"mysql://u:secret@h/n\"".to_owned(), vec!["mysql://", "postgres://USER"]),
        (
            format!("database = \"postgres://u:secret@127.0.0.1:{closed}/n\""),
            vec!["127.0.0.1", "cannot be reached"],
        ),
        (
            format!("database = \"postgres://u:secret@127.0.0.1:{silent_port}/n\""),
            vec!["127.0.0.1", "within 3 s"],
        ),
        ("[passkeys]\nhost = \"https://a.example\"".to_owned(), vec!["passkeys.host", "https://"]),
        (
            "[passkeys]\norigins = [\"https://a.example/x\"]".to_owned(),
            vec!["passkeys.origins", "/x", "host only"],
        ),
        (
            format!("{sqlite}places_file = \"{broken}\""),
            vec!["places_file", "broken.pem", "network,ja,en"],
        ),
        (tls(&broken), vec!["broken.pem", "certificate"]),
        (tls("/no/such.pem"), vec!["/no/such.pem"]),
    ] {
        std::fs::write(idp.path("idp.toml"), &lines).expect("written");
        let mut command = idp.command(&idp.path("idp.toml"));
        // Whatever runs on this machine at the usual port.
        if !lines.starts_with("listen") {
            command.env("MUSUBI_IDP_LISTEN", format!("127.0.0.1:{}", free_port()));
        }
        let text = fails(command.args(["serve"]).env("MUSUBI_IDP_THEMES", root().join("themes")));
        for part in expected {
            assert!(text.contains(part), "{lines}: {text} has no {part:?}");
        }
        assert!(!text.contains("secret"), "{text}");
    }
    // By the environment, it is the variable that is named.
    std::fs::write(idp.path("idp.toml"), "").expect("written");
    let mut command = idp.command(&idp.path("idp.toml"));
    let text = fails(command.arg("serve").env("MUSUBI_IDP_SMTP__PORT", "many"));
    assert!(text.contains("MUSUBI_IDP_SMTP__PORT"), "{text}");
}

/// From nothing to a member who can sign in: `insurer init`, `apply`, `member create`; what would
/// not work is refused by `--dry-run`, by file and cause.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_insurer_begins_with_a_folder() {
    let mut idp = Idp::new();
    let port = free_port();
    idp.configure(port, "");
    let config = idp.path("idp.toml");
    let command = |args: &[&str]| {
        let mut command = idp.command(&config);
        command.args(args);
        for (name, value) in [
            ("IDP_URL", format!("http://localhost:{port}")),
            ("PORTAL_URL", "http://localhost:1".to_owned()),
            ("PORTAL_CLIENT_SECRET", "p".repeat(40)),
        ] {
            command.env(name, value);
        }
        command
    };
    let ran = |args: &[&str]| {
        let output = command(args).output().expect("idp is built");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let folder = idp.path("hamabe");
    let at = folder.display().to_string();
    assert!(ran(&["insurer", "init", &at]).contains("--dry-run"));
    fails(&mut command(&["insurer", "init", &at]));
    fails(&mut command(&["insurer", "init", "Hama Be"]));
    // Without any database; a fault is one line with its place.
    assert!(ran(&["insurer", "check", &at]).contains("can be published"));
    let policy = std::fs::read_to_string(folder.join("idp.toml")).expect("a file");
    std::fs::write(folder.join("idp.toml"), format!("mial = 3\n{policy}")).expect("written");
    let text = fails(&mut command(&["insurer", "check", &at]));
    assert!(text.contains("idp.toml: line 1: unknown field `mial`"), "{text}");
    assert_eq!(text.trim().lines().count(), 1, "{text}");
    std::fs::write(folder.join("idp.toml"), policy).expect("written");
    let shown = ran(&["insurer", "apply", &at, "--dry-run"]);
    assert!(shown.contains("--full") && !shown.contains("pppp"), "{shown}");
    let full = ran(&["insurer", "apply", &at, "--dry-run", "--full"]);
    assert!(full.lines().count() > shown.lines().count() && !full.contains("--full"), "{full}");

    let file = |name: &str| folder.join(name);
    let read = |name: &str| std::fs::read_to_string(file(name)).expect("a file");
    let portal = read("clients/portal.toml");
    std::fs::write(file("clients/twin.toml"), &portal).expect("written");
    let text = fails(&mut command(&["insurer", "apply", &at, "--dry-run"]));
    assert!(text.contains("twin.toml") && text.contains("portal.toml"), "{text}");
    std::fs::remove_file(file("clients/twin.toml")).expect("removed");

    std::fs::rename(file("terms"), idp.path("terms")).expect("moved");
    let text = fails(&mut command(&["insurer", "apply", &at, "--dry-run"]));
    assert!(text.contains("journeys/register.toml") && text.contains("terms/"), "{text}");
    std::fs::rename(idp.path("terms"), file("terms")).expect("moved");

    // Themes that cannot be used: an unknown token, and colours that are too close.
    let themes = idp.path("themes");
    tests::world::copy(&root().join("themes"), &themes);
    let insurer = read("insurer.toml");
    std::fs::write(file("insurer.toml"), insurer.replace("\"base\"", "\"minato\""))
        .expect("written");
    let theme = std::fs::read_to_string(themes.join("minato/theme.toml")).expect("a theme");
    for (broken, why) in [
        (theme.replace("\"color.primary\"", "\"color.primry\""), "color.primry"),
        (theme.replace("#00646b", "#fefefe"), "color.primary"),
    ] {
        std::fs::write(themes.join("minato/theme.toml"), broken).expect("written");
        let mut command = command(&["insurer", "apply", &at, "--dry-run"]);
        let text = fails(command.env("MUSUBI_IDP_THEMES", &themes));
        assert!(text.contains("minato") && text.contains(why), "{text}");
    }
    std::fs::write(file("insurer.toml"), insurer).expect("written");

    assert!(ran(&["insurer", "apply", &at]).contains("hamabe: version 1"));
    let password = idp.path("password");
    std::fs::write(&password, format!("{}\n", tests::visitor::PASSWORD)).expect("written");
    let create = |user_id: &str| {
        let mut command =
            command(&["member", "create", "--insurer", "hamabe", "--user-id", user_id]);
        command.stdin(std::fs::File::open(&password).expect("read"));
        command.output().expect("idp is built").status.success()
    };
    assert!(create("pilot-01"));
    assert!(!create("PILOT-01"), "a user ID is given once");
    std::fs::write(&password, "1234567890123456\n").expect("written");
    assert!(!create("pilot-02"), "the first that is tried");
    let text = fails(&mut command(&["member", "create", "--insurer", "hamabe", "--user-id", "x"]));
    assert!(text.contains("password"), "{text}");
    let version = ran(&["--version"]);
    assert!(version.starts_with("idp 0.") && version.contains(" ("), "{version}");

    // The doctor names what does not work, and has nothing to say when all is well.
    let output = command(&["doctor"]).output().expect("idp is built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("FAIL  mail: ") && said.contains("FAIL  public_url"), "{said}");
    assert!(said.contains("ok    database") && said.contains("ok    key file"), "{said}");
    idp.serve(port).await;
    let login = format!("http://localhost:{port}/hamabe/login");
    let visitor = tests::visitor::Visitor::new();
    let page = visitor.open(&login).await;
    let typed = [("user_id", "pilot-01"), ("password", tests::visitor::PASSWORD)];
    let page = visitor.submit(&page, &typed).await;
    page.sees("agree_portal");

    // The help desk shuts the account, and opens it with another password.
    let command = |args: &[&str]| {
        let mut command = idp.command(&config);
        command.args(args);
        command
    };
    let help = |what: &str, more: &[&str]| {
        let of =
            ["member", what, "--insurer", "hamabe", "--user-id", "Pilot-01", "--reason", "call"];
        command(&[&of[..], more].concat())
    };
    let said = help("lock", &[]).output().expect("idp is built");
    assert!(String::from_utf8_lossy(&said.stdout).contains("locked"), "{said:?}");
    visitor.submit(&page, &[("agree_portal", "yes"), ("agree_privacy", "yes")]).await;
    let sign_in = async |password: &str| {
        let visitor = tests::visitor::Visitor::new();
        let page = visitor.open(&login).await;
        let typed = [("user_id", "pilot-01"), ("password", password)];
        visitor.submit(&page, &typed).await.html
    };
    assert!(sign_in(tests::visitor::PASSWORD).await.contains("name=\"user_id\""));
    let new = "みずうみ の ほとり で 昼寝 29";
    std::fs::write(&password, format!("{new}\n")).expect("written");
    let mut unlock = help("unlock", &["--password"]);
    unlock.stdin(std::fs::File::open(&password).expect("read"));
    let said = unlock.output().expect("idp is built");
    assert!(String::from_utf8_lossy(&said.stdout).contains("open"), "{said:?}");
    // What the help desk knows opens one page: to choose another.
    assert!(sign_in(new).await.contains("password_again"));
    assert!(sign_in(tests::visitor::PASSWORD).await.contains("name=\"user_id\""));
    let nobody = ["member", "lock", "--insurer", "hamabe", "--user-id", "nobody", "--reason", "x"];
    assert!(fails(&mut command(&nobody)).contains("nobody"));
    let report = ["journeys", "report", "--insurer", "hamabe", "--month", "2020-01"];
    let said = command(&report).output().expect("idp is built");
    assert!(String::from_utf8_lossy(&said.stdout).contains("nothing was counted"), "{said:?}");
}

/// With everything running both doctors are content.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctors_are_content_with_a_running_installation() {
    use tests::world::{Options, Program, World};
    World::on_each_engine(
        Options {
            insurers: vec!["minato"],
            settings: vec![("MUSUBI_PORTAL_SIGNING__NOBODY", "[\"true\"]".to_owned())],
            ..Options::default()
        },
        async |world| {
            for program in [Program::Idp, Program::Portal] {
                let said = world.ran(program, &["doctor"]);
                assert!(said.contains("0 do not work") && !said.contains("FAIL"), "{said}");
                let signs = said.contains("WARN  signing: nobody is no insurer here");
                assert_eq!(signs, program == Program::Portal, "{said}");
            }
        },
    )
    .await;
}
