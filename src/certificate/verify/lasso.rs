//! The truth of a formula on a run that goes round a loop for ever, by the definitions of its operators.

use super::view::{Seen, View, truth};
use crate::source::Diagnostic;
use crate::tla::{SubscriptedAction, Temporal};

/// Position `i` of the run is a state and the step that leaves it.
pub(super) struct Lasso {
    /// By position: the state before the step and the one after it.
    steps: Vec<(usize, usize)>,
    /// The position that follows the last one.
    loops_to: usize,
}

/// What an action that stands by itself means there.
#[derive(Clone, Copy)]
enum Action {
    /// `[A]_v`
    Allowed,
    /// `<<A>>_v`
    Taken,
}

impl Lasso {
    /// The run through states `0..=steps` that returns to `start` with the last step; if there is none behind it, it stutters.
    pub(crate) fn of_lasso(steps: usize, start: usize) -> Self {
        let mut word: Vec<(usize, usize)> = (0..steps).map(|state| (state, state + 1)).collect();
        if start == steps {
            word.push((start, start));
        }
        Lasso {
            steps: word,
            loops_to: start,
        }
    }

    /// Whether the run satisfies the formula.
    pub(crate) fn satisfies(&self, view: &dyn View, formula: &Temporal) -> Result<bool, Diagnostic> {
        // There is a position: a loop has a step, if only stuttering.
        Ok(self.truth(view, formula, Action::Allowed)?[0])
    }

    /// By position: the truth of the formula from there on.
    fn truth(&self, view: &dyn View, formula: &Temporal, action: Action) -> Result<Vec<bool>, Diagnostic> {
        let positions = || 0..self.steps.len();
        let part = |part: &Temporal| self.truth(view, part, action);
        let parts = |parts: &[Temporal]| parts.iter().map(part).collect::<Result<Vec<_>, _>>();
        Ok(match formula {
            Temporal::State(predicate) => {
                let truth = truth(view, predicate)?;
                self.steps.iter().map(|&(state, _)| truth[state]).collect()
            }
            Temporal::Action(step) => self.steps(view, step, action)?,
            Temporal::Not(inner) => part(inner)?.into_iter().map(|value| !value).collect(),
            Temporal::And(list) => {
                let parts = parts(list)?;
                positions().map(|i| parts.iter().all(|part| part[i])).collect()
            }
            Temporal::Or(list) => {
                let parts = parts(list)?;
                positions().map(|i| parts.iter().any(|part| part[i])).collect()
            }
            Temporal::Implies(from, to) => {
                let (from, to) = (part(from)?, part(to)?);
                positions().map(|i| !from[i] || to[i]).collect()
            }
            Temporal::Always(inner) => self.always(&self.truth(view, inner, Action::Allowed)?),
            Temporal::Eventually(inner) => self.eventually(&self.truth(view, inner, Action::Taken)?),
            Temporal::LeadsTo(from, to) => {
                let (from, to) = (part(from)?, self.eventually(&part(to)?));
                let kept: Vec<bool> = positions().map(|i| !from[i] || to[i]).collect();
                self.always(&kept)
            }
            Temporal::Fair(fair) => {
                let taken = self.steps(view, &fair.step, Action::Taken)?;
                let enabled = truth(view, &fair.enabled)?;
                let disabled: Vec<bool> = self.steps.iter().map(|&(state, _)| !enabled[state]).collect();
                let excused = if fair.strong {
                    self.eventually(&self.always(&disabled))
                } else {
                    self.always(&self.eventually(&disabled))
                };
                let again = self.always(&self.eventually(&taken));
                positions().map(|i| excused[i] || again[i]).collect()
            }
        })
    }

    /// By position: whether the step there is one of the action.
    fn steps(&self, view: &dyn View, step: &SubscriptedAction, action: Action) -> Result<Vec<bool>, Diagnostic> {
        let asked = self.steps.iter().map(|&(from, to)| {
            let (before, after) = (Seen::new(view, from), Seen::new(view, to));
            match action {
                Action::Allowed => step.allows(&before, &after),
                Action::Taken => step.takes(&before, &after),
            }
        });
        Ok(asked.collect::<Result<_, _>>()?)
    }

    fn always(&self, truth: &[bool]) -> Vec<bool> {
        self.backwards(
            truth,
            truth[self.loops_to..].iter().all(|&value| value),
            |now, later| now && later,
        )
    }

    fn eventually(&self, truth: &[bool]) -> Vec<bool> {
        self.backwards(
            truth,
            truth[self.loops_to..].iter().any(|&value| value),
            |now, later| now || later,
        )
    }

    /// In the loop every position has the same future; before it, each has one more than the next.
    fn backwards(&self, truth: &[bool], in_loop: bool, join: fn(bool, bool) -> bool) -> Vec<bool> {
        let mut result = vec![in_loop; truth.len()];
        for i in (0..self.loops_to).rev() {
            result[i] = join(truth[i], result[i + 1]);
        }
        result
    }
}
