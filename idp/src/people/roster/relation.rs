//! Which words of a roster mean the insured person, and which a dependant.

use super::ImportError;
use handover::Layout;
use std::collections::HashMap;

/// Why a word was refused. The word itself is not told: it may stand in the wrong column.
pub(super) const UNKNOWN: &str =
    "続柄の語が分かりません。配置の[words.relation]に、insuredかdependantの語として加えてください";

const INSURED: &[&str] = &["本人", "被保険者", "被保険者本人", "任継本人"];
const DEPENDANT: &[&str] = &[
    "配偶者",
    "妻",
    "夫",
    "妻（未届）",
    "夫（未届）",
    "内縁の妻",
    "内縁の夫",
    "子",
    "長男",
    "二男",
    "次男",
    "三男",
    "四男",
    "五男",
    "長女",
    "二女",
    "次女",
    "三女",
    "四女",
    "五女",
    "養子",
    "養女",
    "継子",
    "孫",
    "曾孫",
    "父",
    "母",
    "養父",
    "養母",
    "継父",
    "継母",
    "義父",
    "義母",
    "祖父",
    "祖母",
    "曾祖父",
    "曾祖母",
    "兄",
    "姉",
    "弟",
    "妹",
    "義兄",
    "義姉",
    "義弟",
    "義妹",
    "伯父",
    "伯母",
    "叔父",
    "叔母",
    "甥",
    "姪",
    "被扶養者",
    "家族",
];

/// The words of one layout: its own in place of the usual ones, for each meaning that it names.
pub(super) struct Relations(HashMap<String, bool>);

impl Relations {
    pub fn of(layout: &Layout) -> Result<Self, ImportError> {
        let own = layout.words.get("relation");
        let strange = own.into_iter().flat_map(|own| own.keys());
        if let Some(key) =
            strange.into_iter().find(|key| !["insured", "dependant"].contains(&key.as_str()))
        {
            return Err(ImportError::Words(key.clone()));
        }
        let meanings = [("insured", INSURED, true), ("dependant", DEPENDANT, false)];
        let mut words = HashMap::new();
        for (key, usual, insured) in meanings {
            if own.is_none_or(|own| !own.contains_key(key)) {
                words.extend(usual.iter().map(|word| ((*word).to_owned(), insured)));
            }
        }
        // After the usual ones: a word that the layout names for one meaning has no other.
        for (key, _, insured) in meanings {
            let own = own.and_then(|own| own.get(key)).into_iter().flatten();
            words.extend(own.map(|word| (word.clone(), insured)));
        }
        Ok(Self(words))
    }

    /// None for a word that is not known.
    pub fn is_insured(&self, word: &str) -> Option<bool> {
        self.0.get(word.trim()).copied()
    }
}
