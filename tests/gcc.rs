//! Programs of one thread are C as gcc has it: what they compute is what gcc's code computes, wherever no error is said.
//!
//! The reference interpreter was written from docs/listings.md, as the front end was; gcc was not.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use common::programs::instance;
use common::random::Random;
use oomspec::check::{Verdict, findings};
use oomspec::explore::{Limits, explore};

mod common;

/// Programs; `OOMSPEC_FUZZ` asks for a hundred times as many.
const PROGRAMS: u64 = 600;
/// So many are compiled at once.
const AT_ONCE: u64 = 100;
/// Larger graphs are not explored: a program of one thread has a state for each step.
const MOST_STATES: usize = 20_000;

/// What the words of the listings are to gcc.
const WORDS: &str = "\
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
#define __task(task)
#define __atomic
";

/// The memory: name and initial value of each number.
const FIELDS: [(&str, &str); 9] = [
    ("x.a", "unsigned a : 3"),
    ("x.b", "u8 b"),
    ("x.c", "u16 c"),
    ("x.d", "unsigned d"),
    ("x.e", "int e"),
    ("x.f", "bool f"),
    ("x.v[0]", "u8 v[3]"),
    ("x.v[1]", ""),
    ("x.v[2]", ""),
];

/// A program that is about one struct `x`, and may call `f` and `g`.
struct Writer {
    random: Random,
    text: String,
    depth: usize,
    /// Loops around, each with a counter of its own.
    loops: usize,
}

impl Writer {
    fn program(number: u64) -> String {
        let mut writer = Writer {
            random: Random(number),
            text: String::new(),
            depth: 0,
            loops: 0,
        };
        writer.memory();
        writer.function("unsigned f(u8 w, unsigned n)");
        writer.function("bool g(int i, bool b) __atomic");
        writer.function("void run(void) __task(t)");
        writer.text
    }

