//! Expressions.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use crate::c::ast::{BinaryOp, Expr, ExprKind};
use crate::c::number::Number;

impl Converter<'_> {
    /// An expression.
    pub(super) fn expression(&mut self, node: Node<'_>) -> Checked<Expr> {
        self.nested(node, |this| this.expression_here(node))
    }

    fn expression_here(&mut self, node: Node<'_>) -> Checked<Expr> {
        let kind = match node.kind() {
            "identifier" => return Ok(self.name(node)),
            "number_literal" => self.literal(node)?,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" if self.text(node) == "NULL" => ExprKind::Null,
            "null" => return Err(self.error(node, "`nullptr` is C++", "write `NULL`")),
            "parenthesized_expression" => return self.parenthesized(node),
            "field_expression" => self.field(node)?,
            "subscript_expression" => self.subscript(node)?,
            "pointer_expression" | "unary_expression" => self.prefix(node)?,
            "update_expression" => self.update(node)?,
            "binary_expression" => self.binary(node)?,
            "assignment_expression" => self.assignment(node)?,
            "conditional_expression" => self.conditional(node)?,
            "call_expression" => match self.call(node)? {
                ExprKind::Call(name, arguments) if self.defines.macros.contains_key(&name.name) => {
                    return self.expanded(node, &name, arguments);
                }
                call => call,
            },
            _ => return Err(self.unexpected(node)),
        };
        Ok(Expr {
            kind,
            span: self.span(node),
        })
    }

    /// The operand in a field.
    fn operand(&mut self, node: Node<'_>, field: &str) -> Checked<Box<Expr>> {
        let operand = self.part(node, field)?;
        self.expression(operand).map(Box::new)
    }

    /// What stands in the brackets.
    pub(super) fn parenthesized(&mut self, node: Node<'_>) -> Checked<Expr> {
        match self.only_one(node, &["(", ")"])? {
            Some(block) if block.kind() == "compound_statement" => Err(self.error(
                block,
                "a block is no expression",
                "write a function, or statements before this one",
            )),
            Some(inner) => self.expression(inner),
            None => Err(self.unexpected(node)),
        }
    }

    /// A number; the grammar takes a sign before it as a part of it.
    fn literal(&self, node: Node<'_>) -> Checked<ExprKind> {
        let text = self.text(node);
        if text.starts_with('+') {
            return Err(self.error(node, "a leading `+` does nothing", "remove it"));
        }
        let number = ExprKind::Int(self.number(node, text.trim_start_matches('-'))?);
        let operand = |kind| Expr {
            kind,
            span: self.span(node),
        };
        Ok(match text.starts_with('-') {
            true => ExprKind::Negate(Box::new(operand(number))),
            false => number,
        })
    }

    fn number(&self, node: Node<'_>, text: &str) -> Checked<Number> {
        let lower = text.to_ascii_lowercase();
        let digits = lower.trim_end_matches(['u', 'l']);
        let value = if let Some(hex) = digits.strip_prefix("0x") {
            i64::from_str_radix(hex, 16)
        } else if let Some(binary) = digits.strip_prefix("0b") {
            i64::from_str_radix(binary, 2)
        } else if digits.len() > 1 && digits.starts_with('0') {
            i64::from_str_radix(digits, 8)
        } else {
            digits.parse()
        };
        match value {
            Ok(value) if value <= i64::from(u32::MAX) => Ok(Number {
                unsigned: digits.len() < lower.len() || Number::literal(value).unsigned,
                value,
            }),
            Ok(_) => Err(self.error(node, "number too large", "numbers have at most 32 bits")),
            Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
                Err(self.error(node, "number too large", "numbers have at most 32 bits"))
            }
            Err(_) if text.contains('.') || text.contains(['e', 'E']) => {
                Err(self.error(node, "floating point is not in the subset", "write an unsigned number"))
            }
            Err(_) => Err(self.error(
                node,
                format!("`{text}` is no number"),
                "write it in decimal, hexadecimal or octal digits",
            )),
        }
    }

    fn field(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        self.only(node, &["argument", "operator", "field"], &[])?;
        let object = self.operand(node, "argument")?;
        let arrow = self.part(node, "operator")?.kind() == "->";
        let field = self.ident(self.part(node, "field")?)?;
        Ok(ExprKind::Field(object, field, arrow))
    }

    fn subscript(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        self.only(node, &["argument", "index"], &["[", "]"])?;
        let array = self.operand(node, "argument")?;
        Ok(ExprKind::Index(array, self.operand(node, "index")?))
    }

    /// `&e`, `*e`, `!e`, `~e`, `-e`.
    fn prefix(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        let (operator, operand) = self.operator_and_operand(node)?;
        Ok(match self.text(operator) {
            "&" => ExprKind::AddressOf(operand),
            "*" => ExprKind::Deref(operand),
            "!" => ExprKind::Not(operand),
            "~" => ExprKind::Complement(operand),
            "-" => ExprKind::Negate(operand),
            "+" => return Err(self.error(operator, "a leading `+` does nothing", "remove it")),
            _ => return Err(self.unexpected(operator)),
        })
    }

    fn update(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        let (operator, target) = self.operator_and_operand(node)?;
        Ok(ExprKind::Step {
            increment: match self.text(operator) {
                "++" => true,
                "--" => false,
                _ => return Err(self.unexpected(operator)),
            },
            prefix: operator.start_byte() == node.start_byte(),
            target,
        })
    }

    fn operator_and_operand<'t>(&mut self, node: Node<'t>) -> Checked<(Node<'t>, Box<Expr>)> {
        self.only(node, &["operator", "argument"], &[])?;
        Ok((self.part(node, "operator")?, self.operand(node, "argument")?))
    }

    fn binary(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        let (left, operator, right) = self.two_operands(node)?;
        Ok(match self.text(operator) {
            "&&" => ExprKind::And(left, right),
            "||" => ExprKind::Or(left, right),
            text => match binary_operator(text) {
                Some(operator) => ExprKind::Binary(operator, left, right),
                None => return Err(self.unexpected(operator)),
            },
        })
    }

    fn assignment(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        let (left, operator, right) = self.two_operands(node)?;
        let text = self.text(operator);
        let combined = match text.strip_suffix('=') {
            Some("") => None,
            Some(prefix) => Some(binary_operator(prefix).ok_or_else(|| self.unexpected(operator))?),
            None => return Err(self.unexpected(operator)),
        };
        Ok(ExprKind::Assign(combined, left, right))
    }

    fn two_operands<'t>(&mut self, node: Node<'t>) -> Checked<(Box<Expr>, Node<'t>, Box<Expr>)> {
        self.only(node, &["left", "operator", "right"], &[])?;
        let left = self.operand(node, "left")?;
        Ok((left, self.part(node, "operator")?, self.operand(node, "right")?))
    }

    fn conditional(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        self.only(node, &["condition", "consequence", "alternative"], &["?", ":"])?;
        if node.child_by_field_name("consequence").is_none() {
            return Err(self.error(node, "`?:` without a middle is not in the subset", "write `a ? a : b`"));
        }
        let condition = self.operand(node, "condition")?;
        let yes = self.operand(node, "consequence")?;
        Ok(ExprKind::Conditional(
            condition,
            yes,
            self.operand(node, "alternative")?,
        ))
    }

    fn call(&mut self, node: Node<'_>) -> Checked<ExprKind> {
        self.only(node, &["function", "arguments"], &[])?;
        let function = self.part(node, "function")?;
        if function.kind() != "identifier" {
            return Err(self.error(
                function,
                "calls through pointers are not in the subset",
                "call a function by its name; `if` chooses between several",
            ));
        }
        let function = self.ident(function)?;
        if self.defines.meaningless.contains(&function.name) {
            return self.without_meaning(node, function);
        }
        let list = children(self.part(node, "arguments")?)
            .into_iter()
            .map(|(_, child)| child);
        let arguments = list.filter(|child| !matches!(child.kind(), "(" | ")" | ","));
        let arguments = arguments
            .map(|argument| self.expression(argument))
            .collect::<Checked<_>>()?;
        Ok(ExprKind::Call(function, arguments))
    }
}

fn binary_operator(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Rem,
        "<<" => BinaryOp::Shl,
        ">>" => BinaryOp::Shr,
        "&" => BinaryOp::BitAnd,
        "|" => BinaryOp::BitOr,
        "^" => BinaryOp::BitXor,
        "==" => BinaryOp::Eq,
        "!=" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        _ => return None,
    })
}
