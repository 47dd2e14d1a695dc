//! An insurer's folder as the portal sees it: brand, sign-in, household policy, plugins.

use super::relying::{Relying, Signin};
use super::staff::{Role, Staff};
use crate::plugins::ask::Unproved;
use crate::plugins::data::class::DataClass;
use db::{Conn, Db, published};
use handover::Layout;
use secret::Sealer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use web::Brand;
use web::config::{ConfigError, insurer_file};
use web::difference::difference;

/// Everything that an operator decides about an insurer at the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub brand: Brand,
    #[serde(flatten)]
    pub signin: Relying,
    pub household: HouseholdPolicy,
    #[serde(default)]
    pub after_loss: AfterLoss,
    #[serde(default)]
    pub levels: Levels,
    #[serde(default)]
    pub mail: MailOut,
    pub plugins: Vec<Enabled>,
    /// Who works for the insurer here; none: there are no staff pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// The insurer's own app reads and writes as JSON; none: nothing answers as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<OwnApp>,
}

/// `[app]`: what tokens of the insurer's own app are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnApp {
    /// The resource indicator (RFC 8707) that stands in their audience. The portal's client serves it.
    pub resource: String,
}

/// What somebody whose memberships have all ended may still do: read, for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterLoss {
    /// Days for which they may read what is kept for them. Not said: without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// Mail that tells members that something is in their inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailOut {
    /// The sender's address. Not said: no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// How well the provider must know who looks at data of a class. A class without a level asks only that
/// somebody is signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Levels {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pii: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical: Option<Level>,
    /// What pages and forms of plugins ask for that want to know now that it is the member: to have signed in
    /// within five minutes when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Level>,
}

/// A level of login of the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its name at the provider (`acr`); not said: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How old its proof may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<i64>,
}

/// How old the proof of presence may be when the insurer says nothing, in minutes.
const AGAIN: i64 = 5;

impl Levels {
    /// The level of who is asked what wants to be proved now.
    pub fn asked(&self, lack: Unproved) -> Option<Level> {
        match lack {
            Unproved::Class(class) => self.of(class).cloned(),
            Unproved::Again => Some(Level {
                acr: self.again.as_ref().and_then(|level| level.acr.clone()),
                max_age_minutes: self
                    .again
                    .as_ref()
                    .and_then(|level| level.max_age_minutes)
                    .or(Some(AGAIN)),
            }),
        }
    }

    /// The level that data of a class asks for. What medical data asks is never less than what
    /// personal data does.
    pub fn of(&self, class: DataClass) -> Option<&Level> {
        match class {
            DataClass::None => None,
            DataClass::Pii => self.pii.as_ref(),
            DataClass::Medical => self.medical.as_ref().or(self.pii.as_ref()),
        }
    }
}

/// Whether an insured person sees the rows of dependants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HouseholdPolicy {
    Never,
    /// Unless the dependant chose otherwise: implied consent with a way to object.
    UnlessHidden,
}

/// A plugin that is switched on, with the insurer's settings for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enabled {
    pub id: String,
    #[serde(default)]
    pub settings: serde_json::Value,
    /// How the insurer lays out its files for it: a file of the folder, by its name, and what stands in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutOf>,
}

/// A layout, as the folder names it and as it is published; of a plugin that takes several files, by the
/// importer's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LayoutOf {
    File(String),
    Read(Box<Layout>),
    Each(BTreeMap<String, LayoutOf>),
}

