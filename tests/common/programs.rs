//! Random programs of the C subset.

use std::fmt::Write;

use oomspec::c::library::{Library, Listing};
use oomspec::c::{compile, read_program};
use oomspec::machine::Machine;
use oomspec::model::Instance;
use oomspec::source::{Diagnostic, Diagnostics};

/// What every program starts with.
const PRELUDE: &str = "
#define N 2
enum flag { A, B, C };
struct lock { bool taken; };
struct node { unsigned count : 2; bool seen; bitset(enum flag) flags; enum flag kind; struct node *next; struct lock lock; bool bits[N]; };
struct task { struct node *at; unsigned n : 1; };
struct node x = { .count = 1, .next = &y };
struct node y = { .bits = { true } };
struct lock guard;
struct task t, u;
bool ready;
struct node *head = &x;
void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
bool try(struct lock *l) __atomic __cond_acquires(l) { if (l->taken) return false; l->taken = true; return true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
bool test(enum flag f, bitset(enum flag) *flags) __atomic { return *flags & (1 << f); }
void set(enum flag f, bitset(enum flag) *flags) __atomic { *flags |= 1 << f; }
void unset(enum flag f, bitset(enum flag) *flags) __atomic { *flags &= ~(1 << f); }
struct node *pop(void) __atomic { struct node *n; await(head); n = head; head = n->next; return n; }
void put(struct node *n) { if (n) { n->next = head; head = n; } }
";

/// Reads a tape of numbers as choices: the shorter and the smaller, the plainer the program. So proptest can shrink it.
pub struct Writer<'a> {
    tape: std::slice::Iter<'a, u8>,
    text: String,
    depth: usize,
}

