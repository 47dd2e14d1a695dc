//! What a trial found, in words for the author.

use crate::plugins::package::manifest::Manifest;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

/// What was asked, and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// The plugin and its version.
    name: String,
    /// Each fault once, in the order in which they were found.
    pub faults: Vec<String>,
    /// Addresses that were asked for, and how often in all.
    pub addresses: BTreeSet<String>,
    pub asked: usize,
    pub steps: usize,
    /// The slowest answer, and the heaviest page in bytes.
    slowest: Option<(Duration, String)>,
    heaviest: Option<(usize, String)>,
}

impl Report {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let name = format!("{} {}", manifest.plugin.id, manifest.plugin.version);
        Self { name, ..Self::default() }
    }

    pub(super) fn wrong(&mut self, why: String) {
        if !self.faults.contains(&why) {
            self.faults.push(why);
        }
    }

    pub(super) fn answered(&mut self, address: &str, took: Duration) {
        self.asked += 1;
        if self.slowest.as_ref().is_none_or(|(most, _)| *most < took) {
            self.slowest = Some((took, address.to_owned()));
        }
    }

    pub(super) fn drawn(&mut self, address: &str, bytes: usize) {
        if self.heaviest.as_ref().is_none_or(|(most, _)| *most < bytes) {
            self.heaviest = Some((bytes, address.to_owned()));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.faults.iter().try_for_each(|fault| writeln!(f, "{fault}"))?;
        let Self { name, asked, steps, .. } = self;
        let addresses = self.addresses.len();
        writeln!(f, "{name}: {addresses} addresses asked {asked} times, {steps} steps of jobs")?;
        if let Some((took, address)) = &self.slowest {
            writeln!(f, "slowest: {address}, {} ms", took.as_millis())?;
        }
        if let Some((bytes, address)) = &self.heaviest {
            writeln!(f, "heaviest: {address}, {} KB before compression", bytes.div_ceil(1024))?;
        }
        match self.faults.len() {
            0 => write!(f, "{name}: nothing to mend"),
            count => write!(f, "{name}: {count} to mend"),
        }
    }
}
