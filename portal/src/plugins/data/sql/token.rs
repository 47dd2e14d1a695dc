//! The text of a query as words and signs, each with its line.

/// A word or sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name or a keyword, as it was written.
    Word(String),
    /// `$name`
    Param(String),
    /// A whole number, or one with a point.
    Number(String),
    /// `'text'`, without its quotes.
    Text(String),
    /// `<=`, `(`, `,` …
    Sign(&'static str),
    End,
}

/// Words that are no names.
pub const KEYWORDS: [&str; 39] = [
    "and", "as", "asc", "between", "by", "case", "conflict", "delete", "desc", "distinct", "else",
    "end", "false", "from", "group", "having", "in", "inner", "insert", "is", "join", "left",
    "limit", "not", "null", "offset", "on", "or", "order", "outer", "select", "set", "then",
    "true", "update", "values", "when", "where", "with",
];

/// Longest first.
const SIGNS: [&str; 17] =
    ["<>", "!=", "<=", ">=", "||", "<", ">", "=", "(", ")", ",", ".", "+", "-", "*", "/", ";"];

/// A query is no book.
const LONGEST: usize = 16 * 1024;

/// The tokens of `text` and the lines where they begin; the last is [`Token::End`].
///
/// # Errors
/// The line, and what cannot be written there.
pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, String> {
    if text.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} bytes"));
    }
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let at = line;
        let taken = if first.is_whitespace() {
            line += usize::from(first == '\n');
            first.len_utf8()
        } else if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first.is_ascii_alphabetic() {
            let word = span(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            found.push((Token::Word(word.to_owned()), at));
            word.len()
        } else if first == '$' {
            let name = span(&rest[1..], |c| c.is_ascii_alphanumeric() || c == '_');
            if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
                return Err(format!("line {at}: ${name}: write a parameter as $name"));
            }
            found.push((Token::Param(name.to_owned()), at));
            1 + name.len()
        } else if first.is_ascii_digit() {
            let number = span(rest, |c| c.is_ascii_digit() || c == '.');
            found.push((Token::Number(number.to_owned()), at));
            number.len()
        } else if first == '\'' {
            let (value, taken) = quoted(rest).ok_or(format!("line {at}: a text has no end '"))?;
            line += value.matches('\n').count();
            found.push((Token::Text(value), at));
            taken
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| {
                let hint = if first == '"' { "; names stand without quotes" } else { "" };
                format!("line {at}: {first:?} means nothing here{hint}")
            })?;
            found.push((Token::Sign(sign), at));
            sign.len()
        };
        rest = &rest[taken..];
    }
    found.push((Token::End, line));
    Ok(found)
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// The value of a text that begins with `'`, and how many bytes it takes. `''` is one quote.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut at = 1;
    loop {
        let end = at + text[at..].find('\'')?;
        value.push_str(&text[at..end]);
        if !text[end + 1..].starts_with('\'') {
            return Some((value, end + 1));
        }
        value.push('\'');
        at = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    #[test]
    fn lines_are_counted_and_strange_signs_are_named() {
        let found = tokens("-- why\nSELECT a.b, 'it''s\n' <= $x\n  1.5").unwrap();
        let lines: Vec<usize> = found.iter().map(|(_, line)| *line).collect();
        assert_eq!(lines, [2, 2, 2, 2, 2, 2, 3, 3, 4, 4]);
        assert!(found.contains(&(Token::Text("it's\n".into()), 2)));
        for (bad, word) in [
            ("a\n\"b\"", "line 2: '\"'"),
            ("a # b", "'#'"),
            ("$1", "$name"),
            ("'a", "no end"),
            ("a\u{3000};\u{7f}", "means nothing"),
            ("a <<- 5 @ b", "'@'"),
        ] {
            let why = tokens(bad).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
        assert!(tokens(&"a ".repeat(9000)).is_err());
    }
}
