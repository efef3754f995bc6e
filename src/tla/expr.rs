//! Resolved expressions: names are gone, variables are indices, operators stand where they were called.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::value::Value;
use crate::source::Span;

/// An expression ready for evaluation.
#[derive(Debug, Clone)]
pub struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    pub(super) level: Level,
}

/// What an expression speaks about; each level includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Neither variables nor primes.
    Constant,
    /// One state.
    State,
    /// A pair of states.
    Action,
    /// A behaviour.
    Temporal,
}

/// The variables an expression reads, by index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// In the state itself.
    pub now: BTreeSet<usize>,
    /// In the next state.
    pub next: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum ExprKind {
    Literal(Value),
    Variable(usize),
    Next(usize),
    /// A bound name, counted from the innermost.
    Local(usize),
    /// A constant without a value, or an operator parameter of an operator that nobody called.
    Unbound(Arc<str>),
    /// A lazily evaluated name for the body.
    Let(Box<[Expr; 2]>),
    Operator(Arc<OperatorCall>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    If(Box<[Expr; 3]>),
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    Quantified {
        forall: bool,
        bounds: Vec<Bound>,
        body: Box<Expr>,
    },
    Choose(Box<Bound>, Box<Expr>),
    Set(Vec<Expr>),
    Filter(Box<Bound>, Box<Expr>),
    Map(Box<Expr>, Vec<Bound>),
    Function(Vec<Bound>, Box<Expr>),
    FunctionSet(Box<[Expr; 2]>),
    Record(Vec<(Value, Expr)>),
    RecordSet(Vec<(Value, Expr)>),
    Tuple(Vec<Expr>),
    Product(Vec<Expr>),
    /// `f[x]`; also `f.x`, which is `f["x"]`.
    Apply(Box<[Expr; 2]>),
    Except(Box<Expr>, Vec<Update>),
    Call(Builtin, Vec<Expr>),
    /// An expression now and next.
    Unchanged(Box<[Expr; 2]>),
    /// An action over so many variables of its own.
    Enabled(Box<Expr>, usize),
    /// An action and its `UNCHANGED v`.
    Square(Box<[Expr; 2]>),
    Angle(Box<[Expr; 2]>),
    Always(Box<Expr>),
    Eventually(Box<Expr>),
    LeadsTo(Box<[Expr; 2]>),
    /// `<<A>>_v` and its `ENABLED`.
    Fair(bool, Box<[Expr; 2]>),
}

/// An operator where it was called.
#[derive(Debug)]
pub(super) struct OperatorCall {
    pub name: Arc<str>,
    /// The instance whose operator it is; zero for one of the root module.
    pub context: usize,
    /// The arguments, as seen from inside the body.
    pub args: Vec<Expr>,
    pub body: Expr,
    /// The body refers to no names bound outside.
    pub closed: bool,
    /// Its value, once known, if it is a constant.
    pub constant: OnceLock<Value>,
    pub reads: Reads,
}

/// `x \in S`: one name, or one for each part of a tuple.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// Zero for a plain name.
    pub parts: usize,
    pub set: Expr,
}

/// `![path] = value`; inside the value, `@` is the innermost bound name.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub path: Vec<Expr>,
    pub value: Expr,
}

/// Operators that are not defined in TLA+.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Not,
    Implies,
    Iff,
    Equal,
    Unequal,
    In,
    NotIn,
    SubsetEq,
    Cup,
    Cap,
    Minus,
    BigUnion,
    Powerset,
    Domain,
    Booleans,
    Strings,
    Naturals,
    Integers,
    Add,
    Subtract,
    Negate,
    Multiply,
    Power,
    Divide,
    Modulo,
    Less,
    Greater,
    LessEq,
    GreaterEq,
    Range,
    Cardinality,
    IsFiniteSet,
    Len,
    Head,
    Tail,
    Append,
    Concat,
    SubSeq,
    Seq,
    Maplet,
    Merge,
}

