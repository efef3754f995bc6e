//! Places: what can be read, written or pointed to.

use super::emit::{Binding, Emitter, Place};
use super::tables::{GlobalPlace, Member};
use super::value::{Conversion, Ty, Value, conversion, describe};
use crate::c::ast::{Expr, ExprKind, Ident};
use crate::machine::program::{Instr, Operand, PointKind, Scalar, UnaryOp};
use crate::source::{Diagnostic, Span};

impl<'a> Emitter<'a, '_> {
    /// The place an expression names; reads on the way to it are steps of their own.
    pub(crate) fn place(&mut self, expr: &'a Expr) -> Result<Place, Diagnostic> {
        match &expr.kind {
            ExprKind::Name(name) => self.named(name, expr.span),
            ExprKind::Deref(inner) => match &inner.kind {
                ExprKind::Name(name) => match self.binding(name) {
                    Some(Binding::Place(place)) => Ok(place),
                    _ => self.pointed(inner),
                },
                _ => self.pointed(inner),
            },
            ExprKind::Field(base, name, arrow) => {
                let (ty, object) = if *arrow {
                    let value = self.value(base)?;
                    (value.pointee(self.tables, base.span)?, value.operand)
                } else {
                    match self.place(base)? {
                        Place::Object(ty, object) => (ty, object),
                        _ => {
                            return Err(Diagnostic::at(base.span, "only a struct has members")
                                .help("follow a pointer with `->`"));
                        }
                    }
                };
                self.member(ty, object, name)
            }
            ExprKind::Index(array, index) => {
                let start = self.mark();
                let array_place = self.place(array)?;
                let before = self.since(start, array.span);
                let start = self.mark();
                let value = self.value(index)?;
                self.unordered(&before, &self.since(start, index.span))?;
                let index_value = self.index(value, index.span)?;
                match array_place {
                    Place::Fields(field, object) => Ok(Place::Field {
                        field,
                        object,
                        index: index_value,
                    }),
                    Place::Objects(part, container) => self.part(part, container, index_value, expr.span),
                    _ => Err(Diagnostic::at(array.span, "only an array can be indexed")),
                }
            }
            _ => Err(Diagnostic::at(
                expr.span,
                "this is not something that can be assigned or pointed to",
            )),
        }
    }

    /// Reads a place.
    pub(crate) fn load(&mut self, place: Place, span: Span) -> Result<Value, Diagnostic> {
        match place {
            Place::Local(reg, scalar) => {
                self.used(reg, span);
                Ok(Value::of(Operand::Reg(reg), scalar))
            }
            Place::Field { field, object, index } => {
                let declared = &self.tables.program.fields[field];
                if declared.ghost {
                    return Err(
                        Diagnostic::at(span, "a ghost field is only written by listings, never read")
                            .help("ghosts are for the properties; keep what the protocol needs in a field of its own"),
                    );
                }
                let scalar = declared.scalar;
                self.access(field, PointKind::Read, span)?;
                self.computed(scalar, span, |to| Instr::Load {
                    to,
                    field,
                    object,
                    index,
                })
            }
            Place::Object(..) => {
                Err(Diagnostic::at(span, "a struct cannot be copied").help("copy its members, or use a pointer"))
            }
            Place::Fields(..) | Place::Objects(..) => {
                Err(Diagnostic::at(span, "an array has no value").help("name one of its elements"))
            }
        }
    }

    /// Writes a place; returns the value as converted to its type.
    pub(crate) fn store(&mut self, place: Place, value: Value, span: Span) -> Result<Value, Diagnostic> {
        match place {
            Place::Local(reg, scalar) => {
                let value = self.convert(value, scalar, span)?;
                self.set(reg, value.operand, span)?;
                Ok(Value::of(Operand::Reg(reg), scalar))
            }
            Place::Field { field, object, index } => {
                let (scalar, ghost) = (
                    self.tables.program.fields[field].scalar,
                    self.tables.program.fields[field].ghost,
                );
                if ghost && self.atomic == 0 {
                    return Err(
                        Diagnostic::at(span, "a ghost is written through a variable or a member")
                            .help("keep the pointer in a local variable: `p->ghost = …`"),
                    );
                }
                let value = match (scalar, value.is_number()) {
                    // The store itself checks the width, in the step of the write.
                    (Scalar::Unsigned(_), true) => value,
                    _ => self.convert(value, scalar, span)?,
                };
                self.access(field, PointKind::Write, span)?;
                if let Scalar::Unsigned(bits) = scalar {
                    self.forget_wider_check(value.operand, bits);
                }
                self.emit(
                    Instr::Store {
                        field,
                        object,
                        index,
                        value: value.operand,
                    },
                    span,
                )?;
                Ok(Value::of(value.operand, scalar))
            }
            _ => {
                Err(Diagnostic::at(span, "only scalars and pointers can be assigned")
                    .help("assign the members one by one"))
            }
        }
    }

    /// A value as one of another type.
    pub(crate) fn convert(&mut self, value: Value, to: Scalar, span: Span) -> Result<Value, Diagnostic> {
        match conversion(self.tables, value, to, span)? {
            Conversion::None => {}
            Conversion::Truth => return self.truth(value, span),
            Conversion::Fits(bits) => self.has_to_fit(value.operand, bits, span)?,
        }
        Ok(Value::of(value.operand, to))
    }

    /// 1 if the value is not zero, not empty, not NULL.
    pub(crate) fn truth(&mut self, value: Value, span: Span) -> Result<Value, Diagnostic> {
        match (value.ty, value.operand) {
            (Ty::Of(Scalar::Bool), _) => Ok(value),
            (Ty::Void | Ty::Of(Scalar::Enum(_)), _) => {
                let what = describe(self.tables, value.ty);
                Err(Diagnostic::at(
                    span,
                    format!("a condition is needed here, this is {what}"),
                ))
            }
            (_, Operand::Const(constant)) => Ok(Value::truth(Operand::Const(i64::from(constant != 0)))),
            (_, from) => self.computed(Scalar::Bool, span, |to| Instr::Unary {
                op: UnaryOp::Truth,
                to,
                from,
            }),
        }
    }

    /// The address of a struct.
    pub(crate) fn address(&mut self, place: Place, span: Span) -> Result<Value, Diagnostic> {
        match place {
            Place::Object(ty, operand) => Ok(Value {
                operand,
                ty: Ty::Of(Scalar::Pointer(ty)),
            }),
            Place::Local(..) => {
                Err(Diagnostic::at(span, "a local variable has no address").help("return the value instead"))
            }
            Place::Field { .. } => Err(Diagnostic::at(
                span,
                "the address of a scalar can only be the argument of a call",
            )
            .help("pass it to a function whose parameter points to that scalar type")),
            Place::Fields(..) | Place::Objects(..) => {
                Err(Diagnostic::at(span, "the address of an array is outside the subset")
                    .help("take the address of an element"))
            }
        }
    }

    fn named(&mut self, name: &str, span: Span) -> Result<Place, Diagnostic> {
        match self.binding(name) {
            Some(Binding::Local(reg, scalar)) => return Ok(Place::Local(reg, scalar)),
            Some(Binding::Value(_)) => return Err(Diagnostic::at(span, format!("`{name}` cannot be assigned here"))),
            Some(Binding::Place(_)) => {
                return Err(
                    Diagnostic::at(span, format!("`{name}` points to a scalar")).help(format!("write `*{name}`"))
                );
            }
            None => {}
        }
        let global = Operand::Const(1);
        match self.tables.globals.get(name) {
            Some(&GlobalPlace::Object(ty, pointer)) => Ok(Place::Object(ty, Operand::Const(pointer))),
            Some(&GlobalPlace::Objects(part)) => Ok(Place::Objects(part, global)),
            Some(&GlobalPlace::Field(field)) => Ok(match self.tables.program.fields[field].length {
                None => Place::Field {
                    field,
                    object: global,
                    index: Operand::Const(0),
                },
                Some(_) => Place::Fields(field, global),
            }),
            None => Err(self.unknown_name(name, span)),
        }
    }

    /// The message for a name that means nothing here.
    pub(crate) fn unknown_name(&self, name: &str, span: Span) -> Diagnostic {
        if name == "current" {
            return Diagnostic::at(span, "`current` is not bound here")
                .help("this runs in a thread without a task: give the thread `__task(t)` or `__daemon(t)`");
        }
        let mut known: Vec<&str> = self.tables.globals.keys().copied().collect();
        known.extend(self.tables.enumerators.keys());
        if let Some(frame) = self.frames.last() {
            known.extend(frame.scopes.iter().flat_map(|scope| scope.keys().copied()));
        }
        let ident = Ident {
            name: name.to_string(),
            span,
        };
        super::tables::unknown(format!("`{name}` is not declared"), &ident, &known)
    }

    fn pointed(&mut self, pointer: &'a Expr) -> Result<Place, Diagnostic> {
        let value = self.value(pointer)?;
        Ok(Place::Object(value.pointee(self.tables, pointer.span)?, value.operand))
    }

    fn member(&mut self, ty: usize, object: Operand, name: &Ident) -> Result<Place, Diagnostic> {
        match self.tables.member(ty, name)? {
            Member::Field(field) => Ok(match self.tables.program.fields[field].length {
                None => Place::Field {
                    field,
                    object,
                    index: Operand::Const(0),
                },
                Some(_) => Place::Fields(field, object),
            }),
            Member::Part(part) => match self.tables.program.parts[part].length {
                None => self.part(part, object, Operand::Const(0), name.span),
                Some(_) => Ok(Place::Objects(part, object)),
            },
        }
    }

    fn part(&mut self, part: usize, object: Operand, index: Operand, span: Span) -> Result<Place, Diagnostic> {
        let declared = &self.tables.program.parts[part];
        let inner = declared.inner;
        if let (Operand::Const(container), Operand::Const(index)) = (object, index)
            && container > 0
            && (0..declared.length.unwrap_or(1) as i64).contains(&index)
        {
            let pointer = declared.first[container as usize - 1] as i64 + index;
            return Ok(Place::Object(inner, Operand::Const(pointer)));
        }
        let pointer = self.computed(Scalar::Pointer(inner), span, |to| Instr::Part {
            to,
            part,
            object,
            index,
        })?;
        Ok(Place::Object(inner, pointer.operand))
    }

    fn index(&mut self, value: Value, span: Span) -> Result<Operand, Diagnostic> {
        match value.ty {
            Ty::Of(Scalar::Enum(_)) => Ok(value.operand),
            _ if value.is_number() => Ok(value.operand),
            ty => Err(Diagnostic::at(
                span,
                format!("an index is a number, this is {}", describe(self.tables, ty)),
            )),
        }
    }
}
