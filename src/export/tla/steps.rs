//! The actions of one thread, and the thread as their disjunction.

use std::fmt::Write;
use std::sync::Arc;

use super::action::Reader;
use super::flow::Flow;
use super::fresh::Fresh;
use super::print::Printer;
use super::term::Term;
use crate::machine::Machine;
use crate::machine::program::{Point, Thread, ThreadId};
use crate::source::Diagnostic;
use crate::tla::Value;

/// The actions of a thread.
pub(crate) struct Steps {
    /// Whose they are.
    pub thread: ThreadId,
    /// The name of their disjunction.
    pub name: Arc<str>,
    /// By point.
    actions: Vec<Arc<str>>,
    /// By point, if an outcome of `choose` may change nothing: the name of the action with such outcomes.
    outcomes: Vec<Option<Arc<str>>>,
    /// What is weakly fair: all of them, unless the thread is not.
    pub weak: Option<Fair>,
    /// What is strongly fair.
    pub strong: Option<Fair>,
}

/// What a fair thread takes some day.
pub(crate) struct Fair {
    /// The name of the disjunction of its actions.
    pub actions: Arc<str>,
    /// The name of the states in which one of them may be a step that changes nothing, if that can be.
    pub stutters: Option<Arc<str>>,
}

impl Steps {
    /// Names the actions.
    pub(crate) fn of(machine: &Machine, thread: ThreadId, fresh: &mut Fresh) -> Self {
        let code = &machine.program.threads[thread];
        let actions = code.points.iter().map(|point| {
            let site = machine.site(thread, point);
            fresh.take(&format!(
                "{}_{}",
                machine.program.functions[site.function].name, site.line
            ))
        });
        let actions: Vec<Arc<str>> = actions.collect();
        let name = fresh.take(&code.name);
        let strong = code.fair && code.points.iter().any(|point| point.strongly_fair);
        let strong = strong.then(|| fresh.take(&format!("{}_waits_for_a_lock", code.name)));
        let named = code.points.iter().zip(&actions);
        let outcomes: Vec<Option<Arc<str>>> = named
            .map(|(point, action)| may_stutter(code, point).then(|| fresh.take(&format!("{action}_outcomes"))))
            .collect();
        let mut fair = |actions: Arc<str>, strong: bool| {
            let mut points = code.points.iter().zip(&outcomes);
            let stutters = points.any(|(point, outcomes)| outcomes.is_some() && (point.strongly_fair || !strong));
            Fair {
                stutters: stutters.then(|| fresh.take(&format!("{actions}_stutters"))),
                actions,
            }
        };
        Steps {
            weak: code.fair.then(|| fair(name.clone(), false)),
            strong: strong.map(|actions| fair(actions, true)),
            thread,
            actions,
            outcomes,
            name,
        }
    }

    /// Writes the actions, and the thread as their disjunction.
    pub(crate) fn write(
        &self,
        text: &mut String,
        machine: &Machine,
        fresh: &Fresh,
        variables: &[String],
    ) -> Result<(), Diagnostic> {
        let code = &machine.program.threads[self.thread];
        let _ = writeln!(text, "{}", "-".repeat(77));
        let fair = if code.fair {
            ""
        } else {
            ", which may stop for ever anywhere"
        };
        let _ = writeln!(text, "(* The thread {}{fair}. *)\n", code.name);
        let reader = Reader::new(machine, self.thread, fresh);
        let quoted = super::print::term(&Term::string(&code.name));
        let printer = Printer {
            thread: &quoted,
            variables,
        };
        for (number, point) in code.points.iter().enumerate() {
            let tree = reader.step(number)?;
            let site = machine.site(self.thread, point);
            let position = &machine.names[self.thread].positions[number];
            let _ = writeln!(text, "\\* {}", comment(machine, site));
            let outcomes = self.outcomes[number].as_ref();
            let _ = writeln!(text, "{} ==", outcomes.unwrap_or(&self.actions[number]));
            let _ = writeln!(text, "  /\\ At({quoted}, \"{position}\")");
            for line in printer.conjuncts(&tree, 2) {
                let _ = writeln!(text, "  {line}");
            }
            match outcomes {
                Some(outcomes) => {
                    let _ = writeln!(text, "\n{} == {outcomes} /\\ vars' # vars", self.actions[number]);
                }
                None if tree.stays() => text.push_str("  /\\ vars' # vars\n"),
                None => {}
            }
            text.push('\n');
        }
        self.by_function(text, machine, &quoted);
        if let Some(strong) = &self.strong {
            let points = code.points.iter().zip(&self.actions);
            let strongly = points
                .filter(|(point, _)| point.strongly_fair)
                .map(|(_, action)| action);
            disjunction(text, &strong.actions, strongly);
        }
        self.stuttering(text, machine);
        Ok(())
    }

