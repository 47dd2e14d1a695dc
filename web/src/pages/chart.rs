//! Charts: numbers of a plugin become an SVG without script or style, and a table with the same numbers.

use super::filters::{said, short, when_spoken, yen};
use serde::Deserialize;
use std::fmt::Write as _;
use tera::{Kwargs, State, Value};

/// The picture, in units of its own; it is scaled to the page's width.
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 190.0;
/// Where the columns begin and end.
const TOP: f64 = 26.0;
const BOTTOM: f64 = 164.0;
const MOST_POINTS: usize = 60;
const MOST_SERIES: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chart {
    kind: Kind,
    unit: String,
    series: Vec<Series>,
    points: Vec<Point>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Bars,
    Stacked,
    Line,
    Gauge,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    name: String,
    values: Vec<i64>,
    /// Whose share it is: it has their colour on every page.
    tone: Option<Tone>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tone {
    Own,
    Insurer,
    Public,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    at: String,
    link: Option<String>,
    #[serde(default)]
    now: bool,
}

/// The filter of the component `chart`.
pub fn filter(value: Value, args: Kwargs, _: &State) -> tera::TeraResult<Value> {
    let label: &str = args.must_get("label")?;
    let wrong = |why: &dyn std::fmt::Display| tera::Error::message(format!("chart: {why}"));
    let chart = serde_json::to_value(value).map_err(|error| wrong(&error))?;
    let chart: Chart = serde_json::from_value(chart).map_err(|error| wrong(&error))?;
    chart.check().map_err(|why| wrong(&why))?;
    Ok(Value::safe_string(&chart.html(label)?))
}

/// What is wrong with a chart whose words are the messages that `has` knows; nothing when it can be drawn.
pub fn fault(value: &serde_json::Value, has: impl Fn(&str) -> bool) -> Option<String> {
    let chart = match Chart::deserialize(value) {
        Ok(chart) => chart,
        Err(error) => return Some(error.to_string()),
    };
    let mut words = std::iter::once(&chart.unit).chain(chart.series.iter().map(|one| &one.name));
    let unknown = words.find(|key| !has(key)).map(|key| format!("no message {key:?}"));
    unknown.or_else(|| chart.check().err())
}

/// The values as they are read by programs: colours, scales and sums are whole numbers of theirs.
#[expect(clippy::cast_precision_loss, reason = "a column of a picture has a few hundred units")]
fn real(value: i64) -> f64 {
    value as f64
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

impl Chart {
    fn check(&self) -> Result<(), String> {
        let (points, series) = (self.points.len(), self.series.len());
        if points > MOST_POINTS || series == 0 || series > MOST_SERIES {
            return Err(format!(
                "{series} series, {points} points: 1 to 4 series, up to 60 points"
            ));
        }
        let needed = if self.kind == Kind::Gauge { 2 } else { points };
        if self.series.iter().any(|series| series.values.len() != needed) {
            return Err(format!("every series has {needed} values here"));
        }
        let own = |link: &String| {
            link.starts_with('/')
                && !link.starts_with("//")
                && !link.contains(['\\', '\n', '\r', '\t'])
        };
        match self.points.iter().filter_map(|point| point.link.as_ref()).find(|link| !own(link)) {
            Some(link) => Err(format!("link {link:?}: write call.base and what follows")),
            None => Ok(()),
        }
    }

    /// The class of a series, counted from 0.
    fn class(&self, n: usize) -> &'static str {
        match self.series.get(n).and_then(|series| series.tone) {
            Some(Tone::Own) => "chart-own",
            Some(Tone::Insurer) => "chart-insurer",
            Some(Tone::Public) => "chart-public",
            None => ["chart-1", "chart-2", "chart-3", "chart-4"][n.min(3)],
        }
    }

    fn html(&self, label: &str) -> tera::TeraResult<String> {
        let unit = said(&self.unit)?;
        let names: Vec<String> =
            self.series.iter().map(|series| said(&series.name)).collect::<Result<_, _>>()?;
        let label = escaped(label);
        let mut html = format!(
            "<figure class=\"chart\"><figcaption class=\"chart-label\">{label}</figcaption>"
        );
        let linked = self.points.iter().any(|point| point.link.is_some());
        let height = if self.kind == Kind::Gauge { 34.0 } else { HEIGHT };
        // What is a link must be reached; what is only seen is read in the table.
        let role = if linked { "role=\"group\"" } else { "role=\"img\"" };
        _ = write!(
            html,
            "<svg class=\"chart-picture\" viewBox=\"0 0 {WIDTH} {height}\" {role} aria-label=\"{label}\" \
             focusable=\"false\">"
        );
        match self.kind {
            Kind::Gauge => self.gauge(&mut html),
            Kind::Line => self.line(&mut html, &unit),
            Kind::Bars | Kind::Stacked => self.columns(&mut html, &unit, &names),
        }
        html.push_str("</svg>");
        if names.len() > 1 {
            html.push_str("<ul class=\"chart-legend\">");
            for (n, name) in names.iter().enumerate() {
                _ = write!(
                    html,
                    "<li><svg class=\"chart-key\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"{}\" \
                     width=\"12\" height=\"12\"/></svg>{}</li>",
                    self.class(n),
                    escaped(name)
                );
            }
            html.push_str("</ul>");
        }
        self.table(&mut html, &unit, &names)?;
        html.push_str("</figure>");
        Ok(html)
    }

    /// The lowest and the highest that is drawn; zero is always among them.
    fn range(&self) -> (f64, f64) {
        let of = |n: usize, keep: fn(i64) -> i64| -> i64 {
            let values = self.series.iter().map(|series| keep(series.values[n]));
            match self.kind {
                Kind::Stacked => values.sum(),
                _ => values.max_by_key(|value| value.abs()).unwrap_or(0),
            }
        };
        let points = 0..self.points.len();
        let high = points.clone().map(|n| of(n, |value| value.max(0))).max().unwrap_or(0);
        let low = points.map(|n| of(n, |value| value.min(0))).min().unwrap_or(0);
        let (low, high) = (real(low.min(0)), real(high.max(0)));
        (low, if high - low < 1.0 { low + 1.0 } else { high })
    }

    /// Zero, the highest value, and what it is.
    fn axis(&self, html: &mut String, unit: &str, y: impl Fn(f64) -> f64) {
        let (_, high) = self.range();
        let most = self.series.iter().flat_map(|series| &series.values).max();
        for value in [0.0, high] {
            let y = y(value);
            _ = write!(html, "<path class=\"chart-axis\" d=\"M0 {y:.1}H{WIDTH}\"/>");
        }
        if self.kind != Kind::Stacked && most.is_some_and(|most| *most > 0) {
            let most = yen(most.copied().unwrap_or(0));
            _ = write!(
                html,
                "<text class=\"chart-text\" x=\"0\" y=\"18\">{most} {}</text>",
                escaped(unit)
            );
        }
    }

    fn columns(&self, html: &mut String, unit: &str, names: &[String]) {
        let (low, high) = self.range();
        let y = |value: f64| BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP);
        self.axis(html, unit, y);
        let step = WIDTH / real(i64::try_from(self.points.len().max(1)).unwrap_or(1));
        let beside = if self.kind == Kind::Bars { self.series.len() } else { 1 };
        let width = (step * 0.72).min(48.0) / real(i64::try_from(beside).unwrap_or(1));
        for (n, point) in self.points.iter().enumerate() {
            let middle = step * (real(i64::try_from(n).unwrap_or(0)) + 0.5);
            let values = self.series.iter().map(|series| series.values[n]);
            let told: Vec<String> = match names {
                [_] => values.clone().map(|value| format!("{} {unit}", yen(value))).collect(),
                _ => names
                    .iter()
                    .zip(values.clone())
                    .map(|(name, value)| format!("{name} {} {unit}", yen(value)))
                    .collect(),
            };
            // What is seen is part of what is told: who speaks to their browser says what they see.
            let (when, seen) = (when_spoken(&point.at), short(&point.at));
            let same = !when.is_ascii() || when.split(' ').any(|word| word == seen);
            let when = if same { when } else { format!("{seen} ({when})") };
            let told = escaped(&format!("{when}: {}", told.join(", ")));
            let now = if point.now { " aria-current=\"true\"" } else { "" };
            match &point.link {
                Some(link) => {
                    _ = write!(
                        html,
                        "<a class=\"chart-link\" href=\"{}\" aria-label=\"{told}\"{now}><rect class=\"chart-touch\" \
                         x=\"{:.1}\" y=\"0\" width=\"{step:.1}\" height=\"{HEIGHT}\"/>",
                        escaped(link),
                        middle - step / 2.0
                    );
                }
                None => _ = write!(html, "<g><title>{told}</title>"),
            }
            let mut up = 0.0;
            let mut down = 0.0;
            for (at, value) in values.enumerate() {
                let value = real(value);
                let (from, left) = match self.kind {
                    Kind::Stacked => (if value < 0.0 { down } else { up }, middle - width / 2.0),
                    _ => {
                        let beside = real(i64::try_from(beside).unwrap_or(1));
                        let at = real(i64::try_from(at).unwrap_or(0));
                        (0.0, middle - width * beside / 2.0 + width * at)
                    }
                };
                let (a, b) = (y(from), y(from + value));
                let (top, tall) = (a.min(b), (a - b).abs());
                *(if value < 0.0 { &mut down } else { &mut up }) += value;
                // What is there is seen, however small.
                let tall = if value == 0.0 { 0.0 } else { tall.max(1.5) };
                _ = write!(
                    html,
                    "<rect class=\"{}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>",
                    self.class(at)
                );
            }
            self.tick(html, n, middle);
            html.push_str(if point.link.is_some() { "</a>" } else { "</g>" });
        }
    }

    fn line(&self, html: &mut String, unit: &str) {
        let (low, high) = self.range();
        let y = |value: f64| BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP);
        self.axis(html, unit, y);
        let step = WIDTH / real(i64::try_from(self.points.len().max(1)).unwrap_or(1));
        let x = |n: usize| step * (real(i64::try_from(n).unwrap_or(0)) + 0.5);
        for (s, series) in self.series.iter().enumerate() {
            let points = series.values.iter().enumerate();
            let points: Vec<String> =
                points.map(|(n, value)| format!("{:.1},{:.1}", x(n), y(real(*value)))).collect();
            let class = self.class(s);
            _ = write!(
                html,
                "<polyline class=\"chart-line {class}\" points=\"{}\"/>",
                points.join(" ")
            );
            for (n, value) in series.values.iter().enumerate() {
                let (x, y) = (x(n), y(real(*value)));
                _ = write!(
                    html,
                    "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
                );
            }
        }
        for n in 0..self.points.len() {
            self.tick(html, n, x(n));
        }
    }

    /// The word below a column; of many every second or third, so that none lies upon another.
    fn tick(&self, html: &mut String, n: usize, middle: f64) {
        let each = self.points.len().div_ceil(12).max(1);
        let point = &self.points[n];
        if n.is_multiple_of(each) || point.now {
            let class = if point.now { "chart-text chart-now" } else { "chart-text" };
            let word = short(&point.at);
            // A year of months stands in a row: their numbers are enough there, and larger.
            let word = match self.points.len() > 8 {
                true => escaped(word.trim_end_matches('月')),
                false => escaped(&word),
            };
            _ = write!(
                html,
                "<text class=\"{class}\" x=\"{middle:.1}\" y=\"182\" text-anchor=\"middle\">{word}</text>"
            );
        }
    }

    fn gauge(&self, html: &mut String) {
        let values = &self.series[0].values;
        let (is, of) = (real(values[0].max(0)), real(values[1].max(1)));
        let filled = (is / of).min(1.0) * (WIDTH - 4.0);
        _ = write!(
            html,
            "<rect class=\"chart-rest\" x=\"2\" y=\"8\" width=\"{:.1}\" height=\"18\" rx=\"4\"/><rect class=\"{}\" \
             x=\"2\" y=\"8\" width=\"{filled:.1}\" height=\"18\" rx=\"4\"/>",
            WIDTH - 4.0,
            self.class(0)
        );
    }

    /// The same numbers in words.
    fn table(&self, html: &mut String, unit: &str, names: &[String]) -> tera::TeraResult<()> {
        let unit = escaped(unit);
        if let (Kind::Gauge, [is, of]) = (self.kind, self.series[0].values.as_slice()) {
            _ = write!(html, "<p class=\"chart-says\">{} / {} {unit}</p>", yen(*is), yen(*of));
            return Ok(());
        }
        _ = write!(
            html,
            "<details class=\"chart-table\"><summary>{}</summary><table><thead><tr><th scope=\"col\">{}</th>",
            escaped(&said("chart-table")?),
            escaped(&said("chart-when")?)
        );
        for name in names {
            _ = write!(html, "<th scope=\"col\">{} ({unit})</th>", escaped(name));
        }
        html.push_str("</tr></thead><tbody>");
        for (n, point) in self.points.iter().enumerate() {
            let when = escaped(&when_spoken(&point.at));
            let when = match &point.link {
                Some(link) => format!("<a href=\"{}\">{when}</a>", escaped(link)),
                None => when,
            };
            _ = write!(html, "<tr><th scope=\"row\">{when}</th>");
            for series in &self.series {
                _ = write!(html, "<td>{}</td>", yen(series.values[n]));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></details>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Chart;
    use crate::pages::filters::Speaking;
    use crate::{Pages, testing};
    use serde_json::{Value, json};
    use std::path::Path;
    use std::sync::Arc;

    fn drawn(chart: &Value, lang: &str) -> String {
        let themes = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../themes"));
        let pages = Arc::new(Pages::load(themes, &[]).unwrap());
        let _speaks = Speaking::begin(pages.theme("base").messages(lang).clone(), lang);
        let chart: Chart = serde_json::from_value(chart.clone()).unwrap();
        chart.check().unwrap();
        _ = testing::look(&pages, "base", lang, false);
        chart.html("<見出し>").unwrap()
    }

    fn chart(kind: &str, values: &[&[i64]], points: &Value) -> Value {
        let series = |values: &&[i64]| json!({"name": "layout-help", "values": values});
        let series: Vec<Value> = values.iter().map(series).collect();
        json!({"kind": kind, "unit": "layout-top", "series": series, "points": points})
    }

    #[test]
    fn what_is_drawn_is_told_too_and_nothing_gets_out_of_its_place() {
        let points =
            json!([{"at": "202603", "link": "/minato/p/x?a=1&b=\"2"}, {"at": "<b>", "now": true}]);
        let html = drawn(&chart("bars", &[&[1200, 0]], &points), "ja");
        for part in [
            "&lt;見出し&gt;",
            "令和8年（2026年）3月: 1,200",
            "href=\"/minato/p/x?a=1&amp;b=&quot;2\"",
            ">3月</text>",
            "<td>1,200</td>",
            "&lt;b&gt;",
            "role=\"group\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<b>") && !html.contains("style="), "{html}");
        assert!(drawn(&chart("bars", &[&[1, 2]], &points), "en").contains(">Mar</text>"));
    }

    #[test]
    fn parts_lie_upon_each_other_and_less_than_nothing_hangs_down() {
        let points = json!([{"at": "a"}, {"at": "b"}]);
        let html = drawn(&chart("stacked", &[&[30, 10], &[10, -20]], &points), "ja");
        // 40 up and 20 down are 138 units: 2.3 each; zero lies at 118.
        for part in [
            "y=\"49.0\" width=\"48.0\" height=\"69.0\"",
            "y=\"26.0\" width=\"48.0\" height=\"23.0\"",
            "y=\"118.0\" width=\"48.0\" height=\"46.0\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let line = drawn(&chart("line", &[&[0, 5]], &points), "ja");
        assert!(line.contains("points=\"85.0,164.0 255.0,26.0\""), "{line}");
        let gauge = drawn(&chart("gauge", &[&[50, 200]], &json!([{"at": "x"}])), "ja");
        assert!(gauge.contains("width=\"84.0\"") && gauge.contains("50 / 200"), "{gauge}");
        // Nothing at all is a picture, too.
        assert!(drawn(&chart("bars", &[&[0, 0]], &points), "ja").contains("height=\"0.0\""));
        assert!(drawn(&chart("bars", &[&[]], &json!([])), "ja").contains("</svg>"));
    }

    #[test]
    fn what_is_no_chart_is_refused_with_what_to_write() {
        let check =
            |chart: Value| serde_json::from_value::<Chart>(chart).unwrap().check().unwrap_err();
        let many: Vec<Value> = (0..61).map(|n| json!({"at": n.to_string()})).collect();
        assert!(check(chart("bars", &[&[0; 61]], &json!(many))).contains("up to 60"));
        assert!(check(chart("bars", &[], &json!([]))).contains("1 to 4 series"));
        assert!(
            check(chart("bars", &[&[1]], &json!([{"at": "a"}, {"at": "b"}]))).contains("2 values")
        );
        for link in
            ["https://evil.example", "//evil.example", "javascript:1", "/\\\\evil.example", "x"]
        {
            assert!(
                check(chart("bars", &[&[1]], &json!([{"at": "a", "link": link}])))
                    .contains("call.base")
            );
        }
    }
}
