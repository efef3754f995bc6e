//! What the pages say beside verdicts: what other commands find, and where it is mentioned.

use crate::cost::Cost;
use crate::tlc::{Record, Table};

/// What other commands have found.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// `tlc.json`, if there is one: what TLC made of the exported modules.
    pub tlc: Table,
    /// What `oomspec cost` measures; no page is made of nothing.
    pub costs: Vec<Cost>,
}

/// What TLC says about a protocol in a scenario, as an entry of the list of engines.
pub(crate) fn tlc(record: &Record) -> String {
    let lassos = match record.lassos {
        true => "",
        false => {
            " It was not asked what takes a search for fair cycles, because that takes a minute or more on a graph of this size."
        }
    };
    format!(
        "TLC, on the module that `oomspec export tla` writes: {} distinct states, depth {}, and the same verdict for every property that \
         it was asked, with the same length where its counterexample is the shortest.{lassos}",
        record.distinct, record.depth
    )
}
