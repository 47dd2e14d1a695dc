//! Forms as tests and authors see them, without a member: empty, and with a fault in every field.

use super::field::{Action, STEP};
use super::read::Wrong;
use super::shown::{Filled, Forms, Showing, Texts, in_words};
use crate::plugins::data::people::{People, Seen};
use crate::plugins::package::manifest::Manifest;
use sdk::wire::FormState;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use web::messages::Messages;

/// Messages of a language, and those that were asked for and are not there.
struct Asked<'m> {
    messages: &'m Messages,
    missing: RefCell<BTreeSet<String>>,
}

impl Texts for Asked<'_> {
    fn text(&self, key: &str, args: &[(&str, String)]) -> String {
        self.messages.text(key, args).unwrap_or_else(|| {
            self.missing.borrow_mut().insert(key.to_owned());
            format!("…{key}…")
        })
    }

    fn maybe(&self, key: &str) -> Option<String> {
        self.messages.text(key, &[])
    }

    fn when(&self, when: &str) -> String {
        when.to_owned()
    }
}

/// The forms of a page as its plugin fills them in, and the messages that are missing.
pub fn filled(
    plugin: &str,
    actions: &[&Action],
    (messages, people): (&Messages, &People),
    states: &BTreeMap<String, FormState>,
) -> (Forms, BTreeSet<String>) {
    let asked = Asked { messages, missing: RefCell::default() };
    let showing =
        Showing { plugin, token: "", once: "", people, files: &[], base: "", texts: &asked };
    let mut forms = Forms::default();
    for action in actions {
        let shown = showing.form(action, states.get(&action.id), &Filled::default());
        forms.forms.insert(action.id.clone(), shown);
    }
    (forms, asked.missing.into_inner())
}

/// The states of a page with all forms of its plugin beside them, and the messages that are missing:
/// each state with empty forms, the first once more with forms that came back, and in each of their steps.
pub fn beside(
    manifest: &Manifest,
    messages: &Messages,
    states: &[Value],
) -> (Vec<Value>, BTreeSet<String>) {
    let asked = Asked { messages, missing: RefCell::default() };
    let people = ["港　花子", "港　一郎"].map(|name| Seen {
        id: name.to_owned(),
        name: name.to_owned(),
        own: false,
        keys: Vec::new(),
    });
    let people = People::new(people.into());
    let showing = Showing {
        plugin: &manifest.plugin.id,
        token: "",
        once: "",
        people: &people,
        files: &[],
        base: "",
        texts: &asked,
    };
    let forms = |came_back: bool, step: usize| {
        let mut forms = Forms { failed: came_back, ..Forms::default() };
        for action in &manifest.action {
            let wrong = action.field.iter().map(|field| (field.name.clone(), Wrong::Missing));
            let typed = BTreeMap::from([(STEP.to_owned(), step.to_string())]);
            let filled = match came_back {
                true => Filled {
                    typed: Some(typed),
                    faults: in_words(wrong.collect(), &asked),
                    kept: true,
                },
                false => Filled { typed: (step > 1).then_some(typed), ..Filled::default() },
            };
            forms.forms.insert(action.id.clone(), showing.form(action, None, &filled));
        }
        forms
    };
    let mut drawn: Vec<Value> =
        states.iter().map(|state| forms(false, 1).beside(state.clone())).collect();
    if !manifest.action.is_empty() {
        drawn.extend(states.first().map(|state| forms(true, 1).beside(state.clone())));
        let steps = manifest.action.iter().map(Action::steps).max().unwrap_or(1);
        for step in (2..=steps + 1).filter(|_| steps > 1) {
            drawn.extend(states.first().map(|state| forms(false, step).beside(state.clone())));
        }
    }
    (drawn, asked.missing.into_inner())
}
