//! A protocol in a scenario as a TLA+ module that TLC runs as it is, beside the unchanged modules of the spec.
//!
//! The text is made from the program alone (`action` reads each instruction anew), not from the machine's steps: so TLC's answer
//! is a second opinion on these too. Only the initial state is the machine's.

mod action;
mod flow;
mod fresh;
mod kind;
mod memory;
mod module;
mod print;
mod steps;
mod term;
mod tree;

use crate::check::property::Property;
use crate::check::theory::Theory;
use crate::source::Diagnostics;
use crate::spec::Instance;

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
}

/// Exports a protocol in a scenario; the module extends that of the first theory, or stands alone.
pub fn export(instance: &Instance, theories: &[Theory]) -> Result<Export, Diagnostics> {
    let name = module_name(&instance.protocol, &instance.scenario);
    let beside = theories
        .iter()
        .take(1)
        .flat_map(|theory| theory.spec.sources().files())
        .map(|(_, file)| (file.name.clone(), file.text.clone()));
    let theories = &theories[..theories.len().min(1)];
    let mut properties: Vec<Property> = theories.iter().flat_map(Theory::properties).cloned().collect();
    properties.extend(module::own_properties(&instance.machine, theories));
    Ok(Export {
        module: module::module(&name, instance, theories).map_err(|error| Diagnostics {
            sources: instance.machine.program.sources.clone(),
            errors: vec![error],
        })?,
        beside: beside.collect(),
        properties,
        name,
    })
}

impl Export {
    /// All files of a folder in which TLC can be run: modules, one .cfg for the states, one for all properties, and one for each.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![
            (format!("{}.tla", self.name), self.module.clone()),
            (
                format!("{}.cfg", self.name),
                configuration(self.properties.iter().map(|property| &*property.name)),
            ),
            (format!("{}.states.cfg", self.name), configuration([])),
        ];
        for property in &self.properties {
            let file = format!("{}.{}.cfg", self.name, property.name);
            files.push((file, configuration([&*property.name])));
        }
        files.extend(self.beside.iter().cloned());
        files
    }
}

/// The text of a .cfg that asks for these properties.
pub fn configuration<'a>(properties: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = "SPECIFICATION Spec\n".to_string();
    for property in properties {
        text += &format!("PROPERTY {property}\n");
    }
    text
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
