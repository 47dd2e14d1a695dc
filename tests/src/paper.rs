//! What stands in a PDF, as poppler reads it.

use std::io::Write;
use std::process::{Command, Stdio};

/// Its text, laid out as on the page.
///
/// # Panics
/// When poppler is not there, or it is no PDF.
pub fn extracted(bytes: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext is installed: apt-get install poppler-utils");
    child.stdin.take().expect("piped").write_all(bytes).expect("written");
    let output = child.wait_with_output().expect("read");
    String::from_utf8(output.stdout).expect("UTF-8")
}
