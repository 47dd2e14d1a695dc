//! Has a file looked at by a process of its own: few at a time, for so long, and no more than it may be.

use super::{Inspected, Refused, Said};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// Files that are looked at at the same time on this node; more wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long one may take.
const LONGEST: Duration = Duration::from_secs(20);
/// How a Rust program ends that panicked.
const PANICKED: i32 = 101;
/// The most that comes of one, in bytes.
const MOST: u64 = 64 << 20;

/// Looks at a file. One that ends the process, by a fault of a decoder or at a wall, is one that cannot be read.
///
/// # Errors
/// Why it is not taken.
pub async fn inspect(bytes: &[u8], needs_landlock: bool) -> Result<Inspected, Refused> {
    let Ok(_place) = AT_ONCE.acquire().await else { return Err(Refused::Unable) };
    match tokio::time::timeout(LONGEST, asked(bytes, needs_landlock)).await {
        Ok(Ok(looked)) => looked,
        Ok(Err(error)) => {
            tracing::warn!(%error, bytes = bytes.len(), "a file could not be looked at");
            Err(Refused::Unable)
        }
        Err(_) => {
            tracing::warn!(bytes = bytes.len(), "a file took too long to be looked at");
            Err(Refused::Broken)
        }
    }
}

async fn asked(bytes: &[u8], needs_landlock: bool) -> std::io::Result<Result<Inspected, Refused>> {
    let mut child = Command::new("/proc/self/exe")
        .arg("inspect")
        .args((!needs_landlock).then_some("--without-landlock"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    // A process that ended has not read all of it: how it ended says more.
    to.write_all(bytes).await.ok();
    drop(to);
    let mut out = Vec::new();
    from.take(MOST).read_to_end(&mut out).await?;
    let status = child.wait().await?;
    if status.signal().is_some() || status.code() == Some(PANICKED) {
        tracing::warn!(%status, bytes = bytes.len(), "a file ended what looked at it");
        return Ok(Err(Refused::Broken));
    }
    let mut why = String::new();
    if let Some(errors) = child.stderr.take() {
        errors.take(500).read_to_string(&mut why).await.ok();
    }
    let end = out.iter().position(|byte| *byte == b'\n').filter(|_| status.success());
    let end = end.ok_or_else(|| std::io::Error::other(format!("{status}: {}", why.trim())))?;
    let said = serde_json::from_slice(&out[..end]).map_err(std::io::Error::other)?;
    Ok(match said {
        Said::Refused(refused) => Err(refused),
        Said::Is { media, pages } => {
            out.drain(..=end);
            Ok(Inspected { media, pages, bytes: out })
        }
    })
}
