//! Two protocols compared, as one would say it in a mail.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lines::{wrapped, wrapped_after};
use crate::check::Verdict;
use crate::counterexample::step;
use crate::difference::{Behaviours, Change, Difference, Direction, Look, Run};
use crate::model::Instance;

/// The verdicts that change: properties that change alike in the same scenarios stand together.
pub fn verdicts(differences: &[Difference]) -> String {
    let mut rows: Vec<Row> = Vec::new();
    for difference in differences {
        for changed in &difference.verdicts {
            let (name, answers) = (changed.property.as_str(), (changed.first, changed.second));
            let scenario = difference.first.scenario.as_str();
            let known = rows
                .iter_mut()
                .find(|row| row.properties == [name] && row.answers == answers);
            match known {
                Some(row) => row.scenarios.push(scenario),
                None => rows.push(Row {
                    properties: vec![name],
                    answers,
                    scenarios: vec![scenario],
                }),
            }
        }
    }
    let mut alike: Vec<Row> = Vec::new();
    for row in rows {
        let same = |other: &&mut Row| (other.answers, &other.scenarios) == (row.answers, &row.scenarios);
        match alike.iter_mut().find(same) {
            Some(other) => other.properties.extend(row.properties),
            None => alike.push(row),
        }
    }
    if alike.is_empty() {
        return "Verdicts: the same.\n".to_string();
    }
    // What was broken or mended comes first.
    let broken = |row: &Row| [row.answers.0, row.answers.1].contains(&Verdict::Violated);
    alike.sort_by_key(|row| !broken(row));
    let mut text = String::from("Verdicts that change:\n");
    for row in alike {
        let (first, second) = row.answers;
        let what = format!("{}: {} -> {}", row.properties.join(", "), words(first), words(second));
        text += &wrapped_after("  ", "    ", &what);
        text += &wrapped("      ", &format!("in {}", row.scenarios.join(", ")));
    }
    text
}

/// Properties with the same two answers in the same scenarios.
struct Row<'a> {
    properties: Vec<&'a str>,
    answers: (Verdict, Verdict),
    scenarios: Vec<&'a str>,
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated => "violated",
        Verdict::Incomplete => "not decided",
        Verdict::Vacuous => "nothing to say",
        Verdict::NotApplicable => "not asked (a run ends in an error)",
    }
}

/// What only one of two can show; of many scenarios, the shortest run each way.
pub fn behaviours(differences: &[Difference], all_runs: bool, all_steps: bool) -> String {
    let mut groups: BTreeMap<(usize, String), Vec<&str>> = BTreeMap::new();
    for difference in differences {
        let scenario = difference.first.scenario.as_str();
        groups.entry(group(difference)).or_default().push(scenario);
    }
    let mut text = String::from("Behaviours (finite visible traces; fairness is not compared):\n");
    for ((_, what), scenarios) in &groups {
        text += &wrapped("  ", &format!("{what}:"));
        text += &wrapped("    ", &scenarios.join(", "));
    }
    let mut shown: Vec<(&Difference, &Run, bool)> = differences.iter().flat_map(runs).collect();
    if !all_runs {
        let shortest = |first: bool| {
            let of = shown.iter().filter(|(.., mine)| *mine == first);
            of.copied().min_by_key(|(_, run, _)| run.steps.len())
        };
        shown = [shortest(false), shortest(true)].into_iter().flatten().collect();
    }
    for (difference, run, first) in shown {
        text += "\n";
        text += &self::run(difference, run, first, all_steps);
    }
    text
}

/// How two protocols compare in a scenario: in words, and where those stand in the list.
fn group(difference: &Difference) -> (usize, String) {
    let (first, second) = names(difference);
    match &difference.behaviours {
        Behaviours::NotCompared(why) => (5, format!("not compared, because {why}")),
        Behaviours::Compared {
            first: mine,
            second: theirs,
            stops,
        } => match (mine, theirs, stops) {
            (Direction::Undecided(why), ..) | (_, Direction::Undecided(why), _) => (4, format!("not decided: {why}")),
            (Direction::Shows(_), Direction::Shows(_), _) => (3, "each shows what the other cannot".into()),
            (Direction::Shows(_), Direction::Nothing, _) => (
                2,
                format!("{first} shows what {second} cannot, and {second} nothing new"),
            ),
            (Direction::Nothing, Direction::Shows(_), _) => (
                1,
                format!("{second} shows what {first} cannot, and {first} all that it can"),
            ),
            (Direction::Nothing, Direction::Nothing, None | Some((Direction::Nothing, Direction::Nothing))) => {
                (0, "the same behaviours".into())
            }
            (Direction::Nothing, Direction::Nothing, Some(_)) => {
                (3, "the same behaviours, but one stops where the other does not".into())
            }
        },
    }
}

