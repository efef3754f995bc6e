//! Reading a module and all it needs, and collecting their names.

use std::collections::HashMap;
use std::sync::Arc;

use super::specification::{Binding, Constant, Context, Entity, Library, Owner, Specification, Substituted, Visible};
use super::syntax::{Ident, Instance, Module, Parameter, Unit};
use super::{parse, standard};
use crate::source::{Diagnostic, Diagnostics, Sources, Span};

/// How many instances of modules may stand inside each other.
const MAX_INSTANCES: usize = 1000;

impl Specification {
    /// Reads a module of a library, with everything it extends and instantiates, and checks every definition.
    pub fn load(library: &dyn Library, root: &str) -> Result<Specification, Diagnostics> {
        let mut loader = Loader {
            library,
            spec: Specification {
                sources: Sources::default(),
                modules: Vec::new(),
                visible: Vec::new(),
                contexts: Vec::new(),
                variables: Vec::new(),
                constants: Vec::new(),
            },
            known: HashMap::new(),
            reading: Vec::new(),
            errors: Vec::new(),
        };
        let module = loader.module(root, None);
        // Modules that could not be read, such as a circle of them, have no names to look up.
        if let (Some(module), true) = (module, loader.errors.is_empty()) {
            loader.context(module, None, 0);
        }
        let Loader { spec, mut errors, .. } = loader;
        if errors.is_empty() {
            errors = spec.check();
        }
        if errors.is_empty() {
            Ok(spec)
        } else {
            let sources = spec.sources;
            Err(Diagnostics { sources, errors })
        }
    }
}

struct Loader<'l> {
    library: &'l dyn Library,
    spec: Specification,
    known: HashMap<Arc<str>, Option<usize>>,
    reading: Vec<Arc<str>>,
    errors: Vec<Diagnostic>,
}

