//! Calls: every function is inlined; an atomic one is a single step; a few names are the language's own.

use super::emit::{Binding, Emitter, Place, Start, Unset};
use super::order::Stretch;
use super::syntax;
use super::value::{Ty, Value};
use crate::c::ast::{self, AnnotationKind, BinaryOp, Expr, ExprKind, Ident, Type};
use crate::machine::program::{Argument, Call, Holds, Instr, Operand, Passed, PointKind, Reg, Scalar};
use crate::source::{Diagnostic, Span};

/// Calls nested deeper than this are a mistake.
const DEEPEST: usize = 60;
/// The most outcomes of one `choose`.
const MOST_OUTCOMES: i64 = 64;

/// A lock that the thread holds after a call.
struct LockEffect {
    lock: Value,
    /// Only if the result is true.
    conditional: bool,
    /// The annotation.
    span: Span,
}

impl<'a> Emitter<'a, '_> {
    /// Runs a call.
    pub(crate) fn call(&mut self, name: &'a Ident, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        self.work(span)?;
        match name.name.as_str() {
            "await" => self.wait(arguments, span),
            "choose" => self.choose(arguments, span),
            "BUG_ON" => self.assertion(arguments, span),
            "kfree" => self.free(arguments, span),
            "compare_and_swap" => self.compare_and_swap(arguments, span),
            "panic" => {
                expect(arguments, 0, span)?;
                self.point(PointKind::Write, span, false)?;
                self.emit(Instr::Panic, span)?;
                Ok(nothing())
            }
            _ => self.function(name, arguments, span),
        }
    }

    fn function(&mut self, name: &'a Ident, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        let Some(&(id, function)) = self.tables.functions.get(name.name.as_str()) else {
            let mut known: Vec<&str> = self.tables.functions.keys().copied().collect();
            known.extend(["await", "choose", "compare_and_swap", "BUG_ON", "kfree", "panic"]);
            let error = super::tables::unknown(format!("there is no function `{}`", name.name), name, &known);
            return Err(match (&error.help, self.tables.syntax.elsewhere.get(&name.name)) {
                (_, Some((other, header))) if *other == name.name => {
                    error.help(format!("{header} has it: write `#include \"{header}\"`"))
                }
                (Some(_), _) => error,
                (None, Some((other, header))) => error.help(format!("{header} has `{other}`")),
                (None, None) => error.help(format!(
                    "if it matters here, write what it does; if not, say so: `void {}() __meaningless;`",
                    name.name
                )),
            });
        };
        if self.frames.iter().any(|frame| frame.id == id) {
            return Err(Diagnostic::at(span, format!("`{}` calls itself", name.name))
                .help("recursion is outside the subset: write a loop"));
        }
        if self.frames.len() >= DEEPEST {
            return Err(Diagnostic::at(
                span,
                format!("calls are nested more than {DEEPEST} deep"),
            ));
        }
        if function.params.len() != arguments.len() {
            let (wanted, given) = (function.params.len(), arguments.len());
            return Err(Diagnostic::at(
                span,
                format!("`{}` takes {wanted} arguments, {given} are given", name.name),
            ));
        }
        if matches!(
            self.binding(&name.name),
            Some(Binding::Local(..) | Binding::Value(_) | Binding::Place(_))
        ) {
            return Err(Diagnostic::at(span, format!("`{}` is a variable here", name.name)).help("rename the variable"));
        }
        if has(function, |kind| *kind == AnnotationKind::Init) {
            return Err(Diagnostic::at(span, format!("`{}` is `__initially`", name.name))
                .help("it runs once, before everything; a function that both call may do the same"));
        }
        let start = self.code.len();
        let bindings = self.arguments(function, arguments)?;
        let call = Call {
            callee: id,
            arguments: arguments
                .iter()
                .zip(&bindings)
                .map(|(argument, binding)| self.argument(argument, binding))
                .collect(),
        };
        let call = self.call_at(span, call);
        let atomic = has(function, |kind| *kind == AnnotationKind::Atomic);
        let strongly_fair = has(function, |kind| *kind == AnnotationKind::StronglyFair);
        let instant = self.instant.take();
        if let Some(instant) = instant.filter(|_| !atomic) {
            let error = Diagnostic::at(span, format!("`{}` is more than one step", name.name));
            let error = match instant == span {
                true => error.label("this is evaluated at one instant"),
                false => error.also(instant, "this is evaluated at one instant"),
            };
            return Err(error.help("call it before and keep the result in a local variable, or make it `__atomic`"));
        }
        if atomic {
            self.point(PointKind::Call(call), span, strongly_fair)?;
            if self.atomic == 0 {
                self.step_start = self.code.len();
            }
            self.atomic += 1;
        }
        let result = match &function.result {
            Type::Void => None,
            ty => Some(self.tables.scalar(ty, function.name.span)?),
        };
        let result = result.map(|scalar| (self.register(Holds::Result(id), scalar), scalar));
        let passed = bindings.iter().map(passed).collect();
        self.enter(function, id, result, Some((call, span)), passed);
        for (param, binding) in function.params.iter().zip(bindings) {
            let binding = match binding {
                Binding::Value(value) if syntax::assigns_to(&function.body, &param.name.name) => {
                    self.own_copy(param, value)?
                }
                other => other,
            };
            self.bind(&param.name.name, binding);
        }
        let after = self.lock_annotations(function)?;
        let body = self.mark();
        self.stmt(&function.body)?;
        self.refuse_idle_annotations(function, &self.since(body, span))?;
        self.close_labels()?;
        if let Some((reg, _)) = result {
            self.ends_without(reg, function)?;
        }
        let end = self.frame().end;
        self.place_label(end);
        self.lock_effects(after, result)?;
        self.settled.push(start..self.code.len());
        self.frames.pop();
        self.atomic -= u32::from(atomic);
        self.instant = instant;
        let Some((reg, scalar)) = result else {
            return Ok(nothing());
        };
        if atomic && self.atomic == 0 {
            self.emit(Instr::Returned(Operand::Reg(reg)), span)?;
        }
        Ok(Value::of(Operand::Reg(reg), scalar))
    }

    fn arguments(&mut self, function: &'a ast::Function, arguments: &'a [Expr]) -> Result<Vec<Binding>, Diagnostic> {
        let (mut bindings, mut earlier) = (Vec::new(), Vec::new());
        for (param, argument) in function.params.iter().zip(arguments) {
            let start = self.mark();
            bindings.push(self.binding_of(param, argument)?);
            let now = self.since(start, argument.span);
            for before in &earlier {
                self.unordered(before, &now)?;
            }
            earlier.push(now);
        }
        Ok(bindings)
    }

    /// Refuses annotations that say nothing about this body.
    fn refuse_idle_annotations(&self, function: &ast::Function, body: &Stretch) -> Result<(), Diagnostic> {
        for annotation in &function.annotations {
            let (idle, message) = match annotation.kind {
                AnnotationKind::StronglyFair => (!self.waits(body), "nothing waits in this function"),
                AnnotationKind::Breaks(_) => (!self.can_fail(body), "nothing can go wrong in this function"),
                _ => continue,
            };
            if idle {
                return Err(Diagnostic::at(annotation.span, message).help("remove the annotation"));
            }
        }
        Ok(())
    }

    /// What reports say of an argument.
    fn argument(&self, argument: &Expr, binding: &Binding) -> Argument {
        match &argument.kind {
            ExprKind::AddressOf(place) => Argument::Address {
                name: self.last_member(place),
                field: match binding {
                    Binding::Place(Place::Field { field, .. }) => Some(*field),
                    _ => None,
                },
            },
            ExprKind::Name(name) if name == "current" || self.tables.enumerators.contains_key(name.as_str()) => {
                Argument::Word(name.clone())
            }
            _ => Argument::Other,
        }
    }

    /// `lock` of `object->lock`, as the listing spells it, with its index if it has one.
    fn last_member(&self, place: &Expr) -> String {
        let text = |span: Span| {
            let words = self.tables.program.sources.text(span).split_whitespace();
            words.collect::<Vec<&str>>().join(" ")
        };
        match &place.kind {
            ExprKind::Field(_, member, _) => text(member.span),
            ExprKind::Index(array, index) => format!("{}[{}]", self.last_member(array), text(index.span)),
            _ => text(place.span),
        }
    }

    fn binding_of(&mut self, param: &ast::Param, argument: &'a Expr) -> Result<Binding, Diagnostic> {
        if matches!(param.ty.plain(), Type::Pointer(_)) && self.tables.pointee(&param.ty)?.is_none() {
            return self.scalar_place(param, argument).map(Binding::Place);
        }
        let scalar = self.tables.scalar(&param.ty, param.name.span)?;
        let value = self.value(argument)?;
        self.convert(value, scalar, argument.span).map(Binding::Value)
    }

    /// The end of a body that no `return` came before: there is no result. It is a number all the same, for reports.
    fn ends_without(&mut self, result: Reg, function: &ast::Function) -> Result<(), Diagnostic> {
        let span = function.name.span;
        let what = format!("the result of `{}`", function.name.name);
        self.unset.push(Unset {
            from: Start::After(self.code.len()),
            reg: result,
            span,
            what,
        });
        let from = Operand::Const(0);
        self.set(result, from, span)
    }

    /// The caller's scalar that a parameter such as `unsigned *counter` stands for.
    fn scalar_place(&mut self, param: &ast::Param, argument: &'a Expr) -> Result<Place, Diagnostic> {
        let Some(place) = self.named_scalar(argument)? else {
            return Err(needs_address(param, argument.span));
        };
        let Place::Field { field, .. } = place else {
            return Err(needs_address(param, argument.span));
        };
        if self.tables.program.fields[field].ghost {
            return Err(
                Diagnostic::at(argument.span, "a ghost has no address").help("assign it by its name: `x.ghost = …`")
            );
        }
        let given = self.tables.program.fields[field].scalar;
        let Type::Pointer(inner) = param.ty.plain() else {
            return Ok(place);
        };
        let fits = match (inner.plain(), given) {
            (Type::Bool, Scalar::Bool) => true,
            // A counter may be of any smaller width: the field's own bound holds.
            (Type::Unsigned(most), Scalar::Unsigned(bits)) => bits <= *most,
            (Type::Bitset(name), Scalar::Bitset(id)) | (Type::Enum(name), Scalar::Enum(id)) => {
                self.tables.enum_named(name)? == id
            }
            _ => false,
        };
        if fits {
            Ok(place)
        } else {
            Err(Diagnostic::at(argument.span, "this points to a scalar of another type"))
        }
    }

    /// What `&object->member` names, or a parameter that stands for such a member.
    fn named_scalar(&mut self, argument: &'a Expr) -> Result<Option<Place>, Diagnostic> {
        Ok(match &argument.kind {
            ExprKind::AddressOf(inner) => Some(self.place(inner)?),
            ExprKind::Name(name) => match self.binding(name) {
                Some(Binding::Place(place)) => Some(place),
                _ => None,
            },
            _ => None,
        })
    }

    /// A parameter that the function assigns gets a register of its own.
    fn own_copy(&mut self, param: &'a ast::Param, value: Value) -> Result<Binding, Diagnostic> {
        let scalar = self.tables.scalar(&param.ty, param.name.span)?;
        let reg = self.variable(&param.name.name, scalar);
        self.set(reg, value.operand, param.name.span)?;
        Ok(Binding::Local(reg, scalar))
    }

    /// Releases at once; returns what happens after the body.
    fn lock_annotations(&mut self, function: &'a ast::Function) -> Result<Vec<LockEffect>, Diagnostic> {
        let mut after = Vec::new();
        for annotation in &function.annotations {
            let (AnnotationKind::Acquires(lock, _)
            | AnnotationKind::CondAcquires(lock, _)
            | AnnotationKind::Releases(lock)) = &annotation.kind
            else {
                continue;
            };
            let value = match self.binding(&lock.name) {
                Some(Binding::Value(value)) => value,
                Some(Binding::Local(reg, scalar)) => Value::of(Operand::Reg(reg), scalar),
                _ => return Err(Diagnostic::at(lock.span, "this is no parameter that points to a lock")),
            };
            let ty = value.pointee(self.tables, lock.span)?;
            match annotation.kind {
                AnnotationKind::Acquires(..) | AnnotationKind::CondAcquires(..) => after.push(LockEffect {
                    lock: value,
                    conditional: matches!(annotation.kind, AnnotationKind::CondAcquires(..)),
                    span: annotation.span,
                }),
                _ => self.emit(
                    Instr::Release {
                        ty,
                        object: value.operand,
                    },
                    annotation.span,
                )?,
            }
        }
        Ok(after)
    }

    /// In the function that takes the locks: an error there is its own.
    fn lock_effects(&mut self, effects: Vec<LockEffect>, result: Option<(usize, Scalar)>) -> Result<(), Diagnostic> {
        for LockEffect {
            lock,
            conditional,
            span,
        } in effects
        {
            let ty = lock.pointee(self.tables, span)?;
            let object = lock.operand;
            let skip = self.label();
            // That there is a result was asked when the annotation was read.
            if let Some((reg, _)) = result.filter(|_| conditional) {
                self.used(reg, span);
                self.jump_unless(Operand::Reg(reg), skip, span)?;
            }
            self.emit(Instr::Acquire { ty, object }, span)?;
            self.place_label(skip);
        }
        Ok(())
    }

    fn wait(&mut self, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        expect(arguments, 1, span)?;
        self.point(PointKind::Await, span, false)?;
        if self.atomic == 0 {
            self.step_start = self.code.len();
        }
        let moves = |instr: &Instr| {
            matches!(
                instr,
                Instr::Copy { .. }
                    | Instr::Part { .. }
                    | Instr::Unary { .. }
                    | Instr::Binary { .. }
                    | Instr::Fits { .. }
            )
        };
        if !self.code[self.step_start..].iter().all(moves) {
            return Err(
                Diagnostic::at(span, "`await` must be the first thing that an atomic function does")
                    .help("wait first, in a step of its own or at the top of the function"),
            );
        }
        let condition = self.at_one_instant("the condition of `await`", arguments[0].span, |this| {
            let value = this.value(&arguments[0])?;
            this.truth(value, arguments[0].span)
        })?;
        self.emit_on(arguments[0].span, Instr::Await(condition.operand), span)?;
        Ok(nothing())
    }

    /// Evaluates what has no effect, in the step that has begun.
    pub(crate) fn at_one_instant<T>(
        &mut self,
        what: &str,
        span: Span,
        evaluate: impl FnOnce(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        let (start, outer) = (self.mark(), self.instant);
        if self.atomic == 0 {
            self.instant = Some(span);
        }
        self.atomic += 1;
        let value = evaluate(self)?;
        self.atomic -= 1;
        self.instant = outer;
        match self.effect(&self.since(start, span)) {
            None => Ok(value),
            Some(effect) if effect == span => {
                Err(Diagnostic::at(span, format!("{what} must have no effects"))
                    .help("do it in a statement of its own"))
            }
            Some(effect) => Err(Diagnostic::at(effect, format!("{what} must have no effects"))
                .label("this has one")
                .also(span, "it is run here")
                .help("do it in a statement of its own")),
        }
    }

    fn choose(&mut self, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        expect(arguments, 1, span)?;
        let value = self.value(&arguments[0])?;
        match value.operand {
            Operand::Const(below) if value.is_number() && (1..=MOST_OUTCOMES).contains(&below) => {
                self.point(PointKind::Choose, span, false)?;
                self.computed(Scalar::Unsigned(7), span, |to| Instr::Choose {
                    to,
                    below: below as u32,
                })
            }
            _ => Err(Diagnostic::at(
                arguments[0].span,
                format!("`choose` takes a constant from 1 to {MOST_OUTCOMES}"),
            )
            .help("`choose(n)` is any number below n")),
        }
    }

    fn assertion(&mut self, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        let property = match arguments {
            [_] => None,
            [
                _,
                Expr {
                    kind: ExprKind::Name(name),
                    ..
                },
            ] => Some(name.clone()),
            _ => {
                return Err(
                    Diagnostic::at(span, "`BUG_ON` takes a condition and, if you like, a property")
                        .help("write `BUG_ON(page->mapcount == 0, NoDoubleUnmap)`"),
                );
            }
        };
        let fine = self.label();
        self.branch(&arguments[0], fine, false)?;
        let outer = self.frame().breaks.clone();
        if property.is_some() {
            self.frame().breaks = property;
            self.forget_site(span);
        }
        self.emit_on(arguments[0].span, Instr::Fail, span)?;
        self.frame().breaks = outer;
        self.place_label(fine);
        Ok(nothing())
    }

    /// In one step: the old value, and if it is the one that is expected, it is replaced.
    fn compare_and_swap(&mut self, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        expect(arguments, 3, span)?;
        let whole = self.code.len();
        let start = self.mark();
        let place = self.named_scalar(&arguments[0]).and_then(|place| match place {
            Some(place) => Ok(place),
            None => Err(
                Diagnostic::at(arguments[0].span, "the address of a member is needed here")
                    .help("write `compare_and_swap(&object->member, old, new)`"),
            ),
        })?;
        let Place::Field { field, object, index } = place else {
            return Err(Diagnostic::at(
                arguments[0].span,
                "the address of a scalar in shared memory is needed here",
            ));
        };
        let scalar = self.tables.program.fields[field].scalar;
        if self.tables.program.fields[field].ghost {
            return Err(Diagnostic::at(arguments[0].span, "a ghost has no address"));
        }
        let mut earlier = vec![self.since(start, arguments[0].span)];
        let mut values = Vec::new();
        for argument in &arguments[1..] {
            let start = self.mark();
            let value = self.value(argument)?;
            values.push(self.convert(value, scalar, argument.span)?);
            let now = self.since(start, argument.span);
            for before in &earlier {
                self.unordered(before, &now)?;
            }
            earlier.push(now);
        }
        self.point(PointKind::Write, span, false)?;
        let old = self.computed(scalar, span, |to| Instr::Load {
            to,
            field,
            object,
            index,
        })?;
        let same = self.binary(BinaryOp::Eq, old, values[0], span)?;
        let kept = self.label();
        self.jump_unless(same.operand, kept, span)?;
        self.emit(
            Instr::Store {
                field,
                object,
                index,
                value: values[1].operand,
            },
            span,
        )?;
        self.place_label(kept);
        self.settled.push(whole..self.code.len());
        Ok(old)
    }

    fn free(&mut self, arguments: &'a [Expr], span: Span) -> Result<Value, Diagnostic> {
        expect(arguments, 1, span)?;
        let value = self.value(&arguments[0])?;
        let ty = value.pointee(self.tables, arguments[0].span)?;
        self.point(PointKind::Free, span, false)?;
        self.emit(
            Instr::Free {
                ty,
                object: value.operand,
            },
            span,
        )?;
        Ok(nothing())
    }
}

