//! Needs: what must be proved, as one small algebra for journeys, levels and duties. Pure: no I/O,
//! no clock.
//!
//! - `kind.rs`: what can be proved, and the table of what each step needs and yields
//! - `known.rs`: what was proved, is owned, was agreed to, is known
//! - `plan.rs`: the only place that decides what is asked next
//! - `inputs.rs`: what a need yields on every path, for the check of definitions

pub mod inputs;
pub mod kind;
pub mod known;
pub mod plan;
#[cfg(test)]
mod tests;

pub use kind::{Act, Kind};
pub use known::{Agreement, Condition, Evidence, Facts, Known, Relation};
pub use plan::{Next, next};

use serde::{Deserialize, Serialize};

/// What must be proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// One proof.
    Step(Step),
    /// All of them, asked in this order.
    All(Vec<Need>),
    /// One of them; the person chooses.
    Any(Vec<Need>),
    /// Only when something is so.
    When(Condition, Box<Need>),
    /// It may be put off; that is remembered for this journey.
    Optional(Box<Need>),
}

/// One proof and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: StepId,
    pub kind: Kind,
    pub act: Act,
    pub fresh: Fresh,
    /// Only evidence of this very step counts: two steps of one kind ask two proofs.
    pub by_itself: bool,
    pub settings: Settings,
}

/// The name of a step, unique in its journey: the `?step=` of its form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

impl StepId {
    /// The id of a step that nobody named: that of its kind, with its act unless it verifies.
    pub fn of(kind: Kind, act: Act) -> Self {
        match act {
            Act::Verify => Self(kind.as_str().to_owned()),
            act => Self(format!("{}-{}", kind.as_str(), act.as_str())),
        }
    }
}

/// How old a proof may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// As long as it is valid at all.
    Ever,
    /// At most this many seconds, or given in this journey.
    Within(i64),
    /// It must be given in this journey.
    Now,
}

/// What a kind's step is told by its definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    None,
    Mailbox {
        link_minutes: i64,
    },
    Roster {
        fields: Vec<Field>,
        /// Wrong tries of one browser in a day.
        attempts: i64,
    },
    /// The newest version of every document.
    Terms {
        documents: Vec<Agreement>,
    },
    /// What a client asks to learn.
    Consent {
        scopes: Vec<String>,
    },
}

/// What the insurance card is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Symbol,
    Number,
    Branch,
    NameKana,
    BirthDate,
    Sex,
}

impl Field {
    /// The name of the form's field.
    pub fn name(self) -> &'static str {
        match self {
            Field::Symbol => "symbol",
            Field::Number => "number",
            Field::Branch => "branch",
            Field::NameKana => "name_kana",
            Field::BirthDate => "birth_date",
            Field::Sex => "sex",
        }
    }
}

impl Need {
    /// A step that verifies, without settings.
    pub fn verify(kind: Kind) -> Self {
        Self::step(kind, Act::Verify, Settings::None)
    }

    /// A step under the usual id of its kind.
    pub fn step(kind: Kind, act: Act, settings: Settings) -> Self {
        let id = StepId::of(kind, act);
        Self::Step(Step { id, kind, act, fresh: Fresh::Ever, by_itself: false, settings })
    }

    /// The same need with fresher authenticators: what shows that the person is present is asked
    /// again when it is older. Other proofs (the roster, documents) do not age this way.
    pub fn present(mut self, fresh: Fresh) -> Self {
        self.each_step(&mut |step| {
            if step.kind.is_authenticator() && step.act == Act::Verify {
                step.fresh = stricter(step.fresh, fresh);
            }
        });
        self
    }

    /// The same need, all of it proved in this journey.
    pub fn now(mut self) -> Self {
        self.each_step(&mut |step| step.fresh = Fresh::Now);
        self
    }

    /// Every step, in the order of asking.
    pub fn steps(&self) -> Vec<&Step> {
        match self {
            Need::Step(step) => vec![step],
            Need::All(needs) | Need::Any(needs) => needs.iter().flat_map(Need::steps).collect(),
            Need::When(_, need) | Need::Optional(need) => need.steps(),
        }
    }

    fn each_step(&mut self, change: &mut impl FnMut(&mut Step)) {
        match self {
            Need::Step(step) => change(step),
            Need::All(needs) | Need::Any(needs) => {
                needs.iter_mut().for_each(|need| need.each_step(change));
            }
            Need::When(_, need) | Need::Optional(need) => need.each_step(change),
        }
    }
}

fn stricter(a: Fresh, b: Fresh) -> Fresh {
    match (a, b) {
        (Fresh::Now, _) | (_, Fresh::Now) => Fresh::Now,
        (Fresh::Within(a), Fresh::Within(b)) => Fresh::Within(a.min(b)),
        (Fresh::Ever, other) | (other, Fresh::Ever) => other,
    }
}
