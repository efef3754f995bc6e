//! A graph whose steps are letters: what is seen of each, or nothing.

/// What is seen of a step.
pub type Letter = u32;

/// Nothing is.
pub const SILENT: Letter = 0;

/// A graph with a letter at each step; state 0 is the initial one.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// First step of each state, and one more.
    offsets: Vec<usize>,
    /// By step: what is seen of it, and where it leads.
    steps: Vec<(Letter, u32)>,
}

impl Labelled {
    /// The graph whose states have these steps, in order.
    pub fn new<S: IntoIterator<Item = (Letter, u32)>>(states: impl IntoIterator<Item = S>) -> Self {
        let mut graph = Labelled {
            offsets: vec![0],
            steps: Vec::new(),
        };
        for steps in states {
            graph.steps.extend(steps);
            graph.offsets.push(graph.steps.len());
        }
        graph
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The steps that leave a state.
    pub fn steps(&self, state: u32) -> &[(Letter, u32)] {
        &self.steps[self.offsets[state as usize]..self.offsets[state as usize + 1]]
    }

    /// Both side by side: the states of the other behind those of this.
    pub(super) fn beside(&self, other: &Labelled) -> Labelled {
        let behind = self.states() as u32;
        let mine = (0..behind).map(|state| self.steps(state).to_vec());
        let theirs = (0..other.states() as u32).map(|state| {
            let steps = other.steps(state).iter();
            steps.map(|&(letter, to)| (letter, to + behind)).collect()
        });
        Labelled::new(mine.chain(theirs))
    }
}
