//! Memory: what an expression names, and how that is accessed.

use oomspec::c::ast::{Expr, ExprKind, Type};
use oomspec::machine::ErrorKind;
use oomspec::source::Span;

use super::control::{At, Place, Task, Variable};
use super::step::{Step, Stop};
use crate::arithmetic;
use crate::declared::{GLOBAL, Storage, Ty};

impl<'a> Step<'a, '_> {
    pub(super) fn locate(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        match &expr.0.kind {
            ExprKind::Name(name) => {
                let place = match self.meanings().local(expr.0) {
                    Some(local) => match self.frame().variables.get(&local) {
                        Some(Variable::Pointer(place)) => *place,
                        _ => Place::Local(local),
                    },
                    None => match self.interpreter.declared.object(name) {
                        Some(object) => Place::Object(object as i64 + 1),
                        None => Place::Member(1, GLOBAL, name, 0),
                    },
                };
                self.located(place)
            }
            ExprKind::Deref(inner) => match self.meanings().ty(expr.0) {
                Ty::Struct(_) => self.next([Task::Evaluate(At(inner)), Task::Member(expr)]),
                _ => self.next([Task::Locate(At(inner))]),
            },
            ExprKind::Field(base, _, true) => self.next([Task::Evaluate(At(base)), Task::Member(expr)]),
            ExprKind::Field(base, _, false) => self.next([Task::Locate(At(base)), Task::Address, Task::Member(expr)]),
            ExprKind::Index(array, index) => {
                self.next([Task::Locate(At(array)), Task::Evaluate(At(index)), Task::Element(expr)])
            }
            other => panic!("no place: {other:?}"),
        }
    }

    /// The member of the struct whose address was found; or that struct, for `*p`. An offset from `NULL` stays `NULL`.
    pub(super) fn member(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let pointer = self.value();
        let ExprKind::Field(base, name, _) = &expr.0.kind else {
            return self.located(Place::Object(pointer));
        };
        let owner = self.meanings().ty(base).structure().expect("only a struct has members");
        match self.meanings().ty(expr.0) {
            Ty::Struct(_) => self.part(pointer, &name.name, 0),
            _ => self.located(Place::Member(pointer, owner, &name.name, 0)),
        }
    }

    pub(super) fn part(&mut self, pointer: i64, member: &str, index: i64) -> Result<(), Stop> {
        if pointer == 0 {
            return self.located(Place::Object(0));
        }
        match self.interpreter.declared.objects[pointer as usize - 1].members[member] {
            Storage::Objects(first, apart) => self.located(Place::Object((first + apart * index as usize) as i64 + 1)),
            Storage::Cells(..) => panic!("no struct"),
        }
    }

    pub(super) fn element(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let index = self.value();
        let Place::Member(pointer, owner, member, _) = self.place() else {
            panic!("no array")
        };
        let ExprKind::Index(array, _) = &expr.0.kind else {
            unreachable!()
        };
        match (self.meanings().ty(expr.0), self.meanings().ty(array)) {
            (Ty::Struct(_), Ty::Array(Type::Array(_, length))) => {
                if !(0..self.interpreter.declared.constant(length)).contains(&index) {
                    return Err(Stop::Error(ErrorKind::OutOfRange, expr.0.span, None));
                }
                self.part(pointer, member, index)
            }
            _ => self.located(Place::Member(pointer, owner, member, index)),
        }
    }

    /// An access to nothing in particular of an object.
    pub(super) fn touch(&mut self, pointer: i64, span: Span) -> Result<(), Stop> {
        if pointer == 0 {
            return Err(Stop::Error(ErrorKind::NullDereference, span, None));
        }
        match self
            .state
            .freed
            .contains(&self.interpreter.declared.objects[pointer as usize - 1].root)
        {
            true => Err(Stop::Error(ErrorKind::UseAfterFree, span, None)),
            false => Ok(()),
        }
    }

    /// The cell of memory that an access means, if it may be accessed.
    pub(super) fn cell(&mut self, place: Place<'a>, span: Span) -> Result<usize, Stop> {
        let fail = |kind| Err(Stop::Error(kind, span, None));
        let Place::Member(pointer, _, member, index) = place else {
            panic!("no scalar: {place:?}")
        };
        if pointer == 0 {
            return fail(ErrorKind::NullDereference);
        }
        let object = &self.interpreter.declared.objects[pointer as usize - 1];
        if self.state.freed.contains(&object.root) {
            return fail(ErrorKind::UseAfterFree);
        }
        match object.members[member] {
            Storage::Cells(first, length) if (0..length as i64).contains(&index) => Ok(first + index as usize),
            Storage::Cells(..) => fail(ErrorKind::OutOfRange),
            Storage::Objects(..) => panic!("no scalar"),
        }
    }

    pub(super) fn store(&mut self, expr: At<'a, Expr>) -> Result<(), Stop> {
        let (ExprKind::Assign(_, target, _) | ExprKind::Step { target, .. }) = &expr.0.kind else {
            unreachable!()
        };
        let value = self.value();
        let ty = self.meanings().ty(target);
        let stored = |bits| arithmetic::fits(value, bits).map_err(|kind| Stop::Error(kind, expr.0.span, None));
        let place = self.place();
        let value = match (place, ty) {
            (Place::Local(local), ty) => {
                let value = if let Ty::Unsigned(bits) = ty {
                    stored(bits)?
                } else {
                    truth_for(ty, value)
                };
                self.frame().variables.insert(local, Variable::Value(value));
                value
            }
            (Place::Member(_, owner, member, _), ty) => {
                let cell = self.cell(place, expr.0.span)?;
                // The field's own width counts, also where a parameter points to it.
                let value = match self.interpreter.declared.scalar(owner, member) {
                    Type::Unsigned(bits) => stored(*bits)?,
                    _ => truth_for(ty, value),
                };
                self.state.memory[cell] = value;
                value
            }
            (Place::Object(_), _) => panic!("a struct is assigned"),
        };
        self.found(value)
    }

    pub(super) fn is_ghost(&self, target: &Expr) -> bool {
        match &target.kind {
            ExprKind::Index(array, _) => self.is_ghost(array),
            ExprKind::Field(base, name, _) => {
                let owner = self.meanings().ty(base).structure();
                owner.is_some_and(|owner| self.interpreter.declared.field(owner, &name.name).ghost)
            }
            _ => false,
        }
    }
}

/// A value where another type is declared.
pub(super) fn convert(value: i64, ty: &Type, span: Span) -> Result<i64, Stop> {
    match ty.plain() {
        Type::Unsigned(bits) => arithmetic::fits(value, *bits).map_err(|kind| Stop::Error(kind, span, None)),
        _ => Ok(truth_for(Ty::from(ty), value)),
    }
}

fn truth_for(ty: Ty<'_>, value: i64) -> i64 {
    if matches!(ty, Ty::Bool) {
        i64::from(value != 0)
    } else {
        value
    }
}
