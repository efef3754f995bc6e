//! What every name and expression in the functions of a thread is.

use std::collections::HashMap;

use oomspec::c::ast::{Expr, ExprKind, Function, Stmt, StmtKind, Type};

use crate::arithmetic;
use crate::declared::{Declared, Ty};

/// A local variable: where in the text its declaration stands.
pub type Local = usize;

/// What the expressions of the functions that one thread runs are: their types, and which names are local variables.
#[derive(Debug, Default)]
pub struct Meanings<'a> {
    types: HashMap<*const Expr, Ty<'a>>,
    locals: HashMap<*const Expr, Local>,
}

impl<'a> Meanings<'a> {
    pub fn ty(&self, expr: &Expr) -> Ty<'a> {
        self.types[&std::ptr::from_ref(expr)]
    }

    pub fn local(&self, expr: &Expr) -> Option<Local> {
        self.locals.get(&std::ptr::from_ref(expr)).copied()
    }
}

/// Finds the meanings in one function.
pub struct Finder<'a, 'd> {
    declared: &'d Declared<'a>,
    current: Option<&'a Type>,
    scopes: Vec<HashMap<&'a str, (Local, &'a Type)>>,
    meanings: Meanings<'a>,
}

/// The meanings in the functions that a thread calls.
pub fn meanings<'a>(declared: &Declared<'a>, functions: &[&'a Function], current: Option<&'a Type>) -> Meanings<'a> {
    let mut meanings = Meanings::default();
    for function in functions {
        let params = function.params.iter();
        let scope = params.map(|param| (param.name.name.as_str(), (param.name.span.start as usize, &param.ty)));
        let mut finder = Finder {
            declared,
            current,
            scopes: vec![scope.collect()],
            meanings,
        };
        finder.stmt(&function.body);
        meanings = finder.meanings;
    }
    meanings
}

