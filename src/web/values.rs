//! The values of an expression along a path.

use std::sync::Arc;

use crate::check::observed::look;
use crate::machine::{Label, Machine};
use crate::model::visible::Visible;
use crate::source::Diagnostics;

/// Reads an expression over the variables of a machine.
pub type Expressions = Arc<dyn Fn(&str, &Machine) -> Result<Visible, Diagnostics> + Send + Sync>;

/// Its value at the start and after each step; or what is wrong with it, with the place underlined.
pub(super) fn values(
    machine: &Machine,
    steps: &[Label],
    text: &str,
    expressions: &Expressions,
) -> Result<Vec<String>, String> {
    let values = || -> Result<Vec<String>, Diagnostics> {
        let expression = expressions(text, machine)?;
        let states = machine.replay(steps);
        let values = states.iter().map(|state| look(machine, state, &expression));
        values.map(|seen| Ok(seen?.swap_remove(0).to_string())).collect()
    };
    values().map_err(|errors| errors.render(false))
}
