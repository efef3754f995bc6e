//! Where everything lies, and the SVG.

use std::borrow::Cow;

use textwrap::wrap;

use super::{Held, Picture, Row, meaning};
use crate::counterexample::dependence::Kind;
use crate::counterexample::text;
use crate::xml::escaped;

/// Height of a row.
const ROW: usize = 20;
/// Height of a line of text below a row or below the lanes.
const LINE: usize = 16;
/// Height of the lanes' names at the top.
const HEAD: usize = 40;
/// The names come again after so many rows.
pub(super) const AGAIN: usize = 40;
/// Space for the numbers of the steps.
const NUMBERS: usize = 30;
/// Space left of a lane's line, for its locks.
const GUTTER: usize = 26;
/// Distance of the bars of two locks.
const BAR: usize = 17;
/// Distance of a text from its lane's line.
const TEXT: usize = 11;
/// Longest text beside a step, in characters; the whole is in its tooltip.
const LONGEST: usize = 46;
/// Longest text that goes across all lanes.
const LONGEST_ACROSS: usize = 72;
/// A text that is longer runs over the lane to its right, where nothing else stands in that row; with two lanes, and with more.
const ROOM: (usize, usize) = (34, 26);

/// What a hollow bar means.
const SHARED: &str = "held shared (to read)";
/// Colours of locks.
const COLORS: usize = 6;
/// Where the legend begins.
const MARGIN: usize = 14;

/// Where rows and lanes lie.
struct Layout {
    /// The line of each lane.
    lanes: Vec<usize>,
    /// The center of each row's own line, and the bottom of the last row.
    rows: Vec<usize>,
    bottom: usize,
    /// Where the names stand again.
    names: Vec<usize>,
    /// The line above the loop.
    forever: Option<usize>,
    legend: Vec<Entry>,
    width: usize,
    height: usize,
    left: usize,
}

/// An entry of the legend: what it explains, and where it stands.
struct Entry {
    sample: Sample,
    x: usize,
    /// Counted from the first line of the legend.
    line: usize,
}

/// What the legend explains.
enum Sample {
    Arrow(Kind),
    Shared,
}

impl Sample {
    fn text(&self) -> &'static str {
        match self {
            Sample::Arrow(kind) => meaning(*kind).0,
            Sample::Shared => SHARED,
        }
    }

    /// Space before the text.
    fn room(&self) -> usize {
        match self {
            Sample::Arrow(_) => 34,
            Sample::Shared => 12,
        }
    }

    /// Space after it.
    fn gap(&self) -> usize {
        match self {
            Sample::Arrow(_) => 24,
            Sample::Shared => 8,
        }
    }
}