fn names(difference: &Difference) -> (&str, &str) {
    (&difference.first.protocol, &difference.second.protocol)
}

/// The runs that tell two protocols apart; true if it is the first that has it.
fn runs(difference: &Difference) -> Vec<(&Difference, &Run, bool)> {
    let Behaviours::Compared { first, second, stops } = &difference.behaviours else {
        return Vec::new();
    };
    let stops = stops
        .iter()
        .flat_map(|(first, second)| [(second, false), (first, true)]);
    let all = [(second, false), (first, true)].into_iter().chain(stops);
    all.filter_map(|(direction, mine)| match direction {
        Direction::Shows(run) => Some((difference, &**run, mine)),
        _ => None,
    })
    .collect()
}

fn run(difference: &Difference, run: &Run, first: bool, all_steps: bool) -> String {
    let (mut instance, mut other) = (&difference.second, &difference.first);
    if first {
        (instance, other) = (other, instance);
    }
    let mut text = format!(
        "  Only {} in {}, after {} step{}:\n",
        instance.protocol,
        instance.scenario,
        run.steps.len(),
        if run.steps.len() == 1 { "" } else { "s" }
    );
    for change in &run.start {
        text += &wrapped("      ", &format!("{} = {}", change.name, change.after));
    }
    let states = instance.machine.replay(&run.steps);
    for (number, ((label, look), state)) in run.steps.iter().zip(&run.seen).zip(&states).enumerate() {
        let seen = !look.actions.is_empty() || !look.changes.is_empty();
        if seen || all_steps {
            let line = step::line(&instance.machine, state, *label);
            text += &wrapped_after(&format!("  {:>3} ", number + 1), "      ", &line);
            text += &wrapped("        ", &self::look(look));
        }
    }
    if run.stops {
        text += "      and nobody moves any more\n";
    }
    text += &instead(other, run);
    text
}

/// What the other does where one shows what it cannot.
fn instead(other: &Instance, run: &Run) -> String {
    const MOST: usize = 4;
    let name = &other.protocol;
    let mut text = match run.instead.len() {
        0 => return format!("  {name} cannot: after the same, nothing more is seen of it.\n"),
        1 => format!("  {name} cannot: after the same, all that it can show next is\n"),
        _ => format!("  {name} cannot: after the same, it can show next\n"),
    };
    for look in run.instead.iter().take(MOST) {
        text += &wrapped_after("      - ", "        ", &self::look(look));
    }
    if run.instead.len() > MOST {
        text += &format!("      and {} more\n", run.instead.len() - MOST);
    }
    text
}

/// `Free: {} -> {"page0"}; Maps.mm_a: ...`
fn look(look: &Look) -> String {
    let change = |change: &Change| match &change.before {
        Some(before) => format!("{}: {before} -> {}", change.name, change.after),
        None => format!("{} = {}", change.name, change.after),
    };
    let changes = look.changes.iter().map(change);
    let stops = look.stops.then(|| "that nobody moves any more".to_string());
    let all: Vec<String> = look.actions.iter().cloned().chain(changes).chain(stops).collect();
    all.join("; ")
}

/// A scenario as a JSON object.
pub fn json(difference: &Difference) -> String {
    let (first, second) = names(difference);
    let direction = |direction: &Direction, instance: &Instance| match direction {
        Direction::Nothing => json!({ "answer": "none" }),
        Direction::Undecided(why) => json!({ "answer": "not-decided", "reason": why }),
        Direction::Shows(run) => json!({ "answer": "run", "run": steps(run, instance) }),
    };
    let both = |one: &Direction, other: &Direction| {
        json!({
            "only_first": direction(one, &difference.first),
            "only_second": direction(other, &difference.second),
        })
    };
    let behaviours = match &difference.behaviours {
        Behaviours::NotCompared(why) => json!({ "not_compared": why }),
        Behaviours::Compared { first, second, stops } => {
            let mut object = both(first, second);
            object["stops"] = stops.as_ref().map_or(Value::Null, |(one, other)| both(one, other));
            object
        }
    };
    json!({
        "first": first,
        "second": second,
        "scenario": difference.first.scenario,
        "verdicts": difference.verdicts,
        "behaviours": behaviours,
    })
    .to_string()
}

fn steps(run: &Run, instance: &Instance) -> Value {
    let states = instance.machine.replay(&run.steps);
    let steps = run
        .steps
        .iter()
        .zip(&run.seen)
        .zip(&states)
        .map(|((label, look), state)| {
            json!({
                "step": step::line(&instance.machine, state, *label),
                "seen": self::look(look),
            })
        });
    json!({
        "steps": steps.collect::<Vec<_>>(),
        "stops": run.stops,
        "instead": run.instead.iter().map(look).collect::<Vec<_>>(),
    })
}
