//! The actions of one thread, and the thread as their disjunction.

use std::fmt::Write;
use std::sync::Arc;

use super::action::Reader;
use super::fresh::Fresh;
use super::print::Printer;
use super::term::Term;
use crate::machine::Machine;
use crate::machine::program::ThreadId;
use crate::source::Diagnostic;
use crate::tla::Value;

/// The actions of a thread.
pub struct Steps {
    /// Whose they are.
    pub thread: ThreadId,
    /// The name of their disjunction.
    pub name: Arc<str>,
    /// By point.
    actions: Vec<Arc<str>>,
    /// The name of those that are strongly fair.
    pub strong: Option<Arc<str>>,
}

impl Steps {
    /// Names the actions.
    pub fn of(machine: &Machine, thread: ThreadId, fresh: &mut Fresh) -> Self {
        let code = &machine.program.threads[thread];
        let actions = code.points.iter().map(|point| {
            let site = machine.site(thread, point);
            fresh.take(&format!(
                "{}_{}",
                machine.program.functions[site.function].name, site.line
            ))
        });
        let actions = actions.collect();
        let strong = code.fair && code.points.iter().any(|point| point.strongly_fair);
        Steps {
            thread,
            actions,
            name: fresh.take(&code.name),
            strong: strong.then(|| fresh.take(&format!("{}_waits_for_a_lock", code.name))),
        }
    }

    /// Writes the actions, and the thread as their disjunction.
    pub fn write(
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
            let _ = writeln!(text, "{} ==", self.actions[number]);
            let _ = writeln!(text, "  /\\ At({quoted}, \"{position}\")");
            for line in printer.conjuncts(&tree, 2) {
                let _ = writeln!(text, "  {line}");
            }
            if tree.stays() {
                let _ = writeln!(text, "  /\\ vars' # vars");
            }
            text.push('\n');
        }
        self.by_function(text, machine, &quoted);
        if let Some(strong) = &self.strong {
            let points = code.points.iter().zip(&self.actions);
            let strongly = points
                .filter(|(point, _)| point.strongly_fair)
                .map(|(_, action)| action);
            disjunction(text, strong, strongly);
        }
        Ok(())
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
