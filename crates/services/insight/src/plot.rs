//! Plots as SVG: text that any browser and any printer shows. Each has a title and a
//! description that a screen reader reads; no script, no colour that alone carries a meaning.

use crate::table::grouped;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 62.0;
/// Told apart by lightness too, and by the pattern of a line.
const COLOURS: [&str; 3] = ["#1b4965", "#e07a3f", "#6c757d"];
const DASHES: [&str; 3] = ["", "7 4", "2 3"];
/// Names under the bars at most; of more, some are left out.
const NAMES_MAX: usize = 16;

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Rounded, in groups of three digits.
    Whole,
    /// From 0 to 1, written as per cent.
    Percent,
}

/// What stands above a plot and beside its axes.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub title: &'a str,
    /// What it shows, for who does not see it.
    pub description: &'a str,
    pub across: &'a str,
    pub scale: Scale,
}

/// Bars side by side for each name: one for each series.
pub fn bars(words: &Words<'_>, names: &[String], series: &[(&str, Vec<f64>)]) -> String {
    let values = || series.iter().flat_map(|(_, values)| values.iter().copied());
    let axis = Axis::over(values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let mut svg = begun(words);
    axis.draw(words.scale, &mut svg);
    legend(series.iter().map(|(name, _)| *name), false, &mut svg);
    let each = (WIDTH - LEFT - RIGHT) / names.len().max(1) as f64;
    let bar = each * 0.8 / series.len().max(1) as f64;
    let skip = names.len().div_ceil(NAMES_MAX).max(1);
    for (place, name) in names.iter().enumerate() {
        let from = LEFT + each * place as f64 + each * 0.1;
        for (at, (series_name, values)) in series.iter().enumerate() {
            let value = values.get(place).copied().unwrap_or(0.0);
            let (zero, end) = (axis.y(0.0), axis.y(value));
            let (top, tall) = (zero.min(end), (zero - end).abs());
            let _ = writeln!(
                svg,
                r#"<rect x="{:.1}" y="{top:.1}" width="{:.1}" height="{tall:.1}" fill="{}"><title>{}, {}: {}</title></rect>"#,
                from + bar * at as f64,
                bar.max(0.5),
                COLOURS[at % COLOURS.len()],
                escaped(name),
                escaped(series_name),
                written(value, words.scale),
            );
        }
        if place.is_multiple_of(skip) {
            let middle = from + each * 0.4;
            text(middle, HEIGHT - BOTTOM + 18.0, "middle", name, &mut svg);
        }
    }
    ended(words, svg)
}

/// Curves over the square of shares, with the line of equality: for Lorenz curves.
pub fn curves(words: &Words<'_>, series: &[(&str, Vec<f64>)]) -> String {
    let axis = Axis::over(0.0, 1.0);
    let mut svg = begun(words);
    axis.draw(Scale::Percent, &mut svg);
    legend(series.iter().map(|(name, _)| *name), true, &mut svg);
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * share;
    for tenth in (0..=10).step_by(2) {
        let share = f64::from(tenth) / 10.0;
        let name = written(share, Scale::Percent);
        text(x(share), HEIGHT - BOTTOM + 18.0, "middle", &name, &mut svg);
    }
    let _ = writeln!(
        svg,
        r##"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="#adb5bd"/>"##,
        x(0.0),
        axis.y(0.0),
        x(1.0),
        axis.y(1.0)
    );
    for (at, (name, values)) in series.iter().enumerate() {
        let last = values.len().saturating_sub(1).max(1) as f64;
        let points = values.iter().enumerate();
        let points = points
            .map(|(place, value)| format!("{:.1},{:.1}", x(place as f64 / last), axis.y(*value)));
        let _ = writeln!(
            svg,
            r#"<polyline fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}" points="{}"><title>{}</title></polyline>"#,
            COLOURS[at % COLOURS.len()],
            DASHES[at % DASHES.len()],
            points.collect::<Vec<_>>().join(" "),
            escaped(name),
        );
    }
    ended(words, svg)
}

/// The upright axis: from `low` to `high`, a line at each step.
struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    fn over(low: f64, high: f64) -> Axis {
        let span = if high > low { high - low } else { 1.0 };
        let rough = span / 5.0;
        let magnitude = 10_f64.powf(rough.log10().floor());
        let nice = [1.0, 2.0, 2.5, 5.0, 10.0];
        let factor = nice.iter().find(|factor| **factor * magnitude >= rough);
        let step = factor.unwrap_or(&10.0) * magnitude;
        Axis {
            low: (low / step).floor() * step,
            high: ((low + span) / step - 1e-9).ceil() * step,
            step,
        }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share
    }

    fn draw(&self, scale: Scale, svg: &mut String) {
        let steps = ((self.high - self.low) / self.step).round() as u32;
        for step in 0..=steps {
            let value = self.low + self.step * f64::from(step);
            let y = self.y(value);
            let colour = if value.abs() < self.step / 2.0 {
                "#495057"
            } else {
                "#dee2e6"
            };
            let _ = writeln!(
                svg,
                r#"<line x1="{LEFT}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}" stroke="{colour}"/>"#,
                WIDTH - RIGHT
            );
            text(LEFT - 8.0, y + 4.0, "end", &written(value, scale), svg);
        }
    }
}

fn begun(words: &Words<'_>) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n",
        escaped(words.title),
        escaped(words.description),
    );
    let _ = writeln!(
        svg,
        r#"<text x="{LEFT}" y="22" font-size="16" font-weight="bold">{}</text>"#,
        escaped(words.title)
    );
    svg
}

fn ended(words: &Words<'_>, mut svg: String) -> String {
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    text(middle, HEIGHT - 14.0, "middle", words.across, &mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn legend<'a>(names: impl Iterator<Item = &'a str>, lines: bool, svg: &mut String) {
    let mut x = LEFT;
    for (at, name) in names.enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let _ = if lines {
            let dashes = DASHES[at % DASHES.len()];
            writeln!(
                svg,
                r#"<line x1="{x:.1}" y1="42" x2="{:.1}" y2="42" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>"#,
                x + 24.0
            )
        } else {
            writeln!(
                svg,
                r#"<rect x="{:.1}" y="36" width="12" height="12" fill="{colour}"/>"#,
                x + 6.0
            )
        };
        text(x + 30.0, 46.0, "start", name, svg);
        x += 60.0 + 7.0 * name.chars().count() as f64;
    }
}

fn text(x: f64, y: f64, anchor: &str, words: &str, svg: &mut String) {
    let _ = writeln!(
        svg,
        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{}</text>"#,
        escaped(words)
    );
}

fn written(value: f64, scale: Scale) -> String {
    match scale {
        Scale::Whole => grouped(value),
        Scale::Percent => format!("{:.0}%", value * 100.0),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
