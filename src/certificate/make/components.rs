//! Strongly connected components of some states of a region.

use crate::certificate::verify::region::Region;
use crate::cycles::Tarjan;

/// The number of a state in no component.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The components, each behind those that its steps lead to; and by state the number of its component.
pub(crate) fn components(region: &Region<'_>, members: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let count = region.unkept.len();
    let mut is_member = vec![false; count];
    members.iter().for_each(|&state| is_member[state as usize] = true);
    // Last first: the order of the components is written into certificates.
    let found = Tarjan::new(count).components(members, |state| {
        let steps = region.steps(state as usize).map(|(_, to)| to);
        let targets: Vec<usize> = steps.filter(|&to| is_member[to]).collect();
        targets.into_iter().rev().map(|to| to as u32)
    });
    let mut found: Vec<Vec<u32>> = found.iter().map(<[u32]>::to_vec).collect();
    let mut number = vec![NOWHERE; count];
    for (component, states) in (0..).zip(&mut found) {
        states.sort_unstable();
        for &state in &*states {
            number[state as usize] = component;
        }
    }
    (found, number)
}
