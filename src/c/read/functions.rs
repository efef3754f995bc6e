//! Functions: parameters, annotations, body.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use crate::c::ast::{Annotation, Function, Param, Type};
use crate::source::Diagnostic;

/// These are statements of the language, so that nobody defines them.
const BUILT_IN: [&str; 5] = ["await", "choose", "BUG_ON", "kfree", "panic"];

impl Converter<'_> {
    pub(super) fn function(&mut self, node: Node<'_>) -> Checked<Function> {
        let (mut result, mut declared, mut body) = (None, None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("type"), _) => result = Some(self.base_type(child)?),
                (Some("declarator"), _) => {
                    let result = result.clone().ok_or_else(|| self.unexpected(child))?;
                    declared = Some((self.declarator(child, result)?, child.end_byte()));
                }
                (Some("body"), "compound_statement") => body = Some(child),
                (None, "declaration") => {
                    return Err(self.error(
                        child,
                        "a parameter's type after the list",
                        "write it inside: `void f(unsigned x)`",
                    ));
                }
                _ if self.is_noise(child)? => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        let (Some((declared, end)), Some(body)) = (declared, body) else {
            return Err(self.unexpected(node));
        };
        let Some(list) = declared.parameters else {
            return Err(self.error(node, "a body without a parameter list", "write `void f(void) { … }`"));
        };
        if BUILT_IN.contains(&declared.name.name.as_str()) {
            return Err(
                Diagnostic::at(declared.name.span, format!("`{}` is built in", declared.name.name))
                    .help("use another name"),
            );
        }
        if !matches!(declared.ty, Type::Void) {
            self.scalar(node, &declared.ty, "a result")?;
        }
        let params = self.parameters(list)?;
        let annotations = self.annotations(&params, end..body.start_byte());
        Ok(Function {
            name: declared.name,
            params,
            result: declared.ty,
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
        let (mut base, mut declared) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("type"), _) => base = Some(self.base_type(child)?),
                (Some("declarator"), "abstract_pointer_declarator" | "abstract_array_declarator") => {}
                (Some("declarator"), _) => {
                    let base = base.clone().ok_or_else(|| self.unexpected(child))?;
                    declared = Some(self.declarator(child, base)?);
                }
                _ if self.is_noise(child)? => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        let declared = declared.ok_or_else(|| self.error(node, "a parameter without a name", "name it"))?;
        if declared.parameters.is_some() {
            return Err(self.error(
                node,
                "functions as parameters are not in the subset",
                "call a function by its name",
            ));
        }
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

/// Whether both say the same, so that one is enough.
fn same_kind(a: &Annotation, b: &Annotation) -> bool {
    use crate::c::ast::AnnotationKind::{Acquires, CondAcquires, Releases};
    match (&a.kind, &b.kind) {
        (Acquires(a), Acquires(b)) | (CondAcquires(a), CondAcquires(b)) | (Releases(a), Releases(b)) => {
            a.name == b.name
        }
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
