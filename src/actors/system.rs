//! The wrapper around the actor model in which one step of the listing is one action.

use std::fmt;
use std::sync::Arc;

use stateright::actor::{ActorModel, ActorModelAction, ActorModelState, Id, Network};
use stateright::{Model, Path, Property};

use super::node::{Memory, Message, Node, NodeState, OUTCOME, memory_id};
use super::safety::Safety;
use crate::counterexample::step;
use crate::machine::{Label, Machine, Scratch};
use crate::report::{lanes, structs};

/// The threads, the memory, and what should always hold.
pub struct System {
    machine: Arc<Machine>,
    actors: ActorModel<Node>,
    safety: Vec<Safety>,
}

/// stateright's properties are plain functions, so there is one function for each, and their number is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyProperties;

impl fmt::Display for TooManyProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} safety properties at once", CONDITIONS.len())
    }
}

impl std::error::Error for TooManyProperties {}

/// A state of all actors and of the network between them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State(ActorModelState<Node>);

/// One step of one thread.
#[derive(Clone, PartialEq)]
pub struct Action {
    /// Which one.
    pub label: Label,
    /// The memory from which it starts, for its description.
    from: Arc<NodeState>,
}

impl System {
    /// The property that never fails unless the actors do not follow the machine.
    pub(crate) const IN_STEP: &'static str = "threads are where the memory says";

    /// The actors of a machine, and what to check.
    pub fn new(machine: Machine, safety: Vec<Safety>) -> Result<Self, TooManyProperties> {
        let machine = Arc::new(machine);
        if safety.len() > CONDITIONS.len() {
            return Err(TooManyProperties);
        }
        let threads = 0..machine.program.threads.len();
        let actors = ActorModel::new((), ())
            .actors(threads.map(|thread| Node::Thread(Arc::clone(&machine), thread)))
            .actor(Node::Memory(Arc::clone(&machine)))
            .init_network(Network::new_unordered_nonduplicating([]));
        Ok(System {
            machine,
            actors,
            safety,
        })
    }

    /// The machine behind the memory.
    pub(crate) fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// stateright's name for a path from the initial state: the index of each action among those of its state.
    pub(crate) fn indices(&self, path: &[Label]) -> Option<Vec<usize>> {
        let mut state = self.init_states().pop()?;
        let mut indices = vec![0];
        for &label in path {
            let mut actions = Vec::new();
            self.actions(&state, &mut actions);
            let index = actions.iter().position(|action| action.label == label)?;
            indices.push(index);
            state = self.next_state(&state, actions.swap_remove(index))?;
        }
        Some(indices)
    }
}

/// The path that has this name for stateright, if there is one.
pub(crate) fn labels(machine: &Machine, indices: &[usize]) -> Option<Vec<Label>> {
    let (&0, indices) = indices.split_first()? else {
        return None;
    };
    let mut state = machine.initial();
    let (mut next, mut scratch) = (state.clone(), Scratch::new(machine));
    let mut path = Vec::with_capacity(indices.len());
    for &index in indices {
        let mut taken = None;
        let mut number = 0;
        machine.successors(&state, &mut next, &mut scratch, |thread, outcome, after| {
            if number == index {
                let label = Label {
                    thread: thread as u16,
                    outcome: outcome as u16,
                };
                taken = Some((label, after.to_vec()));
            }
            number += 1;
        });
        let (label, after) = taken?;
        path.push(label);
        state = after;
    }
    Some(path)
}

impl State {
    /// What the memory actor knows.
    pub fn memory(&self) -> &Memory {
        memory_of(self.0.actor_states.last())
    }

    fn in_step(&self) -> bool {
        let memory = self.memory();
        let threads = self.0.actor_states.iter().enumerate();
        threads
            .take(memory.machine().program.threads.len())
            .all(|(thread, state)| **state == NodeState::Thread(memory.position(thread)))
    }
}

