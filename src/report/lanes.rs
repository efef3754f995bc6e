//! A path as a picture: one lane per thread, time downwards, locks as bars beside the lane that holds them.

use super::step;
use crate::machine::program::ThreadId;
use crate::machine::{Label, Machine};

/// Height of a step.
const ROW: usize = 20;
/// Height of a line of an error's text.
const LINE: usize = 16;
/// Height of the lanes' heads.
const HEAD: usize = 44;
/// Width of a character.
const CHARACTER: usize = 7;
/// Space left of a lane's line, for the locks.
const GUTTER: usize = 28;
/// Distance of the bars of two locks.
const BAR: usize = 16;
/// Longest text beside a step, in characters; the whole is in its tooltip.
const LONGEST: usize = 40;

/// An SVG of the steps from the initial state on, readable on light and dark pages.
///
/// The loop of a lasso starts before the step `loop_start`.
pub fn svg(machine: &Machine, steps: &[Label], loop_start: Option<usize>) -> String {
    let picture = Picture::new(machine, steps);
    let (lanes, width) = picture.lanes(machine);
    let below = picture.rows.last().map_or(0, |row| row.error.len());
    let height = HEAD + (picture.rows.len() + 1) * ROW + below * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lanes\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{}</title>\n{STYLE}\
         <rect class=\"lanes-page\" width=\"{width}\" height=\"{height}\"/>\n",
        escape(&picture.title(machine)),
    );
    for (thread, &x) in machine.program.threads.iter().zip(&lanes) {
        let bottom = height - ROW / 2;
        svg += &format!(
            "<text class=\"lanes-name\" x=\"{x}\" y=\"20\">{}</text>\n",
            escape(&thread.name)
        );
        svg += &format!("<line class=\"lanes-time\" x1=\"{x}\" y1=\"30\" x2=\"{x}\" y2=\"{bottom}\"/>\n");
    }
    for held in &picture.held {
        held.draw(&mut svg, lanes[held.thread]);
    }
    if let Some(start) = loop_start.filter(|&start| start < picture.rows.len()) {
        let y = top(start);
        svg += &format!("<line class=\"lanes-loop\" x1=\"0\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/>\n");
        let (x, y) = (width - 4, y + 11);
        svg +=
            &format!("<text class=\"lanes-lock\" text-anchor=\"end\" x=\"{x}\" y=\"{y}\">and then for ever</text>\n");
    }
    for (number, row) in picture.rows.iter().enumerate() {
        row.draw(&mut svg, lanes[row.thread], top(number));
    }
    svg + "</svg>\n"
}

/// A step.
struct Row {
    thread: ThreadId,
    text: String,
    whole: String,
    /// What went wrong, in lines.
    error: Vec<String>,
}

/// A lock held from a row on, to the end of another.
struct Held {
    thread: ThreadId,
    lock: String,
    /// Which bar, counted from the lane.
    bar: usize,
    from: usize,
    to: usize,
}

struct Picture {
    rows: Vec<Row>,
    held: Vec<Held>,
}

impl Picture {
    fn new(machine: &Machine, steps: &[Label]) -> Self {
        let mut picture = Picture {
            rows: Vec::new(),
            held: Vec::new(),
        };
        let mut state = machine.initial();
        for &label in steps {
            let step = step::describe(machine, &state, label);
            if step.after == state {
                break;
            }
            picture.rows.push(Row {
                thread: usize::from(label.thread),
                text: shorten(&step.text),
                whole: step::line(machine, &state, label),
                error: step.error.map_or_else(Vec::new, |error| wrap(&format!("BUG: {error}"))),
            });
            picture.note_locks(machine, &step.after);
            state = step.after;
        }
        picture
    }

    /// Lengthens the bars of the locks that are still held and starts bars for new ones.
    fn note_locks(&mut self, machine: &Machine, state: &[u64]) {
        let row = self.rows.len();
        for thread in 0..machine.program.threads.len() {
            for (ty, number) in machine.locks_held(state, thread) {
                let lock = &machine.program.types[ty].objects[number].name;
                let open = |held: &&mut Held| held.thread == thread && held.to + 1 == row && held.lock == *lock;
                match self.held.iter_mut().find(open) {
                    Some(held) => held.to = row,
                    None => {
                        let taken = |bar: &usize| {
                            let here = |held: &Held| held.thread == thread && held.to + 1 >= row && held.bar == *bar;
                            self.held.iter().any(here)
                        };
                        let bar = (0..).find(|bar| !taken(bar)).unwrap_or(0);
                        self.held.push(Held {
                            thread,
                            lock: lock.clone(),
                            bar,
                            from: row,
                            to: row,
                        });
                    }
                }
            }
        }
    }

