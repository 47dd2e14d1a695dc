//! How sensitive data is. A query says what it reads, a page what it can carry, and no page may
//! use a query above it: a plugin cannot lower a rule.

use serde::Deserialize;

/// The class of a query's rows and of a page or card; the level that it needs follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataClass {
    /// Nothing of a person.
    None,
    /// Personal data (個人情報).
    Pii,
    /// Sensitive personal data (要配慮個人情報): whoever looks is recorded.
    Medical,
}

const WRITE: &str = "write `-- class: none`, `-- class: pii` or `-- class: medical`";

impl DataClass {
    /// The word in manifests and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            DataClass::None => "none",
            DataClass::Pii => "pii",
            DataClass::Medical => "medical",
        }
    }

    /// The class of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Pii, Self::Medical].into_iter().find(|class| class.as_str() == word)
    }

    /// Reads the `-- class:` line of a query's text.
    ///
    /// # Errors
    /// The line and what to write there.
    pub fn of_query(text: &str) -> Result<Self, String> {
        let mut found = None;
        for (at, line) in text.lines().enumerate() {
            let Some(word) = line.strip_prefix("-- class:") else { continue };
            let line = at + 1;
            let word = word.trim();
            let unknown = || format!("line {line}: class {word:?} is unknown; {WRITE}");
            let class = Self::parse(word).ok_or_else(unknown)?;
            if found.replace(class).is_some() {
                return Err(format!("line {line}: a query has one class; remove this line"));
            }
        }
        let class = found.ok_or_else(|| {
            format!("line 1: the class of what the query reads or writes is missing; {WRITE}")
        })?;
        let persons =
            text.lines().position(|line| !line.starts_with("--") && line.contains("$subjects"));
        match (class, persons) {
            (DataClass::None, Some(at)) => Err(format!(
                "line {}: rows of $subjects are rows of persons; write `-- class: pii` or \
                 `-- class: medical`",
                at + 1
            )),
            _ => Ok(class),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataClass;

    #[test]
    fn a_query_says_its_class_once_and_in_a_known_word() {
        let sql = "SELECT a FROM fees_x WHERE insurer_id = $1";
        for (text, class) in [
            (format!("-- class: none\n{sql}"), Ok(DataClass::None)),
            (format!("-- why\n-- class: pii\n{sql}"), Ok(DataClass::Pii)),
            (format!("-- class:medical\n{sql} AND p IN ($subjects)"), Ok(DataClass::Medical)),
            (sql.to_owned(), Err("line 1: the class")),
            (format!("-- why\n-- class: secret\n{sql}"), Err("line 2: class \"secret\"")),
            (format!("-- class: none\n-- class: pii\n{sql}"), Err("line 2: a query has one")),
            (format!("-- class: none\n{sql} AND p IN ($subjects)"), Err("line 2: rows of $subj")),
        ] {
            match (DataClass::of_query(&text), class) {
                (Ok(found), Ok(class)) => assert_eq!(found, class, "{text}"),
                (Err(why), Err(word)) => assert!(why.starts_with(word), "{why}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
