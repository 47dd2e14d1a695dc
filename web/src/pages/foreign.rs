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
const JOINED: usize = 6;

/// Elements that are no part of a page's content, or whose content is no HTML.
const ELEMENTS: [&str; 25] = [
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
    "noscript",
    "textarea",
    "title",
    "xmp",
    "plaintext",
    "listing",
    "noembed",
    "noframes",
    "math",
    "html",
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

/// Filters that give a value its form; none makes a text longer with each use.
const FILTERS: [&str; 16] = [
    "yen", "person", "card", "unseen", "month", "date", "datetime", "year", "length", "int",
    "lower", "upper", "default", "first", "last", "abs",
];

/// What says who somebody is: for eyes alone. In an address it would reach the plugin, and logs.
const PEOPLE: [&str; 2] = ["person", "card"];
const ALONE: &str = "the filters person and card stand alone in the text: {{ row.person | person }}; not in values, \
     conditions or components";

/// Whether an expression says who somebody is.
fn names_people(inner: &str) -> bool {
    let filter = |after: &str| {
        let word: String = after.trim_start().chars().take_while(|c| is_word(*c)).collect();
        PEOPLE.contains(&word.as_str())
    };
    inner.split('|').skip(1).any(filter)
}

/// Whether it does nothing else: a path and the filter.
fn is_alone(inner: &str) -> bool {
    let plain = |c: char| is_word(c) || matches!(c, '.' | ' ' | '|');
    inner.matches('|').count() == 1 && inner.trim().trim_matches('-').chars().all(plain)
}

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
        if LEFT.get().is_some_and(|(_, until)| Instant::now() > until) {
            return Err(std::io::Error::other("drawing the page takes more than a second"));
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
        let end = end.ok_or(format!("line {line}: {sign} has no {close}, or a \\ stands in it"))?;
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

/// Where a tag closes, outside of texts in it. Nothing is escaped in a template's texts: where Tera and
/// this disagreed, the one would draw what the other never saw.
fn closed(tag: &str, close: &str, has_texts: bool) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in tag.char_indices().skip(2) {
        match quote {
            _ if has_texts && sign == '\\' => return None,
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
    let mut reader = Reader { html: Html::Text, open: Vec::new(), plain: false };
    for (mut line, piece) in pieces(text)? {
        let said = match piece {
            Piece::Html(text) => text.chars().try_for_each(|sign| {
                reader.html(sign)?;
                line += usize::from(sign == '\n');
                Ok(())
            }),
            Piece::Printed(inner) => reader.printed(inner).and_then(|()| expression(inner)),
            Piece::Statement(whole) => reader.statement(whole),
            Piece::Comment => Ok(()),
        };
        said.map_err(|why| format!("line {line}: {why}"))?;
    }
    match (&reader.html, reader.open.is_empty()) {
        (Html::Text, true) => Ok(()),
        (_, false) => Err("a statement has no end".to_owned()),
        (_, true) => Err("ends inside a tag".to_owned()),
    }
}

fn expression(inner: &str) -> Result<(), String> {
    let bare = without_texts(inner);
    if bare.contains("...") || bare.split(|c: char| !is_word(c)).any(|word| word == "for") {
        return Err("lists are made by the handler, not by a template".to_owned());
    }
    for word in bare.split(|c: char| !is_word(c)) {
        if ["__tera_context", "range", TURN].contains(&word) {
            return Err(format!("{word}: is not for templates; remove it"));
        }
    }
    for filter in bare.split('|').skip(1) {
        let name = filter.trim_start();
        let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
        if !FILTERS.contains(&name) {
            return Err(format!("| {name}: there are the filters {}", FILTERS.join(" ")));
        }
    }
    if bare.matches('~').count() > JOINED {
        return Err(format!("more than {JOINED} texts are put together; use a message"));
    }
    Ok(())
}

fn is_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// An expression without what stands in quotes.
fn without_texts(inner: &str) -> String {
    let (mut bare, mut quote) = (String::new(), None);
    for sign in inner.chars() {
        match quote {
            Some(open) if sign == open => quote = None,
            Some(_) => {}
            None if matches!(sign, '"' | '\'' | '`') => quote = Some(sign),
            None => bare.push(sign),
        }
    }
    bare
}

/// Blocks of the frame that are drawn inside a quoted value: words, and nothing else.
pub(crate) const IN_VALUES: [&str; 2] = ["body_class", "wide"];

/// A template as far as it was read. Whatever branch is drawn, the HTML around it is the same.
struct Reader {
    html: Html,
    /// Where each open statement began, and whether it is one of [`IN_VALUES`].
    open: Vec<Html>,
    plain: bool,
}

impl Reader {
    fn html(&mut self, sign: char) -> Result<(), String> {
        if self.plain && !(is_word(sign) || matches!(sign, ' ' | '-')) {
            return Err("this block is a class: write words only".to_owned());
        }
        self.html.read(sign)
    }

    fn printed(&mut self, inner: &str) -> Result<(), String> {
        if self.plain {
            return Err("this block is a class: write words only".to_owned());
        }
        if names_people(inner) && !(matches!(self.html, Html::Text) && is_alone(inner)) {
            return Err(ALONE.to_owned());
        }
        self.html.printed(inner)
    }

    fn statement(&mut self, whole: &str) -> Result<(), String> {
        let inner = whole[2..whole.len() - 2].trim_matches('-').trim();
        if names_people(inner) {
            return Err(ALONE.to_owned());
        }
        self.html.between()?;
        // A component with a body: `{% <notice kind="info"> %}` … `{% </notice> %}`.
        if inner.starts_with('<') {
            self.in_text("a component")?;
            return expression(inner);
        }
        let word = &inner[..inner.find(|c| !is_word(c)).unwrap_or(inner.len())];
        if !STATEMENTS.contains(&word) {
            return Err(format!("{{% {word} %}} is not for templates of plugins and themes"));
        }
        // `for` alone is a statement of its own; in an expression it makes lists.
        let rest = if word == "for" { &inner[3..] } else { inner };
        expression(rest)?;
        match word {
            "set" if !inner.contains('=') || without_texts(inner).contains('~') => {
                return Err(
                    "{% set %} names a value; put texts together where they are shown".into()
                );
            }
            "include" | "extends" => self.in_text(word)?,
            "if" | "for" => self.open.push(self.html.clone()),
            "block" => {
                self.in_text("block")?;
                let name = inner[5..].trim();
                self.plain = IN_VALUES.contains(&name);
                self.open.push(self.html.clone());
            }
            "else" | "elif" => {
                let before = self.open.last().ok_or("stands alone")?.clone();
                before.meets(&self.html)?;
                self.html = before;
            }
            "endif" | "endfor" | "endblock" => {
                let before = self.open.pop().ok_or("stands alone")?;
                self.html = before.meets(&self.html)?;
                self.plain = false;
            }
            _ => {}
        }
        Ok(())
    }

    fn in_text(&self, what: &str) -> Result<(), String> {
        match self.html {
            Html::Text => Ok(()),
            _ => Err(format!("{what} stands inside a tag")),
        }
    }
}

/// Where in the HTML a template is, as a browser's tokenizer would be. What that would repair is
/// refused.
#[derive(Clone, PartialEq, Eq)]
enum Html {
    Text,
    /// Behind `<`.
    Open,
    /// In an element's name; whether it closes.
    Name(String, bool),
    /// Behind `/`: `>` must follow.
    Slash,
    /// Between attributes, or in the name of one; with `=` behind it, before its value.
    Tag(String),
    /// Behind a value or a name that is over: a space, `/` or `>` must follow.
    After,
    /// In a value, until this quote; the attribute, and the value so far.
    Value(char, String, String),
}

impl Html {
    fn read(&mut self, sign: char) -> Result<(), String> {
        if sign == '\0' {
            return Err("a zero stands in it".to_owned());
        }
        let space = sign.is_ascii_whitespace();
        let next = match self {
            Html::Text if sign == '<' => Html::Open,
            Html::Text => return Ok(()),
            Html::Open if sign == '/' => Html::Name(String::new(), true),
            Html::Open if sign.is_ascii_alphabetic() => {
                Html::Name(sign.to_ascii_lowercase().into(), false)
            }
            Html::Open => return Err("<: write &lt;".to_owned()),
            Html::Name(name, _) if sign.is_ascii_alphanumeric() || sign == '-' => {
                name.push(sign.to_ascii_lowercase());
                return Ok(());
            }
            Html::Name(name, closes) => {
                element(name)?;
                match sign {
                    '>' => Html::Text,
                    '/' if !*closes => Html::Slash,
                    _ if space => Html::Tag(String::new()),
                    _ => return Err(format!("{sign:?} stands in an element's name")),
                }
            }
            Html::Slash if sign == '>' => Html::Text,
            Html::Slash => return Err("/ in a tag stands before > only".to_owned()),
            Html::After => match sign {
                '>' => Html::Text,
                '/' => Html::Slash,
                _ if space => Html::Tag(String::new()),
                _ => return Err("a space is missing between attributes".to_owned()),
            },
            Html::Tag(name) => {
                let bare = name.trim_end_matches([' ', '=']).to_owned();
                let valued = name.ends_with('=');
                match sign {
                    '"' | '\'' if valued => Html::Value(sign, bare, String::new()),
                    _ if space && valued => return Ok(()),
                    _ if valued => return Err(format!("{bare}=: put the value into quotes")),
                    '>' | '/' | '=' => {
                        attribute(&bare)?;
                        match sign {
                            '>' => Html::Text,
                            '/' => Html::Slash,
                            _ if bare.is_empty() => return Err("= stands alone".to_owned()),
                            _ => Html::Tag(bare + "="),
                        }
                    }
                    _ if space && bare.is_empty() => return Ok(()),
                    _ if space => {
                        attribute(&bare)?;
                        Html::Tag(bare + " ")
                    }
                    _ if !(is_word(sign) || matches!(sign, '-' | ':' | '.')) => {
                        return Err(format!("{sign:?} stands between attributes"));
                    }
                    _ if name.ends_with(' ') => Html::Tag(sign.to_ascii_lowercase().into()),
                    _ => Html::Tag(format!("{name}{}", sign.to_ascii_lowercase())),
                }
            }
            Html::Value(quote, name, value) if sign == *quote => {
                address(name, value)?;
                Html::After
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
            _ => {
                let shown: String = inner.trim().chars().take(30).collect();
                Err(format!("{{{{ {shown} }}}} stands inside a tag; put it into a quoted value"))
            }
        }
    }

    /// A statement stands here: names that are being written are over.
    fn between(&mut self) -> Result<(), String> {
        *self = match self {
            Html::Name(name, _) if !name.is_empty() => {
                element(name)?;
                Html::After
            }
            Html::Tag(name) if name.ends_with('=') => {
                return Err(format!("{name}: put the value into quotes"));
            }
            Html::Tag(name) if name.is_empty() => return Ok(()),
            Html::Tag(name) => {
                attribute(name.trim_end())?;
                Html::After
            }
            Html::Open | Html::Slash | Html::Name(..) => {
                return Err("a statement stands in the middle of a tag's name".to_owned());
            }
            Html::Text | Html::After | Html::Value(..) => return Ok(()),
        };
        Ok(())
    }

    /// Where it goes on whichever branch was drawn.
    fn meets(&self, other: &Html) -> Result<Html, String> {
        match (self, other) {
            (Html::Text, Html::Text) => Ok(Html::Text),
            (Html::After, Html::Tag(name)) | (Html::Tag(name), Html::After) if name.is_empty() => {
                Ok(Html::After)
            }
            (Html::Tag(one), Html::Tag(two)) if one == two => Ok(other.clone()),
            (Html::After, Html::After) => Ok(Html::After),
            (Html::Value(a, one, _), Html::Value(b, two, _)) if a == b && one == two => {
                Ok(other.clone())
            }
            _ => Err("a branch ends at another place of the HTML than it began".to_owned()),
        }
    }
}

fn element(name: &str) -> Result<(), String> {
    match ELEMENTS.contains(&name) {
        true => Err(format!("<{name}>: a page is content; the host adds the rest")),
        false if name.is_empty() => Err("< has no name".to_owned()),
        false => Ok(()),
    }
}

fn attribute(name: &str) -> Result<(), String> {
    if name.starts_with("on") || ATTRIBUTES.contains(&name) {
        return Err(format!("{name}=: a page has no code and no style of its own; use classes"));
    }
    Ok(())
}

/// What an address may begin with, as far as the template says it.
fn address(name: &str, value: &str) -> Result<(), String> {
    if !matches!(name, "href" | "src" | "action" | "xlink:href" | "cite" | "poster") {
        return Ok(());
    }
    let value = value.replace("&amp;", "").to_ascii_lowercase();
    let strange = |sign: char| matches!(sign, '&' | '\\') || (sign <= ' ' && sign != '\u{1}');
    if value.contains(strange) {
        return Err(format!("{name}=: write & as &amp;, and no space or \\ in an address"));
    }
    let scheme: &str = value.split([':', '/', '?', '#', '\u{1}']).next().unwrap_or("");
    let has = value[scheme.len()..].starts_with(':');
    if (has && !["https", "mailto", "tel"].contains(&scheme)) || value.starts_with("//") {
        return Err(format!("{name}=: addresses begin with /, https:, mailto: or tel:"));
    }
    if name == "action" && has {
        return Err("action=: forms are sent to this portal only".to_owned());
    }
    Ok(())
}

fn first_word(whole: &str) -> &str {
    let inner = whole[2..].trim_start_matches('-').trim_start();
    &inner[..inner.find(|c| !is_word(c)).unwrap_or(inner.len())]
}

/// The template with a count at its beginning and in each loop. It must have passed [`check`].
pub fn counted(text: &str) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len() + 64);
    let extends = pieces.iter().any(|(_, piece)| match piece {
        Piece::Statement(whole) => first_word(whole) == "extends",
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
                if first_word(whole) == "for" {
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
            "<svg viewBox=\"0 0 1 1\"><rect width=\"{{ page.w }}\" height=\"1\"/></svg> a &lt; b",
            "{% for a in page.b %}<td{% if a %} class=\"{% if a.c %}x{% else %}y{% endif %}\"{% endif %}>{% endfor %}",
            "<option value=\"{{ a }}\"{% if b %} selected{% endif %}>{{ a }}</option><br/>",
            "{% block wide %}wide{% endblock wide %}<p>{{ a[4:] | int }}</p>",
            "{# <script> in a comment #}<input disabled name = \"a\" value=\"{{ 'x>y' }}\">",
            "<form method=\"get\" action=\"{{ page.base }}/month\"></form>",
            "<b>{{ row.person | person }}</b> {{ page.person|card }}",
            "{% if row.item | unseen %}<b>{{ a }}</b>{% endif %}",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, word) in [
            ("<p>\n<script>alert(1)</script>", "line 2: <script>"),
            ("{% if a %}\n{% endif %}\n<SCRIPT src='x'>", "line 3: <script>"),
            ("<meta/http-equiv=\"refresh\"/content=\"0;url=https://evil.example/\">", "<meta>"),
            // Who somebody is would reach the plugin, and logs, by an address.
            ("<img src=\"{{ page.base }}/x?c={{ row.person | card }}\" alt=\"\">", "stand alone"),
            ("<a href=\"/x?n={{ row.person|person }}\">x</a>", "stand alone"),
            ("{% set who = row.person | person %}", "stand alone"),
            ("{% if row.person | card == page.c %}x{% endif %}", "stand alone"),
            ("{{ <link_button url={row.person | card} label=\"x\"/> }}", "stand alone"),
            ("{% for a in page.b | person %}{% endfor %}", "stand alone"),
            ("{{ t(key=\"x\", who=row.person | person) }}", "stand alone"),
            ("{{ row.person | person | upper }}", "stand alone"),
            ("{% <notice kind={row.person | card}> %}x{% </notice> %}", "stand alone"),
            ("<img/onerror=\"x()\"/src=\"x\">", "/ in a tag"),
            ("<me{% if false %}x{% endif %}ta http-equiv=\"refresh\">", "between attributes"),
            ("<a{% if false %} title=\"{% endif %}>x</a>", "another place"),
            ("<a href=\"{% if a %}\" id=\"{% endif %}\">", "another place"),
            ("a < b \" <script>x</script> \" >", "write &lt;"),
            ("<textarea><a title=\"</textarea>\">x</a>", "<textarea>"),
            ("<img x=/\" onerror=alert(1) src=x \" >", "quotes"),
            ("<a b\"> x \">", "between attributes"),
            ("<a b=\"c\"d=\"e\">", "a space is missing"),
            ("<!-- x -->", "write &lt;"),
            ("<form action=\"/\\evil.example\">", "in an address"),
            ("<a href=\"java&#115;cript:x\">", "in an address"),
            ("<a href=\"java\tscript:x\">", "in an address"),
            ("<a href=\"x", "ends inside"),
            ("{% if a %}<p>", "no end"),
            ("{% block wide %}\" onclick=\"x{% endblock wide %}", "words only"),
            ("{% block wide %}{{ page.a }}{% endblock wide %}", "words only"),
            ("{{ \"\\\"\" }} <script>x</script> {{ \"\\\"\" }}", "a \\ stands"),
            ("{{ page.a | replace(from=\"a\", to=\"aaaa\") }}", "| replace"),
            ("{{ [[1 for b in rows] for a in rows] | length }}", "lists are made"),
            ("{% set b = [...a, ...a] %}", "lists are made"),
            ("<p id=\"x\"{{ a }}>", "inside a tag"),
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
            ("<a href = \"x\"onclick=\"x()\">", "a space is missing"),
            ("<img src=\"/x\" onerror=\"x()\">", "onerror"),
            ("<p style=\"color:red\">", "style"),
            ("<a href=\"javascript:x()\">", "addresses begin"),
            ("<a href=\" JavaScript:x()\">", "in an address"),
            ("<a href=\"JavaScript:x()\">", "addresses begin"),
            ("<a href='data:text/html,x'>", "addresses begin"),
            ("<a href=\"http://a.example\">", "addresses begin"),
            ("<a href=\"//a.example\">", "addresses begin"),
            ("<form action=\"https://a.example/\">", "this portal"),
            ("<button formaction=\"/x\">", "formaction"),
            ("{{ page.x | safe }}", "| safe"),
            ("{{ page.x |\nsafe }}", "| safe"),
            ("{% set x = page.x | safe %}", "| safe"),
            ("{% autoescape false %}", "autoescape"),
            ("{% raw %}{% for %}{% endraw %}", "raw"),
            ("{% component x() %}{% endcomponent x %}", "component"),
            ("{% set_global x = 1 %}", "set_global"),
            ("{% set x = x ~ x %}", "set"),
            ("{% set x = x | replace(from=\"a\", to=\"aaaa\") %}", "| replace"),
            ("{% set x %}y{% endset %}", "set"),
            ("{% for a in range(end=9) %}{% endfor %}", "range"),
            ("{{ __tera_context }}", "__tera_context"),
            ("{{ musubi_turn() }}", "musubi_turn"),
            ("{{ a~a~a~a~a~a~a~a }}", "put together"),
            ("{{ \"}}\" ", "no }}"),
        ] {
            let why = check(bad).err().unwrap_or_default();
            assert!(why.contains(word), "{bad}: {why}");
        }
    }

    /// A browser's tokenizer sees no more in what passes than the check did.
    #[test]
    fn a_tokenizer_agrees() {
        let parts = [
            "<",
            "</",
            ">",
            "/",
            "/>",
            "\"",
            "'",
            "=",
            " ",
            "\n",
            "a",
            "p",
            "meta",
            "script",
            "style",
            "onclick",
            "href",
            "title",
            "x",
            "&",
            "&lt;",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?",
            "=\"x\"",
            "textarea",
            "<p>",
            "</p>",
            "svg",
        ];
        let mut state = 7_u64;
        let mut below = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % most as u64).unwrap()
        };
        let mut passed = 0;
        for _ in 0..200_000 {
            let text: String = (0..2 + below(12)).map(|_| parts[below(parts.len())]).collect();
            if check(&text).is_err() {
                continue;
            }
            passed += 1;
            for token in html5gum::Tokenizer::new(&text) {
                let Ok(html5gum::Token::StartTag(tag)) = token else { continue };
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(!super::ELEMENTS.contains(&name.as_str()), "{text}: <{name}>");
                for attribute in tag.attributes.keys() {
                    let name = String::from_utf8_lossy(attribute).into_owned();
                    assert!(
                        !name.starts_with("on") && !super::ATTRIBUTES.contains(&name.as_str()),
                        "{text}: {name}"
                    );
                }
            }
        }
        assert!(passed > 5_000, "{passed}");
    }

    /// Where the frame draws a block inside a value, the block is words.
    #[test]
    fn blocks_in_values_are_known() {
        let layout = include_str!("../../../themes/base/templates/layout.html");
        let named = |line: &'static str| {
            let (before, rest) = line.split_once("{% block ")?;
            (before.matches('"').count() % 2 == 1).then(|| rest.split(' ').next()).flatten()
        };
        let names: Vec<&str> = layout.lines().filter_map(named).collect();
        assert_eq!(names, super::IN_VALUES);
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
        let tabbed = nested.replace("for a", "for\n a").replace("for b", "for\tb");
        assert!(draw(&tabbed).unwrap_err().contains("200,000"));
        let long = format!("{{% for a in rows %}}{}{{% endfor %}}", "x".repeat(10_000));
        assert!(draw(&long).unwrap_err().contains("4 MiB"));
    }
}
