//! Documents become PDF: the text extracts in order, the head of a table is on every page, and the
//! library finds the file accessible (PDF/UA-1).

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use portal::paper::draw::pdf;
use portal::paper::font::Font;
use portal::paper::words::{Grid, Part, Written};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn font() -> Font {
    Font::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes")).unwrap()
}

fn written(rows: usize) -> Written {
    let row = |n: usize| {
        let place = "みなと中央クリニック（消化器内科）".to_owned();
        vec![format!("令和8年4月{}日", n % 30 + 1), place, format!("{},{:03}円", n + 1, n % 1000)]
    };
    Written {
        lang: "ja".into(),
        title: "医療費のお知らせ　令和8年（2026年）".into(),
        under: vec!["港　花子 様".into(), "作成日：令和8年（2026年）11月30日".into()],
        from: "みなと健康保険組合".into(),
        blocks: vec![
            Part::Paragraph(
                "被保険者とご家族が、医療機関で診療を受けたときの医療費です。".repeat(3),
            ),
            Part::Figures(vec![("医療費の総額".into(), "123,456円".into())]),
            Part::Heading("明細".into()),
            Part::Table(Grid {
                caption: "診療を受けた月ごとの明細".into(),
                heads: vec!["診療日".into(), "医療機関".into(), "医療費".into()],
                ends: vec![false, false, true],
                rows: (0..rows).map(row).collect(),
                foot: Some(vec!["合計".into(), String::new(), "999,999円".into()]),
            }),
            Part::Note("この明細は、確定申告の医療費控除に使えます。".into()),
        ],
    }
}

/// What `pdftotext` (poppler) reads; `None` where it is not installed.
fn extracted(bytes: &[u8]) -> Option<String> {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut to = child.stdin.take()?;
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || to.write_all(&bytes).ok());
    let output = child.wait_with_output().ok()?;
    writing.join().ok();
    String::from_utf8(output.stdout).ok()
}

#[test]
fn a_document_is_small_and_its_text_extracts_in_order() {
    let font = font();
    let bytes = pdf(&written(20), &font).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    let file = std::env::temp_dir().join("musubi-paper.pdf");
    std::fs::write(file, &bytes).unwrap();
    let text = extracted(&bytes).expect("pdftotext is installed: apt-get install poppler-utils");
    let mut at = 0;
    for part in [
        "医療費のお知らせ",
        "花子",
        "作成日",
        "被保険者とご家族",
        "123,456円",
        "明細",
        "診療日",
        "医療機関",
        "令和8年4月1日",
        "みなと中央クリニック",
        "合計",
        "999,999円",
        "確定申告",
        "みなと健康保険組合",
        "1 / 1",
    ] {
        let found = text[at..].find(part);
        at += found.unwrap_or_else(|| panic!("{part} is not behind {at}:\n{text}"));
    }
}

#[test]
fn a_long_table_takes_its_head_along() {
    let bytes = pdf(&written(400), &font()).unwrap();
    let text = extracted(&bytes).expect("pdftotext is installed: apt-get install poppler-utils");
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 8, "{}", pages.len());
    let foot = format!("/ {}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains("診療日") && page.contains(&foot), "page {}: {page}", at + 1);
    }
    assert!(bytes.len() < 400_000, "{}", bytes.len());
}

#[test]
fn strange_texts_do_no_harm() {
    let mut strange = written(1);
    strange.title = "\u{0}😀 <b>𠮷野家</b> \u{202e}﷽".into();
    strange.blocks = vec![
        Part::Paragraph("長".repeat(5_000)),
        Part::Paragraph("w".repeat(5_000)),
        Part::Paragraph(String::new()),
        Part::Table(Grid {
            caption: String::new(),
            heads: vec!["a".into(); 12],
            ends: vec![false; 12],
            rows: vec![vec!["とても長いことば".repeat(20); 12]; 3],
            foot: None,
        }),
        Part::Figures(Vec::new()),
    ];
    assert!(pdf(&strange, &font()).is_ok());
}
