//! Formulas without negation, whose temporal parts have few forms.

use super::prop::{Event, Join, Prop, Streett};
use super::{Formula, Unsupported};

/// How many cases a formula may split into.
const MAX_CASES: usize = 1024;

/// What a formula without negation is made of.
#[derive(Clone)]
pub(super) enum Atom {
    Now(Prop),
    Always(Prop),
    Settles(Prop),
    Recurs(Prop),
    Responds(Streett),
    Happens(Event),
}

/// The atoms of a conjunction or of a disjunction, by form.
#[derive(Default)]
pub(super) struct Parts {
    pub now: Vec<Prop>,
    pub always: Vec<Prop>,
    pub settles: Vec<Prop>,
    pub recurs: Vec<Prop>,
    pub responds: Vec<Streett>,
    pub happens: Vec<Event>,
}

/// The formula, or its negation unless `positive`, as a disjunction of conjunctions of atoms.
pub(super) fn cases(formula: &Formula, positive: bool) -> Result<Vec<Vec<Atom>>, Unsupported> {
    expand(normal(formula, positive)?, Join::And)
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

impl Parts {
    pub(crate) fn of(atoms: Vec<Atom>) -> Parts {
        let mut parts = Parts::default();
        for atom in atoms {
            match atom {
                Atom::Now(p) => parts.now.push(p),
                Atom::Always(p) => parts.always.push(p),
                Atom::Settles(p) => parts.settles.push(p),
                Atom::Recurs(p) => parts.recurs.push(p),
                Atom::Responds(s) => parts.responds.push(s),
                Atom::Happens(e) => parts.happens.push(e),
            }
        }
        parts
    }

    /// Takes out the forms that do not depend on where a run starts: `[]` and `<>` leave them as they are.
    fn take_timeless(&mut self) -> Vec<Normal> {
        let mut out = atoms_of(std::mem::take(&mut self.recurs), Atom::Recurs);
        out.extend(atoms_of(std::mem::take(&mut self.settles), Atom::Settles));
        out.extend(atoms_of(std::mem::take(&mut self.responds), Atom::Responds));
        out
    }
}

/// A formula of atoms. Made by [`Normal::join`], which keeps it short.
enum Normal {
    Atom(Atom),
    Join(Join, Vec<Normal>),
}

impl Normal {
    /// The join of parts: what says nothing is left out, propositions become one, and so do the temporal parts over which it
    /// distributes: `[]<>p \/ []<>q` is `[]<>(p \/ q)`, and `<>[]p /\ <>[]q` is `<>[](p /\ q)`.
    fn join(join: Join, parts: impl IntoIterator<Item = Normal>) -> Normal {
        let (mut now, mut merged, mut rest) = (vec![], vec![], vec![]);
        let mut add = |part| match (part, join) {
            (Normal::Atom(atom), _) if atom.constant() == Some(join.unit()) => {}
            (Normal::Atom(Atom::Now(p)), _) => now.push(p),
            (Normal::Atom(Atom::Recurs(p)), Join::Or) | (Normal::Atom(Atom::Settles(p)), Join::And) => merged.push(p),
            (part, _) => rest.push(part),
        };
        for part in parts {
            match part {
                Normal::Join(inner, parts) if inner == join => parts.into_iter().for_each(&mut add),
                part => add(part),
            }
        }
        if !merged.is_empty() {
            let form = if join == Join::Or { Atom::Recurs } else { Atom::Settles };
            rest.push(Normal::Atom(form(Prop::join(join, merged))));
        }
        let now = Prop::join(join, now);
        if rest.is_empty() || now != Prop::Const(join.unit()) {
            rest.push(Normal::Atom(Atom::Now(now)));
        }
        match rest.len() {
            1 => rest.swap_remove(0),
            _ => Normal::Join(join, rest),
        }
    }

    fn all(parts: impl IntoIterator<Item = Normal>) -> Normal {
        Normal::join(Join::And, parts)
    }

    fn any(parts: impl IntoIterator<Item = Normal>) -> Normal {
        Normal::join(Join::Or, parts)
    }
}

/// The normal form of a formula, or of its negation unless `positive`.
fn normal(formula: &Formula, positive: bool) -> Result<Normal, Unsupported> {
    let join = |conjunction, parts: Vec<Normal>| {
        let join = if positive == conjunction { Join::And } else { Join::Or };
        Normal::join(join, parts)
    };
    let each = |fs: &[Formula]| fs.iter().map(|f| normal(f, positive)).collect::<Result<Vec<_>, _>>();
    Ok(match formula {
        Formula::Const(b) => now(Prop::Const(*b == positive)),
        Formula::Pred(id) => now(Prop::Lit(*id, positive)),
        Formula::Not(f) => normal(f, !positive)?,
        Formula::And(fs) => join(true, each(fs)?),
        Formula::Or(fs) => join(false, each(fs)?),
        Formula::Implies(f, g) => join(false, vec![normal(f, !positive)?, normal(g, positive)?]),
        Formula::Always(f) if positive => always(normal(f, true)?)?,
        Formula::Always(f) => eventually(normal(f, false)?)?,
        Formula::Eventually(f) if positive => eventually(normal(f, true)?)?,
        Formula::Eventually(f) => always(normal(f, false)?)?,
        Formula::LeadsTo(f, g) if positive => {
            let answer = eventually(normal(g, true)?)?;
            always(Normal::any([normal(f, false)?, answer]))?
        }
        Formula::LeadsTo(f, g) => {
            let never = always(normal(g, false)?)?;
            eventually(Normal::all([normal(f, true)?, never]))?
        }
    })
}

/// `<>` distributes over a disjunction. In a conjunction the timeless forms come out, and the rest is an event.
fn eventually(formula: Normal) -> Result<Normal, Unsupported> {
    let mut cases = vec![];
    for atoms in expand(formula, Join::And)? {
        let mut parts = Parts::of(atoms);
        let mut case = parts.take_timeless();
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
        cases.push(Normal::all(case));
    }
    Ok(Normal::any(cases))
}

/// `[]` distributes over a conjunction. In a disjunction the timeless forms come out; of the rest, `[](p \/ <>q)` is understood, and
/// `[]` of a disjunction of `[]`s.
fn always(formula: Normal) -> Result<Normal, Unsupported> {
    let mut cases = vec![];
    for atoms in expand(formula, Join::Or)? {
        let mut parts = Parts::of(atoms);
        let mut case = parts.take_timeless();
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
        cases.push(Normal::any(case));
    }
    Ok(Normal::all(cases))
}

/// `[]<>` of an event: its start and what follows recur, and what it keeps is kept for good.
fn again_and_again(event: Event) -> Normal {
    let mut parts = vec![
        Normal::Atom(Atom::Recurs(event.start)),
        Normal::Atom(Atom::Settles(event.keep)),
    ];
    parts.extend(event.then.into_iter().map(again_and_again));
    Normal::all(parts)
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
    Ok(Normal::any([again_and_again(event), last]))
}

fn now(prop: Prop) -> Normal {
    Normal::Atom(Atom::Now(prop))
}

fn atoms_of<T>(parts: Vec<T>, atom: fn(T) -> Atom) -> Vec<Normal> {
    parts.into_iter().map(|p| Normal::Atom(atom(p))).collect()
}

/// The disjunctive normal form, as a list of conjunctions, if `inner` is `And`; else the conjunctive one.
fn expand(formula: Normal, inner: Join) -> Result<Vec<Vec<Atom>>, Unsupported> {
    let (join, parts) = match formula {
        Normal::Atom(atom) => {
            return Ok(match atom.constant() {
                Some(b) if b == inner.unit() => vec![vec![]],
                Some(_) => vec![],
                None => vec![vec![atom]],
            });
        }
        Normal::Join(Join::Or, parts) if inner == Join::And => (Join::Or, paired(parts)),
        Normal::Join(join, parts) => (join, parts),
    };
    let mut cases: Vec<Vec<Atom>> = if join == inner { vec![vec![]] } else { vec![] };
    for part in parts {
        let more = expand(part, inner)?;
        if join != inner {
            cases.extend(more);
        } else if cases.len().saturating_mul(more.len()) <= MAX_CASES {
            cases = cases
                .iter()
                .flat_map(|a| more.iter().map(move |b| [&a[..], &b[..]].concat()))
                .collect();
        } else {
            return Err(Unsupported::TooLarge);
        }
        if cases.len() > MAX_CASES {
            return Err(Unsupported::TooLarge);
        }
    }
    Ok(cases)
}

/// The parts of a disjunction, with `<>[]p \/ []<>q` as the one condition that it is: `[]<>~p => []<>q`.
fn paired(mut parts: Vec<Normal>) -> Vec<Normal> {
    let settles = parts
        .iter()
        .position(|part| matches!(part, Normal::Atom(Atom::Settles(_))));
    let recurs = parts
        .iter()
        .position(|part| matches!(part, Normal::Atom(Atom::Recurs(_))));
    if let (Some(at), Some(other)) = (settles, recurs)
        && let (Normal::Atom(Atom::Settles(p)), Normal::Atom(Atom::Recurs(q))) = (&parts[at], &parts[other])
    {
        let (request, response) = (!p.clone(), q.clone());
        parts[at] = Normal::Atom(Atom::Responds(Streett { request, response }));
        parts.remove(other);
    }
    parts
}
