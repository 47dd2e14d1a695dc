//! What members read about a client: names that show as they are written.

use super::{Fault, fault};
use crate::client::Client;

/// Marks that turn the direction of a text, by which a name could pass for another.
fn turns(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn check(client: &Client) -> Option<Fault> {
    let hidden = |name: &&String| name.chars().any(|c| c.is_control() || turns(c));
    client.name.values().find(hidden)?;
    fault("name: has characters that cannot be seen; write it without them")
}

#[cfg(test)]
mod tests {
    use crate::registration::tests::client;
    use serde_json::json;

    #[test]
    fn a_name_shows_as_it_is_written() {
        let named = |name: &str| client(&json!({"client_name": name}));
        assert_eq!(super::check(&named("しおなりフィットネス")), None);
        assert_eq!(super::check(&named("مياه")), None, "right to left by itself");
        for bad in ["a\u{202E}b", "a\u{2066}b", "\u{200F}a"] {
            assert!(super::check(&named(bad)).is_some(), "{bad:?}");
        }
    }
}
