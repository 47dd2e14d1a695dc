//! What members send as a file: looked at, and written anew where it is a picture, by a process that can do
//! nothing else (`inspect.rs`), which `inspector.rs` starts and asks.

pub mod inspect;
pub mod inspector;

use serde::{Deserialize, Serialize};

/// What a file is, after it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    pub media: Media,
    pub pages: i64,
    /// As it is kept: a picture without what the camera wrote into it.
    pub bytes: Vec<u8>,
}

/// The kinds of files that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
}

impl Media {
    /// As HTTP names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Media::Pdf => "application/pdf",
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Media::Pdf, Media::Jpeg, Media::Png].into_iter().find(|media| media.as_str() == name)
    }

    /// How a file's name ends.
    pub fn ending(self) -> &'static str {
        match self {
            Media::Pdf => "pdf",
            Media::Jpeg => "jpg",
            Media::Png => "png",
        }
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refused {
    /// A picture as iPhones keep them.
    Heic,
    /// None of the kinds that are kept.
    Kind,
    /// It says that it is one, and cannot be read.
    Broken,
    /// A picture with more points, or a document with more pages, than anybody looks at.
    Large,
    /// A document that asks for a password.
    Locked,
    /// A document that does something by itself.
    Active,
    /// It could not be looked at: not the file's fault.
    Unable,
}

impl Refused {
    /// The message that says so and what to do.
    pub fn message(self) -> &'static str {
        match self {
            Refused::Heic => "form-file-heic",
            Refused::Kind => "form-file-kind",
            Refused::Broken => "form-file-broken",
            Refused::Large => "form-file-large",
            Refused::Locked => "form-file-locked",
            Refused::Active => "form-file-active",
            Refused::Unable => "form-file-unable",
        }
    }
}

/// What the process says before the bytes, as a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Is { media: Media, pages: i64 },
    Refused(Refused),
}
