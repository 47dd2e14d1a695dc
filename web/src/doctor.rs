//! What `doctor` prints: each thing that was looked at, how it is, and what to do.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The findings so far.
#[derive(Default)]
pub struct Findings {
    failed: usize,
    warned: usize,
}

impl Findings {
    /// In order.
    pub fn good(&mut self, what: &str, how: impl Display) {
        println!("ok    {what}: {how}");
    }

    /// Works, and is better mended.
    pub fn warn(&mut self, what: &str, why: impl Display) {
        self.warned += 1;
        println!("WARN  {what}: {why}");
    }

    /// Does not work.
    pub fn bad(&mut self, what: &str, why: impl Display) {
        self.failed += 1;
        println!("FAIL  {what}: {why}");
    }

    /// Says how a try went.
    pub fn tried<T, E: Display>(
        &mut self,
        what: &str,
        tried: Result<T, E>,
        how: &str,
    ) -> Option<T> {
        match tried {
            Ok(value) => {
                self.good(what, how);
                Some(value)
            }
            Err(why) => {
                self.bad(what, why);
                None
            }
        }
    }

    /// Whether only its owner may read a file with secrets.
    pub fn private(&mut self, what: &str, path: &Path) {
        use std::os::unix::fs::PermissionsExt;
        let Ok(about) = std::fs::metadata(path) else { return };
        let mode = about.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = path.display();
            self.warn(what, format!("{path} can be read by others: chmod 600 {path}"));
        }
    }

    /// Whether an address answers well within five seconds, and what it says. That it sends people on is an answer:
    /// where they sign in they need a browser.
    pub async fn reaches(&mut self, what: &str, url: &str) -> Option<String> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5));
        let http = match http.redirect(reqwest::redirect::Policy::none()).build() {
            Ok(http) => http,
            Err(error) => {
                self.bad(what, error);
                return None;
            }
        };
        let answer = match http.get(url).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                self.bad(what, format!("{url}: {}", cause.unwrap_or_else(|| error.to_string())));
                return None;
            }
        };
        let status = answer.status();
        if !status.is_success() && !status.is_redirection() {
            self.bad(what, format!("{url} answers with {status}"));
            return None;
        }
        self.good(what, format!("{url} answers"));
        answer.text().await.ok()
    }

    /// Whether something that ends lasts another month.
    pub fn lasts(&mut self, what: &str, now: i64, end: i64) {
        const DAY: i64 = 24 * 3600;
        let day = crate::clock::today(end);
        match (end - now).div_euclid(DAY) {
            days if days < 0 => self.bad(what, format!("ended on {day}: renew it")),
            days if days < 30 => self.warn(what, format!("ends on {day}: renew it")),
            _ => self.good(what, format!("lasts until {day}")),
        }
    }

    /// Whether this machine's clock goes with the last moment that the database remembers.
    pub fn clock(&mut self, now: i64, last: Option<i64>) {
        match last {
            Some(last) if last > now + 60 => {
                let ahead = last - now;
                let why = "the database was written to that many seconds later than now: set the \
                           clock (NTP), or sessions last too long";
                self.bad("clock", format!("{ahead}: {why}"));
            }
            _ => self.good("clock", "not behind what was written before"),
        }
    }

    /// How many things do not work, and how many could be better.
    pub fn counted(&self) -> (usize, usize) {
        (self.failed, self.warned)
    }

    /// The sum, and the exit code: 1 when something does not work.
    pub fn done(self) -> ExitCode {
        println!("{} do not work, {} could be better", self.failed, self.warned);
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;

    #[test]
    fn what_ends_soon_is_told_before_it_ends() {
        let mut findings = Findings::default();
        let day = 24 * 3600;
        for (end, expected) in [(31 * day, (0, 0)), (29 * day, (0, 1)), (-1, (1, 1))] {
            findings.lasts("certificate", 1_000_000_000, 1_000_000_000 + end);
            assert_eq!(findings.counted(), expected, "{end}");
        }
    }
}
