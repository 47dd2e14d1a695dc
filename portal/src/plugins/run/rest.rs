//! When a plugin rests because its processes die: for the member whose calls kill it, for the insurer
//! where several members' do, for all when it happens at several insurers.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How long a death counts.
const WINDOW: Duration = Duration::from_secs(600);
/// How long the plugin rests after the last one.
const REST: Duration = Duration::from_secs(60);
/// Deaths by one member's calls, each of which is made twice, after which that member waits.
const BY_MEMBER: usize = 6;
/// Deaths at one insurer, by two members at least, after which the insurer waits.
const AT_INSURER: usize = 8;
/// Insurers that wait, after which all do.
const INSURERS: usize = 3;
/// The most deaths that are remembered.
const REMEMBERED: usize = 1_000;

/// Who was served when a process died.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Death {
    at: Instant,
    insurer: String,
    /// The one member who was served; `None` when there were several, or none yet.
    member: Option<String>,
}

/// The deaths of a plugin's processes.
#[derive(Debug, Default)]
pub struct Deaths(Vec<Death>);

impl Deaths {
    /// A process died, or did not start.
    pub fn note(&mut self, insurer: &str, member: Option<&str>, at: Instant) {
        self.0.retain(|death| at.duration_since(death.at) < WINDOW);
        if self.0.len() < REMEMBERED {
            let (insurer, member) = (insurer.to_owned(), member.map(str::to_owned));
            self.0.push(Death { at, insurer, member });
        }
    }

    /// Whether a call is not made now.
    pub fn rests(&self, insurer: &str, member: &str, now: Instant) -> bool {
        let here = |death: &&Death| death.insurer == insurer;
        let own =
            |death: &&Death| death.insurer == insurer && death.member.as_deref() == Some(member);
        if self.many(BY_MEMBER, own, now) || self.rests_at(insurer, now) {
            return true;
        }
        self.rests_for_all(now) && self.0.iter().any(|death| !here(&death))
    }

    /// Whether it dies at so many insurers that it is not theirs.
    fn rests_for_all(&self, now: Instant) -> bool {
        let insurers: BTreeSet<&str> = self.0.iter().map(|death| death.insurer.as_str()).collect();
        let resting = insurers.into_iter().filter(|insurer| self.rests_at(insurer, now));
        resting.count() >= INSURERS
    }

    /// Whether processes that had served members die at so many insurers that it is the version. One that did
    /// not start may be the machine's.
    pub fn dies_everywhere(&self, now: Instant) -> bool {
        let served = self.0.iter().filter(|death| death.member.is_some()).cloned().collect();
        Self(served).rests_for_all(now)
    }

    fn rests_at(&self, insurer: &str, now: Instant) -> bool {
        let here = |death: &&Death| death.insurer == insurer;
        let members: BTreeSet<Option<&str>> =
            self.0.iter().filter(here).map(|death| death.member.as_deref()).collect();
        // Who was served is not known when several were, or when it did not even start.
        let several = members.len() > 1 || members.contains(&None);
        several && self.many(AT_INSURER, here, now)
    }

    /// Whether enough deaths count, and the last is not long ago.
    fn many(&self, enough: usize, such: impl Fn(&&Death) -> bool, now: Instant) -> bool {
        let counted = |death: &&Death| such(death) && now.duration_since(death.at) < WINDOW;
        let counted: Vec<&Death> = self.0.iter().filter(counted).collect();
        let lately = |last: &&Death| now.duration_since(last.at) < REST;
        counted.len() >= enough && counted.last().is_some_and(lately)
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_INSURER, BY_MEMBER, Deaths, INSURERS, REST, WINDOW};
    use std::time::{Duration, Instant};

    /// P6 of the border's review: one member's crashes are that member's.
    #[test]
    fn who_kills_it_waits_and_nobody_else() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        for _ in 0..100 {
            deaths.note("minato", Some("a"), now);
        }
        assert!(deaths.rests("minato", "a", now));
        assert!(!deaths.rests("minato", "b", now) && !deaths.rests("aozora", "a", now));
        assert!(!deaths.rests("minato", "a", now + REST), "and tries again");

        let mut deaths = Deaths::default();
        for n in 0..BY_MEMBER - 1 {
            deaths.note("minato", Some(&n.to_string()), now);
        }
        assert!(!deaths.rests("minato", "0", now));
    }

    #[test]
    fn where_it_kills_itself_it_rests_and_after_several_insurers_for_all() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        for at in 0..INSURERS {
            let insurer = format!("insurer-{at}");
            assert!(!deaths.rests("another", "x", now) && !deaths.rests_for_all(now), "{at}");
            for n in 0..AT_INSURER {
                assert!(!deaths.rests(&insurer, "x", now));
                deaths.note(&insurer, Some(["a", "b"][n % 2]), now);
            }
            assert!(deaths.rests(&insurer, "x", now));
        }
        assert!(deaths.rests("another", "x", now) && deaths.dies_everywhere(now));
        assert!(!deaths.rests("another", "x", now + WINDOW));
    }

    #[test]
    fn what_does_not_start_rests() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        for n in 0..AT_INSURER {
            assert!(!deaths.rests("minato", "a", now) && !deaths.dies_everywhere(now), "{n}");
            deaths.note("minato", None, now + Duration::from_secs(n as u64));
        }
        assert!(deaths.rests("minato", "a", now + Duration::from_secs(9)));
    }
}
