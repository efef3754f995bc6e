//! The negation of a formula as a disjunction of clauses that a search can follow.
//!
//! Every temporal part is brought to one of four forms: `[]p`, `[]<>p`, `<>[]p`, and `<>(p /\ []q /\ further such parts)`, where
//! `p` and `q` speak of single steps. What cannot be brought there is refused.

use std::fmt;

use super::graph::Step;
use super::{Formula, Predicate};

/// How deep a formula may nest, and how many clauses it may split into.
const MAX_DEPTH: usize = 64;
const MAX_CLAUSES: usize = 1024;

/// Why a formula cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// It nests too deep.
    TooDeep,
    /// It splits into too many cases, or follows too many events at once for a graph of this size.
    TooLarge,
    /// There is no predicate of this number.
    UnknownPredicate(u32),
    /// A predicate on steps stands outside every `[]` and `<>`.
    StepOutsideBox,
    /// `[]` of a disjunction whose parts are temporal in a way that is not followed, such as `[](P \/ []Q)`.
    Nesting,
}

/// A clause: the conjunction of its fields.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// True of the first state.
    pub now: Prop,
    /// True of every step.
    pub always: Prop,
    /// True of every step from some point on.
    pub settles: Prop,
    /// Each true of infinitely many steps.
    pub recurs: Vec<Prop>,
    /// Each happens.
    pub happens: Vec<Event>,
}

/// `<>(start /\ []keep /\ then...)`: at some point `start` is true, from there on `keep` is, and each of `then` happens.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub start: Prop,
    pub keep: Prop,
    pub then: Vec<Event>,
}

/// A boolean combination of predicates, judged on a single step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Prop {
    Const(bool),
    Lit(u32, bool),
    And(Vec<Prop>),
    Or(Vec<Prop>),
}

/// The clauses of the formula's negation: a run violates the formula if it satisfies one of them.
pub(super) fn of_negation(formula: &Formula, predicates: &[Predicate]) -> Result<Vec<Clause>, Unsupported> {
    if formula.deeper_than(MAX_DEPTH) {
        return Err(Unsupported::TooDeep);
    }
    check_predicates(formula, predicates)?;
    let mut clauses = vec![];
    for atoms in expand(normal(formula, false)?, Join::And)? {
        let clause = Clause::of(atoms);
        if clause.now.speaks_of_steps(predicates) {
            return Err(Unsupported::StepOutsideBox);
        }
        clauses.push(clause);
    }
    Ok(clauses)
}

impl Prop {
    pub fn holds(&self, predicates: &[Predicate], step: Step) -> bool {
        match self {
            Prop::Const(b) => *b,
            // `check_predicates` has seen to it that the number exists.
            Prop::Lit(id, positive) => predicates[*id as usize].holds(step) == *positive,
            Prop::And(ps) => ps.iter().all(|p| p.holds(predicates, step)),
            Prop::Or(ps) => ps.iter().any(|p| p.holds(predicates, step)),
        }
    }

    /// Whether its truth depends on more than the state that a step leaves.
    pub fn speaks_of_steps(&self, predicates: &[Predicate]) -> bool {
        match self {
            Prop::Const(_) => false,
            Prop::Lit(id, _) => matches!(predicates[*id as usize], Predicate::Step { .. }),
            Prop::And(ps) | Prop::Or(ps) => ps.iter().any(|p| p.speaks_of_steps(predicates)),
        }
    }

    pub fn all(props: impl IntoIterator<Item = Prop>) -> Prop {
        Prop::join(Join::And, props)
    }

    pub fn any(props: impl IntoIterator<Item = Prop>) -> Prop {
        Prop::join(Join::Or, props)
    }

    fn join(join: Join, props: impl IntoIterator<Item = Prop>) -> Prop {
        let mut parts = vec![];
        for prop in props {
            match (prop, join) {
                (Prop::Const(b), _) if b == join.unit() => {}
                (Prop::Const(b), _) => return Prop::Const(b),
                (Prop::And(ps), Join::And) | (Prop::Or(ps), Join::Or) => parts.extend(ps),
                (prop, _) if parts.contains(&prop) => {}
                (prop, _) => parts.push(prop),
            }
        }
        match (parts.len(), join) {
            (0, _) => Prop::Const(join.unit()),
            (1, _) => parts.swap_remove(0),
            (_, Join::And) => Prop::And(parts),
            (_, Join::Or) => Prop::Or(parts),
        }
    }
}

impl Clause {
    fn of(atoms: Vec<Atom>) -> Clause {
        let parts = Parts::of(atoms);
        Clause {
            now: Prop::all(parts.now),
            always: Prop::all(parts.always),
            settles: Prop::all(parts.settles),
            recurs: parts.recurs,
            happens: parts.happens,
        }
    }
}

/// A formula without negation, whose temporal parts have the four forms.
enum Normal {
    Atom(Atom),
    Join(Join, Vec<Normal>),
}

