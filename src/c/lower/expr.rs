//! Expressions: operands from left to right, one shared access a step.

use super::emit::{Binding, Emitter, Label, Place, Use};
use super::tables::{GlobalPlace, Member};
use super::value::{Ty, Value, describe, fold, is_set_operator, may_leave, result};
use crate::c::ast::{BinaryOp, Expr, ExprKind};
use crate::c::number::{COUNT_BITS, INT_BITS, Number};
use crate::machine::program::{Instr, Operand, PointKind, Reg, Scalar, TypeId, UnaryOp};
use crate::source::{Diagnostic, Span};

impl<'a> Emitter<'a, '_> {
    /// The value of an expression that has one.
    pub(crate) fn value(&mut self, expr: &'a Expr) -> Result<Value, Diagnostic> {
        let value = self.operand(expr)?;
        match value.ty {
            Ty::Void => Err(Diagnostic::at(expr.span, "this function returns nothing")),
            _ => Ok(value),
        }
    }

    /// Runs an expression whose value is read, if it has one.
    fn operand(&mut self, expr: &'a Expr) -> Result<Value, Diagnostic> {
        let value = self.expr(expr)?;
        if let (ExprKind::Call(..), Operand::Reg(result)) = (&expr.kind, value.operand) {
            self.used(result, expr.span);
        }
        Ok(value)
    }

    /// Notes that a local variable or a result is read.
    pub(crate) fn used(&mut self, reg: Reg, span: Span) {
        let at = self.code.len();
        self.uses.push(Use { at, reg, span });
    }

    /// Runs an expression.
    pub(crate) fn expr(&mut self, expr: &'a Expr) -> Result<Value, Diagnostic> {
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
                        op: UnaryOp::Not,
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
                    op: UnaryOp::Complement(id),
                    to,
                    from: value.operand,
                })
            }
            ExprKind::Negate(inner) => {
                let value = self.value(inner)?;
                if !value.is_number() {
                    return Err(Diagnostic::at(span, "only a number can be negated"));
                }
                let negative = self.computed(Scalar::Integer, span, |to| Instr::Unary {
                    op: UnaryOp::Negate,
                    to,
                    from: value.operand,
                })?;
                self.has_to_fit(negative.operand, INT_BITS, span)?;
                Ok(negative)
            }
            ExprKind::Binary(op, left, right) => {
                let start = self.mark();
                let left_value = self.value(left)?;
                let first = self.since(start, left.span);
                let start = self.mark();
                let right_value = self.value(right)?;
                self.unordered(&first, &self.since(start, right.span))?;
                self.binary(*op, left_value, right_value, span)
            }
            ExprKind::And(..) | ExprKind::Or(..) => {
                let to = self.temporary(Scalar::Bool);
                let (no, end) = (self.label(), self.label());
                self.branch(expr, no, false)?;
                self.set(to, Operand::Const(1), span)?;
                self.jump(end, span)?;
                self.place_label(no);
                self.set(to, Operand::Const(0), span)?;
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
            ExprKind::Meaningless(_, pointers) => self.meaningless(pointers),
        }
    }

    /// A call that is left out. What its arguments point to has to be there; what is read of it is not kept.
    fn meaningless(&mut self, pointers: &'a [Expr]) -> Result<Value, Diagnostic> {
        for pointer in pointers {
            // What the model does not have cannot be looked at.
            let Some(ty) = self.struct_of(pointer) else { continue };
            let value = self.value(pointer)?;
            let fields = self.tables.program.types[ty].fields.iter();
            let mut fields = fields.filter(|&&field| !self.tables.program.fields[field].ghost);
            let Some(&field) = fields.next() else { continue };
            if self.shared.is_none_or(|shared| shared.freed[ty]) {
                self.point(PointKind::Read, pointer.span, false)?;
            }
            let (object, index) = (value.operand, Operand::Const(0));
            self.computed(self.tables.program.fields[field].scalar, pointer.span, |to| {
                Instr::Load {
                    to,
                    field,
                    object,
                    index,
                }
            })?;
        }
        Ok(Value {
            operand: Operand::Const(0),
            ty: Ty::Void,
        })
    }

    /// Continues at `target` if the truth of the expression is `when`, else after it.
    pub(crate) fn branch(&mut self, expr: &'a Expr, target: Label, when: bool) -> Result<(), Diagnostic> {
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
                    (condition, false) => self.jump_unless(condition, target, expr.span),
                    (condition, true) => {
                        let skip = self.label();
                        self.jump_unless(condition, skip, expr.span)?;
                        self.jump(target, expr.span)?;
                        self.place_label(skip);
                        Ok(())
                    }
                }
            }
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

    /// The value of an operator on two values.
    pub(crate) fn binary(&mut self, op: BinaryOp, left: Value, right: Value, span: Span) -> Result<Value, Diagnostic> {
        if let (Operand::Const(1), Ty::Of(Scalar::Enum(id)), BinaryOp::Shl) = (left.operand, right.ty, op) {
            if let Operand::Const(value) = right.operand {
                return Ok(Value::of(Operand::Const(1 << value.min(62)), Scalar::Bitset(id)));
            }
            return self.computed(Scalar::Bitset(id), span, |to| Instr::Unary {
                op: UnaryOp::Singleton(id),
                to,
                from: right.operand,
            });
        }
        let scalar = self.result_type(op, left, right, span)?;
        if let (Operand::Const(_), Operand::Const(_)) = (left.operand, right.operand)
            && let Ok(value) = fold(op, left, right, span)
        {
            return Ok(Value::of(value.operand, scalar));
        }
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) && right.bits() > COUNT_BITS {
            self.has_to_fit(right.operand, COUNT_BITS, span)?;
        }
        let value = self.computed(scalar, span, |to| Instr::Binary {
            op,
            to,
            left: left.operand,
            right: right.operand,
        })?;
        if let Some(bits) = may_leave(op, left, right) {
            self.has_to_fit(value.operand, bits, span)?;
        }
        Ok(value)
    }

    /// A value outside these bits is an overflow, here.
    pub(crate) fn has_to_fit(&mut self, value: Operand, bits: u32, span: Span) -> Result<(), Diagnostic> {
        self.forget_wider_check(value, bits);
        self.emit(Instr::Fits { value, bits }, span)
    }

    fn result_type(&self, op: BinaryOp, left: Value, right: Value, span: Span) -> Result<Scalar, Diagnostic> {
        let zero = |value: Value| value.operand == Operand::Const(0) && value.is_number();
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        let pointer = |ty: Ty| matches!(ty, Ty::Of(Scalar::Pointer(_)) | Ty::Null);
        match (left.ty, right.ty) {
            _ if left.is_number() && right.is_number() => Ok(result(op, left, right)),
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
        let start = self.code.len();
        self.branch(condition, otherwise, false)?;
        self.settled.push(start..self.code.len());
        let first = self.operand(yes)?;
        let to = self.temporary(Scalar::Integer);
        self.set(to, first.operand, span)?;
        self.jump(end, span)?;
        self.place_label(otherwise);
        let second = self.operand(no)?;
        self.set(to, second.operand, span)?;
        self.place_label(end);
        let scalar = match (first.ty, second.ty) {
            (Ty::Void, Ty::Void) => return Ok(first),
            (Ty::Of(a), Ty::Of(b)) if a == b => a,
            (Ty::Of(pointer @ Scalar::Pointer(_)), Ty::Null) | (Ty::Null, Ty::Of(pointer @ Scalar::Pointer(_))) => {
                pointer
            }
            // Which of the two it is does not matter to its type.
            _ if first.is_number() && second.is_number() => result(BinaryOp::Add, first, second),
            (a, b) => {
                let (a, b) = (describe(self.tables, a), describe(self.tables, b));
                return Err(Diagnostic::at(span, "the two results of `?:` do not fit together")
                    .label(format!("one is {a}, the other {b}")));
            }
        };
        self.registers[to].scalar = scalar;
        Ok(Value::of(Operand::Reg(to), scalar))
    }

    fn assign(
        &mut self,
        op: Option<BinaryOp>,
        target: &'a Expr,
        value: &'a Expr,
        span: Span,
    ) -> Result<Value, Diagnostic> {
        if self.is_ghost(target) {
            // A ghost is written in the step of the access before it.
            return self.ghost(op, target, value, span);
        }
        let (place, stored) = self.both_sides(op, target, value, span)?;
        self.store(place, stored, span)
    }

    fn ghost(
        &mut self,
        op: Option<BinaryOp>,
        target: &'a Expr,
        value: &'a Expr,
        span: Span,
    ) -> Result<Value, Diagnostic> {
        let sides = |this: &mut Self| this.both_sides(op, target, value, span);
        let (place, stored) = self.at_one_instant("an assignment to a ghost", span, sides)?;
        self.atomic += 1;
        let stored = self.store(place, stored, span);
        self.atomic -= 1;
        stored
    }

    /// The place that is assigned, and its new value.
    fn both_sides(
        &mut self,
        op: Option<BinaryOp>,
        target: &'a Expr,
        value: &'a Expr,
        span: Span,
    ) -> Result<(Place, Value), Diagnostic> {
        let start = self.mark();
        let place = self.place(target)?;
        let old = op.map(|_| self.load(place, target.span)).transpose()?;
        let left = self.since(start, target.span);
        let middle = self.mark();
        let new = self.value(value)?;
        self.unordered(&left, &self.since(middle, value.span))?;
        self.assigned_once(place, &self.since(start, span), target.span)?;
        let stored = match op.zip(old) {
            None => new,
            Some((op, old)) => self.binary(op, old, new, span)?,
        };
        Ok((place, stored))
    }

    fn step(&mut self, increment: bool, prefix: bool, target: &'a Expr, span: Span) -> Result<Value, Diagnostic> {
        let start = self.mark();
        let place = self.place(target)?;
        let old = self.load(place, target.span)?;
        self.assigned_once(place, &self.since(start, span), target.span)?;
        if !old.is_number() || old.ty == Ty::Of(Scalar::Bool) {
            return Err(Diagnostic::at(span, "only a number can be counted up or down"));
        }
        // A copy, because a local variable that is counted changes.
        let old = self.copy(old, span)?;
        let op = if increment { BinaryOp::Add } else { BinaryOp::Sub };
        let new = self.binary(op, old, Value::constant(Number::literal(1)), span)?;
        let new = self.store(place, new, span)?;
        Ok(if prefix { new } else { old })
    }

    fn copy(&mut self, value: Value, span: Span) -> Result<Value, Diagnostic> {
        match value.ty {
            Ty::Of(scalar) => self.computed(scalar, span, |to| Instr::Copy {
                to,
                from: value.operand,
            }),
            _ => Ok(value),
        }
    }

    fn is_ghost(&self, target: &Expr) -> bool {
        match &target.kind {
            ExprKind::Index(array, _) => self.is_ghost(array),
            ExprKind::Field(base, name, _) => {
                let member = self.struct_of(base).and_then(|ty| self.tables.member(ty, name).ok());
                matches!(member, Some(Member::Field(field)) if self.tables.program.fields[field].ghost)
            }
            _ => false,
        }
    }

    /// The struct that an expression is or points to, found without running it.
    fn struct_of(&self, expr: &Expr) -> Option<TypeId> {
        let program = &self.tables.program;
        let pointee = |scalar| match scalar {
            Scalar::Pointer(ty) => Some(ty),
            _ => None,
        };
        match &expr.kind {
            ExprKind::Name(name) => match self.binding(name) {
                Some(Binding::Local(_, scalar) | Binding::Value(Value { ty: Ty::Of(scalar), .. })) => pointee(scalar),
                Some(_) => None,
                None if name == "current" => match self.current?.ty {
                    Ty::Of(scalar) => pointee(scalar),
                    _ => None,
                },
                None => match *self.tables.globals.get(name.as_str())? {
                    GlobalPlace::Object(ty, _) => Some(ty),
                    GlobalPlace::Objects(part) => Some(program.parts[part].inner),
                    GlobalPlace::Field(field) => pointee(program.fields[field].scalar),
                },
            },
            ExprKind::Field(base, name, _) => match self.tables.member(self.struct_of(base)?, name).ok()? {
                Member::Field(field) => pointee(program.fields[field].scalar),
                Member::Part(part) => Some(program.parts[part].inner),
            },
            ExprKind::Index(inner, _)
            | ExprKind::AddressOf(inner)
            | ExprKind::Deref(inner)
            | ExprKind::Assign(None, inner, _) => self.struct_of(inner),
            ExprKind::Conditional(_, yes, no) => self.struct_of(yes).or_else(|| self.struct_of(no)),
            ExprKind::Call(name, _) => {
                let (_, function) = self.tables.functions.get(name.name.as_str())?;
                self.tables.pointee(&function.result).ok()?
            }
            _ => None,
        }
    }
}
