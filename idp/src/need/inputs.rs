//! What a need yields on every path, and whether each step's inputs are there before it is asked:
//! definitions are checked by this, never by the names of their steps.

use super::kind::{self, Input};
use super::{Act, Condition, Evidence, Kind, Need, StepId};
use std::collections::BTreeSet;

/// What is there after a need, whichever way the person took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Yields {
    pub inputs: BTreeSet<Input>,
    /// What was proved by then.
    pub proved: BTreeSet<(Kind, Act)>,
}

impl Yields {
    fn and(mut self, other: Yields) -> Yields {
        self.inputs.extend(other.inputs);
        self.proved.extend(other.proved);
        self
    }

    /// What two ways have in common.
    pub fn common(self, other: &Yields) -> Yields {
        Yields {
            inputs: self.inputs.intersection(&other.inputs).copied().collect(),
            proved: self.proved.intersection(&other.proved).copied().collect(),
        }
    }

    /// Evidence as somebody would have it who proved just this at a time.
    pub fn evidence(&self, at: i64) -> Vec<Evidence> {
        (self.proved.iter())
            .map(|(kind, act)| Evidence {
                step: StepId::of(*kind, *act),
                kind: *kind,
                act: *act,
                credential: None,
                means: String::new(),
                at,
                until: None,
            })
            .collect()
    }
}

/// Where a need is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// There is no account yet.
    Registration,
    /// At a login and in a level: an account is, or becomes, known.
    Login,
    /// The owner of an account has lost something of it.
    Recovery,
}

/// Why a need can never be finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such step.
    NoStep(Kind, Act),
    /// A step needs what nothing before it yields.
    Missing(StepId, Input),
    /// The step would prove nothing about the account of a login.
    NotAtLogin(StepId),
    /// The step cannot be asked of who has lost something.
    NotAtRecovery(StepId),
    /// Two steps have one id.
    Twice(StepId),
    /// A condition is asked before anything tells whether it is met.
    Unknown(Condition),
    /// An alternative may ask nothing at all.
    Hollow,
    /// There is nothing in it.
    Empty,
}

/// What a need yields on every path, when `before` is there already.
///
/// # Errors
/// The first fault.
pub fn yields(need: &Need, place: Place, before: &BTreeSet<Input>) -> Result<Yields, Fault> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = need.steps().into_iter().find(|step| !seen.insert(&step.id)) {
        return Err(Fault::Twice(twice.id.clone()));
    }
    walk(need, place, before)
}

fn walk(need: &Need, place: Place, before: &BTreeSet<Input>) -> Result<Yields, Fault> {
    match need {
        Need::Step(step) => {
            let row = kind::of(step.kind, step.act);
            let row = row.ok_or(Fault::NoStep(step.kind, step.act))?;
            let (besides, more): (&[Input], &[Input]) = match place {
                Place::Registration => (&[], &[]),
                Place::Login => (row.at_login.ok_or(Fault::NotAtLogin(step.id.clone()))?, &[]),
                Place::Recovery => row.at_recovery.ok_or(Fault::NotAtRecovery(step.id.clone()))?,
            };
            let mut needs = row.needs.iter().chain(besides);
            if let Some(missing) = needs.find(|input| !before.contains(input)) {
                return Err(Fault::Missing(step.id.clone(), *missing));
            }
            let mut proved = BTreeSet::from([(step.kind, step.act)]);
            // Who has just chosen a password knows it.
            if step.act != Act::Verify && step.kind.is_authenticator() {
                proved.insert((step.kind, Act::Verify));
            }
            Ok(Yields { inputs: row.yields.iter().chain(more).copied().collect(), proved })
        }
        Need::All(needs) => {
            let mut all = Yields::default();
            for need in needs {
                let so_far: BTreeSet<Input> = before.union(&all.inputs).copied().collect();
                all = all.and(walk(need, place, &so_far)?);
            }
            Ok(all)
        }
        Need::Any(needs) => {
            let mut each = needs.iter().map(|need| match walk(need, place, before)? {
                one if one.proved.is_empty() => Err(Fault::Hollow),
                one => Ok(one),
            });
            let first = each.next().ok_or(Fault::Empty)??;
            each.try_fold(first, |all, one| Ok(all.common(&one?)))
        }
        Need::When(condition, need) => {
            // Both conditions are told by the roster.
            if !before.contains(&Input::Person) {
                return Err(Fault::Unknown(*condition));
            }
            walk(need, place, before)?;
            Ok(Yields::default())
        }
        Need::Optional(need) => {
            walk(need, place, before)?;
            Ok(Yields::default())
        }
    }
}