impl Picture {
    pub(super) fn draw(&self) -> String {
        let layout = self.layout();
        let Layout { width, height, .. } = layout;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lanes\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
             <title>{}</title>\n<style>\n{}</style>\n\
             <rect class=\"lanes-page\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\n",
            escaped(&self.title),
            include_str!("style.css"),
        );
        self.draw_lanes(&layout, &mut svg);
        self.draw_arrows(&layout, &mut svg);
        for held in &self.held {
            held.draw(&layout, &mut svg);
        }
        self.draw_loop(&layout, &mut svg);
        for (number, row) in self.rows.iter().enumerate() {
            row.draw(number, self.numbered, &layout, &mut svg);
        }
        for (number, line) in self
            .foot
            .iter()
            .flat_map(|text| wrap(text, text::whole(layout.columns())))
            .enumerate()
        {
            let y = layout.bottom + 22 + number * LINE;
            svg += &format!(
                "<text class=\"lanes-foot\" x=\"14\" y=\"{y}\">{}</text>\n",
                escaped(&line)
            );
        }
        self.draw_legend(&layout, &mut svg);
        svg + "</svg>\n"
    }

    fn layout(&self) -> Layout {
        let left = if self.numbered { NUMBERS } else { 0 };
        let mut lanes = Vec::new();
        let mut at = left;
        let mut width = 0;
        let most = if self.lanes.len() > 2 { ROOM.1 } else { ROOM.0 };
        for (lane, name) in self.lanes.iter().enumerate() {
            let bars = self.held.iter().filter(|held| held.lane == lane);
            let x = at + GUTTER + bars.map(|held| held.bar * BAR).max().unwrap_or(0);
            lanes.push(x);
            let own = self.rows.iter().filter(|row| row.lane == Some(lane));
            let texts: Vec<usize> = own.map(Row::columns).collect();
            let room = texts.iter().map(|&columns| columns.min(most)).max().unwrap_or(0);
            at = x + TEXT + pixels(room.max(name.chars().count() + 1)) + 4;
            let longest = texts.into_iter().max().unwrap_or(0);
            width = width.max(at).max(x + TEXT + pixels(longest) + 14);
        }
        let across = self.rows.iter().filter(|row| row.lane.is_none());
        width = across
            .map(|row| pixels(row.columns()) + left + 28)
            .fold(width, usize::max);
        let (mut rows, mut names, mut forever) = (Vec::new(), Vec::new(), None);
        let mut y = HEAD;
        for number in 0..=self.rows.len() {
            if number > 0 && number % AGAIN == 0 && number < self.rows.len() {
                names.push(y + ROW / 2 + 4);
                y += ROW;
            }
            if self.loop_start == Some(number) {
                y += 4;
                forever = Some(y);
                y += LINE + 6;
            }
            if let Some(row) = self.rows.get(number) {
                rows.push(y + ROW / 2);
                y += ROW + row.error_lines().len() * LINE;
            }
        }
        let mut layout = Layout {
            lanes,
            rows,
            bottom: y + 6,
            names,
            forever,
            legend: Vec::new(),
            width,
            height: 0,
            left,
        };
        let foot: usize = self
            .foot
            .iter()
            .map(|text| wrap(text, text::whole(layout.columns())).len())
            .sum();
        layout.height = layout.bottom + if foot == 0 { 8 } else { 22 + foot * LINE };
        layout.legend = self.legend(layout.width);
        layout.height += layout.legend.last().map_or(0, |last| 8 + (last.line + 1) * LINE);
        layout
    }

    fn draw_lanes(&self, layout: &Layout, svg: &mut String) {
        for (name, &x) in self.lanes.iter().zip(&layout.lanes) {
            let (name, bottom) = (escaped(name), layout.bottom);
            let left = x - 5;
            *svg += &format!("<line class=\"lanes-time\" x1=\"{x}\" y1=\"30\" x2=\"{x}\" y2=\"{bottom}\"/>\n");
            *svg += &format!("<text class=\"lanes-name\" x=\"{left}\" y=\"20\">{name}</text>\n");
            for y in &layout.names {
                let x = x + TEXT;
                *svg += &format!("<text class=\"lanes-again\" x=\"{x}\" y=\"{y}\">{name}</text>\n");
            }
        }
    }

    /// What really led from one lane to another; the order of all other steps is chance.
    fn draw_arrows(&self, layout: &Layout, svg: &mut String) {
        for said in &self.arrows {
            let end = |row: usize| Some((layout.lanes[self.rows.get(row)?.lane?], layout.rows[row]));
            if let Some((from, to)) = end(said.from).zip(end(said.to)) {
                let step = match self.numbered {
                    true => format!(" data-step=\"{}\"", said.to + 1),
                    false => String::new(),
                };
                *svg += &arrow(meaning(said.kind).1, &step, from, to);
            }
        }
    }

    fn draw_legend(&self, layout: &Layout, svg: &mut String) {
        for Entry { sample, x, line } in &layout.legend {
            let lines = layout.legend.last().map_or(0, |last| last.line - line);
            let y = layout.height - 10 - lines * LINE;
            *svg += &match sample {
                Sample::Arrow(kind) => arrow(meaning(*kind).1, "", (*x, y - 8), (x + 26, y)),
                Sample::Shared => bar("lanes-sample", true, (*x, y - 11), 14),
            };
            let (x, text) = (x + sample.room(), sample.text());
            *svg += &format!("<text class=\"lanes-legend\" x=\"{x}\" y=\"{y}\">{text}</text>\n");
        }
    }

    /// What there is to explain: the kinds of arrows, and bars of locks that others may hold, too.
    fn legend(&self, width: usize) -> Vec<Entry> {
        let kinds = [Kind::Read, Kind::Lock, Kind::Wake, Kind::Use];
        let drawn = |kind: &Kind| self.arrows.iter().any(|said| said.kind == *kind);
        let arrows = kinds.into_iter().filter(drawn).map(Sample::Arrow);
        let shared = self.held.iter().any(|held| held.shared).then_some(Sample::Shared);
        let (mut x, mut line) = (MARGIN, 0);
        let placed = arrows.chain(shared).map(|sample| {
            let wide = sample.room() + pixels(sample.text().len());
            if x > MARGIN && x + wide + sample.gap() > width {
                (x, line) = (MARGIN, line + 1);
            }
            let entry = Entry { sample, x, line };
            x += wide + entry.sample.gap();
            entry
        });
        placed.collect()
    }

    fn draw_loop(&self, layout: &Layout, svg: &mut String) {
        let (Some(y), Some(start)) = (layout.forever, self.loop_start) else {
            return;
        };
        let text = match self.rows.len() - start {
            0 if self.foot.is_empty() || self.numbered => "and then for ever: nothing moves",
            _ => "and then for ever:",
        };
        let (width, baseline) = (layout.width, y + 15);
        *svg += &format!("<line class=\"lanes-loop\" x1=\"0\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/>\n");
        *svg += &format!("<text class=\"lanes-forever lanes-over\" x=\"14\" y=\"{baseline}\">{text}</text>\n");
    }
}

impl Layout {
    /// Characters in the whole width.
    fn columns(&self) -> usize {
        self.width.saturating_sub(28) * 10 / 74
    }
}

impl Row {
    /// Characters of the widest line.
    fn columns(&self) -> usize {
        let lines = self.error_lines();
        let texts = lines.iter().map(|line| line.chars().count());
        texts.fold(self.shown().chars().count(), usize::max)
    }