impl<'a> Finder<'a, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Break | StmtKind::Continue | StmtKind::Goto(_) | StmtKind::Return(None) => {}
            StmtKind::Expr(expr) | StmtKind::Return(Some(expr)) => self.operand(expr),
            StmtKind::Declare(name, ty, init) => {
                init.iter().for_each(|init| self.operand(init));
                let scope = self.scopes.last_mut().expect("a scope");
                scope.insert(&name.name, (name.span.start as usize, ty));
            }
            StmtKind::Declarations(stmts) => stmts.iter().for_each(|stmt| self.stmt(stmt)),
            StmtKind::Block(stmts) => self.scope(|finder| stmts.iter().for_each(|stmt| finder.stmt(stmt))),
            StmtKind::If(condition, yes, no) => {
                self.expr(condition);
                self.stmt(yes);
                no.iter().for_each(|no| self.stmt(no));
            }
            StmtKind::While(condition, body) | StmtKind::DoWhile(body, condition) => {
                self.expr(condition);
                self.stmt(body);
            }
            StmtKind::For(init, condition, next, body) => self.scope(|finder| {
                init.iter().for_each(|init| finder.stmt(init));
                condition.iter().chain(next).for_each(|expr| finder.operand(expr));
                finder.stmt(body);
            }),
            StmtKind::Switch(value, stmts) => {
                self.expr(value);
                self.scope(|finder| stmts.iter().for_each(|stmt| finder.stmt(stmt)));
            }
            StmtKind::Case(_) => {}
            StmtKind::Label(_, stmt) => self.stmt(stmt),
        }
    }

    fn scope(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(HashMap::new());
        inside(self);
        self.scopes.pop();
    }

    fn operand(&mut self, expr: &'a Expr) {
        self.expr(expr);
    }

    fn expr(&mut self, expr: &'a Expr) -> Ty<'a> {
        let ty = match &expr.kind {
            ExprKind::Int(number) if number.unsigned => Ty::Unsigned(32),
            ExprKind::Int(_) => Ty::Int,
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Null => Ty::Null,
            ExprKind::Name(name) => self.name(name, expr),
            ExprKind::Field(base, name, _) => {
                let ty = self.expr(base);
                let owner = ty
                    .structure()
                    .unwrap_or_else(|| panic!("only a struct has members: {ty:?}.{}", name.name));
                Ty::from(&self.declared.field(owner, &name.name).ty)
            }
            ExprKind::Index(array, index) => {
                self.expr(index);
                match self.expr(array) {
                    Ty::Array(Type::Array(inner, _)) => Ty::from(&**inner),
                    other => panic!("{other:?} has no elements"),
                }
            }
            ExprKind::Deref(inner) => match self.expr(inner) {
                Ty::Pointer(to) => Ty::from(to),
                other => panic!("{other:?} is followed"),
            },
            ExprKind::AddressOf(inner) => match (self.expr(inner), &inner.kind) {
                (Ty::Struct(name), _) => Ty::Pointer(self.declared.struct_type(name)),
                // Of a scalar: the parameter that it is given to says what it is.
                _ => Ty::Void,
            },
            ExprKind::Not(inner) => {
                self.expr(inner);
                Ty::Bool
            }
            ExprKind::Complement(inner) => self.expr(inner),
            ExprKind::Negate(inner) => {
                self.expr(inner);
                Ty::Int
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.expr(left);
                self.expr(right);
                Ty::Bool
            }
            ExprKind::Binary(op, left, right) => arithmetic::result(*op, self.expr(left), self.expr(right)),
            ExprKind::Conditional(condition, yes, no) => {
                self.expr(condition);
                either(self.expr(yes), self.expr(no))
            }
            ExprKind::Assign(_, target, value) => {
                self.expr(value);
                self.expr(target)
            }
            ExprKind::Step { target, .. } => self.expr(target),
            ExprKind::Call(name, arguments) => self.call(&name.name, arguments),
            ExprKind::Meaningless(_, pointers) => {
                pointers.iter().for_each(|pointer| self.operand(pointer));
                Ty::Void
            }
        };
        self.meanings.types.insert(expr, ty);
        ty
    }

    fn call(&mut self, name: &str, arguments: &'a [Expr]) -> Ty<'a> {
        // The second argument of BUG_ON() is the name of a property.
        let values = if name == "BUG_ON" { &arguments[..1] } else { arguments };
        values.iter().for_each(|argument| self.operand(argument));
        match self.declared.function(name) {
            Some((_, function)) => Ty::from(&function.result),
            None if name == "choose" => Ty::Int,
            None if name == "compare_and_swap" => match &arguments[0].kind {
                ExprKind::AddressOf(place) => self.ty_of(place),
                // A parameter that points to a scalar.
                _ => match self.ty_of(&arguments[0]) {
                    Ty::Pointer(to) => Ty::from(to),
                    other => panic!("{other:?} is no place"),
                },
            },
            None => Ty::Void,
        }
    }

    fn ty_of(&self, expr: &Expr) -> Ty<'a> {
        self.meanings.ty(expr)
    }

    fn name(&mut self, name: &'a str, expr: &'a Expr) -> Ty<'a> {
        if let Some(&(local, ty)) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            self.meanings.locals.insert(expr, local);
            return Ty::from(ty);
        }
        if let ("current", Some(ty)) = (name, self.current) {
            return Ty::Pointer(ty);
        }
        if let Some(&(of, _)) = self.declared.enumerators.get(name) {
            return Ty::Enum(of);
        }
        Ty::from(&self.declared.globals[name].ty)
    }
}

/// The type of `?:`.
fn either<'a>(yes: Ty<'a>, no: Ty<'a>) -> Ty<'a> {
    match (yes, no) {
        (Ty::Null, other) => other,
        (Ty::Bool, Ty::Bool) => Ty::Bool,
        (Ty::Bool | Ty::Unsigned(_) | Ty::Int, _) => arithmetic::common(yes, no),
        _ => yes,
    }
}
