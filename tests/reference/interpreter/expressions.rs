//! Expressions: operands from left to right.

use oomspec::c::ast::{BinaryOp, Expr, ExprKind};
use oomspec::source::{FileId, Span};

use super::control::{At, Task};
use super::step::{Step, Stop};
use crate::arithmetic;
use crate::declared::Ty;
use crate::shared::points_to_scalar;

/// What a call that means nothing leaves: it is of no type.
static NOTHING: Expr = Expr {
    kind: ExprKind::Null,
    span: Span {
        file: FileId(0),
        start: 0,
        end: 0,
    },
};

impl<'a> Step<'a, '_> {
    pub(super) fn evaluate(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        match &expr.0.kind {
            ExprKind::Int(number) => self.found(number.value),
            ExprKind::Bool(value) => self.found(i64::from(*value)),
            ExprKind::Null => self.found(0),
            ExprKind::Name(name) if self.meanings().local(expr.0).is_none() => {
                let thread = &self.interpreter.threads[self.thread];
                match (
                    thread.current.filter(|_| name == "current"),
                    self.interpreter.declared.enumerator(name),
                ) {
                    (Some(value), _) | (None, Some(value)) => self.found(value),
                    (None, None) => self.next([Task::Locate(expr), Task::Load(expr)]),
                }
            }
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Deref(_) => {
                self.next([Task::Locate(expr), Task::Load(expr)])
            }
            ExprKind::AddressOf(inner) => self.next([Task::Locate(At(inner)), Task::Address]),
            ExprKind::Not(inner) | ExprKind::Complement(inner) | ExprKind::Negate(inner) => {
                self.next([Task::Evaluate(At(inner)), Task::Operator(expr)])
            }
            ExprKind::Binary(_, left, right) => self.next([
                Task::Evaluate(At(left)),
                Task::Evaluate(At(right)),
                Task::Operator(expr),
            ]),
            ExprKind::And(first, _) | ExprKind::Or(first, _) | ExprKind::Conditional(first, ..) => {
                self.next([Task::Evaluate(At(first)), Task::Rest(expr)])
            }
            ExprKind::Assign(operator, target, value) => {
                if self.is_ghost(target) {
                    // Written in the step of the access before it.
                    self.control().atomic += 1;
                    self.next([Task::GhostWritten])?;
                }
                let (target, value) = (At(&**target), At(&**value));
                match operator {
                    None => self.next([Task::Locate(target), Task::Evaluate(value), Task::Store(expr)]),
                    Some(_) => {
                        self.next([Task::Operator(expr), Task::Store(expr)])?;
                        self.next([
                            Task::Locate(target),
                            Task::Duplicate,
                            Task::Load(target),
                            Task::Evaluate(value),
                        ])
                    }
                }
            }
            ExprKind::Meaningless(_, pointers) => {
                self.next([Task::Evaluate(At(&NOTHING))])?;
                for pointer in pointers.iter().rev() {
                    self.next([Task::Evaluate(At(pointer)), Task::Touch(At(pointer))])?;
                }
                Ok(())
            }
            ExprKind::Step { target, .. } => {
                let target = At(&**target);
                self.next([
                    Task::Locate(target),
                    Task::Duplicate,
                    Task::Load(target),
                    Task::CountUpOrDown(expr),
                ])
            }
            ExprKind::Call(name, arguments) => {
                match (name.name.as_str(), self.interpreter.declared.function(&name.name)) {
                    (_, Some((_, function))) => {
                        self.next([Task::Call(expr)])?;
                        for (param, argument) in function.params.iter().zip(arguments).rev() {
                            match (&argument.kind, points_to_scalar(&param.ty)) {
                                (_, false) => {
                                    let convert = Task::Convert(At(&param.ty), argument.span);
                                    self.next([Task::Evaluate(At(argument)), convert])?;
                                }
                                (ExprKind::AddressOf(place), true) => self.next([Task::Locate(At(place))])?,
                                (_, true) => self.next([Task::Locate(At(argument))])?,
                            }
                        }
                        Ok(())
                    }
                    ("await", _) => self.next([Task::Await(expr)]),
                    ("choose", _) => self.next([Task::Choose(expr)]),
                    ("compare_and_swap", _) => {
                        let place = match &arguments[0].kind {
                            ExprKind::AddressOf(place) => place,
                            _ => &arguments[0],
                        };
                        let (old, new) = (At(&arguments[1]), At(&arguments[2]));
                        self.next([Task::ConvertFor(new, 2), Task::Swap(expr)])?;
                        self.next([
                            Task::Locate(At(place)),
                            Task::Evaluate(old),
                            Task::ConvertFor(old, 1),
                            Task::Evaluate(new),
                        ])
                    }
                    ("panic", _) => self.next([Task::Panic]),
                    ("kfree", _) => self.next([Task::Evaluate(At(&arguments[0])), Task::Free(expr)]),
                    ("BUG_ON", _) => self.next([Task::Evaluate(At(&arguments[0])), Task::Assertion(expr)]),
                    (other, _) => panic!("no function {other}"),
                }
            }
        }
    }

    pub(super) fn operator(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let right = self.value();
        let value = match &expr.0.kind {
            ExprKind::Not(_) => Ok(i64::from(right == 0)),
            ExprKind::Negate(_) => arithmetic::negate(right),
            ExprKind::Complement(inner) => {
                let Ty::Bitset(of) = self.meanings().ty(inner) else {
                    panic!("no set")
                };
                Ok(!right & self.interpreter.declared.everything(of))
            }
            ExprKind::Binary(op, a, b) | ExprKind::Assign(Some(op), a, b) => {
                let left = self.value();
                arithmetic::binary(*op, (left, self.meanings().ty(a)), (right, self.meanings().ty(b)))
            }
            other => panic!("no operator: {other:?}"),
        };
        self.found(value.map_err(|kind| Stop::Error(kind, expr.0.span, None))?)
    }

    pub(super) fn count(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let ExprKind::Step {
            increment,
            prefix,
            target,
        } = &expr.0.kind
        else {
            unreachable!()
        };
        let old = self.value();
        let place = self.place();
        let op = if *increment { BinaryOp::Add } else { BinaryOp::Sub };
        let new = arithmetic::binary(op, (old, self.meanings().ty(target)), (1, Ty::Int));
        let new = new.map_err(|kind| Stop::Error(kind, expr.0.span, None))?;
        self.found(if *prefix { new } else { old })?;
        self.located(place)?;
        self.found(new)?;
        self.next([Task::Store(expr), Task::Discard])
    }

    pub(super) fn rest(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let first = self.value() != 0;
        match (&expr.0.kind, first) {
            (ExprKind::And(_, second), true) | (ExprKind::Or(_, second), false) => {
                self.next([Task::Evaluate(At(second)), Task::Truth])
            }
            (ExprKind::And(..), false) => self.found(0),
            (ExprKind::Or(..), true) => self.found(1),
            (ExprKind::Conditional(_, yes, _), true) => self.next([Task::Evaluate(At(yes))]),
            (ExprKind::Conditional(_, _, no), false) => self.next([Task::Evaluate(At(no))]),
            (other, _) => panic!("no branch: {other:?}"),
        }
    }
}
