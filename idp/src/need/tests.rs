//! The plan against an oracle of its own: random needs, random honest and dishonest answers.

use super::inputs::{Place, yields};
use super::plan::{Next, next, place};
use super::{
    Act, Agreement, Condition, Evidence, Facts, Fresh, Kind, Known, Need, Relation, Settings, Step,
    StepId,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const NOW: i64 = 1_000_000;

fn step(id: usize, kind: Kind, act: Act, fresh: Fresh, by_itself: bool) -> Need {
    let settings = match kind {
        Kind::Terms => Settings::Terms { documents: vec![document(id % 2)] },
        Kind::Consent => Settings::Consent { scopes: vec![format!("scope{}", id % 2)] },
        _ => Settings::None,
    };
    Need::Step(Step { id: StepId(format!("step{id}")), kind, act, fresh, by_itself, settings })
}

fn document(n: usize) -> Agreement {
    Agreement { document: format!("document{n}"), version: "1".into() }
}

fn kinds() -> impl Strategy<Value = (Kind, Act)> {
    let rows: Vec<(Kind, Act)> = super::kind::TABLE.iter().map(|row| (row.kind, row.act)).collect();
    proptest::sample::select(rows)
}

fn freshness() -> impl Strategy<Value = Fresh> {
    prop_oneof![
        3 => Just(Fresh::Ever),
        1 => Just(Fresh::Now),
        1 => (0..200_i64).prop_map(Fresh::Within),
    ]
}

/// Any need at all, also hollow and contradictory ones.
fn needs() -> impl Strategy<Value = Need> {
    let leaf = (0..9_usize, kinds(), freshness(), any::<bool>())
        .prop_map(|(id, (kind, act), fresh, own)| step(id, kind, act, fresh, own));
    leaf.prop_recursive(3, 16, 4, |inner| {
        let condition = prop_oneof![Just(Condition::Insured), Just(Condition::Dependant)];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Need::All),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Need::Any),
            (condition, inner.clone()).prop_map(|(c, need)| Need::When(c, Box::new(need))),
            inner.prop_map(|need| Need::Optional(Box::new(need))),
        ]
    })
}

fn proofs() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (0..9_usize, kinds(), 0..400_i64, proptest::option::of(-50..50_i64)).prop_map(
        |(id, (kind, act), age, until)| Evidence {
            step: StepId(format!("step{id}")),
            kind,
            act,
            credential: None,
            means: String::new(),
            at: NOW - age,
            until: until.map(|after| NOW + after),
        },
    );
    proptest::collection::vec(one, 0..6)
}

/// Everything that a plan can know, owned.
#[derive(Debug, Clone)]
struct World {
    here: Vec<Evidence>,
    held: Vec<Evidence>,
    owns: Option<Vec<Kind>>,
    agreed: Vec<Agreement>,
    agreed_here: Vec<Agreement>,
    allowed: Vec<String>,
    relation: Option<Relation>,
    chosen: Vec<StepId>,
    declined: Vec<StepId>,
}

impl World {
    fn known(&self) -> Known<'_> {
        Known {
            here: &self.here,
            held: &self.held,
            owns: self.owns.as_deref(),
            agreed: &self.agreed,
            agreed_here: &self.agreed_here,
            allowed: &self.allowed,
            facts: Facts { relation: self.relation, is_known: false },
            chosen: &self.chosen,
            declined: &self.declined,
            now: NOW,
        }
    }

    fn empty() -> Self {
        Self {
            here: Vec::new(),
            held: Vec::new(),
            owns: None,
            agreed: Vec::new(),
            agreed_here: Vec::new(),
            allowed: Vec::new(),
            relation: None,
            chosen: Vec::new(),
            declined: Vec::new(),
        }
    }
}

fn worlds() -> impl Strategy<Value = World> {
    let ids =
        || proptest::collection::vec((0..9_usize).prop_map(|n| StepId(format!("step{n}"))), 0..3);
    let relation =
        prop_oneof![Just(None), Just(Some(Relation::Insured)), Just(Some(Relation::Dependant))];
    let documents = || proptest::collection::vec((0..2_usize).prop_map(document), 0..2);
    let allowed = proptest::collection::vec((0..2_usize).prop_map(|n| format!("scope{n}")), 0..2);
    let owns = prop_oneof![Just(None), Just(Some(vec![])), Just(Some(vec![Kind::Password]))];
    (proofs(), proofs(), owns, documents(), documents(), allowed, relation, ids(), ids()).prop_map(
        |(here, held, owns, agreed, agreed_here, allowed, relation, chosen, declined)| World {
            here,
            held,
            owns,
            agreed,
            agreed_here,
            allowed,
            relation,
            chosen,
            declined,
        },
    )
}

/// Whether a step is proved, written a second time from the rule and not from the plan.
fn oracle_step(step: &Step, world: &World) -> bool {
    if let Settings::Terms { documents } = &step.settings {
        return documents
            .iter()
            .all(|one| world.agreed.contains(one) || world.agreed_here.contains(one));
    }
    if let (Settings::Consent { scopes }, Fresh::Ever) = (&step.settings, step.fresh)
        && scopes.iter().all(|scope| world.allowed.contains(scope))
    {
        return true;
    }
    let good = |one: &Evidence, is_here: bool| {
        one.kind == step.kind
            && one.act == step.act
            && one.until.is_none_or(|until| NOW < until)
            && (!step.by_itself || (is_here && one.step == step.id))
            && match step.fresh {
                Fresh::Ever => true,
                Fresh::Now => is_here,
                Fresh::Within(seconds) => is_here || one.at + seconds >= NOW,
            }
    };
    world.here.iter().any(|one| good(one, true)) || world.held.iter().any(|one| good(one, false))
}

