//! The pages in `proofs/`: they are what `oomspec prove` writes now, their links lead somewhere, and what they claim is what the
//! commands beside the claims print.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use oomspec::actors::compare::Opinion;
use oomspec::check::{Checked, Verdict, check};
use oomspec::explore::Limits;
use oomspec::model::Instance;
use oomspec::proofs::{Evidence, Records, is_owned, pages};
use oomspec::spec::Spec;
use oomspec::tlc::Table;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const REFRESH: &str = "`cargo run --release -- prove` writes them again";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder and of those in it, by their path within it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}

fn texts(ending: &str) -> Vec<(String, String)> {
    let all = files(&root().join("proofs"))
        .into_iter()
        .filter(|(name, _)| name.ends_with(ending));
    all.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect()
}

/// Every protocol in every scenario, checked once for all tests.
fn evidence() -> &'static [Evidence] {
    static EVIDENCE: LazyLock<Vec<Evidence>> = LazyLock::new(all_checked);
    &EVIDENCE
}

fn all_checked() -> Vec<Evidence> {
    let spec = Spec::builtin();
    let module = spec.properties().unwrap();
    let mut instances: Vec<Instance> = Vec::new();
    for protocol in spec.protocols() {
        for scenario in spec.scenarios() {
            let (protocol, scenario) = (spec.protocol(&protocol).unwrap(), spec.scenario(&scenario).unwrap());
            instances.push(spec.instance(&protocol, &scenario).unwrap());
        }
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let limits = Limits {
        threads: 1,
        ..Limits::default()
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(instance) = instances.get(at) else { break };
                    let checked = check(instance.clone(), std::slice::from_ref(&module), limits, &[], &|_, _| {});
                    done.lock().unwrap().insert(at, checked.unwrap());
                }
            });
        }
    });
    let agreed = |checked| Evidence {
        checked,
        stateright: Opinion::Agrees,
    };
    let evidence: Vec<Evidence> = done.into_inner().unwrap().into_values().map(agreed).collect();
    assert_eq!(evidence.len(), instances.len());
    evidence
}

/// What is announced for any scenario is there in one at least; exactly the other announcements are checked by `check` itself.
#[test]
fn no_announcement_is_without_a_violation() {
    let mut idle: BTreeSet<(String, String)> = BTreeSet::new();
    for Checked { instance, .. } in evidence().iter().map(|evidence| &evidence.checked) {
        let anywhere = instance.tags.breaks.iter().filter(|breaks| breaks.scenario.is_none());
        idle.extend(anywhere.map(|breaks| (instance.protocol.clone(), breaks.property.name.clone())));
    }
    assert!(!idle.is_empty());
    for Checked { instance, findings, .. } in evidence().iter().map(|evidence| &evidence.checked) {
        for finding in findings {
            let (scenario, property) = (&instance.scenario, &finding.property.name);
            assert!(finding.expected(), "{} in {scenario}: {property}", instance.protocol);
            let named = instance.tags.breaks.iter().any(|breaks| {
                let here = breaks.scenario.as_ref().is_some_and(|named| named.name == *scenario);
                here && breaks.property.name == *property
            });
            if finding.verdict == Verdict::Violated && !named {
                idle.remove(&(instance.protocol.clone(), property.clone()));
            }
        }
    }
    assert!(
        idle.is_empty(),
        "announced for any scenario, and found in none: {idle:?}"
    );
}

/// What is checked in is what would be written. That stateright agrees is left to `tests/engines.rs`, which asks it.
#[test]
fn the_pages_are_what_prove_writes() {
    let spec = Spec::builtin();
    let module = spec.properties().unwrap();
    let there = files(&root().join("proofs"));
    let tlc = there
        .get("tlc.json")
        .map(|bytes| Table::parse(str::from_utf8(bytes).unwrap()).unwrap());
    let records = Records {
        tlc: tlc.unwrap_or_default(),
        costs: oomspec::cost::all(&spec, Limits::default(), &|_, _| {}).unwrap(),
    };
    let wanted = pages(&spec, &module, evidence(), &records).unwrap();
    let mut stale: Vec<&String> = wanted
        .keys()
        .filter(|name| there.get(*name) != wanted.get(*name))
        .collect();
    stale.extend(
        there
            .iter()
            .filter(|(name, bytes)| !wanted.contains_key(*name) && is_owned(name, bytes))
            .map(|(name, _)| name),
    );
    assert!(stale.is_empty(), "stale in proofs/: {stale:#?}\n{REFRESH}");
}

