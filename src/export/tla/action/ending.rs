//! The end of a step: what was written, the new position, and the local variables that are read later.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::memory::Memory;
use super::super::term::{Selector, Term, Update};
use super::super::tree::{End, Tree};
use super::{MY, Walker};
use crate::machine::program::Reg;
use crate::model::variables::DONE;

impl Walker<'_> {
    pub(super) fn can_hold(&self) -> bool {
        let held = &self.reader.machine.layout.held[self.reader.thread];
        held.iter().flatten().any(Option::is_some)
    }

    /// The end of the step: what was written, the new position, and the local variables that are read later.
    pub(super) fn end(&self, point: Option<usize>, memory: &Memory) -> Tree {
        let thread = &self.program.threads[self.reader.thread];
        let names = &self.reader.machine.names[self.reader.thread];
        let before: &[Reg] = &thread.points[self.point].live;
        let after: &[Reg] = point.map_or(&[], |point| &thread.points[point].live);
        let me = Term::string(&thread.name);
        let mut updates = Vec::new();
        let concerned: BTreeMap<Reg, ()> = before.iter().chain(after).map(|&reg| (reg, ())).collect();
        for reg in concerned.into_keys() {
            let value = match after.contains(&reg) {
                true => self.register(reg, memory),
                false => self.sort(reg).constant(self.program, 0),
            };
            let kept = before.contains(&reg) && value == Term::name(MY).field(&names.locals[reg]);
            if !kept {
                let path = vec![
                    Selector::Index(me.clone()),
                    Selector::Field(names.locals[reg].as_str().into()),
                ];
                updates.push(Update { path, value });
            }
        }
        let mut assign = self.assignments(memory);
        if !updates.is_empty() {
            let locals = Term::Except(Box::new(Term::name("locals")), updates);
            assign.push(("locals".into(), locals));
        }
        let goto = match point {
            Some(point) if point == self.point => None,
            Some(point) => Some(names.positions[point].as_str().into()),
            None => Some(DONE.into()),
        };
        Tree::End(End::Next {
            assign,
            goto,
            panic: false,
        })
    }

    pub(super) fn assignments(&self, memory: &Memory) -> Vec<(Arc<str>, Term)> {
        let mut assign: Vec<(Arc<str>, Term)> = memory
            .written()
            .into_iter()
            .map(|name| (name.clone(), memory.variable(&name)))
            .collect();
        if memory.alive != Term::name("alive") {
            assign.push(("alive".into(), memory.alive.clone()));
        }
        if memory.held != self.reader.held() {
            assign.push(("held".into(), self.held_by_all(memory)));
        }
        assign
    }

    pub(super) fn held_by_all(&self, memory: &Memory) -> Term {
        let me = Term::string(&self.program.threads[self.reader.thread].name);
        let update = Update {
            path: vec![Selector::Index(me)],
            value: memory.held.clone(),
        };
        Term::Except(Box::new(Term::name("held")), vec![update])
    }
}
