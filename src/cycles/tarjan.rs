//! Tarjan's algorithm, with a stack of its own: graphs are deeper than the program's.

/// Finds strongly connected components in parts of one graph, one part after the other.
pub(crate) struct Tarjan {
    /// By state: the order of discovery, from 1; 0 if not seen yet, [`DONE`] if its component is known.
    order: Vec<u32>,
    /// By state: the earliest that can be reached from it and is not done.
    low: Vec<u32>,
    seen: u32,
    stack: Vec<u32>,
}

const DONE: u32 = u32::MAX;

/// Strongly connected components, in one list: most have a single state, and there may be as many as states.
#[derive(Default)]
pub(crate) struct Components {
    states: Vec<u32>,
    /// Of each component, where it ends.
    ends: Vec<u32>,
}

impl Components {
    /// Number of components.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The states of each component.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u32]> + ExactSizeIterator {
        (0..self.ends.len()).map(|number| {
            let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.states[start as usize..self.ends[number] as usize]
        })
    }
}

impl Tarjan {
    /// For a graph of so many states.
    pub(crate) fn new(states: usize) -> Self {
        Tarjan {
            order: vec![0; states],
            low: vec![0; states],
            seen: 0,
            stack: Vec::new(),
        }
    }

    /// The components of a part, each behind those that its steps lead to; no successor may lie outside the part.
    pub(crate) fn components<I: Iterator<Item = u32>>(
        &mut self,
        part: &[u32],
        successors: impl Fn(u32) -> I,
    ) -> Components {
        for &state in part {
            self.order[state as usize] = 0;
        }
        self.seen = 0;
        let mut found = Components::default();
        let mut open: Vec<(u32, I)> = Vec::new();
        for &root in part {
            if self.order[root as usize] != 0 {
                continue;
            }
            self.discover(root);
            open.push((root, successors(root)));
            while let Some((state, following)) = open.last_mut() {
                let state = *state;
                if let Some(next) = following.next() {
                    match self.order[next as usize] {
                        0 => {
                            self.discover(next);
                            open.push((next, successors(next)));
                        }
                        DONE => {}
                        order => self.lower(state, order),
                    }
                    continue;
                }
                open.pop();
                if let Some(&(parent, _)) = open.last() {
                    self.lower(parent, self.low[state as usize]);
                }
                if self.low[state as usize] == self.order[state as usize] {
                    self.finish(state, &mut found);
                }
            }
        }
        found
    }

    fn discover(&mut self, state: u32) {
        self.seen += 1;
        self.order[state as usize] = self.seen;
        self.low[state as usize] = self.seen;
        self.stack.push(state);
    }

    fn lower(&mut self, state: u32, to: u32) {
        let low = &mut self.low[state as usize];
        *low = to.min(*low);
    }

    /// Takes a component off the stack, down to the state in which it was entered.
    fn finish(&mut self, first: u32, found: &mut Components) {
        let start = self.stack.iter().rposition(|&state| state == first).unwrap_or(0);
        for &state in &self.stack[start..] {
            self.order[state as usize] = DONE;
        }
        found.states.extend(self.stack.drain(start..));
        found.ends.push(found.states.len() as u32);
    }
}
