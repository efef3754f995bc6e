//! A state graph in words, for the formats that draw it: where each thread stands, and what each step does.

use crate::check::Counterexample;
use crate::counterexample::step;
use crate::explore::{Graph, StateId};
use crate::machine::{Machine, Reached};
use crate::model::Instance;
use crate::model::variables::DONE;

/// A state graph to draw. Node 0 is the initial state.
#[derive(Debug, Clone)]
pub struct StateGraph {
    /// What it is of: `v4.14 in lock-held`.
    pub name: String,
    /// One for each state, by number.
    pub nodes: Vec<Node>,
    /// One for each step.
    pub edges: Vec<Edge>,
}

/// A state.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// By thread: its name, and its position, as `pc` has it in TLA+.
    pub positions: Vec<(String, String)>,
    /// How the run ended here, if it did: an error, or a panic.
    pub ended: Option<String>,
    /// On the path that is shown.
    pub on_path: bool,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The number of the state before.
    pub from: StateId,
    /// The number of the state after.
    pub to: StateId,
    /// Who.
    pub thread: String,
    /// In which function.
    pub function: String,
    /// On which line.
    pub line: u32,
    /// The listing's own text with what came of it.
    pub text: String,
    /// On the path that is shown.
    pub on_path: bool,
}

impl StateGraph {
    /// Puts a graph into words; the path stands out.
    pub fn new(instance: &Instance, graph: &Graph, path: Option<&Counterexample>) -> Self {
        let machine = &instance.machine;
        let states = 0..graph.distinct() as StateId;
        let mut drawn = StateGraph {
            name: format!("{} in {}", instance.protocol, instance.scenario),
            nodes: states.clone().map(|id| node(machine, &graph.state(id))).collect(),
            edges: states.flat_map(|id| edges(machine, graph, id)).collect(),
        };
        if let Some(path) = path {
            drawn.mark(graph, path);
        }
        drawn
    }

    fn mark(&mut self, graph: &Graph, path: &Counterexample) {
        let mut at = 0;
        self.nodes[0].on_path = true;
        for label in &path.steps {
            let Some(nth) = graph.edges(at).position(|edge| edge.label == *label) else {
                return;
            };
            let edge = &mut self.edges[graph.offsets()[at as usize] as usize + nth];
            edge.on_path = true;
            at = edge.to;
            self.nodes[at as usize].on_path = true;
        }
    }
}

fn node(machine: &Machine, state: &[u64]) -> Node {
    let threads = machine.program.threads.iter().enumerate();
    let position = |thread: usize| match machine.layout.position[thread].load(state) {
        0 => DONE.to_string(),
        position => machine.names[thread].positions[position as usize - 1].clone(),
    };
    let ended = match machine.reached(state) {
        Reached::Nothing => None,
        Reached::Panic => Some("panic()".to_string()),
        Reached::Error(error) => {
            let function = &machine.program.functions[error.function].name;
            Some(format!("{} in {function}()", error.kind.words()))
        }
    };
    Node {
        positions: threads
            .map(|(id, thread)| (thread.name.clone(), position(id)))
            .collect(),
        ended,
        on_path: false,
    }
}

fn edges(machine: &Machine, graph: &Graph, id: StateId) -> impl Iterator<Item = Edge> {
    let state = graph.state(id);
    graph.edges(id).map(move |edge| {
        let thread = usize::from(edge.label.thread);
        let site = machine.point(&state, thread).map(|point| machine.site(thread, point));
        Edge {
            from: edge.from,
            to: edge.to,
            thread: machine.program.threads[thread].name.clone(),
            function: site.map_or(String::new(), |site| {
                machine.program.functions[site.function].name.clone()
            }),
            line: site.map_or(0, |site| site.line),
            text: step::describe(machine, &state, edge.label).text,
            on_path: false,
        }
    })
}
