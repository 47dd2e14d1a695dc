//! Journeys, duties and levels of a definition as needs.

use super::journey::{Entry, GoalKind, Journey};
use super::protocol::LevelFile;
use super::{Definition, terms};
use crate::need::{Act, Agreement, Field, Fresh, Kind, Need, Settings, Step, StepId};

/// Wrong cards of one browser in a day, unless a journey says it.
const ATTEMPTS: i64 = 5;

/// What a level asks of the card where no journey says it.
const CARD: [Field; 5] =
    [Field::Symbol, Field::Number, Field::Branch, Field::NameKana, Field::BirthDate];

impl Definition {
    /// What a journey of this definition asks.
    ///
    /// # Errors
    /// What is wrong with an entry, in words for the operator.
    pub fn need_of(&self, journey: &Journey) -> Result<Need, String> {
        let reading = Reading { goal: journey.goal, documents: &self.documents() };
        reading.all(&journey.sequence)
    }

    /// The journey that signs people in, and its name.
    pub fn sign_in(&self) -> Option<(&str, &Journey)> {
        self.journeys_for(GoalKind::SignIn).next()
    }

    /// How people sign in: by that journey or, where they are offered, by a passkey.
    ///
    /// # Errors
    /// What is wrong with an entry, in words for the operator.
    pub fn way_in(&self) -> Result<Option<Need>, String> {
        let Some((_, journey)) = self.sign_in() else { return Ok(None) };
        let need = self.need_of(journey)?;
        Ok(Some(match self.policy.passkeys.offer {
            true => Need::Any(vec![need, Need::verify(Kind::Passkey)]),
            false => need,
        }))
    }

    /// The journey by which people get back in without their password, if the insurer has one.
    pub fn recovery(&self) -> Option<&Journey> {
        self.recovery_of(Kind::Password)
    }

    /// The journey that puts something in the place of a kind that was lost.
    pub fn recovery_of(&self, kind: Kind) -> Option<&Journey> {
        let mut all = self.journeys_for(GoalKind::Recover).map(|(_, journey)| journey);
        all.find(|journey| journey.sequence.iter().any(|entry| entry.replaces(kind)))
    }

    /// The journeys of a goal, by name.
    pub fn journeys_for(&self, goal: GoalKind) -> impl Iterator<Item = (&str, &Journey)> {
        let of_goal = self.journeys.iter().filter(move |(_, journey)| journey.goal == goal);
        of_goal.map(|(name, journey)| (name.as_str(), journey))
    }

    /// What the policy asks of everybody who signs in, whatever the journey says: the documents
    /// in force.
    pub fn duties(&self) -> Need {
        let documents = self.documents();
        Need::step(Kind::Terms, Act::Verify, Settings::Terms { documents })
    }

    /// What a level asks.
    ///
    /// # Errors
    /// What is wrong with an entry, in words for the operator.
    pub fn need_of_level(&self, level: &LevelFile) -> Result<Need, String> {
        let reading = Reading { goal: GoalKind::SignIn, documents: &self.documents() };
        let has = |kind| level.proofs.contains(&kind);
        let both = has(Kind::Password) && has(Kind::Totp) && self.policy.passkeys.offer;
        let alone = level
            .proofs
            .iter()
            .filter(|kind| !(both && matches!(kind, Kind::Password | Kind::Totp)));
        let mut needs: Vec<Need> = alone.map(|kind| self.proof(*kind)).collect();
        if both {
            let two = vec![Need::verify(Kind::Password), Need::verify(Kind::Totp)];
            needs.insert(0, Need::Any(vec![Need::All(two), Need::verify(Kind::Passkey)]));
        }
        needs.extend(
            level
                .sequence
                .iter()
                .map(|entry| reading.entry(entry))
                .collect::<Result<Vec<Need>, String>>()?,
        );
        let need = Need::All(needs);
        if let Some(step) = need.steps().into_iter().find(|step| !step.kind.is_proof()) {
            return Err(format!("a level cannot ask for {}", step.kind.as_str()));
        }
        Ok(match level.max_age_minutes {
            Some(minutes) => need.present(Fresh::Within(minutes * 60)),
            None => need,
        })
    }

    /// A proof that a level only names: asked as the insurer's journeys ask it.
    fn proof(&self, kind: Kind) -> Need {
        // A passkey was unlocked on its device: it stands for the password and for a second factor.
        if matches!(kind, Kind::Password | Kind::Totp) && self.policy.passkeys.offer {
            return Need::Any(vec![Need::verify(kind), Need::verify(Kind::Passkey)]);
        }
        if kind != Kind::Roster {
            return Need::verify(kind);
        }
        let mut entries = self.journeys.values().flat_map(|journey| &journey.sequence);
        let asked = entries.find_map(|entry| entry.asking(kind));
        let fields = asked.and_then(|entry| entry.fields.clone()).unwrap_or_else(|| CARD.into());
        let attempts = asked.and_then(|entry| entry.attempts).unwrap_or(ATTEMPTS);
        Need::step(kind, Act::Verify, Settings::Roster { fields, attempts })
    }

