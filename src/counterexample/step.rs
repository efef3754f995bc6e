//! One step in words: `reaper: down_read_trylock(&mm->mmap_sem) = 1 [rwsem.h:21]`.

use super::events::{failed, returned};
use super::text::one_line;
use crate::machine::program::{Point, PointKind, Site, ThreadId};
use crate::machine::{Error, Label, Machine, Reached, StepView};

/// Longest source text shown, in characters.
const LONGEST: usize = 60;

/// What a step did.
#[derive(Debug, Clone)]
pub(crate) struct StepText {
    /// The listing's own text with what came of it: `down_read_trylock(&mm->mmap_sem) = 1`.
    pub text: String,
    /// File and line without folders: `rwsem.h:21`.
    pub place: String,
    /// What went wrong, if it did: ``use-after-free of struct page_table `table` in zap_pte()``.
    pub error: Option<String>,
}

/// Describes a step of a thread.
pub(crate) fn describe(machine: &Machine, state: &[u64], label: Label) -> StepText {
    let (thread, outcome) = (usize::from(label.thread), u32::from(label.outcome));
    let Some(point) = machine.point(state, thread) else {
        return StepText {
            text: "ended".to_string(),
            place: String::new(),
            error: None,
        };
    };
    let (_, after, view) = machine.observe(state, thread, outcome);
    let error = match machine.reached(&after) {
        Reached::Error(error) => Some(self::error(machine, error, &view)),
        Reached::Nothing | Reached::Panic => None,
    };
    let result = match error {
        Some(_) => String::new(),
        None => result(machine, state, thread, outcome, point, &view),
    };
    StepText {
        text: source(machine, thread, point) + &result,
        place: place(machine, thread, point),
        error,
    }
}

/// The whole of it on one line, the thread first and the place last.
pub(crate) fn line(machine: &Machine, state: &[u64], label: Label) -> String {
    let step = describe(machine, state, label);
    let thread = &machine.program.threads[usize::from(label.thread)].name;
    let mut line = format!("{thread}: {} [{}]", step.text, step.place);
    if let Some(error) = step.error {
        line += &format!(" <-- BUG: {error}");
    }
    line
}

/// The file and line of a point, without folders.
pub(crate) fn place(machine: &Machine, thread: ThreadId, point: &Point) -> String {
    place_of(machine, machine.site(thread, point))
}

/// The file and line of a place, without folders.
pub(crate) fn place_of(machine: &Machine, site: &Site) -> String {
    let name = &machine.program.sources.file(site.span.file).name;
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    format!("{base}:{}", site.line)
}

/// The text of a point's expression or statement on one line.
fn source(machine: &Machine, thread: ThreadId, point: &Point) -> String {
    let text = machine.program.sources.text(machine.site(thread, point).span);
    let line = one_line(text);
    let line = line.trim_end_matches(';');
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_string(),
    }
}

/// What a step that went well came to.
fn result(machine: &Machine, state: &[u64], thread: ThreadId, outcome: u32, point: &Point, view: &StepView) -> String {
    match (point.kind, view.returned, view.accessed.first()) {
        (_, Some(value), _) => format!(" = {}", returned(machine, thread, point, value)),
        (PointKind::Read, None, Some(&(field, element, false))) => {
            let scalar = machine.program.fields[field].scalar;
            let value = machine.layout.fields[field][element].load(state);
            format!(" == {}", machine.value_name(scalar, value))
        }
        _ if machine.outcomes(state, thread) > 1 => format!(" = {outcome}"),
        _ => String::new(),
    }
}

fn error(machine: &Machine, error: &Error, view: &StepView) -> String {
    let program = &machine.program;
    let function = &program.functions[error.function].name;
    let object = failed(machine, error.thread, view).and_then(|(ty, number)| {
        let ty = &program.types[ty];
        let object = ty.objects.get(number)?;
        (!object.name.is_empty()).then(|| format!(" of struct {} `{}`", ty.name, object.name))
    });
    format!("{}{} in {function}()", error.kind.words(), object.unwrap_or_default())
}
