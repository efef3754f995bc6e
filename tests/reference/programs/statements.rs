//! Random statements.

use super::{Kind, Writer};

impl Writer {
    pub(super) fn statement(&mut self) {
        self.depth += 1;
        let kinds = if self.depth > 3 { 16 } else { 28 };
        match self.below(kinds) {
            0..=3 => self.assignment(),
            4 | 5 => self.compound(),
            6 | 7 => self.step(),
            8 | 9 => self.call_statement(),
            10 => self.ghost(),
            11 => self.leave(),
            12 => self.language(),
            13 => self.free(),
            14 => self.bug(),
            15 => self.odd(),
            16 | 17 => self.if_else(),
            18 => self.while_loop(),
            19 => self.do_loop(),
            20 => self.counted(),
            21 => self.list(),
            22 => self.forward(),
            23 => self.backward(),
            24 => self.locked(),
            25 => self.switch(),
            26 => {
                self.uses("do … while (0)");
                self.line("do");
                self.looping(2);
                self.line("while (0);");
            }
            _ => {
                self.uses("a block");
                self.block(3);
            }
        }
        self.depth -= 1;
    }

    pub(super) fn assignment(&mut self) {
        let kind = self.one(&Kind::ALL);
        let (target, value) = (self.target(kind), self.value(kind));
        self.uses("=");
        self.line(&format!("{target} = {value};"));
    }

    pub(super) fn compound(&mut self) {
        let kind = self.one(&[Kind::Number, Kind::Number, Kind::Set]);
        let target = self.target(kind);
        self.through(&target, kind);
    }

    /// An operation on a place that is read and written.
    pub(super) fn through(&mut self, target: &str, kind: Kind) {
        match kind {
            Kind::Number => {
                let (op, name) = self.one(&[
                    ("+=", "+="),
                    ("-=", "-="),
                    ("*=", "*="),
                    ("/=", "/="),
                    ("%=", "%="),
                    ("<<=", "<<="),
                    (">>=", ">>="),
                    ("|=", "|="),
                    ("&=", "&="),
                    ("^=", "^="),
                ]);
                self.uses(name);
                let value = match op {
                    "<<=" | ">>=" => "1".to_string(),
                    "/=" | "%=" => "2".to_string(),
                    _ => self.value(kind),
                };
                self.line(&format!("{target} {op} {value};"));
            }
            Kind::Set => {
                let op = self.one(&["|=", "&=", "^="]);
                self.uses("an operator on a bitset");
                let value = self.value(kind);
                self.line(&format!("{target} {op} {value};"));
            }
            _ => {
                let value = self.value(kind);
                self.line(&format!("{target} = {value};"));
            }
        }
    }

    pub(super) fn step(&mut self) {
        let target = self.target(Kind::Number);
        match self.below(4) {
            0 => {
                self.uses("x++");
                self.line(&format!("{target}++;"));
            }
            1 => {
                self.uses("x--");
                self.line(&format!("{target}--;"));
            }
            2 => {
                self.uses("++x");
                self.line(&format!("++{target};"));
            }
            _ => {
                self.uses("--x");
                self.line(&format!("--{target};"));
            }
        }
    }

    pub(super) fn call_statement(&mut self) {
        let library = self.below(2) == 0;
        if library || self.callees.is_empty() {
            let call = match self.below(9) {
                0 => format!("put({})", self.value(Kind::Pointer)),
                1 => {
                    let place = self.shared(Kind::Set);
                    format!("set({}, &{place})", self.flag())
                }
                2 => format!("toggle(&{})", self.shared(Kind::Bool)),
                3 => {
                    let place = self.shared(Kind::Mode);
                    format!("switch_to(&{place}, {})", self.value(Kind::Mode))
                }
                4 | 5 => {
                    let place = self.shared(Kind::Number);
                    format!("add(&{place}, {})", self.value(Kind::Number))
                }
                6 => {
                    let place = self.shared(Kind::Set);
                    format!("test_and_clear({}, &{place})", self.flag())
                }
                7 if !self.short => {
                    self.uses("await in __atomic");
                    "pop()".to_string()
                }
                _ => "try(&guard)".to_string(),
            };
            if call.contains("(&") || call.contains(", &") {
                self.uses("a pointer to a member as an argument");
            }
            return self.line(&format!("{call};"));
        }
        let callee = self.below(self.callees.len());
        if let Some(call) = self.call(callee) {
            self.line(&format!("{call};"));
        }
    }

    pub(super) fn ghost(&mut self) {
        let object = self.object();
        let (target, kind) = match self.below(5) {
            0 => (format!("{object}mark"), Kind::Bool),
            1 => (format!("{object}trace"), Kind::Number),
            2 => (format!("{object}last"), Kind::Pointer),
            3 => (format!("{object}was"), Kind::Mode),
            _ => {
                self.uses("a ghost that is an array");
                (format!("{object}marks[{}]", self.index()), Kind::Bool)
            }
        };
        self.uses("a ghost");
        let value = match self.below(2) {
            0 => self.constant_or_local(kind),
            _ => self.plain(kind),
        };
        self.line(&format!("{target} = {value};"));
    }

