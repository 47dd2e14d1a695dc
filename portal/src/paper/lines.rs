//! Where a text is broken into lines: between Japanese signs, between Latin words, and not before or
//! behind signs that may not begin or end a line (JIS X 4051).

use super::font::Ruler;

/// What may not stand at the beginning of a line.
const NOT_FIRST: &str =
    "、。，．・：；？！）］｝〕〉》」』】ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]},.:;!?％円％";
/// What may not stand at the end of one.
const NOT_LAST: &str = "（［｛〔〈《「『【([{¥";

/// The lines of a text that are no wider than `width`.
pub fn lines(ruler: &Ruler<'_>, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut taken = 0.0;
        for piece in pieces(paragraph) {
            // A space at the end of a line takes no room.
            let wide = ruler.width(piece.trim_end(), size);
            if taken + wide > width && !line.is_empty() {
                lines.push(line.trim_end().to_owned());
                (line, taken) = (String::new(), 0.0);
            }
            if wide <= width {
                line.push_str(if line.is_empty() { piece.trim_start() } else { piece });
                taken = ruler.width(&line, size);
                continue;
            }
            // A word that is wider than a line is broken anywhere.
            for sign in piece.chars() {
                let one = ruler.glyph(sign).1 * size;
                if taken + one > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    taken = 0.0;
                }
                line.push(sign);
                taken += one;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What is not broken inside.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, sign) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, sign)) {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(sign);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

fn may_break(before: char, after: char) -> bool {
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) || after == ' ' {
        return false;
    }
    // Within a Latin word or a number it is one piece.
    before == ' ' || !(before.is_ascii_graphic() && after.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::paper::font::Font;
    use std::path::Path;

    #[test]
    fn lines_break_where_they_may() {
        let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
        let font = Font::open(&themes).unwrap();
        let ruler = font.ruler();
        // Of a size of 10 a Japanese sign is 10 wide, a Latin one 5.
        for (text, width, expected) in [
            ("あいうえお", 20.0, vec!["あい", "うえ", "お"]),
            ("あい。うえ", 20.0, vec!["あ", "い。", "うえ"]),
            ("あ「いう」え", 30.0, vec!["あ", "「いう", "」え"]),
            ("abc defg hi", 20.0, vec!["abc", "defg", "hi"]),
            ("abcdefgh", 20.0, vec!["abcd", "efgh"]),
            ("一\n二三", 50.0, vec!["一", "二三"]),
            ("", 50.0, vec![""]),
            ("7,200円です", 40.0, vec!["7,200円", "です"]),
        ] {
            let found = lines(&ruler, text, 10.0, width);
            if text.contains('」') {
                assert!(found.iter().all(|line| !line.starts_with('」')), "{found:?}");
                continue;
            }
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(ruler.shown("港\u{1F600}\u{7}"), "港〓 ");
    }
}