    fn memory(&mut self) {
        let members: Vec<&str> = FIELDS
            .iter()
            .map(|(_, member)| *member)
            .filter(|member| !member.is_empty())
            .collect();
        let members = members.join("; ");
        let (a, b, c, d) = (self.below(4), self.below(30), self.below(300), self.number());
        let small = self.below(20);
        self.text += &format!(
            "struct memory {{ {members}; }};\nstruct task {{ bool runs; }};\nstruct task t;\n\
             struct memory x = {{ .a = {a}, .b = {b}, .c = {c}, .d = {d}, .e = {small}, .f = true, .v = {{ 1, {a} }} }};\n"
        );
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.below(of.len())]
    }

    /// A literal, also where types end.
    fn number(&mut self) -> String {
        let edges = [
            "0",
            "1",
            "2",
            "3",
            "7",
            "8",
            "31",
            "255",
            "256",
            "65535",
            "65536",
            "2147483647",
            "2147483648u",
            "4294967295u",
            "1u",
            "10u",
            "0x7f",
            "0xffu",
        ];
        match self.below(4) {
            0 => self.one(&edges).to_string(),
            _ => self.below(5).to_string(),
        }
    }

    fn function(&mut self, head: &str) {
        let (called, parameters): (bool, &[&str]) = match head {
            head if head.contains(" f(") => (true, &["w", "n"]),
            head if head.contains(" g(") => (true, &["i", "b"]),
            _ => (false, &[]),
        };
        writeln!(self.text, "{head}\n{{").expect("memory");
        let locals = [("int", "i"), ("unsigned", "n"), ("u8", "w"), ("bool", "b")];
        for (ty, name) in locals.iter().filter(|(_, name)| !parameters.contains(name)) {
            let value = match *ty {
                "bool" => "false".to_string(),
                _ => self.below(9).to_string(),
            };
            writeln!(self.text, "\t{ty} {name} = {value};").expect("memory");
        }
        for _ in 0..2 + self.below(4) {
            self.statement(!called);
        }
        if !head.starts_with("void") {
            let value = self.expression(2, false);
            writeln!(self.text, "\treturn {value};").expect("memory");
        }
        self.text += "}\n";
    }

    fn place(&mut self) -> String {
        self.one(&[
            "x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.v[0]", "x.v[2]", "i", "n", "w", "b",
        ])
        .to_string()
    }

    fn statement(&mut self, calls: bool) {
        self.depth += 1;
        // Loops of no constant bound are not for `__atomic` functions, and those call nothing.
        let kinds = match (self.depth > 3, calls) {
            (true, _) => 5,
            (_, false) => 9,
            _ => 10,
        };
        match self.below(kinds) {
            0..3 => {
                let (place, value) = (self.place(), self.expression(3, calls));
                writeln!(self.text, "\t{place} = {value};").expect("memory");
            }
            3 => {
                let place = self.one(&["x.b", "x.c", "x.d", "x.e", "n", "i", "w"]);
                let op = self.one(&["+=", "-=", "*=", "|=", "&=", "^=", "<<=", ">>=", "/=", "%="]);
                let value = self.expression(1, false);
                writeln!(self.text, "\t{place} {op} {value};").expect("memory");
            }
            4 => {
                let place = self.one(&["x.a", "x.b", "x.d", "x.e", "i", "n", "w"]);
                let step = self.one(&["++", "--"]);
                writeln!(self.text, "\t{place}{step};").expect("memory");
            }
            5 | 6 => {
                let condition = self.expression(3, calls);
                writeln!(self.text, "\tif ({condition}) {{").expect("memory");
                self.statement(calls);
                if self.below(2) == 0 {
                    self.text += "\t} else {\n";
                    self.statement(calls);
                }
                self.text += "\t}\n";
            }
            7 => {
                let (count, turns) = (format!("k{}", self.loops), self.below(4));
                self.loops += 1;
                writeln!(self.text, "\tfor (int {count} = 0; {count} < {turns}; {count}++) {{").expect("memory");
                self.statement(calls);
                if self.below(3) == 0 {
                    let condition = self.expression(2, false);
                    let leave = self.one(&["break", "continue"]);
                    writeln!(self.text, "\tif ({condition})\n\t{leave};").expect("memory");
                    self.statement(calls);
                }
                self.text += "\t}\n";
            }
            8 => {
                let value = self.one(&["x.a", "x.b", "n", "i", "x.c & 3", "x.d % 4"]);
                writeln!(self.text, "\tswitch ({value}) {{").expect("memory");
                let first = self.below(3);
                for label in [first, first + 1, 255] {
                    writeln!(self.text, "\tcase {label}:").expect("memory");
                    self.statement(calls);
                    if self.below(2) == 0 {
                        self.text += "\tbreak;\n";
                    }
                }
                self.text += "\tdefault:\n";
                self.statement(calls);
                self.text += "\t}\n";
            }
            _ => {
                let turns = format!("k{}", self.loops);
                self.loops += 1;
                writeln!(self.text, "\tu8 {turns} = 0;\n\tdo {{").expect("memory");
                self.statement(calls);
                let most = self.below(4);
                let condition = self.expression(1, false);
                writeln!(
                    self.text,
                    "\tx.v[1] = {turns}++;\n\t}} while ({turns} < {most} && ({condition}));"
                )
                .expect("memory");
            }
        }
        self.depth -= 1;
    }

    fn expression(&mut self, depth: usize, calls: bool) -> String {
        if depth == 0 {
            return match self.below(3) {
                0 => self.number(),
                _ => self.place(),
            };
        }
        let depth = depth - 1;
        match self.below(if calls { 15 } else { 13 }) {
            0..5 => {
                let op = self.one(&["+", "+", "-", "*", "/", "%", "&", "&", "|", "^", "<<", ">>", ">>"]);
                let (left, right) = (self.expression(depth, false), self.expression(depth, false));
                format!("({left} {op} {right})")
            }
            5..8 => {
                let op = self.one(&["==", "!=", "<", "<=", ">", ">="]);
                let (left, right) = (self.expression(depth, false), self.expression(depth, false));
                format!("({left} {op} {right})")
            }
            8 => {
                let op = self.one(&["&&", "||"]);
                let (left, right) = (self.expression(depth, calls), self.expression(depth, calls));
                format!("({left} {op} {right})")
            }
            9 => {
                let condition = self.expression(depth, false);
                let (yes, no) = (self.expression(depth, false), self.expression(depth, false));
                format!("({condition} ? {yes} : {no})")
            }
            10 => format!("!{}", self.expression(depth, false)),
            11 if self.below(4) == 0 => format!("-{}", self.expression(0, false)),
            11 | 12 => self.expression(0, false),
            13 => {
                let (first, second) = (self.expression(1, false), self.expression(1, false));
                format!("f({first}, {second})")
            }
            _ => {
                let (first, second) = (self.expression(1, false), self.expression(1, false));
                format!("g({first}, {second})")
            }
        }
    }
}