impl OperatorCall {
    /// An operator of an instance with its arguments and its body.
    pub(crate) fn new(name: Arc<str>, context: usize, args: Vec<Expr>, body: Expr, closed: bool) -> Arc<Self> {
        Arc::new(OperatorCall {
            name,
            context,
            args,
            closed,
            constant: OnceLock::new(),
            reads: body.reads(),
            body,
        })
    }
}

impl Expr {
    /// Where it stands in the text.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// What it speaks about.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The value, if it is written down as one.
    pub(super) fn literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(v) => Some(v),
            _ => None,
        }
    }

    /// The variables it reads, through every operator it uses.
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        self.collect_reads(&mut reads);
        reads
    }

    fn collect_reads(&self, reads: &mut Reads) {
        match &self.kind {
            ExprKind::Variable(i) => {
                reads.now.insert(*i);
            }
            ExprKind::Next(i) => {
                reads.next.insert(*i);
            }
            ExprKind::Operator(named) => {
                reads.now.extend(&named.reads.now);
                reads.next.extend(&named.reads.next);
            }
            ExprKind::Enabled(action, _) => reads.now.extend(action.reads().now),
            _ => self.for_each_child(&mut |child| child.collect_reads(reads)),
        }
    }

    pub(super) fn for_each_child(&self, visit: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Variable(_)
            | ExprKind::Next(_)
            | ExprKind::Local(_)
            | ExprKind::Unbound(_) => {}
            ExprKind::Operator(named) => visit(&named.body),
            ExprKind::And(list)
            | ExprKind::Or(list)
            | ExprKind::Set(list)
            | ExprKind::Tuple(list)
            | ExprKind::Product(list)
            | ExprKind::Call(_, list) => list.iter().for_each(visit),
            ExprKind::Let(two)
            | ExprKind::FunctionSet(two)
            | ExprKind::Apply(two)
            | ExprKind::Unchanged(two)
            | ExprKind::Square(two)
            | ExprKind::Angle(two)
            | ExprKind::LeadsTo(two)
            | ExprKind::Fair(_, two) => two.iter().for_each(visit),
            ExprKind::If(three) => three.iter().for_each(visit),
            ExprKind::Enabled(e, _) | ExprKind::Always(e) | ExprKind::Eventually(e) => visit(e),
            ExprKind::Record(fields) | ExprKind::RecordSet(fields) => {
                fields.iter().for_each(|(_, e)| visit(e));
            }
            ExprKind::Case(arms, other) => {
                for (guard, value) in arms {
                    visit(guard);
                    visit(value);
                }
                if let Some(other) = other {
                    visit(other);
                }
            }
            ExprKind::Choose(bound, body) | ExprKind::Filter(bound, body) => {
                visit(&bound.set);
                visit(body);
            }
            ExprKind::Quantified { bounds, body, .. }
            | ExprKind::Map(body, bounds)
            | ExprKind::Function(bounds, body) => {
                bounds.iter().for_each(|b| visit(&b.set));
                visit(body);
            }
            ExprKind::Except(base, updates) => {
                visit(base);
                for update in updates {
                    update.path.iter().for_each(&mut *visit);
                    visit(&update.value);
                }
            }
        }
    }
}

impl ExprKind {
    /// The level of an expression of this form.
    pub(super) fn with_span(self, span: Span) -> Expr {
        let mut expr = Expr {
            kind: self,
            span,
            level: Level::Constant,
        };
        let mut level = match expr.kind {
            ExprKind::Variable(_) => Level::State,
            ExprKind::Next(_) | ExprKind::Unchanged(_) => Level::Action,
            ExprKind::Square(_) | ExprKind::Angle(_) => Level::Action,
            ExprKind::Enabled(..) => {
                expr.level = Level::State;
                return expr;
            }
            ExprKind::Always(_) | ExprKind::Eventually(_) | ExprKind::LeadsTo(_) | ExprKind::Fair(..) => {
                Level::Temporal
            }
            _ => Level::Constant,
        };
        expr.for_each_child(&mut |child| level = level.max(child.level));
        expr.level = level;
        expr
    }
}
