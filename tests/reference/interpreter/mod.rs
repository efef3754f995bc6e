//! The language, step by step, straight over the syntax tree. Each thread has a stack of what it still has to do and a stack of
//! what it has found out so far; doing the topmost thing is one small step, and may put more to do on top.

mod calls;
mod control;
mod expressions;
mod memory;
mod statements;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use oomspec::c::ast::{AnnotationKind, Expr, ExprKind, Function, Program};
use oomspec::machine::ErrorKind;
use oomspec::source::Span;

use crate::declared::Declared;
use crate::meanings::{Meanings, meanings};
use crate::shared::{Shared, called};
use control::{At, Control, Frame, Item, Place, Task};
use step::{Choices, Step, Stop};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    Panic,
    Error {
        property: String,
        kind: ErrorKind,
        thread: usize,
        function: usize,
        line: u32,
    },
}

impl End {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            End::Panic => "panic".to_string(),
            End::Error { kind, .. } => kind.words().to_string(),
        }
    }
}

/// A state between two steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State<'a> {
    pub memory: Vec<i64>,
    /// The declared objects that were freed.
    pub freed: BTreeSet<usize>,
    /// Thread and lock.
    pub held: BTreeSet<(usize, usize)>,
    pub end: Option<End>,
    threads: Vec<Rc<Control<'a>>>,
}

/// The place where a thread waits for its next step: the calls that lead there, each with its line, and what the step does first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub calls: Vec<(usize, u32)>,
    pub function: usize,
    pub span: Span,
}

/// A thread of the program.
#[derive(Debug)]
pub struct Thread<'a> {
    number: usize,
    function: &'a Function,
    /// Its `current`.
    current: Option<i64>,
    /// It is a user's task, which has to end.
    pub task: bool,
    meanings: Meanings<'a>,
}

/// A program that can be run.
#[derive(Debug)]
pub struct Interpreter<'a> {
    pub declared: Declared<'a>,
    pub threads: Vec<Thread<'a>>,
    shared: Shared<'a>,
}

/// A step does no more small steps than this.
const LONGEST: usize = 1_000_000;

impl<'a> Interpreter<'a> {
    pub fn new(program: &'a Program) -> Self {
        let mut declared = Declared::new(program);
        let numbered = || program.functions.iter().enumerate();
        for (number, function) in numbered().filter(|(_, function)| is_init(function)) {
            declared = begun(declared, number, function);
        }
        let (mut threads, mut shared) = (Vec::new(), Shared::default());
        for (number, function) in numbered() {
            let (mut task, mut currents) = (false, Vec::new());
            for annotation in &function.annotations {
                match &annotation.kind {
                    AnnotationKind::Task(name) | AnnotationKind::Daemon(name) => {
                        task = matches!(annotation.kind, AnnotationKind::Task(_));
                        currents = declared.tasks(&name.name).into_iter().map(Some).collect();
                    }
                    AnnotationKind::Unfair if currents.is_empty() => currents = vec![None],
                    _ => {}
                }
            }
            for current in currents {
                let ty = current.map(|object: usize| declared.struct_type(declared.objects[object].ty));
                let meanings = meanings(&declared, &called(&declared, function), ty);
                shared.add(&declared, &meanings, function);
                let current = current.map(|object| object as i64 + 1);
                threads.push(Thread {
                    number,
                    function,
                    current,
                    task,
                    meanings,
                });
            }
        }
        Interpreter {
            declared,
            threads,
            shared,
        }
    }

