//! Random places, values and conditions.

use super::{Kind, Param, Writer};

impl Writer {
    pub(super) fn lock(&mut self) -> String {
        match self.below(6) {
            0 => format!("&{}lock", self.object()),
            1 => "&x.mid.lock".to_string(),
            _ => "&guard".to_string(),
        }
    }

    pub(super) fn flag(&mut self) -> String {
        match self.below(3) {
            0 => {
                self.uses("a flag that is computed");
                self.shared(Kind::Flag)
            }
            _ => self.constant(Kind::Flag),
        }
    }

    pub(super) fn local(&mut self, kind: Kind) -> Option<String> {
        // Not one that is hidden by a variable of another kind.
        let visible: Vec<&str> = self
            .locals
            .iter()
            .enumerate()
            .filter(|(at, (name, _))| !self.locals[at + 1..].iter().any(|(later, _)| later == name))
            .filter(|(_, (_, other))| *other == kind)
            .map(|(_, (name, _))| name.as_str())
            .collect();
        let visible: Vec<String> = visible.into_iter().map(String::from).collect();
        if visible.is_empty() {
            None
        } else {
            Some(visible[self.below(visible.len())].clone())
        }
    }

    /// `x.` or `p->`.
    pub(super) fn object(&mut self) -> String {
        match self.below(8) {
            0 | 1 => "x.".to_string(),
            2 => "y.".to_string(),
            3 => {
                self.uses("an element of an array of structs");
                format!("pool[{}].", self.index())
            }
            4 if self.current => {
                self.uses("current");
                "current->at->".to_string()
            }
            5 => {
                self.uses("a pointer in a member");
                self.one(&["head->", "x.next->", "t.at->"]).to_string()
            }
            6 => {
                self.uses("(*p).");
                let pointer = self.local(Kind::Pointer).unwrap_or("const_head".to_string());
                format!("(*{pointer}).")
            }
            _ => format!("{}->", self.local(Kind::Pointer).unwrap_or("const_head".to_string())),
        }
    }

    pub(super) fn index(&mut self) -> String {
        match self.below(6) {
            0 | 1 => self.one(&["0", "1", "N - 1"]).to_string(),
            2 => {
                self.uses("a computed index");
                format!("({}) % 2", self.local(Kind::Number).unwrap_or("total".to_string()))
            }
            3 => {
                self.uses("a computed index");
                "x.count".to_string()
            }
            4 => {
                self.uses("an enumerator as an index");
                self.one(&["A", "B"]).to_string()
            }
            _ => {
                self.uses("a computed index");
                self.local(Kind::Number).unwrap_or("t.fixed - 2".to_string())
            }
        }
    }

    /// Something in shared memory.
    pub(super) fn shared(&mut self, kind: Kind) -> String {
        match (kind, self.below(6)) {
            (Kind::Bool, 0 | 1) => "ready".to_string(),
            (Kind::Bool, 2 | 3) => format!("{}seen", self.object()),
            (Kind::Bool, 4) if self.current => {
                self.uses("current");
                "current->stop".to_string()
            }
            (Kind::Bool, _) => {
                self.uses("an array in a struct in a struct");
                let object = self.object();
                format!("{object}mid.bits[{}]", self.index())
            }
            (Kind::Number, 0 | 1) => format!("{}count", self.object()),
            (Kind::Number, 2) => {
                self.uses("an array of scalars");
                format!("table[{}]", self.index())
            }
            (Kind::Number, 3) => {
                self.uses("a struct in a struct");
                let object = self.object();
                format!("{object}mid.{}", self.one(&["c", "in.a", "in.b"]))
            }
            (Kind::Number, 4) => {
                self.uses("an array of structs in a struct");
                let object = self.object();
                format!("{object}parts[{}].{}", self.index(), self.one(&["a", "b"]))
            }
            (Kind::Number, _) => self.one(&["t.n", "u.n", "total", "x.whole"]).to_string(),
            (Kind::Pointer, 0 | 1) => "head".to_string(),
            (Kind::Pointer, 2 | 3) => format!("{}next", self.object()),
            (Kind::Pointer, 4) => {
                self.uses("an array of pointers");
                let object = self.object();
                format!("{object}links[{}]", self.index())
            }
            (Kind::Pointer, _) => self.one(&["t.at", "u.at"]).to_string(),
            (Kind::Mode, 0 | 1) => "state".to_string(),
            (Kind::Mode, _) => format!("{}mode", self.object()),
            (Kind::Flag, 0 | 1) => "which".to_string(),
            (Kind::Flag, _) => format!("{}which", self.object()),
            (Kind::Set, 0 | 1) => "all".to_string(),
            (Kind::Set, 2) => format!("{}mid.in.flags", self.object()),
            (Kind::Set, _) => format!("{}flags", self.object()),
        }
    }

