//! The file: what was laid out, drawn, with tags (PDF/UA-1), checked by the library.

use super::font::{Font, Ruler};
use super::layout::{HEIGHT, Item, Kind, Laid, WIDTH, layout};
use super::words::Written;
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};
use std::num::NonZeroU16;
use std::time::{Duration, Instant};

/// How long drawing may take.
const LONGEST: Duration = Duration::from_secs(2);

/// Makes a PDF of a document.
///
/// # Errors
/// What the library finds wrong with it.
pub fn pdf(written: &Written, font: &Font) -> Result<Vec<u8>, String> {
    let ruler = font.ruler();
    let laid = layout(written, &ruler)?;
    let ua = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = ua.map_err(|error| format!("{error:?}"))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        enable_tagging: true,
        ..SerializeSettings::default()
    });
    let metadata = Metadata::new()
        .title(written.title.clone())
        .language(written.lang.clone())
        .authors(vec![written.from.clone()]);
    document.set_metadata(metadata);
    let mut texts: Vec<Vec<Identifier>> = laid.nodes.iter().map(|_| Vec::new()).collect();
    let until = Instant::now() + LONGEST;
    for items in &laid.pages {
        if Instant::now() > until {
            return Err("drawing the document takes more than two seconds".to_owned());
        }
        let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("a page has a size")?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for item in items {
            put(&mut surface, item, (font, &ruler), &mut texts)?;
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for heading in &laid.headings {
        let at = XyzDestination::new(heading.page, Point::from_xy(0.0, heading.y));
        outline.push_child(OutlineNode::new(heading.text.clone(), at));
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(&laid, &written.lang, &mut texts));
    document.finish().map_err(|error| format!("{error:?}"))
}

fn put(
    surface: &mut Surface<'_>,
    item: &Item,
    (font, ruler): (&Font, &Ruler<'_>),
    texts: &mut [Vec<Identifier>],
) -> Result<(), String> {
    let layout = || ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout));
    let fill = |grey: u8| Fill {
        paint: rgb::Color::new(grey, grey, grey).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    };
    match item {
        Item::Text { text, .. } if text.is_empty() => {}
        Item::Text { x, baseline, size, text, node } => {
            let tag = match node {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => layout(),
            };
            let id = surface.start_tagged(tag);
            surface.set_fill(Some(fill(0x1a)));
            let glyphs: Vec<KrillaGlyph> = text
                .char_indices()
                .map(|(at, sign)| {
                    let (glyph, wide) = ruler.glyph(sign);
                    let glyph = GlyphId::new(glyph.to_u32());
                    KrillaGlyph::new(glyph, wide, 0.0, 0.0, 0.0, at..at + sign.len_utf8(), None)
                })
                .collect();
            let start = Point::from_xy(*x, *baseline);
            surface.draw_glyphs(start, &glyphs, font.embedded.clone(), text, *size, false);
            surface.end_tagged();
            if let Some(node) = node {
                texts[*node].push(id);
            }
        }
        Item::Line { x, y, width, strong } => {
            let (grey, thick) = if *strong { (0x59, 0.8) } else { (0xb3, 0.5) };
            rect(surface, (*x, *y - thick, *width, thick), &fill(grey), layout())?;
        }
        Item::Ground { x, y, width, height } => {
            rect(surface, (*x, *y, *width, *height), &fill(0xf0), layout())?;
        }
    }
    Ok(())
}

fn rect(
    surface: &mut Surface<'_>,
    (x, y, width, height): (f32, f32, f32, f32),
    fill: &Fill,
    tag: ContentTag<'_>,
) -> Result<(), String> {
    let rect = Rect::from_xywh(x, y, width, height).ok_or("a rectangle has a size")?;
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let path = path.finish().ok_or("a rectangle is a path")?;
    surface.start_tagged(tag);
    surface.set_fill(Some(fill.clone()));
    surface.draw_path(&path);
    surface.end_tagged();
    Ok(())
}

/// What a screen reader reads, in order.
fn tree(laid: &Laid, lang: &str, texts: &mut [Vec<Identifier>]) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(lang.to_owned()));
    for node in &laid.top {
        tree.push(group(laid, *node, texts));
    }
    tree
}

fn group(laid: &Laid, node: usize, texts: &mut [Vec<Identifier>]) -> TagGroup {
    let level = |level| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    // Headings stand in the order of their nodes.
    let said = laid.headings.binary_search_by_key(&node, |heading| heading.node);
    let said = said.ok().map(|at| laid.headings[at].text.clone());
    let mut group = match laid.nodes[node].kind {
        Kind::Title => TagGroup::new(Tag::Hn(level(1), said)),
        Kind::Heading => TagGroup::new(Tag::Hn(level(2), said)),
        Kind::Paragraph | Kind::Note => TagGroup::new(Tag::P),
        Kind::Table => TagGroup::new(Tag::Table),
        Kind::Caption => TagGroup::new(Tag::Caption),
        Kind::Head => TagGroup::new(Tag::THead),
        Kind::Body => TagGroup::new(Tag::TBody),
        Kind::Foot => TagGroup::new(Tag::TFoot),
        Kind::Row => TagGroup::new(Tag::TR),
        Kind::HeadCell => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
        Kind::RowHead => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
        Kind::Cell => TagGroup::new(Tag::TD),
    };
    for text in std::mem::take(&mut texts[node]) {
        group.push(text);
    }
    for below in &laid.nodes[node].below {
        group.push(self::group(laid, *below, texts));
    }
    group
}
