//! Who did what, the newest first. Reading it is written down, too.

use crate::app::App;
use crate::insurers::offer;
use crate::staff::StaffVisit;
use crate::store::staff_record::{self, Act};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// Rows of a page.
const ROWS: i64 = 50;

/// Who did what.
#[derive(Serialize)]
pub struct StaffRecord {
    pub acts: Vec<Entry>,
    pub older_url: Option<String>,
}

/// One act.
#[derive(Serialize)]
pub struct Entry {
    /// Seconds since 1970.
    pub at: i64,
    pub name: String,
    /// What, in words.
    pub act: String,
    /// With which plugin, and with what of it.
    pub plugin: Option<String>,
    pub subject: String,
}

impl Page for StaffRecord {
    const TEMPLATE: &'static str = "portal/staff_record.html";
    fn samples() -> Vec<Self> {
        let entry = |act: &str, plugin: Option<&str>, subject: &str| Entry {
            at: 1_790_000_000,
            name: "港　太郎".into(),
            act: act.into(),
            plugin: plugin.map(str::to_owned),
            subject: subject.into(),
        };
        let fees = Some("医療費のお知らせ");
        let acts = vec![
            entry("ファイルを公開しました", fees, "医療費_202603.csv"),
            entry("ログインしました", None, ""),
        ];
        let older = Some("/minato/staff/record?before=12".to_owned());
        vec![Self { acts, older_url: older }, Self { acts: Vec::new(), older_url: None }]
    }
}

/// `GET /{insurer}/staff/record?before=…`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    let colleague = match visit.signed_in() {
        Ok(colleague) if colleague.rights.may_read_record() => colleague,
        Ok(_) => return Ok(visit.refused("staff-not-yours")),
        Err(signin) => return Ok(*signin),
    };
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let before = pairs.find(|(name, _)| name == "before").and_then(|(_, seq)| seq.parse().ok());
    let mut tx = app.db.begin().await?;
    let rows = staff_record::before(&mut tx, visit.slug(), before, ROWS).await?;
    colleague.note(&mut tx, &visit, Act::RecordRead, ("", "")).await?;
    tx.commit().await?;
    let last = rows.last().map(|(seq, _)| *seq).filter(|seq| *seq > 1);
    let entry = |(_, done): (i64, staff_record::Done)| Entry {
        at: done.at,
        name: done.name,
        act: visit.look.t(&format!("staff-act-{}", done.act.as_str()), &[]),
        plugin: (!done.plugin.is_empty()).then(|| {
            let found =
                offer::one(&visit.insurer.definition, &visit.in_force.plugins, &done.plugin);
            found.map_or(done.plugin, |offer| offer.name(&visit.look.lang).to_owned())
        }),
        subject: done.subject,
    };
    visit.look.page(&StaffRecord {
        acts: rows.into_iter().map(entry).collect(),
        older_url: last.map(|seq| visit.path(&format!("record?before={seq}"))),
    })
}
