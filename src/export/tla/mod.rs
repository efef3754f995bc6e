//! A protocol in a scenario as a TLA+ module that TLC runs as it is, beside the unchanged modules of the spec.
//!
//! The text is made from the program alone (`action` reads each instruction anew), not from the machine's steps: so TLC's answer
//! is a second opinion on these too. Only the initial state is the machine's.

mod action;
mod errors;
mod flow;
mod fresh;
mod memory;
mod module;
mod print;
mod sort;
mod steps;
mod term;
mod tree;

use std::sync::Arc;

use crate::model::Instance;
use crate::model::properties::{PropertyModule, refuse_other_names};
use crate::model::property::{DEADLOCK, Property};
use crate::source::Diagnostics;

/// An exported protocol.
#[derive(Debug, Clone)]
pub struct Export {
    /// The module's name.
    pub name: String,
    /// Its text.
    pub module: String,
    /// The modules that it extends and instantiates, as they are: file name and text.
    pub beside: Vec<(String, String)>,
    /// What TLC can be asked; deadlock is TLC's own question.
    pub properties: Vec<Property>,
    /// What TLC is asked besides: by property, the formula that no error bears its name.
    errors: Vec<(String, Arc<str>)>,
}

/// Exports a protocol in a scenario; the module extends the first of those with properties, or stands alone.
pub fn export(instance: &Instance, modules: &[PropertyModule]) -> Result<Export, Diagnostics> {
    let name = module_name(&instance.protocol, &instance.scenario);
    let beside = modules
        .iter()
        .take(1)
        .flat_map(|module| module.spec.sources().files())
        .map(|(_, file)| (file.name.clone(), file.text.clone()));
    let modules = &modules[..modules.len().min(1)];
    refuse_other_names(&instance.machine, modules)?;
    let mut properties: Vec<Property> = modules.iter().flat_map(PropertyModule::properties).cloned().collect();
    properties.extend(module::own_properties(&instance.machine, modules));
    let errors = module::error_formulas(&instance.machine, modules);
    Ok(Export {
        module: module::module(&name, instance, modules, &errors)
            .map_err(|error| error.within(&instance.machine.program.sources))?,
        beside: beside.collect(),
        properties,
        errors,
        name,
    })
}

impl Export {
    /// All files of a folder in which TLC can be run: modules, one .cfg for the states, one for all properties, and one for each.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut names: Vec<&str> = self.properties.iter().map(|property| &*property.name).collect();
        if self.errors.iter().any(|(property, _)| property == DEADLOCK) {
            names.push(DEADLOCK);
        }
        let mut files = vec![
            (format!("{}.tla", self.name), self.module.clone()),
            (format!("{}.cfg", self.name), self.configuration(&names)),
            (format!("{}.states.cfg", self.name), self.configuration(&[])),
        ];
        for name in names {
            files.push((format!("{}.{name}.cfg", self.name), self.configuration(&[name])));
        }
        files.extend(self.beside.iter().cloned());
        files
    }

    /// The text of a .cfg that asks for these properties; of deadlock it asks what is not TLC's own question.
    pub(crate) fn configuration(&self, properties: &[&str]) -> String {
        let mut text = "SPECIFICATION Spec\n".to_string();
        for property in properties {
            let formula = (*property != DEADLOCK).then_some(*property);
            let errors = self.errors.iter().filter(|(named, _)| named == property);
            for name in formula.into_iter().chain(errors.map(|(_, formula)| &**formula)) {
                text += &format!("PROPERTY {name}\n");
            }
        }
        text
    }
}

/// `v4.14` in `foreign-mmput` is `v4_14_in_foreign_mmput`.
fn module_name(protocol: &str, scenario: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = format!("{protocol}_in_{scenario}").chars().map(plain).collect();
    // A name that starts with digits could be read as a number.
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => format!("P{name}"),
    }
}
