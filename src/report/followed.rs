//! Whether a listing follows a trace: the answer as text, and for programs.

use crate::validate::{Answer, BrokenHere, Shown, Stuck, Verdict};

/// Columns of a lane.
const LANE: usize = 31;
/// Candidates that are shown.
const MOST_CANDIDATES: usize = 12;

/// The answer for people.
pub fn text(answer: &Answer) -> String {
    let (trace, protocol) = (&answer.trace, &answer.protocol);
    let mut text = match answer.verdict {
        Verdict::Follows => format!("{protocol} follows {trace}\n"),
        Verdict::DoesNotFollow => format!("{protocol} does not follow {trace}\n"),
        Verdict::NotDecided => format!("not decided whether {protocol} follows {trace}\n"),
    };
    for reason in &answer.reasons {
        text += &format!("  {reason}\n");
    }
    let counts = &answer.counts;
    if counts.matched > 0 {
        text += &format!(
            "  {} events: {} of functions of the listing, {} looks, {} folded, {} about something else\n",
            counts.events,
            counts.matched,
            counts.looked,
            counts.folded,
            counts.elsewhere + counts.silent,
        );
        let about = counts.about().max(1);
        text += &format!(
            "  {} of the {about} about this world ruled out something that the listing could have done ({} %)\n",
            counts.constrained,
            counts.constrained * 100 / about,
        );
    }
    if counts.unknown > 0 {
        text += &format!("  {} events are not in spec/trace/events\n", counts.unknown);
    }
    for folded in &answer.folded {
        text += &format!("  {folded}\n");
    }
    match &answer.stuck {
        Some(stuck) => text += &impossible(stuck),
        None if answer.verdict == Verdict::Follows => {
            text += &format!(
                "  {} steps, {} of them shown by no event; {} of {} places of the listing were stepped from\n",
                answer.steps,
                answer.silent_steps,
                answer.exercised.len(),
                answer.places,
            );
            for BrokenHere { property, before } in &answer.broken {
                text += &match before.as_str() {
                    "" => format!("  the run that was found breaks {property}\n"),
                    before => format!("  the run that was found breaks {property}, by {before}\n"),
                };
            }
            text += &diagram(&answer.run);
        }
        None => {}
    }
    text
}

/// The answer for programs, on one line.
pub fn json(answer: &Answer) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn impossible(stuck: &Stuck) -> String {
    let mut text = "\n".to_string();
    for before in &stuck.before {
        text += &format!("    {before}\n");
    }
    text += &format!("  > {}\n", stuck.event);
    text += &format!("\n  No run has the event of line {}. By then:\n", stuck.line);
    for candidate in stuck.candidates.iter().take(MOST_CANDIDATES) {
        text += &format!(
            "    {} at {}: {}\n",
            candidate.thread, candidate.position, candidate.because
        );
    }
    if stuck.candidates.len() > MOST_CANDIDATES {
        text += &format!("    and {} more\n", stuck.candidates.len() - MOST_CANDIDATES);
    }
    text += "\n  A bug in the listing, in the kernel or in the trace. What would tell:\n";
    for fact in &stuck.facts {
        text += &format!("    {fact}\n");
    }
    text
}

/// The two threads that do most in the later half have a lane each, for there the race is; the others' events run across.
fn diagram(run: &[Shown]) -> String {
    let mut count: Vec<(&str, usize)> = Vec::new();
    for (at, shown) in run.iter().enumerate() {
        let late = usize::from(at * 2 > run.len());
        match count.iter_mut().find(|(thread, _)| *thread == shown.thread) {
            Some((_, events)) => *events += late,
            None => count.push((&shown.thread, late)),
        }
    }
    let mut lanes = count.clone();
    lanes.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
    lanes.truncate(2);
    let order = |thread: &str| count.iter().position(|(known, _)| *known == thread);
    lanes.sort_by_key(|(thread, _)| order(thread));
    let widest = run.iter().map(|shown| shown.time.len()).max().unwrap_or(0);
    let mut text = "\n".to_string();
    let heads: String = lanes.iter().map(|(thread, _)| format!("{thread:<LANE$}")).collect();
    text += format!("  {:widest$}  {heads}", "").trim_end();
    text.push('\n');
    let rules: String = lanes
        .iter()
        .map(|(thread, _)| format!("{:<LANE$}", "-".repeat(thread.len())))
        .collect();
    text += format!("  {:widest$}  {rules}", "").trim_end();
    text.push('\n');
    let mut last: Option<&Shown> = None;
    for shown in run {
        // Two probes of one call are one line.
        let same = last.is_some_and(|last| last.what == shown.what && last.thread == shown.thread);
        last = Some(shown);
        if same {
            continue;
        }
        let what = match lanes.iter().position(|(thread, _)| *thread == shown.thread) {
            Some(lane) => format!("{}{}", " ".repeat(lane * LANE), shown.what),
            None => format!("[{}] {}", shown.thread, shown.what),
        };
        text += &format!("  {:>widest$}  {what}\n", shown.time);
    }
    text
}
