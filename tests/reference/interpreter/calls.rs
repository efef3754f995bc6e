//! Calls: of functions, and of the language's own.

use oomspec::c::ast::{AnnotationKind, Expr, ExprKind, Function};
use oomspec::machine::ErrorKind;
use oomspec::source::Span;

use super::control::{At, Item, Task, Variable};
use super::step::{Step, Stop};
use super::{frame, is_atomic};

impl<'a> Step<'a, '_> {
    pub(super) fn call(&mut self, call: At<'a, Expr>) -> Result<(), Stop> {
        let (number, function) = self.interpreter.callee(call.0).expect("a function");
        let breaks = self.frame().breaks;
        let mut frame = frame(function, number, call.0.span, breaks);
        for param in function.params.iter().rev() {
            let variable = match self.control().items.pop() {
                Some(Item::Value(value)) => Variable::Value(value),
                Some(Item::Place(place)) => Variable::Pointer(place),
                None => panic!("an argument is missing"),
            };
            frame.variables.insert(param.name.span.start as usize, variable);
        }
        let control = self.control();
        control.frames.push(frame);
        control.atomic += u32::from(is_atomic(function));
        self.next([Task::Run(At(&function.body)), Task::Leave])?;
        for annotation in &function.annotations {
            if let AnnotationKind::Releases(lock) = &annotation.kind {
                let held = self.lock(function, &lock.name, annotation.span)?;
                if !self.state.held.remove(&held) {
                    return Err(Stop::Error(ErrorKind::NotHeld, annotation.span, None));
                }
            }
        }
        Ok(())
    }

    /// The end of a function: locks are taken, the result is there, the caller goes on.
    pub(super) fn leave(&mut self) -> Result<(), Stop> {
        let (number, result) = (self.frame().function, self.frame().result);
        let function = &self.interpreter.declared.program.functions[number];
        for annotation in &function.annotations {
            let lock = match &annotation.kind {
                AnnotationKind::Acquires(lock, _) => lock,
                AnnotationKind::CondAcquires(lock, _) if result != 0 => lock,
                _ => continue,
            };
            let held = self.lock(function, &lock.name, annotation.span)?;
            if !self.state.held.insert(held) {
                return Err(Stop::Error(ErrorKind::HeldTwice, annotation.span, None));
            }
        }
        if self.control().frames.len() == 1 && self.state.held.iter().any(|(thread, _)| *thread == self.thread) {
            return Err(Stop::Error(ErrorKind::EndsHolding, function.name.span, None));
        }
        let control = self.control();
        control.frames.pop();
        control.atomic -= u32::from(is_atomic(function));
        if self.control().frames.is_empty() {
            return Ok(());
        }
        self.found(result)
    }

    /// The thread and the lock behind a parameter.
    pub(super) fn lock(&mut self, function: &Function, name: &str, span: Span) -> Result<(usize, usize), Stop> {
        let param = function
            .params
            .iter()
            .find(|param| param.name.name == name)
            .expect("a parameter");
        match self.frame().variables[&(param.name.span.start as usize)] {
            Variable::Value(0) => Err(Stop::Error(ErrorKind::NullDereference, span, None)),
            Variable::Value(pointer) => Ok((self.thread, pointer as usize - 1)),
            Variable::Pointer(_) => panic!("no lock"),
        }
    }

    pub(super) fn assertion(&mut self, call: At<'a, Expr>) -> Result<(), Stop> {
        let ExprKind::Call(_, arguments) = &call.0.kind else {
            unreachable!()
        };
        if self.value() == 0 {
            return self.found(0);
        }
        let named = arguments.get(1).map(|property| match &property.kind {
            ExprKind::Name(name) => name.clone(),
            other => panic!("no property: {other:?}"),
        });
        Err(Stop::Error(ErrorKind::Assertion, call.0.span, named))
    }

    pub(super) fn free(&mut self, pointer: i64, span: Span) -> Result<(), Stop> {
        if pointer == 0 {
            return Ok(());
        }
        let number = pointer as usize - 1;
        let objects = &self.interpreter.declared.objects;
        let holds = |&(_, lock): &(usize, usize)| objects[lock].root == number;
        let wrong = if self.state.freed.contains(&objects[number].root) {
            ErrorKind::DoubleFree
        } else if objects[number].root != number {
            ErrorKind::FreesPart
        } else if self.state.held.iter().any(holds) {
            ErrorKind::FreesHeld
        } else {
            self.state.freed.insert(number);
            return Ok(());
        };
        Err(Stop::Error(wrong, span, None))
    }
}
