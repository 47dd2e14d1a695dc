//! What a plugin's process may do to the machine, to another insurer and to the portal: nothing. Each
//! attack is made for real by a plugin that misbehaves (`tests/plugins/misbehaving`).

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tests::visitor::{HANAKO, ICHIRO, KEN, Visitor};
use tests::world::{Options, Program, World, bin};

/// A runner's process, spoken to as the portal does.
struct Runner {
    child: Child,
    socket: UnixStream,
}

const CALL: u8 = 1;
const READY: u8 = 5;
/// How the kernel ends a process for a call that is not on its list.
const SIGSYS: i32 = 31;

impl Runner {
    fn start(library: &Path) -> Self {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        ours.set_read_timeout(Some(Duration::from_secs(20))).expect("a deadline");
        let child = Command::new(bin().join("portal"))
            .arg("runner")
            .arg(library)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("built");
        Self { child, socket: ours }
    }

    /// A runner that has loaded the misbehaving plugin.
    fn misbehaving() -> Self {
        let mut runner = Self::start(&bin().join("libmisbehaving.so"));
        assert_eq!(runner.frame().expect("an answer").0, READY);
        runner
    }

    /// The next frame's kind and body; `None` when the process has ended.
    fn frame(&mut self) -> Option<(u8, String)> {
        let mut head = [0; 21];
        self.socket.read_exact(&mut head).ok()?;
        let length = u32::from_le_bytes(head[..4].try_into().expect("four"));
        let mut body = vec![0; length as usize];
        self.socket.read_exact(&mut body).ok()?;
        Some((head[4], String::from_utf8_lossy(&body).into_owned()))
    }

    /// Calls a page's handler; `None` when the process has ended instead.
    fn page(&mut self, handler: &str, query: &str) -> Option<String> {
        let body = format!("{{\"handler\":\"{handler}\",\"query\":{query}}}");
        let mut frame = u32::try_from(body.len()).expect("short").to_le_bytes().to_vec();
        frame.push(CALL);
        frame.extend(7_u64.to_le_bytes());
        frame.extend(0_u32.to_le_bytes());
        frame.extend(1_i32.to_le_bytes());
        frame.extend(body.bytes());
        self.socket.write_all(&frame).ok()?;
        self.frame().map(|(_, body)| body)
    }

