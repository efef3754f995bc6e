//! The syntax tree of the C subset: what a listing says, before types and steps.

pub use crate::machine::program::BinaryOp;

use std::collections::BTreeMap;

use super::number::Number;
use super::release::Releases;
use crate::source::{Sources, Span};

/// A protocol listing (with all it includes) or a protocol and a scenario read together.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The texts behind every span.
    pub sources: Sources,
    /// Structs, in the order of reading.
    pub structs: Vec<Struct>,
    /// Enums; one reopened by a listing is one entry with all its enumerators.
    pub enums: Vec<Enum>,
    /// Objects and scalars with static storage.
    pub globals: Vec<Global>,
    /// Functions after late binding: an overriding definition has replaced the included one.
    pub functions: Vec<Function>,
    /// For functions that are called and not there: one in a header that is not included, and that header.
    pub elsewhere: BTreeMap<String, (String, String)>,
    /// What the `/** @… */` comments of the listing and of the scenario say.
    pub tags: Tags,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name, after `#define` renames.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// `struct NAME { … };`
#[derive(Debug, Clone)]
pub struct Struct {
    /// Its tag.
    pub name: Ident,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// `__ghost`: written by listings, never read by them.
    pub ghost: bool,
    /// The width of a bit-field as it is written: what to raise where it is exceeded.
    pub bound: Option<String>,
}

/// `enum NAME { … };`, enumerators numbered from 0 in order of appearance.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its tag.
    pub name: Ident,
    /// Its enumerators.
    pub enumerators: Vec<Ident>,
}

/// A type as written.
#[derive(Debug, Clone)]
pub enum Type {
    /// `void`, only as a return type.
    Void,
    /// `bool`
    Bool,
    /// `unsigned` (32), `u8`, `u16`, `u32`, a bit-field of a constant width, or an `int` or `long` that is not negative (31).
    Unsigned(u32),
    /// `enum NAME`
    Enum(Ident),
    /// `bitset(enum NAME)`
    Bitset(Ident),
    /// `struct NAME`
    Struct(Ident),
    /// `T *`
    Pointer(Box<Type>),
    /// `T x[N]`; the size is a constant expression.
    Array(Box<Type>, Box<Expr>),
    /// `const T`
    Const(Box<Type>),
}

impl Type {
    /// The type without its own `const`.
    pub fn plain(&self) -> &Type {
        match self {
            Type::Const(inner) => inner.plain(),
            other => other,
        }
    }
}

/// A variable with static storage.
#[derive(Debug, Clone)]
pub struct Global {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// Its initialiser.
    pub init: Option<Init>,
    /// `extern`: declared here, defined elsewhere.
    pub external: bool,
}

/// An initialiser.
#[derive(Debug, Clone)]
pub enum Init {
    /// `= e`
    Expr(Expr),
    /// `= { … }`
    List(Vec<(Designator, Init)>, Span),
}

/// What an element of an initialiser list is for.
#[derive(Debug, Clone)]
pub enum Designator {
    /// The next element.
    Next,
    /// `.field =`
    Field(Ident),
    /// `[i] =`
    Index(Expr),
}

/// A function definition.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its return type.
    pub result: Type,
    /// What stands after the parameter list: `__atomic`, `__acquires(sem)`, `__task(t)`, …
    pub annotations: Vec<Annotation>,
    /// The body, a [`StmtKind::Block`].
    pub body: Stmt,
    /// The whole definition.
    pub span: Span,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
}

/// An annotation after a parameter list; known names and argument counts only.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// Which.
    pub kind: AnnotationKind,
    /// Where.
    pub span: Span,
}

/// How a lock is held. It changes no answer: who may hold it beside whom is what the function waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// `__acquires`: to write, as it is called of a lock that has readers.
    Alone,
    /// `__acquires_shared`: to read.
    Shared,
}

