//! Ids that no plugin can have: its texts and templates, and the tables that it had in the release
//! before, would begin like the host's, or like another plugin's, and be taken for theirs.

/// First words of the host's names: tables, texts, templates, and what engines keep for themselves. A test
/// (`tests/packages.rs`) compares them with the tree.
const WORDS: [&str; 47] = [
    "access",
    "base",
    "card",
    "chart",
    "contact",
    "error",
    "form",
    "home",
    "household",
    "idp",
    "imports",
    "inbox",
    "information",
    "installation",
    "insurer",
    "insurers",
    "jobs",
    "known",
    "layout",
    "left",
    "level",
    "mail",
    "main",
    "member",
    "members",
    "musubi",
    "nav",
    "notifications",
    "paper",
    "person",
    "pg",
    "plugin",
    "plugins",
    "portal",
    "public",
    "search",
    "seen",
    "sessions",
    "sign",
    "signin",
    "signins",
    "sqlite",
    "staff",
    "theme",
    "views",
    "web",
    "welcome",
];

/// Whether a plugin can be called so.
///
/// # Errors
/// Whose the name is, in words for the plugin's author.
pub fn check(id: &str) -> Result<(), String> {
    let first = id.split('-').next().unwrap_or_default();
    match WORDS.contains(&first) {
        true => Err(format!(
            "id {id:?}: names that begin with {first:?} are the host's; choose another"
        )),
        false => Ok(()),
    }
}

/// Whether a plugin can live beside others: one called `fees` would own the tables and texts of
/// `fees-archive`.
///
/// # Errors
/// The other plugin, in words for the operator.
pub fn beside<'n>(id: &str, mut others: impl Iterator<Item = &'n str>) -> Result<(), String> {
    let inside = |other: &&str| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('-'));
    match others.find(inside) {
        Some(other) => Err(format!(
            "id {id:?}: the tables and texts of the plugin {other} begin with it; one of them must be \
             called otherwise"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{WORDS, beside, check};

    /// P2 of the border's review.
    #[test]
    fn nobody_takes_anothers_names() {
        assert!(WORDS.is_sorted());
        for id in ["portal", "nav", "signin", "household", "insurer", "sqlite", "sqlite-master"] {
            assert!(check(id).is_err_and(|why| why.contains("host's")), "{id}");
        }
        for id in ["medical-fees", "notices", "help", "points", "homely"] {
            assert_eq!(check(id), Ok(()), "{id}");
        }
        let all = || ["help", "medical-fees", "medicals"].into_iter();
        assert!(beside("medical", all()).is_err_and(|why| why.contains("medical-fees")));
        assert_eq!(beside("medical-fees", all()), Ok(()));
        assert_eq!(beside("med", all()), Ok(()));
    }
}