    /// Every thread before its first step; what stands before its first scheduling point has run.
    pub fn initial(&self) -> State<'a> {
        let mut state = State {
            memory: self.declared.initial.clone(),
            freed: BTreeSet::new(),
            held: BTreeSet::new(),
            end: None,
            threads: vec![Rc::default(); self.threads.len()],
        };
        for thread in 0..self.threads.len() {
            let before = state.clone();
            let Thread { function, number, .. } = &self.threads[thread];
            let control = Rc::make_mut(&mut state.threads[thread]);
            control.frames.push(frame(function, *number, function.name.span, None));
            control.tasks = vec![Task::Leave, Task::Run(At(&function.body))];
            let begun = self.go(&before, state, thread, false, &mut Choices::default());
            state = begun.expect("nobody waits before the first scheduling point");
            if state.end.is_some() {
                break;
            }
        }
        state
    }

    /// The states after one step, each with the thread that made it; those that are the same state are left out.
    pub fn successors(&self, state: &State<'a>) -> Vec<(usize, State<'a>)> {
        let mut found = Vec::new();
        if state.end.is_some() {
            return found;
        }
        for thread in (0..self.threads.len()).filter(|&thread| !state.threads[thread].tasks.is_empty()) {
            let mut choices = Choices::default();
            loop {
                let next = self.go(state, state.clone(), thread, true, &mut choices);
                found.extend(next.filter(|next| next != state).map(|next| (thread, next)));
                if !choices.advance() {
                    break;
                }
            }
        }
        found
    }

    /// Where a thread waits, if it has not ended.
    pub fn position(&self, state: &State<'a>, thread: usize) -> Option<Position> {
        let control = &state.threads[thread];
        let span = match control.tasks.last()? {
            Task::Load(at)
            | Task::Store(at)
            | Task::Call(at)
            | Task::Await(at)
            | Task::Choose(at)
            | Task::Swap(at)
            | Task::Free(at) => at.0.span,
            Task::Evaluate(at) | Task::Touch(at) => at.0.span,
            other => panic!("no scheduling point: {other:?}"),
        };
        let frames = control.frames.windows(2);
        let calls = frames.map(|pair| (pair[0].function, self.declared.program.sources.line(pair[1].span)));
        Some(Position {
            calls: calls.collect(),
            function: control.frames.last()?.function,
            span,
        })
    }

    /// Goes on to the next scheduling point; none if the thread has to wait.
    fn go(
        &self,
        before: &State<'a>,
        mut state: State<'a>,
        thread: usize,
        mut begun: bool,
        choices: &mut Choices,
    ) -> Option<State<'a>> {
        for _ in 0..LONGEST {
            let Some(&task) = state.threads[thread].tasks.last() else {
                return Some(state);
            };
            if !begun && self.is_scheduling_point(&state, thread, task) {
                return Some(state);
            }
            begun = false;
            let control = Rc::make_mut(&mut state.threads[thread]);
            control.tasks.pop();
            let mut step = Step {
                interpreter: self,
                thread,
                choices,
                state: &mut state,
            };
            match step.perform(task) {
                Ok(()) => {}
                Err(Stop::Disabled) => return None,
                Err(Stop::Panic) => {
                    state.threads[thread] = before.threads[thread].clone();
                    state.end = Some(End::Panic);
                    return Some(state);
                }
                Err(Stop::Error(kind, span, property)) => {
                    let frame = state.threads[thread].frames.last().expect("a function runs");
                    let breaks = property.or_else(|| frame.breaks.map(String::from));
                    let (function, line) = (frame.function, self.declared.program.sources.line(span));
                    let property = breaks.unwrap_or_else(|| kind.property().to_string());
                    let mut state = before.clone();
                    state.end = Some(End::Error {
                        property,
                        kind,
                        thread,
                        function,
                        line,
                    });
                    return Some(state);
                }
            }
        }
        panic!("a step that does not end");
    }

    /// One stands before every access to memory that others may disturb, before an atomic call, and before a choice.
    fn is_scheduling_point(&self, state: &State<'a>, thread: usize, task: Task<'a>) -> bool {
        let control = &state.threads[thread];
        if control.atomic > 0 {
            return false;
        }
        let items = &control.items;
        match task {
            Task::Load(_) => items.last().is_some_and(|item| self.is_shared(item)),
            Task::Store(_) => self.is_shared(&items[items.len() - 2]),
            Task::Call(call) => self.callee(call.0).is_some_and(|(_, function)| is_atomic(function)),
            Task::Touch(pointer) => {
                let owner = self.threads[thread].meanings.ty(pointer.0).structure();
                owner.is_some_and(|owner| self.shared.freed.contains(owner))
            }
            Task::Await(_) | Task::Choose(_) | Task::Swap(_) | Task::Free(_) => true,
            Task::Evaluate(expr) => is_panic(expr.0),
            _ => false,
        }
    }

    fn is_shared(&self, item: &Item<'a>) -> bool {
        match item {
            Item::Place(Place::Member(_, owner, member, _)) => {
                self.shared.freed.contains(owner) || self.shared.written.contains(&(*owner, *member))
            }
            _ => false,
        }
    }

    fn callee(&self, call: &'a Expr) -> Option<(usize, &'a Function)> {
        match &call.kind {
            ExprKind::Call(name, _) => self.declared.function(&name.name),
            _ => None,
        }
    }
}

fn is_init(function: &Function) -> bool {
    function
        .annotations
        .iter()
        .any(|annotation| annotation.kind == AnnotationKind::Init)
}

/// What a function leaves that runs alone, before everything, from its beginning to its end.
fn begun<'a>(declared: Declared<'a>, number: usize, function: &'a Function) -> Declared<'a> {
    let thread = Thread {
        number,
        function,
        current: None,
        task: false,
        meanings: meanings(&declared, &called(&declared, function), None),
    };
    let alone = Interpreter {
        declared,
        threads: vec![thread],
        shared: Shared::default(),
    };
    let mut state = alone.initial();
    while !state.threads[0].tasks.is_empty() && state.end.is_none() {
        let next = alone.go(&state, state.clone(), 0, true, &mut Choices::default());
        state = next.expect("nothing waits there");
    }
    let State { memory, end, .. } = state;
    assert!(end.is_none(), "it comes to its end");
    Declared {
        initial: memory,
        ..alone.declared
    }
}

fn is_panic(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(name, _) if name.name == "panic")
}

fn is_atomic(function: &Function) -> bool {
    function
        .annotations
        .iter()
        .any(|annotation| annotation.kind == AnnotationKind::Atomic)
}

fn frame<'a>(function: &'a Function, number: usize, span: Span, breaks: Option<&'a str>) -> Frame<'a> {
    let own = function
        .annotations
        .iter()
        .find_map(|annotation| match &annotation.kind {
            AnnotationKind::Breaks(property) => Some(property.name.as_str()),
            _ => None,
        });
    Frame {
        function: number,
        span,
        variables: BTreeMap::new(),
        result: 0,
        breaks: own.or(breaks),
    }
}