/// The annotations of design section 3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationKind {
    /// One step, with everything it calls.
    Atomic,
    /// Adds the lock behind this parameter to the thread's held locks.
    Acquires(Ident, Hold),
    /// The same, if the function returns true.
    CondAcquires(Ident, Hold),
    /// Removes it.
    Releases(Ident),
    /// Every error raised inside breaks this property.
    Breaks(Ident),
    /// Strongly fair at the position of its call.
    StronglyFair,
    /// A call of it counts as each of these, for whoever counts.
    Counts(Vec<Ident>),
    /// A user task; its name is a `task_struct` object, or an array of them: then there is a thread for each.
    Task(Ident),
    /// A kernel daemon.
    Daemon(Ident),
    /// A thread without fairness.
    Unfair,
    /// Runs once, before everything: what it leaves is where all threads begin.
    Init,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The statements of the subset.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// `e;`
    Expr(Expr),
    /// `T x = e;`; a declaration of several names is several of these in a [`StmtKind::Declarations`].
    Declare(Ident, Type, Option<Expr>),
    /// `T x, *y;` in the scope of the enclosing block.
    Declarations(Vec<Stmt>),
    /// `{ … }`
    Block(Vec<Stmt>),
    /// `if (c) a else b`
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while (c) body`
    While(Expr, Box<Stmt>),
    /// `do body while (c);`
    DoWhile(Box<Stmt>, Expr),
    /// `switch (e) { … }`: the statements of its block, with the labels among them.
    Switch(Expr, Vec<Stmt>),
    /// `case e:`, or `default:`; in the block of a [`StmtKind::Switch`] and nowhere else.
    Case(Option<Expr>),
    /// `for (init; c; next) body`
    For(Option<Box<Stmt>>, Option<Expr>, Option<Expr>, Box<Stmt>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `return e;`
    Return(Option<Expr>),
    /// `goto l;`
    Goto(Ident),
    /// `l: s`
    Label(Ident, Box<Stmt>),
}

impl Stmt {
    /// Every expression in this statement and in those inside it, each after the one around it.
    pub(crate) fn expressions<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        let (mut expressions, mut inner): (Vec<&Expr>, Vec<&Stmt>) = (Vec::new(), Vec::new());
        match &self.kind {
            StmtKind::Empty | StmtKind::Break | StmtKind::Continue | StmtKind::Goto(_) => {}
            StmtKind::Expr(value) => expressions.push(value),
            StmtKind::Declare(_, _, value) | StmtKind::Return(value) | StmtKind::Case(value) => {
                expressions.extend(value)
            }
            StmtKind::Declarations(statements) | StmtKind::Block(statements) => inner.extend(statements),
            StmtKind::If(condition, yes, no) => {
                expressions.push(condition);
                inner.push(yes);
                inner.extend(no.as_deref());
            }
            StmtKind::While(condition, body) | StmtKind::DoWhile(body, condition) => {
                expressions.push(condition);
                inner.push(body);
            }
            StmtKind::For(first, condition, next, body) => {
                inner.extend(first.as_deref());
                expressions.extend(condition);
                expressions.extend(next);
                inner.push(body);
            }
            StmtKind::Switch(value, statements) => {
                expressions.push(value);
                inner.extend(statements);
            }
            StmtKind::Label(_, body) => inner.push(body),
        }
        for expression in expressions {
            expression.each(visit);
        }
        for statement in inner {
            statement.expressions(visit);
        }
    }
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The expressions of the subset.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A number, never negative.
    Int(Number),
    /// `true`, `false`
    Bool(bool),
    /// `NULL`
    Null,
    /// A variable, parameter or enumerator.
    Name(String),
    /// `a.f` (`arrow` false) or `p->f`
    Field(Box<Expr>, Ident, bool),
    /// `a[i]`
    Index(Box<Expr>, Box<Expr>),
    /// `&e`
    AddressOf(Box<Expr>),
    /// `*e`
    Deref(Box<Expr>),
    /// `!e`
    Not(Box<Expr>),
    /// `~e`
    Complement(Box<Expr>),
    /// `-e`
    Negate(Box<Expr>),
    /// Arithmetic, comparison and bit operators.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a && b`
    And(Box<Expr>, Box<Expr>),
    /// `a || b`
    Or(Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a = b`, or `a += b` with the operator.
    Assign(Option<BinaryOp>, Box<Expr>, Box<Expr>),
    /// `++a`, `a++`, `--a`, `a--`
    Step {
        /// `++` rather than `--`.
        increment: bool,
        /// `++a` rather than `a++`.
        prefix: bool,
        /// What is changed.
        target: Box<Expr>,
    },
    /// `f(a, b)`; also `await(e)`, `choose(n)`, `BUG_ON(e)`, `BUG_ON(e, Property)`, `kfree(p)`, `panic()`.
    Call(Ident, Vec<Expr>),
    /// A call of what is declared `__meaningless`, with the pointers that its arguments follow: they have to point to something.
    Meaningless(Ident, Vec<Expr>),
}

impl Expr {
    /// The expressions in this one, in the order of the text.
    pub(crate) fn operands(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name(_) => vec![],
            ExprKind::Field(operand, ..)
            | ExprKind::AddressOf(operand)
            | ExprKind::Deref(operand)
            | ExprKind::Not(operand)
            | ExprKind::Complement(operand)
            | ExprKind::Negate(operand)
            | ExprKind::Step { target: operand, .. } => vec![operand],
            ExprKind::Index(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Assign(_, left, right) => vec![left, right],
            ExprKind::Conditional(condition, yes, no) => vec![condition, yes, no],
            ExprKind::Call(_, operands) | ExprKind::Meaningless(_, operands) => operands.iter().collect(),
        }
    }
}

impl Expr {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        for operand in self.operands() {
            operand.each(visit);
        }
    }

    /// The same, to be changed.
    pub(crate) fn operands_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name(_) => vec![],
            ExprKind::Field(operand, ..)
            | ExprKind::AddressOf(operand)
            | ExprKind::Deref(operand)
            | ExprKind::Not(operand)
            | ExprKind::Complement(operand)
            | ExprKind::Negate(operand)
            | ExprKind::Step { target: operand, .. } => vec![operand],
            ExprKind::Index(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Assign(_, left, right) => vec![left, right],
            ExprKind::Conditional(condition, yes, no) => vec![condition, yes, no],
            ExprKind::Call(_, operands) | ExprKind::Meaningless(_, operands) => operands.iter_mut().collect(),
        }
    }
}

/// The story a listing or scenario tells about itself in its `/** … */` comment.
#[derive(Debug, Clone, Default)]
pub struct Tags {
    /// `@protocol NAME` of the listing itself (not of what it includes).
    pub protocol: Option<Ident>,
    /// `@after NAME`: the protocol a user's listing is compared with.
    pub after: Option<Ident>,
    /// `@commit HASH ("subject")`, in order.
    pub commits: Vec<Commit>,
    /// `@body FUNCTION in FILE: DIGEST`, in order.
    pub bodies: Vec<Body>,
    /// `@source …`
    pub sources: Vec<String>,
    /// `@versions v6.1 to v6.11, 6.1.3 on`: the releases that it stands for.
    pub versions: Vec<Releases>,
    /// `@breaks PROPERTY in SCENARIO, SCENARIO: reason`, one for each scenario.
    pub breaks: Vec<Breaks>,
    /// `@vacuous PROPERTY, PROPERTY: why`: what has nothing to say in any scenario.
    pub vacuous: Vec<Ident>,
    /// `@size NAME 2 to 5: of what`: how large the scenario may be.
    pub sizes: Vec<Size>,
    /// `@scenario NAME: story`
    pub scenario: Option<(Ident, String)>,
    /// The rest of the comment: what the listing or scenario is about, one line.
    pub summary: String,
}

/// A `#define` of a scenario that may have other values, those that make sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// Its name.
    pub name: Ident,
    /// The least value.
    pub least: u32,
    /// The greatest.
    pub most: u32,
    /// What there are so many of.
    pub what: String,
}