/// True if the function carries such an annotation.
pub(crate) fn has(function: &ast::Function, wanted: impl Fn(&AnnotationKind) -> bool) -> bool {
    function.annotations.iter().any(|annotation| wanted(&annotation.kind))
}

/// What a binding passes, for those who follow a run.
fn passed(binding: &Binding) -> Passed {
    match binding {
        Binding::Value(value) => Passed::Value(value.operand),
        Binding::Local(reg, _) => Passed::Value(Operand::Reg(*reg)),
        Binding::Place(Place::Field { field, object, .. }) => Passed::Place(*field, *object),
        Binding::Place(_) => Passed::Local,
    }
}

fn nothing() -> Value {
    Value {
        operand: Operand::Const(0),
        ty: Ty::Void,
    }
}

fn expect(arguments: &[Expr], count: usize, span: Span) -> Result<(), Diagnostic> {
    if arguments.len() == count {
        return Ok(());
    }
    Err(Diagnostic::at(
        span,
        format!("this takes {count} argument{}", if count == 1 { "" } else { "s" }),
    ))
}

fn needs_address(param: &ast::Param, span: Span) -> Diagnostic {
    Diagnostic::at(
        span,
        format!(
            "`{}` points to a scalar: its argument is the address of a member",
            param.name.name
        ),
    )
    .help("write `&object->member`")
}
