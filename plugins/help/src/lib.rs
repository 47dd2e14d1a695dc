//! Questions and answers (F248): the society's own, from its settings, besides some of ours.

use sdk::{Call, Fault, Hit, Page, PageReply};
use serde::{Deserialize, Serialize};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => list, search => search],
    cards: [],
    checks: [],
}

/// The page of questions; each opens its answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    pub questions: Vec<Question>,
}

/// A question of the society's and its answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub question: String,
    pub answer: String,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

/// `/`
fn list(call: &Call) -> Result<PageReply, Fault> {
    List { questions: questions(call) }.show()
}

/// The questions whose words, or whose answers', are looked for.
fn search(call: &Call) -> Result<PageReply, Fault> {
    let words = call.param("q").to_lowercase();
    let found = |one: &Question| {
        one.question.to_lowercase().contains(&words) || one.answer.to_lowercase().contains(&words)
    };
    let hit = |one: Question| Hit {
        title: one.question,
        text: Some(one.answer.chars().take(60).collect()),
        ..Hit::default()
    };
    Ok(PageReply::Hits { hits: questions(call).into_iter().filter(found).map(hit).collect() })
}

fn questions(call: &Call) -> Vec<Question> {
    let none = Vec::new();
    let own = call.settings["questions"].as_array().unwrap_or(&none);
    let questions = own.iter().filter_map(|entry| {
        let text = |name: &str| {
            let text = &entry[name];
            text[call.lang.as_str()].as_str().or_else(|| text["ja"].as_str()).map(str::to_owned)
        };
        Some(Question { question: text("question")?, answer: text("answer")? })
    });
    questions.collect()
}

#[cfg(test)]
mod tests {
    use super::{HANDLERS, List};
    use sdk::{Page, abi, json, testing};

    #[test]
    fn own_questions_in_the_language_of_the_page() {
        let settings = json!({"questions": [
            {"question": {"ja": "質問", "en": "Q"}, "answer": {"ja": "答え"}},
            {"question": {"ja": "答えのない質問"}},
        ]});
        let request = json!({"handler": "list", "lang": "en", "settings": settings});
        let (status, reply) = testing::call(&HANDLERS, abi::PAGE, &request, |_, _| Vec::new());
        assert_eq!(status, abi::OK);
        let expected = json!([{"question": "Q", "answer": "答え"}]);
        assert_eq!(reply["show"]["data"]["questions"], expected);
    }

    /// F123: the page says what to do when a mail does not come.
    #[test]
    fn samples_are_the_page() {
        List::samples().unwrap();
    }
}