/// A commit as the kernel cites it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// At least 12 hex digits.
    pub hash: String,
    /// The subject line; empty if it is not given.
    pub subject: String,
}

/// A function of a kernel that a listing was written after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its name.
    pub function: String,
    /// The file in the tree, with `/`.
    pub file: String,
    /// What it was: a digest without comments and layout; empty if nobody has noted it.
    pub digest: String,
}

/// A violation that is expected, and why.
#[derive(Debug, Clone)]
pub struct Breaks {
    /// The property.
    pub property: Ident,
    /// The scenario; `None` for `*`, which says that no scenario keeps it from being broken, and not that all break it.
    pub scenario: Option<Ident>,
    /// Why.
    pub reason: Reason,
}

impl Breaks {
    /// Whether it names this scenario.
    pub(crate) fn names(&self, scenario: &str) -> bool {
        self.scenario.as_ref().is_some_and(|named| named.name == scenario)
    }
}

/// Why a violation is expected.
#[derive(Debug, Clone)]
pub struct Reason {
    /// The reason as written, on one line.
    pub words: String,
    /// What is behind its colon or in its parentheses: what went wrong, or the price. Empty if it does not say.
    pub why: String,
    /// What it says.
    pub cause: Cause,
}

/// What a reason says.
#[derive(Debug, Clone)]
pub enum Cause {
    /// `by mistake`, `by mistake, fixed by v4.15`, `by mistake, as in v4.14`: a bug.
    Mistake {
        /// The protocol that mends it.
        fixed_by: Option<Ident>,
        /// The protocol that has it too.
        as_in: Option<Ident>,
    },
    /// `by design: …`: a price that is paid.
    Design,
    /// The protocol that this one changes breaks it too.
    Inherited,
}

impl Reason {
    /// True for a bug, rather than a price that is paid by design.
    pub(crate) fn is_mistake(&self) -> bool {
        matches!(self.cause, Cause::Mistake { .. })
    }

    /// The protocol that mends it.
    pub(crate) fn fixed_by(&self) -> Option<&str> {
        match &self.cause {
            Cause::Mistake { fixed_by, .. } => fixed_by.as_ref().map(|protocol| protocol.name.as_str()),
            Cause::Design | Cause::Inherited => None,
        }
    }

    /// The protocols that it names.
    pub fn protocols(&self) -> impl Iterator<Item = &Ident> {
        let named = match &self.cause {
            Cause::Mistake { fixed_by, as_in } => [fixed_by.as_ref(), as_in.as_ref()],
            Cause::Design | Cause::Inherited => [None, None],
        };
        named.into_iter().flatten()
    }
}
