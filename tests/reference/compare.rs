//! Two explorations of one program, and where they differ: one by the interpreter, one of the machine that the program is lowered to.
//!
//! What is compared is what a property can see: the memory, who is freed, who holds which lock, how the run ended, and where each
//! thread stands. Local variables are not part of it: the machine forgets those that are not read again.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::hash::Hash;
use std::rc::Rc;

use oomspec::c::ast::Program;
use oomspec::machine::program::Scalar;
use oomspec::machine::{Machine, Reached, Scratch, Slot};

use crate::interpreter::{End, Interpreter, Position, State};

/// What a property can see of a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seen {
    memory: Vec<i64>,
    freed: BTreeSet<usize>,
    held: BTreeSet<(usize, usize)>,
    end: Option<End>,
    positions: Vec<Option<Position>>,
}

/// Everything that was seen, each once: what is seen has a number.
#[derive(Debug, Default)]
struct Register {
    numbers: HashMap<Rc<Seen>, usize>,
    seen: Vec<Rc<Seen>>,
}

impl Register {
    fn number(&mut self, seen: Seen) -> usize {
        if let Some(&number) = self.numbers.get(&seen) {
            return number;
        }
        let (number, seen) = (self.seen.len(), Rc::new(seen));
        self.seen.push(seen.clone());
        self.numbers.insert(seen, number);
        number
    }
}

/// A state graph as a property sees it, by the numbers of what is seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    states: HashSet<usize>,
    /// The steps that can be seen: from, by which thread, to. One that changes nothing that can be seen is none of them.
    edges: HashSet<(usize, usize, usize)>,
    /// No thread has a step, the run has not ended, and some task has not.
    deadlocks: HashSet<usize>,
}

/// A way to explore.
trait Semantics {
    type State: Clone + Eq + Hash;
    fn initial(&self) -> Self::State;
    /// The states after one step, each with its thread.
    fn successors(&self, state: &Self::State) -> Vec<(usize, Self::State)>;
    fn seen(&self, state: &Self::State) -> Seen;
}

/// All that can be seen of a graph, breadth first; none if it has more states than this.
fn explore<S: Semantics>(by: &S, most: usize, tasks: &[bool], register: &mut Register) -> Option<Facts> {
    let mut facts = Facts::default();
    let initial = by.initial();
    let mut known = HashMap::from([(initial.clone(), register.number(by.seen(&initial)))]);
    let mut open = VecDeque::from([initial]);
    while let Some(state) = open.pop_front() {
        let (from, next) = (known[&state], by.successors(&state));
        if next.is_empty() && is_stuck(&register.seen[from], tasks) {
            facts.deadlocks.insert(from);
        }
        for (thread, state) in next {
            let to = *known.entry(state).or_insert_with_key(|state| {
                open.push_back(state.clone());
                register.number(by.seen(state))
            });
            if to != from {
                facts.edges.insert((from, thread, to));
            }
        }
        if known.len() > most {
            return None;
        }
        facts.states.insert(from);
    }
    Some(facts)
}

fn is_stuck(seen: &Seen, tasks: &[bool]) -> bool {
    seen.end.is_none()
        && tasks
            .iter()
            .zip(&seen.positions)
            .any(|(task, position)| *task && position.is_some())
}

impl<'a> Semantics for Interpreter<'a> {
    type State = State<'a>;

    fn initial(&self) -> State<'a> {
        self.initial()
    }

    fn successors(&self, state: &State<'a>) -> Vec<(usize, State<'a>)> {
        self.successors(state)
    }

    fn seen(&self, state: &State<'a>) -> Seen {
        Seen {
            memory: state.memory.clone(),
            freed: state.freed.clone(),
            held: state.held.clone(),
            end: state.end.clone(),
            positions: (0..self.threads.len())
                .map(|thread| self.position(state, thread))
                .collect(),
        }
    }
}

/// How to read the machine's states in the interpreter's terms: things correspond by their names.
struct View<'m> {
    machine: &'m Machine,
    /// By cell of memory: where the machine keeps it, and its type.
    cells: Vec<(Slot, Scalar)>,
    /// By type and pointer of the machine: the interpreter's pointer.
    pointers: Vec<Vec<i64>>,
    /// The declared objects: type and number in the machine, and the interpreter's number.
    roots: Vec<(usize, usize, usize)>,
}

impl<'m> View<'m> {
    fn new(interpreter: &Interpreter<'_>, machine: &'m Machine) -> Self {
        let declared = &interpreter.declared;
        let program = &machine.program;
        let mut slots = HashMap::new();
        for (field, elements) in machine.layout.fields.iter().enumerate() {
            for (element, slot) in elements.iter().enumerate() {
                slots.insert(
                    machine.element_name(field, element),
                    (*slot, program.fields[field].scalar),
                );
            }
        }
        let numbers: HashMap<&str, usize> = declared
            .objects
            .iter()
            .enumerate()
            .map(|(number, object)| (object.name.as_str(), number))
            .collect();
        let mut view = View {
            machine,
            cells: Vec::new(),
            pointers: Vec::new(),
            roots: Vec::new(),
        };
        view.cells.extend(declared.cells.iter().map(|name| slots[name]));
        for (ty, declared_type) in program.types.iter().enumerate() {
            let mut pointers = vec![0];
            for (number, object) in declared_type.objects.iter().enumerate() {
                let ours = numbers[object.name.as_str()];
                pointers.push(ours as i64 + 1);
                if object.root == (ty, number) {
                    view.roots.push((ty, number, ours));
                }
            }
            view.pointers.push(pointers);
        }
        view
    }

