//! TLA+ modules checked by themselves: what an answer speaks of, and what is none.

use oomspec::check::Verdict::{self, Holds, Incomplete, Vacuous, Violated};
use oomspec::check::module::{Checked, check};
use oomspec::explore::Limits;
use oomspec::model::property::PropertyKind;

const UNLIMITED: usize = 1_000_000;

/// Checks a module `M` of these definitions, with other modules beside it.
fn among(others: &[(&str, &str)], body: &str, config: &str, max_states: usize) -> Result<Checked, String> {
    let module =
        |name: &str, body: &str| format!("---- MODULE {name} ----\nEXTENDS Integers, Sequences\n{body}\n====\n");
    let all = [others, &[("M", body)]].concat();
    let library = |name: &str| {
        let found = all.iter().find(|(other, _)| *other == name);
        found.map(|(name, body)| module(name, body))
    };
    let limits = Limits {
        max_states,
        ..Limits::default()
    };
    check(&library, "M", config, limits).map_err(|errors| errors.render(false))
}

fn verdicts(body: &str, config: &str, max_states: usize) -> Vec<Verdict> {
    let checked = among(&[], body, config, max_states).unwrap_or_else(|error| panic!("{error}"));
    checked.findings.iter().map(|finding| finding.verdict).collect()
}

fn error(body: &str, config: &str) -> String {
    among(&[], body, config, UNLIMITED).expect_err("an error")
}