    pub(super) fn leave(&mut self) {
        let condition = self.condition();
        self.line(&format!("if ({condition})"));
        match self.below(4) {
            0 if self.loops > 0 || self.switches > 0 => {
                self.uses("break");
                self.line("break;");
            }
            1 if self.loops > 0 => {
                self.uses("continue");
                self.line("continue;");
            }
            2 if self.one_in(3) => {
                self.uses("panic");
                self.line("panic();");
            }
            _ => {
                self.uses("return in the middle");
                match self.result {
                    Some(kind) => {
                        let value = self.value(kind);
                        self.line(&format!("return {value};"));
                    }
                    None => self.line("return;"),
                }
            }
        }
    }

    pub(super) fn language(&mut self) {
        match self.below(5) {
            4 => {
                self.uses("compare_and_swap");
                let kind = self.one(&Kind::ALL);
                let (target, place) = (self.target(kind), self.shared(kind));
                let (old, new) = (self.plain(kind), self.plain(kind));
                self.line(&format!("{target} = compare_and_swap(&{place}, {old}, {new});"));
            }
            0 if !self.short => {
                self.uses("await");
                let condition = self.pure_condition();
                self.line(&format!("await({condition});"));
            }
            1 if !self.short => {
                self.uses("take");
                let lock = self.lock();
                self.line(&format!("take({lock});"));
            }
            2 => {
                let lock = self.lock();
                let (function, name) = self.one(&[("grab", "grab"), ("drop", "drop")]);
                self.uses(name);
                self.line(&format!("{function}({lock});"));
            }
            _ => {
                self.uses("choose");
                let target = self.target(Kind::Number);
                let outcomes = 2 + self.below(2);
                self.line(&format!("{target} = choose({outcomes});"));
            }
        }
    }

    pub(super) fn free(&mut self) {
        if self.one_in(8) {
            self.uses("kfree of what is locked");
            self.line("grab(&y.lock);\nkfree(&y);");
        } else if self.one_in(2) {
            self.uses("kfree");
            let pointer = if self.one_in(8) {
                "&x.mid".to_string()
            } else {
                self.value(Kind::Pointer)
            };
            self.line(&format!("kfree({pointer});"));
        } else {
            self.assignment();
        }
    }

    pub(super) fn bug(&mut self) {
        let condition = self.condition();
        if self.one_in(2) {
            self.uses("BUG_ON");
            self.line(&format!("BUG_ON({condition});"));
        } else {
            self.uses("BUG_ON with a name");
            self.line(&format!("BUG_ON({condition}, NoNonsense);"));
        }
    }

    /// Statements that do nothing, or nearly.
    pub(super) fn odd(&mut self) {
        match self.below(5) {
            3 => {
                self.uses("a call that means nothing");
                // Nobody looks at the types here: a local variable may hide another one of its name.
                let objects = ["x.", "y.", "head->", "x.next->", "t.at->", "pool[1].", "(*const_head)."];
                let (object, other) = (self.one(&objects), self.one(&objects));
                self.line(&format!("say(\"%d\", {object}next->unknown, (long){other}count);"));
            }
            4 => {
                self.uses("WRITE_ONCE");
                let kind = self.one(&Kind::ALL);
                let (target, value) = (self.target(kind), self.value(kind));
                self.line(&format!("WRITE_ONCE({target}, {value});"));
            }
            0 => {
                self.uses("an empty statement");
                self.line(";");
            }
            1 => {
                self.uses("an expression as a statement");
                let kind = self.one(&Kind::ALL);
                let value = self.shared(kind);
                self.line(&format!("{value};"));
            }
            _ => {
                self.uses("?: as a statement");
                let condition = self.condition();
                let (yes, no) = (self.shared(Kind::Bool), self.shared(Kind::Bool));
                self.line(&format!("{condition} ? toggle(&{yes}) : toggle(&{no});"));
            }
        }
    }

    pub(super) fn if_else(&mut self) {
        self.uses("if");
        let condition = self.condition();
        self.line(&format!("if ({condition})"));
        self.block(2);
        if self.one_in(2) {
            self.uses("else");
            self.line("else");
            self.block(2);
        }
    }

    pub(super) fn looping(&mut self, most: usize) {
        self.loops += 1;
        self.block(most);
        self.loops -= 1;
    }

    /// A condition that reads shared memory on each turn.
    pub(super) fn watched(&mut self) -> String {
        match self.below(4) {
            0 => "!ready".to_string(),
            1 => format!("ready && {}", self.condition()),
            2 => format!("(ready || {})", self.condition()),
            _ => "ready".to_string(),
        }
    }

    pub(super) fn while_loop(&mut self) {
        if self.short {
            return self.assignment();
        }
        self.uses("while");
        let condition = self.watched();
        self.line(&format!("while ({condition})"));
        self.looping(2);
    }

    pub(super) fn do_loop(&mut self) {
        if self.short {
            return self.assignment();
        }
        self.uses("do");
        self.line("do");
        self.looping(2);
        let condition = self.watched();
        self.line(&format!("while ({condition});"));
    }

