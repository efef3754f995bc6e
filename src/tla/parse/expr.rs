//! Expressions.

use std::sync::Arc;

use tree_sitter::Node;

use super::super::precedence;
use super::super::syntax::*;
use super::{MAX_NESTING, Reader, Result, children, named_children};
use crate::source::{Diagnostic, Span};

impl Reader<'_> {
    pub(super) fn expr(&self, node: Node<'_>, depth: usize) -> Result<Expr> {
        if depth > MAX_NESTING {
            return Err(self
                .outside(node, "an expression nested this deeply")
                .help("name its parts as operators of their own"));
        }
        let d = depth + 1;
        let kind = match node.kind() {
            "parentheses" => return self.expr(self.only(node)?, d),
            "nat_number" => ExprKind::Int(self.number(node)?),
            "string" => ExprKind::Str(self.string(node)?),
            "boolean" => ExprKind::Bool(self.text_of(node) == "TRUE"),
            "string_set" | "boolean_set" | "nat_number_set" | "int_number_set" => self.name(node, Vec::new()),
            "identifier_ref" | "bound_op" => self.application(node, Vec::new(), d)?,
            "prefixed_op" => self.prefixed(node, d)?,
            "bound_infix_op" => return self.infix(node, d),
            "bound_prefix_op" => return self.prefix(node, d),
            "bound_postfix_op" => self.postfix(node, d)?,
            "conj_list" => ExprKind::And(self.items(node, d)?),
            "disj_list" => ExprKind::Or(self.items(node, d)?),
            "bounded_quantification" => ExprKind::Quantified {
                forall: self.field(node, "quantifier")?.kind() == "forall",
                bounds: self.bounds(node, d)?,
                body: self.boxed(node, "expression", d)?,
            },
            "unbounded_quantification" => {
                return Err(self
                    .outside(node, "a quantifier without a set")
                    .help("write `\\A x \\in S : ...`"));
            }
            "choose" => self.choose(node, d)?,
            "finite_set_literal" => ExprKind::Set(self.all(node, d)?),
            "set_filter" => ExprKind::Filter {
                bound: Box::new(self.bound(self.field(node, "generator")?, d)?),
                body: self.boxed(node, "filter", d)?,
            },
            "set_map" => ExprKind::Map {
                body: self.boxed(node, "map", d)?,
                bounds: self.bounds(node, d)?,
            },
            "function_literal" => ExprKind::Function {
                bounds: self.bounds(node, d)?,
                body: Box::new(self.expr(self.last(node)?, d)?),
            },
            "function_evaluation" => self.index(node, d)?,
            "set_of_functions" => ExprKind::FunctionSet(Box::new(self.two(node, "maps_to", d)?)),
            "record_literal" => ExprKind::Record(self.fields(node, d)?),
            "set_of_records" => ExprKind::RecordSet(self.fields(node, d)?),
            "record_value" => {
                let parts = named_children(node);
                let [record, field] = parts[..] else {
                    return Err(self.outside(node, "this"));
                };
                ExprKind::Field(Box::new(self.expr(record, d)?), self.ident(field))
            }
            "except" => self.except(node, d)?,
            "prev_func_val" => ExprKind::Old,
            "tuple_literal" => ExprKind::Tuple(self.all(node, d)?),
            "step_expr_or_stutter" => ExprKind::Square(Box::new(self.two(node, "", d)?)),
            "step_expr_no_stutter" => ExprKind::Angle(Box::new(self.two(node, "", d)?)),
            "fairness" => {
                let [subscript, action] = self.two(node, "", d)?;
                ExprKind::Fair {
                    strong: self.text_of(node).starts_with("SF_"),
                    subscript: Box::new(subscript),
                    action: Box::new(action),
                }
            }
            "if_then_else" => {
                let [a, b, c] = ["if", "then", "else"].map(|f| self.part(node, f, d));
                ExprKind::If(Box::new([a?, b?, c?]))
            }
            "case" => self.case(node, d)?,
            "let_in" => self.let_in(node, d)?,
            other => return Err(self.outside(node, &format!("this {}", other.replace('_', " ")))),
        };
        Ok(Expr {
            kind,
            span: self.span(node),
        })
    }

    /// An argument of an operator: an expression, `LAMBDA`, or an operator's name.
    pub(super) fn argument(&self, node: Node<'_>, depth: usize) -> Result<Expr> {
        let span = self.span(node);
        let kind = match node.kind() {
            "lambda" => ExprKind::Lambda {
                parameters: self
                    .idents(node, "identifier")
                    .into_iter()
                    .map(|name| Parameter { name, arity: 0 })
                    .collect(),
                body: Box::new(self.expr(self.last(node)?, depth + 1)?),
            },
            "infix_op_symbol" | "prefix_op_symbol" => {
                let symbol = self.only(node)?;
                let known = precedence::infix(symbol.kind());
                let op = known.or_else(|| precedence::prefix(symbol.kind()));
                let op = op.ok_or_else(|| self.unknown_symbol(symbol))?;
                applied(op.symbol, span, Vec::new())
            }
            _ => return self.expr(node, depth),
        };
        Ok(Expr { kind, span })
    }

    pub(super) fn bounds(&self, node: Node<'_>, depth: usize) -> Result<Vec<Bound>> {
        let nodes = children(node).into_iter();
        let bounds = nodes.filter(|n| n.kind() == "quantifier_bound");
        bounds.map(|n| self.bound(n, depth)).collect()
    }

    fn bound(&self, node: Node<'_>, depth: usize) -> Result<Bound> {
        let tuple = named_children(node)
            .into_iter()
            .find(|n| n.kind() == "tuple_of_identifiers");
        Ok(Bound {
            names: self.idents(tuple.unwrap_or(node), "identifier"),
            tuple: tuple.is_some(),
            set: self.part(node, "set", depth)?,
        })
    }

    fn choose(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let intro = self.field(node, "intro")?;
        let Some(set) = node.child_by_field_name("set") else {
            return Err(self
                .outside(node, "CHOOSE without a set")
                .help("write `CHOOSE x \\in S : ...`"));
        };
        let tuple = intro.kind() == "tuple_of_identifiers";
        let names = if tuple {
            self.idents(intro, "identifier")
        } else {
            vec![self.ident(intro)]
        };
        let set = self.expr(set, depth)?;
        Ok(ExprKind::Choose {
            bound: Box::new(Bound { names, tuple, set }),
            body: self.boxed(node, "expression", depth)?,
        })
    }

    fn number(&self, node: Node<'_>) -> Result<i64> {
        self.text_of(node)
            .parse()
            .map_err(|_| Diagnostic::at(self.span(node), "this number is too large").label("does not fit in 64 bits"))
    }

    fn string(&self, node: Node<'_>) -> Result<Arc<str>> {
        let text = self.text_of(node);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        let mut out = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            out.push(match c {
                '\\' => match chars.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some('f') => '\u{c}',
                    Some(c @ ('"' | '\\')) => c,
                    _ => return Err(self.outside(node, "this escape in a string")),
                },
                c => c,
            });
        }
        Ok(out.into())
    }

    fn name(&self, node: Node<'_>, path: Vec<Ident>) -> ExprKind {
        let mut name = self.ident(node);
        // the grammar also knows their Unicode spellings
        match node.kind() {
            "nat_number_set" => name.text = "Nat".into(),
            "int_number_set" => name.text = "Int".into(),
            _ => {}
        }
        let args = Vec::new();
        ExprKind::Apply { path, name, args }
    }

    fn application(&self, node: Node<'_>, path: Vec<Ident>, depth: usize) -> Result<ExprKind> {
        if node.kind() != "bound_op" {
            return Ok(self.name(node, path));
        }
        let name = self.field_ident(node, "name")?;
        let arguments = named_children(node).into_iter().skip(1);
        let args = arguments.map(|n| self.argument(n, depth));
        Ok(ExprKind::Apply {
            path,
            name,
            args: args.collect::<Result<_>>()?,
        })
    }

    fn prefixed(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let mut path = Vec::new();
        for component in named_children(self.field(node, "prefix")?) {
            let inner = named_children(component).into_iter().next();
            match inner {
                Some(n) if n.kind() == "identifier_ref" => path.push(self.ident(n)),
                _ => return Err(self.outside(component, "naming a part of an expression")),
            }
        }
        let op = self.field(node, "op")?;
        match op.kind() {
            "identifier_ref" | "bound_op" => self.application(op, path, depth),
            _ => Err(self.outside(op, "this after `!`")),
        }
    }

    fn index(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let mut parts = named_children(node).into_iter();
        let function = parts.next().ok_or_else(|| self.outside(node, "this"))?;
        let arguments = parts.map(|n| self.expr(n, depth));
        let function = Box::new(self.expr(function, depth)?);
        Ok(ExprKind::Index(function, arguments.collect::<Result<_>>()?))
    }

    fn fields(&self, node: Node<'_>, depth: usize) -> Result<Vec<(Ident, Expr)>> {
        let parts: Vec<Node<'_>> = named_children(node)
            .into_iter()
            .filter(|n| n.kind() != "all_map_to")
            .collect();
        let pairs = parts.chunks_exact(2);
        let fields: Vec<_> = pairs
            .map(|p| Ok((self.ident(p[0]), self.expr(p[1], depth)?)))
            .collect::<Result<_>>()?;
        for (i, (name, _)) in fields.iter().enumerate() {
            if fields[..i].iter().any(|(n, _)| n.text == name.text) {
                let message = format!("the field `{}` is given twice", name.text);
                return Err(Diagnostic::at(name.span, message));
            }
        }
        Ok(fields)
    }

    fn except(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let base = self.boxed(node, "expr_to_update", depth)?;
        let mut updates = Vec::new();
        for update in named_children(node).into_iter().skip(1) {
            let specifier = update
                .children_by_field_name("update_specifier", &mut update.walk())
                .find(|n| n.kind() == "except_update_specifier");
            let specifier = specifier.ok_or_else(|| self.outside(update, "this"))?;
            let mut path = Vec::new();
            for step in named_children(specifier) {
                let inner = named_children(step);
                path.push(match (step.kind(), &inner[..]) {
                    ("except_update_record_field", [name]) => ExceptComponent::Field(self.ident(*name)),
                    _ => ExceptComponent::Index(inner.into_iter().map(|n| self.expr(n, depth)).collect::<Result<_>>()?),
                });
            }
            updates.push(Update {
                path,
                value: self.part(update, "new_val", depth)?,
                span: self.span(update),
            });
        }
        Ok(ExprKind::Except(base, updates))
    }

    fn case(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let mut arms = Vec::new();
        let mut other = None;
        for arm in named_children(node) {
            match arm.kind() {
                "case_arm" => {
                    let [guard, value] = self.two(arm, "case_arrow", depth)?;
                    arms.push((guard, value));
                }
                "other_arm" => other = Some(Box::new(self.expr(self.last(arm)?, depth)?)),
                _ => {}
            }
        }
        Ok(ExprKind::Case { arms, other })
    }

    fn let_in(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let mut definitions = Vec::new();
        for definition in node.children_by_field_name("definitions", &mut node.walk()) {
            match definition.kind() {
                "operator_definition" | "function_definition" => {
                    definitions.push(self.definition_at(definition, depth)?);
                }
                "recursive_declaration" => return Err(self.recursive(definition)),
                _ if definition.is_extra() => {}
                _ => return Err(self.outside(definition, "INSTANCE inside LET")),
            }
        }
        Ok(ExprKind::Let {
            definitions,
            body: self.boxed(node, "expression", depth)?,
        })
    }

    fn items(&self, node: Node<'_>, depth: usize) -> Result<Vec<Expr>> {
        let items = named_children(node).into_iter();
        items.map(|item| self.expr(self.last(item)?, depth)).collect()
    }

    fn all(&self, node: Node<'_>, depth: usize) -> Result<Vec<Expr>> {
        let nodes = named_children(node).into_iter();
        let parts = nodes.filter(|n| !matches!(n.kind(), "langle_bracket" | "rangle_bracket"));
        parts.map(|n| self.expr(n, depth)).collect()
    }

    fn two(&self, node: Node<'_>, between: &str, depth: usize) -> Result<[Expr; 2]> {
        let parts: Vec<Node<'_>> = named_children(node)
            .into_iter()
            .filter(|n| n.kind() != between)
            .filter(|n| !matches!(n.kind(), "langle_bracket" | "rangle_bracket_sub"))
            .collect();
        match parts[..] {
            [a, b] => Ok([self.expr(a, depth)?, self.expr(b, depth)?]),
            _ => Err(self.outside(node, "this")),
        }
    }

    fn boxed(&self, node: Node<'_>, field: &str, depth: usize) -> Result<Box<Expr>> {
        Ok(Box::new(self.part(node, field, depth)?))
    }

    fn part(&self, node: Node<'_>, field: &str, depth: usize) -> Result<Expr> {
        self.expr(self.field(node, field)?, depth)
    }

    fn only<'n>(&self, node: Node<'n>) -> Result<Node<'n>> {
        let first = named_children(node).into_iter().next();
        first.ok_or_else(|| self.outside(node, "this"))
    }

    fn last<'n>(&self, node: Node<'n>) -> Result<Node<'n>> {
        let last = named_children(node).pop();
        last.ok_or_else(|| self.outside(node, "this"))
    }
}

pub(super) fn applied(symbol: &str, span: Span, args: Vec<Expr>) -> ExprKind {
    ExprKind::Apply {
        path: Vec::new(),
        name: Ident {
            text: symbol.into(),
            span,
        },
        args,
    }
}