/// Counts to 100 and stops.
const COUNTER: &str = "VARIABLE x
Init == x = 0
Next == x < 100 /\\ x' = x + 1
Spec == Init /\\ [][Next]_x
Fair == Spec /\\ WF_x(Next)
Ninety == (x = 90) ~> (x = 0)
Early == x # 5
Late == x # 95
Ends == <>(x = 100)
Never == ~<>(x = 95)
Settles == <>[](x # 100)
Implied == []<>(x = 100) => FALSE
Taken == SF_x(x = 95 /\\ Next)
Small == [][x' < 50]_x";

#[test]
fn a_part_of_a_graph_decides_nothing_but_what_it_violates() {
    let config = "SPECIFICATION Spec\nINVARIANT Early Late\n\
                  PROPERTY Ninety Never Settles Implied Taken Small Ends\nCHECK_DEADLOCK TRUE";
    let whole = [
        Violated, Violated, Violated, Violated, Violated, Violated, Violated, Violated, Violated, Violated,
    ];
    assert_eq!(verdicts(COUNTER, config, UNLIMITED), whole);
    let part = [
        // That 5 is reached was seen, and so was a run that never ends: it stutters.
        Violated, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Violated,
        Incomplete,
    ];
    assert_eq!(verdicts(COUNTER, config, 10), part);
    // With fairness, no run that was seen is one.
    let fair = config.replace("SPECIFICATION Spec", "SPECIFICATION Fair");
    assert_eq!(verdicts(COUNTER, &fair, 10)[8], Incomplete);
}

#[test]
fn the_limit_is_the_number_of_states() {
    let config = "SPECIFICATION Spec\nPROPERTY Ninety\nCHECK_DEADLOCK FALSE";
    let cut = |max_states| among(&[], COUNTER, config, max_states).unwrap().incomplete.is_some();
    assert!(!cut(101));
    assert!(cut(100));
    assert!(cut(0));
}

#[test]
fn a_deadlock_in_the_explored_part_is_one() {
    let body =
        "VARIABLE x\nInit == x = 0\nNext == x < 50 /\\ x' \\in {-1, x + 1} /\\ x >= 0\nSpec == Init /\\ [][Next]_x";
    let checked = among(&[], body, "SPECIFICATION Spec", 10).unwrap();
    assert!(checked.incomplete.is_some());
    assert_eq!(checked.findings[0].name, "NoDeadlock");
    assert_eq!(checked.findings[0].verdict, Violated);
    assert_eq!(checked.findings[0].kind, PropertyKind::Deadlock);
    assert_eq!(checked.findings[0].trace.len(), 2);
}

#[test]
fn a_property_speaks_of_behaviours_however_it_is_written() {
    // Every step is allowed by `[][Next]_x`, and none by `[](x = 1)`.
    let body = "VARIABLE x
        Spec == x = 1 /\\ [][x < 4 /\\ x' = x + 1]_x /\\ [](x = 1)
        P == x = 1
        Always == []P
        Both == []P /\\ [](x < 3)
        Either == []P \\/ <>(x = 9)
        Neither == ~<>~P
        Steps == [][x' = x]_x
        More == Steps /\\ []P";
    let config =
        "SPECIFICATION Spec\nINVARIANT P\nPROPERTY Always Both Either Neither Steps More\nCHECK_DEADLOCK FALSE";
    let expected = [Violated, Holds, Holds, Holds, Holds, Holds, Holds];
    assert_eq!(verdicts(body, config, UNLIMITED), expected);
}

#[test]
fn a_leads_to_is_true_at_once_if_it_is_always_true() {
    let body = "VARIABLE x\nInit == x = 0\nNext == x' = (x + 1) % 3\nFair == Init /\\ [][Next]_x /\\ WF_x(Next)\n\
                Yes == [](x = 1 ~> x = 2)\nNo == ~[](x = 1 ~> x = 2)\n\
                Never == [](x = 1 ~> x = 3)\nSo == ~[](x = 1 ~> x = 3)";
    let config = "SPECIFICATION Fair\nPROPERTY Yes No Never So";
    assert_eq!(verdicts(body, config, UNLIMITED), [Holds, Violated, Violated, Holds]);
}

#[test]
fn a_bad_state_counts_if_a_behaviour_passes_it() {
    // From 3 there is no way to 0 again, which the liveness of `Spec` demands; from 2 there is.
    let body = "VARIABLE x
        Next == \\/ x \\in 0..2 /\\ x' \\in {0, x + 1}
        Spec == x = 0 /\\ [][Next]_x /\\ []<>(x = 0)
        NotThree == [](x # 3)
        NotTwo == [](x # 2)
        Together == NotThree /\\ NotTwo
        StepToThree == [][x' # 3]_x
        StepToTwo == [][x' # 2]_x";
    let config = "SPECIFICATION Spec\nPROPERTY NotThree NotTwo Together StepToThree StepToTwo\nCHECK_DEADLOCK FALSE";
    let expected = [Holds, Violated, Violated, Holds, Violated];
    assert_eq!(verdicts(body, config, UNLIMITED), expected);
}

#[test]
fn what_no_behaviour_violates_for_want_of_behaviours_is_vacuous() {
    let none = "VARIABLE x\nSpec == x = 0 /\\ [][x' = 1]_x /\\ []<>(x = 2)\nP == [](x = 7)\nQ == <>(x = 7)";
    let config = "SPECIFICATION Spec\nPROPERTY P Q\nCHECK_DEADLOCK FALSE";
    assert_eq!(verdicts(none, config, UNLIMITED), [Vacuous, Vacuous]);
    let nowhere = "VARIABLE x\nInit == x = 0 /\\ x = 1\nNext == x' = x\nP == x = 7";
    assert_eq!(
        verdicts(nowhere, "INIT Init\nNEXT Next\nINVARIANT P", UNLIMITED),
        [Vacuous]
    );
}

#[test]
fn a_refinement_fails_by_its_steps_or_by_its_fairness() {
    let clock = "VARIABLE c\nInit == c = 0\nNext == c' = (c + 1) % 3\nSpec == Init /\\ [][Next]_c /\\ WF_c(Next)";
    let kinds = |start: &str, step: &str, fair: &str| -> Vec<(Verdict, PropertyKind)> {
        let body = format!(
            "VARIABLE h\nStep == h' = {step}\nSpec == h = {start} /\\ [][Step]_h{fair}\n\
             Clock == INSTANCE Clock WITH c <- h\nRefines == Clock!Spec"
        );
        let config = "SPECIFICATION Spec\nPROPERTY Refines";
        let checked = among(&[("Clock", clock)], &body, config, UNLIMITED).unwrap_or_else(|error| panic!("{error}"));
        checked
            .findings
            .iter()
            .map(|found| (found.verdict, found.kind))
            .collect()
    };
    assert_eq!(
        kinds("0", "(h + 1) % 3", " /\\ WF_h(Step)"),
        [(Holds, PropertyKind::Liveness)]
    );
    assert_eq!(
        kinds("1", "(h + 1) % 3", " /\\ WF_h(Step)"),
        [(Violated, PropertyKind::Safety)]
    );
    assert_eq!(
        kinds("0", "(h + 2) % 3", " /\\ WF_h(Step)"),
        [(Violated, PropertyKind::Action)]
    );
    assert_eq!(kinds("0", "(h + 1) % 3", ""), [(Violated, PropertyKind::Liveness)]);
}

#[test]
fn enabled_in_an_instance_has_primed_variables_of_its_own() {
    let other = (
        "Other",
        "VARIABLES x, y\nAct == x < 2 /\\ x' = 1 /\\ y' = 2\nEn == ENABLED Act\nFair == WF_<<x, y>>(Act)",
    );
    let body = "VARIABLE z\nSpec == z = 0 /\\ [][z' = (z + 1) % 3]_z\n\
                A == INSTANCE Other WITH x <- z, y <- z\nI == A!En\nJ == z # 2 <=> A!En\nFair == A!Fair";
    let config = "SPECIFICATION Spec\nINVARIANT I J\nPROPERTY Fair";
    let checked = among(&[other], body, config, UNLIMITED).unwrap_or_else(|error| panic!("{error}"));
    let found: Vec<Verdict> = checked.findings.iter().map(|finding| finding.verdict).collect();
    assert_eq!(found, [Violated, Holds, Violated]);
}

/// `n` processes, each of which is fair, and as many goals.
fn crowd(n: usize, fair: &str) -> String {
    format!(
        "VARIABLE c
        Init == c = [p \\in 1..{n} |-> 0]
        A(p) == c[p] = 0 /\\ c' = [c EXCEPT ![p] = 1]
        Safe == Init /\\ [][\\E p \\in 1..{n} : A(p)]_c
        Spec == Safe /\\ \\A p \\in 1..{n} : {fair}_c(A(p))
        But == Safe /\\ \\A p \\in 2..{n} : {fair}_c(A(p))
        Goals == \\A p \\in 1..{n} : <>(c[p] = 1)
        If == (\\A p \\in 1..{n} : {fair}_c(A(p))) => Goals"
    )
}

#[test]
fn fairness_never_splits_a_formula_into_cases() {
    for fair in ["WF", "SF"] {
        let asked = |spec: &str| {
            let config = format!("SPECIFICATION {spec}\nPROPERTY Goals If\nCHECK_DEADLOCK FALSE");
            verdicts(&crowd(8, fair), &config, UNLIMITED)
        };
        assert_eq!(asked("Spec"), [Holds, Holds], "{fair}");
        assert_eq!(asked("But"), [Violated, Holds], "{fair}");
    }
    let config = "SPECIFICATION Spec\nPROPERTY Goals\nCHECK_DEADLOCK FALSE";
    assert_eq!(verdicts(&crowd(12, "WF"), config, UNLIMITED), [Holds]);
}

#[test]
fn assumptions_are_evaluated() {
    let counter = |assumption: &str| format!("CONSTANT N\n{COUNTER}\nASSUME {assumption}");
    let config = "SPECIFICATION Spec\nCONSTANT N = 3";
    assert!(among(&[], &counter("N \\in 1..5"), config, UNLIMITED).is_ok());
    let shown = error(&counter("N > 5"), config);
    assert!(
        shown.contains("this assumption is false") && shown.contains("^^^^^"),
        "{shown}"
    );
    let shown = error(&counter("Head(<<>>) = N"), config);
    assert!(shown.contains("M.tla:18"), "{shown}");
    let shown = error(&counter("N + 1"), config);
    assert!(shown.contains("not a boolean"), "{shown}");
    let other = ("Other", "CONSTANT K\nASSUME K > 5\nP == K = 9");
    let body = format!("{COUNTER}\nI == INSTANCE Other WITH K <- 3");
    let shown = among(&[other], &body, "SPECIFICATION Spec", UNLIMITED).expect_err("an error");
    assert!(
        shown.contains("this assumption is false") && shown.contains("Other.tla:4"),
        "{shown}"
    );
}

#[test]
fn every_line_of_a_configuration_has_an_effect_or_is_an_error() {
    let body = format!("CONSTANT N, F(_)\nSquare(n) == n * n\n{COUNTER}\nUnder == x < N");
    let base = "CONSTANT N = 3\nF <- Square\nSPECIFICATION Spec\n";
    assert!(among(&[], &body, base, UNLIMITED).is_ok());
    for (more, wanted) in [
        ("SYMMETRY Perms", "SYMMETRY is outside the subset"),
        ("VIEW x", "VIEW is outside the subset"),
        ("CONSTRAINT Early", "CONSTRAINT is outside the subset"),
        ("ACTION_CONSTRAINT Small", "ACTION_CONSTRAINT is outside the subset"),
        ("INVARIENT Early", "`INVARIENT` is no section"),
        ("INVARIANT", "INVARIANT wants a name"),
        ("PROPERTY CHECK_DEADLOCK FALSE", "PROPERTY wants a name"),
        ("CONSTANT", "CONSTANT wants a name"),
        ("CONSTANT N = 4", "given a value twice"),
        ("CONSTANT K = 4", "there is no constant `K`"),
        ("INIT Init", "a SPECIFICATION and an INIT"),
        ("SPECIFICATION Fair", "given twice"),
        ("CHECK_DEADLOCK FALSE CHECK_DEADLOCK TRUE", "given twice"),
        ("CHECK_DEADLOCK No", "wants TRUE or FALSE"),
        ("INVARIANT Nope", "no operator or name `Nope`"),
        ("INVARIANT Ends", "does not speak of one state"),
        ("PROPERTY Nope", "no operator or name `Nope`"),
        ("(* INVARIANT Early", "does not end"),
    ] {
        let shown = error(&body, &format!("{base}{more}"));
        assert!(shown.contains(wanted) && shown.contains("M.cfg:4"), "{more}: {shown}");
    }
    for (config, wanted) in [
        ("SPECIFICATION Spec\nCONSTANT F <- Square", "constant `N` no value"),
        ("SPECIFICATION Spec\nCONSTANT N = 3", "constant `F` no value"),
        ("SPECIFICATION Spec\nCONSTANT F = 3 N = 3", "takes arguments"),
        (
            "SPECIFICATION Spec\nCONSTANT F <- Square N <- Square",
            "as many arguments",
        ),
        ("SPECIFICATION Spec\nCONSTANT F <- Square N <- Under", "is no constant"),
        ("CONSTANT N = 3 F <- Square", "neither a SPECIFICATION"),
    ] {
        let shown = error(&body, config);
        assert!(shown.contains(wanted), "{config}: {shown}");
    }
}

#[test]
fn a_specification_says_what_all_variables_do() {
    let body =
        |spec: &str| format!("VARIABLES x, y\nvars == <<x, <<y>>>>\nNext == x' = 1 - x /\\ y' = y\nSpec == {spec}");
    let config = "SPECIFICATION Spec";
    for spec in [
        "x = 0 /\\ y = 0 /\\ [][Next]_vars",
        "/\\ x = 0 /\\ y = 0\n        /\\ [][Next]_<<y, x>>",
    ] {
        assert!(among(&[], &body(spec), config, UNLIMITED).is_ok(), "{spec}");
    }
    for (spec, wanted) in [
        ("x = 0 /\\ y = 0 /\\ [][Next]_x", "does not have the variable `y`"),
        (
            "x = 0 /\\ y = 0 /\\ [][Next]_<<x + y, y>>",
            "does not have the variable `x`",
        ),
        ("[][Next]_vars", "no initial predicate"),
        ("x = 0 /\\ y = 0", "no next-state action"),
        (
            "x = 0 /\\ y = 0 /\\ [][Next]_vars /\\ [][x = 0]_vars",
            "more than one next-state action",
        ),
    ] {
        let shown = error(&body(spec), config);
        assert!(shown.contains(wanted), "{spec}: {shown}");
    }
}

#[test]
fn a_circle_of_modules_is_shown() {
    let read = |modules: &[(&str, &str)]| {
        let library = |name: &str| {
            let found = modules.iter().find(|(other, _)| *other == name);
            found.map(|(name, body)| format!("---- MODULE {name} ----\n{body}\nP == TRUE\n===="))
        };
        check(&library, "A", "INVARIANT P", Limits::default())
            .expect_err("an error")
            .render(false)
    };
    let itself = read(&[("A", "EXTENDS A")]);
    assert!(itself.contains("A -> A") && itself.contains("A.tla:2:9"), "{itself}");
    let two = read(&[("A", "EXTENDS B"), ("B", "EXTENDS A")]);
    assert!(two.contains("A -> B -> A") && two.contains("B.tla:2:9"), "{two}");
    let behind = read(&[("A", "I == INSTANCE B"), ("B", "EXTENDS C"), ("C", "J == INSTANCE B")]);
    assert!(
        behind.contains("B -> C -> B") && behind.contains("C.tla:2:15"),
        "{behind}"
    );
}

#[test]
fn what_is_not_closed_is_blamed_where_it_opens() {
    let place = |body: &str| {
        let shown = error(&format!("{COUNTER}\n{body}"), "SPECIFICATION Spec");
        let line = shown.lines().find(|line| line.contains("-->")).expect("a place");
        let title = shown.lines().next().unwrap_or_default().to_string();
        (title, line.trim().trim_start_matches("--> M.tla:").to_string())
    };
    for (body, title, at) in [
        ("I == (x = 0 /\\ TRUE", "error: this `(` is never closed", "17:6"),
        (
            "I == /\\ x = 0\n     /\\ (x = 1\nJ == TRUE",
            "error: this `(` is never closed",
            "18:9",
        ),
        (
            "I == [p \\in 1..3 |-> (p]\nJ == 1",
            "error: this `(` is never closed",
            "17:22",
        ),
        ("I == [][Next_x", "error: this `[` is never closed", "17:8"),
        ("I == <<1, 2\nJ == {1}", "error: this `<<` is never closed", "17:6"),
        ("I == x = 0)", "error: nothing has opened this `)`", "17:11"),
        (
            "\\* ( [ {\nI == \"(\" = 1 (* [ (* *) *) }",
            "error: nothing has opened this `}`",
            "18:28",
        ),
        ("I == x = 0 (* (* *)", "error: this comment does not end", "17:12"),
        ("I == x = \"a", "error: this string does not end", "17:10"),
        ("I == IF x = 0 THEN TRUE\nJ == TRUE", "error: syntax error", "17:20"),
    ] {
        assert_eq!(place(body), (title.to_string(), at.to_string()), "{body}");
    }
    let open = |text: &'static str| {
        let library = move |name: &str| (name == "M").then(|| text.to_string());
        check(&library, "M", "", Limits::default())
            .expect_err("an error")
            .render(false)
    };
    let shown = open("---- MODULE M ----\nA == 1\nB == 2\n");
    assert!(
        shown.contains("the module does not end") && shown.contains("M.tla:3:1"),
        "{shown}"
    );
    let shown = open("A == 1\n====\n");
    assert!(shown.contains("a module does not start here"), "{shown}");
}
