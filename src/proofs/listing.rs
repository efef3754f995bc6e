//! A protocol's functions, each with where it stands; the lines that a counterexample goes through are marked.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Chapter, Violation};
use super::markdown::{anchor, block, code, details, link};
use super::verdict::by_mistake;
use crate::c::ast::Function;
use crate::source::FileId;

/// Columns between two stops of a tab.
const TAB: usize = 8;

/// The section of a protocol's page: what the protocol says itself, then what it inherits.
pub(crate) fn section(chapter: &Chapter) -> String {
    let marks = Marks::of(chapter);
    let mut files: Vec<(FileId, Vec<&Function>)> = Vec::new();
    for function in chapter
        .program
        .functions
        .iter()
        .filter(|function| is_used(chapter, function))
    {
        match files.iter_mut().find(|(file, _)| *file == function.span.file) {
            Some((_, functions)) => functions.push(function),
            None => files.push((function.span.file, vec![function])),
        }
    }
    // The protocol's own file has number 0, and what it includes first has the next.
    files.sort_by_key(|(file, _)| *file);
    let mut text = format!(
        "## Listing\n\n● a line on which a property breaks; • a line on the way there, for what is broken by mistake; · the same, for what is \
         broken by design. {} prints it all as one file.\n",
        code(&format!("oomspec show {}", chapter.name))
    );
    for (file, functions) in files {
        let name = &chapter.program.sources.file(file).name;
        let mut body = String::new();
        for function in &functions {
            body += &of_function(chapter, &marks, function);
        }
        text = format!("{}\n\n", text.trim_end());
        text += &match name.rsplit_once('/').is_some_and(|(folder, _)| folder != "kernel") {
            true => format!("### {name}\n\n{body}"),
            false => details(&format!("{name}: {}", names(&functions)), &body),
        };
    }
    text
}

fn names(functions: &[&Function]) -> String {
    let names: Vec<String> = functions
        .iter()
        .map(|function| format!("{}()", function.name.name))
        .collect();
    names.join(", ")
}

/// True if some thread of some scenario runs it.
fn is_used(chapter: &Chapter, function: &Function) -> bool {
    let runs = |name: &str| {
        let mut programs = chapter
            .sections
            .iter()
            .map(|section| &section.checked.instance.machine.program);
        programs.any(|program| program.functions.iter().any(|used| used.name == name))
    };
    runs(&function.name.name)
}

fn of_function(chapter: &Chapter, marks: &Marks, function: &Function) -> String {
    let sources = &chapter.program.sources;
    let file = sources.file(function.span.file);
    let first = sources.line(function.span) as usize;
    let length = sources.text(function.span).lines().count();
    let lines: Vec<&str> = file.text.lines().collect();
    let above = comment_above(&lines, first);
    let shown = lines.iter().enumerate().take(first - 1 + length).skip(above - 1);
    let body: Vec<String> = shown
        .map(|(at, line)| marks.line(&file.name, at as u32 + 1, line))
        .collect();
    let name = &function.name.name;
    let place = link(
        &format!("{}:{first}", file.name),
        &format!("../spec/{}#L{first}", file.name),
    );
    let mut text = format!(
        "#### {}\n\n{place}\n\n{}",
        code(&format!("{name}()")),
        block("c", &body.join("\n"))
    );
    for at in first..first + length {
        if let Some(those) = marks.fatal.get(&(file.name.as_str(), at as u32)) {
            let those: Vec<&str> = those.iter().map(String::as_str).collect();
            text += &format!("\n● line {at}: {}\n", those.join(", "));
        }
    }
    text + "\n"
}

/// The line on which the comment right above a line begins; the line itself if there is none.
fn comment_above(lines: &[&str], first: usize) -> usize {
    let mut at = first;
    while let Some(line) = at
        .checked_sub(2)
        .and_then(|above| lines.get(above))
        .map(|line| line.trim())
    {
        let part = line.starts_with("/*") || line.starts_with('*');
        // The story at the top of a file belongs to no function.
        if !part || line.starts_with("/**") {
            break;
        }
        at -= 1;
        if line.starts_with("/*") {
            break;
        }
    }
    at
}

/// Which lines matter.
struct Marks<'c> {
    mistakes: BTreeSet<(&'c str, u32)>,
    prices: BTreeSet<(&'c str, u32)>,
    /// Links to what goes wrong there.
    fatal: BTreeMap<(&'c str, u32), Vec<String>>,
}

impl<'c> Marks<'c> {
    fn of(chapter: &'c Chapter) -> Self {
        let violations = || chapter.sections.iter().flat_map(|section| &section.violations);
        let mut fatal: BTreeMap<(&str, u32), Vec<String>> = BTreeMap::new();
        for of in violations() {
            for place in of.fatal() {
                let links = fatal.entry((place.file, place.line)).or_default();
                let link = link_to(chapter, of);
                if !links.contains(&link) {
                    links.push(link);
                }
            }
        }
        let on_the_way = |mistake: bool| {
            let those = violations().filter(|of| by_mistake(of.finding) == mistake);
            those
                .flat_map(|of| of.path())
                .map(|place| (place.file, place.line))
                .collect()
        };
        Marks {
            mistakes: on_the_way(true),
            prices: on_the_way(false),
            fatal,
        }
    }

    /// A line with its mark, tabs as spaces.
    fn line(&self, file: &str, number: u32, line: &str) -> String {
        let mark = match (file, number) {
            place if self.fatal.contains_key(&place) => '●',
            place if self.mistakes.contains(&place) => '•',
            place if self.prices.contains(&place) => '·',
            _ => ' ',
        };
        let mut text = String::new();
        for c in line.chars() {
            match c {
                '\t' => text.push_str(&" ".repeat(TAB - text.chars().count() % TAB)),
                c => text.push(c),
            }
        }
        format!("{mark} {text}").trim_end().to_string()
    }
}

fn link_to(chapter: &Chapter, of: &Violation) -> String {
    let (scenario, property) = (&of.instance.scenario, &of.finding.property.name);
    let page = format!("{}/{scenario}.md#{}", chapter.name, anchor(property));
    link(&format!("{property} in {scenario}"), &page)
}