impl Model for System {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        self.actors.init_states().into_iter().map(State).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let Some(from) = state.0.actor_states.last() else {
            return;
        };
        let mut next = vec![0; self.machine.words()];
        let mut scratch = Scratch::new(&self.machine);
        self.machine
            .successors(state.memory().words(), &mut next, &mut scratch, |thread, outcome, _| {
                actions.push(Action {
                    label: Label {
                        thread: thread as u16,
                        outcome: outcome as u16,
                    },
                    from: Arc::clone(from),
                });
            });
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let (number, outcome) = (usize::from(action.label.thread), u32::from(action.label.outcome));
        let (thread, memory) = (Id::from(number), memory_id(&self.machine));
        let position = state.memory().position(number);
        let step = Message::Step { position, outcome };
        let chosen = match self.machine.outcomes(state.memory().words(), number) {
            0 | 1 => None,
            _ => {
                let choice = ActorModelAction::SelectRandom {
                    actor: thread,
                    key: OUTCOME.to_string(),
                    random: outcome,
                };
                Some(self.actors.next_state(&state.0, choice)?)
            }
        };
        let asked = deliver(thread, memory, step);
        let stepped = self.actors.next_state(chosen.as_ref().unwrap_or(&state.0), asked)?;
        let position = memory_of(stepped.actor_states.last()).position(number);
        let answered = deliver(memory, thread, Message::At { position });
        self.actors.next_state(&stepped, answered).map(State)
    }

    fn format_action(&self, action: &Action) -> String {
        format!("{action:?}")
    }

    fn format_step(&self, before: &State, action: Action) -> Option<String> {
        let after = self.next_state(before, action)?;
        Some(structs::changed(
            &self.machine,
            before.memory().words(),
            after.memory().words(),
        ))
    }

    fn as_svg(&self, path: Path<State, Action>) -> Option<String> {
        let steps: Vec<Label> = path.into_actions().iter().map(|action| action.label).collect();
        Some(lanes::svg(&self.machine, &steps, None))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let in_step = Property::always(Self::IN_STEP, |_: &Self, state: &State| state.in_step());
        let safety = self.safety.iter().zip(CONDITIONS);
        safety
            .map(|(safety, &condition)| Property::always(safety.name, condition))
            .chain([in_step])
            .collect()
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = memory_of(Some(&self.from));
        f.write_str(&step::line(memory.machine(), memory.words(), self.label))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&structs::state(self.memory().machine(), self.memory().words()))
    }
}

fn deliver(src: Id, dst: Id, msg: Message) -> ActorModelAction<Message, (), u32> {
    ActorModelAction::Deliver { src, dst, msg }
}

fn memory_of(last: Option<&Arc<NodeState>>) -> &Memory {
    match last.map(|state| &**state) {
        Some(NodeState::Memory(memory)) => memory,
        _ => unreachable!("System::new() puts the memory last"),
    }
}

/// The condition of safety property `I`.
fn holds<const I: usize>(system: &System, state: &State) -> bool {
    (system.safety[I].holds)(&system.machine, state.memory().words())
}

macro_rules! conditions {
    ($($index:literal)*) => { &[$(holds::<$index>),*] };
}

