//! A file of elements, as a plugin says it.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use sdk::xml::{Content, Element};
use std::collections::BTreeSet;

/// How deep elements may lie in each other.
const DEEPEST: usize = 30;
/// The longest file, in bytes.
const LONGEST: usize = 4 << 20;

/// The file, in UTF-8; `remark` stands in it before the first element.
///
/// # Errors
/// What is no XML, or that there is too much of it.
pub fn xml(root: &Element, remark: Option<&str>) -> Result<Vec<u8>, String> {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    write(&mut writer, Event::Text(BytesText::new("\n")))?;
    if let Some(remark) = remark {
        write(&mut writer, Event::Comment(BytesText::new(remark)))?;
        write(&mut writer, Event::Text(BytesText::new("\n")))?;
    }
    element(&mut writer, root, 1)?;
    Ok(writer.into_inner())
}

fn element(writer: &mut Writer<Vec<u8>>, of: &Element, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("elements lie deeper than {DEEPEST}"));
    }
    let mut start = BytesStart::new(named(&of.name)?);
    let mut known = BTreeSet::new();
    for (name, value) in &of.attributes {
        if !known.insert(name) {
            return Err(format!("element {}: attribute {name} stands twice", of.name));
        }
        start.push_attribute((named(name)?, legal(value)?));
    }
    let end = start.to_end().into_owned();
    match of.content.is_empty() {
        true => return write(writer, Event::Empty(start)),
        false => write(writer, Event::Start(start))?,
    }
    for content in &of.content {
        match content {
            Content::Element(inner) => element(writer, inner, depth + 1)?,
            Content::Text(text) => write(writer, Event::Text(BytesText::new(legal(text)?)))?,
        }
    }
    write(writer, Event::End(end))
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) -> Result<(), String> {
    if writer.get_ref().len() > LONGEST {
        return Err(format!("it is longer than {} MiB", LONGEST >> 20));
    }
    writer.write_event(event).map_err(|error| error.to_string())
}

/// A name, with one prefix at the most.
fn named(name: &str) -> Result<&str, String> {
    let part = |part: &str| {
        let first = part.chars().next().is_some_and(|sign| sign.is_alphabetic() || sign == '_');
        first && part.chars().all(|sign| sign.is_alphanumeric() || "-_.".contains(sign))
    };
    match name.split(':').count() <= 2 && name.split(':').all(part) {
        true => Ok(name),
        false => Err(format!("{name:?} is no name of an element or attribute")),
    }
}

/// A text of signs that XML 1.0 knows.
fn legal(text: &str) -> Result<&str, String> {
    let odd = |sign: char| match sign {
        '\t' | '\n' | '\r' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        sign => sign < ' ',
    };
    match text.contains(odd) {
        true => Err("a text has a sign that XML does not know".to_owned()),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::xml;
    use sdk::xml::Element;

    #[test]
    fn what_is_said_is_written_and_nothing_breaks_out() {
        let root = Element::new("x:歩数")
            .attribute("xmlns:x", "urn:\"<&>")
            .child(Element::new("日").text("7200 <b>&amp;</b>"))
            .child(Element::new("empty"));
        let text = String::from_utf8(xml(&root, Some("見本")).unwrap()).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!--見本-->\n\
                        <x:歩数 xmlns:x=\"urn:&quot;&lt;&amp;&gt;\"><日>7200 &lt;b&gt;&amp;amp;&lt;/b&gt;</日><empty/></x:歩数>";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        let deep = (0..40).fold(Element::new("a"), |inner, _| Element::new("a").child(inner));
        let long =
            Element::new("a").children((0..9).map(|_| Element::new("b").text("x".repeat(1 << 19))));
        for (root, says) in [
            (Element::new("a b"), "no name"),
            (Element::new("a><b"), "no name"),
            (Element::new("a:b:c"), "no name"),
            (Element::new(""), "no name"),
            (Element::new("1"), "no name"),
            (Element::new("a").attribute("x y", ""), "no name"),
            (Element::new("a").attribute("x", "").attribute("x", ""), "twice"),
            (Element::new("a").text("\u{1}"), "does not know"),
            (Element::new("a").attribute("x", "\0"), "does not know"),
            (deep, "deeper than 30"),
            (long, "longer than 4 MiB"),
        ] {
            let why = xml(&root, None).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
    }
}