/// Whether a need is met, and whether anything at all was proved for it.
fn oracle(need: &Need, world: &World) -> (bool, bool) {
    match need {
        Need::Step(step) => {
            let proved = oracle_step(step, world);
            (proved, proved)
        }
        Need::All(needs) => needs.iter().fold((true, false), |(met, any), need| {
            let (one_met, one_any) = oracle(need, world);
            (met && one_met, any || one_any)
        }),
        Need::Any(needs) => {
            let met = needs.iter().any(|need| oracle(need, world) == (true, true));
            (met, met)
        }
        Need::When(condition, need) => {
            let meant = match condition {
                Condition::Insured => Relation::Insured,
                Condition::Dependant => Relation::Dependant,
            };
            match world.relation {
                None => (false, false),
                Some(relation) if relation == meant => oracle(need, world),
                Some(_) => (true, false),
            }
        }
        // It may be put off, so it is met whenever nobody is asked; what was proved counts.
        Need::Optional(need) => (true, oracle(need, world).1 && oracle(need, world).0),
    }
}

/// What an honest person does with what is asked: proves it, chooses the first way, does not put
/// off. Returns how it ended.
fn walk(need: &Need, world: &mut World, relation: Relation) -> bool {
    for _ in 0..64 {
        let (asked, chosen) = match next(need, &world.known()) {
            Next::Done => return true,
            Next::Stuck(_) => return false,
            Next::Ask(step) => (Some(step.clone()), None),
            Next::Choose(needs) => (None, Some(needs[0].steps()[0].id.clone())),
            Next::Offer(need) => (None, Some(need.steps()[0].id.clone())),
        };
        world.chosen.extend(chosen);
        let Some(step) = asked else { continue };
        match &step.settings {
            Settings::Terms { documents } => world.agreed_here.extend(documents.iter().cloned()),
            _ => world.here.push(Evidence {
                step: step.id.clone(),
                kind: step.kind,
                act: step.act,
                credential: None,
                means: String::new(),
                at: NOW,
                until: None,
            }),
        }
        if step.kind == Kind::Roster {
            world.relation = Some(relation);
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Nothing is ever done without every required leaf proved, fresh and in force.
    #[test]
    fn done_means_proved(need in needs(), world in worlds()) {
        if next(&need, &world.known()) == Next::Done {
            prop_assert!(oracle(&need, &world).0, "{need:?}");
        }
    }

    /// What is asked is never proved already, and stands in its place.
    #[test]
    fn only_what_is_missing_is_asked(need in needs(), world in worlds()) {
        if let Next::Ask(step) = next(&need, &world.known()) {
            prop_assert!(!oracle_step(step, &world));
            let (n, of) = place(&need, &step.id, &world.known());
            prop_assert!(n >= 1 && n <= of);
        }
    }

    /// A need that the check of definitions lets pass can always be finished by an honest person.
    #[test]
    fn what_passes_the_check_can_be_finished(need in needs(), insured in any::<bool>()) {
        // Whether the account owns what it must is not the definition's to know.
        if yields(&need, Place::Registration, &BTreeSet::new()).is_ok() {
            let relation = if insured { Relation::Insured } else { Relation::Dependant };
            let mut world = World::empty();
            prop_assert!(walk(&need, &mut world, relation), "{need:?} {world:?}");
        }
    }

    /// Evidence of one kind never stands for another, whatever the order of answers: each answer
    /// alone changes only what it proves.
    #[test]
    fn the_order_of_answers_changes_nothing(
        need in needs(), world in worlds(), more in proofs(), seed in any::<u64>()
    ) {
        let (mut forward, mut backward) = (world.clone(), world);
        forward.here.extend(more.iter().cloned());
        let mut shuffled = more;
        let len = shuffled.len().max(1);
        shuffled.rotate_left(usize::try_from(seed).unwrap_or(0) % len);
        shuffled.reverse();
        // A retry: everything twice.
        backward.here.extend(shuffled.iter().cloned());
        backward.here.extend(shuffled);
        prop_assert_eq!(next(&need, &forward.known()), next(&need, &backward.known()));
    }
}

#[test]
fn owning_an_authenticator_proves_nothing() {
    let need = Need::Any(vec![Need::verify(Kind::Password), Need::verify(Kind::Mailbox)]);
    let mut world = World::empty();
    world.owns = Some(vec![Kind::Password]);
    assert!(matches!(next(&need, &world.known()), Next::Choose(ways) if ways.len() == 2));
    world.owns = Some(Vec::new());
    assert!(matches!(next(&need, &world.known()), Next::Ask(step) if step.kind == Kind::Mailbox));
}

#[test]
fn what_is_put_off_is_asked_no_more() {
    let need = Need::Optional(Box::new(Need::verify(Kind::Mailbox)));
    let mut world = World::empty();
    assert!(matches!(next(&need, &world.known()), Next::Offer(_)));
    world.declined = vec![StepId("mailbox".into())];
    assert_eq!(next(&need, &world.known()), Next::Done);
    world.declined.clear();
    world.chosen = vec![StepId("mailbox".into())];
    assert!(matches!(next(&need, &world.known()), Next::Ask(_)));
}
