//! Asking a plugin on behalf of a member: what it is told and what it may touch.

use super::Plugin;
use super::border::host::{Allowed, CallFault, Shared, Shown};
use super::data::class::DataClass;
use super::data::people::{People, Seen};
use super::data::reach::Declared;
use db::Db;
use sdk::wire::ActionReply;
use sdk::{CardReply, PageReply, abi};
use secret::random;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;
use tokio::task::JoinSet;
use tracing::Instrument;

/// Cards that are asked for at the same time on behalf of one member; more wait.
const AT_ONCE: usize = 16;

/// The member who asks, or somebody who works for the insurer.
pub struct Asker<'a> {
    pub insurer: &'a str,
    /// The provider's `sub`.
    pub member: &'a str,
    pub lang: &'a str,
    /// Today in Japan, `YYYY-MM-DD`.
    pub today: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    pub insured: bool,
    /// The insured person sees the member's rows, but for those that the member hides one by one.
    pub shown: bool,
    /// It is somebody who works for the insurer.
    pub staff: bool,
    /// Whose rows queries may return.
    pub people: People,
    /// Where it is known who is who, for who sees everybody's.
    pub who: Option<&'a Db>,
    /// The highest class of data for which the provider knew them well enough.
    pub cleared: DataClass,
    /// They have shown within minutes that it is them.
    pub proved_again: bool,
    /// The insurer's XML files are signed.
    pub signs: bool,
}

/// What the member must prove before a plugin is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// What data of this class asks for.
    Class(DataClass),
    /// That it is them, now.
    Again,
}

impl Unproved {
    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Unproved::Class(class) => class.as_str(),
            Unproved::Again => "again",
        }
    }

    /// What a word says.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "again" => Some(Unproved::Again),
            class => DataClass::parse(class).map(Unproved::Class),
        }
    }
}

/// What is asked of which plugin.
pub struct Asking<'a> {
    pub plugin: &'a Arc<Plugin>,
    /// The insurer's settings for it.
    pub settings: &'a Value,
    pub declared: Declared<'a>,
    /// The member must have shown within minutes that it is them.
    pub again: bool,
    /// What it may ask of other plugins.
    pub shared: Vec<Shared>,
    /// The query of the address.
    pub query: &'a str,
}

/// A call that is ready to be made.
pub struct Question {
    plugin: Arc<Plugin>,
    allowed: Allowed,
    request: Value,
}

impl Asker<'_> {
    /// The call that asks `asking`.
    ///
    /// # Errors
    /// When the member has not proved what its class of data asks: then no call can be made.
    pub fn question(&self, asking: &Asking<'_>) -> Result<Question, Unproved> {
        if asking.declared.class > self.cleared {
            return Err(Unproved::Class(asking.declared.class));
        }
        if asking.again && !self.proved_again {
            return Err(Unproved::Again);
        }
        let id = asking.plugin.id();
        let query: BTreeMap<String, String> =
            url::form_urlencoded::parse(asking.query.as_bytes()).into_owned().collect();
        let person = |seen: &Seen| json!({"id": seen.id, "name": seen.name, "own": seen.own});
        let persons: Vec<Value> = self.people.all().iter().map(person).collect();
        let request = json!({
            "handler": asking.declared.handler,
            "lang": self.lang,
            "base": match self.staff {
                true => format!("/{}/staff/p/{id}", self.insurer),
                false => format!("/{}/p/{id}", self.insurer),
            },
            "query": query,
            "actor": {
                "insured": self.insured,
                "shown": self.shown,
                "household": persons.len() > 1,
                "staff": self.staff,
            },
            "persons": persons,
            "settings": asking.settings,
            "today": self.today,
            "signs": self.signs,
            "fresh": random::id(),
        });
        let allowed = Allowed {
            database: asking.plugin.database.clone(),
            insurer: self.insurer.to_owned(),
            plugin: id.to_owned(),
            member: self.member.to_owned(),
            people: self.people.clone(),
            who: self.who.cloned(),
            today: self.today.to_owned(),
            now: self.now,
            queries: asking.plugin.queries.clone(),
            reach: asking.declared.reach(),
            shared: asking.shared.clone(),
            shown: self.staff.then(Shown::default),
            lines: AtomicU32::new(0),
        };
        Ok(Question { plugin: asking.plugin.clone(), allowed, request })
    }
}

