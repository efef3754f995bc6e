//! Random modules, checked by themselves and by TLC: fairness, ENABLED and temporal formulas of all forms that TLC reads.
//!
//! Needs `tla2tools.jar`: in `OOMSPEC_TLC`, or under `target/`.

use std::path::Path;
use std::process::Command;

use common::random::Random;
use common::tlc::jar;
use oomspec::check::Verdict;
use oomspec::check::module::check;
use oomspec::explore::Limits;

mod common;

/// How many modules are written, each with so many properties.
const MODULES: usize = 12;
const PROPERTIES: usize = 8;

#[test]
fn random_modules_get_the_same_answers() {
    let Some(jar) = jar() else { return };
    let (mut held, mut broken) = (0, 0);
    for seed in 0..MODULES {
        let text = Writer(Random(7 + seed as u64)).module();
        let answers = answers(&text);
        let names = |wanted: fn(Verdict) -> bool| -> Vec<String> {
            let chosen = answers.iter().filter(|(_, verdict)| wanted(*verdict));
            chosen.map(|(name, _)| name.clone()).collect()
        };
        let holds = names(|verdict| matches!(verdict, Verdict::Holds | Verdict::Vacuous));
        let violated = names(|verdict| verdict == Verdict::Violated);
        assert_eq!(holds.len() + violated.len(), answers.len(), "{answers:?}\n{text}");
        if !holds.is_empty() {
            let said = tlc(&jar, &text, &holds);
            assert!(
                said.contains("No error has been found"),
                "we: {holds:?} hold\n{text}\n{said}"
            );
        }
        // TLC stops at the first violation, so that it is asked about one.
        for name in violated.iter().take(1) {
            let said = tlc(&jar, &text, std::slice::from_ref(name));
            assert!(
                said.contains("were violated") || said.contains("is violated"),
                "we: {name} is violated\n{text}\n{said}"
            );
        }
        held += holds.len();
        broken += violated.len();
    }
    assert!(held > MODULES && broken > MODULES, "{held} hold, {broken} do not");
}

/// What we say of each property of a module that we decide.
fn answers(text: &str) -> Vec<(String, Verdict)> {
    let library = |name: &str| (name == "M").then(|| text.to_string());
    let names = (0..PROPERTIES).map(|i| format!("P{i}"));
    let decided = names.filter_map(|name| {
        let config = format!("SPECIFICATION Spec\nPROPERTY {name}\nCHECK_DEADLOCK FALSE");
        match check(&library, "M", &config, Limits::default()) {
            Ok(checked) => Some((name, checked.findings[0].verdict)),
            Err(errors) => {
                let shown = errors.render(false);
                assert!(shown.contains("cannot be decided"), "{text}\n{shown}");
                None
            }
        }
    });
    decided.collect()
}

