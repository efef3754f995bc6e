//! The syntax tree of a module: what is written, before names are looked up.

use std::sync::Arc;

use crate::source::Span;

/// A name as written, and where.
#[derive(Debug, Clone)]
pub struct Ident {
    /// The name; for infix operators, the symbol.
    pub text: Arc<str>,
    /// The place.
    pub span: Span,
}

/// A module.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its name.
    pub name: Ident,
    /// The modules it extends.
    pub extends: Vec<Ident>,
    /// Its declarations and definitions, in the order of the text.
    pub units: Vec<Unit>,
}

/// One declaration or definition.
#[derive(Debug)]
pub(crate) enum Unit {
    /// `CONSTANT`, with the number of arguments each takes.
    Constants(Vec<Parameter>),
    /// `VARIABLE`.
    Variables(Vec<Ident>),
    /// `Op(x) == e`.
    Definition(Definition),
    /// `Name == INSTANCE M WITH x <- e`, or without a name.
    Instance(Instance),
    /// `ASSUME e`.
    Assumption(Expr),
}

/// An operator definition.
#[derive(Debug)]
pub struct Definition {
    /// The operator.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it stands for.
    pub(crate) body: Expr,
    /// Whether it is `LOCAL` to its module.
    pub(crate) local: bool,
    /// The whole definition.
    pub span: Span,
}

/// A parameter; one that takes arguments itself stands for an operator.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// How many arguments it takes.
    pub arity: usize,
}

/// An `INSTANCE`.
#[derive(Debug)]
pub(crate) struct Instance {
    /// The name before `==`, if any.
    pub name: Option<Ident>,
    /// The module.
    pub module: Ident,
    /// `x <- e`.
    pub substitutions: Vec<(Ident, Expr)>,
    /// Whether it is `LOCAL` to its module.
    pub local: bool,
    /// The whole unit.
    pub span: Span,
}

/// `x, y \in S` or `<<x, y>> \in S`.
#[derive(Debug)]
pub(crate) struct Bound {
    /// The names.
    pub names: Vec<Ident>,
    /// Whether the names take an element apart.
    pub tuple: bool,
    /// The set.
    pub set: Expr,
}

/// An expression.
#[derive(Debug)]
pub(crate) struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is.
    pub span: Span,
}

/// The forms of expressions. Infix and prefix operators are applications of a name such as `+`.
#[derive(Debug)]
#[allow(missing_docs)] // the names are TLA+'s own
pub(crate) enum ExprKind {
    Int(i64),
    Str(Arc<str>),
    Bool(bool),
    /// `I!J!Op(args)`; the path is usually empty.
    Apply {
        path: Vec<Ident>,
        name: Ident,
        args: Vec<Expr>,
    },
    Lambda {
        parameters: Vec<Parameter>,
        body: Box<Expr>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Prime(Box<Expr>),
    Quantified {
        forall: bool,
        bounds: Vec<Bound>,
        body: Box<Expr>,
    },
    Choose {
        bound: Box<Bound>,
        body: Box<Expr>,
    },
    Set(Vec<Expr>),
    Filter {
        bound: Box<Bound>,
        body: Box<Expr>,
    },
    Map {
        body: Box<Expr>,
        bounds: Vec<Bound>,
    },
    Function {
        bounds: Vec<Bound>,
        body: Box<Expr>,
    },
    FunctionSet(Box<[Expr; 2]>),
    Record(Vec<(Ident, Expr)>),
    RecordSet(Vec<(Ident, Expr)>),
    Field(Box<Expr>, Ident),
    /// `f[x]`, `f[x, y]`.
    Index(Box<Expr>, Vec<Expr>),
    Except(Box<Expr>, Vec<Update>),
    /// `@` inside `EXCEPT`.
    Old,
    Tuple(Vec<Expr>),
    Product(Vec<Expr>),
    /// `[A]_v`.
    Square(Box<[Expr; 2]>),
    /// `<<A>>_v`.
    Angle(Box<[Expr; 2]>),
    /// `WF_v(A)` or `SF_v(A)`.
    Fair {
        strong: bool,
        subscript: Box<Expr>,
        action: Box<Expr>,
    },
    If(Box<[Expr; 3]>),
    Case {
        arms: Vec<(Expr, Expr)>,
        other: Option<Box<Expr>>,
    },
    Let {
        definitions: Vec<Definition>,
        body: Box<Expr>,
    },
}

/// `![a].b = e` of an `EXCEPT`.
#[derive(Debug)]
pub(crate) struct Update {
    /// The way to the changed place.
    pub path: Vec<ExceptComponent>,
    /// What stands there afterwards.
    pub value: Expr,
    /// The place in the text.
    pub span: Span,
}

/// One step of the way in an `EXCEPT`.
#[derive(Debug)]
pub(crate) enum ExceptComponent {
    /// `.name`
    Field(Ident),
    /// `[e]`
    Index(Vec<Expr>),
}
