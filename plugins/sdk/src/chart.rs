//! A picture of numbers, drawn by the host: in the insurer's colours, with a table beside it for who cannot
//! see it, and its columns as links.

use serde::{Deserialize, Serialize};

/// What a template gives to `<chart of={page.chart} label={…}/>`.
///
/// ```
/// use sdk::{Chart, ChartKind, Point, Series};
/// let chart = Chart {
///     kind: ChartKind::Bars,
///     unit: "example-unit".into(),
///     series: vec![Series::of("example-sum", vec![7_200, 0])],
///     points: vec![Point::at("202603").link("/minato/p/example?month=202603"), Point::at("202604").now()],
/// };
/// assert_eq!(chart.points.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    pub kind: ChartKind,
    /// The message of what stands behind a value: 円, 歩.
    pub unit: String,
    /// At most four, each with as many values as there are points.
    pub series: Vec<Series>,
    /// At most 60.
    pub points: Vec<Point>,
}

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// One column beside the other; several series stand beside each other.
    Bars,
    /// Series upon each other: parts of a whole.
    Stacked,
    /// A line for each series.
    Line,
    /// How far one is: two values of one series, what is and what shall be, and one point.
    Gauge,
}

/// Numbers that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// A message of the plugin's.
    pub name: String,
    pub values: Vec<i64>,
    /// Whose share it is, when it is a share: it has their colour on every page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
}

/// Whose share something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Own,
    Insurer,
    Public,
}

impl Series {
    /// Values without a tone.
    pub fn of(name: impl Into<String>, values: Vec<i64>) -> Self {
        Self { name: name.into(), values, tone: None }
    }
}

/// A place on the axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// A month `YYYYMM`, a day `YYYY-MM-DD`, or a text as it is.
    pub at: String,
    /// A page of this portal, `call.base` and what follows: the column is a link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Where the reader is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub now: bool,
}

impl Point {
    /// A place without a link.
    pub fn at(at: impl Into<String>) -> Self {
        Self { at: at.into(), link: None, now: false }
    }

    /// The same as a link.
    #[must_use]
    pub fn link(self, to: impl Into<String>) -> Self {
        Self { link: Some(to.into()), ..self }
    }

    /// The same, where the reader is.
    #[must_use]
    pub fn now(self) -> Self {
        Self { now: true, ..self }
    }
}