    fn shown(&self) -> String {
        let longest = if self.lane.is_some() { LONGEST } else { LONGEST_ACROSS };
        text::cut(&self.text, longest)
    }

    fn error_lines(&self) -> Vec<Cow<'_, str>> {
        self.error
            .as_ref()
            .map_or_else(Vec::new, |error| wrap(error, text::whole(40)))
    }

    fn draw(&self, number: usize, numbered: bool, layout: &Layout, svg: &mut String) {
        let y = layout.rows[number];
        let (top, width, baseline) = (y - ROW / 2, layout.width, y + 4);
        *svg += &format!(
            "<g class=\"lanes-row\" data-step=\"{}\"><title>{}</title>",
            number + 1,
            escaped(&self.whole)
        );
        let band = match self.lane {
            Some(_) => "lanes-band",
            None => "lanes-across",
        };
        let height = ROW + self.error_lines().len() * LINE;
        *svg += &format!("<rect class=\"{band}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>");
        if numbered {
            let (x, number) = (NUMBERS - 6, number + 1);
            *svg +=
                &format!("<text class=\"lanes-number\" text-anchor=\"end\" x=\"{x}\" y=\"{baseline}\">{number}</text>");
        }
        let text = escaped(&self.shown());
        let Some(x) = self.lane.map(|lane| layout.lanes[lane]) else {
            let x = layout.left + 14;
            *svg += &format!("<text class=\"lanes-other\" x=\"{x}\" y=\"{baseline}\">{text}</text></g>\n");
            return;
        };
        let label = x + TEXT;
        let class = if self.error.is_some() {
            "lanes-bug"
        } else {
            "lanes-step"
        };
        *svg += &format!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"4.5\"/>\
             <text class=\"{class} lanes-over\" x=\"{label}\" y=\"{baseline}\">{text}</text>"
        );
        for (number, line) in self.error_lines().iter().enumerate() {
            let below = baseline + (number + 1) * LINE;
            *svg += &format!(
                "<text class=\"lanes-bug lanes-over\" x=\"{label}\" y=\"{below}\">{}</text>",
                escaped(line)
            );
        }
        *svg += "</g>\n";
    }
}

impl Held {
    fn draw(&self, layout: &Layout, svg: &mut String) {
        let (x, color) = (layout.lanes[self.lane] - 9 - self.bar * BAR, self.color % COLORS);
        let top = layout.rows[self.from];
        let bottom = match layout.rows.get(self.to) {
            Some(dropped) => dropped - 4,
            None => layout.bottom,
        };
        let height = bottom.saturating_sub(top).max(8);
        *svg += &format!(
            "<g><title>holds {}{}</title>{}",
            escaped(&self.lock),
            if self.shared { ", shared" } else { "" },
            bar(&format!("lanes-lock{color}"), self.shared, (x, top), height),
        );
        let short = self.lock.rsplit('.').next().unwrap_or(&self.lock);
        let fits = |name: &&str| name.chars().count() * 6 + 4 <= height;
        if let Some(name) = [self.lock.as_str(), short].into_iter().find(fits) {
            let (x, y) = (x - 4, top + height / 2);
            *svg += &format!(
                "<text class=\"lanes-lock lanes-lock{color}\" text-anchor=\"middle\" transform=\"translate({x} {y}) rotate(-90)\">{}</text>",
                escaped(name),
            );
        }
        *svg += "</g>\n";
    }
}

/// The width of so many characters, in the widest of the usual fonts.
fn pixels(characters: usize) -> usize {
    characters * 74 / 10
}

/// The bar of a lock; hollow if others may hold it, too.
fn bar(class: &str, shared: bool, (x, y): (usize, usize), height: usize) -> String {
    let rect = |x: f64, width: f64, round: u32| {
        format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>")
    };
    let x = x as f64;
    match shared {
        true => rect(x - 0.5, 1.5, 0) + &rect(x + 3.0, 1.5, 0),
        false => rect(x, 4.0, 2),
    }
}

/// An arrow that ends at the edge of a step's dot; it may say of which step it is.
fn arrow(class: &str, step: &str, from: (usize, usize), to: (usize, usize)) -> String {
    let (fx, fy, tx, ty) = (from.0 as f64, from.1 as f64, to.0 as f64, to.1 as f64);
    let (dx, dy) = (tx - fx, ty - fy);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let (dx, dy) = (dx / length, dy / length);
    let (tx, ty) = (tx - 6.0 * dx, ty - 6.0 * dy);
    let (bx, by) = (tx - 7.0 * dx, ty - 7.0 * dy);
    let (lx, ly, rx, ry) = (bx - 3.5 * dy, by + 3.5 * dx, bx + 3.5 * dy, by - 3.5 * dx);
    format!(
        "<g class=\"lanes-arrow {class}\"{step}><path d=\"M{fx} {fy}L{bx:.0} {by:.0}\"/>\
         <polygon points=\"{tx:.0},{ty:.0} {lx:.0},{ly:.0} {rx:.0},{ry:.0}\"/></g>\n"
    )
}