impl Writer<'_> {
    /// The program that a tape says.
    pub fn program(tape: &[u8]) -> String {
        let mut writer = Writer {
            tape: tape.iter(),
            text: PRELUDE.to_string(),
            depth: 0,
        };
        writer.function("bool", "f", "struct node *n, unsigned i", "");
        writer.function("void", "g", "void", "__atomic ");
        let roles = [
            "__task(t)",
            "__task(u)",
            "__daemon(t)",
            "__unfair",
            "__task(x)",
            "__daemon(u) __unfair",
        ];
        for number in 0..1 + writer.below(3) {
            let role = writer.one(&roles).to_string();
            writer.function("void", &format!("run{number}"), "void", &(role + " "));
        }
        writer.text
    }

    fn below(&mut self, n: usize) -> usize {
        self.tape.next().map_or(0, |&choice| usize::from(choice)) % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn say(&mut self, one_of: &[&str]) {
        let choice = self.below(one_of.len());
        self.text += one_of[choice];
    }

    fn function(&mut self, returns: &str, name: &str, parameters: &str, annotations: &str) {
        writeln!(self.text, "{returns} {name}({parameters}) {annotations}{{").expect("memory");
        self.text += "struct node *p = &x; unsigned i = 0; bool b = false;\n";
        for _ in 0..1 + self.below(5) {
            self.statement();
        }
        self.text += if returns == "bool" { "return b;\n}\n" } else { "}\n" };
    }

    fn statement(&mut self) {
        self.depth += 1;
        let kinds = if self.depth > 4 { 12 } else { 20 };
        match self.below(kinds) {
            0 => self.write(&["ready = ", "b = ", "p->seen = ", "x.bits[1] = "], Self::condition),
            1 => self.write(&["i = ", "p->count = ", "x.count += ", "u.n = "], Self::number),
            2 => self.write(
                &["p = ", "head = ", "x.next = ", "p->next = ", "t.at = "],
                Self::pointer,
            ),
            3 => {
                let call = [
                    "take(&guard)",
                    "drop(&guard)",
                    "take(&x.lock)",
                    "drop(&p->lock)",
                    "g()",
                    "put(p)",
                    "p = pop()",
                ];
                self.say(&call);
                self.text += ";\n";
            }
            4 => self.write(
                &["set(A, &x.flags); b = ", "unset(B, &p->flags); b = "],
                Self::condition,
            ),
            5 => {
                let step = [
                    "x.count++",
                    "p->count--",
                    "i++",
                    "--y.count",
                    "p->kind = C",
                    "x.kind = B",
                    "current->n = 1",
                ];
                self.say(&step);
                self.text += ";\n";
            }
            6 => {
                self.text += "kfree(";
                self.pointer();
                self.text += ");\n";
            }
            7 => self.text += "i = choose(3);\n",
            8 => {
                self.text += "await(";
                self.condition();
                self.text += ");\n";
            }
            9 => {
                self.text += "BUG_ON(";
                self.condition();
                self.text += ", NoMischief);\n";
            }
            10 => self.say(&[
                "return;\n",
                "break;\n",
                "continue;\n",
                "panic();\n",
                "return true;\n",
                ";\n",
            ]),
            // Nonsense, now and then.
            11 => {
                let odd = [
                    "i = p;\n",
                    "f();\n",
                    "x = y;\n",
                    "q = 1;\n",
                    "goto out;\n",
                    "out: ;\n",
                    "p = &guard;\n",
                    "run0();\n",
                    "b = (bool)i;\n",
                    "head->count;\n",
                    "x.bits[2] = true;\n",
                ];
                self.say(&odd);
            }
            12 | 13 => {
                self.text += "if (";
                self.condition();
                self.text += ")";
                self.block();
                if self.below(2) == 1 {
                    self.text += "else ";
                    self.block();
                }
            }
            14 => {
                self.text += "while (";
                self.condition();
                self.text += ") ";
                self.block();
            }
            15 => {
                self.text += "for (i = 0; i < N; i++) ";
                self.block();
            }
            16 => {
                self.text += "for (p = head; p; p = p->next) ";
                self.block();
            }
            17 => {
                self.text += "do ";
                self.block();
                self.text += "while (";
                self.condition();
                self.text += ");\n";
            }
            18 => {
                self.text += "if (try(&guard)) {\n";
                self.statement();
                self.text += "drop(&guard);\n}\n";
            }
            _ => {
                self.text += "take(&guard);\n";
                self.statement();
                self.text += "drop(&guard);\n";
            }
        }
        self.depth -= 1;
    }

    fn block(&mut self) {
        self.text += "{\n";
        for _ in 0..self.below(4) {
            self.statement();
        }
        self.text += "}\n";
    }

    fn write(&mut self, targets: &[&str], value: fn(&mut Self)) {
        self.say(targets);
        value(self);
        self.text += ";\n";
    }

    fn condition(&mut self) {
        self.depth += 1;
        let kinds = if self.depth > 6 { 9 } else { 14 };
        match self.below(kinds) {
            0 => self.text += "ready",
            1 => self.say(&["true", "false"]),
            2 => self.text += "b",
            3 => self.say(&["head", "p", "!p->next", "x.bits[0]", "p->bits[i]"]),
            4 => self.say(&["p->seen", "!guard.taken", "y.lock.taken"]),
            5 => self.say(&["test(A, &x.flags)", "test(p->kind, &p->flags)", "test(C, &y.flags)"]),
            6 => self.say(&["p == &x", "p != head", "x.next == NULL", "p->kind == B"]),
            7 => self.say(&["i < 2", "p->count == 0", "x.count > y.count", "choose(2)"]),
            8 => self.say(&["f(p, i)", "f(&y, 1)", "try(&p->lock)"]),
            9 => self.pair(" && "),
            10 => self.pair(" || "),
            11 => {
                self.text += "!(";
                self.condition();
                self.text += ")";
            }
            12 => {
                self.text += "(";
                self.condition();
                self.text += " ? ";
                self.pair(" : ");
                self.text += ")";
            }
            _ => {
                self.number();
                self.say(&[" == ", " != ", " < ", " >= "]);
                self.number();
            }
        }
        self.depth -= 1;
    }

    fn pair(&mut self, between: &str) {
        self.text += "(";
        self.condition();
        self.text += between;
        self.condition();
        self.text += ")";
    }

    fn number(&mut self) {
        self.depth += 1;
        match self.below(if self.depth > 6 { 3 } else { 6 }) {
            0 => self.say(&["0", "1", "2", "3", "N"]),
            1 => self.text += "i",
            2 => self.say(&["p->count", "x.count", "t.n", "4", "0x10"]),
            3 => self.text += "choose(2)",
            _ => {
                self.text += "(";
                self.number();
                self.say(&[" + ", " - ", " & ", " % ", " << ", " | ", " / ", " * "]);
                self.number();
                self.text += ")";
            }
        }
        self.depth -= 1;
    }

    fn pointer(&mut self) {
        self.say(&["&x", "p", "NULL", "head", "&y", "p->next", "pop()", "x.next", "t.at"]);
    }
}

struct Nothing;

impl Library for Nothing {
    fn read(&self, _: &str) -> Option<Result<String, Diagnostic>> {
        None
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A program without protocol and scenario, ready to run.
pub fn instance(text: &str) -> Result<Instance, Diagnostics> {
    let listing = Listing {
        name: "linux/random.c".into(),
        text: text.into(),
        folder: None,
        bounds: Vec::new(),
    };
    let program = read_program(&Nothing, &listing, None)?;
    Ok(Instance {
        protocol: "random".into(),
        scenario: "random".into(),
        protocol_source: String::new(),
        scenario_source: String::new(),
        tags: program.tags.clone(),
        machine: Machine::new(compile(&program)?),
    })
}
