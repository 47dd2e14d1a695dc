//! Has a file looked at by a process of its own: few at a time, for so long, and no more than it may be.

use super::{Inspected, Refused, Said};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// Files that are looked at at the same time on this node; more wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long one may take.
const LONGEST: Duration = Duration::from_secs(20);
/// The most that comes of one, in bytes.
const MOST: u64 = 64 << 20;

/// Looks at a file. Whatever ends the process, by itself or by its walls, the file is one that cannot be read.
///
/// # Errors
/// Why it is not taken.
pub async fn inspect(bytes: &[u8], needs_landlock: bool) -> Result<Inspected, Refused> {
    let Ok(_place) = AT_ONCE.acquire().await else { return Err(Refused::Broken) };
    let looked = tokio::time::timeout(LONGEST, asked(bytes, needs_landlock)).await;
    let looked = looked.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    looked.unwrap_or_else(|error| {
        tracing::warn!(%error, bytes = bytes.len(), "a file could not be looked at");
        Err(Refused::Broken)
    })
}

async fn asked(bytes: &[u8], needs_landlock: bool) -> std::io::Result<Result<Inspected, Refused>> {
    let mut child = Command::new("/proc/self/exe")
        .arg("inspect")
        .args((!needs_landlock).then_some("--without-landlock"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    to.write_all(bytes).await?;
    drop(to);
    let mut out = Vec::new();
    from.take(MOST).read_to_end(&mut out).await?;
    let status = child.wait().await?;
    let end = out.iter().position(|byte| *byte == b'\n').filter(|_| status.success());
    let end = end.ok_or_else(|| std::io::Error::other(format!("it ended: {status}")))?;
    let said = serde_json::from_slice(&out[..end]).map_err(std::io::Error::other)?;
    Ok(match said {
        Said::Refused(refused) => Err(refused),
        Said::Is { media, pages } => {
            out.drain(..=end);
            Ok(Inspected { media, pages, bytes: out })
        }
    })
}
