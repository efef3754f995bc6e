//! `--symmetry`: what it goes with, what it asks, and what came of it.

use oomspec::check::{Checked, Symmetry, is_of_single_states};
use oomspec::model::Instance;
use oomspec::model::properties::{PropertyModule, of_machine};
use oomspec::model::property::Property;

use super::output::misuse;

/// So many graphs are spoken of one by one.
const FEW: usize = 8;

/// Refuses what does not go with it.
pub fn refuse(symmetry: bool, stateright: bool, keeping: bool) {
    if symmetry && stateright {
        misuse("--symmetry is for our own graph: leave --engine out");
    }
    if symmetry && keeping {
        misuse("a search with --symmetry is not kept: leave --checkpoint and --resume out");
    }
}

/// The names of the properties that are asked: all of single states, if none is named.
pub fn properties(modules: &[PropertyModule], instances: &[Instance], named: &[String]) -> Vec<String> {
    let of_machines = instances
        .iter()
        .flat_map(|instance| of_machine(&instance.machine, modules));
    let mut all: Vec<Property> = modules.iter().flat_map(PropertyModule::properties).cloned().collect();
    all.extend(of_machines);
    let asked = |property: &&Property| named.is_empty() || named.contains(&property.name);
    let (single, more): (Vec<&Property>, Vec<&Property>) = all
        .iter()
        .filter(asked)
        .partition(|property| is_of_single_states(property.kind));
    if let (false, Some(property)) = (named.is_empty(), more.first()) {
        misuse(&format!(
            "{} speaks of more than single states, which --symmetry does not decide: fairness is one of each thread (Emerson and \
             Sistla, 1997)",
            property.name
        ));
    }
    let mut names: Vec<String> = Vec::new();
    for property in single {
        if !names.contains(&property.name) {
            names.push(property.name.clone());
        }
    }
    names
}

/// Says which threads are alike, or what tells them apart.
pub fn tell(checked: &[Checked]) {
    let told = |checked: &&Checked| checked.symmetry != Symmetry::NotAsked;
    let told: Vec<&Checked> = checked.iter().filter(told).collect();
    if told.len() > FEW {
        let alike = |checked: &&&Checked| matches!(checked.symmetry, Symmetry::Alike(_));
        let alike = told.iter().filter(alike).count();
        super::note(&format!(
            "threads are alike in {alike} of {} graphs; in the others every state was explored",
            told.len()
        ));
        return;
    }
    for checked in told {
        let name = format!("{} in {}", checked.instance.protocol, checked.instance.scenario);
        match &checked.symmetry {
            Symmetry::NotAsked => {}
            Symmetry::Alike(families) => {
                let families: Vec<String> = families.iter().map(|threads| threads.join(", ")).collect();
                super::note(&format!("{name}: alike are {}", families.join("; and ")));
            }
            Symmetry::ToldApart(why) => super::note(&format!("{name}: every state was explored: {why}")),
        }
    }
}
