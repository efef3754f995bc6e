//! A step while it runs: the topmost thing to do is done, until a scheduling point comes.

use std::rc::Rc;

use oomspec::c::ast::ExprKind;
use oomspec::machine::ErrorKind;
use oomspec::source::Span;

use super::control::{At, Control, Frame, Item, Place, Task, Variable};
use super::memory::convert;
use super::{Interpreter, State};
use crate::meanings::Meanings;

/// Why a step does not go on.
pub(super) enum Stop {
    Disabled,
    Panic,
    Error(ErrorKind, Span, Option<String>),
}

/// The answers of `choose` in one step: those given so far, each with how many there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    pub(super) answers: Vec<(i64, i64)>,
    pub(super) next: usize,
}

impl Choices {
    pub(super) fn answer(&mut self, of: i64) -> i64 {
        if self.next == self.answers.len() {
            self.answers.push((0, of));
        }
        self.next += 1;
        self.answers[self.next - 1].0
    }

    /// Prepares for the next combination; false after the last.
    pub(super) fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some((answer, of)) = self.answers.pop() {
            if answer + 1 < of {
                self.answers.push((answer + 1, of));
                return true;
            }
        }
        false
    }
}

/// A step while it runs.
pub(super) struct Step<'a, 's> {
    pub(super) interpreter: &'s Interpreter<'a>,
    pub(super) thread: usize,
    pub(super) choices: &'s mut Choices,
    pub(super) state: &'s mut State<'a>,
}

impl<'a> Step<'a, '_> {
    pub(super) fn control(&mut self) -> &mut Control<'a> {
        Rc::make_mut(&mut self.state.threads[self.thread])
    }

    pub(super) fn frame(&mut self) -> &mut Frame<'a> {
        self.control().frames.last_mut().expect("a function runs")
    }

    pub(super) fn meanings(&self) -> &Meanings<'a> {
        &self.interpreter.threads[self.thread].meanings
    }

    /// What is to be done next, the first of it first.
    pub(super) fn next<const N: usize>(&mut self, tasks: [Task<'a>; N]) -> Result<(), Stop> {
        self.control().tasks.extend(tasks.into_iter().rev());
        Ok(())
    }

    pub(super) fn found(&mut self, value: i64) -> Result<(), Stop> {
        self.control().items.push(Item::Value(value));
        Ok(())
    }

    pub(super) fn located(&mut self, place: Place<'a>) -> Result<(), Stop> {
        self.control().items.push(Item::Place(place));
        Ok(())
    }

    pub(super) fn value(&mut self) -> i64 {
        match self.control().items.pop() {
            Some(Item::Value(value)) => value,
            other => panic!("no value: {other:?}"),
        }
    }

    pub(super) fn place(&mut self) -> Place<'a> {
        match self.control().items.pop() {
            Some(Item::Place(place)) => place,
            other => panic!("no place: {other:?}"),
        }
    }

    pub(super) fn perform(&mut self, task: Task<'a>) -> Result<(), Stop> {
        match task {
            Task::Run(stmt) => self.run(stmt),
            Task::Evaluate(expr) => self.evaluate(expr),
            Task::Locate(expr) => self.locate(expr),
            Task::Load(expr) => {
                let place = self.place();
                let value = match place {
                    Place::Local(local) => match self.frame().variables.get(&local) {
                        Some(Variable::Value(value)) => *value,
                        other => panic!("a local variable without a value is read: {other:?}"),
                    },
                    place => {
                        let cell = self.cell(place, expr.0.span)?;
                        self.state.memory[cell]
                    }
                };
                self.found(value)
            }
            Task::Store(expr) => self.store(expr),
            Task::Duplicate => {
                let top = *self.control().items.last().expect("something");
                self.control().items.push(top);
                Ok(())
            }
            Task::Discard => {
                self.control().items.pop();
                Ok(())
            }
            Task::Member(expr) => self.member(expr),
            Task::Element(expr) => self.element(expr),
            Task::Address => match self.place() {
                Place::Object(pointer) => self.found(pointer),
                other => panic!("no address: {other:?}"),
            },
            Task::Operator(expr) => self.operator(expr),
            Task::CountUpOrDown(expr) => self.count(expr),
            Task::Truth => {
                let value = self.value();
                self.found(i64::from(value != 0))
            }
            Task::Rest(expr) => self.rest(expr),
            Task::Touch(expr) => {
                let pointer = self.value();
                self.touch(pointer, expr.0.span)
            }
            Task::Convert(ty, span) => {
                let value = self.value();
                let value = convert(value, ty.0, span)?;
                self.found(value)
            }
            Task::Call(call) => self.call(call),
            Task::Leave => self.leave(),
            Task::Await(call) => {
                self.control().atomic += 1;
                let ExprKind::Call(_, arguments) = &call.0.kind else {
                    unreachable!()
                };
                self.next([Task::Evaluate(At(&arguments[0])), Task::Awaited])
            }
            Task::Awaited => {
                self.control().atomic -= 1;
                match self.value() {
                    0 => Err(Stop::Disabled),
                    _ => self.found(0),
                }
            }
            Task::GhostWritten => {
                self.control().atomic -= 1;
                Ok(())
            }
            Task::Choose(call) => {
                let ExprKind::Call(_, arguments) = &call.0.kind else {
                    unreachable!()
                };
                let answer = self.choices.answer(self.interpreter.declared.constant(&arguments[0]));
                self.found(answer)
            }
            Task::ConvertFor(value, below) => {
                let items = &self.control().items;
                let Item::Place(Place::Member(_, owner, member, _)) = items[items.len() - 1 - below] else {
                    panic!("no member")
                };
                let ty = self.interpreter.declared.scalar(owner, member);
                let converted = convert(self.value(), ty, value.0.span)?;
                self.found(converted)
            }
            Task::Swap(call) => {
                let (new, expected, place) = (self.value(), self.value(), self.place());
                let cell = self.cell(place, call.0.span)?;
                let old = self.state.memory[cell];
                if old == expected {
                    self.state.memory[cell] = new;
                }
                self.found(old)
            }
            Task::Assertion(call) => self.assertion(call),
            Task::Free(call) => {
                let pointer = self.value();
                self.free(pointer, call.0.span)?;
                self.found(0)
            }
            Task::Panic => Err(Stop::Panic),
            other => self.go_on(other),
        }
    }
}