    fn ended(mut self) -> ExitStatus {
        self.child.wait().expect("ended")
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// System calls that no runner needs: name, number, and what is passed first.
#[cfg(target_arch = "x86_64")]
const CALLS: &[(&str, i64, i64)] = &[
    ("socket", 41, 2),
    ("socket of the host's own kind", 41, 1),
    ("connect", 42, 0),
    ("accept", 43, 0),
    ("sendmsg", 46, 0),
    ("bind", 49, 0),
    ("clone", 56, 17),
    ("clone of a thread", 56, 0x10900),
    ("fork", 57, 0),
    ("vfork", 58, 0),
    ("execve", 59, 0),
    ("kill", 62, 1),
    ("tgkill of another", 234, 1),
    ("ptrace", 101, 16),
    ("open", 2, 0),
    ("openat", 257, -100),
    ("unlink", 87, 0),
    ("mount", 165, 0),
    ("unshare", 272, 0x1000_0000),
    ("setns", 308, 0),
    ("process_vm_readv", 310, 1),
    ("pidfd_open", 434, 1),
    ("memfd_create", 319, 0),
    ("perf_event_open", 298, 0),
    ("bpf", 321, 0),
    ("userfaultfd", 323, 0),
    ("io_uring_setup", 425, 8),
    ("keyctl", 250, 0),
    ("shmget", 29, 0),
    ("prctl", 157, 4),
    ("setrlimit", 160, 7),
    ("clone3", 435, 0),
    ("prlimit64", 302, 1),
];
#[cfg(target_arch = "x86_64")]
const GETPID: i64 = 39;
#[cfg(not(target_arch = "x86_64"))]
const CALLS: &[(&str, i64, i64)] = &[("socket", 198, 2), ("execve", 221, 0), ("kill", 129, 1)];
#[cfg(not(target_arch = "x86_64"))]
const GETPID: i64 = 172;

/// P6 of the border's review: what a process can ask of the kernel is a closed list.
#[test]
fn a_call_that_no_runner_needs_ends_its_process() {
    let mut runner = Runner::misbehaving();
    let id = runner.child.id();
    let said = runner.page("system_call", &format!("{{\"n\":\"{GETPID}\"}}"));
    assert!(said.is_some_and(|said| said.contains(&id.to_string())), "the way itself works");
    for (name, number, first) in CALLS {
        let mut runner = Runner::misbehaving();
        let query = format!("{{\"n\":\"{number}\",\"a\":\"{first}\"}}");
        let said = runner.page("system_call", &query);
        assert_eq!(said, None, "{name}");
        assert_eq!(runner.ended().signal(), Some(SIGSYS), "{name}");
    }
    for handler in ["begins_a_thread", "makes_code"] {
        let mut runner = Runner::misbehaving();
        assert_eq!(runner.page(handler, "{}"), None, "{handler}");
        assert_eq!(runner.ended().signal(), Some(SIGSYS), "{handler}");
    }
    let mut runner = Runner::misbehaving();
    assert_eq!(runner.page("opens", "{\"file\":\"/etc/hostname\"}"), None);
    assert_eq!(runner.ended().signal(), Some(SIGSYS));
}

#[test]
fn memory_has_an_end() {
    let mut runner = Runner::misbehaving();
    assert_eq!(runner.page("takes_memory", "{}"), None);
    assert!(runner.ended().signal().is_some());
}

/// Calls of a constructor: name, number, four arguments.
#[cfg(target_arch = "x86_64")]
const AT_LOAD: &[(&str, [i64; 5])] = &[
    ("socket", [41, 2, 1, 0, 0]),
    ("limits of another process", [302, 1, 7, 0, 0]),
    ("signals of a file to another process", [72, 0, 8, 1, 0]),
    ("signals of a file of another kind", [72, 0, 10, 9, 0]),
    ("to outlive the portal", [157, 1, 0, 0, 0]),
    ("to be looked into", [157, 4, 1, 0, 0]),
    ("memory that is shared", [9, 0, 4096, 3, 0x21]),
    ("memory that grows", [9, 0, 4096, 3, 0x122]),
    ("a process", [56, 17, 0, 0, 0]),
    ("a signal", [62, 1, 0, 0, 0]),
    ("another program", [59, 0, 0, 0, 0]),
];
#[cfg(not(target_arch = "x86_64"))]
const AT_LOAD: &[(&str, [i64; 5])] = &[("socket", [198, 2, 1, 0, 0])];

/// A library's constructors run before anything of it is called: the walls stand by then.
#[test]
fn what_runs_while_a_library_loads_is_confined_too() {
    let built = std::fs::read(bin().join("libat_load.so")).expect("built");
    let mark = b"MUSUBI-CALL=";
    let at = built.windows(mark.len()).position(|bytes| bytes == mark).expect("the call");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("libat_load.so");
    for (name, [n, a, b, c, d]) in AT_LOAD {
        let mut library = built.clone();
        let call = format!("MUSUBI-CALL={n:012},{a:010},{b:010},{c:010},{d:06}");
        library[at..at + call.len()].copy_from_slice(call.as_bytes());
        std::fs::write(&file, library).expect("written");
        let mut runner = Runner::start(&file);
        assert_eq!(runner.frame(), None, "{name}");
        assert_eq!(runner.ended().signal(), Some(SIGSYS), "{name}");
    }
    // A call that anybody may make: then it loads.
    let mut library = built.clone();
    let call = format!("MUSUBI-CALL={GETPID:012}");
    library[at..at + call.len()].copy_from_slice(call.as_bytes());
    std::fs::write(&file, library).expect("written");
    assert_eq!(Runner::start(&file).frame().expect("an answer").0, READY);
}

/// A runner does not outlive who started it.
#[test]
fn a_runner_ends_with_its_socket() {
    let runner = Runner::misbehaving();
    runner.socket.shutdown(std::net::Shutdown::Both).expect("closes");
    assert!(runner.ended().signal().is_none(), "it ends by itself");
}

async fn signed_in(world: &World, slug: &str, id: &str, card: tests::visitor::Card) -> Visitor {
    let visitor = Visitor::new();
    visitor.register(world, slug, (&format!("{id}@example.jp"), id, card)).await;
    visitor.sign_in(world, slug, id).await;
    visitor
}

fn both() -> Options {
    Options { insurers: vec!["minato", "aozora"], misbehaving: true, ..Options::default() }
}

/// P6: no memory serves two insurers, and what one insurer's process does is its own.
#[tokio::test(flavor = "multi_thread")]
async fn each_insurer_has_a_process_of_its_own() {
    let world = World::on_sqlite(both()).await;
    let hanako = signed_in(&world, "minato", "hanako79", HANAKO).await;
    let ken = signed_in(&world, "aozora", "ken-aozora", KEN).await;
    let at = |slug: &str, path: &str| format!("{}/{slug}/p/misbehaving/{path}", world.portal_url);
    for n in 1..=3 {
        // What a large page leaves behind is given back without a call that no runner needs.
        hanako.open(&at("minato", "freed")).await.sees("freed ");
        hanako.open(&at("minato", "count")).await.sees(&format!("call {n}"));
    }
    ken.open(&at("aozora", "count")).await.sees("call 1");
    // Made-up frames end the process that sent them, and no other.
    assert_eq!(hanako.open(&at("minato", "forge")).await.status, 503);
    hanako.open(&at("minato", "count")).await.sees("call 1");
    ken.open(&at("aozora", "count")).await.sees("call 2");
}

/// P6: what a plugin writes to its standard error is told under its name, and not without end.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_errors_is_a_few_lines_under_the_plugins_name() {
    let world = World::on_sqlite(both()).await;
    let hanako = signed_in(&world, "minato", "hanako79", HANAKO).await;
    let url = format!("{}/minato/p/misbehaving/shout", world.portal_url);
    hanako.open(&url).await.sees("shouted");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let log = world.log(Program::Portal);
    let forged: Vec<&str> = log.lines().filter(|line| line.contains("forged")).collect();
    assert!((1..=20).contains(&forged.len()), "{}", forged.len());
    for line in forged {
        assert!(line.contains("a plugin wrote to stderr"), "{line}");
        assert!(line.contains("\"plugin\":\"misbehaving\""), "{line}");
        assert!(line.contains("\"insurer\":\"minato\""), "{line}");
    }
}

/// P6: whose calls kill a plugin waits; the others read on.
#[tokio::test(flavor = "multi_thread")]
async fn one_members_crashes_are_that_members() {
    let world = World::on_sqlite(both()).await;
    let hanako = signed_in(&world, "minato", "hanako79", HANAKO).await;
    let ichiro = signed_in(&world, "minato", "ichiro77", ICHIRO).await;
    let ken = signed_in(&world, "aozora", "ken-aozora", KEN).await;
    let at = |slug: &str, path: &str| format!("{}/{slug}/p/misbehaving/{path}", world.portal_url);
    for _ in 0..8 {
        assert_eq!(hanako.open(&at("minato", "abort")).await.status, 503);
    }
    hanako.open(&at("minato", "count")).await.sees("しばらく");
    let metrics = hanako.open(&format!("{}/metrics", world.portal_url)).await;
    for outcome in ["crashed", "rests"] {
        let line = format!("plugin=\"misbehaving\",version=\"0.1.0\",outcome=\"{outcome}\"");
        metrics.sees(&line);
    }
    ichiro.open(&at("minato", "count")).await.sees("call 1");
    ken.open(&at("aozora", "count")).await.sees("call 1");
}