/// What [`Property::always`] takes: one function for each index.
#[rustfmt::skip] // one line of numbers each 32
const CONDITIONS: &[fn(&System, &State) -> bool] = conditions!(
     0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
);

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::explore::{Graph, Limits, explore};
    use crate::machine::samples::{self, Op};

    fn label(thread: u16, outcome: u16) -> Label {
        Label { thread, outcome }
    }

    fn graph(machine: &Machine) -> Graph {
        explore(machine, Limits::default(), &|_, _| {})
    }

    /// Walks both graphs side by side; an edge that one lacks, or a state that means two of the other, shows.
    fn assert_same_graph(machine: &Machine) {
        let graph = graph(machine);
        let system = System::new(machine.clone(), Vec::new()).unwrap();
        let mut states: HashMap<State, u32> = system.init_states().into_iter().map(|state| (state, 0)).collect();
        let mut pending: Vec<(State, u32)> = states.clone().into_iter().collect();
        while let Some((state, id)) = pending.pop() {
            assert_eq!(state.memory().words(), graph.state(id));
            assert!(state.in_step());
            let mut actions = Vec::new();
            system.actions(&state, &mut actions);
            let edges: Vec<_> = graph.edges(id).collect();
            assert_eq!(actions.len(), edges.len());
            for (action, edge) in actions.into_iter().zip(edges) {
                assert_eq!(action.label, edge.label);
                let next = system.next_state(&state, action).expect("an action is a step");
                match states.get(&next) {
                    Some(&known) => assert_eq!(known, edge.to),
                    None => {
                        states.insert(next.clone(), edge.to);
                        pending.push((next, edge.to));
                    }
                }
            }
        }
        assert_eq!(states.len(), graph.distinct());
    }

    #[test]
    fn wrapper_and_machine_are_one_graph() {
        use Op::*;
        assert_same_graph(&samples::machine(&[&[]]));
        assert_same_graph(&samples::machine(&[&[Increment, Increment], &[Increment, Increment]]));
        assert_same_graph(&samples::machine(&[
            &[Lock(0), Lock(1)],
            &[Lock(1), Lock(0)],
            &[Choose(3)],
        ]));
        assert_same_graph(&samples::machine(&[&[Choose(2), Again(0)], &[Await(1), Free, Free]]));
    }

    #[test]
    fn a_waiting_step_is_no_action_but_stays_in_the_network() {
        let machine = samples::machine(&[&[Op::Await(1)], &[Op::Set(1)]]);
        let system = System::new(machine, Vec::new()).unwrap();
        let state = system.init_states().pop().unwrap();
        let waits = Action {
            label: label(0, 0),
            from: Arc::clone(&state.0.actor_states[2]),
        };
        assert_eq!(system.next_state(&state, waits.clone()), None);
        let sets = Action {
            label: label(1, 0),
            ..waits.clone()
        };
        let state = system.next_state(&state, sets).unwrap();
        assert!(system.next_state(&state, waits).is_some());
    }

    #[test]
    fn a_choice_that_changes_nothing_is_an_action_that_is_answered() {
        let machine = samples::machine(&[&[Op::Retry(3)], &[Op::Await(1)]]);
        assert_same_graph(&machine);
        let system = System::new(machine, Vec::new()).unwrap();
        let state = system.init_states().pop().unwrap();
        let mut actions = Vec::new();
        system.actions(&state, &mut actions);
        let labels: Vec<Label> = actions.iter().map(|action| action.label).collect();
        assert_eq!(labels, [label(0, 0), label(0, 1), label(0, 2)]);
        let after = |number: usize| system.next_state(&state, actions[number].clone());
        assert!(after(1) == Some(state.clone()) && after(2) == Some(state.clone()));
        assert!(after(0).is_some_and(|next| next != state));
    }

    #[test]
    fn indices_name_the_path() {
        let machine = samples::machine(&[&[Op::Await(1)], &[Op::Choose(2)]]);
        let system = System::new(machine, Vec::new()).unwrap();
        // From the start only thread 1 steps: x = 0, y = 0; x = 1; x = 0, y = 1.
        assert_eq!(system.indices(&[label(1, 2)]), Some(vec![0, 2]));
        assert_eq!(system.indices(&[label(1, 1), label(0, 0)]), Some(vec![0, 1, 0]));
        assert_eq!(system.indices(&[label(0, 0)]), None);
        assert_eq!(system.indices(&[label(1, 3)]), None);
        let labels = |indices: &[usize]| labels(system.machine(), indices);
        assert_eq!(labels(&[0]), Some(vec![]));
        assert_eq!(labels(&[0, 1, 0]), Some(vec![label(1, 1), label(0, 0)]));
        for none in [&[][..], &[1], &[0, 3], &[0, usize::MAX], &[0, 1, 0, 0]] {
            assert_eq!(labels(none), None);
        }
    }

    #[test]
    fn actions_read_as_calls() {
        let machine = samples::machine(&[&[Op::Lock(0), Op::Unlock(0), Op::Increment]]);
        let system = System::new(machine, Vec::new()).unwrap();
        let mut state = system.init_states().pop().unwrap();
        let mut texts = Vec::new();
        for (_, next) in std::iter::from_fn(|| {
            let (action, next) = system.next_steps(&state).pop()?;
            texts.push(system.format_action(&action));
            state = next.clone();
            Some((action, next))
        }) {
            assert!(format!("{next:#?}").contains("thread thread0: "));
        }
        assert_eq!(
            texts,
            [
                "thread0: mutex_lock(&a) [sample.c:5]",
                "thread0: mutex_unlock(&a) = 1 [sample.c:6]",
                "thread0: x++ == 0 [sample.c:1]",
                "thread0: x++ [sample.c:1]",
            ]
        );
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            Just(Op::Increment),
            (0..4i64).prop_map(Op::Set),
            (0..3i64).prop_map(Op::Await),
            (1..4u32).prop_map(Op::Choose),
            (1..4u32).prop_map(Op::Retry),
            (0..2usize).prop_map(Op::Lock),
            (0..2usize).prop_map(Op::Unlock),
            Just(Op::Free),
            (0..4i64).prop_map(Op::BugOn),
            Just(Op::Panic),
            (0..4i64).prop_map(Op::Again),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn random_programs_give_one_graph(threads in prop::collection::vec(prop::collection::vec(op(), 0..5), 1..4)) {
            let threads: Vec<&[Op]> = threads.iter().map(Vec::as_slice).collect();
            assert_same_graph(&samples::machine(&threads));
        }

        #[test]
        fn random_programs_read_without_a_panic(threads in prop::collection::vec(prop::collection::vec(op(), 0..5), 1..4)) {
            let threads: Vec<&[Op]> = threads.iter().map(Vec::as_slice).collect();
            let machine = samples::machine(&threads);
            let graph = graph(&machine);
            let last = graph.path(graph.distinct() as u32 - 1);
            let steps: Vec<Label> = last.iter().map(|edge| edge.label).collect();
            let svg = lanes::svg(&machine, &steps, Some(0));
            prop_assert_eq!(svg.matches("<circle").count(), steps.len());
            for edge in last {
                let text = structs::changed(&machine, &graph.state(edge.from), &graph.state(edge.to));
                prop_assert!(text.lines().any(|line| line.starts_with('>')));
            }
        }
    }
}
