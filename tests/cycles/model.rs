//! Small graphs written as lists of edges.

use oomspec::cycles::{Bits, Fairness, Formula, Graph, Lasso, Predicate, Problem, Step, Strength};

/// An owned graph with everything a problem needs.
#[derive(Clone, Debug)]
pub struct Model {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    labels: Vec<u16>,
    initial: Vec<u32>,
    pub fairness: Vec<Fairness>,
    pub predicates: Vec<Predicate>,
}

impl Model {
    /// A graph that starts in state 0, from edges (source, label, target) in any order.
    pub fn new(states: u32, edges: &[(u32, u16, u32)]) -> Self {
        let mut edges = edges.to_vec();
        edges.sort_by_key(|e| e.0);
        Model {
            offsets: (0..=states)
                .map(|s| edges.partition_point(|e| e.0 < s) as u32)
                .collect(),
            targets: edges.iter().map(|e| e.2).collect(),
            labels: edges.iter().map(|e| e.1).collect(),
            initial: vec![0],
            fairness: vec![],
            predicates: vec![],
        }
    }

    pub fn starting_in(mut self, initial: &[u32]) -> Self {
        self.initial = initial.to_vec();
        self
    }

    /// Fairness to the thread of this label.
    pub fn fair(mut self, kind: Strength, label: u16) -> Self {
        let condition = Fairness::of_label(&self.graph(), format!("thread {label}"), kind, label);
        self.fairness.push(condition);
        self
    }

    /// The next predicate is true of exactly these states.
    pub fn states(mut self, of: &[u32]) -> Self {
        let bits = Bits::from_fn(self.offsets.len(), |s| of.contains(&s));
        self.predicates.push(Predicate::State(bits));
        self
    }

    /// The next predicate is true of exactly these steps.
    pub fn steps(mut self, holds: impl Fn(Step) -> bool) -> Self {
        let predicate = Predicate::of_steps(&self.graph(), holds);
        self.predicates.push(predicate);
        self
    }

    pub fn graph(&self) -> Graph<'_> {
        Graph::new(&self.offsets, &self.targets, &self.labels, &self.initial).expect("a graph")
    }

    pub fn problem(&self) -> Problem<'_> {
        Problem {
            graph: self.graph(),
            fairness: &self.fairness,
            predicates: &self.predicates,
            lasting: None,
        }
    }

    /// The lasso found, after the independent walker has agreed with it.
    pub fn violation(&self, formula: &Formula) -> Option<Lasso> {
        let problem = self.problem();
        let lasso = oomspec::cycles::find_violation(&problem, formula).expect("supported")?;
        oomspec::cycles::verify_lasso(&problem, formula, &lasso).expect("a real lasso");
        Some(lasso)
    }
}

/// `[]`, `<>`, `~>` and the rest on predicates by number.
pub fn p(id: u32) -> Formula {
    Formula::Pred(id)
}
pub fn always(f: Formula) -> Formula {
    Formula::always(f)
}
pub fn eventually(f: Formula) -> Formula {
    Formula::eventually(f)
}
pub fn leads_to(f: Formula, g: Formula) -> Formula {
    Formula::leads_to(f, g)
}

/// The states that a lasso's cycle visits.
pub fn cycle_states(lasso: &Lasso) -> Vec<u32> {
    lasso.cycle.iter().map(|s| s.state).collect()
}
