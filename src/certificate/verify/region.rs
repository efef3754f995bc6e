//! The states in which a promise of progress is unkept, and the steps among them: where a run that breaks it would have to stay.

use super::obligations::{Begins, Literal, Promise};
use super::states::Closed;
use super::view::{Seen, View, truth};
use crate::tla::EvalError;

/// A promise, seen on a set of states.
pub(crate) struct Region<'a> {
    /// The states and steps.
    pub closed: &'a Closed,
    /// By state: a run may enter here.
    pub entry: Vec<bool>,
    /// By state: the promise is unkept.
    pub unkept: Vec<bool>,
    /// By step: it keeps the promise.
    keeps: Vec<bool>,
    /// What a run that breaks the promise does again and again: for each, by state whether it is that.
    pub recurs: Vec<Vec<bool>>,
}

impl<'a> Region<'a> {
    /// Evaluates what a promise speaks of; exempt states keep every promise.
    pub(crate) fn new(
        closed: &'a Closed,
        view: &dyn View,
        promise: &Promise,
        exempt: &[bool],
    ) -> Result<Self, Box<EvalError>> {
        let count = closed.states.len();
        let literal = |literal: &Literal| -> Result<Vec<bool>, Box<EvalError>> {
            let truth = truth(view, &literal.predicate)?;
            Ok(truth.into_iter().map(|value| value == literal.value).collect())
        };
        let mut unkept: Vec<bool> = exempt.iter().map(|exempt| !exempt).collect();
        for stays in &promise.stays {
            let values = literal(stays)?;
            unkept
                .iter_mut()
                .zip(values)
                .for_each(|(unkept, value)| *unkept &= value);
        }
        let begins = match &promise.begins {
            Begins::Initially => (0..count).map(|state| state == closed.initial).collect(),
            Begins::Anywhere => vec![true; count],
            Begins::Where(predicate) => truth(view, predicate)?,
        };
        let entry = begins.iter().zip(&unkept).map(|(begins, unkept)| *begins && *unkept);
        let mut keeps = vec![false; closed.count_steps()];
        for action in &promise.avoids {
            for from in (0..count).filter(|&state| unkept[state]) {
                let before = Seen::new(view, from);
                for (number, step) in closed.steps(from) {
                    let to = step.to as usize;
                    keeps[number] |= unkept[to] && action.takes(&before, &Seen::new(view, to))?;
                }
            }
        }
        Ok(Region {
            closed,
            entry: entry.collect(),
            keeps,
            recurs: promise.recurs.iter().map(literal).collect::<Result<_, _>>()?,
            unkept,
        })
    }

    /// Where the steps of a state lead that leave the promise unkept, each with its thread.
    pub(crate) fn steps(&self, state: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let steps = self.closed.steps(state);
        let stays = steps.filter(|(number, step)| !self.keeps[*number] && self.unkept[step.to as usize]);
        stays.map(|(_, step)| (usize::from(step.label.thread), step.to as usize))
    }
}