    /// Where the line of each lane stands, and the width of all.
    fn lanes(&self, machine: &Machine) -> (Vec<usize>, usize) {
        let mut lanes = Vec::new();
        let mut left = 0;
        for (thread, code) in machine.program.threads.iter().enumerate() {
            let rows = self.rows.iter().filter(|row| row.thread == thread);
            let texts = rows.map(|row| {
                let lines = row.error.iter().chain([&row.text]);
                lines.map(|line| line.chars().count()).max().unwrap_or(0) * CHARACTER + 12
            });
            let locks = self.held.iter().filter(|held| held.thread == thread);
            let bars = locks.map(|held| held.bar * BAR).max().unwrap_or(0);
            let name = code.name.chars().count() * (CHARACTER + 1);
            lanes.push(left + GUTTER + bars);
            left += GUTTER + bars + texts.max().unwrap_or(0).max(name) + 14;
        }
        (lanes, left)
    }

    fn title(&self, machine: &Machine) -> String {
        let names: Vec<&str> = machine.program.threads.iter().map(|thread| &*thread.name).collect();
        format!("{} steps of {}", self.rows.len(), names.join(", "))
    }
}

impl Row {
    fn draw(&self, svg: &mut String, x: usize, y: usize) {
        let (center, baseline, label) = (y + ROW / 2, y + ROW / 2 + 4, x + 10);
        let class = match self.error.is_empty() {
            true => "lanes-step",
            false => "lanes-bug",
        };
        *svg += &format!(
            "<g><title>{}</title><circle class=\"{class}\" cx=\"{x}\" cy=\"{center}\" r=\"4\"/>\
             <text class=\"{class}\" x=\"{label}\" y=\"{baseline}\">{}</text>",
            escape(&self.whole),
            escape(&self.text),
        );
        for (number, line) in self.error.iter().enumerate() {
            let below = baseline + (number + 1) * LINE;
            *svg += &format!(
                "<text class=\"lanes-bug\" x=\"{label}\" y=\"{below}\">{}</text>",
                escape(line)
            );
        }
        *svg += "</g>\n";
    }
}

impl Held {
    fn draw(&self, svg: &mut String, lane: usize) {
        let x = lane - 10 - self.bar * BAR;
        let y = top(self.from - 1) + ROW / 2;
        let height = (self.to - self.from + 1) * ROW - 6;
        let (text, middle) = (x - 3, y + height / 2);
        *svg += &format!(
            "<g><title>holds {lock}</title><rect class=\"lanes-held\" x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{height}\" rx=\"2\"/>",
            lock = escape(&self.lock),
        );
        if height >= self.lock.chars().count() * 6 {
            *svg += &format!(
                "<text class=\"lanes-lock\" text-anchor=\"middle\" transform=\"translate({text} {middle}) rotate(-90)\">{}</text>",
                escape(&self.lock),
            );
        }
        *svg += "</g>\n";
    }
}

/// The top of a row.
fn top(row: usize) -> usize {
    HEAD + row * ROW
}

/// Breaks a text into lines of words.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LONGEST => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The class names start with `lanes-` because the style of an SVG inside a page holds for the page.
const STYLE: &str = "<style>\
.lanes{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}\
.lanes-page{fill:#fff}.lanes-name{fill:#1f2328;font-weight:bold;font-size:13px;text-anchor:start}\
.lanes-time{stroke:#d1d9e0;stroke-width:2}text.lanes-step{fill:#1f2328}circle.lanes-step{fill:#0969da}\
.lanes-bug{fill:#d1242f;font-weight:bold}.lanes-held{fill:#bf8700}.lanes-lock{fill:#7d4e00;font-size:10px}\
.lanes-loop{stroke:#8250df;stroke-width:1.5;stroke-dasharray:5 4}\
@media (prefers-color-scheme:dark){.lanes-page{fill:#0d1117}.lanes-name,text.lanes-step{fill:#e6edf3}\
.lanes-time{stroke:#3d444d}circle.lanes-step{fill:#4493f8}.lanes-bug{fill:#ff7b72}.lanes-held{fill:#d29922}\
.lanes-lock{fill:#e3b341}.lanes-loop{stroke:#ab7df8}}\
</style>\n";