    pub(super) fn counted(&mut self) {
        self.uses("for with a constant bound");
        let counter = self.name("i");
        let turns = 1 + self.below(2);
        let rest = if self.one_in(3) {
            self.uses("for with a constant bound and more");
            format!(" && {}", self.condition())
        } else {
            String::new()
        };
        let head = match self.below(4) {
            0 => format!("for (unsigned {counter} = 0; {counter} < {turns}{rest}; {counter}++)"),
            1 => {
                self.line(&format!("u8 {counter};"));
                format!("for ({counter} = {turns}; {counter} > 0{rest}; {counter}--)")
            }
            2 => {
                self.line(&format!("u8 {counter} = 0;"));
                format!("for ({counter} = 1; {counter} <= N{rest}; {counter} += 1)")
            }
            _ => format!("for (u16 {counter} = 0; {counter} != {turns}{rest}; ++{counter})"),
        };
        self.line(&head);
        self.locals.push((counter.clone(), Kind::Number));
        self.looping(2);
        self.locals.retain(|(name, _)| *name != counter);
    }

    pub(super) fn list(&mut self) {
        if self.short {
            return self.assignment();
        }
        self.uses("for along a list");
        let item = self.name("n");
        if self.one_in(2) {
            self.uses("a loop that is a macro");
            self.line(&format!("struct node *{item};\nfor_each_node({item})"));
        } else {
            self.line(&format!(
                "for (struct node *{item} = head; {item}; {item} = {item}->next)"
            ));
        }
        self.locals.push((item.clone(), Kind::Pointer));
        self.looping(2);
        self.locals.retain(|(name, _)| *name != item);
    }

    /// A jump forward, now and then into a block.
    pub(super) fn forward(&mut self) {
        let label = self.name("l");
        let condition = self.condition();
        self.uses("goto forward");
        self.line(&format!("if ({condition})\ngoto {label};"));
        let outer = self.locals.len();
        self.statement();
        self.locals.truncate(outer);
        match self.below(3) {
            0 => {
                self.uses("goto into a block");
                self.line(&format!("{{\ntotal = 2;\n{label}:\nready = true;\n}}"));
            }
            1 if !self.short => {
                self.uses("goto into a loop");
                self.line(&format!(
                    "while (ready)\n{{\nx.seen = true;\n{label}:\nready = false;\n}}"
                ));
            }
            _ => self.line(&format!("{label}: ;")),
        }
    }

    pub(super) fn backward(&mut self) {
        if self.short {
            return self.assignment();
        }
        self.uses("goto backward");
        let label = self.name("l");
        let outer = self.locals.len();
        self.line(&format!("{label}: ;"));
        self.statement();
        self.locals.truncate(outer);
        let condition = self.watched();
        self.line(&format!("if ({condition})\ngoto {label};"));
    }

    pub(super) fn locked(&mut self) {
        if self.short {
            return self.assignment();
        }
        let lock = self.lock();
        let outer = self.locals.len();
        if self.one_in(2) {
            self.uses("a section under a lock");
            self.line(&format!("take({lock});"));
            self.statement();
            self.line(&format!("drop({lock});"));
        } else {
            self.uses("a section under a lock that was tried");
            self.line(&format!("if (try({lock})) {{"));
            self.statement();
            self.line(&format!("drop({lock});\n}}"));
        }
        self.locals.truncate(outer);
    }

    /// A `switch` with its labels in any order, with and without a way into the next one.
    pub(super) fn switch(&mut self) {
        self.uses("switch");
        let (value, labels): (String, &[&str]) = match self.below(4) {
            0 => (self.value(Kind::Mode), &["IDLE", "BUSY", "LOST"]),
            1 => (self.value(Kind::Flag), &["A", "B", "C"]),
            2 => (self.condition(), &["0", "1", "7"]),
            _ => (self.value(Kind::Number), &["0", "1", "N", "(N + 1)", "255"]),
        };
        self.line(&format!("switch ({value}) {{"));
        let outer = self.locals.len();
        self.switches += 1;
        let first = self.below(labels.len());
        let default = self.below(labels.len() + 2);
        for number in 0..1 + self.below(labels.len()) {
            if number == default {
                self.uses("default");
                self.line("default:");
            }
            let label = labels[(first + number) % labels.len()];
            self.line(&format!("case {label}:"));
            match self.below(5) {
                0 => {
                    self.uses("a variable in a switch");
                    self.line(";");
                    self.declare();
                    self.statement();
                }
                _ => self.statement(),
            }
            // What is declared here has no value behind the next label.
            self.locals.truncate(outer);
            if self.one_in(3) {
                self.uses("a way into the next case");
            } else {
                self.line("break;");
            }
        }
        self.switches -= 1;
        self.line("}");
    }

    pub(super) fn block(&mut self, most: usize) {
        let outer = self.locals.len();
        self.line("{");
        if self.one_in(5) {
            self.declare();
        }
        for _ in 0..self.below(most + 1) {
            self.statement();
        }
        self.line("}");
        self.locals.truncate(outer);
    }
}
