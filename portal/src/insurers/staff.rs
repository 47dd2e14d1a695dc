//! Who works for an insurer at its portal: the realm in which they sign in, and what each role may do.

use super::relying::Relying;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use web::Text;

/// `[staff]` of `portal.toml`, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    #[serde(flatten)]
    pub signin: Relying,
    /// The level that every sign-in must reach.
    pub acr: String,
    /// Whether whoever brought a file may not make it count, too.
    pub two_people: bool,
    pub roles: Vec<Role>,
}

/// A role: what somebody does here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What `idp staff` calls it.
    pub id: String,
    pub name: Text,
    pub may: BTreeSet<May>,
    /// The plugins with which it works; none named: all that are on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub plugins: BTreeSet<String>,
}

/// What a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum May {
    /// See the staff pages of plugins.
    Pages,
    /// Send their forms.
    Forms,
    /// Bring files, and see what is wrong in them.
    Import,
    /// Make a file count that was found right.
    Publish,
    /// Read who did what.
    Record,
}

impl Staff {
    /// Why it cannot be used, in words for the operator.
    pub fn fault(&self, plugins: &[&str]) -> Option<String> {
        if self.acr.is_empty() {
            return Some("portal.toml: staff.acr: which level staff must reach".to_owned());
        }
        let mut ids = BTreeSet::new();
        for role in &self.roles {
            if !ids.insert(&role.id) {
                return Some(format!("portal.toml: staff.role {:?} is there twice", role.id));
            }
            if let Some(other) = role.plugins.iter().find(|id| !plugins.contains(&id.as_str())) {
                return Some(format!(
                    "portal.toml: staff.role {:?}: {other:?} is no [[plugin]] of this file",
                    role.id
                ));
            }
            if role.may.is_empty() {
                return Some(format!("portal.toml: staff.role {:?}: it may do nothing", role.id));
            }
        }
        let publishes = |role: &Role| role.may.contains(&May::Publish);
        if self.two_people && !self.roles.iter().any(publishes) {
            return Some(
                "portal.toml: staff.two_people: no staff.role may = [\"publish\"]".to_owned(),
            );
        }
        None
    }

    /// What somebody in these roles may do. A role that is not written here any more gives nothing.
    pub fn rights(&self, roles: &[String]) -> Rights<'_> {
        Rights(self.roles.iter().filter(|role| roles.contains(&role.id)).collect())
    }
}

/// What somebody may do.
#[derive(Debug, Clone)]
pub struct Rights<'a>(Vec<&'a Role>);

impl Rights<'_> {
    /// Whether they may do anything at all.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether they may do something with a plugin.
    pub fn may(&self, what: May, plugin: &str) -> bool {
        let with = |role: &&&Role| role.plugins.is_empty() || role.plugins.contains(plugin);
        self.0.iter().filter(with).any(|role| role.may.contains(&what))
    }

    /// Whether they may read who did what, whatever it was done with.
    pub fn may_read_record(&self) -> bool {
        self.0.iter().any(|role| role.may.contains(&May::Record))
    }

    /// What the roles are called in which they see staff pages of a plugin.
    pub fn names_with(&self, plugin: &str, lang: &str) -> Vec<String> {
        let with = |role: &&&Role| {
            let works = role.plugins.is_empty() || role.plugins.contains(plugin);
            works && role.may.contains(&May::Pages)
        };
        self.0.iter().filter(with).map(|role| role.name.in_language(lang).to_owned()).collect()
    }

    /// What their roles are called.
    pub fn names(&self, lang: &str) -> Vec<String> {
        self.0.iter().map(|role| role.name.in_language(lang).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{May, Staff};

    fn staff() -> Staff {
        serde_json::from_value(serde_json::json!({
            "issuer": "", "client_id": "", "client_secret": "", "client_secret_hash": "",
            "acr": "two", "two_people": true,
            "roles": [
                {"id": "clerk", "name": {"ja": "係"}, "may": ["import"], "plugins": ["fees"]},
                {"id": "lead", "name": {"ja": "長"}, "may": ["publish", "record"]},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_role_does_what_it_may_with_its_plugins_and_nothing_else() {
        let staff = staff();
        assert_eq!(staff.fault(&["fees"]), None);
        let roles = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let clerk = staff.rights(&roles(&["clerk", "gone"]));
        assert!(clerk.may(May::Import, "fees") && !clerk.may(May::Import, "points"));
        assert!(!clerk.may(May::Publish, "fees") && !clerk.may_read_record());
        let both = staff.rights(&roles(&["clerk", "lead"]));
        // What one role may with its plugins, the other does not spread to all.
        assert!(both.may(May::Publish, "points") && !both.may(May::Import, "points"));
        assert!(both.may_read_record());
        assert!(!staff.rights(&roles(&["gone"])).any());
        assert!(!staff.rights(&[]).any());
    }

    #[test]
    fn what_cannot_work_is_named() {
        let mut twice = staff();
        twice.roles[1].id = "clerk".into();
        assert!(twice.fault(&["fees"]).is_some_and(|why| why.contains("twice")));
        let mut nothing = staff();
        nothing.roles[0].may.clear();
        assert!(nothing.fault(&["fees"]).is_some_and(|why| why.contains("nothing")));
        assert!(staff().fault(&["points"]).is_some_and(|why| why.contains("fees")));
        let mut level = staff();
        level.acr.clear();
        assert!(level.fault(&["fees"]).is_some_and(|why| why.contains("acr")));
        let mut alone = staff();
        alone.roles.pop();
        assert!(alone.fault(&["fees"]).is_some_and(|why| why.contains("two_people")));
    }
}
