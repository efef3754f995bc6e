//! Functions: parameters, annotations, body.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use super::keywords;
use crate::c::ast::{Annotation, AnnotationKind, Function, Hold, Param, Type};
use crate::source::Diagnostic;

impl Converter<'_> {
    pub(super) fn function(&mut self, node: Node<'_>) -> Checked<Function> {
        if let Some((_, old)) = children(node)
            .into_iter()
            .find(|(_, child)| child.kind() == "declaration")
        {
            return Err(self.error(
                old,
                "a parameter's type after the list",
                "write it inside: `void f(unsigned x)`",
            ));
        }
        let (result, _) = self.declaration(node, &["compound_statement"])?;
        let (declarator, body) = (self.part(node, "declarator")?, self.part(node, "body")?);
        let (declared, end) = (self.declarator(declarator, result)?, declarator.end_byte());
        let Some(list) = declared.parameters else {
            return Err(self.error(node, "a body without a parameter list", "write `void f(void) { … }`"));
        };
        keywords::refuse(&declared.name)?;
        if self.defines.macros.contains_key(&declared.name.name) {
            let message = format!("`{}` is a macro already", declared.name.name);
            return Err(Diagnostic::at(declared.name.span, message)
                .help("calls would mean the macro: write a #define of your own, or use another name"));
        }
        if !matches!(declared.ty.plain(), Type::Void) {
            self.scalar(node, &declared.ty, "a result")?;
        }
        let params = self.parameters(list)?;
        let annotations = self.annotations(&params, end..body.start_byte());
        self.errors.extend(contradictions(&annotations, &declared.ty));
        Ok(Function {
            name: declared.name,
            params,
            // A `const` result is a value like any other.
            result: declared.ty.plain().clone(),
            annotations,
            body: self.statement(body)?,
            span: self.span(node),
        })
    }

    fn parameters(&mut self, list: Node<'_>) -> Checked<Vec<Param>> {
        let mut params: Vec<Param> = Vec::new();
        let entries: Vec<_> = children(list)
            .into_iter()
            .map(|(_, child)| child)
            .filter(|child| !matches!(child.kind(), "(" | ")" | ","))
            .collect();
        if let [only] = entries.as_slice()
            && self.text(*only) == "void"
        {
            return Ok(params);
        }
        for entry in entries {
            let param = self.parameter(entry)?;
            if params.iter().any(|other| other.name.name == param.name.name) {
                return Err(self.error(entry, "two parameters of one name", "rename one of them"));
            }
            params.push(param);
        }
        Ok(params)
    }

    fn parameter(&mut self, node: Node<'_>) -> Checked<Param> {
        if node.kind() != "parameter_declaration" {
            return Err(self.error(
                node,
                "a parameter without a type",
                "write `struct NAME *x` or `unsigned x`",
            ));
        }
        let (base, declarators) = self.declaration(node, &[])?;
        let is_abstract = |kind| matches!(kind, "abstract_pointer_declarator" | "abstract_array_declarator");
        let named = declarators
            .into_iter()
            .find(|declarator| !is_abstract(declarator.kind()));
        let named = named.ok_or_else(|| self.error(node, "a parameter without a name", "name it"))?;
        let declared = self.declarator(named, base)?;
        if declared.parameters.is_some() {
            return Err(self.error(
                node,
                "functions as parameters are not in the subset",
                "call a function by its name",
            ));
        }
        keywords::refuse(&declared.name)?;
        self.scalar(node, &declared.ty, "a parameter")?;
        Ok(Param {
            name: declared.name,
            ty: declared.ty,
        })
    }

    /// The annotations between a parameter list and a body.
    fn annotations(&mut self, params: &[Param], between: std::ops::Range<usize>) -> Vec<Annotation> {
        let names: Vec<&str> = params.iter().map(|param| param.name.name.as_str()).collect();
        let mut found: Vec<Annotation> = Vec::new();
        let marks = self.marks;
        for mark in &marks.functions {
            if !between.contains(&(mark.span.start as usize)) {
                continue;
            }
            let mut mark = mark.clone();
            for argument in &mut mark.arguments {
                let renamed = self.renamed(&argument.name, argument.span);
                argument.name = self.keep(renamed).map_or_else(String::new, |ident| ident.name);
            }
            let annotation = mark.meaning(&names);
            let Some(annotation) = self.keep(annotation) else {
                continue;
            };
            if found.iter().any(|other| same_kind(other, &annotation)) {
                self.errors.push(
                    Diagnostic::at(mark.span, format!("`{}` stands here twice", mark.name.name))
                        .help("remove one of them"),
                );
            }
            found.push(annotation);
        }
        found
    }
}