impl Question {
    /// Where stands whose rows the call was given; none for a member's.
    pub fn shown(&self) -> Option<Shown> {
        self.allowed.shown.clone()
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// Why there is no answer within `deadline`.
    pub async fn page(self, deadline: Duration) -> Result<PageReply, CallFault> {
        self.ask(abi::PAGE, deadline).await
    }

    /// Asks for a card.
    ///
    /// # Errors
    /// Why there is no answer within `deadline`.
    pub async fn card(self, deadline: Duration) -> Result<CardReply, CallFault> {
        self.ask(abi::CARD, deadline).await
    }

    /// Hands over a form.
    ///
    /// # Errors
    /// Why there is no answer within `deadline`.
    pub async fn action(
        mut self,
        form: Value,
        deadline: Duration,
    ) -> Result<ActionReply, CallFault> {
        self.request["form"] = form;
        self.ask(abi::ACTION, deadline).await
    }

    async fn ask<R: DeserializeOwned>(self, op: u32, deadline: Duration) -> Result<R, CallFault> {
        self.plugin.call(self.allowed, op, &self.request, deadline).await
    }
}

/// Asks for many cards at once and returns the answers in the order of the questions: the
/// slowest plugin decides how long it takes, not their number.
pub async fn cards(
    questions: Vec<Question>,
    deadline: Duration,
) -> Vec<Result<CardReply, CallFault>> {
    in_order(questions, |question| question.card(deadline)).await
}

/// Asks for many pages at once, as [`cards`] does.
pub async fn pages(
    questions: Vec<Question>,
    deadline: Duration,
) -> Vec<Result<PageReply, CallFault>> {
    in_order(questions, |question| question.page(deadline)).await
}

async fn in_order<Q, A, F>(questions: Vec<Q>, ask: impl Fn(Q) -> F) -> Vec<Result<A, CallFault>>
where
    A: Send + 'static,
    F: Future<Output = Result<A, CallFault>> + Send + 'static,
{
    let mut answers: Vec<_> = questions.iter().map(|_| Err(CallFault::Crashed)).collect();
    let mut waiting = questions.into_iter().enumerate();
    let mut asked = JoinSet::new();
    loop {
        while asked.len() < AT_ONCE
            && let Some((at, question)) = waiting.next()
        {
            let answer = ask(question);
            asked.spawn(async move { (at, answer.await) }.in_current_span());
        }
        match asked.join_next().await {
            Some(Ok((at, answer))) => answers[at] = answer,
            // A call that panicked: its answer stays a fault.
            Some(Err(_)) => {}
            None => return answers,
        }
    }
}

/// Logs a fault and returns the number by which the log can be searched.
pub fn incident(insurer: &str, plugin: &str, fault: &CallFault) -> String {
    let incident = random::incident();
    tracing::error!(%incident, plugin, insurer, ?fault, "plugin fault");
    incident
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, CallFault, in_order};
    use std::sync::Arc;
    use tokio::sync::Barrier;

    /// Nobody answers before as many are asked as may be: one after another would never end.
    #[tokio::test]
    async fn cards_are_asked_at_once_and_answered_in_order() {
        let barrier = Arc::new(Barrier::new(AT_ONCE));
        let questions: Vec<usize> = (0..AT_ONCE * 2).collect();
        let answers = in_order(questions, |n| {
            let barrier = barrier.clone();
            async move {
                barrier.wait().await;
                assert!(n != 3, "one call panics");
                if n == 5 { Err(CallFault::Slow) } else { Ok(n) }
            }
        })
        .await;
        for (n, answer) in answers.into_iter().enumerate() {
            let expected = match n {
                3 => Err(CallFault::Crashed),
                5 => Err(CallFault::Slow),
                n => Ok(n),
            };
            assert_eq!(answer, expected);
        }
    }
}
