//! Expressions: operands from left to right, one shared access a step.

use super::emit::{Binding, Emitter, Label, Place};
use super::syntax;
use super::tables::Member;
use super::value::{Ty, Value, describe, fold, is_set_operator, result};
use crate::c::ast::{BinaryOp, Expr, ExprKind};
use crate::machine::program::{Instr, Operand, Scalar, TypeId, Unary};
use crate::source::{Diagnostic, Span};

impl<'a> Emitter<'a, '_> {
    /// The value of an expression that has one.
    pub fn value(&mut self, expr: &'a Expr) -> Result<Value, Diagnostic> {
        let value = self.expr(expr)?;
        match value.ty {
            Ty::Void => Err(Diagnostic::at(expr.span, "this function returns nothing")),
            _ => Ok(value),
        }
    }

    /// Runs an expression.
    pub fn expr(&mut self, expr: &'a Expr) -> Result<Value, Diagnostic> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Null => super::constant::constant(self.tables, expr),
            ExprKind::Name(name) => self.name(name, expr),
            ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Deref(_) => {
                let place = self.place(expr)?;
                self.load(place, span)
            }
            ExprKind::AddressOf(inner) => {
                let place = self.place(inner)?;
                self.address(place, span)
            }
            ExprKind::Not(inner) => {
                let value = self.value(inner)?;
                let truth = self.truth(value, inner.span)?;
                match truth.operand {
                    Operand::Const(value) => Ok(Value::truth(Operand::Const(i64::from(value == 0)))),
                    from => self.computed(Scalar::Bool, span, |to| Instr::Unary {
                        op: Unary::Not,
                        to,
                        from,
                    }),
                }
            }
            ExprKind::Complement(inner) => {
                let value = self.value(inner)?;
                let Ty::Of(Scalar::Bitset(id)) = value.ty else {
                    return Err(Diagnostic::at(span, "`~` is for bitsets").help("write `flags &= ~(1 << flag)`"));
                };
                self.computed(Scalar::Bitset(id), span, |to| Instr::Unary {
                    op: Unary::Complement(id),
                    to,
                    from: value.operand,
                })
            }
            ExprKind::Negate(inner) => {
                let value = self.value(inner)?;
                if !value.is_number() {
                    return Err(Diagnostic::at(span, "only a number can be negated"));
                }
                self.computed(Scalar::Integer, span, |to| Instr::Unary {
                    op: Unary::Negate,
                    to,
                    from: value.operand,
                })
            }
            ExprKind::Binary(op, left, right) => {
                let left_value = self.value(left)?;
                let left_value = self.keep(left_value, &[right], span)?;
                let right_value = self.value(right)?;
                self.binary(*op, left_value, right_value, span)
            }
            ExprKind::And(..) | ExprKind::Or(..) => {
                let to = self.temporary(Scalar::Bool);
                let (no, end) = (self.label(), self.label());
                self.branch(expr, no, false)?;
                self.emit(
                    Instr::Copy {
                        to,
                        from: Operand::Const(1),
                    },
                    span,
                )?;
                self.jump(end, span)?;
                self.place_label(no);
                self.emit(
                    Instr::Copy {
                        to,
                        from: Operand::Const(0),
                    },
                    span,
                )?;
                self.place_label(end);
                Ok(Value::truth(Operand::Reg(to)))
            }
            ExprKind::Conditional(condition, yes, no) => self.conditional(condition, yes, no, span),
            ExprKind::Assign(op, target, value) => self.assign(*op, target, value, span),
            ExprKind::Step {
                increment,
                prefix,
                target,
            } => self.step(*increment, *prefix, target, span),
            ExprKind::Call(name, arguments) => self.call(name, arguments, span),
        }
    }

    /// Continues at `target` if the truth of the expression is `when`, else after it.
    pub fn branch(&mut self, expr: &'a Expr, target: Label, when: bool) -> Result<(), Diagnostic> {
        match (&expr.kind, when) {
            (ExprKind::Not(inner), _) => self.branch(inner, target, !when),
            (ExprKind::And(left, right), false) | (ExprKind::Or(left, right), true) => {
                self.branch(left, target, when)?;
                self.branch(right, target, when)
            }
            (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
                let out = self.label();
                self.branch(left, out, !when)?;
                self.branch(right, target, when)?;
                self.place_label(out);
                Ok(())
            }
            _ => {
                let value = self.value(expr)?;
                let truth = self.truth(value, expr.span)?;
                match (truth.operand, when) {
                    (Operand::Const(value), _) if (value != 0) == when => self.jump(target, expr.span),
                    (Operand::Const(_), _) => Ok(()),
                    (condition, false) => self.emit(
                        Instr::Unless {
                            condition,
                            target: target.0,
                        },
                        expr.span,
                    ),
                    (condition, true) => {
                        let skip = self.label();
                        self.emit(
                            Instr::Unless {
                                condition,
                                target: skip.0,
                            },
                            expr.span,
                        )?;
                        self.jump(target, expr.span)?;
                        self.place_label(skip);
                        Ok(())
                    }
                }
            }
        }
    }

    /// A value that the expressions evaluated after it cannot change.
    pub fn keep(&mut self, value: Value, later: &[&Expr], span: Span) -> Result<Value, Diagnostic> {
        match (value.operand, value.ty) {
            (Operand::Reg(_), Ty::Of(scalar)) if later.iter().any(|expr| syntax::assigns(expr)) => {
                self.computed(scalar, span, |to| Instr::Copy {
                    to,
                    from: value.operand,
                })
            }
            _ => Ok(value),
        }
    }

    fn name(&mut self, name: &'a str, expr: &'a Expr) -> Result<Value, Diagnostic> {
        match self.binding(name) {
            Some(Binding::Value(value)) => return Ok(value),
            Some(_) => {}
            None if name == "current" => {
                return self.current.ok_or_else(|| self.unknown_name(name, expr.span));
            }
            None if self.tables.enumerators.contains_key(name) => {
                return super::constant::constant(self.tables, expr);
            }
            None if self.tables.functions.contains_key(name) => {
                return Err(
                    Diagnostic::at(expr.span, "a function is called here, or not named at all")
                        .help("calls through pointers are outside the subset"),
                );
            }
            None => {}
        }
        let place = self.place(expr)?;
        self.load(place, expr.span)
    }

    fn binary(&mut self, op: BinaryOp, left: Value, right: Value, span: Span) -> Result<Value, Diagnostic> {
        if let (Operand::Const(1), Ty::Of(Scalar::Enum(id)), BinaryOp::Shl) = (left.operand, right.ty, op) {
            if let Operand::Const(value) = right.operand {
                return Ok(Value {
                    operand: Operand::Const(1 << value.min(62)),
                    ty: Ty::Of(Scalar::Bitset(id)),
                });
            }
            return self.computed(Scalar::Bitset(id), span, |to| Instr::Unary {
                op: Unary::Singleton(id),
                to,
                from: right.operand,
            });
        }
        let scalar = self.result_type(op, left, right, span)?;
        if let (Operand::Const(_), Operand::Const(_)) = (left.operand, right.operand)
            && let Ok(value) = fold(op, left, right, span)
        {
            return Ok(Value {
                operand: value.operand,
                ty: Ty::Of(scalar),
            });
        }
        self.computed(scalar, span, |to| Instr::Binary {
            op,
            to,
            left: left.operand,
            right: right.operand,
        })
    }

    fn result_type(&self, op: BinaryOp, left: Value, right: Value, span: Span) -> Result<Scalar, Diagnostic> {
        let zero = |value: Value| value.operand == Operand::Const(0) && value.is_number();
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        let pointer = |ty: Ty| matches!(ty, Ty::Of(Scalar::Pointer(_)) | Ty::Null);
        match (left.ty, right.ty) {
            _ if left.is_number() && right.is_number() => Ok(result(op)),
            (Ty::Of(Scalar::Bitset(a)), Ty::Of(Scalar::Bitset(b))) if a == b && is_set_operator(op) => {
                Ok(Scalar::Bitset(a))
            }
            (Ty::Of(Scalar::Bitset(_)), _) if equality && zero(right) => Ok(Scalar::Bool),
            (_, Ty::Of(Scalar::Bitset(_))) if equality && zero(left) => Ok(Scalar::Bool),
            (a, b) if equality && (a == b || (pointer(a) && pointer(b) && (a == Ty::Null || b == Ty::Null))) => {
                Ok(Scalar::Bool)
            }
            (a, b) if pointer(a) != pointer(b) && matches!(op, BinaryOp::Add | BinaryOp::Sub) => {
                Err(Diagnostic::at(span, "pointer arithmetic is outside the subset")
                    .help("index the array: `&array[i]`"))
            }
            (a, b) => {
                let (a, b) = (describe(self.tables, a), describe(self.tables, b));
                Err(
                    Diagnostic::at(span, "the two sides of this operator do not fit together")
                        .label(format!("left is {a}, right is {b}")),
                )
            }
        }
    }

    fn conditional(
        &mut self,
        condition: &'a Expr,
        yes: &'a Expr,
        no: &'a Expr,
        span: Span,
    ) -> Result<Value, Diagnostic> {
        let (otherwise, end) = (self.label(), self.label());
        self.branch(condition, otherwise, false)?;
        let first = self.expr(yes)?;
        let to = self.temporary(Scalar::Integer);
        self.emit(
            Instr::Copy {
                to,
                from: first.operand,
            },
            span,
        )?;
        self.jump(end, span)?;
        self.place_label(otherwise);
        let second = self.expr(no)?;
        self.emit(
            Instr::Copy {
                to,
                from: second.operand,
            },
            span,
        )?;
        self.place_label(end);
        let scalar = match (first.ty, second.ty) {
            (Ty::Void, Ty::Void) => return Ok(first),
            (Ty::Of(a), Ty::Of(b)) if a == b => a,
            (Ty::Of(pointer @ Scalar::Pointer(_)), Ty::Null) | (Ty::Null, Ty::Of(pointer @ Scalar::Pointer(_))) => {
                pointer
            }
            _ if first.is_number() && second.is_number() => Scalar::Integer,
            (a, b) => {
                let (a, b) = (describe(self.tables, a), describe(self.tables, b));
                return Err(Diagnostic::at(span, "the two results of `?:` do not fit together")
                    .label(format!("one is {a}, the other {b}")));
            }
        };
        self.registers[to].scalar = scalar;
        Ok(Value {
            operand: Operand::Reg(to),
            ty: Ty::Of(scalar),
        })
    }

    fn assign(
        &mut self,
        op: Option<BinaryOp>,
        target: &'a Expr,
        value: &'a Expr,
        span: Span,
    ) -> Result<Value, Diagnostic> {
        let ghost = self.is_ghost(target);
        // A ghost is written in the step of the access before it.
        self.atomic += u32::from(ghost);
        let place = self.place(target)?;
        let place = self.keep_place(place, value, span)?;
        let stored = match op {
            None => self.value(value)?,
            Some(op) => {
                let old = self.load(place, target.span)?;
                let old = self.keep(old, &[value], span)?;
                let new = self.value(value)?;
                self.binary(op, old, new, span)?
            }
        };
        let stored = self.store(place, stored, span);
        self.atomic -= u32::from(ghost);
        stored
    }

    fn step(&mut self, increment: bool, prefix: bool, target: &'a Expr, span: Span) -> Result<Value, Diagnostic> {
        let place = self.place(target)?;
        let old = self.load(place, target.span)?;
        if !old.is_number() || old.ty == Ty::Of(Scalar::Bool) {
            return Err(Diagnostic::at(span, "only a number can be counted up or down"));
        }
        let old = self.computed(Scalar::Integer, span, |to| Instr::Copy { to, from: old.operand })?;
        let op = if increment { BinaryOp::Add } else { BinaryOp::Sub };
        let one = Operand::Const(1);
        let new = self.computed(Scalar::Integer, span, |to| Instr::Binary {
            op,
            to,
            left: old.operand,
            right: one,
        })?;
        self.store(place, new, span)?;
        let counter = match place {
            Place::Local(_, scalar) => scalar,
            Place::Field { field, .. } => self.tables.program.fields[field].scalar,
            _ => Scalar::Integer,
        };
        if prefix {
            return Ok(Value {
                operand: new.operand,
                ty: Ty::Of(counter),
            });
        }
        // The old value fits the counter; the new one may not, and is kept whole until the store refuses it.
        if let Operand::Reg(reg) = old.operand {
            self.registers[reg].scalar = counter;
        }
        Ok(Value {
            operand: old.operand,
            ty: Ty::Of(counter),
        })
    }

    fn keep_place(&mut self, place: Place, later: &'a Expr, span: Span) -> Result<Place, Diagnostic> {
        let Place::Field { field, object, index } = place else {
            return Ok(place);
        };
        let owner = Ty::Of(Scalar::Pointer(self.tables.program.fields[field].owner));
        let object = self
            .keep(
                Value {
                    operand: object,
                    ty: owner,
                },
                &[later],
                span,
            )?
            .operand;
        let index = self
            .keep(
                Value {
                    operand: index,
                    ty: Ty::Of(Scalar::Integer),
                },
                &[later],
                span,
            )?
            .operand;
        Ok(Place::Field { field, object, index })
    }

    fn is_ghost(&self, target: &Expr) -> bool {
        let ExprKind::Field(base, name, arrow) = &target.kind else {
            return false;
        };
        let owner = if *arrow {
            self.static_pointee(base)
        } else {
            self.static_struct(base)
        };
        let member = owner.and_then(|ty| self.tables.member(ty, name).ok());
        matches!(member, Some(Member::Field(field)) if self.tables.program.fields[field].ghost)
    }

    /// The struct that an expression points to, found without running it.
    fn static_pointee(&self, expr: &Expr) -> Option<TypeId> {
        let scalar = match &expr.kind {
            ExprKind::Name(name) => match self.binding(name) {
                Some(Binding::Local(_, scalar)) => Some(scalar),
                Some(Binding::Value(Value { ty: Ty::Of(scalar), .. })) => Some(scalar),
                Some(_) => None,
                None if name == "current" => match self.current?.ty {
                    Ty::Of(scalar) => Some(scalar),
                    _ => None,
                },
                None => match self.tables.globals.get(name.as_str())? {
                    super::tables::GlobalPlace::Field(field) => Some(self.tables.program.fields[*field].scalar),
                    _ => None,
                },
            },
            ExprKind::Field(base, name, arrow) => {
                let owner = if *arrow {
                    self.static_pointee(base)?
                } else {
                    self.static_struct(base)?
                };
                match self.tables.member(owner, name).ok()? {
                    Member::Field(field) => Some(self.tables.program.fields[field].scalar),
                    Member::Part(_) => None,
                }
            }
            ExprKind::Index(array, _) => return self.static_pointee(array),
            ExprKind::AddressOf(inner) => return self.static_struct(inner),
            _ => None,
        };
        match scalar {
            Some(Scalar::Pointer(ty)) => Some(ty),
            _ => None,
        }
    }

    /// The struct that an expression is, found without running it.
    fn static_struct(&self, expr: &Expr) -> Option<TypeId> {
        match &expr.kind {
            ExprKind::Name(name) => match self.tables.globals.get(name.as_str())? {
                super::tables::GlobalPlace::Object(ty, _) => Some(*ty),
                super::tables::GlobalPlace::Objects(part) => Some(self.tables.program.parts[*part].inner),
                super::tables::GlobalPlace::Field(_) => None,
            },
            ExprKind::Field(base, name, arrow) => {
                let owner = if *arrow {
                    self.static_pointee(base)?
                } else {
                    self.static_struct(base)?
                };
                match self.tables.member(owner, name).ok()? {
                    Member::Part(part) => Some(self.tables.program.parts[part].inner),
                    Member::Field(_) => None,
                }
            }
            ExprKind::Index(array, _) => self.static_struct(array),
            ExprKind::Deref(inner) => self.static_pointee(inner),
            _ => None,
        }
    }
}