/// Annotations that do not go together, or that say nothing on this function.
fn contradictions(annotations: &[Annotation], result: &Type) -> Vec<Diagnostic> {
    use crate::c::ast::AnnotationKind::{
        Acquires, Atomic, CondAcquires, Counts, Daemon, Init, Releases, StronglyFair, Task, Unfair,
    };
    let find = |wanted: &dyn Fn(&AnnotationKind) -> bool| annotations.iter().find(|one| wanted(&one.kind));
    let atomic = find(&|kind| *kind == Atomic);
    let roles: Vec<&Annotation> = annotations
        .iter()
        .filter(|one| matches!(one.kind, Task(_) | Daemon(_)))
        .collect();
    let mut errors = Vec::new();
    if let [first, second, ..] = roles.as_slice() {
        errors.push(
            Diagnostic::at(second.span, "a function has one role")
                .also(first.span, "it has this one already")
                .help("write a function for each thread; they can call the same functions"),
        );
    }
    let role = find(&|kind| matches!(kind, Task(_) | Daemon(_) | Unfair));
    let init = find(&|kind| *kind == Init);
    if let (Some(init), Some(other)) = (init, annotations.iter().find(|one| one.kind != Init)) {
        errors.push(
            Diagnostic::at(other.span, "what is `__initially` is nothing else")
                .also(init.span, "it runs once, before everything")
                .help("remove one of the two"),
        );
    }
    if let (Some(role), Some(atomic)) = (role, atomic) {
        errors.push(
            Diagnostic::at(atomic.span, "a thread is not `__atomic`")
                .also(role.span, "this makes it a thread")
                .help("call an `__atomic` function from it"),
        );
    }
    for one in annotations.iter().filter(|_| atomic.is_none()) {
        let message = match one.kind {
            Acquires(..) | CondAcquires(..) | Releases(_) => "only an `__atomic` function takes or releases a lock",
            StronglyFair => "only an `__atomic` function is strongly fair",
            Counts(_) => "only an `__atomic` function is counted",
            _ => continue,
        };
        errors.push(Diagnostic::at(one.span, message).help("annotate the `__atomic` function that does it"));
    }
    for one in annotations {
        if let Acquires(lock, Hold::Alone) | CondAcquires(lock, Hold::Alone) = &one.kind {
            let shared = find(
                &|kind| matches!(kind, Acquires(other, Hold::Shared) | CondAcquires(other, Hold::Shared) if other.name == lock.name),
            );
            if let Some(shared) = shared {
                errors.push(
                    Diagnostic::at(one.span, "a lock is held alone, or shared")
                        .also(shared.span, "shared, this says")
                        .help("remove one of the two"),
                );
            }
        }
        if let CondAcquires(lock, _) = &one.kind {
            let always = find(&|kind| matches!(kind, Acquires(other, _) if other.name == lock.name));
            if let Some(always) = always {
                errors.push(
                    Diagnostic::at(one.span, "a lock is taken always, or only if the result is true")
                        .also(always.span, "always, this says")
                        .help("remove one of the two"),
                );
            }
            if matches!(result.plain(), Type::Void) {
                errors.push(
                    Diagnostic::at(one.span, "a function that may take a lock returns whether it did")
                        .help("make it return bool, or write `__acquires`"),
                );
            }
        }
    }
    errors
}

/// Whether both say the same, so that one is enough.
fn same_kind(a: &Annotation, b: &Annotation) -> bool {
    use crate::c::ast::AnnotationKind::{Acquires, CondAcquires, Releases};
    match (&a.kind, &b.kind) {
        (Acquires(a, hold), Acquires(b, other)) | (CondAcquires(a, hold), CondAcquires(b, other)) => {
            a.name == b.name && hold == other
        }
        (Releases(a), Releases(b)) => a.name == b.name,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
