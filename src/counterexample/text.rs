//! Steps, calls and values in the listing's own words, short enough for a lane.

use std::fmt;

use super::events::{self, Event, Frame};
use crate::machine::program::{Argument, Holds, Instr, PointKind, Scalar, ThreadId};
use crate::machine::{Change, Machine};

/// Stands for what was cut out.
const DOTS: &str = "...";

/// How a text is broken into lines: between words only, and a longer word stands alone.
pub(crate) fn whole(columns: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(columns)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
}

/// A value and what it became.
pub(crate) fn change(machine: &Machine, name: &str, change: &Change) -> String {
    let scalar = machine.program.fields[change.field].scalar;
    let (before, after) = (change.before, change.after);
    match scalar {
        Scalar::Bitset(_) if before & !after == 0 => {
            format!("{name} |= {}", machine.value_name(scalar, after & !before))
        }
        Scalar::Unsigned(_) => format!("{name} {before} -> {after}"),
        _ => format!("{name} = {}", machine.value_name(scalar, after)),
    }
}

/// A line of a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// `test_bit(FLAG)`, `put(): users 2 -> 1`, `map->top = NULL`
    pub words: String,
    /// What came of it.
    pub result: Option<String>,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        self.result.iter().try_for_each(|result| write!(f, " = {result}"))
    }
}

/// A call with the arguments that tell something: addresses, `current`, enumerators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    function: String,
    /// `hold(lock)` for `hold(&object->lock)`
    pub arguments: Vec<String>,
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.function, self.arguments.join(", "))
    }
}

/// What one step does.
pub(crate) fn step(machine: &Machine, event: &Event) -> Text {
    let plain = |words: String| Text { words, result: None };
    let Some(point) = event.point(machine) else {
        return plain(String::new());
    };
    let site = machine.site(event.thread(), point);
    let text = one_line(machine.program.sources.text(site.span));
    match point.kind {
        PointKind::Call(call) => match counted(machine, event) {
            Some(counted) => plain(format!("{}(): {counted}", function(machine, site.function))),
            None => Text {
                words: self::call(machine, event.thread(), call).to_string(),
                result: returned(machine, event),
            },
        },
        PointKind::Read => match event.view.accessed.first() {
            Some(&(field, element, false)) => {
                let value = machine.layout.fields[field][element].load(&event.before);
                let value = machine.value_name(machine.program.fields[field].scalar, value);
                let place = match site.indexed {
                    true => machine.element_name(field, element),
                    false => text,
                };
                plain(format!("{place} is {value}"))
            }
            _ => plain(text),
        },
        PointKind::Write if site.indexed => match machine.changes(&event.before, &event.after).first() {
            Some(changed) => plain(change(
                machine,
                &machine.element_name(changed.field, changed.element),
                changed,
            )),
            None => plain(text),
        },
        PointKind::Choose => Text {
            words: text,
            result: Some(event.label.outcome.to_string()),
        },
        PointKind::Write | PointKind::Await | PointKind::Free => plain(text.trim_end_matches(';').to_string()),
    }
}

/// Whether a step is a call that tells neither an argument nor a result.
pub(crate) fn says_nothing(machine: &Machine, event: &Event) -> bool {
    let Some(PointKind::Call(call)) = event.point(machine).map(|point| point.kind) else {
        return false;
    };
    let silent = self::call(machine, event.thread(), call).arguments.is_empty();
    silent && counted(machine, event).is_none() && returned(machine, event).is_none()
}

/// A function that ran through: its call, and what it returned in its last step.
pub(crate) fn ran_through(machine: &Machine, last: &Event, frames: &[Frame]) -> Text {
    let words = called(machine, last.thread(), frames).map_or_else(String::new, |call| call.to_string());
    let result = match frames {
        [.., caller, frame] => result(machine, last, caller.function, frame.function),
        _ => None,
    };
    Text { words, result }
}

/// The call of the innermost function.
pub(crate) fn called(machine: &Machine, thread: ThreadId, frames: &[Frame]) -> Option<Called> {
    Some(call(machine, thread, frames.last()?.call?))
}

/// A call, by its number in the thread's calls.
pub(crate) fn call(machine: &Machine, thread: ThreadId, number: usize) -> Called {
    let call = &machine.program.threads[thread].calls[number];
    let count = call.arguments.len();
    let arguments = call.arguments.iter();
    Called {
        function: function(machine, call.callee).to_string(),
        arguments: arguments
            .filter_map(|argument| kept(machine, argument, count))
            .collect(),
    }
}

