//! The levels of login (`acr`): which of them evidence reaches.

use super::Published;
use crate::need::plan::is_possible;
use crate::need::{Evidence, Known, Need, Next, next};

/// A level: its name and what must be proved for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub acr: String,
    pub need: Need,
}

impl Published {
    /// The highest level that evidence reaches now.
    pub fn acr(&self, held: &[Evidence], now: i64) -> Option<String> {
        let mut levels = self.levels.iter().rev();
        levels.find(|level| is_reached(&level.need, held, now)).map(|level| level.acr.clone())
    }

    /// Whether evidence reaches a level.
    pub fn reaches(&self, acr: &str, held: &[Evidence], now: i64) -> bool {
        self.level(acr).is_some_and(|level| is_reached(&level.need, held, now))
    }

    /// The level of a name.
    pub fn level(&self, acr: &str) -> Option<&Level> {
        self.levels.iter().find(|level| level.acr == acr)
    }

    /// How high a level is; none when there is no such level.
    pub fn rank(&self, acr: &str) -> Option<usize> {
        self.levels.iter().position(|level| level.acr == acr)
    }
}

fn is_reached(need: &Need, held: &[Evidence], now: i64) -> bool {
    next(need, &Known::from_evidence(held, now)) == Next::Done
}

/// Whether an account could reach a level by proving what it can prove.
pub fn is_reachable(level: &Level, known: &Known) -> bool {
    is_possible(&level.need, known)
}
