//! A listing beside the protocol that it changes: what is new, and what was broken before.

use super::{Checked, Verdict};
use crate::c::ast::{Cause, Reason};

/// Marks what the listing breaks and its base holds, in the same scenario; what the base breaks too is known.
pub fn against(mine: &mut Checked, base: &Checked) {
    let name = &base.instance.protocol;
    for finding in mine
        .findings
        .iter_mut()
        .filter(|finding| finding.verdict == Verdict::Violated)
    {
        let before = base
            .findings
            .iter()
            .find(|before| before.property.name == finding.property.name);
        match before.map(|before| before.verdict) {
            Some(Verdict::Violated) => {
                finding.known.get_or_insert_with(|| Reason {
                    words: format!("as in {name}"),
                    why: String::new(),
                    cause: Cause::Inherited,
                });
            }
            Some(Verdict::Holds | Verdict::Vacuous) => finding.new_against = Some(name.clone()),
            _ => {}
        }
    }
}