impl Loader<'_> {
    /// Reads a module and those it extends or instantiates, once each.
    fn module(&mut self, name: &str, wanted: Option<Span>) -> Option<usize> {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let at = |message: String| match wanted {
            Some(span) => Diagnostic::at(span, message),
            None => Diagnostic::general(message),
        };
        if let Some(first) = self.reading.iter().position(|r| &**r == name) {
            let mut circle = self.reading[first..].to_vec();
            circle.push(name.into());
            let message = format!(
                "module `{name}` extends or instantiates itself: {}",
                circle.join(" -> ")
            );
            self.errors
                .push(at(message).help("break the circle: a module cannot need itself"));
            return None;
        }
        let module = match self.library.read(name) {
            None => {
                let mut error = at(format!("there is no module `{name}`"));
                if standard::REFUSED.contains(&name) {
                    error = at(format!("the standard module `{name}` is outside the subset"));
                }
                Err(vec![error])
            }
            Some(Err(error)) => Err(vec![Diagnostic { span: wanted, ..error }]),
            Some(Ok(text)) => {
                let file = self.spec.sources.add(format!("{name}.tla"), text.as_str());
                parse::module(&text, file).and_then(|m| named(m, name))
            }
        };
        let id = match module {
            Ok(module) => {
                self.reading.push(name.into());
                self.needs(&module);
                self.reading.pop();
                let visible = self.visible(&module);
                self.spec.visible.push(visible);
                self.spec.modules.push(module);
                Some(self.spec.modules.len() - 1)
            }
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        };
        self.known.insert(name.into(), id);
        id
    }

    fn visible(&self, module: &Module) -> Visible {
        let mut visible = Visible::default();
        visible.modules.insert(self.spec.modules.len());
        let instances = module.units.iter().filter_map(|u| match u {
            Unit::Instance(i) if i.name.is_none() => Some(&i.module),
            _ => None,
        });
        for name in module.extends.iter().chain(instances) {
            for (operator, ..) in standard::module(&name.text).unwrap_or_default() {
                visible.standard.insert(operator.into());
            }
        }
        for name in &module.extends {
            if let Some(Some(extended)) = self.known.get(&name.text) {
                let Visible { modules, standard } = self.spec.visible[*extended].clone();
                visible.modules.extend(modules);
                visible.standard.extend(standard);
            }
        }
        visible
    }

    fn needs(&mut self, module: &Module) {
        for name in &module.extends {
            self.need(name);
        }
        for unit in &module.units {
            if let Unit::Instance(instance) = unit {
                self.need(&instance.module);
            }
        }
    }

    fn need(&mut self, name: &Ident) {
        if standard::module(&name.text).is_none() {
            self.module(&name.text, Some(name.span));
        }
    }

    /// Makes the context of a module: the root, or one more instance of it.
    fn context(&mut self, module: usize, outer: Option<Outer<'_>>, depth: usize) -> usize {
        let id = self.spec.contexts.len();
        let mut context = Context {
            module,
            outer: outer.as_ref().map(|o| (o.context, o.module)),
            ..Context::default()
        };
        for (name, builtin, arity) in standard::LANGUAGE {
            let entity = Entity::Builtin(*builtin, *arity);
            let entry = (Owner::Language, entity);
            context.names.insert((*name).into(), entry);
        }
        self.spec.contexts.push(context);
        let mut order = Vec::new();
        self.extended(module, &mut order);
        for (module, standard) in order {
            match (module, standard) {
                (_, Some(name)) => self.standard(id, &name),
                (Some(module), _) => self.units(id, module, outer.as_ref(), depth),
                _ => {}
            }
        }
        id
    }

    /// A module after those it extends, each once.
    fn extended(&self, module: usize, order: &mut Vec<(Option<usize>, Option<Arc<str>>)>) {
        if order.iter().any(|(m, _)| *m == Some(module)) {
            return;
        }
        for name in &self.spec.modules[module].extends {
            match self.known.get(&name.text) {
                Some(Some(inner)) => self.extended(*inner, order),
                _ => order.push((None, Some(name.text.clone()))),
            }
        }
        order.push((Some(module), None));
    }

    fn standard(&mut self, context: usize, name: &str) {
        for (name, builtin, arity) in standard::module(name).unwrap_or_default() {
            let entry = (Owner::Standard, Entity::Builtin(builtin, arity));
            let names = &mut self.spec.contexts[context].names;
            names.entry(name.into()).or_insert(entry);
        }
    }

    fn units(&mut self, id: usize, module: usize, outer: Option<&Outer<'_>>, depth: usize) {
        // The units are taken out while names are entered, which needs the spec.
        let units = std::mem::take(&mut self.spec.modules[module].units);
        for (index, unit) in units.iter().enumerate() {
            match unit {
                Unit::Constants(constants) => {
                    for constant in constants {
                        self.constant(id, module, constant, outer);
                    }
                }
                Unit::Variables(variables) => {
                    for variable in variables {
                        self.variable(id, module, variable, outer);
                    }
                }
                Unit::Definition(d) => {
                    let entity = Entity::Definition(id, module, index);
                    self.enter(id, module, &d.name, entity, d.local);
                }
                Unit::Instance(instance) => {
                    let place = Outer {
                        context: id,
                        module,
                        unit: index,
                        instance,
                    };
                    self.instance(place, depth);
                }
                Unit::Assumption(_) => {}
            }
        }
        self.spec.modules[module].units = units;
    }

    fn constant(&mut self, id: usize, module: usize, c: &Parameter, outer: Option<&Outer<'_>>) {
        let entity = match outer {
            Some(outer) => self.substituted(id, &c.name, None, outer),
            None => {
                self.spec.constants.push(Constant {
                    name: c.name.text.clone(),
                    arity: c.arity,
                    span: c.name.span,
                    binding: Binding::None,
                });
                Entity::Constant(self.spec.constants.len() - 1)
            }
        };
        self.enter(id, module, &c.name, entity, false);
    }

    fn variable(&mut self, id: usize, module: usize, name: &Ident, outer: Option<&Outer<'_>>) {
        let index = self.spec.contexts[id].variables.len();
        let entity = match outer {
            Some(outer) => self.substituted(id, name, Some(index), outer),
            None => {
                self.spec.variables.push(name.text.clone());
                Entity::Variable(index)
            }
        };
        self.spec.contexts[id].variables.push(name.text.clone());
        self.enter(id, module, name, entity, false);
    }

    fn substituted(&mut self, context: usize, name: &Ident, variable: Option<usize>, outer: &Outer<'_>) -> Entity {
        let substitutions = &outer.instance.substitutions;
        let position = substitutions.iter().position(|(n, _)| n.text == name.text);
        if position.is_none() && self.spec.lookup(outer.context, outer.module, &name.text).is_none() {
            let module = &outer.instance.module;
            let message = format!("`{}` of module `{}` has no value", name.text, module.text);
            let help = format!("add `WITH {} <- ...`", name.text);
            self.errors
                .push(Diagnostic::at(outer.instance.span, message).help(help));
        }
        Entity::Substituted(Substituted {
            name: name.text.clone(),
            context,
            variable,
            by: position.map(|p| (outer.module, outer.unit, p)),
        })
    }

    fn instance(&mut self, place: Outer<'_>, depth: usize) {
        let Outer {
            context,
            module,
            instance,
            ..
        } = place;
        let name = instance.module.text.clone();
        let Some(inner) = self.known.get(&name).copied() else {
            if instance.name.is_none() {
                self.standard(context, &name);
            } else {
                let message = "a name for a standard module is outside the subset";
                self.errors.push(
                    Diagnostic::at(instance.span, message)
                        .help(format!("write `EXTENDS {name}` or `LOCAL INSTANCE {name}`")),
                );
            }
            return;
        };
        let Some(inner) = inner else { return };
        if depth > 30 || self.spec.contexts.len() > MAX_INSTANCES {
            let message = "there are too many instances inside each other";
            self.errors.push(Diagnostic::at(instance.span, message));
            return;
        }
        let new = self.context(inner, Some(place), depth + 1);
        self.check_substitutions(instance, new);
        if let Some(name) = &instance.name {
            self.enter(context, module, name, Entity::Instance(new), instance.local);
            return;
        }
        let mut imported: Vec<(Arc<str>, Entity)> = Vec::new();
        for (name, (_, entity)) in &self.spec.contexts[new].names {
            if matches!(entity, Entity::Definition(..) | Entity::Instance(_)) {
                imported.push((name.clone(), entity.clone()));
            }
        }
        imported.sort_by(|a, b| a.0.cmp(&b.0));
        for (text, entity) in imported {
            let span = instance.span;
            self.enter(context, module, &Ident { text, span }, entity, instance.local);
        }
    }

    fn check_substitutions(&mut self, instance: &Instance, context: usize) {
        for (i, (name, _)) in instance.substitutions.iter().enumerate() {
            let declared = self.spec.contexts[context].names.get(&name.text);
            let declared = matches!(declared, Some((_, Entity::Substituted(s))) if s.context == context);
            if !declared {
                let message = format!(
                    "module `{}` declares no variable or constant `{}`",
                    instance.module.text, name.text
                );
                self.errors.push(Diagnostic::at(name.span, message));
            }
            let mut before = instance.substitutions[..i].iter();
            if before.any(|(n, _)| n.text == name.text) {
                let message = format!("`{}` is substituted twice", name.text);
                self.errors.push(Diagnostic::at(name.span, message));
            }
        }
    }

    fn enter(&mut self, id: usize, module: usize, name: &Ident, entity: Entity, local: bool) {
        let context = &self.spec.contexts[id];
        let taken = self.spec.lookup(id, module, &name.text).is_some()
            || matches!(context.names.get(&name.text), Some((Owner::Module(_), _)));
        if taken {
            let message = format!("`{}` is already defined or declared", name.text);
            self.errors
                .push(Diagnostic::at(name.span, message).label("give it another name"));
            return;
        }
        let context = &mut self.spec.contexts[id];
        if local {
            context.local.insert((module, name.text.clone()), entity);
        } else {
            let entry = (Owner::Module(module), entity);
            context.names.insert(name.text.clone(), entry);
        }
    }
}

/// An `INSTANCE` and where it stands.
struct Outer<'m> {
    context: usize,
    module: usize,
    unit: usize,
    instance: &'m Instance,
}

fn named(module: Module, wanted: &str) -> Result<Module, Vec<Diagnostic>> {
    if *module.name.text == *wanted {
        return Ok(module);
    }
    let message = format!("the module in `{wanted}.tla` is named `{}`", module.name.text);
    Err(vec![Diagnostic::at(module.name.span, message)])
}
