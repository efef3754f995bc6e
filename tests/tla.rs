//! The TLA+ front end on modules in the shape that the project writes.

use std::collections::HashMap;

use oomspec::source::{Diagnostic, Sources};
use oomspec::tla::{self, Config, Expr, Specification, Temporal, Value};

/// The modules under `tests/tla`.
fn library(module: &str) -> Option<String> {
    std::fs::read_to_string(format!("{}/tests/tla/{module}.tla", env!("CARGO_MANIFEST_DIR"))).ok()
}

fn model() -> Specification {
    Specification::load(&library, "Model").unwrap_or_else(|e| panic!("{}", e.render(false)))
}

/// A module `M` with some definitions.
fn module(body: &str) -> Result<Specification, String> {
    let text = format!("---- MODULE M ----\nEXTENDS Integers, Sequences, FiniteSets, TLC\n{body}\n====\n");
    let library = move |name: &str| (name == "M").then(|| text.clone());
    Specification::load(&library, "M").map_err(|e| e.render(false))
}

/// The value of a constant expression, or the message.
fn value(e: &str) -> Result<String, String> {
    let spec = module(&format!("E == {e}"))?;
    let e = spec.operator("E").map_err(|d| d.message)?;
    match tla::eval_constant(&e) {
        Ok(value) => Ok(value.to_string()),
        Err(error) => Err(Diagnostic::from(error).message),
    }
}

type Graph = (Vec<Vec<Value>>, Vec<(usize, usize, String)>);

/// All reachable states, naively.
fn graph(spec: &Specification, init: &str, next: &str) -> Graph {
    let (init, next) = (spec.operator(init).unwrap(), spec.operator(next).unwrap());
    let mut states = Vec::new();
    let mut index = HashMap::new();
    let mut steps = Vec::new();
    for state in tla::init_states(spec, &init).unwrap() {
        index.entry(state.clone()).or_insert_with(|| {
            states.push(state);
            states.len() - 1
        });
    }
    let mut at = 0;
    while at < states.len() {
        let state = states[at].clone();
        for (to, label) in tla::successors(spec, &next, &state).unwrap() {
            let to = *index.entry(to.clone()).or_insert_with(|| {
                states.push(to);
                states.len() - 1
            });
            steps.push((at, to, label.to_string()));
        }
        at += 1;
    }
    (states, steps)
}

#[test]
fn values_of_constant_expressions() {
    for (e, expected) in [
        ("1 + 2 * 3 - 4", "3"),
        ("-7 \\div 2", "-3"),
        ("(-7) \\div 2", "-4"),
        ("-7 % 2", "1"),
        ("2^10", "1024"),
        ("SUBSET {1} \\cup {{5}}", "{{}, {1}, {5}}"),
        ("1 - -3", "4"),
        ("1..3 \\cup {7}", "{1, 2, 3, 7}"),
        ("{x \\in 1..9 : x % 3 = 0}", "{3, 6, 9}"),
        ("{x + y : x, y \\in 1..2}", "{2, 3, 4}"),
        ("{<<x, y>> \\in (1..2) \\X (1..2) : x < y}", "{<<1, 2>>}"),
        ("SUBSET {1, 2}", "{{}, {1}, {2}, {1, 2}}"),
        ("UNION {{1}, {2, 3}, {}}", "{1, 2, 3}"),
        ("[x \\in {\"a\", \"b\"} |-> x]", "[a |-> \"a\", b |-> \"b\"]"),
        ("[x \\in 1..3 |-> x * x]", "<<1, 4, 9>>"),
        ("[x \\in 0..1 |-> x]", "(0 :> 0 @@ 1 :> 1)"),
        ("[x \\in 1..2, y \\in 1..2 |-> x + y][1, 2]", "3"),
        ("[{1, 2} -> {3}]", "{<<3, 3>>}"),
        (
            "[a : {1, 2}, b : {TRUE}]",
            "{[a |-> 1, b |-> TRUE], [a |-> 2, b |-> TRUE]}",
        ),
        (
            "[[a |-> 1, b |-> {2}] EXCEPT !.a = @ + 1, !.b = @ \\cup {3}]",
            "[a |-> 2, b |-> {2, 3}]",
        ),
        ("[<<[c |-> 1], 2>> EXCEPT ![1].c = 5]", "<<[c |-> 5], 2>>"),
        ("[<<1, 2>> EXCEPT ![3] = 5]", "<<1, 2>>"),
        ("DOMAIN <<5, 6>>", "{1, 2}"),
        ("DOMAIN [a |-> 1]", "{\"a\"}"),
        ("Tail(<<1, 2, 3>>) \\o <<4>>", "<<2, 3, 4>>"),
        ("SubSeq(<<1, 2, 3, 4>>, 2, 3)", "<<2, 3>>"),
        ("SubSeq(<<1, 2, 3, 4>>, 3, 2)", "<<>>"),
        ("Append(<<>>, Head(<<7>>))", "<<7>>"),
        ("Cardinality(SUBSET (1..5))", "32"),
        ("CHOOSE x \\in 1..9 : x > 4", "5"),
        ("LET f(x, y) == x - y g == 10 IN f(g, 1)", "9"),
        ("LET F(G(_), x) == G(G(x)) IN F(LAMBDA n : n * 2, 3)", "12"),
        ("LET F(G(_, _)) == G({1}, {2}) IN F(\\cup)", "{1, 2}"),
        ("IF 1 \\in {1} THEN \"yes\" ELSE \"no\"", "\"yes\""),
        ("CASE 1 = 2 -> 1 [] 1 = 1 -> 2 [] OTHER -> 3", "2"),
        ("\\A x \\in 1..3, y \\in 4..5 : x < y", "TRUE"),
        ("\\E <<x, y>> \\in {<<1, 2>>} : x = y", "FALSE"),
        ("<<1, 2>> = [i \\in 1..2 |-> i]", "TRUE"),
        ("[a |-> 1] = [s \\in {\"a\"} |-> 1]", "TRUE"),
        (
            "\"ab\" \\in STRING /\\ 3 \\in Nat /\\ -3 \\in Int /\\ -3 \\notin Nat",
            "TRUE",
        ),
        ("[a |-> 1, b |-> 2] \\in [a : Nat, b : Int]", "TRUE"),
        ("{1, 2} \\in SUBSET Nat /\\ <<1>> \\in Seq(Nat)", "TRUE"),
        ("5 \\in 1..1000000000000", "TRUE"),
        ("(\"a\" :> 1 @@ \"b\" :> 2) @@ (\"a\" :> 3)", "[a |-> 1, b |-> 2]"),
        ("FALSE => (1 = \"a\")", "TRUE"),
        ("(TRUE /\\ FALSE) <=> (FALSE \\/ FALSE)", "TRUE"),
        ("LET x == 1 \\div 0 IN 5", "5"),
    ] {
        assert_eq!(value(e).as_deref(), Ok(expected), "{e}");
    }
}

