//! `portal inspect`: looks at one file of a stranger, confined like a runner: its decoder may fall over, and
//! nothing else does.

use super::{Inspected, Media, Refused, Said};
use crate::plugins::run::jail;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use lopdf::{Dictionary, Document, Object};
use std::io::{Cursor, Read, Write};
use std::process::ExitCode;

/// The longest file, in bytes: whatever the settings say.
const LONGEST: u64 = 64 << 20;
/// The most points of a picture: a camera's 24 million, and room.
const POINTS: u64 = 40_000_000;
/// The longer side of a picture as it is kept: the small print of a certificate can be read.
const SIDE: u32 = 2_600;
/// What a decoder may ask for, in bytes.
const MEMORY: u64 = 150 << 20;
const PAGES: usize = 100;
/// How deep a document may lie within itself.
const DEPTH: usize = 64;

/// Reads a file from the standard input and writes what it is to the standard output.
pub fn run(without_landlock: bool) -> ExitCode {
    let confined = jail::before_loading(None, without_landlock);
    if let Err(why) = confined.and_then(|()| jail::before_serving()) {
        eprintln!("{why}");
        return ExitCode::FAILURE;
    }
    let mut bytes = Vec::new();
    if std::io::stdin().take(LONGEST).read_to_end(&mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let (said, kept) = match inspect(&bytes) {
        Ok(Inspected { media, pages, bytes }) => (Said::Is { media, pages }, bytes),
        Err(refused) => (Said::Refused(refused), Vec::new()),
    };
    let line = serde_json::to_string(&said).expect("words and a number are JSON");
    let mut out = std::io::stdout();
    let written = writeln!(out, "{line}").and_then(|()| out.write_all(&kept));
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Looks at a file.
///
/// # Errors
/// Why it is not taken.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, Refused> {
    let starts = |with: &[u8]| bytes.starts_with(with);
    if starts(b"%PDF-") {
        let pages = pdf(bytes)?;
        return Ok(Inspected { media: Media::Pdf, pages, bytes: bytes.to_vec() });
    }
    let format = match () {
        () if starts(b"\xff\xd8\xff") => ImageFormat::Jpeg,
        () if starts(b"\x89PNG\r\n\x1a\n") => ImageFormat::Png,
        () if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => ImageFormat::WebP,
        // ISO base media: HEIC, HEIF, AVIF.
        () if bytes.get(4..8) == Some(b"ftyp") => return Err(Refused::Heic),
        () => return Err(Refused::Kind),
    };
    picture(bytes, format)
}

/// A picture upright, no larger than it is looked at, and without what the camera wrote into it: where and
/// when it was taken, and a smaller picture that shows more.
fn picture(bytes: &[u8], format: ImageFormat) -> Result<Inspected, Refused> {
    let broken = |_| Refused::Broken;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > POINTS {
        return Err(Refused::Large);
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if width.max(height) > SIDE {
        image = image.thumbnail(SIDE, SIDE);
    }
    image.apply_orientation(orientation);
    let media = if format == ImageFormat::Png { Media::Png } else { Media::Jpeg };
    let mut kept = Cursor::new(Vec::new());
    let written = match media {
        Media::Png => image.write_to(&mut kept, ImageFormat::Png),
        _ => {
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut kept, 85);
            image.into_rgb8().write_with_encoder(encoder)
        }
    };
    written.map_err(broken)?;
    Ok(Inspected { media, pages: 1, bytes: kept.into_inner() })
}

/// A document's pages, when it is one that only shows something.
fn pdf(bytes: &[u8]) -> Result<i64, Refused> {
    let document = Document::load_mem(bytes).map_err(|_| Refused::Broken)?;
    if document.is_encrypted() || document.trailer.has(b"Encrypt") {
        return Err(Refused::Locked);
    }
    let acts = |object: &Object| acts(&document, object, DEPTH);
    if document.objects.values().any(acts) || acts(&Object::Dictionary(document.trailer.clone())) {
        return Err(Refused::Active);
    }
    match document.get_pages().len() {
        0 => Err(Refused::Broken),
        pages if pages > PAGES => Err(Refused::Large),
        pages => Ok(i64::try_from(pages).unwrap_or(0)),
    }
}

/// Whether an object does something: runs a script, starts a program, sends a form, holds other files.
fn acts(document: &Document, object: &Object, depth: usize) -> bool {
    if depth == 0 {
        return true;
    }
    match object {
        Object::Dictionary(dictionary) => has_action(document, dictionary, depth),
        Object::Stream(stream) => has_action(document, &stream.dict, depth),
        Object::Array(objects) => objects.iter().any(|object| acts(document, object, depth - 1)),
        _ => false,
    }
}

fn has_action(document: &Document, dictionary: &Dictionary, depth: usize) -> bool {
    const KEYS: [&[u8]; 9] = [
        b"JS",
        b"JavaScript",
        b"EmbeddedFiles",
        b"EmbeddedFile",
        b"EF",
        b"AF",
        b"AA",
        b"RichMedia",
        b"XFA",
    ];
    const KINDS: [&[u8]; 9] = [
        b"JavaScript",
        b"FileAttachment",
        b"Launch",
        b"SubmitForm",
        b"ImportData",
        b"GoToR",
        b"GoToE",
        b"Rendition",
        b"EmbeddedFile",
    ];
    let names = |key: &[u8]| {
        // Also where the word stands elsewhere.
        let object = dictionary.get(key).and_then(|object| document.dereference(object));
        let name = object.and_then(|(_, object)| object.as_name());
        name.is_ok_and(|name| KINDS.contains(&name))
    };
    KEYS.iter().any(|key| dictionary.has(key))
        || names(b"S")
        || names(b"Type")
        || names(b"Subtype")
        || opens(document, dictionary)
        || dictionary.iter().any(|(_, value)| acts(document, value, depth - 1))
}

/// Whether opening the document does more than go to a page.
fn opens(document: &Document, dictionary: &Dictionary) -> bool {
    let action = dictionary.get(b"OpenAction").and_then(|object| document.dereference(object));
    let Ok((_, Object::Dictionary(action))) = action else { return false };
    let kind = action.get(b"S").and_then(|object| document.dereference(object));
    !kind.and_then(|(_, kind)| kind.as_name()).is_ok_and(|kind| kind == b"GoTo")
}

#[cfg(test)]
mod tests {
    use super::{Inspected, Media, Refused, inspect};
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
    use lopdf::{Document, Object, dictionary};
    use std::io::Cursor;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let image =
            RgbImage::from_fn(width, height, |x, _| Rgb([u8::try_from(x % 256).unwrap(), 9, 9]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(image).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn pdf(pages: usize, change: impl Fn(&mut Document)) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let kids: Vec<Object> = (0..pages)
            .map(|_| document.add_object(dictionary! {"Type" => "Page", "Parent" => tree}).into())
            .collect();
        let count = i64::try_from(pages).unwrap();
        let pages = dictionary! {"Type" => "Pages", "Kids" => kids, "Count" => count};
        document.objects.insert(tree, Object::Dictionary(pages));
        let catalog = document.add_object(dictionary! {"Type" => "Catalog", "Pages" => tree});
        document.trailer.set("Root", catalog);
        change(&mut document);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn pictures_are_written_anew() {
        for (format, media) in [
            (ImageFormat::Jpeg, Media::Jpeg),
            (ImageFormat::Png, Media::Png),
            (ImageFormat::WebP, Media::Jpeg),
        ] {
            let Inspected { media: kept, bytes, pages } =
                inspect(&picture(3000, 100, format)).unwrap();
            assert_eq!((kept, pages), (media, 1), "{format:?}");
            let again = image::load_from_memory(&bytes).unwrap();
            assert_eq!((again.width(), again.height()), (2600, 87), "{format:?}");
        }
    }

    /// What a camera wrote into it is gone, and it stands upright.
    #[test]
    fn a_picture_says_nothing_of_where_it_was_taken() {
        let plain = picture(40, 20, ImageFormat::Jpeg);
        // EXIF with orientation 6 (a quarter to the right) and a place.
        let mut exif =
            b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"35.6812N139.7671E");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let tagged = [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat();
        let kept = inspect(&tagged).unwrap().bytes;
        let upright = image::load_from_memory(&kept).unwrap();
        assert_eq!((upright.width(), upright.height()), (20, 40));
        for word in [&b"Exif"[..], b"139.7671"] {
            assert!(!kept.windows(word.len()).any(|part| part == word));
        }
    }

    #[test]
    fn documents_have_pages_and_do_nothing() {
        let two = pdf(2, |_| {});
        let Inspected { media, pages, bytes } = inspect(&two).unwrap();
        assert_eq!((media, pages, bytes), (Media::Pdf, 2, two));
        let refused =
            |pages, change: &dyn Fn(&mut Document)| inspect(&pdf(pages, change)).unwrap_err();
        assert_eq!(refused(0, &|_| {}), Refused::Broken);
        assert_eq!(refused(101, &|_| {}), Refused::Large);
        for action in [
            dictionary! {"S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)")},
            dictionary! {"S" => "Launch", "F" => Object::string_literal("cmd.exe")},
            dictionary! {"S" => "SubmitForm"},
            dictionary! {"Names" => dictionary! {"EmbeddedFiles" => dictionary! {}}},
            dictionary! {"Kids" => vec![Object::Dictionary(dictionary! {"S" => "GoToR"})]},
            dictionary! {"FS" => dictionary! {"EF" => dictionary! {"F" => Object::Reference((9, 0))}}},
            dictionary! {"AA" => dictionary! {}},
            dictionary! {"OpenAction" => dictionary! {"S" => "URI"}},
        ] {
            let change = |document: &mut Document| _ = document.add_object(action.clone());
            assert_eq!(refused(1, &change), Refused::Active, "{action:?}");
        }
        // The word itself may stand elsewhere.
        let elsewhere = |document: &mut Document| {
            let word = document.add_object(Object::Name(b"Launch".to_vec()));
            document.add_object(dictionary! {"S" => word});
        };
        assert_eq!(refused(1, &elsewhere), Refused::Active);
        let page =
            dictionary! {"OpenAction" => dictionary! {"S" => "GoTo", "D" => Vec::<Object>::new()}};
        assert!(inspect(&pdf(1, |document| _ = document.add_object(page.clone()))).is_ok());
        let locked =
            |document: &mut Document| document.trailer.set("Encrypt", dictionary! {"V" => 1});
        assert!(matches!(refused(1, &locked), Refused::Locked | Refused::Broken));
    }

    #[test]
    fn what_is_none_of_them_is_told_apart() {
        assert_eq!(inspect(b"\0\0\0\x18ftypheic\0\0\0\0"), Err(Refused::Heic));
        for other in [&b""[..], b"<html>", b"GIF89a", b"MZ\x90\0", b" %PDF-1.4", b"PK\x03\x04"] {
            assert_eq!(inspect(other), Err(Refused::Kind));
        }
        for broken in [&b"%PDF-1.4 nothing"[..], b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\nIHDR"] {
            assert_eq!(inspect(broken), Err(Refused::Broken));
        }
        let jpeg = picture(400, 400, ImageFormat::Jpeg);
        assert!(inspect(&jpeg[..200]).is_err());
    }

    /// A few bytes that say they are a picture of four thousand million points.
    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused() {
        let mut png = picture(1, 1, ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xf4, 0x24, 0, 0, 0xf4, 0x24]);
        let mut sum = flate2::Crc::new();
        sum.update(&png[12..29]);
        png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        assert_eq!(inspect(&png), Err(Refused::Large));
    }
}