    /// Where an outcome of `choose` changes nothing, the thread steps, and TLA+ sees no step.
    fn stuttering(&self, text: &mut String, machine: &Machine) {
        let points = machine.program.threads[self.thread].points.iter();
        let named = points.zip(&self.actions).zip(&self.outcomes);
        for (fair, strong) in [(&self.weak, false), (&self.strong, true)] {
            let Some(name) = fair.as_ref().and_then(|fair| fair.stutters.as_ref()) else {
                continue;
            };
            let _ = writeln!(
                text,
                "\\* Here choose() may give what changes nothing: a step that TLA+ cannot see."
            );
            let _ = writeln!(text, "{name} ==");
            for ((point, action), outcomes) in named.clone() {
                if let Some(outcomes) = outcomes.as_ref().filter(|_| point.strongly_fair || !strong) {
                    let _ = writeln!(
                        text,
                        "  \\/ ENABLED {action} /\\ ENABLED ({outcomes} /\\ UNCHANGED vars)"
                    );
                }
            }
            text.push('\n');
        }
    }

    /// The thread: the actions of the function it stands in, so that TLC asks only these.
    fn by_function(&self, text: &mut String, machine: &Machine, quoted: &str) {
        let code = &machine.program.threads[self.thread];
        let mut functions: Vec<(usize, Vec<usize>)> = Vec::new();
        for (number, point) in code.points.iter().enumerate() {
            let function = machine.site(self.thread, point).function;
            match functions.iter_mut().find(|(known, _)| *known == function) {
                Some((_, points)) => points.push(number),
                None => functions.push((function, vec![number])),
            }
        }
        let _ = writeln!(text, "{} ==", self.name);
        if functions.is_empty() {
            text.push_str("  FALSE /\\ UNCHANGED vars\n");
        }
        for (_, points) in functions {
            let positions = points.iter().map(|&point| &machine.names[self.thread].positions[point]);
            let positions = Value::set(positions.map(|name| Value::string(name.as_str())));
            let actions: Vec<&str> = points.iter().map(|&point| &*self.actions[point]).collect();
            let _ = writeln!(text, "  \\/ /\\ pc[{quoted}] \\in {positions}");
            let _ = writeln!(text, "     /\\ \\/ {}", actions.join("\n        \\/ "));
        }
        text.push('\n');
    }
}

/// True if the step from a point may come back to it with some outcome of `choose`, and perhaps with nothing changed.
fn may_stutter(code: &Thread, point: &Point) -> bool {
    point.outcomes > 1 && Flow::new(&code.code, point.at + 1).contains(point.at)
}

fn disjunction<'a>(text: &mut String, name: &str, actions: impl Iterator<Item = &'a Arc<str>>) {
    let _ = writeln!(text, "{name} ==");
    for action in actions {
        let _ = writeln!(text, "  \\/ {action}");
    }
    text.push('\n');
}

/// File, line and text of a site, and who called.
fn comment(machine: &Machine, site: &crate::machine::program::Site) -> String {
    let sources = &machine.program.sources;
    let words: Vec<&str> = sources.text(site.span).split_whitespace().collect();
    let words = words.join(" ");
    let source: String = words
        .chars()
        .take(80)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{}:{}  {source}", sources.file(site.span.file).name, site.line)
}