    /// The documents in force.
    pub fn documents(&self) -> Vec<Agreement> {
        terms::newest(&self.terms).into_iter().map(terms::Terms::agreement).collect()
    }
}

impl Entry {
    /// Whether it, or something inside it, puts another in the place of a kind, in a recovery.
    fn replaces(&self, kind: Kind) -> bool {
        let usual = if kind == Kind::Password { Act::Replace } else { Act::Verify };
        if self.step == Some(kind) && self.act.unwrap_or(usual) == Act::Replace {
            return true;
        }
        let inner = [&self.any_of, &self.optional, &self.sequence];
        inner.into_iter().flatten().flatten().any(|entry| entry.replaces(kind))
    }

    /// The entry, this one or one inside it, whose step verifies a kind.
    fn asking(&self, kind: Kind) -> Option<&Entry> {
        if self.step == Some(kind) && self.act.is_none_or(|act| act == Act::Verify) {
            return Some(self);
        }
        let inner = [&self.any_of, &self.optional, &self.sequence];
        inner.into_iter().flatten().flatten().find_map(|entry| entry.asking(kind))
    }
}

struct Reading<'d> {
    goal: GoalKind,
    documents: &'d [Agreement],
}

impl Reading<'_> {
    fn all(&self, entries: &[Entry]) -> Result<Need, String> {
        entries.iter().map(|entry| self.entry(entry)).collect::<Result<_, _>>().map(Need::All)
    }

    fn entry(&self, entry: &Entry) -> Result<Need, String> {
        match entry {
            Entry {
                step: Some(kind),
                any_of: None,
                optional: None,
                when: None,
                sequence: None,
                ..
            } => self.step(*kind, entry),
            Entry {
                step: None,
                any_of: Some(any),
                optional: None,
                when: None,
                sequence: None,
                ..
            } => {
                let needs = any.iter().map(|entry| self.entry(entry));
                Ok(Need::Any(needs.collect::<Result<_, _>>()?))
            }
            Entry {
                step: None,
                any_of: None,
                optional: Some(inner),
                when: None,
                sequence: None,
                ..
            } => Ok(Need::Optional(Box::new(self.all(inner)?))),
            Entry {
                step: None, any_of: None, optional: None, when, sequence: Some(inner), ..
            } => {
                let all = self.all(inner)?;
                Ok(match when {
                    Some(condition) => Need::When(*condition, Box::new(all)),
                    None => all,
                })
            }
            _ => Err("an entry is a step, or any_of, or optional, or sequence (with or without \
                      when): one of them"
                .to_owned()),
        }
    }

    fn step(&self, kind: Kind, entry: &Entry) -> Result<Need, String> {
        let word = kind.as_str();
        let usual = match (self.goal, kind) {
            (GoalKind::Register, Kind::Password) => Act::Enrol,
            (GoalKind::Recover, Kind::Password) => Act::Replace,
            _ => Act::Verify,
        };
        let act = entry.act.unwrap_or(usual);
        let only = |name: &str, of: Kind, is_set: bool| match is_set && kind != of {
            true => Err(format!("{word}: {name} is a setting of {}", of.as_str())),
            false => Ok(()),
        };
        only("link_minutes", Kind::Mailbox, entry.link_minutes.is_some())?;
        only("fields", Kind::Roster, entry.fields.is_some())?;
        only("attempts", Kind::Roster, entry.attempts.is_some())?;
        let settings = match kind {
            Kind::Mailbox => Settings::Mailbox { link_minutes: entry.link_minutes.unwrap_or(60) },
            Kind::Roster => Settings::Roster {
                fields: entry.fields.clone().ok_or("roster: fields are missing")?,
                attempts: entry.attempts.unwrap_or(ATTEMPTS),
            },
            Kind::Terms => Settings::Terms { documents: self.documents.to_vec() },
            Kind::Password | Kind::Totp | Kind::CodeByMail | Kind::RecoveryCode | Kind::Passkey => {
                Settings::None
            }
            Kind::Account | Kind::Consent | Kind::UserId => {
                return Err(format!("{word} is asked by requests, not by journeys"));
            }
        };
        let fresh = match (self.goal, entry.max_age_minutes) {
            // What an account proved once proves nothing of who wants it now.
            (GoalKind::Recover, None) => Fresh::Now,
            (GoalKind::Recover, Some(_)) => {
                return Err(format!(
                    "{word}: all of a recovery is proved in it: no max_age_minutes"
                ));
            }
            (_, Some(minutes)) => Fresh::Within(minutes * 60),
            (_, None) => Fresh::Ever,
        };
        let by_itself = entry.id.is_some();
        let id = entry.id.clone().unwrap_or_else(|| StepId::of(kind, act));
        Ok(Need::Step(Step { id, kind, act, fresh, by_itself, settings }))
    }
}
