//! Questions and answers (F248): the society's own, from its settings, besides some of ours.

use sdk::{Call, Fault, PageReply, Value, json};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [list => list],
    cards: [],
    checks: [],
}

/// `/`: each question opens its answer.
fn list(call: &Call) -> Result<PageReply, Fault> {
    let none = Vec::new();
    let own = call.settings["questions"].as_array().unwrap_or(&none);
    let questions: Vec<Value> = own
        .iter()
        .filter_map(|entry| {
            let text = |name: &str| {
                let text = &entry[name];
                text[call.lang.as_str()].as_str().or_else(|| text["ja"].as_str())
            };
            Some(json!({"question": text("question")?, "answer": text("answer")?}))
        })
        .collect();
    PageReply::show("list.html", json!({ "questions": questions }))
}

#[cfg(test)]
mod tests {
    use super::HANDLERS;
    use sdk::{abi, json, testing};

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
}
