//! What stands at the top level of a file: structs, enums, globals and functions.

use tree_sitter::Node;

use super::constant;
use super::convert::{Checked, Converter, children};
use super::types::Declared;
use crate::c::ast::{Annotation, Designator, Enum, Field, Function, Global, Init, Param, Struct, Type};
use crate::source::Diagnostic;

/// What a file defines, in its order.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) structs: Vec<Struct>,
    pub(super) enums: Vec<Enum>,
    pub(super) globals: Vec<Global>,
    pub(super) functions: Vec<Function>,
}

/// These are statements of the language, so that nobody defines them.
const BUILT_IN: [&str; 5] = ["await", "choose", "BUG_ON", "kfree", "panic"];

impl Converter<'_> {
    /// All definitions of a file; mistakes go to `errors`.
    pub(super) fn definitions(&mut self, root: Node<'_>) -> Definitions {
        let mut found = Definitions::default();
        let mut ends = true;
        for (_, node) in children(root) {
            if !ends && node.kind() != ";" {
                let error = self.error(node, "a `;` is missing before this", "a struct or enum ends with `};`");
                self.errors.push(error);
            }
            ends = !matches!(node.kind(), "struct_specifier" | "enum_specifier");
            let done = self.definition(node, &mut found);
            self.keep(done);
        }
        self.unclaimed_marks(root);
        found
    }

    fn definition(&mut self, node: Node<'_>, found: &mut Definitions) -> Checked<()> {
        match node.kind() {
            ";" | "preproc_include" | "preproc_def" => {}
            "expression_statement" if self.text(node) == ";" => {}
            "expression_statement" => {
                return Err(self.error(node, "a statement outside functions", "move it into a function"));
            }
            "struct_specifier" => found.structs.extend(self.structure(node)?),
            "enum_specifier" => found.enums.extend(self.enumeration(node)?),
            "declaration" => self.globals(node, &mut found.globals)?,
            "function_definition" => found.functions.push(self.function(node)?),
            "type_definition" => self.type_definition(node)?,
            _ => return Err(self.unexpected(node)),
        }
        Ok(())
    }

    /// Annotations that belong to nothing.
    fn unclaimed_marks(&mut self, root: Node<'_>) {
        let mut after_parameters = Vec::new();
        for (_, node) in children(root) {
            if matches!(node.kind(), "function_definition" | "declaration") {
                after_parameters.push(node.byte_range());
            }
        }
        for mark in &self.marks.functions {
            if !after_parameters
                .iter()
                .any(|range| range.contains(&(mark.span.start as usize)))
            {
                self.errors.push(
                    Diagnostic::at(mark.span, format!("`{}` is in the wrong place", mark.name.name))
                        .help("annotations stand between the parameter list and the body"),
                );
            }
        }
        let structs: Vec<_> = children(root)
            .into_iter()
            .filter(|(_, node)| node.kind() == "struct_specifier")
            .map(|(_, node)| node.byte_range())
            .collect();
        for ghost in &self.marks.ghosts {
            if !structs.iter().any(|range| range.contains(&(ghost.start as usize))) {
                self.errors.push(
                    Diagnostic::at(*ghost, "`__ghost` is in the wrong place")
                        .help("it marks a field of a struct, after the field's name: `bool x __ghost;`"),
                );
            }
        }
    }

    /// None if it only announces a struct.
    fn structure(&mut self, node: Node<'_>) -> Checked<Option<Struct>> {
        let (mut tag, mut body) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (_, "struct") => {}
                (Some("name"), _) => tag = Some(self.ident(child)?),
                (Some("body"), "field_declaration_list") => body = Some(child),
                _ => return Err(self.unexpected(child)),
            }
        }
        let name = tag.ok_or_else(|| self.error(node, "a struct without a name", "write `struct NAME { … };`"))?;
        let Some(body) = body else {
            return Ok(None);
        };
        let mut fields: Vec<Field> = Vec::new();
        for (_, child) in children(body) {
            if matches!(child.kind(), "{" | "}" | ";") {
                continue;
            }
            let more = self.field_declaration(child);
            for field in self.keep(more).unwrap_or_default() {
                if fields.iter().any(|other| other.name.name == field.name.name) {
                    self.errors.push(
                        Diagnostic::at(field.name.span, format!("two fields are named `{}`", field.name.name))
                            .help("rename one of them"),
                    );
                } else {
                    fields.push(field);
                }
            }
        }
        Ok(Some(Struct { name, fields }))
    }

    fn field_declaration(&mut self, node: Node<'_>) -> Checked<Vec<Field>> {
        if node.kind() != "field_declaration" {
            return Err(self.unexpected(node));
        }
        let mut base = None;
        let mut fields: Vec<(Field, usize)> = Vec::new();
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("type"), _) => base = Some(self.base_type(child)?),
                (Some("declarator"), _) => {
                    let base = base.clone().ok_or_else(|| self.unexpected(child))?;
                    let declared = self.declarator(child, base)?;
                    if declared.parameters.is_some() {
                        return Err(self.error(
                            child,
                            "a function in a struct",
                            "define it at the top level of the file",
                        ));
                    }
                    self.not_void(child, &declared)?;
                    let field = Field {
                        name: declared.name,
                        ty: declared.ty,
                        ghost: false,
                    };
                    fields.push((field, child.end_byte()));
                }
                (_, "bitfield_clause") => {
                    let (field, _) = fields.last_mut().ok_or_else(|| self.unexpected(child))?;
                    field.ty = self.width(child, &field.ty)?;
                }
                (_, "," | ";") => {}
                _ if self.is_noise(child)? => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        if fields.is_empty() {
            return Err(self.error(
                node,
                "a field without a name",
                "write a name; a struct in a struct has its own definition",
            ));
        }
        for ghost in &self.marks.ghosts {
            if !node.byte_range().contains(&(ghost.start as usize)) {
                continue;
            }
            let before = fields.iter_mut().rev().find(|(_, end)| *end <= ghost.start as usize);
            match before {
                Some((field, _)) => field.ghost = true,
                None => {
                    return Err(Diagnostic::at(*ghost, "`__ghost` is in the wrong place")
                        .label("annotations follow the field's name")
                        .help("write it after the name: `bool x __ghost;`"));
                }
            }
        }
        Ok(fields.into_iter().map(|(field, _)| field).collect())
    }

    fn width(&mut self, node: Node<'_>, ty: &Type) -> Checked<Type> {
        let Type::Unsigned(most) = *ty else {
            return Err(self.error(
                node,
                "only unsigned fields have a width",
                "write `unsigned x : 3`, or remove the width",
            ));
        };
        let mut width = None;
        for (_, child) in children(node) {
            match child.kind() {
                ":" => {}
                _ if width.is_none() => width = Some(self.expression(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        let width = width.ok_or_else(|| self.unexpected(node))?;
        match u32::try_from(constant(&width)?) {
            Ok(bits) if (1..=most).contains(&bits) => Ok(Type::Unsigned(bits)),
            _ => Err(Diagnostic::at(width.span, format!("a width is between 1 and {most}"))
                .help("the width bounds what the field can hold: 2 bits hold 0 to 3")),
        }
    }

    /// None if it only announces an enum.
    fn enumeration(&mut self, node: Node<'_>) -> Checked<Option<Enum>> {
        let (mut tag, mut body) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (_, "enum") => {}
                (Some("name"), _) => tag = Some(self.ident(child)?),
                (Some("body"), "enumerator_list") => body = Some(child),
                _ => return Err(self.unexpected(child)),
            }
        }
        let name = tag.ok_or_else(|| {
            self.error(
                node,
                "an enum without a name",
                "name it, or write `#define NAME number` for each constant",
            )
        })?;
        let Some(body) = body else {
            return Ok(None);
        };
        let mut enumerators = Vec::new();
        for (_, child) in children(body) {
            match child.kind() {
                "{" | "}" | "," => {}
                "enumerator" => {
                    let name = self.enumerator(child);
                    enumerators.extend(self.keep(name));
                }
                _ => return Err(self.unexpected(child)),
            }
        }
        Ok(Some(Enum { name, enumerators }))
    }

    fn enumerator(&mut self, node: Node<'_>) -> Checked<crate::c::ast::Ident> {
        match children(node).as_slice() {
            [(_, name)] => self.ident(*name),
            _ => Err(self.error(
                node,
                "an enumerator with a value",
                "remove the value: they are numbered from 0 in their order",
            )),
        }
    }

    fn globals(&mut self, node: Node<'_>, found: &mut Vec<Global>) -> Checked<()> {
        let mut base = None;
        let mut external = false;
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("type"), _) => base = Some(self.base_type(child)?),
                (Some("declarator"), _) => {
                    let base = base.clone().ok_or_else(|| self.unexpected(child))?;
                    found.extend(self.global(child, base, external)?);
                }
                (_, "," | ";") => {}
                _ if self.is_noise(child)? => external |= self.text(child) == "extern",
                _ => return Err(self.unexpected(child)),
            }
        }
        Ok(())
    }

    /// None if it is a prototype.
    fn global(&mut self, node: Node<'_>, base: Type, external: bool) -> Checked<Option<Global>> {
        let (mut declared, mut init) = (None, None);
        if node.kind() == "init_declarator" {
            for (name, child) in children(node) {
                match (name, child.kind()) {
                    (Some("declarator"), _) => declared = Some(self.declarator(child, base.clone())?),
                    (_, "=") => {}
                    (Some("value"), _) => init = Some(self.initialiser(child)?),
                    _ => return Err(self.unexpected(child)),
                }
            }
        } else {
            declared = Some(self.declarator(node, base)?);
        }
        let declared = declared.ok_or_else(|| self.unexpected(node))?;
        if declared.parameters.is_some() {
            return Ok(None);
        }
        self.not_void(node, &declared)?;
        Ok(Some(Global {
            name: declared.name,
            ty: declared.ty,
            external: external && init.is_none(),
            init,
        }))
    }

    fn not_void(&self, node: Node<'_>, declared: &Declared<'_>) -> Checked<()> {
        match &declared.ty {
            Type::Void => Err(self.error(
                node,
                "a variable of type void",
                "write `bool`, `unsigned`, `struct NAME`, …",
            )),
            _ => Ok(()),
        }
    }

    fn initialiser(&mut self, node: Node<'_>) -> Checked<Init> {
        if node.kind() != "initializer_list" {
            return self.expression(node).map(Init::Expr);
        }
        self.nested(node, |this| {
            let mut elements = Vec::new();
            for (_, child) in children(node) {
                match child.kind() {
                    "{" | "}" | "," => {}
                    "initializer_pair" => elements.push(this.designated(child)?),
                    _ => elements.push((Designator::Next, this.initialiser(child)?)),
                }
            }
            Ok(Init::List(elements, this.span(node)))
        })
    }

    fn designated(&mut self, node: Node<'_>) -> Checked<(Designator, Init)> {
        let (mut designator, mut value) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("designator"), _) if designator.is_some() => {
                    return Err(self.error(node, "two designators in one", "nest them: `.a = { .b = 1 }`"));
                }
                (Some("designator"), _) => designator = Some(self.designator(child)?),
                (_, "=") => {}
                (Some("value"), _) => value = Some(self.initialiser(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        designator
            .zip(value)
            .ok_or_else(|| self.error(node, "an element without a value", "write `.field = value`"))
    }

    fn designator(&mut self, node: Node<'_>) -> Checked<Designator> {
        let mut found = None;
        for (_, child) in children(node) {
            found = match (node.kind(), child.kind()) {
                (_, "." | "[" | "]") => continue,
                ("field_designator", "field_identifier") => Some(Designator::Field(self.ident(child)?)),
                ("subscript_designator", _) => Some(Designator::Index(self.expression(child)?)),
                _ => return Err(self.unexpected(child)),
            };
        }
        found.ok_or_else(|| self.unexpected(node))
    }

    fn function(&mut self, node: Node<'_>) -> Checked<Function> {
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

    /// `typedef unsigned char u8;` says what is known anyway; no other name for a type is read.
    fn type_definition(&self, node: Node<'_>) -> Checked<()> {
        let words: Vec<&str> = self.text(node).split_whitespace().collect();
        match words.join(" ").replace(" ;", ";").as_str() {
            "typedef unsigned char u8;"
            | "typedef unsigned short u16;"
            | "typedef unsigned u32;"
            | "typedef unsigned int u32;" => Ok(()),
            _ => Err(self.error(
                node,
                "typedef is not in the subset",
                "write `struct NAME` or `enum NAME` where it is used",
            )),
        }
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
