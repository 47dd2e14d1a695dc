//! What a posted form gets back when it cannot be used: kept sealed in the browser, so that every
//! post is answered by a redirect. Going back and reloading then ask nothing twice.

use crate::cookies;
use crate::forms::Form;
use axum::http::{HeaderMap, HeaderValue};
use secret::{Sealer, hash};
use serde::{Deserialize, Serialize};

/// One of them: the newest is the one that the person looks at.
const COOKIE: &str = "reply";
/// Seconds for which a page shows it again.
const LIFETIME_SECS: i64 = 3600;
/// Characters of the cookie: browsers take 4,096 with its name and attributes.
const LONGEST: usize = 3000;

/// What is said about an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Fields have mistakes.
    Invalid,
    /// It is wrong as a whole.
    Wrong,
    /// Nothing is taken before this time, in seconds since 1970.
    Locked { until: i64 },
}

/// What was typed and what is said about it. No `Debug`: it may hold the number of a card.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reply {
    pub outcome: Outcome,
    form: Form,
    lang: String,
}

impl Reply {
    /// `lang` is the language of the form's mistakes.
    pub fn new(outcome: Outcome, form: Form, lang: &str) -> Self {
        Self { outcome, form, lang: lang.to_owned() }
    }

    /// The `Set-Cookie` line. `place` is the form that it belongs to. What was typed is left out
    /// when it is too long, then the mistakes, too.
    pub fn cookie(mut self, sealer: &Sealer, place: &str, secure: bool) -> HeaderValue {
        for cut in 0..3 {
            match cut {
                0 => {}
                1 => self.form.values.clear(),
                _ => self.form = Form::default(),
            }
            let json = serde_json::to_vec(&self).expect("a form is JSON");
            let text = hash::base64url(sealer.seal(&purpose(place), &json));
            if text.len() <= LONGEST || cut == 2 {
                return cookies::set(COOKIE, &text, Some(LIFETIME_SECS), secure);
            }
        }
        unreachable!("an empty form is short")
    }

    /// What this browser's last answer to a form got back.
    pub fn read(headers: &HeaderMap, sealer: &Sealer, place: &str, secure: bool) -> Option<Self> {
        let sealed = hash::from_base64url(cookies::value(headers, COOKIE, secure)?)?;
        serde_json::from_slice(&sealer.open(&purpose(place), &sealed).ok()?).ok()
    }

    /// The `Set-Cookie` line that forgets it, when the browser brought one.
    pub fn forget(headers: &HeaderMap, secure: bool) -> Option<HeaderValue> {
        cookies::value(headers, COOKIE, secure).map(|_| cookies::clear(COOKIE, secure))
    }

    /// What was kept of one field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.form.values.get(field).map(String::as_str)
    }

    /// The form as it is shown again. Mistakes that were said in another language are not.
    pub fn form(&self, action: String, fields: &[&str], lang: &str) -> Form {
        let mut form = Form::new(action, fields);
        form.values.extend(self.form.values.clone());
        if self.lang == lang {
            form.errors.extend(self.form.errors.clone());
            form.summary.clone_from(&self.form.summary);
        }
        form
    }
}

fn purpose(place: &str) -> String {
    format!("reply:{place}")
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Reply};
    use crate::forms::Form;
    use axum::http::{HeaderMap, header};
    use secret::Sealer;

    fn carried(reply: Reply, sealer: &Sealer) -> HeaderMap {
        let line = reply.cookie(sealer, "a", false);
        let pair = line.to_str().unwrap().split(';').next().unwrap().parse().unwrap();
        HeaderMap::from_iter([(header::COOKIE, pair)])
    }

    #[test]
    fn it_comes_back_to_its_own_form_only() {
        let sealer = Sealer::from_key(&[7; 32]).unwrap();
        let mut form = Form::new("/x", &["a", "b"]);
        form.values.insert("a".into(), "typed".into());
        form.mistake("b", "だめ".into());
        let headers = carried(Reply::new(Outcome::Invalid, form, "ja"), &sealer);
        let back = Reply::read(&headers, &sealer, "a", false).unwrap();
        let again = back.form("/y".into(), &["a", "b", "c"], "ja");
        assert_eq!((again.action.as_str(), again.values["a"].as_str()), ("/y", "typed"));
        assert_eq!(again.errors["b"].as_deref(), Some("だめ"));
        assert_eq!((again.summary.len(), &again.errors["c"]), (1, &None));
        let english = back.form("/y".into(), &["a", "b"], "en");
        assert!(!english.is_wrong() && english.values["a"] == "typed");
        assert!(Reply::read(&headers, &sealer, "b", false).is_none(), "another form's");
        let other = Sealer::from_key(&[8; 32]).unwrap();
        assert!(Reply::read(&headers, &other, "a", false).is_none(), "another insurer's");
    }

    #[test]
    fn what_is_too_long_for_a_browser_is_left_out() {
        let sealer = Sealer::from_key(&[7; 32]).unwrap();
        let mut form = Form::new("/x", &["a"]);
        form.values.insert("a".into(), "x".repeat(5000));
        form.mistake("a", "長い".into());
        let headers = carried(Reply::new(Outcome::Wrong, form, "ja"), &sealer);
        let again = Reply::read(&headers, &sealer, "a", false).unwrap();
        assert_eq!(again.outcome, Outcome::Wrong);
        let form = again.form("/y".into(), &["a"], "ja");
        assert_eq!((form.values["a"].as_str(), form.summary.len()), ("", 1));
    }
}
