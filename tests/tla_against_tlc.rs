//! Our evaluator against TLC: random expressions, and the states of the model.
//!
//! Needs `tla2tools.jar`: in `OOMSPEC_TLC`, or under `target/`.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use oomspec::tla::{self, Specification};

use common::random::Random;
use common::tlc::jar as tlc;

mod common;

fn run(jar: &Path, folder: &Path, module: &str, config: &str) -> String {
    std::fs::write(folder.join("MC.cfg"), config).unwrap();
    let output = Command::new("java")
        // TLC unpacks its standard modules there, and must not meet another TLC that does the same.
        .arg(format!("-Djava.io.tmpdir={}", folder.display()))
        .args(["-XX:+UseSerialGC", "-cp"])
        .arg(jar)
        .args(["tlc2.TLC", "-workers", "1", "-deadlock", "-config", "MC.cfg", module])
        .current_dir(folder)
        .output()
        .expect("java runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn random_expressions_have_the_same_values() {
    let Some(jar) = tlc() else { return };
    let mut random = Writer::new(2018);
    let mut definitions = String::new();
    for i in 0..600 {
        let e = match i % 4 {
            0 => random.flat(),
            _ => random.value(4),
        };
        // what we refuse is not compared, so that TLC reads the rest
        let one = format!("E{i} == {e}\n");
        if load(&one).is_ok() {
            definitions += &one;
        }
    }
    let spec = load(&definitions).unwrap_or_else(|e| panic!("{e}"));
    let mut assumptions = String::new();
    let mut asked = 0;
    for definition in spec.definitions() {
        let name = &definition.name.text;
        let e = spec.operator(name).unwrap();
        if let Ok(value) = tla::eval_constant(&e) {
            writeln!(assumptions, "ASSUME PrintT(<<\"{name}\", {name} = {value}>>)").unwrap();
            asked += 1;
        }
    }
    assert!(asked > 400, "{asked} of 600 expressions have a value");
    let folder = tempfile::tempdir().unwrap();
    let behaviour = "VARIABLE unused\nInit == unused = 0\nNext == UNCHANGED unused";
    let text = text(&format!("{definitions}{behaviour}\n{assumptions}"));
    std::fs::write(folder.path().join("M.tla"), text).unwrap();
    let output = run(&jar, folder.path(), "M", "INIT Init\nNEXT Next\n");
    let agreed: HashSet<&str> = output
        .lines()
        .filter_map(|l| l.strip_prefix("<<\"")?.strip_suffix("\", TRUE>>"))
        .collect();
    for definition in spec.definitions() {
        let name = &*definition.name.text;
        let e = spec.operator(name).unwrap();
        if let Ok(value) = tla::eval_constant(&e) {
            let written = spec.sources().text(definition.span);
            assert!(agreed.contains(name), "{written}\nours: {value}\n{output}");
        }
    }
}

#[test]
fn the_model_has_the_same_states() {
    let Some(jar) = tlc() else { return };
    let folder = tempfile::tempdir().unwrap();
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tla");
    for entry in std::fs::read_dir(&modules).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let library = |m: &str| std::fs::read_to_string(modules.join(format!("{m}.tla"))).ok();
    let spec = Specification::load(&library, "Model").unwrap();
    let (init, next) = (spec.operator("Init").unwrap(), spec.operator("Next").unwrap());
    let mut states = tla::init_states(&spec, &init).unwrap();
    let mut seen: HashSet<_> = states.iter().cloned().collect();
    let mut generated = states.len();
    while let Some(state) = states.pop() {
        for (to, _) in tla::successors(&spec, &next, &state).unwrap() {
            generated += 1;
            if seen.insert(to.clone()) {
                states.push(to);
            }
        }
    }
    let config = "SPECIFICATION Spec\nINVARIANT MarkMeansEmpty\n\
                  PROPERTIES Refines Served NoRefill AlwaysEmptied Stays\n";
    let output = run(&jar, folder.path(), "Model", config);
    let counts = format!("{generated} states generated, {} distinct states found", seen.len());
    assert!(output.contains(&counts), "{counts}\n{output}");
    assert!(output.contains("No error has been found"), "{output}");
}

fn text(body: &str) -> String {
    format!("---- MODULE M ----\nEXTENDS Integers, Sequences, FiniteSets, TLC\n{body}\n====\n")
}

fn load(body: &str) -> Result<Specification, String> {
    let text = text(body);
    Specification::load(&|name: &str| (name == "M").then(|| text.clone()), "M").map_err(|e| e.render(false))
}

/// Random expressions of a given sort.
struct Writer {
    random: Random,
    names: Vec<String>,
    fresh: usize,
}

impl Writer {
    fn new(seed: u64) -> Self {
        Writer {
            random: Random(seed),
            names: Vec::new(),
            fresh: 0,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.random.one(of)
    }

    /// Operators side by side without parentheses: what we accept, TLC must read the same way.
    fn flat(&mut self) -> String {
        let sets = self.below(2) == 0;
        let mut e = String::new();
        for i in 0..2 + self.below(4) {
            if i > 0 {
                let ops: &[&str] = if sets {
                    &["\\cup", "\\cap", "\\", "\\cup", "=", "/\\", "\\subseteq", "=>"]
                } else {
                    &["+", "-", "*", "%", "\\div", "..", "<", "=", "/\\", "\\/", "\\cup", "=>"]
                };
                write!(e, " {} ", self.one(ops)).unwrap();
            }
            e += match (sets, self.below(8)) {
                (true, 0) => "DOMAIN <<5, 6>>",
                (true, 1) => "UNION {{1}, {4}}",
                (true, 2) => "~{} = {}",
                (true, _) => self.one(&["{}", "{1, 2}", "{2}", "{3, 4}", "1..3"]),
                (false, 0) => "-3",
                (false, 1) => "~1 = 2",
                (false, _) => self.one(&["1", "2", "7", "10"]),
            };
        }
        e
    }

    fn value(&mut self, depth: u32) -> String {
        match self.below(8) {
            0 | 1 => self.int(depth),
            2 | 3 => self.bool(depth),
            4 => self.set(depth),
            5 => self.sequence(depth),
            6 => self.record(depth),
            _ => match self.below(3) {
                0 => format!("SUBSET ({} \\cap (0..3))", self.set(depth - 1)),
                1 => format!("[{{1, 2}} -> {}]", self.set(1)),
                _ => format!("[a : {}, b : {{{}}}]", self.set(1), self.bool(2)),
            },
        }
    }

    fn bound(&mut self, depth: u32, shape: impl Fn(&str, &str, &str) -> String, bool: bool) -> String {
        let set = self.set(depth);
        let name = format!("n{}", self.fresh);
        self.fresh += 1;
        self.names.push(name.clone());
        let body = if bool { self.bool(depth) } else { self.int(depth) };
        self.names.pop();
        shape(&name, &set, &body)
    }

    fn int(&mut self, depth: u32) -> String {
        if depth == 0 {
            if !self.names.is_empty() && self.below(2) == 0 {
                let chosen = self.below(self.names.len());
                return self.names[chosen].clone();
            }
            return self.one(&["0", "1", "2", "3", "5", "(-1)", "(-4)"]).into();
        }
        let d = depth - 1;
        match self.below(10) {
            0 => format!("({} + {})", self.int(d), self.int(d)),
            1 => format!("({} - {})", self.int(d), self.int(d)),
            2 => format!("({} * {})", self.int(d), self.int(d)),
            3 => format!("({} \\div {})", self.int(d), self.one(&["1", "2", "3"])),
            4 => format!("({} % {})", self.int(d), self.one(&["1", "2", "3"])),
            5 => format!("Cardinality({})", self.set(d)),
            6 => format!("Len({})", self.sequence(d)),
            7 => format!("(IF {} THEN {} ELSE {})", self.bool(d), self.int(d), self.int(d)),
            8 => self.bound(
                d,
                |n, s, b| format!("(CHOOSE {n} \\in {s} \\cup {{9}} : {b} \\/ {n} = 9)"),
                true,
            ),
            _ => format!("({}).a", self.record(d)),
        }
    }

    fn bool(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.one(&["TRUE", "FALSE"]).into();
        }
        let d = depth - 1;
        match self.below(12) {
            0 => format!("({} < {})", self.int(d), self.int(d)),
            1 => format!("({} = {})", self.int(d), self.int(d)),
            2 => format!("({} \\in {})", self.int(d), self.set(d)),
            3 => format!("({} \\subseteq {})", self.set(d), self.set(d)),
            4 => format!("({} = {})", self.set(d), self.set(d)),
            5 => format!("({} # {})", self.sequence(d), self.sequence(d)),
            6 => format!("({} = {})", self.record(d), self.record(d)),
            7 => format!("~{}", self.bool(d)),
            8 => format!("({} => {})", self.bool(d), self.bool(d)),
            9 => format!("({} <=> {})", self.bool(d), self.bool(d)),
            10 => self.bound(d, |n, s, b| format!("(\\A {n} \\in {s} : {b})"), true),
            _ => self.bound(d, |n, s, b| format!("(\\E {n} \\in {s} : {b})"), true),
        }
    }

    fn set(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.one(&["{}", "{1}", "{2, 3}", "(0..3)", "{5, 1, 0}"]).into();
        }
        let d = depth - 1;
        match self.below(8) {
            0 => format!("{{{}, {}}}", self.int(d), self.int(d)),
            1 => format!("({} \\cup {})", self.set(d), self.set(d)),
            2 => format!("({} \\cap {})", self.set(d), self.set(d)),
            3 => format!("({} \\ {})", self.set(d), self.set(d)),
            4 => self.bound(d, |n, s, b| format!("{{{n} \\in {s} : {b}}}"), true),
            5 => self.bound(d, |n, s, b| format!("{{{b} : {n} \\in {s}}}"), false),
            6 => format!("UNION {{{}, {}}}", self.set(d), self.set(d)),
            _ => format!("(DOMAIN {})", self.sequence(d)),
        }
    }

    fn sequence(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.one(&["<<>>", "<<1>>", "<<2, 3>>"]).into();
        }
        let d = depth - 1;
        match self.below(6) {
            0 => format!("<<{}, {}>>", self.int(d), self.int(d)),
            1 => format!("Append({}, {})", self.sequence(d), self.int(d)),
            2 => format!("({} \\o {})", self.sequence(d), self.sequence(d)),
            3 => format!("Tail(<<0>> \\o {})", self.sequence(d)),
            4 => {
                let name = format!("n{}", self.fresh);
                self.fresh += 1;
                self.names.push(name.clone());
                let body = self.int(d);
                self.names.pop();
                format!("[{name} \\in 1..{} |-> {body}]", self.below(4))
            }
            _ => format!("[{} EXCEPT ![1] = {}]", self.sequence(d), self.int(d)),
        }
    }

    fn record(&mut self, depth: u32) -> String {
        let d = depth.saturating_sub(1);
        if depth == 0 || self.below(2) == 0 {
            return format!("[a |-> {}, b |-> {}]", self.int(d), self.set(d));
        }
        format!(
            "[{} EXCEPT !.a = @ + {}, !.b = {}]",
            self.record(d),
            self.int(d),
            self.set(d)
        )
    }
}
