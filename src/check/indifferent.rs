//! Whether a predicate is the same in all images of a state, so that one state can speak for them.
//!
//! It is taken apart as [`super::labelling`] does, so that each part looks at little and is asked where it is come to: the parts that
//! decide in a state decide in its images. What is said of an element has to be said of the element whose place it takes, too.

use std::sync::Arc;

use super::labelling::{Concrete, View, elements, true_among};
use crate::cycles::Bits;
use crate::machine::{Machine, Symmetry, Unlike};
use crate::tla::{Expr, Junction, Value, eval_predicate};

/// The same said of each of some things.
struct Said {
    expr: Expr,
    /// The elements that it is about, by quantifier.
    about: Vec<Value>,
    /// The states in which somebody asks.
    open: Bits,
}

/// An error says that the predicate tells alike things apart, or may.
pub(crate) fn seen_alike(view: &Concrete, symmetry: &Symmetry, predicate: &Expr) -> Result<(), Unlike> {
    let images = Images {
        view,
        machine: view.machine(),
        symmetry,
        renamings: symmetry.renamings(view.machine()),
    };
    images.compare(vec![Said {
        expr: predicate.clone(),
        about: Vec::new(),
        open: Bits::from_fn(view.graph().distinct(), |_| true),
    }])
}

struct Images<'a> {
    view: &'a Concrete<'a>,
    machine: &'a Machine,
    symmetry: &'a Symmetry,
    /// By permutation: the names that become others.
    renamings: Vec<Vec<(String, String)>>,
}

