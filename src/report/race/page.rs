//! Where text lies on a changelog's page: two lanes, and paragraphs.

use std::borrow::Cow;

use crate::counterexample::lines::Line;
use crate::counterexample::text;
use crate::machine::Machine;
use crate::machine::program::ThreadId;

/// Columns of a line in a changelog.
pub(crate) const WIDTH: usize = 75;
/// Stands beside the step that ran into an error.
pub(crate) const BUG: &str = "   <-- BUG";
/// Stands beside the step that broke a property in another way.
pub(crate) const HERE: &str = "   <-- HERE";
/// Stands before a loop.
pub(crate) const FOR_EVER: &str = "  -- and then for ever:";
/// Stands for a loop without steps.
pub(crate) const NOTHING_MOVES: &str = "  (nothing moves)";
/// Columns of the left lane, at least and at most.
const LEFT: (usize, usize) = (36, 46);

/// Where the lanes lie.
pub(crate) struct Page {
    lanes: Vec<ThreadId>,
    /// Stands beside the last step.
    mark: &'static str,
    /// Columns of the left lane.
    left: usize,
}

impl Page {
    /// Lays the lanes out for these lines.
    pub(crate) fn new<'l>(
        machine: &Machine,
        lanes: Vec<ThreadId>,
        mark: &'static str,
        lines: impl Iterator<Item = &'l Line>,
    ) -> Self {
        let Some(&first) = lanes.first() else {
            return Page { lanes, mark, left: 0 };
        };
        let title = |lane: &ThreadId| machine.program.threads[*lane].name.len();
        let (mut widest, mut right) = (title(&first), lanes.get(1).map_or(0, title));
        for line in lines.filter(|line| line.in_lane) {
            let side = if line.thread == first { &mut widest } else { &mut right };
            let marked = if line.last { mark.len() } else { 0 };
            *side = (*side).max(line.text.len() + marked);
        }
        let left = match lanes.len() {
            1 => WIDTH - 2,
            // The right lane may move into what the left one leaves.
            _ => (widest + 2).clamp(LEFT.0.min((WIDTH - 2).saturating_sub(right)).max(LEFT.0 / 2), LEFT.1),
        };
        Page { lanes, mark, left }
    }

    /// The names of the lanes.
    pub(crate) fn title(&self, machine: &Machine) -> Vec<String> {
        let name = |(at, &lane): (usize, &ThreadId)| text::cut(&machine.program.threads[lane].name, self.place(at).1);
        let names: Vec<String> = self.lanes.iter().enumerate().map(name).collect();
        let underlines: Vec<String> = names.iter().map(|name| "-".repeat(name.len())).collect();
        let row = |texts: Vec<String>| match texts.as_slice() {
            [left, right] => format!("  {left:width$}{right}", width = self.left),
            [only] => format!("  {only}"),
            _ => String::new(),
        };
        vec![row(names), row(underlines)]
    }

    /// Where a lane begins, and how wide its texts may be.
    fn place(&self, lane: usize) -> (usize, usize) {
        match (lane, self.lanes.len()) {
            (0, 2..) => (2, self.left.saturating_sub(2)),
            (0, _) => (2, WIDTH - 2),
            _ => (2 + self.left, (WIDTH - 2).saturating_sub(self.left)),
        }
    }

    /// A line of the diagram.
    pub(crate) fn line(&self, line: &Line) -> String {
        if !line.in_lane {
            return format!("  {}", text::cut(&line.text, WIDTH - 2));
        }
        let lane = self.lanes.iter().position(|&lane| lane == line.thread).unwrap_or(0);
        let (indent, width) = self.place(lane);
        let mark = if line.last { self.mark } else { "" };
        let text = text::cut(&line.text, width.saturating_sub(mark.len()));
        format!("{:indent$}{text}{mark}", "")
    }
}

/// A text in lines of at most [`WIDTH`] columns, ASCII only, the later ones indented by two more.
pub(crate) fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let short = |word| text::cut(word, WIDTH - indent - 2);
    let text = text.split_whitespace().map(short).collect::<Vec<_>>().join(" ");
    let (first, later) = (" ".repeat(indent), " ".repeat(indent + 2));
    let options = text::whole(WIDTH).initial_indent(&first).subsequent_indent(&later);
    let lines = textwrap::wrap(&text, options);
    lines.into_iter().map(Cow::into_owned).collect()
}
