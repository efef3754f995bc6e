//! Random programs that use all of the subset, small enough to be explored twice. Each statement stands on lines of its own.

mod statements;
mod values;

use std::collections::BTreeSet;
use std::fmt::Write;

/// What every program declares.
const DECLARATIONS: &str = "
#define N 2
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define for_each_node(n) for (n = head; n; n = n->next)
#define __quick
void say() __meaningless;
enum flag { A, B, C };
enum mode { IDLE, BUSY, LOST };
struct lock { bool taken; };
struct inner { unsigned a : 1; u8 b; bitset(enum flag) flags; };
struct middle { struct inner in; struct lock lock; unsigned c : 3; bool bits[N]; };
struct node {
unsigned count : 2; bool seen; bitset(enum flag) flags; enum flag which; enum mode mode; struct node *next;
struct middle mid; struct inner parts[N]; struct node *links[N]; struct lock lock;
int whole; unsigned trace : 4 __ghost; bool mark __ghost; bool marks[N] __ghost; struct node *last __ghost; enum mode was __ghost;
};
struct task { struct node *at; unsigned n : 2; bool stop; unsigned fixed : 3; };
struct node x = { .count = 1, .next = &y, .mid = { .c = 5, .bits = { true } }, .links = { &y, &pool[1] } };
struct node y = { .flags = 1 << B, .parts = { [1] = { .a = 1, .b = 7 } }, .mode = BUSY };
struct node pool[N] = { { .next = &x }, { .seen = true, .mid = { .in = { .b = 2 } } } };
struct lock guard;
struct task t = { .at = &x, .fixed = 3 }, u = { .at = &pool[0], .n = 1 }, w = { .at = &y };
struct task ts[N] = { { .at = &y }, { .n = 1 } };
bool ready;
u16 total = 3;
enum mode state;
bitset(enum flag) all;
enum flag which = C;
u8 table[N] = { 1, 2 };
struct node *head = &x;
struct node *const_head = &y;
static __quick void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
bool try(struct lock *l) __atomic __cond_acquires(l) { if (l->taken) return false; l->taken = true; return true; }
void grab(struct lock *l) __atomic __acquires(l) { l->taken = true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
void add(unsigned *c, unsigned by) __atomic { *c += by; }
bool test(enum flag f, bitset(enum flag) *flags) __atomic { return *flags & (1 << f); }
void set(enum flag f, bitset(enum flag) *flags) { *flags |= 1 << f; }
bool test_and_clear(enum flag f, bitset(enum flag) *flags) __atomic { bool old = test(f, flags); *flags &= ~(1 << f); return old; }
void toggle(bool *what) { *what = !*what; }
void switch_to(enum mode *what, enum mode m) __atomic { *what = m; }
struct node *pop(void) __atomic { struct node *n; await(head); n = head; head = n->next; return n; }
void put(struct node *n) { if (!n) return; n->next = head; head = n; }
";

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Pointer,
    Mode,
    Set,
    Flag,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::Number,
        Kind::Pointer,
        Kind::Bool,
        Kind::Mode,
        Kind::Set,
        Kind::Flag,
    ];

    fn declaration(self) -> &'static str {
        match self {
            Kind::Bool => "bool ",
            Kind::Number => "unsigned ",
            Kind::Pointer => "struct node *",
            Kind::Mode => "enum mode ",
            Kind::Set => "bitset(enum flag) ",
            Kind::Flag => "enum flag ",
        }
    }
}

/// A function that later ones can call.
#[derive(Debug, Clone)]
struct Callee {
    name: String,
    result: Option<Kind>,
    /// A kind for a value, or the type that a pointer to a scalar points to.
    params: Vec<Param>,
    /// It has no loop of unknown length and waits for nothing.
    short: bool,
}

#[derive(Debug, Clone, Copy)]
enum Param {
    Value(Kind),
    Place(Kind),
}

