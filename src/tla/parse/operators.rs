//! Prefix, infix and postfix operators, and whether they may stand beside each other without parentheses.

use tree_sitter::Node;

use super::super::precedence::{self, Operator, PRIME};
use super::super::syntax::*;
use super::expr::applied;
use super::{MAX_NESTING, Reader, Result};
use crate::source::Diagnostic;

impl Reader<'_> {
    /// Infix operators. A chain of the same one (`a /\ b /\ c`) is read without recursion: chains get long.
    pub(super) fn infix(&self, node: Node<'_>, depth: usize) -> Result<Expr> {
        let op = self.infix_operator(node)?;
        let mut operands = Vec::new();
        let mut left = node;
        loop {
            operands.push((left, self.field(left, "rhs")?));
            let next = self.field(left, "lhs")?;
            let same = op.chains && next.kind() == "bound_infix_op" && self.infix_operator(next)? == op;
            if !same {
                operands.push((left, next));
                break;
            }
            left = next;
        }
        let junction = matches!(op.symbol, "/\\" | "\\/" | "\\X");
        if !junction && depth + operands.len() > MAX_NESTING {
            return Err(self.outside(node, "a chain of operators this long"));
        }
        let first = operands.pop().map(|(_, n)| n);
        let first = first.ok_or_else(|| self.outside(node, "this"))?;
        self.check_left(op, first)?;
        let mut result = self.expr(first, depth)?;
        let mut list = Vec::new();
        for (whole, operand) in operands.into_iter().rev() {
            self.check_left(op, self.field(whole, "lhs")?)?;
            self.check_right(op, operand)?;
            let right = self.expr(operand, depth)?;
            if junction {
                list.push(right);
                continue;
            }
            let symbol_span = self.span(self.field(whole, "symbol")?);
            result = Expr {
                kind: applied(op.symbol, symbol_span, vec![result, right]),
                span: self.span(whole),
            };
        }
        if list.is_empty() {
            return Ok(result);
        }
        list.insert(0, result);
        let kind = match op.symbol {
            "/\\" => ExprKind::And(list),
            "\\/" => ExprKind::Or(list),
            _ => ExprKind::Product(list),
        };
        let span = self.span(node);
        Ok(Expr { kind, span })
    }

    pub(super) fn prefix(&self, node: Node<'_>, depth: usize) -> Result<Expr> {
        let symbol = self.field(node, "symbol")?;
        let op = precedence::prefix(symbol.kind()).ok_or_else(|| self.unknown_symbol(symbol))?;
        let operand = self.field(node, "rhs")?;
        if let Some(inner) = self.operator_of(operand)
            && operand.kind() != "bound_prefix_op"
            && inner.low <= op.high
        {
            return Err(self.ambiguous(node, op, inner));
        }
        let symbol_span = self.span(symbol);
        let argument = self.expr(operand, depth)?;
        Ok(Expr {
            kind: applied(op.symbol, symbol_span, vec![argument]),
            span: self.span(node),
        })
    }

    pub(super) fn postfix(&self, node: Node<'_>, depth: usize) -> Result<ExprKind> {
        let symbol = self.field(node, "symbol")?;
        if symbol.kind() != "prime" {
            return Err(self.unknown_symbol(symbol));
        }
        let operand = self.field(node, "lhs")?;
        if let Some(inner) = self.operator_of(operand) {
            return Err(self.ambiguous(node, &PRIME, inner));
        }
        Ok(ExprKind::Prime(Box::new(self.expr(operand, depth)?)))
    }

    fn infix_operator(&self, node: Node<'_>) -> Result<&'static Operator> {
        let symbol = self.field(node, "symbol")?;
        precedence::infix(symbol.kind()).ok_or_else(|| self.unknown_symbol(symbol))
    }

    fn operator_of(&self, node: Node<'_>) -> Option<&'static Operator> {
        match node.kind() {
            "bound_infix_op" => self.infix_operator(node).ok(),
            "bound_prefix_op" => precedence::prefix(self.field(node, "symbol").ok()?.kind()),
            "bound_postfix_op" => Some(&PRIME),
            _ => None,
        }
    }

    /// The left operand, and every operator along its right edge, must bind more tightly.
    fn check_left(&self, op: &Operator, left: Node<'_>) -> Result<()> {
        let mut node = left;
        while let Some(inner) = self.operator_of(node) {
            let chained = op.chains && inner == op && node == left;
            // `SUBSET a \cup b` is `(SUBSET a) \cup b`
            let prefix = node.kind() == "bound_prefix_op" && inner.low == op.high;
            if inner.low <= op.high && !chained && !prefix {
                return Err(self.ambiguous(left, op, inner));
            }
            match node.child_by_field_name("rhs") {
                Some(right) => node = right,
                None => break,
            }
        }
        Ok(())
    }

    /// The right operand must bind more tightly, unless it starts with a prefix operator: of those SANY minds only the minus.
    fn check_right(&self, op: &Operator, right: Node<'_>) -> Result<()> {
        match self.operator_of(right) {
            Some(inner) if right.kind() == "bound_prefix_op" && inner.symbol != "-." => Ok(()),
            Some(inner) if inner.low <= op.high => Err(self.ambiguous(right, op, inner)),
            _ => Ok(()),
        }
    }

    fn ambiguous(&self, node: Node<'_>, outer: &Operator, inner: &Operator) -> Diagnostic {
        let message = format!(
            "`{}` and `{}` stand beside each other without parentheses",
            shown(inner),
            shown(outer)
        );
        Diagnostic::at(self.span(node), message).label("put parentheses around this, or around a part of it")
    }

    pub(super) fn unknown_symbol(&self, symbol: Node<'_>) -> Diagnostic {
        self.outside(symbol, &format!("the operator `{}`", self.text_of(symbol)))
    }
}

fn shown(op: &Operator) -> &'static str {
    if op.symbol == "-." { "-" } else { op.symbol }
}
