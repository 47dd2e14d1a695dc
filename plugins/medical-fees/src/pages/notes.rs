//! What the amounts do and do not say: the insurer's sentence, and footnotes (F131).

use sdk::Call;
use serde::{Deserialize, Serialize};

/// Our footnotes, by the end of their message.
pub const STANDARD: [&str; 7] =
    ["own", "outside", "municipality", "benefits", "late", "facility", "tax"];

/// What stands below the amounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notes {
    /// The insurer's own sentence.
    pub note: Option<String>,
    /// The insurer's own footnotes.
    pub footnotes: Vec<String>,
    /// Which of ours stand below: none where the insurer has its own.
    pub standard: Vec<String>,
}

impl Notes {
    pub fn of(call: &Call) -> Self {
        let note = call.text_setting("note").map(str::to_owned);
        let own = call.texts_setting("footnotes");
        let standard = if own.is_some() { Vec::new() } else { STANDARD.map(str::to_owned).into() };
        Self { note, footnotes: own.unwrap_or_default(), standard }
    }
}