impl Images<'_> {
    fn compare(&self, said: Vec<Said>) -> Result<(), Unlike> {
        let junctions: Option<Vec<Junction>> = said.iter().map(|said| said.expr.junction()).collect();
        match junctions {
            Some(junctions) => match self.parts(&said, &junctions) {
                Some(parts) => parts.into_iter().try_for_each(|part| self.compare(part)),
                None => self.evaluate(&said),
            },
            None => self.evaluate(&said),
        }
    }

    /// The parts of what is said, each of all elements; none if it cannot be taken apart.
    fn parts(&self, said: &[Said], junctions: &[Junction]) -> Option<Vec<Vec<Said>>> {
        let parts: Vec<Vec<Said>> = said
            .iter()
            .zip(junctions)
            .map(|(said, junction)| self.parts_of(said, junction))
            .collect::<Option<_>>()?;
        // What a quantifier says of its elements is one thing said of each; the others have as many parts each.
        let quantified = |junction: &Junction| matches!(junction, Junction::Quantified(_));
        if junctions.iter().all(quantified) {
            return Some(vec![parts.into_iter().flatten().collect()]);
        }
        let count = parts.first()?.len();
        let kinds = junctions.iter().map(std::mem::discriminant);
        if kinds.clone().any(|kind| Some(kind) != kinds.clone().next()) {
            return None;
        }
        if parts.iter().any(|parts| parts.len() != count) || junctions.iter().any(quantified) {
            return None;
        }
        let mut by_part: Vec<Vec<Said>> = (0..count).map(|_| Vec::new()).collect();
        for parts in parts {
            by_part.iter_mut().zip(parts).for_each(|(all, part)| all.push(part));
        }
        Some(by_part)
    }

    /// The parts of one, each for the states that those before it leave open; none if some part has no value.
    fn parts_of(&self, said: &Said, junction: &Junction) -> Option<Vec<Said>> {
        let part = |expr: &Expr, open: &Bits| Said {
            expr: expr.clone(),
            about: said.about.clone(),
            open: open.clone(),
        };
        let truths = |expr: &Expr, open: &Bits| true_among(self.view, expr, open).ok();
        let mut open = said.open.clone();
        let mut parts = Vec::new();
        match junction {
            Junction::And(all) | Junction::Or(all) => {
                for expr in *all {
                    parts.push(part(expr, &open));
                    let holds = truths(expr, &open)?;
                    open = match junction {
                        Junction::And(_) => holds,
                        _ => open.without(&holds),
                    };
                }
            }
            Junction::Implies(occasion, promise) => {
                parts.push(part(occasion, &open));
                parts.push(part(promise, &truths(occasion, &open)?));
            }
            Junction::Not(inner) => parts.push(part(inner, &open)),
            Junction::Quantified(quantifier) => {
                self.is_the_same_set(quantifier.set).then_some(())?;
                for element in elements(self.view, quantifier)?.iter() {
                    let expr = quantifier.of(element.clone());
                    let holds = truths(&expr, &open)?;
                    parts.push(Said {
                        about: [said.about.as_slice(), std::slice::from_ref(element)].concat(),
                        ..part(&expr, &open)
                    });
                    open = match quantifier.forall {
                        true => holds,
                        false => open.without(&holds),
                    };
                }
            }
        }
        Some(parts)
    }

    /// True if a set that is the same in all states is so in their images: it looks at what changes places as a whole, and that is
    /// as in the first state.
    fn is_the_same_set(&self, set: &Expr) -> bool {
        let bits = self.view.bits(&set.footprints());
        let mut permutations = 0..self.renamings.len();
        permutations.all(|permutation| self.symmetry.covers(self.machine, permutation, &bits, &bits))
    }

    /// Asks once for each value of what is looked at, in all images.
    fn evaluate(&self, said: &[Said]) -> Result<(), Unlike> {
        let images: Vec<Vec<usize>> = self
            .renamings
            .iter()
            .map(|names| images(said, names))
            .collect::<Option<_>>()
            .ok_or_else(|| Unlike {
                why: "a property is about some of them alone".to_string(),
                span: None,
            })?;
        let bits: Vec<Vec<u64>> = said
            .iter()
            .map(|said| self.view.bits(&said.expr.footprints()))
            .collect();
        for (permutation, images) in images.iter().enumerate() {
            for (from, &to) in images.iter().enumerate() {
                if !self.symmetry.covers(self.machine, permutation, &bits[to], &bits[from]) {
                    return Err(Unlike {
                        why: "a property looks at one of them alone".to_string(),
                        span: None,
                    });
                }
            }
        }
        for (from, said_here) in said.iter().enumerate() {
            let classes = self.view.partition(&said_here.expr.footprints());
            let mut asked = vec![false; classes.count()];
            let states = (0..)
                .zip(&classes.of)
                .filter(|(state, _)| said_here.open.contains(*state));
            for (state, &class) in states {
                if std::mem::replace(&mut asked[class as usize], true) {
                    continue;
                }
                let state = self.view.graph().state(state);
                // What has no value has none in all images.
                let truth = |expr: &Expr, state: &[u64]| eval_predicate(expr, &self.view.seen(state)).ok();
                let here = truth(&said_here.expr, &state);
                let mut permutations = images.iter();
                let mut same = true;
                self.symmetry.images(self.machine, &state, |image| {
                    let to = permutations.next().map(|images| images[from]);
                    same &= to.is_some_and(|to| truth(&said[to].expr, image) == here);
                });
                if !same {
                    return Err(Unlike {
                        why: "a property tells them apart".to_string(),
                        span: None,
                    });
                }
            }
        }
        Ok(())
    }
}

/// By what is said: what is said of the things that take the places of those that it is about. None if that is not said.
fn images(said: &[Said], names: &[(String, String)]) -> Option<Vec<usize>> {
    let image = |one: &Said| {
        let about: Vec<Value> = one.about.iter().map(|value| renamed(value, names)).collect();
        said.iter().position(|other| other.about == about)
    };
    said.iter().map(image).collect()
}

/// A value in which names have become others.
fn renamed(value: &Value, names: &[(String, String)]) -> Value {
    let all = |values: &[Value]| values.iter().map(|value| renamed(value, names)).collect::<Vec<_>>();
    match value {
        Value::Str(name) => {
            let mut other = names.iter();
            match other.find(|(from, _)| **from == **name) {
                Some((_, to)) => Value::Str(Arc::from(to.as_str())),
                None => value.clone(),
            }
        }
        Value::Set(elements) => Value::set(all(elements)),
        Value::Tuple(elements) => Value::Tuple(all(elements).into()),
        Value::Function(pairs) => {
            let pair = |(argument, result): &(Value, Value)| (renamed(argument, names), renamed(result, names));
            Value::function(pairs.iter().map(pair))
        }
        Value::Bool(_) | Value::Int(_) | Value::Model(_) => value.clone(),
    }
}
