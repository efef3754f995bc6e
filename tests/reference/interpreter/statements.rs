//! Statements.

use oomspec::c::ast::{Stmt, StmtKind};

use super::control::{At, Task, Variable, from_here, from_label};
use super::memory::convert;
use super::step::{Step, Stop};

impl<'a> Step<'a, '_> {
    pub(super) fn run(&mut self, stmt: At<'a, Stmt>) -> Result<(), Stop> {
        match &stmt.0.kind {
            StmtKind::Empty | StmtKind::Declare(_, _, None) => Ok(()),
            StmtKind::Expr(expr) => self.next([Task::Evaluate(At(expr)), Task::Discard]),
            StmtKind::Declare(_, _, Some(init)) => self.next([Task::Evaluate(At(init)), Task::Declare(stmt)]),
            StmtKind::Block(stmts) | StmtKind::Declarations(stmts) => {
                self.control()
                    .tasks
                    .extend(stmts.iter().rev().map(|stmt| Task::Run(At(stmt))));
                Ok(())
            }
            StmtKind::If(condition, ..) => self.next([Task::Evaluate(At(condition)), Task::If(stmt)]),
            StmtKind::While(..) | StmtKind::For(None, ..) => self.next([Task::Condition(stmt)]),
            StmtKind::For(Some(init), ..) => self.next([Task::Run(At(init)), Task::Condition(stmt)]),
            StmtKind::DoWhile(body, _) => self.next([Task::Run(At(body)), Task::Again(stmt)]),
            StmtKind::Switch(value, _) => self.next([Task::Evaluate(At(value)), Task::Chosen(stmt)]),
            StmtKind::Case(_) => panic!("a label of a switch is no statement"),
            StmtKind::Break => {
                self.unwind(|task| matches!(task, Task::Again(_) | Task::EndOfSwitch));
                self.control().tasks.pop();
                Ok(())
            }
            StmtKind::Continue => {
                self.unwind(|task| matches!(task, Task::Again(_)));
                Ok(())
            }
            StmtKind::Return(Some(expr)) => self.next([Task::Evaluate(At(expr)), Task::GiveBack(At(expr))]),
            StmtKind::Return(None) => {
                self.unwind(|task| matches!(task, Task::Leave));
                Ok(())
            }
            StmtKind::Goto(label) => {
                self.unwind(|task| matches!(task, Task::Leave));
                let function = self.frame().function;
                let body = &self.interpreter.declared.program.functions[function].body;
                let rest = from_label(body, &label.name).expect("a label of this function");
                self.control().tasks.extend(rest);
                Ok(())
            }
            StmtKind::Label(_, stmt) => self.next([Task::Run(At(stmt))]),
        }
    }

    /// The rest of a statement, when the value is known that it has waited for.
    pub(super) fn go_on(&mut self, task: Task<'a>) -> Result<(), Stop> {
        match task {
            Task::Declare(stmt) => {
                let StmtKind::Declare(name, ty, Some(init)) = &stmt.0.kind else {
                    unreachable!()
                };
                let value = self.value();
                let value = convert(value, ty, init.span)?;
                self.frame()
                    .variables
                    .insert(name.span.start as usize, Variable::Value(value));
                Ok(())
            }
            Task::If(stmt) => {
                let StmtKind::If(_, yes, no) = &stmt.0.kind else {
                    unreachable!()
                };
                match (self.value() != 0, no) {
                    (true, _) => self.next([Task::Run(At(yes))]),
                    (false, Some(no)) => self.next([Task::Run(At(no))]),
                    (false, None) => Ok(()),
                }
            }
            Task::Again(stmt) => match &stmt.0.kind {
                StmtKind::For(_, _, Some(next), _) => {
                    self.next([Task::Evaluate(At(next)), Task::Discard, Task::Condition(stmt)])
                }
                _ => self.next([Task::Condition(stmt)]),
            },
            Task::Condition(stmt) => match &stmt.0.kind {
                StmtKind::While(condition, _)
                | StmtKind::DoWhile(_, condition)
                | StmtKind::For(_, Some(condition), ..) => self.next([Task::Evaluate(At(condition)), Task::Test(stmt)]),
                _ => {
                    self.found(1)?;
                    self.next([Task::Test(stmt)])
                }
            },
            Task::Test(stmt) => {
                let (StmtKind::While(_, body) | StmtKind::DoWhile(body, _) | StmtKind::For(_, _, _, body)) =
                    &stmt.0.kind
                else {
                    unreachable!()
                };
                match self.value() {
                    0 => Ok(()),
                    _ => self.next([Task::Run(At(body)), Task::Again(stmt)]),
                }
            }
            Task::Chosen(stmt) => {
                let StmtKind::Switch(_, stmts) = &stmt.0.kind else {
                    unreachable!()
                };
                let chosen = self.value();
                let declared = &self.interpreter.declared;
                let is_chosen =
                    |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Case(Some(case)) if declared.constant(case) == chosen);
                let is_default = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Case(None));
                let label = stmts.iter().position(is_chosen);
                if let Some(label) = label.or_else(|| stmts.iter().position(is_default)) {
                    self.control().tasks.extend(from_here(&stmts[label..]));
                }
                Ok(())
            }
            Task::EndOfSwitch => Ok(()),
            Task::GiveBack(expr) => {
                let function = self.frame().function;
                let value = self.value();
                let result = &self.interpreter.declared.program.functions[function].result;
                self.frame().result = convert(value, result, expr.0.span)?;
                self.unwind(|task| matches!(task, Task::Leave));
                Ok(())
            }
            other => unreachable!("no part of a statement: {other:?}"),
        }
    }

    /// Forgets what was to be done before this.
    pub(super) fn unwind(&mut self, until: impl Fn(&Task<'a>) -> bool) {
        let tasks = &mut self.control().tasks;
        while tasks.last().is_some_and(|task| !until(task)) {
            tasks.pop();
        }
    }
}
