//! The font of documents: which signs it has and how wide they are.

use krilla::text::Font as Embedded;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use std::path::Path;
use std::sync::Arc;

/// Where the font lies below the folder of themes.
const FILE: &str = "base/fonts/BIZUDGothic-Regular.ttf";

/// A font that was read.
pub struct Font {
    bytes: Arc<Vec<u8>>,
    pub embedded: Embedded,
    /// Shown for what the font does not have.
    missing: char,
}

impl Font {
    /// Reads the font of the themes.
    ///
    /// # Errors
    /// The file, and why it cannot be used.
    pub fn open(themes: &Path) -> Result<Self, String> {
        let file = themes.join(FILE);
        let said = |why: &str| format!("{}: {why}", file.display());
        let bytes = std::fs::read(&file).map_err(|error| said(&error.to_string()))?;
        let bytes = Arc::new(bytes);
        FontRef::new(&bytes).map_err(|error| said(&error.to_string()))?;
        let data: Arc<dyn AsRef<[u8]> + Send + Sync> = bytes.clone();
        let embedded = Embedded::new(data.into(), 0).ok_or_else(|| said("is no font"))?;
        Ok(Self { bytes, embedded, missing: '〓' })
    }

    /// Measures texts, for one document.
    pub fn ruler(&self) -> Ruler<'_> {
        let font = FontRef::new(&self.bytes).expect("it was read when it was opened");
        Ruler {
            charmap: font.charmap(),
            widths: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
            missing: self.missing,
        }
    }
}

/// How wide texts are.
pub struct Ruler<'f> {
    charmap: skrifa::charmap::Charmap<'f>,
    widths: skrifa::metrics::GlyphMetrics<'f>,
    missing: char,
}

impl Ruler<'_> {
    /// The glyph of a sign and its width, of a font one unit high.
    pub fn glyph(&self, sign: char) -> (GlyphId, f32) {
        let glyph = self.charmap.map(sign).or_else(|| self.charmap.map(self.missing));
        let glyph = glyph.unwrap_or(GlyphId::NOTDEF);
        (glyph, self.widths.advance_width(glyph).unwrap_or(1.0))
    }

    /// The text with what can be shown of it.
    pub fn shown(&self, text: &str) -> String {
        let shown = |sign: char| match sign {
            '\n' => '\n',
            sign if sign.is_control() => ' ',
            sign if self.charmap.map(sign).is_some() => sign,
            _ => self.missing,
        };
        text.chars().map(shown).collect()
    }

    /// How wide a text is at a size.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|sign| self.glyph(sign).1).sum::<f32>() * size
    }
}