/// Writes one program.
pub struct Writer {
    random: u64,
    text: String,
    depth: usize,
    /// The constructs that were written.
    constructs: BTreeSet<&'static str>,
    /// The variables of the function that have a value, innermost last.
    locals: Vec<(String, Kind)>,
    callees: Vec<Callee>,
    names: usize,
    result: Option<Kind>,
    loops: usize,
    switches: usize,
    /// Effects are not allowed here.
    pure: bool,
    short: bool,
    current: bool,
}

impl Writer {
    /// The program of a number, and the constructs that it uses.
    pub fn program(seed: u64) -> (String, BTreeSet<&'static str>) {
        let mut writer = Writer {
            // Far from the next seed: the numbers that follow must not be the same ones, later.
            random: seed.wrapping_mul(0xd134_2543_de82_ef95),
            text: DECLARATIONS.to_string(),
            depth: 0,
            constructs: BTreeSet::new(),
            locals: Vec::new(),
            callees: Vec::new(),
            names: 0,
            result: None,
            loops: 0,
            switches: 0,
            pure: false,
            short: false,
            current: false,
        };
        writer.current = writer.below(4) > 0;
        for _ in 0..writer.below(4) {
            writer.helper();
        }
        if writer.one_in(5) {
            writer.init();
        }
        for number in 0..1 + writer.below(2) + writer.below(2) {
            writer.thread(number);
        }
        (writer.text, writer.constructs)
    }

