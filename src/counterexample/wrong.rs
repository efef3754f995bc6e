//! What went wrong, in a line.

use super::events::{self, Event, failed_object};
use super::text;
use crate::check::Finding;
use crate::check::deadlock::unfinished;
use crate::machine::{ErrorKind, Machine, Reached};
use crate::model::property::PropertyKind;

/// `use-after-free of struct node `root` in walk()`
pub(crate) fn wrong(machine: &Machine, finding: &Finding, events: &[Event]) -> String {
    let Some(last) = events.last() else {
        return finding.property.description.clone();
    };
    if let Some(error) = last.error(machine) {
        let function = &machine.program.functions[error.function].name;
        return format!("{} in {function}()", what(machine, last, error.kind));
    }
    if machine.reached(&last.after) == Reached::Panic {
        return "panic()".to_string();
    }
    match finding.property.kind {
        PropertyKind::Deadlock => {
            let names: Vec<&str> = unfinished(machine, &last.after)
                .map(|thread| machine.program.threads[thread].name.as_str())
                .collect();
            format!("nothing moves any more; not finished: {}", names.join(", "))
        }
        _ if finding.property.description.is_empty() => format!("not so: {}", finding.property.name),
        _ => format!("not so: {}", finding.property.description),
    }
}

fn what(machine: &Machine, last: &Event, kind: ErrorKind) -> String {
    let words = kind.words();
    let object = failed_object(machine, last);
    let named = object.map(|(ty, number)| {
        let ty = &machine.program.types[ty];
        (&ty.name, &ty.objects[number].name)
    });
    let site = last.view.failed.map(|(at, _)| {
        let thread = &machine.program.threads[last.thread()];
        &thread.sites[thread.at[at] as usize]
    });
    match (kind, named, site) {
        (ErrorKind::UseAfterFree | ErrorKind::DoubleFree, Some((ty, object)), _) => {
            format!("{words} of struct {ty} `{object}`")
        }
        (ErrorKind::NullDereference, _, _) => {
            let ty = last
                .view
                .failed
                .and_then(|(at, _)| events::pointee(machine, last.thread(), at));
            match ty {
                Some(ty) => format!("{words} (struct {})", machine.program.types[ty].name),
                None => words.to_string(),
            }
        }
        (ErrorKind::Assertion, _, Some(site)) => {
            let condition = site.condition.unwrap_or(site.span);
            let text = text::one_line(machine.program.sources.text(condition));
            format!("BUG_ON({text}) fired")
        }
        (ErrorKind::EndsHolding, _, _) => {
            let held = machine.locks_held(&last.before, last.thread()).into_iter();
            let names: Vec<&str> = held
                .map(|(ty, number)| machine.program.types[ty].objects[number].name.as_str())
                .collect();
            format!("{words}: {}", names.join(", "))
        }
        (ErrorKind::Overflow, None, _) => {
            let failed = last.view.failed;
            let exceeded = failed.and_then(|failed| machine.exceeded(last.thread(), failed));
            exceeded.unwrap_or_else(|| words.to_string())
        }
        (_, Some((_, object)), _) => format!("{words}: {object},"),
        _ => words.to_string(),
    }
}