impl LayoutOf {
    /// With what stands in the files in the place of their names.
    fn read(self, folder: &Path) -> Result<Self, ConfigError> {
        Ok(match self {
            LayoutOf::File(name) => {
                // Of this folder: what is published is what was checked in with it.
                if name.contains(['/', '\\']) || !name.ends_with(".toml") {
                    let why = "layout is the name of a .toml file beside portal.toml";
                    return Err(ConfigError(format!("{why}, and {name:?} is none")));
                }
                let layout: Layout = insurer_file(&folder.join(&name))?;
                layout.check().map_err(|why| ConfigError(format!("{name}: {why}")))?;
                LayoutOf::Read(Box::new(layout))
            }
            LayoutOf::Each(layouts) => {
                if layouts.values().any(|layout| matches!(layout, LayoutOf::Each(_))) {
                    let why = "layout: write each importer and the name of its file";
                    return Err(ConfigError(why.to_owned()));
                }
                let read =
                    |(importer, layout): (String, Self)| Ok((importer, layout.read(folder)?));
                LayoutOf::Each(layouts.into_iter().map(read).collect::<Result<_, ConfigError>>()?)
            }
            read => read,
        })
    }
}

impl Enabled {
    /// How the insurer lays out the files of an importer. One layout without a name is the first importer's.
    pub fn layout(&self, importer: &str, first: bool) -> Option<&Layout> {
        match self.layout.as_ref()? {
            LayoutOf::Read(layout) => first.then_some(layout),
            LayoutOf::Each(layouts) => match layouts.get(importer)? {
                LayoutOf::Read(layout) => Some(layout),
                _ => None,
            },
            LayoutOf::File(_) => None,
        }
    }

    /// The importers that have a layout by their name.
    pub fn layouts(&self) -> impl Iterator<Item = &str> {
        let each = match &self.layout {
            Some(LayoutOf::Each(layouts)) => Some(layouts),
            _ => None,
        };
        each.into_iter().flatten().map(|(importer, _)| importer.as_str())
    }

    /// With the layouts in the place of their files' names.
    fn read(self, folder: &Path) -> Result<Self, ConfigError> {
        let layout = self.layout.map(|layout| layout.read(folder)).transpose();
        let at = |ConfigError(why)| ConfigError(format!("portal.toml: plugin {}: {why}", self.id));
        Ok(Self { layout: layout.map_err(at)?, ..self })
    }
}

/// `portal.toml`. It holds the client secret in clear: no `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    signin: Signin,
    household: Household,
    #[serde(default)]
    after_loss: AfterLoss,
    #[serde(default)]
    levels: Levels,
    #[serde(default)]
    mail: MailOut,
    #[serde(default)]
    plugin: Vec<Enabled>,
    staff: Option<StaffFile>,
    app: Option<OwnApp>,
}

/// `[staff]`: the client secret is in clear.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffFile {
    signin: Signin,
    acr: String,
    #[serde(default)]
    two_people: bool,
    #[serde(default)]
    role: Vec<Role>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Household {
    view: HouseholdPolicy,
}

/// RFC 8707 §2: absolute, without a fragment.
fn is_resource(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.has_host() && url.fragment().is_none())
}

fn purpose(slug: &str) -> String {
    format!("client-secret:{slug}")
}

fn staff_purpose(slug: &str) -> String {
    format!("staff-client-secret:{slug}")
}

/// A client secret of any insurer, to see whether a key file opens it; with what it is sealed for.
pub async fn any_sealed(conn: &mut Conn) -> Result<Option<(String, Vec<u8>)>, db::Error> {
    for (slug, _) in published::versions(conn).await? {
        let text = published::current(conn, &slug).await?.map(|(_, text)| text);
        let read = text.and_then(|text| serde_json::from_str::<Definition>(&text).ok());
        let sealed = read.and_then(|read| read.signin.sealed_bytes());
        if let Some(sealed) = sealed {
            return Ok(Some((purpose(&slug), sealed)));
        }
    }
    Ok(None)
}