    /// Something to assign.
    pub(super) fn target(&mut self, kind: Kind) -> String {
        match self.local(kind) {
            // The counter of a loop may be assigned too: then the loop is not unrolled.
            Some(local) if self.one_in(3) => local,
            _ => self.shared(kind),
        }
    }

    pub(super) fn constant(&mut self, kind: Kind) -> String {
        let of: &[&str] = match kind {
            Kind::Bool => &["true", "false"],
            Kind::Number => &["0", "1", "2", "N", "3"],
            Kind::Pointer => &["NULL", "&x", "&y", "&pool[1]"],
            Kind::Mode => &["IDLE", "BUSY", "LOST"],
            Kind::Flag => &["A", "B", "C"],
            Kind::Set => &["(1 << A & 1 << B)", "1 << A", "1 << C"],
        };
        self.one(of).to_string()
    }

    pub(super) fn constant_or_local(&mut self, kind: Kind) -> String {
        match self.local(kind) {
            Some(local) if self.one_in(2) => local,
            _ => self.constant(kind),
        }
    }

    /// A value whose evaluation has no effect.
    pub(super) fn plain(&mut self, kind: Kind) -> String {
        let outer = std::mem::replace(&mut self.pure, true);
        let value = self.value(kind);
        self.pure = outer;
        value
    }

    pub(super) fn pure_condition(&mut self) -> String {
        let outer = std::mem::replace(&mut self.pure, true);
        let condition = self.condition();
        self.pure = outer;
        condition
    }

    pub(super) fn value(&mut self, kind: Kind) -> String {
        self.depth += 1;
        let value = match self.below(if self.depth > 5 { 6 } else { 10 }) {
            0 | 1 => self.constant(kind),
            2 | 3 => self.constant_or_local(kind),
            4 => self.shared(kind),
            5 => {
                self.uses("READ_ONCE");
                format!("READ_ONCE({})", self.shared(kind))
            }
            6 => {
                self.uses("?:");
                let (yes, no) = (self.value(kind), self.value(kind));
                let condition = self.condition();
                format!("({condition} ? {yes} : {no})")
            }
            7 => self.called_for(kind),
            _ => self.composed(kind),
        };
        self.depth -= 1;
        value
    }

    pub(super) fn called_for(&mut self, kind: Kind) -> String {
        let fitting: Vec<usize> = (0..self.callees.len())
            .filter(|&callee| self.callees[callee].result == Some(kind))
            .collect();
        let call = if fitting.is_empty() {
            None
        } else {
            let callee = fitting[self.below(fitting.len())];
            self.call(callee)
        };
        match call {
            Some(call) => {
                self.uses("a call as a value");
                call
            }
            None => self.composed(kind),
        }
    }

