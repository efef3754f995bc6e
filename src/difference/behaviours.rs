//! What can be seen of one protocol and not of the other, as a run of it.

use std::collections::HashMap;

use crate::behaviours::{Found, Labelled, Letter, SILENT, compare, run};
use crate::check::observed::{Observed, observe};
use crate::explore::{Budget, Graph};
use crate::machine::Label;
use crate::model::Instance;
use crate::model::visible::Visible;
use crate::source::Diagnostics;
use crate::tla::Value;

/// Sets of states that are kept, in states: what both walks together may use.
const MOST_ELEMENTS: usize = 50_000_000;

/// What can be seen of two protocols in a scenario.
#[derive(Debug, Clone)]
pub enum Behaviours {
    /// They were compared.
    Compared {
        /// What only the first shows.
        first: Direction,
        /// What only the second shows.
        second: Direction,
        /// Runs after which nobody moves any more, if the rest is the same: where only the first, and where only the second stops.
        stops: Option<(Direction, Direction)>,
    },
    /// They were not, for this reason: some graph is not complete, or Visible.tla speaks of what is not there.
    NotCompared(String),
}

/// What one of them shows and the other does not.
#[derive(Debug, Clone)]
pub enum Direction {
    /// Nothing.
    Nothing,
    /// This, as short as possible.
    Shows(Box<Run>),
    /// Not decided, for this reason.
    Undecided(String),
}

/// A run that shows what the other protocol cannot; until the last thing that is seen, it can.
#[derive(Debug, Clone)]
pub struct Run {
    /// All its steps.
    pub steps: Vec<Label>,
    /// What is seen at the start, if it is that already which differs.
    pub start: Vec<Change>,
    /// By step: what is seen of it.
    pub seen: Vec<Look>,
    /// At its end nobody moves any more, and that is the difference.
    pub stops: bool,
    /// What the other can show instead of the last of it, each once.
    pub instead: Vec<Look>,
}

/// What is seen at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The actions.
    pub actions: Vec<String>,
    /// The variables that change, or the parts of them that do.
    pub changes: Vec<Change>,
    /// Nobody moves any more.
    pub stops: bool,
}

/// A variable with its values before and after: `Maps.mm_a`, if it is a function of which only that part changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Before; none at the start.
    pub before: Option<Value>,
    /// After.
    pub after: Value,
}

/// Compares what is seen of two graphs that were explored with their steps.
///
/// # Errors
///
/// Something that is seen has no value in some state.
pub fn behaviours(
    first: (&Instance, &Graph),
    second: (&Instance, &Graph),
    visible: &Visible,
    budget: Budget,
) -> Result<Behaviours, Diagnostics> {
    for (instance, graph) in [first, second] {
        if let Some(why) = &graph.incomplete {
            let what = format!("the graph of {} is not complete: {why}", instance.protocol);
            return Ok(Behaviours::NotCompared(what));
        }
        if let Some(missing) = visible.missing(&instance.machine) {
            let what = format!(
                "{}.tla speaks of `{missing}`, and there is none here",
                visible.spec.name()
            );
            return Ok(Behaviours::NotCompared(what));
        }
    }
    let mut letters = Letters::default();
    let mine = Side::new(first, visible, &mut letters)?;
    let theirs = Side::new(second, visible, &mut letters)?;
    let enough = |elements: usize| {
        let many = || format!("more than {MOST_ELEMENTS} states in sets of states");
        budget.ends_search().or_else(|| (elements > MOST_ELEMENTS).then(many))
    };
    let walk = |stops: bool| {
        let (one, other) = (mine.labelled(stops), theirs.labelled(stops));
        let compared = compare(&one, &other, &enough);
        let direction = |found: Found, side: &Side, graph: &Labelled| match found {
            Found::None => Direction::Nothing,
            Found::Undecided(why) => Direction::Undecided(why),
            Found::Trace {
                letters: trace,
                instead,
            } => match side.run(graph, &trace, &instead, &letters, visible) {
                Some(run) => Direction::Shows(Box::new(run)),
                None => Direction::Undecided("the run that was found is none of the graph: a bug of oomspec".into()),
            },
        };
        (
            direction(compared.only_first, &mine, &one),
            direction(compared.only_second, &theirs, &other),
        )
    };
    let (first, second) = walk(false);
    let same = matches!((&first, &second), (Direction::Nothing, Direction::Nothing));
    Ok(Behaviours::Compared {
        stops: same.then(|| walk(true)),
        first,
        second,
    })
}

/// What is seen of a step: some actions, and the values that it leads to.
#[derive(Default)]
struct Letters {
    looks: HashMap<Vec<Value>, u32>,
    /// By number.
    values: Vec<Vec<Value>>,
    /// Actions and look, and the letter for them.
    letters: HashMap<(u32, u32), Letter>,
    /// By letter.
    meaning: Vec<(u32, u32)>,
}

/// Nobody moves any more.
const STOPS: Letter = Letter::MAX;

impl Letters {
    fn look(&mut self, values: &[Value]) -> u32 {
        if let Some(&known) = self.looks.get(values) {
            return known;
        }
        self.values.push(values.to_vec());
        self.looks.insert(values.to_vec(), self.values.len() as u32 - 1);
        self.values.len() as u32 - 1
    }

    fn letter(&mut self, actions: u32, look: u32) -> Letter {
        let meaning = &mut self.meaning;
        *self.letters.entry((actions, look)).or_insert_with(|| {
            meaning.push((actions, look));
            meaning.len() as Letter
        })
    }