/// The page of the sweep begins at the sizes of the matrix: where the counts are others there, it is about other listings.
#[test]
fn the_sweep_was_of_these_listings() {
    let page = std::fs::read_to_string(root().join("proofs/sweep.md")).unwrap();
    let mut families = 0;
    for Checked { instance, counts, .. } in evidence().iter().map(|evidence| &evidence.checked) {
        if instance.tags.sizes.is_empty() {
            continue;
        }
        families += 1;
        let pair = format!("{} in {}", instance.protocol, instance.scenario);
        let (_, behind) = page
            .split_once(&format!("\n{pair}\n"))
            .unwrap_or_else(|| panic!("{pair} was not swept"));
        let first = behind.lines().next().unwrap_or_default();
        let states = format!(": {} states, depth {}", counts.distinct, counts.depth);
        assert!(
            first.ends_with(&states),
            "{pair}: {first}\nput what `oomspec sweep` says into proofs/sweep.md"
        );
    }
    assert!(families > 30);
}

/// The anchors of a page, and the targets of its links and pictures.
struct Page {
    anchors: BTreeSet<String>,
    targets: Vec<String>,
}

impl Page {
    fn read(path: &Path) -> Page {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut page = Page {
            anchors: BTreeSet::new(),
            targets: Vec::new(),
        };
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.targets.push(dest_url.to_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => page.heading(&heading.take().unwrap()),
                _ => {}
            }
        }
        page
    }

    /// GitHub: lower case, letters and digits and `-` and `_` kept, blanks become `-`, the second of two alike gets `-1`.
    fn heading(&mut self, heading: &str) {
        let mut slug = String::new();
        for c in heading.to_lowercase().chars() {
            match c {
                ' ' => slug.push('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => slug.push(c),
                _ => {}
            }
        }
        let numbered = (1..).map(|number| format!("{slug}-{number}"));
        let mut names = std::iter::once(slug.clone()).chain(numbered);
        let free = names.find(|name| !self.anchors.contains(name)).unwrap();
        self.anchors.insert(free);
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages: Vec<PathBuf> = texts(".md")
        .into_iter()
        .map(|(name, _)| root().join("proofs").join(name))
        .collect();
    pages.extend(["README.md", "ARCHITECTURE.md", "docs/listings.md"].map(|name| root().join(name)));
    assert!(pages.len() > 80);
    let mut read: BTreeMap<PathBuf, Page> = BTreeMap::new();
    let mut dead = Vec::new();
    for path in &pages {
        for target in Page::read(path).targets {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let to = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            let lives = match to.canonicalize() {
                Err(_) => false,
                Ok(to) if to.extension().is_some_and(|ending| ending == "md") => {
                    let page = read.entry(to.clone()).or_insert_with(|| Page::read(&to));
                    anchor.is_empty() || page.anchors.contains(anchor)
                }
                Ok(to) => has_line(&to, anchor),
            };
            if !lives {
                dead.push(format!("{}: {target}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// What says nothing new leads to where it is shown, and not to another page that leads on.
#[test]
fn what_is_shown_elsewhere_is_shown_there() {
    const NOTHING_NEW: &str = "Nothing new: [";
    let pages: BTreeMap<String, String> = texts(".md").into_iter().collect();
    let section = |page: &str, anchor: &str| -> String {
        let mut sections = pages[page].split("\n## ").skip(1);
        let found = sections.find(|section| section.lines().next().unwrap().to_lowercase() == anchor);
        found
            .unwrap_or_else(|| panic!("{page} has no section {anchor}"))
            .to_string()
    };
    let mut leads = 0;
    for (name, text) in &pages {
        for line in text.lines().filter(|line| line.starts_with(NOTHING_NEW)) {
            let target = line.split_once("](").unwrap().1.split_once(')').unwrap().0;
            let (page, anchor) = target.strip_prefix("../").unwrap().split_once('#').unwrap();
            let there = section(page, anchor);
            assert!(!there.contains(NOTHING_NEW), "{name}: {page} leads on");
            assert!(
                there.contains("![") || there.contains("The same run as for"),
                "{name}: {page}"
            );
            leads += 1;
        }
    }
    assert!(leads > 100, "{leads}");
}

/// `#L28` of a file that has so many lines.
fn has_line(path: &Path, anchor: &str) -> bool {
    if anchor.is_empty() {
        return path.exists();
    }
    let line: usize = anchor
        .strip_prefix('L')
        .and_then(|line| line.parse().ok())
        .unwrap_or(usize::MAX);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().nth(line - 1).is_some_and(|line| !line.trim().is_empty())
}

#[test]
fn every_picture_and_trace_is_linked_and_reads_back() {
    let folder = root().join("proofs");
    let mut linked = BTreeSet::new();
    for (name, _) in texts(".md") {
        let path = folder.join(&name);
        for target in Page::read(&path).targets {
            linked.insert(path.parent().unwrap().join(target));
        }
    }
    let (mut pictures, mut traces) = (0, 0);
    for (name, bytes) in files(&folder) {
        if name.ends_with(".svg") {
            // The plot of the costs is of no run.
            pictures += usize::from(name.contains('/'));
            let text = String::from_utf8(bytes).unwrap();
            let picture = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(picture.root_element().tag_name().name(), "svg");
        } else if name.ends_with(".itf.json.gz") {
            traces += 1;
            let trace: serde_json::Value = serde_json::from_str(&unpacked(&bytes)).unwrap();
            assert!(
                trace["states"].as_array().is_some_and(|states| !states.is_empty()),
                "{name}"
            );
        } else {
            continue;
        }
        assert!(linked.contains(&folder.join(&name)), "no page links to {name}");
    }
    assert_eq!(pictures, traces);
    assert!(pictures > 100);
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_pages_are_of_a_sane_size_and_know_no_machine() {
    let mut total = 0;
    for (name, bytes) in files(&root().join("proofs")) {
        total += bytes.len();
        assert!(bytes.len() < 200_000, "{name} has {} bytes", bytes.len());
        let text = String::from_utf8_lossy(&bytes);
        for word in ["/tmp/", "/root/", "/home/", env!("CARGO_MANIFEST_DIR")] {
            assert!(!text.contains(word), "{name} contains {word}");
        }
    }
    assert!(total < 15_000_000, "{total} bytes");
}

/// Runs a line of the pages, without its comment.
fn run(line: &str) -> String {
    let command = line.split('#').next().unwrap();
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("oomspec"), "{line}");
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(words)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The code blocks of a text: language and content.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(language))) => {
                blocks.push((language.to_string(), String::new()));
            }
            Event::Text(text) if blocks.last().is_some() => blocks.last_mut().unwrap().1.push_str(&text),
            Event::End(TagEnd::CodeBlock) => blocks.push((String::new(), String::new())),
            _ => {}
        }
    }
    blocks.retain(|(language, _)| !language.is_empty());
    blocks
}

/// A violation of some pages, and what holds there.
#[test]
fn claims_are_reproduced_by_the_commands_beside_them() {
    let scenarios: Vec<(String, String)> = texts(".md")
        .into_iter()
        .filter(|(name, _)| name.contains('/'))
        .collect();
    assert_eq!(scenarios.len(), 888);
    let mut reproduced = 0;
    for (name, text) in scenarios.iter().skip(4).step_by(17) {
        let blocks = blocks(text);
        let commands = blocks.iter().enumerate().filter(|(_, (language, _))| language == "sh");
        let mut shown = 0;
        for (at, (_, lines)) in commands {
            let line = |word: &str| lines.lines().find(|line| line.contains(word));
            if let Some(check) = line("oomspec check").filter(|check| shown == 0 && check.contains(" -p ")) {
                shown = 1;
                let mut diagrams = blocks[..at].iter().filter(|(language, _)| language == "text");
                // What another page shows has no diagram.
                let Some((_, diagram)) = diagrams.next() else {
                    shown = 0;
                    continue;
                };
                let printed = run(check);
                assert!(
                    printed.contains(diagram.as_str()),
                    "{name}: {check} prints\n{printed}\nand not\n{diagram}"
                );
                let file = Page::read(&root().join("proofs").join(name)).targets;
                let trace = file.iter().find(|target| target.ends_with(".itf.json.gz")).unwrap();
                let trace = root().join("proofs").join(name).parent().unwrap().join(trace);
                assert_eq!(
                    run(line("export itf").unwrap()),
                    unpacked(&std::fs::read(trace).unwrap())
                );
                let counts = printed.lines().find(|line| line.contains("states generated")).unwrap();
                assert!(text.contains(counts), "{name}: {counts}");
                reproduced += 1;
            }
            if let Some(both) = line("--engine both").filter(|_| text.contains("1334 distinct")) {
                assert!(run(both).contains("agrees on 1 graph"));
                reproduced += 1;
            }
        }
        is_told_in_the_table(name, text);
    }
    assert!(reproduced > 5, "{reproduced}");
}

/// What the page says of each property is the verdict of `check --format json`.
fn is_told_in_the_table(name: &str, text: &str) {
    let (protocol, scenario) = name.strip_suffix(".md").unwrap().split_once('/').unwrap();
    let lines = run(&format!("oomspec check {protocol} -s {scenario} --format json"));
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let property = line["property"].as_str().unwrap();
        let (violated, table) = text.split_once("## What holds").unwrap();
        let says_violated = violated.contains(&format!("\n## {property}\n"));
        let says_holds = table.contains(&format!("| [{property}]("));
        match line["verdict"].as_str().unwrap() {
            "violated" => assert!(says_violated && !says_holds, "{name}: {property}"),
            "holds" | "vacuous" => assert!(says_holds && !says_violated, "{name}: {property}"),
            _ => assert!(!says_holds && !says_violated, "{name}: {property}"),
        }
    }
}

/// A spec of one protocol and one scenario.
fn small_spec(folder: &Path) -> PathBuf {
    let spec = folder.join("spec");
    let copy = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    };
    for (name, _) in files(&root().join("spec")) {
        let kept = !name.contains('/') || name.ends_with(".h");
        if kept || ["linux/v4.9.c", "scenarios/aio-never-alone.c"].contains(&name.as_str()) {
            copy(&root().join("spec").join(&name), &spec.join(&name));
        }
    }
    spec
}

#[test]
fn prove_writes_compares_and_cleans_up() {
    let folder = tempfile::tempdir().unwrap();
    let spec = small_spec(folder.path());
    let prove = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
        let command = command
            .current_dir(folder.path())
            .arg("--spec")
            .arg(&spec)
            .arg("prove")
            .args(args);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(prove(&["--check"]).0, 23, "nothing is there");
    let (code, told) = prove(&["--threads", "1"]);
    assert!(code == 0 && told.ends_with(" new, 0 changed, 0 removed\n"), "{told}");
    assert_eq!(prove(&["-o", "again", "--threads", "3"]).0, 0);
    assert_eq!(
        files(&folder.path().join("proofs")),
        files(&folder.path().join("again"))
    );
    assert_eq!(
        prove(&["--check"]),
        (0, "proofs is as `oomspec prove` writes it\n".to_string())
    );

    let proofs = folder.path().join("proofs");
    let page = std::fs::read_to_string(proofs.join("v4.9.md")).unwrap();
    std::fs::write(proofs.join("v4.9.md"), page.replace("mistake", "chance")).unwrap();
    std::fs::create_dir(proofs.join("v0.1")).unwrap();
    std::fs::write(proofs.join("v0.1/gone.svg"), "<svg/>").unwrap();
    std::fs::write(proofs.join("v0.1.md"), page).unwrap();
    std::fs::write(proofs.join("mine.md"), "# Not of prove\n").unwrap();
    std::fs::remove_file(proofs.join("index.md")).unwrap();
    let (code, told) = prove(&["--check"]);
    assert_eq!(code, 23);
    assert_eq!(
        told,
        "missing: proofs/index.md\nstale: proofs/v4.9.md\nleft over: proofs/v0.1.md\nleft over: proofs/v0.1/gone.svg\n\
         `oomspec prove` writes them\n"
    );
    let (_, told) = prove(&[]);
    assert!(told.ends_with(" 1 new, 1 changed, 2 removed\n"), "{told}");
    assert!(!proofs.join("v0.1").exists() && proofs.join("mine.md").exists());
    assert_eq!(prove(&["--check"]).0, 0);
}

#[test]
fn what_is_not_announced_is_shown_wherever_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let spec = small_spec(folder.path());
    std::fs::copy(root().join("spec/scenarios/alone.c"), spec.join("scenarios/alone.c")).unwrap();
    let listing = std::fs::read_to_string(spec.join("linux/v4.9.c")).unwrap();
    // Without its announcements, which go on below each of them.
    let mut inside = false;
    let kept = listing.lines().filter(|line| {
        inside = line.starts_with(" * @breaks") || (inside && line.starts_with(" *           "));
        !inside
    });
    let silent: String = kept.map(|line| format!("{line}\n")).collect();
    assert!(!silent.contains("@breaks"));
    std::fs::write(spec.join("linux/v4.9.c"), silent).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    let command = command.current_dir(folder.path()).arg("--spec").arg(&spec).arg("prove");
    assert!(command.status().unwrap().success());
    let page = |scenario: &str| {
        let path = folder.path().join(format!("proofs/v4.9/{scenario}.md"));
        std::fs::read_to_string(path).unwrap()
    };
    for scenario in ["alone", "aio-never-alone"] {
        assert!(page(scenario).contains("!["), "{}", page(scenario));
        assert!(!page(scenario).contains("Nothing new"), "{}", page(scenario));
    }
}
