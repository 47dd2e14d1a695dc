//! The operator's command that signs a file: it gets the file on its standard input and answers with the signed one.

use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// How long it may take.
const LONGEST: Duration = Duration::from_secs(10);
/// The most that it may answer, in bytes.
const MOST: usize = 8 << 20;
/// Commands that run at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The file as the command signs it.
///
/// # Errors
/// Why there is none, for the log; the file is not repeated.
pub async fn signed(command: &[String], file: Vec<u8>) -> Result<Vec<u8>, String> {
    let Some((program, args)) = command.split_first() else {
        return Err("signing: the command is empty".to_owned());
    };
    let _place = AT_ONCE.acquire().await.map_err(|error| error.to_string())?;
    let said = |error: std::io::Error| format!("signing by {program}: {error}");
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(said)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(format!("signing by {program}: it has no pipes"));
    };
    let mut answer = Vec::new();
    let talking = async {
        // One that answers before it has read everything must not wait for us.
        let writing = async {
            stdin.write_all(&file).await.ok();
            drop(stdin);
        };
        let mut most = stdout.take(MOST as u64 + 1);
        let ((), read) = tokio::join!(writing, most.read_to_end(&mut answer));
        read?;
        child.wait().await
    };
    let ended = tokio::time::timeout(LONGEST, talking).await;
    let status =
        ended.map_err(|_| format!("signing by {program}: took too long"))?.map_err(said)?;
    match () {
        () if !status.success() => Err(format!("signing by {program}: {status}")),
        () if answer.len() > MOST => Err(format!("signing by {program}: answered too much")),
        // One that signs nothing would hand out a file that looks as if it were.
        () if answer == file || answer.is_empty() => {
            Err(format!("signing by {program}: answered with no other file"))
        }
        () => Ok(answer),
    }
}