impl Definition {
    /// Reads and checks an insurer's folder.
    ///
    /// # Errors
    /// Names the file and what to mend; nothing is applied.
    pub fn read(folder: &Path, sealer: &Sealer) -> Result<Self, ConfigError> {
        let brand: Brand = insurer_file(&folder.join("insurer.toml"))?;
        if let Some(why) = brand.fault() {
            return Err(ConfigError(format!("{}: {why}", folder.display())));
        }
        let file: File = insurer_file(&folder.join("portal.toml"))?;
        if let Some(from) = file.mail.from.as_ref().filter(|from| !web::mail::is_address(from)) {
            return Err(ConfigError(format!("portal.toml: mail.from {from:?} is no address")));
        }
        let acr = |level: &Option<Level>| level.as_ref().and_then(|level| level.acr.clone());
        let again = acr(&file.levels.again);
        let others = [acr(&file.levels.medical), acr(&file.levels.pii)];
        if let Some(again) = &again
            && let Some(other) = others.iter().flatten().find(|other| *other != again)
        {
            // A session has one: whoever proves the one would be asked for the other, and back.
            let why = format!("levels.again asks for {again:?}, another level for {other:?}");
            return Err(ConfigError(format!("portal.toml: {why}: write the same acr in both")));
        }
        let staff = file.staff.map(|file| Staff {
            signin: Relying::sealed(file.signin, &staff_purpose(&brand.slug), sealer),
            acr: file.acr,
            two_people: file.two_people,
            roles: file.role,
        });
        if let Some(app) = file.app.as_ref().filter(|app| !is_resource(&app.resource)) {
            let why = "is no address such as https://portal.example/minato/api";
            return Err(ConfigError(format!("portal.toml: app.resource {:?} {why}", app.resource)));
        }
        let ids: Vec<&str> = file.plugin.iter().map(|plugin| plugin.id.as_str()).collect();
        if let Some(why) = staff.as_ref().and_then(|staff| staff.fault(&ids)) {
            return Err(ConfigError(why));
        }
        Ok(Self {
            signin: Relying::sealed(file.signin, &purpose(&brand.slug), sealer),
            staff,
            household: file.household.view,
            after_loss: file.after_loss,
            levels: file.levels,
            mail: file.mail,
            app: file.app,
            plugins: file
                .plugin
                .into_iter()
                .map(|plugin| plugin.read(folder))
                .collect::<Result<_, _>>()?,
            brand,
        })
    }

    /// The client secret in clear.
    pub fn secret(&self, sealer: &Sealer) -> Result<String, web::Error> {
        self.signin.open(&purpose(&self.brand.slug), sealer)
    }

    /// The client secret with which staff are signed in, in clear.
    pub fn staff_secret(&self, sealer: &Sealer) -> Result<String, web::Error> {
        let staff = self.staff.as_ref().ok_or(web::Error::NOT_FOUND)?;
        staff.signin.open(&staff_purpose(&self.brand.slug), sealer)
    }
}

/// Publishes a definition as the next version (unless `dry_run`) and returns the difference.
pub async fn apply(
    db: &Db,
    sealer: &Sealer,
    mut new: Definition,
    dry_run: bool,
    now: i64,
) -> Result<Vec<String>, db::Error> {
    let slug = new.brand.slug.clone();
    let mut tx = db.begin().await?;
    let current = published::current(&mut tx, &slug).await?;
    let old: Option<Definition> =
        current.as_ref().and_then(|(_, text)| serde_json::from_str(text).ok());
    if let Some(old) = &old {
        new.signin.keep(&old.signin, old.secret(sealer).is_ok());
        if let (Some(new), Some(before)) = (&mut new.staff, &old.staff) {
            new.signin.keep(&before.signin, old.staff_secret(sealer).is_ok());
        }
    }
    let lines = difference(old.as_ref(), &new);
    if lines.is_empty() || dry_run {
        return Ok(lines);
    }
    let text = serde_json::to_string(&new).expect("a definition is JSON");
    let version = current.map_or(0, |(version, _)| version) + 1;
    published::publish(&mut tx, &slug, version, &text, now).await?;
    tx.commit().await?;
    Ok(lines)
}