#[derive(Clone)]
enum Atom {
    Now(Prop),
    Always(Prop),
    Settles(Prop),
    Recurs(Prop),
    Happens(Event),
}

impl Atom {
    /// The truth value of an atom that is true, or false, of every run.
    fn constant(&self) -> Option<bool> {
        match self {
            Atom::Now(Prop::Const(b))
            | Atom::Always(Prop::Const(b))
            | Atom::Settles(Prop::Const(b))
            | Atom::Recurs(Prop::Const(b)) => Some(*b),
            Atom::Happens(e) => [&e.start, &e.keep].contains(&&Prop::Const(false)).then_some(false),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Join {
    And,
    Or,
}

impl Join {
    /// What changes nothing when joined.
    fn unit(self) -> bool {
        self == Join::And
    }
}

/// The atoms of a conjunction or of a disjunction, by form.
#[derive(Default)]
struct Parts {
    now: Vec<Prop>,
    always: Vec<Prop>,
    settles: Vec<Prop>,
    recurs: Vec<Prop>,
    happens: Vec<Event>,
}

impl Parts {
    fn of(atoms: Vec<Atom>) -> Parts {
        let mut parts = Parts::default();
        for atom in atoms {
            match atom {
                Atom::Now(p) => parts.now.push(p),
                Atom::Always(p) => parts.always.push(p),
                Atom::Settles(p) => parts.settles.push(p),
                Atom::Recurs(p) => parts.recurs.push(p),
                Atom::Happens(e) => parts.happens.push(e),
            }
        }
        parts
    }
}

/// The normal form of a formula, or of its negation unless `positive`.
fn normal(formula: &Formula, positive: bool) -> Result<Normal, Unsupported> {
    let join = |conjunction| {
        if positive == conjunction { Join::And } else { Join::Or }
    };
    let each = |fs: &[Formula]| fs.iter().map(|f| normal(f, positive)).collect::<Result<Vec<_>, _>>();
    Ok(match formula {
        Formula::Const(b) => now(Prop::Const(*b == positive)),
        Formula::Pred(id) => now(Prop::Lit(*id, positive)),
        Formula::Not(f) => normal(f, !positive)?,
        Formula::And(fs) => Normal::Join(join(true), each(fs)?),
        Formula::Or(fs) => Normal::Join(join(false), each(fs)?),
        Formula::Implies(f, g) => Normal::Join(join(false), vec![normal(f, !positive)?, normal(g, positive)?]),
        Formula::Always(f) if positive => always(normal(f, true)?)?,
        Formula::Always(f) => eventually(normal(f, false)?)?,
        Formula::Eventually(f) if positive => eventually(normal(f, true)?)?,
        Formula::Eventually(f) => always(normal(f, false)?)?,
        Formula::LeadsTo(f, g) if positive => {
            let answer = eventually(normal(g, true)?)?;
            always(Normal::Join(Join::Or, vec![normal(f, false)?, answer]))?
        }
        Formula::LeadsTo(f, g) => {
            let never = always(normal(g, false)?)?;
            eventually(Normal::Join(Join::And, vec![normal(f, true)?, never]))?
        }
    })
}

/// `<>` distributes over a disjunction. In a conjunction the forms that do not depend on where a run starts come out, and the
/// rest is an event.
fn eventually(formula: Normal) -> Result<Normal, Unsupported> {
    let mut cases = vec![];
    for atoms in expand(formula, Join::And)? {
        let parts = Parts::of(atoms);
        let mut case: Vec<Normal> = atoms_of(parts.recurs, Atom::Recurs);
        case.extend(atoms_of(parts.settles, Atom::Settles));
        let (start, keep) = (Prop::all(parts.now), Prop::all(parts.always));
        if start != Prop::Const(true) || (keep != Prop::Const(true) && !parts.happens.is_empty()) {
            let then = parts.happens;
            let event = Event { start, keep, then };
            case.push(Normal::Atom(Atom::Happens(event)));
        } else {
            // `<>[]q`, or `<>` of events, which is the events.
            case.push(Normal::Atom(Atom::Settles(keep)));
            case.extend(atoms_of(parts.happens, Atom::Happens));
        }
        cases.push(Normal::Join(Join::And, case));
    }
    Ok(Normal::Join(Join::Or, cases))
}

/// `[]` distributes over a conjunction. In a disjunction the forms that do not depend on where a run starts come out; of the rest,
/// `[](p \/ <>q)` is understood, and `[]` of a disjunction of `[]`s.
fn always(formula: Normal) -> Result<Normal, Unsupported> {
    let mut cases = vec![];
    for atoms in expand(formula, Join::Or)? {
        let parts = Parts::of(atoms);
        let mut case: Vec<Normal> = atoms_of(parts.recurs, Atom::Recurs);
        case.extend(atoms_of(parts.settles, Atom::Settles));
        let p = Prop::any(parts.now);
        if p == Prop::Const(false) && parts.happens.is_empty() {
            case.extend(atoms_of(parts.always, Atom::Always));
        } else if !parts.always.is_empty() {
            return Err(Unsupported::Nesting);
        } else if p == Prop::Const(false) {
            case.extend(parts.happens.into_iter().map(again_and_again));
        } else {
            for event in parts.happens {
                case.push(last_time(&p, event)?);
            }
            case.push(Normal::Atom(Atom::Always(p)));
        }
        cases.push(Normal::Join(Join::Or, case));
    }
    Ok(Normal::Join(Join::And, cases))
}

/// `[]<>` of an event: its start and what follows recur, and what it keeps is kept for good.
fn again_and_again(event: Event) -> Normal {
    let mut parts = vec![
        Normal::Atom(Atom::Recurs(event.start)),
        Normal::Atom(Atom::Settles(event.keep)),
    ];
    parts.extend(event.then.into_iter().map(again_and_again));
    Normal::Join(Join::And, parts)
}

/// What `[](p \/ event)` allows besides `[]p`: the event recurs for ever, or it happens a last time, and whatever breaks `p` from then
/// on is the event's start again.
fn last_time(p: &Prop, event: Event) -> Result<Normal, Unsupported> {
    if !event.then.is_empty() {
        return Err(Unsupported::Nesting);
    }
    let excused = Prop::any([p.clone(), event.start.clone()]);
    let last = Event {
        start: event.start.clone(),
        keep: Prop::all([event.keep.clone(), excused]),
        then: vec![],
    };
    let last = Normal::Atom(Atom::Happens(last));
    Ok(Normal::Join(Join::Or, vec![again_and_again(event), last]))
}

fn now(prop: Prop) -> Normal {
    Normal::Atom(Atom::Now(prop))
}

fn atoms_of<T>(parts: Vec<T>, atom: fn(T) -> Atom) -> Vec<Normal> {
    parts.into_iter().map(|p| Normal::Atom(atom(p))).collect()
}

/// The disjunctive normal form, as a list of conjunctions, if `inner` is `And`; else the conjunctive one. Plain propositions stay whole.
fn expand(formula: Normal, inner: Join) -> Result<Vec<Vec<Atom>>, Unsupported> {
    let (join, parts) = match formula {
        Normal::Atom(atom) => {
            return Ok(match atom.constant() {
                Some(b) if b == inner.unit() => vec![vec![]],
                Some(_) => vec![],
                None => vec![vec![atom]],
            });
        }
        Normal::Join(join, parts) => (join, parts),
    };
    let (plain, temporal): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .map(|part| match flat(part) {
            Normal::Atom(Atom::Now(p)) => Ok(p),
            other => Err(other),
        })
        .partition(Result::is_ok);
    let plain = Prop::join(join, plain.into_iter().flatten());
    let parts = temporal.into_iter().filter_map(Result::err);
    let parts = parts.chain((plain != Prop::Const(join.unit())).then(|| now(plain)));

    let mut cases: Vec<Vec<Atom>> = if join == inner { vec![vec![]] } else { vec![] };
    for part in parts {
        let more = expand(part, inner)?;
        if join == inner {
            if cases.len().saturating_mul(more.len()) > MAX_CLAUSES {
                return Err(Unsupported::TooLarge);
            }
            cases = cases
                .iter()
                .flat_map(|a| more.iter().map(move |b| [&a[..], &b[..]].concat()))
                .collect();
        } else {
            cases.extend(more);
        }
        if cases.len() > MAX_CLAUSES {
            return Err(Unsupported::TooLarge);
        }
    }
    Ok(cases)
}

/// Joins of nothing but propositions become one proposition.
fn flat(formula: Normal) -> Normal {
    let Normal::Join(join, parts) = formula else {
        return formula;
    };
    let parts: Vec<Normal> = parts.into_iter().map(flat).collect();
    if !parts.iter().all(|p| matches!(p, Normal::Atom(Atom::Now(_)))) {
        return Normal::Join(join, parts);
    }
    let props = parts.into_iter().filter_map(|p| match p {
        Normal::Atom(Atom::Now(p)) => Some(p),
        _ => None,
    });
    now(Prop::join(join, props))
}

fn check_predicates(formula: &Formula, predicates: &[Predicate]) -> Result<(), Unsupported> {
    if let Formula::Pred(id) = formula
        && *id as usize >= predicates.len()
    {
        return Err(Unsupported::UnknownPredicate(*id));
    }
    formula
        .parts()
        .into_iter()
        .try_for_each(|f| check_predicates(f, predicates))
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsupported::TooDeep => write!(f, "the formula nests too deep"),
            Unsupported::TooLarge => write!(f, "the formula splits into too many cases"),
            Unsupported::UnknownPredicate(id) => write!(f, "there is no predicate {id}"),
            Unsupported::StepOutsideBox => {
                write!(f, "an action stands outside every [] and <>; write [][A]_v")
            }
            Unsupported::Nesting => write!(
                f,
                "[] of a disjunction with temporal parts other than <>Q; write it as P ~> Q, []<>P or <>[]P"
            ),
        }
    }
}

impl std::error::Error for Unsupported {}
