//! Templates of plugins and of insurers' themes: what they may contain, and how much drawing one may
//! cost. A page is data and HTML; code, frames, other documents and whatever a budget cannot count have
//! no place in it. Each loop and each included part counts one turn while it is drawn.

use std::cell::Cell;
use std::io::Write;
use std::time::{Duration, Instant};
use tera::{Kwargs, State, Tera};

/// Turns of loops and parts on one page.
const TURNS: u32 = 200_000;
/// How long drawing may take.
const TIME: Duration = Duration::from_secs(1);
/// The longest page, in bytes.
const LENGTH: usize = 4 * 1024 * 1024;
/// The longest template, in bytes.
const TEMPLATE: usize = 256 * 1024;
/// How many texts one expression may put together.
const JOINED: usize = 12;

/// Elements that are no part of a page's content.
const ELEMENTS: [&str; 15] = [
    "script",
    "style",
    "meta",
    "base",
    "link",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "template",
    "portal",
    "fencedframe",
    "foreignobject",
];
/// Attributes that load, style or send elsewhere.
const ATTRIBUTES: [&str; 7] =
    ["style", "srcdoc", "formaction", "ping", "background", "http-equiv", "manifest"];
/// What a template may do; everything else is the host's.
const STATEMENTS: [&str; 12] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "block",
    "endblock",
    "extends",
    "include",
    "set",
    "set_if_missing",
];

/// Filters that give a number, a date or a length its form.
const FORMS: [&str; 9] =
    ["yen", "month", "date", "datetime", "year", "length", "int", "lower", "upper"];

thread_local! {
    /// What is left of the page that this thread draws; `None` when nothing is counted.
    static LEFT: Cell<Option<(u32, Instant)>> = const { Cell::new(None) };
}

/// While it lives, what this thread draws is counted.
pub struct Budget;

impl Budget {
    /// Counts from now on.
    pub fn begin() -> Self {
        LEFT.set(Some((TURNS, Instant::now() + TIME)));
        Self
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        LEFT.set(None);
    }
}

