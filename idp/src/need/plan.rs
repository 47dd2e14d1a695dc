//! Decides what is asked next. A journey is done because nothing is missing, never because a page
//! was reached.

use super::{Act, Condition, Evidence, Fresh, Known, Need, Settings, Step, StepId};

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'n> {
    /// This step.
    Ask(&'n Step),
    /// The person chooses one of these needs.
    Choose(Vec<&'n Need>),
    /// The person may do this need now or put it off.
    Offer(&'n Need),
    /// Nothing is missing.
    Done,
    /// Nobody can go on.
    Stuck(Why),
}

/// Why nobody can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A condition is asked before it can be known.
    Unknown(Condition),
    /// The account has nothing with which it could prove any of the alternatives.
    NothingToProveWith,
}

/// The first thing that is missing.
pub fn next<'n>(need: &'n Need, known: &Known) -> Next<'n> {
    match need {
        Need::Step(step) if is_proved(step, known) => Next::Done,
        Need::Step(step) => Next::Ask(step),
        Need::All(needs) => {
            let mut open = needs.iter().map(|need| next(need, known));
            open.find(|next| *next != Next::Done).unwrap_or(Next::Done)
        }
        Need::Any(needs) => any(needs, known),
        Need::When(condition, need) => match known.facts.holds(*condition) {
            Some(true) => next(need, known),
            Some(false) => Next::Done,
            None => Next::Stuck(Why::Unknown(*condition)),
        },
        Need::Optional(inner) => match next(inner, known) {
            Next::Done => Next::Done,
            // What cannot be done is not offered.
            Next::Stuck(_) => Next::Done,
            _ if is_named(inner, known.declined) => Next::Done,
            open if is_named(inner, known.chosen) => open,
            _ => Next::Offer(inner),
        },
    }
}

fn any<'n>(needs: &'n [Need], known: &Known) -> Next<'n> {
    if needs.iter().any(|need| is_fulfilled(need, known)) {
        return Next::Done;
    }
    if let Some(chosen) = needs.iter().find(|need| is_named(need, known.chosen)) {
        return asked(chosen, known);
    }
    let possible: Vec<&Need> = needs.iter().filter(|need| is_possible(need, known)).collect();
    // Who has shown a part of one way goes on with it.
    let begun = |need: &&&Need| {
        need.steps().iter().any(|step| step.kind.is_authenticator() && is_proved(step, known))
    };
    if let Some(begun) = possible.iter().find(begun) {
        return asked(begun, known);
    }
    match possible[..] {
        [] => Next::Stuck(Why::NothingToProveWith),
        [only] => asked(only, known),
        _ => Next::Choose(possible),
    }
}

/// What an alternative asks that is not fulfilled. One that asks nothing leads nowhere.
fn asked<'n>(need: &'n Need, known: &Known) -> Next<'n> {
    match next(need, known) {
        Next::Done => Next::Stuck(Why::NothingToProveWith),
        open => open,
    }
}

/// Whether a need is met by something that was really proved: an alternative that asks nothing
/// (a condition that is not met, an empty list) opens no `Any`.
pub fn is_fulfilled(need: &Need, known: &Known) -> bool {
    match need {
        Need::Step(step) => is_proved(step, known),
        Need::All(needs) => {
            next(need, known) == Next::Done && needs.iter().any(|need| is_fulfilled(need, known))
        }
        Need::Any(needs) => needs.iter().any(|need| is_fulfilled(need, known)),
        Need::When(condition, need) => {
            known.facts.holds(*condition) == Some(true) && is_fulfilled(need, known)
        }
        Need::Optional(need) => is_fulfilled(need, known),
    }
}

/// Whether a step's proof exists and is fresh.
pub fn is_proved(step: &Step, known: &Known) -> bool {
    // Decisions that are remembered count before they are made again.
    match &step.settings {
        Settings::Terms { documents } => {
            let agreed = |one| known.agreed.contains(one) || known.agreed_here.contains(one);
            return documents.iter().all(agreed);
        }
        Settings::Consent { scopes }
            if step.fresh == Fresh::Ever && scopes.iter().all(|s| known.allowed.contains(s)) =>
        {
            return true;
        }
        _ => {}
    }
    let counts = |evidence: &&Evidence| {
        evidence.kind == step.kind && evidence.act == step.act && evidence.holds(known.now)
    };
    // What was proved in this journey is young enough: nobody types a password twice because a
    // page in between took its time.
    let own = |evidence: &Evidence| !step.by_itself || evidence.step == step.id;
    if known.here.iter().filter(counts).any(own) {
        return true;
    }
    let young = |evidence: &Evidence| match step.fresh {
        Fresh::Ever => true,
        Fresh::Within(seconds) => known.now - evidence.at <= seconds,
        Fresh::Now => false,
    };
    !step.by_itself && known.held.iter().filter(counts).any(young)
}

/// Whether one of a need's steps is in a list.
fn is_named(need: &Need, ids: &[StepId]) -> bool {
    need.steps().iter().any(|step| ids.contains(&step.id))
}

/// Whether the account could prove a need at all: it owns what each authenticator asks for, and has
/// none yet where one is enrolled: who has one proves it, instead of making another beside it.
pub fn is_possible(need: &Need, known: &Known) -> bool {
    match need {
        Need::Step(step) => match known.owns {
            Some(owns) if step.kind.is_authenticator() => match step.act {
                Act::Verify => owns.contains(&step.kind),
                // What was lost or is void is replaced all the same.
                Act::Replace => true,
                Act::Enrol => !owns.contains(&step.kind),
            },
            _ => true,
        },
        Need::All(needs) => needs.iter().all(|need| is_possible(need, known)),
        Need::Any(needs) => needs.iter().any(|need| is_possible(need, known)),
        Need::When(..) | Need::Optional(_) => true,
    }
}

/// Where a step stands in its journey: the third of four. Alternatives and what depends on
/// something count as one, as long as nobody knows better.
pub fn place(need: &Need, asked: &StepId, known: &Known) -> (usize, usize) {
    let mut parts = Vec::new();
    collect(need, known, &mut parts);
    let at = parts.iter().position(|ids| ids.contains(&asked)).unwrap_or(0);
    (at + 1, parts.len().max(1))
}

fn collect<'n>(need: &'n Need, known: &Known, parts: &mut Vec<Vec<&'n StepId>>) {
    match need {
        Need::Step(step) => parts.push(vec![&step.id]),
        Need::All(needs) => needs.iter().for_each(|need| collect(need, known, parts)),
        Need::Any(needs) => match needs.iter().find(|need| is_named(need, known.chosen)) {
            Some(chosen) => collect(chosen, known, parts),
            None => parts.push(need.steps().iter().map(|step| &step.id).collect()),
        },
        Need::When(condition, need) if known.facts.holds(*condition) != Some(false) => {
            collect(need, known, parts);
        }
        Need::When(..) => {}
        Need::Optional(need) => collect(need, known, parts),
    }
}
