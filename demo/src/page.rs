//! The mailbox as a page: what was mailed to whom, the newest first.

use crate::smtp::Mailbox;
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use tera::{Context, Tera};

const TEMPLATE: &str = r#"<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>デモの受信箱</title>
<style>
body { font: 1rem/1.7 sans-serif; max-width: 44rem; margin: 0 auto; padding: 1rem; color: #333 }
article { border: 1px solid #767676; border-radius: .5rem; padding: 1rem; margin: 1rem 0 }
h2 { font-size: 1.1rem; margin: 0 } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
a { color: #0017c1 }
</style>
<h1>デモの受信箱</h1>
<p>このデモで送られたメールがすべてここに届きます。外へは送られません。<br>
<span lang="en">Every mail of this demo arrives here; nothing leaves this machine.</span></p>
<p><a href="/">新しいメールを見る (reload)</a></p>
{% for mail in mails %}
<article>
<h2>{{ mail.subject }}</h2>
<p>{{ mail.from }} → {{ mail.to }}</p>
<pre>{% for part in mail.parts %}{% if part.link %}<a href="{{ part.text }}">{{ part.text }}</a>{% else %}{{ part.text }}{% endif %}{% endfor %}</pre>
</article>
{% else %}
<p>まだメールはありません。 <span lang="en">No mail yet.</span></p>
{% endfor %}
</html>
"#;

/// The routes of the mailbox.
pub fn routes(mailbox: Mailbox) -> Router {
    Router::new().route("/", get(show)).with_state(mailbox)
}

#[derive(serde::Serialize)]
struct Part {
    text: String,
    link: bool,
}

async fn show(State(mailbox): State<Mailbox>) -> Html<String> {
    let mails: Vec<_> = mailbox
        .all()
        .into_iter()
        .rev()
        .map(|mail| {
            serde_json::json!({
                "subject": mail.subject, "from": mail.from, "to": mail.to,
                "parts": parts(&mail.text),
            })
        })
        .collect();
    let mut context = Context::new();
    context.insert("mails", &mails);
    let html = Tera::one_off(TEMPLATE, &context, true);
    Html(html.unwrap_or_else(|error| format!("the mailbox cannot be drawn: {error}")))
}

/// A text cut at its web addresses.
fn parts(text: &str) -> Vec<Part> {
    text.split_inclusive(char::is_whitespace)
        .flat_map(|word| {
            let bare = word.trim_end();
            let space = &word[bare.len()..];
            let link = bare.starts_with("http://") || bare.starts_with("https://");
            [Part { text: bare.to_owned(), link }, Part { text: space.to_owned(), link: false }]
        })
        .collect()
}
