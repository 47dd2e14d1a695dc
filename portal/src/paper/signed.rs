//! The operator's command that signs a file: it gets the file on its standard input and answers with the signed one.

use quick_xml::Reader;
use quick_xml::events::Event;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// How long it may take.
const LONGEST: Duration = Duration::from_secs(10);
/// The most that it may answer, in bytes.
const MOST: u64 = 8 << 20;
/// Commands of an insurer that run at the same time.
const AT_ONCE: usize = 2;

/// Each insurer waits for its own signer only.
static PLACES: Mutex<BTreeMap<String, Arc<Semaphore>>> = Mutex::new(BTreeMap::new());

/// The file as an insurer's command signs it.
///
/// # Errors
/// Why there is none, for the log; the file is not repeated.
pub async fn signed(insurer: &str, command: &[String], file: &[u8]) -> Result<Vec<u8>, String> {
    within(LONGEST, insurer, command, file).await
}

async fn within(
    longest: Duration,
    insurer: &str,
    command: &[String],
    file: &[u8],
) -> Result<Vec<u8>, String> {
    let Some((program, args)) = command.split_first() else {
        return Err("signing: the command is empty".to_owned());
    };
    let places = {
        let mut all = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Semaphore::new(AT_ONCE));
        all.entry(insurer.to_owned()).or_insert_with(new).clone()
    };
    let _place = places.acquire().await.map_err(|error| error.to_string())?;
    let at = |why: String| format!("signing by {program}: {why}");
    let answer = tokio::time::timeout(longest, ran(program, args, file)).await;
    let answer = answer.map_err(|_| at("took too long".to_owned()))?.map_err(at)?;
    // An error page of a signer far away, or half a file, would look as if it were signed.
    match (root(file), root(&answer)) {
        (Some((said, _)), Some((got, true))) if said == got => Ok(answer),
        _ => Err(at("answered with something that is not the file with a Signature".to_owned())),
    }
}

/// What the program answers: of the portal's environment it knows where programs are, and no secret.
async fn ran(program: &str, args: &[String], file: &[u8]) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| error.to_string();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut child = Command::new(program)
        .args(args)
        .env_clear()
        .env("PATH", path)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(said)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let mut group = Group(child);
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err("it has no pipes".to_owned());
    };
    let mut answer = Vec::new();
    let writing = async {
        let written = stdin.write_all(file).await;
        drop(stdin);
        match written {
            // It did not read to the end: what it answered says whether that was enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    };
    let mut most = stdout.take(MOST + 1);
    let (written, read) = tokio::join!(writing, most.read_to_end(&mut answer));
    read.map_err(said)?;
    if answer.len() as u64 > MOST {
        return Err("answered too much".to_owned());
    }
    let status = group.0.wait().await.map_err(said)?;
    match status.success() {
        true => written.map(|()| answer).map_err(said),
        false => Err(status.to_string()),
    }
}

/// The program with all that it began: they end together.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Once it was waited for it has no number any more.
        let number = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(number) = number {
            kill_process_group(number, Signal::KILL).ok();
        }
    }
}

/// The name of the outermost element, and whether there is a `Signature` in it; `None` when it is no XML.
fn root(file: &[u8]) -> Option<(String, bool)> {
    let mut reader = Reader::from_str(std::str::from_utf8(file).ok()?);
    let (mut root, mut has, mut open) = (None, false, 0_u32);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                root.get_or_insert_with(|| start.name().as_ref().to_owned());
                has |= open > 0 && start.local_name().as_ref() == "Signature";
                open += 1;
            }
            Event::Empty(start) => _ = root.get_or_insert_with(|| start.name().as_ref().to_owned()),
            Event::End(_) => open = open.checked_sub(1)?,
            Event::Eof if open == 0 => return root.map(|root| (root, has)),
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{signed, within};
    use std::time::{Duration, Instant};

    async fn by(script: &str) -> Result<Vec<u8>, String> {
        let command = ["sh", "-c", script].map(str::to_owned);
        signed("minato", &command, b"<a><b/></a>").await
    }

    async fn soon(script: &str) -> Result<Vec<u8>, String> {
        let command = ["sh", "-c", script].map(str::to_owned);
        within(Duration::from_millis(700), "aozora", &command, b"<a/>").await
    }

    #[tokio::test]
    async fn only_the_file_with_a_signature_is_signed() {
        let right = "sed 's|</a>|<Signature>x</Signature></a>|'";
        assert_eq!(by(right).await.unwrap(), b"<a><b/><Signature>x</Signature></a>");
        for (script, says) in [
            ("cat", "not the file with"),
            ("true", "not the file with"),
            ("echo '<html><Signature>x</Signature></html>'", "not the file with"),
            ("echo '<a><Signature>x</Signature>'", "not the file with"),
            ("echo '<Signature>x</Signature>'", "not the file with"),
            ("exit 3", "exit status: 3"),
            ("head -c 9000000 /dev/zero", "answered too much"),
        ] {
            let why = by(script).await.unwrap_err();
            assert!(why.contains(says), "{script}: {why}");
        }
        // Of what the portal knows it hears nothing.
        let script = format!("test -z \"$HOME\" && {right}");
        assert!(by(&script).await.is_ok());
    }

    /// What hangs is ended with all that it began.
    #[tokio::test]
    async fn what_hangs_ends_with_all_that_it_began() {
        let place = tempfile::tempdir().unwrap();
        let mark = place.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", mark.display());
        let why = soon(&script).await.unwrap_err();
        assert!(why.contains("took too long"), "{why}");
        let number = std::fs::read_to_string(&mark).unwrap_or_default();
        let began = Instant::now();
        // A process that is gone, or waits to be collected by whoever has it now.
        let runs = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        while runs() {
            assert!(began.elapsed() < Duration::from_secs(10), "{number} runs on");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