/// Any text on one line, with single blanks.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A changelog is plain text.
pub(crate) fn ascii(text: &str) -> String {
    let plain = |c: char| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' };
    text.chars().map(plain).collect()
}

/// Cuts a text that is too long, and says so: before what came of it, which is why it is read.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let text = ascii(text);
    if text.len() <= width {
        return text;
    }
    let came = [" = ", " is "].iter().filter_map(|sign| text.rfind(sign)).max();
    let (words, came) = match came.map(|at| text.split_at(at)) {
        Some((words, came)) if came.len() + DOTS.len() <= width * 2 / 3 => (words, came),
        _ => (text.as_str(), ""),
    };
    let left = width.saturating_sub(came.len() + DOTS.len());
    format!("{}{DOTS}{came}", words[..left.min(words.len())].trim_end())
}

/// The change of a counter that a step was given the address of: `users 2 -> 1`.
pub(crate) fn counted(machine: &Machine, event: &Event) -> Option<String> {
    let PointKind::Call(call) = event.point(machine)?.kind else {
        return None;
    };
    let changes = machine.changes(&event.before, &event.after);
    let [only] = changes.as_slice() else { return None };
    let field = &machine.program.fields[only.field];
    let mut arguments = machine.program.threads[event.thread()].calls[call].arguments.iter();
    let given =
        arguments.any(|argument| matches!(argument, Argument::Address { field, .. } if *field == Some(only.field)));
    (given && matches!(field.scalar, Scalar::Unsigned(_))).then(|| change(machine, &field.name, only))
}

/// The name of a function.
pub(crate) fn function(machine: &Machine, id: usize) -> &str {
    &machine.program.functions[id].name
}

/// What the atomic call of a step returned.
fn returned(machine: &Machine, event: &Event) -> Option<String> {
    let point = event.point(machine)?;
    Some(events::returned(machine, event.thread(), point, event.view.returned?))
}

/// What a function returned in its last step.
fn result(machine: &Machine, last: &Event, caller: usize, callee: usize) -> Option<String> {
    let start = last.point(machine)?.at;
    let thread = &machine.program.threads[last.thread()];
    // Every inlined copy has a register of its own; the one that is set next in the text is this copy's.
    let set_next = |reg: usize| {
        let mut sets = thread.code.iter().enumerate().skip(start);
        sets.find(|(_, instr)| matches!(instr, Instr::Copy { to, .. } if *to == reg))
            .map(|(at, _)| at)
    };
    let registers = thread.registers.iter().enumerate();
    let results =
        registers.filter(|(_, register)| register.function == caller && register.holds == Holds::Result(callee));
    let (reg, register) = results.min_by_key(|(reg, _)| set_next(*reg).unwrap_or(usize::MAX))?;
    set_next(reg)?;
    Some(machine.value_name(register.scalar, *last.view.registers.get(reg)?))
}

/// What is shown of an argument, one of so many.
fn kept(machine: &Machine, argument: &Argument, count: usize) -> Option<String> {
    match argument {
        Argument::Address { name, field } => {
            // An enumerator beside it says which set is meant.
            let set = field.is_some_and(|field| matches!(machine.program.fields[field].scalar, Scalar::Bitset(_)));
            (!set || count == 1).then(|| name.clone())
        }
        Argument::Word(word) => Some(word.clone()),
        Argument::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn what_came_of_a_step_is_never_cut() {
        assert_eq!(cut("test_bit(MMF_OOM_VICTIM) = 0", 28), "test_bit(MMF_OOM_VICTIM) = 0");
        assert_eq!(cut("test_bit(MMF_OOM_VICTIM) = 0", 27), "test_bit(MMF_OOM_VIC... = 0");
        assert_eq!(cut("tsk->signal->oom_mm is &hog_mm", 26), "tsk->signal-... is &hog_mm");
        assert_eq!(cut("free_pgtables(): frees hog_table", 24), "free_pgtables(): free...");
        // A result as long as the line is no result.
        assert_eq!(cut("a = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 12), "a = bbbbb...");
        for width in 0..40 {
            let text = cut("flags = MMF_OOM_SKIP | MMF_OOM_VICTIM is set", width);
            assert!(text.len() <= width.max(3), "{width}: {text}");
        }
    }
}
