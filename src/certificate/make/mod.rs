//! Writes a verdict down with its evidence, as a search found it.

mod components;
mod ranks;

use std::cell::OnceCell;

use super::format::{Certificate, Claim, Evidence, MAX_EMBEDDED, Ranking, SCHEMA, States as Set, StepLabel};
use super::packed::pack;
use super::texts::Texts;
use super::verify::obligations::{Obligation, obligations};
use super::verify::region::Region;
use super::verify::statement::{Meant, Statement, exempt};
use super::verify::states::{Closed, States};
use super::verify::view::{Abstract, Concrete, View};
use crate::check::{Counterexample, Finding, Verdict};
use crate::explore::Graph;
use crate::machine::Machine;
use crate::model::Instance;
use crate::model::properties::PropertyModule;
use crate::source::Diagnostic;
use crate::tla::Temporal;

/// The certificate of a verdict on a graph.
pub fn make(
    instance: &Instance,
    modules: &[PropertyModule],
    graph: &Graph,
    finding: &Finding,
) -> Result<Certificate, Diagnostic> {
    Maker::new(instance, modules, graph).certificate(finding)
}

/// Makes the certificates of one graph; what they share is computed once.
pub struct Maker<'a> {
    instance: &'a Instance,
    modules: &'a [PropertyModule],
    graph: &'a Graph,
    max_embedded: usize,
    set: OnceCell<Set>,
    closed: OnceCell<Closed>,
}

impl<'a> Maker<'a> {
    /// For the graph of a protocol in a scenario.
    pub fn new(instance: &'a Instance, modules: &'a [PropertyModule], graph: &'a Graph) -> Self {
        Maker {
            instance,
            modules,
            graph,
            max_embedded: MAX_EMBEDDED,
            set: OnceCell::new(),
            closed: OnceCell::new(),
        }
    }

    /// Embeds no larger set than this.
    #[must_use]
    pub fn embed_up_to(mut self, states: usize) -> Self {
        self.max_embedded = states.min(MAX_EMBEDDED);
        self
    }

    /// The certificate of a verdict; an error if there is nothing to certify.
    pub fn certificate(&self, finding: &Finding) -> Result<Certificate, Diagnostic> {
        let name = &finding.property.name;
        let meant = Meant::find(&self.instance.machine, self.modules, name)
            .ok_or_else(|| Diagnostic::general(format!("there is no property `{name}`")))?;
        let (verdict, evidence) = match (finding.verdict, &finding.counterexample) {
            (Verdict::Violated, Some(counterexample)) => (Claim::Violated, self.violation(counterexample)),
            (Verdict::Holds | Verdict::Vacuous, _) => (Claim::Holds, self.states(&meant)?),
            _ => {
                let reason = finding.reason.as_deref().or(self.graph.incomplete.as_deref());
                let why = reason.unwrap_or("it was not decided");
                return Err(Diagnostic::general(format!("there is no verdict on {name}: {why}"))
                    .help("a certificate says that a property holds or that it is violated"));
            }
        };
        Ok(Certificate {
            schema: SCHEMA,
            protocol: self.instance.protocol.clone(),
            scenario: self.instance.scenario.clone(),
            property: name.clone(),
            verdict,
            texts: Texts::of(self.instance, meant.module()),
            evidence,
        })
    }

    fn violation(&self, counterexample: &Counterexample) -> Evidence {
        let threads = &self.instance.machine.program.threads;
        let steps = counterexample.steps.iter().map(|label| {
            let thread = &threads[usize::from(label.thread)].name;
            StepLabel::new(thread, u32::from(label.outcome))
        });
        let steps = steps.collect();
        match counterexample.loop_start {
            None => Evidence::Trace(steps),
            Some(loop_start) => Evidence::Lasso { steps, loop_start },
        }
    }

    fn states(&self, meant: &Meant<'_>) -> Result<Evidence, Diagnostic> {
        let progress = self.progress(meant)?;
        let set = self.set.get_or_init(|| {
            let states = self.sorted();
            let count = states.len();
            if count > self.max_embedded {
                return Set::Regenerated { count };
            }
            let packed = pack(states.iter().map(Vec::as_slice), self.instance.machine.words());
            Set::Embedded { count, packed }
        });
        let set = set.clone();
        Ok(Evidence::States { set, progress })
    }

    /// The states in ascending order.
    fn sorted(&self) -> Vec<Vec<u64>> {
        let mut states: Vec<Vec<u64>> = (0..self.graph.distinct() as u32)
            .map(|id| self.graph.state(id))
            .collect();
        states.sort_unstable();
        states
    }

    /// The rankings of what the property promises.
    fn progress(&self, meant: &Meant<'_>) -> Result<Vec<Ranking>, Diagnostic> {
        let machine = &self.instance.machine;
        match meant.statement {
            Statement::NoError | Statement::NoDeadlock => Ok(Vec::new()),
            Statement::Formula(module, formula) => {
                let promises = promises(formula)?;
                if promises.is_empty() {
                    return Ok(Vec::new());
                }
                let closed = self.closed()?;
                let view = Concrete::new(machine, &closed.states, &module.spec)?;
                self.rankings(closed, &view, &promises, &vec![false; closed.states.len()])
            }
            Statement::Refinement(_, refinement) if refinement.progress.is_empty() => Ok(Vec::new()),
            Statement::Refinement(module, refinement) => {
                let closed = self.closed()?;
                let concrete = Concrete::new(machine, &closed.states, &module.spec)?;
                let view = Abstract::new(&concrete, &refinement.abstraction(&module.spec)?)?;
                let mut rankings = Vec::new();
                for excused in &refinement.progress {
                    let exempt = exempt(excused, &concrete)?;
                    rankings.extend(self.rankings(closed, &view, &promises(&excused.promise)?, &exempt)?);
                }
                Ok(rankings)
            }
        }
    }

    fn rankings(
        &self,
        closed: &Closed,
        view: &dyn View,
        promises: &[super::verify::obligations::Promise],
        exempt: &[bool],
    ) -> Result<Vec<Ranking>, Diagnostic> {
        let machine = &self.instance.machine;
        let ranking = |promise| {
            let region = Region::new(closed, view, promise, exempt)?;
            ranks::ranking(machine, &region)
        };
        promises.iter().map(ranking).collect()
    }

    fn closed(&self) -> Result<&Closed, Diagnostic> {
        if let Some(closed) = self.closed.get() {
            return Ok(closed);
        }
        let machine: &Machine = &self.instance.machine;
        let refused = |why: super::Refused| Diagnostic::general(format!("the graph is not complete: {why}"));
        let states = States::of_set(machine, self.sorted().concat()).map_err(refused)?;
        let closed = Closed::new(machine, states).map_err(refused)?;
        Ok(self.closed.get_or_init(|| closed))
    }
}

fn promises(formula: &Temporal) -> Result<Vec<super::verify::obligations::Promise>, Diagnostic> {
    let promises = obligations(formula)?
        .into_iter()
        .filter_map(|obligation| match obligation {
            Obligation::Progress(promise) => Some(promise),
            _ => None,
        });
    Ok(promises.collect())
}
