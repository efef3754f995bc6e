//! A formula as the obligations that a set of states can show: predicates of states, of steps, and promises of progress.

use crate::source::Diagnostic;
use crate::tla::{Expr, SubscriptedAction, Temporal};

/// What has to be true for a formula to hold: all of its obligations.
#[derive(Debug, Clone)]
pub(crate) enum Obligation {
    /// `P`: of the initial state.
    Initially(Expr),
    /// `[]P`: of every state.
    Always(Expr),
    /// `[][A]_v`: of every step.
    Steps(SubscriptedAction),
    /// No fair run breaks this promise.
    Progress(Promise),
}

/// A promise of progress, by what a run that breaks it does: from some state on, all of this for ever.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    /// In which state that may begin.
    pub begins: Begins,
    /// What is true of every state.
    pub stays: Vec<Literal>,
    /// The steps `<<A>>_v` that are not taken.
    pub avoids: Vec<SubscriptedAction>,
    /// What is true of a state again and again.
    pub recurs: Vec<Literal>,
}

/// Where the end of a run that breaks a promise may begin.
#[derive(Debug, Clone)]
pub(crate) enum Begins {
    /// In the initial state.
    Initially,
    /// In any state.
    Anywhere,
    /// Where this is true.
    Where(Expr),
}

/// A predicate, or its negation.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    /// The predicate.
    pub predicate: Expr,
    /// What its value has to be.
    pub value: bool,
}

/// The obligations of a formula; an error if it has a form that no certificate is made for.
pub(crate) fn obligations(formula: &Temporal) -> Result<Vec<Obligation>, Diagnostic> {
    let mut obligations = Vec::new();
    add(formula, &mut obligations)?;
    Ok(obligations)
}

fn add(formula: &Temporal, obligations: &mut Vec<Obligation>) -> Result<(), Diagnostic> {
    let obligation = match formula {
        Temporal::And(parts) => return parts.iter().try_for_each(|part| add(part, obligations)),
        Temporal::State(predicate) => Obligation::Initially(predicate.clone()),
        Temporal::LeadsTo(from, to) => leads_to(from, to)?,
        Temporal::Eventually(inner) => match &**inner {
            Temporal::State(goal) => Obligation::Progress(Promise::never(Begins::Initially, goal)),
            _ => excused(formula)?,
        },
        Temporal::Always(inner) => match &**inner {
            Temporal::And(parts) => {
                let always = |part: &Temporal| Temporal::Always(Box::new(part.clone()));
                return parts.iter().try_for_each(|part| add(&always(part), obligations));
            }
            Temporal::State(predicate) => Obligation::Always(predicate.clone()),
            Temporal::Action(step) => Obligation::Steps(step.clone()),
            Temporal::Implies(from, to) => match &**to {
                Temporal::Eventually(to) => leads_to(from, to)?,
                _ => return Err(unsupported()),
            },
            _ => excused(formula)?,
        },
        _ => excused(formula)?,
    };
    obligations.push(obligation);
    Ok(())
}

fn leads_to(from: &Temporal, to: &Temporal) -> Result<Obligation, Diagnostic> {
    match (from, to) {
        (Temporal::State(from), Temporal::State(to)) => {
            Ok(Obligation::Progress(Promise::never(Begins::Where(from.clone()), to)))
        }
        _ => Err(unsupported()),
    }
}

/// A disjunction of what is true again and again, or for good: a run that breaks it breaks each part, from some state on.
fn excused(formula: &Temporal) -> Result<Obligation, Diagnostic> {
    let mut promise = Promise {
        begins: Begins::Anywhere,
        stays: Vec::new(),
        avoids: Vec::new(),
        recurs: Vec::new(),
    };
    promise.without(formula)?;
    Ok(Obligation::Progress(promise))
}

impl Promise {
    /// Broken by reaching no goal from there on.
    fn never(begins: Begins, goal: &Expr) -> Self {
        Promise {
            begins,
            stays: vec![Literal::new(goal, false)],
            avoids: Vec::new(),
            recurs: Vec::new(),
        }
    }

    /// Adds what a run does that breaks the formula.
    fn without(&mut self, formula: &Temporal) -> Result<(), Diagnostic> {
        match formula {
            Temporal::Or(parts) => return parts.iter().try_for_each(|part| self.without(part)),
            Temporal::Always(inner) => match &**inner {
                Temporal::Eventually(inner) => match &**inner {
                    Temporal::State(goal) => self.stays.push(Literal::new(goal, false)),
                    Temporal::Action(step) => self.avoids.push(step.clone()),
                    _ => return Err(unsupported()),
                },
                _ => return Err(unsupported()),
            },
            Temporal::Eventually(inner) => match &**inner {
                Temporal::Always(inner) => match &**inner {
                    Temporal::State(rest) => self.recurs.push(Literal::new(rest, false)),
                    _ => return Err(unsupported()),
                },
                _ => return Err(unsupported()),
            },
            Temporal::Fair(fair) => {
                let enabled = Literal::new(&fair.enabled, true);
                if fair.strong {
                    self.recurs.push(enabled);
                } else {
                    self.stays.push(enabled);
                }
                self.avoids.push(fair.step.clone());
            }
            _ => return Err(unsupported()),
        }
        Ok(())
    }
}

impl Literal {
    fn new(predicate: &Expr, value: bool) -> Self {
        let predicate = predicate.clone();
        Literal { predicate, value }
    }
}

fn unsupported() -> Diagnostic {
    Diagnostic::general("there is no certificate for a formula of this form").help(
        "certificates are made for P, []P, [][A]_v, P ~> Q, <>P, []<>P, <>[]P, disjunctions of the last two and of []<><<A>>_v, \
         fairness conditions, and conjunctions of these",
    )
}