#[test]
fn what_has_no_value_says_why() {
    for (e, expected) in [
        ("1 = \"a\"", "an integer (1) is compared with a string (\"a\")"),
        ("{1, \"a\"}", "a set of both an integer and a string"),
        ("1 + TRUE", "this is a boolean, not an integer"),
        ("9223372036854775807 + 1", "does not fit in 64 bits"),
        ("SUBSET (1..60)", "more than 1000000 elements"),
        ("1..99999999", "more than 1000000 elements"),
        ("[(1..30) -> (1..30)]", "more than 1000000 elements"),
        ("{x \\in Nat : x < 3}", "infinite"),
        ("<<1>>[2]", "outside the domain"),
        ("[a |-> 1].b", "no field `b`"),
        ("CHOOSE x \\in {1} : x = 2", "no element satisfies"),
        ("CASE 1 = 2 -> 1", "no arm of this CASE"),
        ("Head(<<>>)", "Head of an empty sequence"),
        ("1 \\div 0", "division by zero"),
        ("IF 1 THEN 2 ELSE 3", "this is an integer, not a boolean"),
    ] {
        let error = value(e).unwrap_err();
        assert!(error.contains(expected), "{e}: {error}");
    }
}

#[test]
fn what_is_outside_the_subset_is_refused() {
    for (text, expected) in [
        ("RECURSIVE F(_)\nF(x) == F(x)", "RECURSIVE is outside the subset"),
        ("F(x) == F(x)", "uses itself"),
        ("A == B\nB == 1", "used before its definition"),
        ("A == \\A x : x = x", "a quantifier without a set"),
        ("A == CHOOSE x : x = x", "CHOOSE without a set"),
        ("A == 1.5", "outside the subset"),
        ("A == 1 \\prec 2", "the operator `\\prec`"),
        ("A == nothing", "no operator or name `nothing`"),
        ("A(x) == x\nB == A(1, 2)", "takes 1 argument, but 2"),
        ("A == 1\nA == 2", "already defined"),
        ("A == 1\nB == \\E A \\in {1} : TRUE", "already defined"),
        ("A == TRUE /\\ FALSE \\/ TRUE", "without parentheses"),
        ("A == 1 = 2 = 3", "without parentheses"),
        ("A == 2 * -1", "without parentheses"),
        ("A == DOMAIN <<1>> \\o <<2>>", "without parentheses"),
        ("A == {1} \\cup {2} \\cap {3}", "without parentheses"),
        ("VARIABLE x\nA == x''", "without parentheses"),
        ("VARIABLE x\nA == (x')'", "a prime stands around"),
        ("VARIABLE x\nA == 1 + ([]x)", "a temporal formula where a value"),
        ("A == (1", "this `(` is never closed"),
        ("A == B!C", "no instance"),
        ("EXTENDS Reals", "syntax error"),
    ] {
        let error = module(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn an_error_names_module_line_and_operator() {
    let spec = module("VARIABLE x\nBad == x + TRUE\nInv == Bad = 1").unwrap();
    let inv = spec.operator("Inv").unwrap();
    let error = tla::eval_state(&inv, &vec![Value::Int(1)]).unwrap_err();
    let shown = Diagnostic::from(error).render(spec.sources(), false);
    assert!(shown.contains("M.tla:4:12"), "{shown}");
    assert!(shown.contains("in `Bad`"), "{shown}");
}

#[test]
fn the_model_has_the_states_that_tlc_finds() {
    let spec = model();
    let (states, steps) = graph(&spec, "Init", "Next");
    // TLC 2.15 prints "33 states generated, 16 distinct states found": the initial state and 32 steps
    assert_eq!((states.len(), steps.len()), (16, 32));
    assert!(steps.iter().any(|(.., l)| l == "empty_1(\"keeper\")"), "{steps:?}");
    assert!(steps.iter().any(|(.., l)| l == "Terminating"));
}

#[test]
fn every_step_is_a_step_and_most_pairs_are_not() {
    let spec = model();
    let (states, steps) = graph(&spec, "Init", "Next");
    let next = spec.operator("Next").unwrap();
    for (i, s) in states.iter().enumerate() {
        for (j, t) in states.iter().enumerate() {
            let is_step = steps.iter().any(|(a, b, _)| (*a, *b) == (i, j));
            assert_eq!(tla::eval_action(&next, s, t), Ok(is_step));
            let blames = tla::explain(&spec, &next, s, t).unwrap();
            assert_eq!(blames.is_empty(), is_step);
        }
    }
}

#[test]
fn a_formula_reads_only_its_variables() {
    let spec = model();
    let names = |e: &Expr| {
        let reads = e.reads();
        let name = |i: &usize| spec.variables()[*i].to_string();
        let now: Vec<String> = reads.now.iter().map(name).collect();
        let next: Vec<String> = reads.next.iter().map(name).collect();
        (now.join(" "), next.join(" "))
    };
    let read = |name: &str| names(&spec.operator(name).unwrap());
    assert_eq!(read("MarkMeansEmpty"), ("box".into(), String::new()));
    assert_eq!(read("absThing"), ("box pc".into(), String::new()));
    assert_eq!(read("NoRefill"), ("box".into(), "box".into()));
}

#[test]
fn temporal_properties_come_apart() {
    let spec = model();
    let shape = |name: &str| format!("{:?}", spec.temporal(name).unwrap());
    assert!(shape("Served").starts_with("LeadsTo(State("));
    assert!(shape("NoRefill").starts_with("Always(Action("));
    assert!(shape("AlwaysEmptied").starts_with("Always(Eventually(State("));
    assert!(shape("Stays").starts_with("Eventually(Always(State("));
    let behaviour = spec.behaviour("Spec").unwrap();
    let counts = (behaviour.init.len(), behaviour.next.len(), behaviour.fairness.len());
    assert_eq!(counts, (1, 1, 2));
    assert_eq!(
        behaviour.fairness.iter().map(|f| f.strong).collect::<Vec<_>>(),
        [false, true]
    );
    assert!(matches!(spec.temporal("MarkMeansEmpty"), Ok(Temporal::State(_))));
}

#[test]
fn fairness_is_enabled_where_a_thread_can_move() {
    let spec = model();
    let (states, steps) = graph(&spec, "Init", "Next");
    let behaviour = spec.behaviour("Spec").unwrap();
    for (i, state) in states.iter().enumerate() {
        for (fairness, thread) in behaviour.fairness.iter().zip(["keeper", "waiter"]) {
            let moves = steps
                .iter()
                .any(|(from, to, label)| *from == i && to != from && label.contains(thread));
            assert_eq!(fairness.is_enabled(state), Ok(moves), "{state:?}");
        }
    }
}

#[test]
fn the_model_refines_its_contract() {
    let spec = model();
    let (states, steps) = graph(&spec, "Init", "Next");
    let concrete = spec.behaviour("Abs!Spec").unwrap();
    let abs = spec.abstraction("Abs").unwrap();
    let behaviour = abs.behaviour("Spec").unwrap();
    assert_eq!(behaviour.fairness.len(), 2);
    assert!(tla::eval_predicate(&concrete.init[0], &states[0]).unwrap());
    for (from, to, _) in &steps {
        let (s, t) = (&states[*from], &states[*to]);
        let (a, b) = (abs.state(s).unwrap(), abs.state(t).unwrap());
        assert_eq!(behaviour.next[0].allows(&a, &b), Ok(true));
        assert_eq!(concrete.next[0].allows(s, t), Ok(true));
        // ENABLED means the same through the mapping as on the abstract state
        for (f, g) in behaviour.fairness.iter().zip(&concrete.fairness) {
            assert_eq!(f.is_enabled(&a), g.is_enabled(s));
        }
    }
}

#[test]
fn a_wrong_mapping_is_explained() {
    let spec = model();
    let (states, steps) = graph(&spec, "Init", "Next");
    let wrong = spec.abstraction("Wrong").unwrap();
    let next = &wrong.behaviour("Spec").unwrap().next[0];
    let mut explained = Vec::new();
    for (from, to, _) in &steps {
        let a = wrong.state(&states[*from]).unwrap();
        let b = wrong.state(&states[*to]).unwrap();
        if !next.allows(&a, &b).unwrap() {
            let blames = tla::explain(&spec, &next.action, &a, &b).unwrap();
            for blame in blames {
                explained.push(format!(
                    "{}: {} ({}:{})",
                    blame.action, blame.conjunct, blame.module, blame.line
                ));
            }
        }
    }
    explained.dedup();
    assert_eq!(
        explained[..2],
        [
            "Free: thing = \"held\" (Contract:9)",
            "Take: thing' = \"gone\" (Contract:13)"
        ]
    );
}

#[test]
fn constants_come_from_a_configuration() {
    let text = "CONSTANTS N, Names, Op(_), none\nASSUME N > 2\nTwice(x) == 2 * x\n\
                E == <<Op(N), Names \\cup {none}, none = 1>>";
    let mut spec = module(text).unwrap();
    let configuration = "\\* what TLC reads\nSPECIFICATION Spec\nINVARIANTS A B\nPROPERTY C\n\
                         CONSTANTS N = 3 Names = {a, \"b\", a}\nOp <- Twice none = none\n";
    let mut sources = Sources::default();
    let file = sources.add("M.cfg", configuration);
    let config = Config::parse(configuration, file).unwrap();
    assert_eq!(config.specification.as_ref().unwrap().text, "Spec");
    assert_eq!((config.invariants.len(), config.properties.len()), (2, 1));
    config.bind(&mut spec).unwrap();
    let value = |e: &Expr| tla::eval_constant(e).unwrap().to_string();
    assert_eq!(value(&spec.operator("E").unwrap()), "<<6, {\"b\", a, none}, FALSE>>");
    spec.check_assumptions().unwrap();
    for (text, expected) in [
        ("SYMMETRY S", "SYMMETRY is outside the subset"),
        ("CONSTRAINT C", "CONSTRAINT is outside the subset"),
        ("INIT A INIT B", "given twice"),
        ("WHATEVER", "no section"),
        ("CONSTANT N = {1", "does not end"),
        ("CONSTANT N <- [M]Op", "outside the subset"),
    ] {
        let error = Config::parse(text, file).unwrap_err();
        assert!(error.message.contains(expected), "{text}: {}", error.message);
    }
    let unbound = Config::default().bind(&mut module("CONSTANT N").unwrap());
    assert!(unbound.unwrap_err().message.contains("constant `N` no value"));
}

#[test]
fn primes_reach_through_operators_and_instances() {
    let spec = module(
        "VARIABLES x, y\nLOCAL Sum(a) == a + y\nNext(a) == a'\n\
         A == Sum(x)' = 5\nB == Next(x + y) = 5\nC == LET s == x + y IN s' = s + 2\n\
         D == ENABLED (x' = 1 /\\ y' = x' /\\ y' > x)\nE == \\E i \\in {x} : (i + x)' = 6",
    )
    .unwrap();
    let (s, t) = (vec![Value::Int(1), Value::Int(2)], vec![Value::Int(2), Value::Int(3)]);
    let holds = |name: &str| tla::eval_action(&spec.operator(name).unwrap(), &s, &t).unwrap();
    assert!(holds("A") && holds("B") && holds("C") && !holds("D"));
    // the bound name is the same in both states
    assert!(!holds("E"));
}

#[test]
fn comments_above_definitions_are_found() {
    let spec = model();
    let definition = spec.definition("MarkMeansEmpty").unwrap();
    assert_eq!(
        spec.comment(definition),
        "A marked box is empty.\nNobody needs to look into it again."
    );
}