/// What gcc's code leaves in the memory, by program; none where it divides by zero.
fn by_gcc(programs: &[String]) -> Vec<Option<Vec<u64>>> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = WORDS.to_string();
    for (number, program) in programs.iter().enumerate() {
        for name in ["memory", "task", "x", "t", "f", "g", "run"] {
            writeln!(text, "#undef {name}\n#define {name} {name}_{number}").expect("memory");
        }
        text += program;
        text += &format!("void print_{number}(void)\n{{\n");
        for (field, _) in FIELDS {
            writeln!(text, "\tprintf(\"%lu \", (unsigned long)(unsigned){field});").expect("memory");
        }
        text += "}\n";
    }
    text += "#undef run\nint main(int count, char **words)\n{\n\tswitch (atoi(words[1])) {\n";
    for number in 0..programs.len() {
        writeln!(text, "\tcase {number}: run_{number}(); print_{number}(); break;").expect("memory");
    }
    text += "\t}\n}\n";
    let (source, program) = (folder.path().join("all.c"), folder.path().join("all"));
    std::fs::write(&source, text).expect("a file");
    let gcc = Command::new("gcc")
        .args([
            "-O0",
            "-w",
            "-fwrapv",
            "-fsanitize=integer-divide-by-zero",
            "-fsanitize-undefined-trap-on-error",
            "-o",
        ])
        .args([&program, &source])
        .output()
        .expect("gcc is here");
    assert!(gcc.status.success(), "{}", String::from_utf8_lossy(&gcc.stderr));
    let run = |number: usize| {
        let output = Command::new(&program)
            .arg(number.to_string())
            .output()
            .expect("it runs");
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        let values = words.split_whitespace().map(|word| word.parse().expect("a number"));
        output.status.success().then(|| values.collect())
    };
    (0..programs.len()).map(run).collect()
}

/// The program, with the claim that it leaves these values.
fn claiming(program: &str, values: &[u64]) -> String {
    let body = program.trim_end().strip_suffix('}').expect("a function");
    let mut text = body.to_string();
    for ((field, _), value) in FIELDS.iter().zip(values) {
        // What is below zero in C is nothing that a field holds here.
        let value = if *field == "x.f" {
            value.to_string()
        } else {
            format!("{value}u")
        };
        writeln!(text, "\tBUG_ON({field} != {value}, AsInC);").expect("memory");
    }
    text + "}\n"
}

/// What the checker says of a program and its claim.
fn judged(text: &str) -> &'static str {
    let instance = match instance(text) {
        Ok(instance) => instance,
        Err(_) => return "refused",
    };
    let limits = Limits {
        max_states: MOST_STATES,
        ..Limits::default()
    };
    let graph = explore(&instance.machine, limits, &|_, _| {});
    let findings = findings(&instance, &graph, &[], &[]).expect("no module, no mistake in it");
    let broken = findings.iter().filter(|finding| finding.verdict == Verdict::Violated);
    let broken: Vec<&str> = broken.map(|finding| finding.property.name.as_str()).collect();
    match broken[..] {
        [] if graph.incomplete.is_some() => "large",
        [] => "as in C",
        ["AsInC"] => "not as in C",
        ["NoOverflow"] => "overflow",
        ["NoBug"] => "division by zero",
        _ => "something else",
    }
}

#[test]
fn programs_compute_what_gcc_computes() {
    let programs = if common::in_full() { 100 * PROGRAMS } else { PROGRAMS };
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for first in (0..programs).step_by(AT_ONCE as usize) {
        let texts: Vec<String> = (first..first + AT_ONCE).map(Writer::program).collect();
        for (text, values) in texts.iter().zip(by_gcc(&texts)) {
            let outcome = match values {
                None => {
                    let judged = judged(text);
                    assert!(
                        ["refused", "overflow", "division by zero"].contains(&judged),
                        "gcc's traps:\n{text}"
                    );
                    judged
                }
                Some(mut values) => {
                    let outcome = judged(&claiming(text, &values));
                    let fine = ["as in C", "overflow", "refused"].contains(&outcome);
                    assert!(fine, "{outcome}: {values:?}\n{text}");
                    if outcome == "as in C" {
                        values[1] ^= 1;
                        assert_eq!(
                            judged(&claiming(text, &values)),
                            "not as in C",
                            "another value is one\n{text}"
                        );
                    }
                    outcome
                }
            };
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes["as in C"] * 5 > programs, "{outcomes:?}");
}
