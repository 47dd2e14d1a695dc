//! The files of a year: the form of the tax office, and two tables.

use crate::year::{Paid, Year, read};
use sdk::paper::{Column, Encoding, Sheet, Table, Words};
use sdk::xml::Element;
use sdk::{Call, Fault, PageReply, grouped};

/// `/xml?year=2025`: the form 医療費通知 (TEG700) of the tax office's specification, as far as it is public. Its id
/// has the day and, in the place of the time, the year that it is of.
pub fn xml(call: &Call) -> Result<PageReply, Fault> {
    let Some(issuer) = call.settings["issuer"].as_str() else { return Ok(PageReply::NotFound) };
    let Some(year) = read(call)? else { return Ok(PageReply::NotFound) };
    let row = |row: &Paid| {
        let (yyyy, mm) = row.month.split_at_checked(4).unwrap_or_default();
        let text = |name: &str, text: &str| Element::new(name).text(text);
        Element::new("WBD00010")
            .child(text("WBD00020", &row.name))
            .child(Element::new("WBD00030").child(text("gen:yyyy", yyyy)).child(text("gen:mm", mm)))
            .child(text("WBD00040", row.facility.as_deref().unwrap_or_default()))
            .child(text("WBD00050", &row.own_paid.to_string()))
    };
    let digits: String = call.today.chars().filter(char::is_ascii_digit).collect();
    Element::new("TEG700")
        .attribute("xmlns", "http://xml.e-tax.nta.go.jp/XSD/kyotsu")
        .attribute("xmlns:gen", "http://xml.e-tax.nta.go.jp/XSD/general")
        .attribute("VR", "1.0")
        .attribute("id", format!("TEG700{digits}{:09}", year.year))
        .attribute("page", "1")
        .attribute("sakuseiDay", &call.today)
        .attribute("sakuseiNM", issuer)
        .attribute("softNM", "Musubi")
        .child(Element::new("WBD00000").children(year.rows.iter().map(row)))
        .show(format!("TEG700-{}", year.year))
}

/// `/csv?year=2025&person=…`: one person's, in the shape of the national portal's file.
pub fn csv(call: &Call) -> Result<PageReply, Fault> {
    let person = call.param("person");
    let Some(name) = call.person_name(person) else { return Ok(PageReply::NotFound) };
    let Some(year) = read(call)? else { return Ok(PageReply::NotFound) };
    let mut lines = vec![
        vec!["わたしの情報".to_owned()],
        vec!["医療費通知情報".to_owned()],
        Vec::new(),
        pair("項目名", "内容"),
        pair("氏名", name),
        pair("窓口相当負担額の合計（円）", &grouped(year.paid)),
        Vec::new(),
        vec!["医療費情報明細".to_owned()],
    ];
    for row in &year.rows {
        lines.extend(details(row));
    }
    let lines = lines.into_iter().map(|line| line.into_iter().map(Words::text).collect());
    Sheet::lines(lines.collect()).show(format!("medical-expenses-{}", year.year))
}

fn pair(name: &str, value: &str) -> Vec<String> {
    vec![name.to_owned(), value.to_owned()]
}

fn details(row: &Paid) -> Vec<Vec<String>> {
    let (year, month) = row.month.split_at_checked(4).unwrap_or_default();
    let month = format!("{year}年{}月", month.trim_start_matches('0'));
    vec![
        pair("診療年月", &month),
        pair("診療区分", &kind(row)),
        pair("日数", &row.days.map_or_else(String::new, |days| days.to_string())),
        pair("医療機関等名称", row.facility.as_deref().unwrap_or_default()),
        pair("医療費の総額（円）", &grouped(row.total)),
        pair("保険者の負担額（円）", &grouped(row.insurer_paid)),
        pair("その他の公費の負担額（円）", &grouped(row.public_paid)),
        pair("窓口相当負担額（円）", &grouped(row.own_paid)),
    ]
}

/// The word that the national portal has for it; of other kinds the file's.
fn kind(row: &Paid) -> String {
    let word = match row.kind.as_str() {
        "inpatient" => "医科入院",
        "outpatient" => "医科外来",
        "dental" => "歯科外来",
        "pharmacy" => "調剤",
        "nursing" => "訪問看護",
        "therapy" => "療養費",
        _ => row.kind_text.as_deref().unwrap_or("その他"),
    };
    word.to_owned()
}

/// `/form?year=2025`: everybody's, in the columns of the tax office's spreadsheet. When something was paid nobody
/// wrote down: the column is the member's.
pub fn form(call: &Call) -> Result<PageReply, Fault> {
    let Some(year) = read(call)? else { return Ok(PageReply::NotFound) };
    let heads = [
        "医療を受けた人",
        "病院・薬局などの名称",
        "診療・治療",
        "医薬品購入",
        "介護保険サービス",
        "その他の医療費",
    ];
    let columns = heads.map(|head| Column::start(Words::text(head))).into_iter().chain([
        Column::end(Words::text("支払った医療費の金額")),
        Column::end(Words::text("左のうち補填される金額")),
        Column::start(Words::text("支払年月日")),
    ]);
    let table = Table {
        caption: Words::message("tax-deduction-title"),
        columns: columns.collect(),
        rows: year.rows.iter().map(filled).collect(),
        foot: None,
    };
    let Year { year, .. } = year;
    Sheet { table, encoding: Encoding::Utf8 }.show(format!("medical-expenses-form-{year}"))
}

fn filled(row: &Paid) -> Vec<Words> {
    let is = |yes: bool| Words::text(if yes { "該当する" } else { "" });
    let drugs = row.kind == "pharmacy";
    vec![
        Words::text(&row.name),
        Words::text(row.facility.as_deref().unwrap_or_default()),
        is(!drugs),
        is(drugs),
        Words::text(""),
        Words::text(""),
        Words::number(row.own_paid),
        Words::number(row.paid_back),
        Words::text(""),
    ]
}