    /// What a letter shows after a look.
    fn shows(&self, letter: Letter, before: Option<u32>, visible: &Visible) -> Look {
        if letter == STOPS {
            return Look {
                stops: true,
                ..Look::default()
            };
        }
        let (actions, after) = self.meaning[letter as usize - 1];
        let names = visible.actions.iter().enumerate();
        let taken = names.filter(|(bit, _)| actions >> bit & 1 == 1);
        let before = before.map(|before| &self.values[before as usize]);
        let mut changes = Vec::new();
        for (number, ((name, _), after)) in visible.variables.iter().zip(&self.values[after as usize]).enumerate() {
            match before.map(|before| &before[number]) {
                None => changes.push(Change {
                    name: name.clone(),
                    before: None,
                    after: after.clone(),
                }),
                Some(before) => changed(name, before, after, &mut changes),
            }
        }
        Look {
            actions: taken.map(|(_, (name, _))| name.clone()).collect(),
            changes,
            stops: false,
        }
    }
}

/// Adds a variable that changed; of a function with the same domain, the parts that did.
fn changed(name: &str, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    if before == after {
        return;
    }
    if let (Value::Function(old), Value::Function(new)) = (before, after)
        && old.iter().map(|(key, _)| key).eq(new.iter().map(|(key, _)| key))
    {
        for ((key, before), (_, after)) in old.iter().zip(new.iter()) {
            let part = match key {
                Value::Str(key) => format!("{name}.{key}"),
                key => format!("{name}[{key}]"),
            };
            changed(&part, before, after, changes);
        }
        return;
    }
    changes.push(Change {
        name: name.to_string(),
        before: Some(before.clone()),
        after: after.clone(),
    });
}

/// One of the two.
struct Side<'a> {
    graph: &'a Graph,
    /// By state: what is seen of it.
    looks: Vec<u32>,
    /// By step of the graph.
    letters: Vec<Letter>,
    /// What is seen at the start.
    start: Letter,
}

impl<'a> Side<'a> {
    fn new(
        (instance, graph): (&Instance, &'a Graph),
        visible: &Visible,
        letters: &mut Letters,
    ) -> Result<Self, Diagnostics> {
        let Observed { of, looks, actions } = observe(&instance.machine, graph, visible)?;
        let numbers: Vec<u32> = looks.iter().map(|values| letters.look(values)).collect();
        let looks: Vec<u32> = of.into_iter().map(|class| numbers[class as usize]).collect();
        let edges = (0..graph.distinct() as u32).flat_map(|state| graph.edges(state));
        let of_steps = edges.zip(actions).map(|(edge, actions)| {
            let (before, after) = (looks[edge.from as usize], looks[edge.to as usize]);
            match (actions, before == after) {
                (0, true) => SILENT,
                _ => letters.letter(actions, after),
            }
        });
        let of_steps: Vec<Letter> = of_steps.collect();
        Ok(Side {
            start: letters.letter(0, looks[0]),
            letters: of_steps,
            graph,
            looks,
        })
    }

    /// The graph behind a state of its own that leads to what is seen at the start; with a step to a last state from where
    /// nobody moves, if that is to be seen.
    fn labelled(&self, stops: bool) -> Labelled {
        let last = self.graph.distinct() as u32 + 1;
        let root = std::iter::once(vec![(self.start, 1)]);
        let mut letters = self.letters.iter();
        let states = (0..self.graph.distinct() as u32).map(|state| {
            let edges = self.graph.edges(state).zip(&mut letters);
            let mut steps: Vec<(Letter, u32)> = edges.map(|(edge, &letter)| (letter, edge.to + 1)).collect();
            if stops && steps.is_empty() {
                steps.push((STOPS, last));
            }
            steps
        });
        Labelled::new(root.chain(states).chain([Vec::new()]))
    }

    fn run(
        &self,
        graph: &Labelled,
        trace: &[Letter],
        instead: &[Letter],
        letters: &Letters,
        visible: &Visible,
    ) -> Option<Run> {
        let stops = trace.last() == Some(&STOPS);
        let (mut steps, mut seen) = (Vec::new(), Vec::new());
        let mut at = 0;
        // Behind the step that shows the start.
        for (letter, to) in run(graph, trace)?
            .into_iter()
            .skip(1)
            .filter(|(letter, _)| *letter != STOPS)
        {
            let first = self.graph.offsets()[at as usize] as usize;
            let mut edges = self.graph.edges(at).zip(&self.letters[first..]);
            let (edge, _) = edges.find(|(edge, of)| (**of, edge.to + 1) == (letter, to))?;
            steps.push(edge.label);
            seen.push(match letter {
                SILENT => Look::default(),
                letter => letters.shows(letter, Some(self.looks[at as usize]), visible),
            });
            at = edge.to;
        }
        // Until the last letter, both have shown the same.
        let common = match trace {
            [_] => None,
            [.., before, _] => letters.meaning.get(*before as usize - 1).map(|(_, look)| *look),
            [] => None,
        };
        let start = match trace {
            [start] => letters.shows(*start, None, visible).changes,
            _ => Vec::new(),
        };
        let mut others: Vec<Look> = Vec::new();
        for &letter in instead {
            let look = letters.shows(letter, common, visible);
            if !others.contains(&look) {
                others.push(look);
            }
        }
        Some(Run {
            steps,
            start,
            seen,
            stops,
            instead: others,
        })
    }
}