fn tlc(jar: &Path, text: &str, properties: &[String]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = format!("SPECIFICATION Spec\nPROPERTY {}\n", properties.join(" "));
    std::fs::write(folder.path().join("M.tla"), text).expect("a file");
    std::fs::write(folder.path().join("M.cfg"), config).expect("a file");
    let output = Command::new("java")
        // TLC unpacks its standard modules there, and must not meet another TLC that does the same.
        .arg(format!("-Djava.io.tmpdir={}", folder.path().display()))
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(jar)
        .args(["tlc2.TLC", "-workers", "1", "-deadlock", "M"])
        .current_dir(folder.path())
        .output()
        .expect("java runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Writes modules with three variables and three actions.
struct Writer(Random);

impl Writer {
    fn module(&mut self) -> String {
        let actions: Vec<String> = ["A", "B", "C"]
            .iter()
            .map(|name| format!("{name} == {}", self.action()))
            .collect();
        let fair: Vec<String> = (0..self.0.below(4)).map(|_| self.fairness()).collect();
        let fair: String = fair.iter().map(|fair| format!(" /\\ {fair}")).collect();
        let properties: Vec<String> = (0..PROPERTIES)
            .map(|i| format!("P{i} == {}", self.promise(2)))
            .collect();
        format!(
            "---- MODULE M ----\nEXTENDS Naturals, FiniteSets\nVARIABLES x, y, f\nvars == <<x, y, f>>\n{}\nD == A \\/ B\n\
             Init == x \\in 0..1 /\\ y = 0 /\\ f = [i \\in 0..2 |-> 0]\nNext == A \\/ B \\/ C\n\
             Spec == Init /\\ [][Next]_vars{fair}\n{}\n====\n",
            actions.join("\n"),
            properties.join("\n"),
        )
    }

    fn action(&mut self) -> String {
        let x = [
            "x' = (x + 1) % 3",
            "x' = (x + 2) % 3",
            "x' \\in {0, 2}",
            "UNCHANGED x",
            "x' = 1",
            "x' = y",
        ];
        let y = [
            "y' = (y + 1) % 3",
            "y' = x",
            "UNCHANGED y",
            "y' = 2",
            "y' = (IF x' = 1 THEN 0 ELSE y)",
        ];
        let f = [
            "UNCHANGED f",
            "f' = [f EXCEPT ![x] = 1 - @]",
            "f' = [i \\in 0..2 |-> IF i = y THEN 0 ELSE f[i]]",
            "(\\E j \\in 0..2 : f' = [f EXCEPT ![j] = 1])",
        ];
        let guard = self.guard();
        format!(
            "({guard}) /\\ {} /\\ {} /\\ {}",
            self.0.one(&x),
            self.0.one(&y),
            self.0.one(&f)
        )
    }

    fn guard(&mut self) -> String {
        self.0
            .one(&[
                // TLC 2.15 says of `P ~> TRUE` that it is violated.
                "x < 3",
                "x = 1",
                "y < 2",
                "x # y",
                "f[x] = 0",
                "(LET z == x + y IN z > 1)",
                "(\\E i \\in 0..2 : f[i] = 1 /\\ i # x)",
                "Cardinality({i \\in 0..2 : f[i] = 1}) = 2",
            ])
            .into()
    }

    fn predicate(&mut self, depth: usize) -> String {
        if depth == 0 || self.0.below(3) == 0 {
            return match self.0.below(4) {
                0 => format!("ENABLED {}", self.0.one(&["A", "B", "C", "D"])),
                _ => self.guard(),
            };
        }
        let (a, b) = (self.predicate(depth - 1), self.predicate(depth - 1));
        match self.0.below(5) {
            0 => format!("({a} /\\ {b})"),
            1 => format!("({a} \\/ {b})"),
            2 => format!("~({a})"),
            3 => format!("({a} => {b})"),
            _ => format!("(IF {a} THEN {b} ELSE {a})"),
        }
    }

    fn fairness(&mut self) -> String {
        format!(
            "{}_vars({})",
            self.0.one(&["WF", "SF"]),
            self.0.one(&["A", "B", "C", "D"])
        )
    }

    /// Booleans over fairness and temporal formulas: TLC reads actions nowhere deeper.
    fn promise(&mut self, depth: usize) -> String {
        if depth > 0 && self.0.below(2) == 0 {
            let (a, b) = (self.promise(depth - 1), self.promise(depth - 1));
            return match self.0.below(4) {
                0 => format!("({a} /\\ {b})"),
                1 => format!("({a} \\/ {b})"),
                2 => format!("({a} => {b})"),
                _ => format!("~({a})"),
            };
        }
        match self.0.below(6) {
            0 => self.fairness(),
            1 => format!("[]<><<{}>>_vars", self.0.one(&["A", "B", "C"])),
            _ => self.temporal(2),
        }
    }

    fn temporal(&mut self, depth: usize) -> String {
        let p = self.predicate(2);
        if depth == 0 {
            return format!("({p})");
        }
        let q = self.predicate(2);
        match self.0.below(8) {
            0 => format!("[]({p})"),
            1 => format!("<>({p})"),
            2 => format!("(({p}) ~> ({q}))"),
            3 => format!("[](({p}) => <>({q}))"),
            4 => format!("[]{}", self.temporal(depth - 1)),
            5 => format!("<>{}", self.temporal(depth - 1)),
            6 => format!("~({})", self.temporal(depth - 1)),
            _ => format!("({} \\/ {})", self.temporal(depth - 1), self.temporal(depth - 1)),
        }
    }
}