/// A page that grows within its budget.
#[derive(Default)]
pub struct Limited(pub Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LENGTH {
            return Err(std::io::Error::other("the page is longer than 4 MiB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The function that counts, under a name that no template can write.
const TURN: &str = "musubi_turn";

/// Registers what [`counted`] calls.
pub fn register(tera: &mut Tera) {
    tera.register_function(TURN, turn);
}

fn turn(_: Kwargs, _: &State) -> tera::TeraResult<String> {
    let Some((left, until)) = LEFT.get() else { return Ok(String::new()) };
    if left == 0 {
        return Err(tera::Error::message("the page has more than 200,000 turns of loops"));
    }
    // The clock is read now and then: it costs more than the turn.
    if left.is_multiple_of(64) && Instant::now() > until {
        return Err(tera::Error::message("drawing the page takes more than a second"));
    }
    LEFT.set(Some((left - 1, until)));
    Ok(String::new())
}

/// A piece of a template.
enum Piece<'t> {
    /// HTML as it is written.
    Html(&'t str),
    /// `{{ … }}`, without its signs.
    Printed(&'t str),
    /// `{% … %}`, with its signs.
    Statement(&'t str),
    Comment,
}

/// The pieces of a template and where they begin.
fn pieces(text: &str) -> Result<Vec<(usize, Piece<'_>)>, String> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        let open = ["{{", "{%", "{#"].into_iter().filter_map(|sign| Some((rest.find(sign)?, sign)));
        let Some((start, sign)) = open.min() else {
            found.push((line, Piece::Html(rest)));
            break;
        };
        if start > 0 {
            found.push((line, Piece::Html(&rest[..start])));
            line += rest[..start].matches('\n').count();
        }
        let close = match sign {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let tag = &rest[start..];
        let end = closed(tag, close, sign != "{#");
        let end = end.ok_or(format!("line {line}: {sign} has no {close}"))?;
        let (inner, whole) = (&tag[2..end], &tag[..end + 2]);
        found.push((
            line,
            match sign {
                "{{" => Piece::Printed(inner),
                "{%" => Piece::Statement(whole),
                _ => Piece::Comment,
            },
        ));
        line += whole.matches('\n').count();
        at += start + whole.len();
    }
    Ok(found)
}

/// Where a tag closes, outside of texts in it.
fn closed(tag: &str, close: &str, has_texts: bool) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in tag.char_indices().skip(2) {
        match quote {
            Some(open) if sign == open => quote = None,
            Some(_) => {}
            None if has_texts && matches!(sign, '"' | '\'' | '`') => quote = Some(sign),
            None if tag[at..].starts_with(close) => return Some(at),
            None => {}
        }
    }
    None
}

/// Checks a template of somebody else's.
///
/// # Errors
/// The line, what stands there, and what to write.
pub fn check(text: &str) -> Result<(), String> {
    if text.len() > TEMPLATE {
        return Err(format!("is longer than {TEMPLATE} bytes"));
    }
    let mut html = Html::Text;
    for (mut line, piece) in pieces(text)? {
        let said = match piece {
            Piece::Html(text) => text.chars().try_for_each(|sign| {
                html.read(sign)?;
                line += usize::from(sign == '\n');
                Ok(())
            }),
            Piece::Printed(inner) => html.printed(inner).and_then(|()| expression(inner)),
            Piece::Statement(whole) => statement(whole),
            Piece::Comment => Ok(()),
        };
        said.map_err(|why| format!("line {line}: {why}"))?;
    }
    Ok(())
}

fn expression(inner: &str) -> Result<(), String> {
    let plain: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.contains("|safe") {
        return Err("| safe: everything is escaped; remove it".to_owned());
    }
    for word in ["__tera_context", "range(", TURN] {
        if plain.contains(word) {
            return Err(format!("{word}: is not for templates; remove it"));
        }
    }
    if plain.matches('~').count() > JOINED {
        return Err(format!("more than {JOINED} texts are put together; use a message"));
    }
    Ok(())
}

fn statement(whole: &str) -> Result<(), String> {
    let inner = whole[2..whole.len() - 2].trim_matches('-').trim();
    // A component with a body: `{% <notice kind="info"> %}` … `{% </notice> %}`.
    if inner.starts_with('<') {
        return expression(inner);
    }
    let word = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
    if !STATEMENTS.contains(&word) {
        return Err(format!("{{% {word} %}} is not for templates of plugins and themes"));
    }
    if word == "set" && (!inner.contains('=') || inner.contains('~') || grows(inner)) {
        return Err("{% set %} names a value; put texts together where they are shown".to_owned());
    }
    expression(inner)
}

/// Whether a filter is there that could make a text longer with each use.
fn grows(inner: &str) -> bool {
    inner.split('|').skip(1).any(|rest| {
        let name = rest.trim_start();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        !FORMS.contains(&&name[..end.unwrap_or(name.len())])
    })
}

/// Where in the HTML a piece ends.
enum Html {
    Text,
    /// Between `<` and the first space; the name so far.
    Name(String),
    /// In a tag, between attributes; the name so far.
    Tag(String),
    /// In a value, until this quote; the attribute, and the value so far.
    Value(char, String, String),
}

impl Html {
    /// The next sign of the text.
    fn read(&mut self, sign: char) -> Result<(), String> {
        let next = match self {
            Html::Text if sign == '<' => Html::Name(String::new()),
            Html::Text => return Ok(()),
            Html::Name(name) if sign.is_ascii_alphanumeric() || matches!(sign, '/' | '!' | '-') => {
                name.push(sign.to_ascii_lowercase());
                return Ok(());
            }
            Html::Name(name) => {
                element(name)?;
                match sign {
                    '>' => Html::Text,
                    _ => Html::Tag(String::new()),
                }
            }
            Html::Tag(name) => {
                if matches!(sign, '>' | '"' | '\'' | '=' | '/') || sign.is_whitespace() {
                    attribute(name)?;
                }
                let bare = name.trim_end_matches([' ', '=']).to_owned();
                let valued = name.ends_with('=');
                match sign {
                    '>' => Html::Text,
                    '"' | '\'' => Html::Value(sign, bare, String::new()),
                    // A name stays until its sign: `a = "b"`.
                    '=' => Html::Tag(bare + "="),
                    _ if sign.is_whitespace() && valued => return Ok(()),
                    _ if sign.is_whitespace() => Html::Tag(bare + " "),
                    '/' => Html::Tag(String::new()),
                    _ if valued => return Err(format!("{bare}=: put the value into quotes")),
                    _ if name.ends_with(' ') => Html::Tag(sign.to_ascii_lowercase().into()),
                    _ => Html::Tag(format!("{name}{}", sign.to_ascii_lowercase())),
                }
            }
            Html::Value(quote, name, value) if sign == *quote => {
                address(name, value)?;
                Html::Tag(String::new())
            }
            Html::Value(_, _, value) => {
                value.push(sign);
                return Ok(());
            }
        };
        *self = next;
        Ok(())
    }

    /// Something is printed here.
    fn printed(&mut self, inner: &str) -> Result<(), String> {
        match self {
            Html::Text => Ok(()),
            Html::Value(_, name, value) => {
                address(name, value)?;
                // What is printed is no scheme's part unless it begins the value.
                value.push('\u{1}');
                Ok(())
            }
            Html::Name(_) | Html::Tag(_) => {
                let shown: String = inner.trim().chars().take(30).collect();
                Err(format!("{{{{ {shown} }}}} stands inside a tag; put it into a quoted value"))
            }
        }
    }
}

fn element(name: &str) -> Result<(), String> {
    let bare = name.trim_start_matches('/');
    match ELEMENTS.contains(&bare) {
        true => Err(format!("<{bare}>: a page is content; the host adds the rest")),
        false => Ok(()),
    }
}

fn attribute(name: &str) -> Result<(), String> {
    let bare = name.trim_end_matches([' ', '=']);
    if bare.starts_with("on") || ATTRIBUTES.contains(&bare) {
        return Err(format!("{bare}=: a page has no code and no style of its own; use classes"));
    }
    Ok(())
}

/// What an address may begin with, as far as the template says it.
fn address(name: &str, value: &str) -> Result<(), String> {
    if !matches!(name, "href" | "src" | "action" | "xlink:href" | "cite" | "poster") {
        return Ok(());
    }
    let value = value.trim_start().to_ascii_lowercase();
    let scheme: &str = value.split([':', '/', '?', '#', '\u{1}']).next().unwrap_or("");
    let has = value[scheme.len()..].starts_with(':');
    if (has && !["https", "mailto", "tel"].contains(&scheme)) || value.starts_with("//") {
        return Err(format!("{name}=: addresses begin with /, https:, mailto: or tel:"));
    }
    if name == "action" && (has || value.starts_with("//")) {
        return Err("action=: forms are sent to this portal only".to_owned());
    }
    Ok(())
}

/// The template with a count at its beginning and in each loop. It must have passed [`check`].
pub fn counted(text: &str) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len() + 64);
    let extends = pieces.iter().any(|(_, piece)| match piece {
        Piece::Statement(whole) => whole[2..].trim_start_matches('-').trim().starts_with("extends"),
        _ => false,
    });
    if !extends {
        out.push_str(&format!("{{{{ {TURN}() }}}}"));
    }
    for (_, piece) in pieces {
        match piece {
            Piece::Html(text) => out.push_str(text),
            Piece::Printed(inner) => out.push_str(&format!("{{{{{inner}}}}}")),
            Piece::Statement(whole) => {
                out.push_str(whole);
                let inner = whole[2..].trim_start_matches('-').trim_start();
                if inner.starts_with("for ") {
                    let trims = if whole.ends_with("-%}") { "-" } else { "" };
                    out.push_str(&format!("{{{{{trims} {TURN}() {trims}}}}}"));
                }
            }
            Piece::Comment => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Budget, Limited, check, counted, register};
    use tera::{Context, Tera};

    #[test]
    fn what_is_no_content_is_refused_by_line() {
        for good in [
            "<a href=\"{{ page.base }}/x?y={{ page.y }}\" class='row'>{{ page.title }}</a>",
            "<a href=\"https://a.example/\" rel=\"x\">x</a> <img src=\"/assets/x.png\" alt=\"\">",
            "{% for a in page.rows %}<td{% if a.b %} class=\"c\"{% endif %}>{{ a.b }}</td>{% endfor %}",
            "{% set unit = t(key=\"x\") %}{% <notice kind=\"info\"> %}<p>{{ unit }}</p>{% </notice> %}",
            "<svg viewBox=\"0 0 1 1\"><rect width=\"{{ page.w }}\" height=\"1\"/></svg> a < b",
            "{# <script> in a comment #}<input disabled name = \"a\" value=\"{{ 'x>y' }}\">",
            "<form method=\"get\" action=\"{{ page.base }}/month\"></form>",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, word) in [
            ("<p>\n<script>alert(1)</script>", "line 2: <script>"),
            ("{% if a %}\n{% endif %}\n<SCRIPT src='x'>", "line 3: <script>"),
            ("<meta http-equiv=\"refresh\" content=\"0; url=https://a.example\">", "<meta>"),
            ("<base href=\"https://a.example\">", "<base>"),
            ("<style>p{}</style>", "<style>"),
            ("<iframe src=\"/x\">", "<iframe>"),
            ("<{{ page.x }} a>", "inside a tag"),
            ("</{{ page.x }}>", "inside a tag"),
            ("<a {{ page.x }}>", "inside a tag"),
            ("<a href={{ page.x }}>", "inside a tag"),
            ("<a href=x>", "quotes"),
            ("<a onclick=\"x()\">", "onclick"),
            ("<a OnClick = 'x()'>", "onclick"),
            ("<img src=\"/x\"onerror=\"x()\">", "onerror"),
            ("<p style=\"color:red\">", "style"),
            ("<a href=\"javascript:x()\">", "addresses begin"),
            ("<a href=\" JavaScript:x()\">", "addresses begin"),
            ("<a href='data:text/html,x'>", "addresses begin"),
            ("<a href=\"http://a.example\">", "addresses begin"),
            ("<a href=\"//a.example\">", "addresses begin"),
            ("<form action=\"https://a.example/\">", "this portal"),
            ("<button formaction=\"/x\">", "formaction"),
            ("{{ page.x | safe }}", "| safe"),
            ("{{ page.x |\nsafe }}", "| safe"),
            ("{% set x = page.x | safe %}", "set"),
            ("{% autoescape false %}", "autoescape"),
            ("{% raw %}{% for %}{% endraw %}", "raw"),
            ("{% component x() %}{% endcomponent x %}", "component"),
            ("{% set_global x = 1 %}", "set_global"),
            ("{% set x = x ~ x %}", "set"),
            ("{% set x = x | replace(from=\"a\", to=\"aaaa\") %}", "set"),
            ("{% set x %}y{% endset %}", "set"),
            ("{% for a in range(end=9) %}{% endfor %}", "range("),
            ("{{ __tera_context }}", "__tera_context"),
            ("{{ musubi_turn() }}", "musubi_turn"),
            ("{{ a~a~a~a~a~a~a~a~a~a~a~a~a~a }}", "put together"),
            ("{{ \"}}\" ", "no }}"),
        ] {
            let why = check(bad).err().unwrap_or_default();
            assert!(why.contains(word), "{bad}: {why}");
        }
    }

    fn draw(template: &str) -> Result<String, String> {
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        register(&mut tera);
        tera.add_raw_templates(vec![("x.html", counted(template))]).map_err(|e| e.to_string())?;
        let mut context = Context::new();
        context.insert("rows", &vec!["a"; 2000]);
        let _budget = Budget::begin();
        let mut page = Limited::default();
        let drawn = tera.render_to("x.html", &context, &mut page);
        drawn.map_err(|error| format!("{error:?}"))?;
        String::from_utf8(page.0).map_err(|error| error.to_string())
    }

    /// P3 of the border's review: one template stopped the portal.
    #[test]
    fn a_page_ends_within_its_budget() {
        assert_eq!(draw("a {%- for r in [1, 2] -%} {{ r }} {%- endfor -%} b"), Ok("a12b".into()));
        assert_eq!(draw("{# why #}{% for r in [1] %} {{ r }}{% endfor %}"), Ok(" 1".into()));
        let nested = "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% endfor %}{% endfor %}\
                      {% endfor %}";
        assert!(draw(nested).unwrap_err().contains("200,000"));
        let long = format!("{{% for a in rows %}}{}{{% endfor %}}", "x".repeat(10_000));
        assert!(draw(&long).unwrap_err().contains("4 MiB"));
    }
}