    /// Splitmix64.
    fn below(&mut self, n: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn uses(&mut self, construct: &'static str) {
        self.constructs.insert(construct);
    }

    fn line(&mut self, text: &str) {
        self.text += text;
        self.text.push('\n');
    }

    /// The type before a name; a number has one of several.
    fn typed(&mut self, kind: Kind) -> &'static str {
        if kind == Kind::Number && self.one_in(3) {
            self.uses("int and long");
            return self.one(&["int ", "long ", "int ", "unsigned long "]);
        }
        kind.declaration()
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn helper(&mut self) {
        let name = self.name("f");
        let result = if self.one_in(3) {
            None
        } else {
            Some(self.one(&Kind::ALL))
        };
        let atomic = self.one_in(2);
        self.short = atomic || self.one_in(2);
        let mut params = Vec::new();
        let mut declared = Vec::new();
        self.locals.clear();
        for number in 0..self.below(3) {
            let kind = self.one(&Kind::ALL);
            if kind != Kind::Pointer && self.one_in(3) {
                declared.push(format!("{}*c{number}", kind.declaration()));
                params.push(Param::Place(kind));
                self.uses("a parameter that points to a scalar");
            } else {
                let param = format!("p{number}");
                declared.push(format!("{}{param}", self.typed(kind)));
                self.locals.push((param, kind));
                params.push(Param::Value(kind));
            }
        }
        let declared = if declared.is_empty() {
            "void".to_string()
        } else {
            declared.join(", ")
        };
        let ty = result.map_or("void ", |kind| self.typed(kind));
        let mut head = format!("{ty}{name}({declared})");
        if atomic {
            head += " __atomic";
            self.uses("__atomic");
        }
        if self.one_in(5) {
            head += " __breaks(NoMischief)";
            self.uses("__breaks");
        }
        self.line(&head);
        self.line("{");
        let waits = atomic && self.one_in(5);
        if waits {
            self.uses("await in __atomic");
            let condition = self.pure_condition();
            self.line(&format!("await({condition});"));
            self.short = true;
        }
        for (number, param) in params.clone().iter().enumerate() {
            if let (Param::Place(kind), true) = (param, self.one_in(2)) {
                self.through(&format!("*c{number}"), *kind);
            }
        }
        self.result = result;
        self.body(1 + usize::from(!atomic));
        if let Some(kind) = result {
            let value = self.value(kind);
            self.line(&format!("return {value};"));
        }
        self.line("}");
        let short = self.short && !waits;
        self.callees.push(Callee {
            name,
            result,
            params,
            short,
        });
    }

    /// What runs before everything.
    fn init(&mut self) {
        self.uses("__initially");
        let (flag, mode, on) = (
            self.constant(Kind::Flag),
            self.constant(Kind::Mode),
            self.constant(Kind::Bool),
        );
        self.line("void begin(void) __initially");
        self.line("{");
        self.line("unsigned i;");
        self.line("for (i = 0; i < N; i++) {");
        self.line("ts[i].at = &pool[i];");
        self.line("pool[i].count = pool[i].count + i;");
        self.line("}");
        self.line(&format!("set({flag}, &x.flags);"));
        self.line(&format!("ts[1].stop = {on};"));
        if self.one_in(2) {
            self.line(&format!("if (x.flags & 1 << {flag} && y.mode == BUSY)"));
            self.line(&format!("switch_to(&state, {mode});"));
        }
        if self.one_in(2) {
            self.line("put(&y);");
        }
        if self.one_in(2) {
            self.line("add(&x.count, ts[1].n);");
        }
        self.line("}");
    }

    fn thread(&mut self, number: usize) {
        let mut roles = vec!["__task", "__task", "__daemon", "__daemon __unfair", "__task __unfair"];
        if !self.current {
            roles.extend(["__unfair"; 3]);
        }
        let role = self.one(&roles);
        self.uses(match role {
            "__unfair" => "a thread without a task",
            role if role.contains("__unfair") => "__unfair",
            role => role,
        });
        let many = number == 0 && role != "__unfair" && self.one_in(6);
        if many {
            self.uses("a thread for each element");
        }
        let task = if many { "(ts)" } else { ["(t)", "(u)", "(w)"][number] };
        let role = role
            .replace("__task", &format!("__task{task}"))
            .replace("__daemon", &format!("__daemon{task}"));
        self.line(&format!("void run{number}(void) {role}"));
        self.line("{");
        self.locals.clear();
        self.result = None;
        self.short = false;
        self.body(3);
        if number == 0 {
            // Loops watch these: reading them has to be a step.
            let (on, next) = (self.constant(Kind::Bool), self.constant(Kind::Pointer));
            self.line(&format!("ready = {on};\nx.next = {next};"));
        }
        self.line("}");
    }

    /// Declarations and statements.
    fn body(&mut self, most: usize) {
        (self.loops, self.switches) = (0, 0);
        for _ in 0..self.below(3) {
            self.declare();
        }
        for _ in 0..1 + self.below(most) {
            self.statement();
        }
    }

    fn declare(&mut self) {
        let kind = self.one(&Kind::ALL);
        // Now and then a name that hides an outer one.
        let name = match self.below(6) {
            0 if !self.locals.is_empty() && self.depth > 0 => {
                self.uses("a name that hides another");
                let local = self.below(self.locals.len());
                self.locals[local].0.clone()
            }
            _ => self.name("v"),
        };
        if self.locals.iter().any(|(other, _)| *other == name) {
            // Its own initialiser would read the new one.
            let (ty, value) = (self.typed(kind), self.constant(kind));
            self.line(&format!("{ty}{name} = {value};"));
        } else if self.one_in(5) {
            self.uses("a declaration without a value");
            let ty = self.typed(kind);
            self.line(&format!("{ty}{name};"));
            let (yes, no) = (self.value(kind), self.value(kind));
            let condition = self.condition();
            self.line(&format!("if ({condition})\n{name} = {yes};\nelse\n{name} = {no};"));
        } else {
            let (ty, value) = (self.typed(kind), self.value(kind));
            self.line(&format!("{ty}{name} = {value};"));
        }
        self.locals.push((name, kind));
    }
}

/// The program with as few lines as it takes for the fault to show.
pub fn shrink(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut size = lines.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at + size <= lines.len() {
            let fewer: Vec<&str> = lines[..at].iter().chain(&lines[at + size..]).copied().collect();
            if fails(&fewer.join("\n")) {
                lines = fewer;
            } else {
                at += 1;
            }
        }
        size /= 2;
    }
    let mut shrunk = String::new();
    for line in lines {
        writeln!(shrunk, "{line}").expect("memory");
    }
    shrunk
}
