//! A specification: a root module with everything it extends and instantiates.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::expr::{Builtin, Level};
use super::syntax::{Definition, Expr, Module, Unit};
use super::value::Value;
use crate::source::{Diagnostic, FileId, Sources, Span};

/// Where the texts of modules come from.
pub trait Library {
    /// The text of a module, or why it has none; nothing if there is no module of this name.
    fn read(&self, module: &str) -> Option<Result<String, Diagnostic>>;
}

impl<F: Fn(&str) -> Option<String>> Library for F {
    fn read(&self, module: &str) -> Option<Result<String, Diagnostic>> {
        self(module).map(Ok)
    }
}

/// A specification: modules read, names known. Constants may still want values.
#[derive(Debug)]
pub struct Specification {
    pub(super) sources: Sources,
    pub(super) modules: Vec<Module>,
    /// What each module sees.
    pub(super) visible: Vec<Visible>,
    /// The root is the first; every `INSTANCE` has its own.
    pub(super) contexts: Vec<Context>,
    pub(super) variables: Vec<Arc<str>>,
    pub(super) constants: Vec<Constant>,
}

/// A declared constant.
#[derive(Debug, Clone)]
pub(crate) struct Constant {
    /// Its name.
    pub name: Arc<str>,
    /// How many arguments it takes: usually none.
    pub arity: usize,
    /// Its declaration.
    pub span: Span,
    pub(super) binding: Binding,
}

impl Constant {
    /// Whether it has been given a value or an operator.
    pub(crate) fn is_bound(&self) -> bool {
        !matches!(self.binding, Binding::None)
    }
}

#[derive(Debug, Clone)]
pub(super) enum Binding {
    None,
    Value(Value),
    Operator(Arc<str>),
}

/// The names visible in one module and those it extends.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub names: HashMap<Arc<str>, (Owner, Entity)>,
    /// `LOCAL` names, by module.
    pub local: HashMap<(usize, Arc<str>), Entity>,
    /// The variables declared here, in order.
    pub variables: Vec<Arc<str>>,
    /// The module that an `INSTANCE` names.
    pub module: usize,
    /// Where the `INSTANCE` stands: context and module.
    pub outer: Option<(usize, usize)>,
}

/// Who brought a name into a context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Owner {
    Language,
    Standard,
    Module(usize),
}

/// What a module sees through its `EXTENDS`.
#[derive(Debug, Default, Clone)]
pub(super) struct Visible {
    pub modules: HashSet<usize>,
    pub standard: HashSet<Arc<str>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entity {
    Variable(usize),
    Constant(usize),
    /// Context, module, unit.
    Definition(usize, usize, usize),
    Builtin(Builtin, usize),
    /// The context of a named `INSTANCE`.
    Instance(usize),
    Substituted(Substituted),
}

/// A variable or constant of an instantiated module.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Substituted {
    pub name: Arc<str>,
    /// The context in which it was declared.
    pub context: usize,
    /// Its index among the variables of its context, if it is one.
    pub variable: Option<usize>,
    /// Module, unit and position of the substitution; else the same name outside.
    pub by: Option<(usize, usize, usize)>,
}

impl Specification {
    /// The texts, for rendering diagnostics.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Adds a text about which there may be something to say, such as a configuration file.
    pub(crate) fn add_text(&mut self, name: impl Into<String>, text: &str) -> FileId {
        self.sources.add(name, text)
    }

    /// The root module's name.
    pub fn name(&self) -> &str {
        self.modules.get(self.contexts[0].module).map_or("", |m| &m.name.text)
    }

    /// The variables; states are vectors in this order.
    pub fn variables(&self) -> &[Arc<str>] {
        &self.variables
    }

