//! Strongly connected components of some states of a region.

use crate::certificate::verify::region::Region;

/// The number of a state in no component.
pub const NOWHERE: u32 = u32::MAX;

/// The components, each behind those that its steps lead to; and by state the number of its component.
pub fn components(region: &Region<'_>, members: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let count = region.unkept.len();
    let mut search = Search {
        order: vec![0; count],
        low: vec![0; count],
        component: vec![NOWHERE; count],
        stack: Vec::new(),
        seen: 0,
        found: Vec::new(),
    };
    let mut is_member = vec![false; count];
    members.iter().for_each(|&state| is_member[state as usize] = true);
    let targets = |state: u32| -> Vec<u32> {
        let steps = region.steps(state as usize).map(|(_, to)| to);
        steps.filter(|&to| is_member[to]).map(|to| to as u32).collect()
    };
    for &root in members {
        if search.order[root as usize] == 0 {
            search.from(root, &targets);
        }
    }
    (search.found, search.component)
}

/// Tarjan's algorithm, with a stack of its own.
struct Search {
    /// The order of discovery, from 1; 0 for a state not seen yet.
    order: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    stack: Vec<u32>,
    seen: u32,
    found: Vec<Vec<u32>>,
}

impl Search {
    fn from(&mut self, root: u32, targets: &dyn Fn(u32) -> Vec<u32>) {
        let mut frames = vec![self.enter(root, targets)];
        while let Some((state, open)) = frames.last_mut() {
            let state = *state;
            if let Some(to) = open.pop() {
                if self.order[to as usize] == 0 {
                    let frame = self.enter(to, targets);
                    frames.push(frame);
                } else if self.component[to as usize] == NOWHERE {
                    self.lower(state, self.order[to as usize]);
                }
                continue;
            }
            frames.pop();
            if let Some(&(parent, _)) = frames.last() {
                self.lower(parent, self.low[state as usize]);
            }
            if self.low[state as usize] == self.order[state as usize] {
                self.leave(state);
            }
        }
    }

    fn enter(&mut self, state: u32, targets: &dyn Fn(u32) -> Vec<u32>) -> (u32, Vec<u32>) {
        self.seen += 1;
        self.order[state as usize] = self.seen;
        self.low[state as usize] = self.seen;
        self.stack.push(state);
        (state, targets(state))
    }

    fn lower(&mut self, state: u32, to: u32) {
        let low = &mut self.low[state as usize];
        *low = to.min(*low);
    }

    /// Takes a component off the stack, down to its first state.
    fn leave(&mut self, first: u32) {
        let start = self.stack.iter().rposition(|&state| state == first).unwrap_or(0);
        let mut component = self.stack.split_off(start);
        component.sort_unstable();
        for &state in &component {
            self.component[state as usize] = self.found.len() as u32;
        }
        self.found.push(component);
    }
}
