//! Statements: control flow becomes jumps.

use std::collections::HashMap;

use super::constant::constant;
use super::emit::{Binding, Emitter, GotoLabel, Label, Left, Start, Unset};
use super::syntax;
use super::unroll::Counter;
use super::value::{Ty, Value, describe};
use crate::c::ast::{BinaryOp, Expr, Function, Ident, Stmt, StmtKind, Type};
use crate::machine::program::{Instr, Operand, Reg, Scalar};
use crate::source::{Diagnostic, Span};

impl<'a> Emitter<'a, '_> {
    /// Runs a statement.
    pub(crate) fn stmt(&mut self, stmt: &'a Stmt) -> Result<(), Diagnostic> {
        self.work(stmt.span)?;
        match &stmt.kind {
            StmtKind::Empty => Ok(()),
            StmtKind::Expr(expr) => self.expr(expr).map(|_| ()),
            StmtKind::Declare(name, ty, init) => self.declare(name, ty, init.as_ref(), stmt.span),
            StmtKind::Declarations(stmts) => stmts.iter().try_for_each(|stmt| self.stmt(stmt)),
            StmtKind::Block(stmts) => {
                self.frame().scopes.push(HashMap::new());
                let result = stmts.iter().try_for_each(|stmt| self.stmt(stmt));
                self.frame().scopes.pop();
                result
            }
            StmtKind::If(condition, yes, no) => {
                let (otherwise, end) = (self.label(), self.label());
                self.branch(condition, otherwise, false)?;
                self.stmt(yes)?;
                if no.is_some() {
                    self.jump(end, condition.span)?;
                }
                self.place_label(otherwise);
                if let Some(no) = no {
                    self.stmt(no)?;
                }
                self.place_label(end);
                Ok(())
            }
            StmtKind::While(condition, body) => self.repeat(Some(condition), None, body, condition.span),
            StmtKind::DoWhile(body, condition) => {
                let (again, test, end) = (self.label(), self.label(), self.label());
                self.place_label(again);
                self.body(body, end, test)?;
                self.place_label(test);
                self.branch(condition, again, true)?;
                self.place_label(end);
                Ok(())
            }
            StmtKind::For(init, condition, next, body) => {
                self.frame().scopes.push(HashMap::new());
                let result = self.for_loop(stmt, init.as_deref(), condition.as_ref(), next.as_ref(), body);
                self.frame().scopes.pop();
                result
            }
            StmtKind::Switch(value, stmts) => self.switch(value, stmts),
            StmtKind::Case(_) => Err(Diagnostic::at(stmt.span, "there is no `switch` here")),
            StmtKind::Break => match self.frame().left.last().copied() {
                Some(left) => self.jump(left.end, stmt.span),
                None => Err(Diagnostic::at(stmt.span, "there is no loop here, and no `switch`")),
            },
            StmtKind::Continue => match self.frame().left.iter().rev().find_map(|left| left.next) {
                Some(next) => self.jump(next, stmt.span),
                None => Err(Diagnostic::at(stmt.span, "there is no loop here")),
            },
            StmtKind::Return(value) => self.give_back(value.as_ref(), stmt.span),
            StmtKind::Goto(name) => {
                let label = self.goto_label(name).label;
                self.goto_label(name).used.get_or_insert(name.span);
                let locals = self.locals_in_scope();
                let jump = (self.code.len(), name.name.as_str(), locals);
                self.frame().gotos.push(jump);
                self.jump(label, stmt.span)
            }
            StmtKind::Label(name, stmt) => {
                let label = self.goto_label(name).label;
                if self.labels[label.0].is_some() {
                    return Err(Diagnostic::at(
                        name.span,
                        format!("label `{}` is defined twice", name.name),
                    ));
                }
                self.place_label(label);
                self.goto_label(name).locals = self.locals_in_scope();
                self.stmt(stmt)
            }
        }
    }

    fn declare(&mut self, name: &'a Ident, ty: &Type, init: Option<&'a Expr>, span: Span) -> Result<(), Diagnostic> {
        let scalar = self.tables.scalar(ty, name.span)?;
        self.refuse_second(name)?;
        if let Some(own) = init.and_then(|init| syntax::named(init, &name.name)) {
            return Err(
                Diagnostic::at(own, format!("`{}` is read before it has a value", name.name))
                    .also(name.span, "it is declared here, and this initialises it")
                    .help("give it another value, or another name"),
            );
        }
        let value = init.map(|init| self.value(init)).transpose()?;
        let reg = self.variable(&name.name, scalar);
        match value.zip(init) {
            Some((value, init)) => {
                let value = self.convert(value, scalar, init.span)?;
                let from = value.operand;
                self.set(reg, from, span)?;
            }
            None => self.unset.push(Unset {
                from: Start::Before(self.code.len()),
                reg,
                span: name.span,
                what: format!("`{}`", name.name),
            }),
        }
        self.frame().declared.insert(reg, name.span);
        self.bind(&name.name, Binding::Local(reg, scalar));
        Ok(())
    }

    /// Refuses a second variable of one name in one block; parameters belong to the outermost.
    fn refuse_second(&mut self, name: &Ident) -> Result<(), Diagnostic> {
        let scopes = &self.frame().scopes;
        let block = scopes.len().saturating_sub(if scopes.len() == 2 { 2 } else { 1 });
        match scopes[block..]
            .iter()
            .any(|scope| scope.contains_key(name.name.as_str()))
        {
            false => Ok(()),
            true => Err(
                Diagnostic::at(name.span, format!("`{}` is declared twice in this block", name.name))
                    .help("rename one of the two"),
            ),
        }
    }

    /// A function that nothing calls, from its beginning to the end of all.
    pub(crate) fn outermost(&mut self, function: &'a Function, id: usize) -> Result<(), Diagnostic> {
        self.enter(function, id, None, None, Vec::new());
        self.stmt(&function.body)?;
        self.close_labels()?;
        let end = self.frame().end;
        self.place_label(end);
        self.emit(Instr::End, function.name.span)
    }

    /// Refuses labels that are jumped to and stand nowhere; a jump into a scope leaves its variables without a value.
    pub(crate) fn close_labels(&mut self) -> Result<(), Diagnostic> {
        let (labels, gotos) = {
            let frame = self.frame();
            (std::mem::take(&mut frame.labels), std::mem::take(&mut frame.gotos))
        };
        let missing = labels.iter().filter(|(_, named)| self.labels[named.label.0].is_none());
        let missing = missing.filter_map(|(name, named)| named.used.map(|span| (span, *name)));
        if let Some((span, name)) = missing.min() {
            return Err(Diagnostic::at(
                span,
                format!("there is no label `{name}` in this function"),
            ));
        }
        for (at, label, before) in gotos {
            for &reg in labels[label].locals.iter().filter(|reg| !before.contains(reg)) {
                let unset = self.left_without(reg, at);
                self.unset.push(unset);
            }
        }
        Ok(())
    }

    fn locals_in_scope(&mut self) -> Vec<Reg> {
        let frame = self.frame();
        let bound = frame.scopes.iter().flat_map(|scope| scope.values());
        let local = |binding: &Binding| match binding {
            Binding::Local(reg, _) if frame.declared.contains_key(reg) => Some(*reg),
            _ => None,
        };
        bound.filter_map(local).collect()
    }

    fn for_loop(
        &mut self,
        stmt: &'a Stmt,
        init: Option<&'a Stmt>,
        condition: Option<&'a Expr>,
        next: Option<&'a Expr>,
        body: &'a Stmt,
    ) -> Result<(), Diagnostic> {
        if let Some(init) = init {
            self.stmt(init)?;
        }
        match Counter::of(self, stmt) {
            Some(counter) => self.unrolled(&counter, body, stmt.span),
            None => {
                let span = condition.map_or(stmt.span, |condition| condition.span);
                self.repeat(condition, next, body, span)
            }
        }
    }

    fn repeat(
        &mut self,
        condition: Option<&'a Expr>,
        next: Option<&'a Expr>,
        body: &'a Stmt,
        span: Span,
    ) -> Result<(), Diagnostic> {
        let (again, step, end) = (self.label(), self.label(), self.label());
        self.place_label(again);
        if let Some(condition) = condition {
            self.branch(condition, end, false)?;
        }
        self.body(body, end, step)?;
        self.place_label(step);
        if let Some(next) = next {
            self.expr(next)?;
        }
        self.jump(again, span)?;
        self.place_label(end);
        Ok(())
    }

    /// One copy of the body for each value of the counter, which is a constant in each.
    fn unrolled(&mut self, counter: &Counter<'a>, body: &'a Stmt, span: Span) -> Result<(), Diagnostic> {
        let end = self.label();
        for &value in &counter.values {
            self.set(counter.reg, Operand::Const(value), span)?;
            let constant = Value::of(Operand::Const(value), counter.scalar);
            self.frame()
                .scopes
                .push(HashMap::from([(counter.name, Binding::Value(constant))]));
            let next = self.label();
            if let Some(rest) = counter.rest {
                self.branch(rest, end, false)?;
            }
            self.body(body, end, next)?;
            self.place_label(next);
            self.frame().scopes.pop();
        }
        self.set(counter.reg, Operand::Const(counter.last), span)?;
        self.place_label(end);
        Ok(())
    }

    fn body(&mut self, body: &'a Stmt, end: Label, next: Label) -> Result<(), Diagnostic> {
        self.frame().left.push(Left { end, next: Some(next) });
        let result = self.stmt(body);
        self.frame().left.pop();
        result
    }

    /// Compares with one label after the other, in the step in which the value is known.
    fn switch(&mut self, value: &'a Expr, stmts: &'a [Stmt]) -> Result<(), Diagnostic> {
        let chosen = self.value(value)?;
        if !chosen.is_number() && !matches!(chosen.ty, Ty::Of(Scalar::Enum(_))) {
            let what = describe(self.tables, chosen.ty);
            return Err(
                Diagnostic::at(value.span, format!("`switch` is about a number, this is {what}"))
                    .help("write `if` … `else if` … `else`"),
            );
        }
        let before = self.locals_in_scope();
        let (mut otherwise, mut known) = (None, HashMap::new());
        // By label: its place, and the jump to it if there is one.
        let mut labels: Vec<(Label, Option<usize>)> = Vec::new();
        for stmt in stmts {
            let StmtKind::Case(case) = &stmt.kind else { continue };
            let label = self.label();
            let twice = match case {
                None => otherwise.replace((labels.len(), stmt.span)).map(|(_, span)| span),
                Some(case) => known.insert(constant(self.tables, case)?.operand, stmt.span),
            };
            if let Some(first) = twice {
                return Err(Diagnostic::at(stmt.span, "two labels of one `switch` are the same")
                    .also(first, "this one")
                    .help("remove one of them"));
            }
            labels.push((label, None));
            let Some(case) = case else { continue };
            let wanted = constant(self.tables, case)?;
            let same = self.binary(BinaryOp::Eq, chosen, wanted, case.span)?;
            let skip = self.label();
            match same.operand {
                Operand::Const(0) => continue,
                Operand::Const(_) => {}
                condition => self.jump_unless(condition, skip, case.span)?,
            }
            labels.last_mut().expect("just pushed").1 = Some(self.code.len());
            self.jump(label, case.span)?;
            self.place_label(skip);
        }
        let end = self.label();
        if let Some((default, _)) = otherwise {
            labels[default].1 = Some(self.code.len());
        }
        self.jump(otherwise.map_or(end, |(default, _)| labels[default].0), value.span)?;
        self.frame().scopes.push(HashMap::new());
        self.frame().left.push(Left { end, next: None });
        let result = self.cases(stmts, labels, &before);
        self.frame().left.pop();
        self.frame().scopes.pop();
        self.place_label(end);
        result
    }

    /// The block of a `switch`. A label leaves the variables declared above it without a value, for who comes from the top.
    fn cases(
        &mut self,
        stmts: &'a [Stmt],
        labels: Vec<(Label, Option<usize>)>,
        before: &[Reg],
    ) -> Result<(), Diagnostic> {
        let mut labels = labels.into_iter();
        for stmt in stmts {
            let StmtKind::Case(_) = &stmt.kind else {
                self.stmt(stmt)?;
                continue;
            };
            let Some((label, jump)) = labels.next() else { continue };
            self.place_label(label);
            let declared = self.locals_in_scope();
            for reg in declared.into_iter().filter(|reg| !before.contains(reg)) {
                self.unset.extend(jump.map(|at| self.left_without(reg, at)));
            }
        }
        Ok(())
    }

    /// A variable into whose scope a jump leads.
    fn left_without(&self, reg: Reg, jump: usize) -> Unset {
        let span = self.frames.last().map(|frame| frame.declared[&reg]);
        let span = span.expect("a function is being lowered");
        let what = format!("`{}`", self.tables.program.sources.text(span));
        let from = Start::After(jump);
        Unset { from, reg, span, what }
    }

    fn give_back(&mut self, value: Option<&'a Expr>, span: Span) -> Result<(), Diagnostic> {
        let (result, end) = (self.frame().result, self.frame().end);
        match (result, value) {
            (Some((reg, scalar)), Some(expr)) => {
                let value = self.value(expr)?;
                let value = self.convert(value, scalar, expr.span)?;
                self.set(reg, value.operand, span)?;
            }
            (None, None) => {}
            (Some(_), None) => return Err(Diagnostic::at(span, "this function returns a value")),
            (None, Some(expr)) => return Err(Diagnostic::at(expr.span, "this function returns nothing")),
        }
        self.jump(end, span)
    }

    fn goto_label(&mut self, name: &'a Ident) -> &mut GotoLabel {
        let label = self.label();
        self.frame().labels.entry(&name.name).or_insert_with(|| GotoLabel {
            label,
            used: None,
            locals: Vec::new(),
        })
    }
}