    pub(super) fn composed(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Bool => self.condition(),
            Kind::Number => self.number(),
            Kind::Pointer if !self.pure && !self.short && self.one_in(3) => {
                self.uses("await in __atomic");
                "pop()".to_string()
            }
            Kind::Pointer => format!("{}next", self.object()),
            Kind::Mode | Kind::Flag => self.shared(kind),
            Kind::Set => {
                self.uses("an operator on a bitset");
                let (left, right) = (self.shared(kind), self.plain(kind));
                match self.below(5) {
                    0 => format!("({left} | {right})"),
                    1 => format!("({left} & ~({right}))"),
                    2 => format!("({left} ^ {right})"),
                    3 => format!("({left} | 1 << {})", self.flag()),
                    _ => format!("({left} & 1 << {})", self.shared(Kind::Flag)),
                }
            }
        }
    }

    pub(super) fn number(&mut self) -> String {
        let (left, right) = (self.plain(Kind::Number), self.plain(Kind::Number));
        let (op, name) = self.one(&[
            (" + ", "+"),
            (" + ", "+"),
            (" - ", "-"),
            (" * ", "*"),
            (" / ", "/"),
            (" % ", "%"),
            (" << ", "<<"),
            (" >> ", ">>"),
            (" & ", "&"),
            (" | ", "|"),
            (" ^ ", "^"),
        ]);
        match self.below(4) {
            0 if !self.pure => {
                self.uses("x++ as a value");
                match self.local(Kind::Number) {
                    Some(local) => format!("{local}++"),
                    None => format!("{}--", self.shared(Kind::Number)),
                }
            }
            1 if !self.pure => {
                self.uses("choose");
                "choose(2)".to_string()
            }
            _ => {
                self.uses(name);
                format!("({left}{op}{right})")
            }
        }
    }

    pub(super) fn condition(&mut self) -> String {
        self.depth += 1;
        let condition = match self.below(if self.depth > 5 { 6 } else { 16 }) {
            0 => self.constant_or_local(Kind::Bool),
            1 | 2 => self.shared(Kind::Bool),
            3 => format!("{} == {}", self.shared(Kind::Mode), self.constant(Kind::Mode)),
            4 => format!(
                "{} {} {}",
                self.shared(Kind::Number),
                self.one(&["<", ">=", "==", "!="]),
                self.below(3)
            ),
            5 => self.shared(Kind::Pointer),
            6 | 7 => {
                self.uses("&&");
                format!("({} && {})", self.condition(), self.condition())
            }
            8 | 9 => {
                self.uses("||");
                format!("({} || {})", self.condition(), self.condition())
            }
            10 => {
                self.uses("!");
                format!("!({})", self.condition())
            }
            11 => {
                let place = self.shared(Kind::Set);
                let test = if self.pure {
                    "test"
                } else {
                    self.one(&["test", "test_and_clear"])
                };
                self.uses("a pointer to a member as an argument");
                format!("{test}({}, &{place})", self.flag())
            }
            12 if !self.pure => self.effect(),
            13 => {
                let (left, right) = (self.plain(Kind::Number), self.plain(Kind::Number));
                let (op, name) = self.one(&[(" < ", "<"), (" <= ", "<="), (" > ", ">"), (" >= ", ">=")]);
                self.uses(name);
                format!("({left}{op}{right})")
            }
            14 => {
                self.uses("pointers compared");
                let (left, right) = (self.shared(Kind::Pointer), self.constant_or_local(Kind::Pointer));
                format!("({left} {} {right})", self.one(&["==", "!="]))
            }
            _ => self.value(Kind::Bool),
        };
        self.depth -= 1;
        condition
    }

    /// A condition with an effect.
    pub(super) fn effect(&mut self) -> String {
        match self.below(4) {
            0 => {
                self.uses("an assignment as a value");
                let target = self.target(Kind::Pointer);
                format!("({target} = {}) != NULL", self.plain(Kind::Pointer))
            }
            1 => {
                self.uses("an assignment as a value");
                let target = self.target(Kind::Number);
                format!("({target} = {}) > 1", self.plain(Kind::Number))
            }
            2 => "try(&guard)".to_string(),
            _ => {
                self.uses("choose");
                "choose(2)".to_string()
            }
        }
    }

    pub(super) fn call(&mut self, number: usize) -> Option<String> {
        let callee = self.callees[number].clone();
        if self.pure || (self.short && !callee.short) {
            return None;
        }
        self.uses("a call of a function");
        if self.result.is_some() || self.short {
            self.uses("a call in a function that is called");
        }
        let mut arguments = Vec::new();
        for param in &callee.params {
            arguments.push(match param {
                Param::Value(kind) => self.plain(*kind),
                Param::Place(kind) => {
                    self.uses("a pointer to a member as an argument");
                    format!("&{}", self.shared(*kind))
                }
            });
        }
        Some(format!("{}({})", callee.name, arguments.join(", ")))
    }
}