    fn position(&self, state: &[u64], thread: usize) -> Option<Position> {
        let point = self.machine.point(state, thread)?;
        let site = self.machine.site(thread, point);
        Some(Position {
            calls: site.stack.iter().map(|caller| (caller.function, caller.line)).collect(),
            function: site.function,
            span: site.span,
        })
    }
}

impl Semantics for View<'_> {
    type State = Vec<u64>;

    fn initial(&self) -> Vec<u64> {
        self.machine.initial()
    }

    fn successors(&self, state: &Vec<u64>) -> Vec<(usize, Vec<u64>)> {
        let (mut next, mut scratch, mut found) = (state.clone(), Scratch::new(self.machine), Vec::new());
        self.machine
            .successors(state, &mut next, &mut scratch, |thread, _, next| {
                found.push((thread, next.to_vec()))
            });
        found
    }

    fn seen(&self, state: &Vec<u64>) -> Seen {
        let machine = self.machine;
        let cell = |&(slot, scalar): &(Slot, Scalar)| match (slot.load(state), scalar) {
            (value, Scalar::Pointer(ty)) => self.pointers[ty][value as usize],
            (value, _) => value,
        };
        let threads = 0..machine.program.threads.len();
        let held = |thread| {
            let locks = machine.locks_held(state, thread).into_iter();
            locks.map(move |(ty, number)| (thread, self.pointers[ty][number + 1] as usize - 1))
        };
        Seen {
            memory: self.cells.iter().map(cell).collect(),
            freed: self
                .roots
                .iter()
                .filter(|&&(ty, number, _)| !machine.alive(state, ty, number))
                .map(|&(_, _, ours)| ours)
                .collect(),
            held: threads.clone().flat_map(held).collect(),
            end: match machine.reached(state) {
                Reached::Nothing => None,
                Reached::Panic => Some(End::Panic),
                Reached::Error(error) => Some(End::Error {
                    property: error.property.clone(),
                    kind: error.kind,
                    thread: error.thread,
                    function: error.function,
                    line: error.line,
                }),
            },
            positions: threads.map(|thread| self.position(state, thread)).collect(),
        }
    }
}

/// What came of a comparison.
#[derive(Debug)]
pub enum Outcome {
    Agree(Agreement),
    /// With the first differences.
    Differ(String),
    /// More states than are compared.
    TooLarge,
}

/// What both have found.
#[derive(Debug)]
pub struct Agreement {
    pub states: usize,
    pub edges: usize,
    pub deadlocks: usize,
    /// How runs end, each once.
    pub ends: BTreeSet<String>,
}

/// Compares the interpreter with a machine for the same program.
pub fn compare(program: &Program, machine: &Machine, most: usize) -> Outcome {
    let interpreter = Interpreter::new(program);
    let mut register = Register::default();
    let tasks: Vec<bool> = interpreter.threads.iter().map(|thread| thread.task).collect();
    let Some(lowered) = explore(&View::new(&interpreter, machine), most, &tasks, &mut register) else {
        return Outcome::TooLarge;
    };
    // It keeps the values of dead variables, and so tells more states from each other.
    let Some(interpreted) = explore(&interpreter, most * 10, &tasks, &mut register) else {
        return Outcome::TooLarge;
    };
    if interpreted != lowered {
        return Outcome::Differ(differences(&interpreter, &register, &interpreted, &lowered));
    }
    let ends = lowered
        .states
        .iter()
        .filter_map(|&seen| register.seen[seen].end.as_ref());
    Outcome::Agree(Agreement {
        states: lowered.states.len(),
        edges: lowered.edges.len(),
        deadlocks: lowered.deadlocks.len(),
        ends: ends.map(End::words).collect(),
    })
}

fn differences(interpreter: &Interpreter<'_>, register: &Register, interpreted: &Facts, lowered: &Facts) -> String {
    let name = |seen: &usize| describe(interpreter, &register.seen[*seen]);
    let edge = |(from, thread, to): &(usize, usize, usize)| format!("{}\n  thread {thread}: {}", name(from), name(to));
    let mut text = String::new();
    for (whose, ours, theirs) in [("interpreter", interpreted, lowered), ("machine", lowered, interpreted)] {
        more(&mut text, whose, "states", &ours.states, &theirs.states, name);
        more(&mut text, whose, "steps", &ours.edges, &theirs.edges, edge);
        more(&mut text, whose, "deadlocks", &ours.deadlocks, &theirs.deadlocks, name);
    }
    text
}

fn more<T: Eq + Hash + Ord>(
    text: &mut String,
    whose: &str,
    what: &str,
    ours: &HashSet<T>,
    theirs: &HashSet<T>,
    name: impl Fn(&T) -> String,
) {
    let alone: BTreeSet<&T> = ours.difference(theirs).collect();
    if let Some(first) = alone.first() {
        writeln!(
            text,
            "{} {what} of the {whose} alone, such as\n  {}",
            alone.len(),
            name(first)
        )
        .expect("memory");
    }
}

/// A state in words.
fn describe(interpreter: &Interpreter<'_>, seen: &Seen) -> String {
    let program = interpreter.declared.program;
    let mut text = String::new();
    for (name, value) in interpreter
        .declared
        .cells
        .iter()
        .zip(&seen.memory)
        .filter(|(_, value)| **value != 0)
    {
        write!(text, " {name}={value}").expect("memory");
    }
    write!(text, " freed={:?} held={:?} end={:?}", seen.freed, seen.held, seen.end).expect("memory");
    for position in &seen.positions {
        match position {
            Some(position) => {
                let (line, what) = (program.sources.line(position.span), program.sources.text(position.span));
                write!(text, " at {:?} {line} `{what}`", position.calls).expect("memory");
            }
            None => text += " ended",
        }
    }
    text
}