    /// The index of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|v| &**v == name)
    }

    /// The constants.
    pub(crate) fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// Gives a constant its value.
    pub(crate) fn bind(&mut self, name: &str, value: Value) -> Result<(), Diagnostic> {
        let constant = self.constant(name)?;
        if constant.arity > 0 {
            let message = format!("the constant `{name}` takes arguments, and no value does");
            return Err(Diagnostic::general(message).help(format!("write `CONSTANT {name} <- Operator`")));
        }
        constant.binding = Binding::Value(value);
        Ok(())
    }

    /// Lets an operator stand for a constant: `CONSTANT C <- Op`.
    pub(crate) fn substitute(&mut self, name: &str, operator: &str) -> Result<(), Diagnostic> {
        if !self.contexts[0].names.contains_key(operator) {
            return Err(Diagnostic::general(format!(
                "there is no operator `{operator}` to stand for `{name}`"
            )));
        }
        let parameters = self.definition(operator).map(|definition| definition.parameters.len());
        if parameters == Some(0) && self.operator(operator)?.level() > Level::Constant {
            let message = format!("`{operator}` is no constant, so it cannot stand for `{name}`");
            return Err(Diagnostic::general(message));
        }
        let constant = self.constant(name)?;
        if parameters.is_some_and(|parameters| parameters != constant.arity) {
            let message = format!("`{operator}` does not take as many arguments as `{name}`");
            return Err(Diagnostic::general(message));
        }
        constant.binding = Binding::Operator(operator.into());
        Ok(())
    }

    /// The definition of an operator of the root module or those it extends.
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        match self.lookup(0, self.contexts[0].module, name)? {
            Entity::Definition(_, module, unit) => self.definition_at(*module, *unit),
            _ => None,
        }
    }

    /// The operators that the root module itself defines, in the order of the text.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        let module = self.modules.get(self.contexts[0].module);
        module.into_iter().flat_map(|m| &m.units).filter_map(|u| match u {
            Unit::Definition(d) => Some(d),
            _ => None,
        })
    }

    /// The operators that the root module and those it extends define, those it extends first.
    pub(crate) fn all_definitions(&self) -> impl Iterator<Item = &Definition> {
        let root = self.contexts[0].module;
        let extended = &self.visible[root].modules;
        // A module is numbered when it has been read, after those it extends.
        let modules = (0..self.modules.len()).filter(move |module| *module == root || extended.contains(module));
        modules
            .flat_map(|module| &self.modules[module].units)
            .filter_map(|unit| match unit {
                Unit::Definition(definition) => Some(definition),
                _ => None,
            })
    }

    /// The comment that stands directly above a definition, without its marks.
    pub fn comment(&self, definition: &Definition) -> String {
        let text = &self.sources.file(definition.span.file).text;
        let above = text.get(..definition.span.start as usize).unwrap_or("");
        let mut lines: Vec<&str> = Vec::new();
        for line in above.trim_end_matches([' ', '\t']).lines().rev() {
            let line = line.trim();
            let Some(comment) = line.strip_prefix("\\*") else {
                break;
            };
            lines.push(comment.trim());
        }
        lines.reverse();
        lines.join("\n")
    }

    /// The end of the root module, where everything is defined.
    pub(super) fn end(&self) -> Span {
        let file = self.modules[self.contexts[0].module].name.span.file;
        let end = self.sources.file(file).text.len() as u32;
        Span { file, start: end, end }
    }

    pub(super) fn definition_at(&self, module: usize, unit: usize) -> Option<&Definition> {
        match self.modules.get(module)?.units.get(unit)? {
            Unit::Definition(d) => Some(d),
            _ => None,
        }
    }

    pub(super) fn substitution_at(&self, at: (usize, usize, usize)) -> Option<&Expr> {
        match self.modules.get(at.0)?.units.get(at.1)? {
            Unit::Instance(i) => i.substitutions.get(at.2).map(|(_, e)| e),
            _ => None,
        }
    }

    /// What a name stands for in a module of a context.
    pub(super) fn lookup(&self, context: usize, module: usize, name: &str) -> Option<&Entity> {
        let context = &self.contexts[context];
        let local = context.local.get(&(module, Arc::from(name)));
        local.or_else(|| {
            let (owner, entity) = context.names.get(name)?;
            let visible = match owner {
                Owner::Language => true,
                Owner::Standard => self.visible[module].standard.contains(name),
                Owner::Module(owner) => self.visible[module].modules.contains(owner),
            };
            visible.then_some(entity)
        })
    }

    fn constant(&mut self, name: &str) -> Result<&mut Constant, Diagnostic> {
        let found = self.constants.iter_mut().find(|c| &*c.name == name);
        found.ok_or_else(|| Diagnostic::general(format!("there is no constant `{name}`")))
    }
}
