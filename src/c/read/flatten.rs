//! A listing with all it includes as one file, each function with where it comes from: what a user copies to start a patch.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::load::load;
use super::uncalled::{Callers, dead};
use super::unit::Unit;
use super::{defines, meaningless};
use super::{program, tags};
use crate::c::ast::{Enum, ExprKind, Function, Program, Struct};
use crate::c::library::{Library, Listing};
use crate::source::{Diagnostics, FileId, Sources, Span};

/// The text of the flattened listing. It reads back as the same program, and flattening it again changes nothing.
pub(crate) fn flatten(library: &dyn Library, protocol: &Listing) -> Result<String, Diagnostics> {
    let (program, units) = program(load(library, protocol, None))?;
    let items: Vec<Item> = units.iter().flat_map(|unit| items(unit, &program.sources)).collect();
    let mut flat = Flat {
        sources: &program.sources,
        units: &units,
        items: &items,
        text: String::new(),
        printed: BTreeSet::new(),
    };
    flat.story(&program);
    flat.lines(defines::last(&units).into_iter().map(|define| define.span));
    flat.lines(defines::last_macros(&units).into_iter());
    flat.lines(units.iter().flat_map(meaningless::declared).map(|name| name.span));
    for enumeration in &program.enums {
        flat.enumeration(enumeration);
    }
    for structure in &program.structs {
        flat.structure(structure);
    }
    flat.lines(program.globals.iter().map(|global| global.name.span));
    for function in used(&program, &Callers::of(library)) {
        flat.function(function);
    }
    Ok(flat.text.replace("\r\n", "\n"))
}

/// The calls of a listing that mean nothing: where each stands, and its text on one line.
pub(crate) fn left_out(library: &dyn Library, protocol: &Listing) -> Result<Vec<(String, String)>, Diagnostics> {
    let (program, _) = program(load(library, protocol, None))?;
    let mut found = Vec::new();
    for function in used(&program, &Callers::of(library)) {
        function.body.expressions(&mut |expression| {
            if let ExprKind::Meaningless(..) = &expression.kind {
                let (file, line) = (
                    &program.sources.file(expression.span.file).name,
                    program.sources.line(expression.span),
                );
                let words: Vec<&str> = program.sources.text(expression.span).split_whitespace().collect();
                found.push((format!("{file}:{line}"), words.join(" ")));
            }
        });
    }
    Ok(found)
}

/// The functions that are part of the story: without those that only other listings call.
fn used<'p>(program: &'p Program, callers: &Callers) -> Vec<&'p Function> {
    let mut functions: Vec<&Function> = program.functions.iter().collect();
    loop {
        let dead = dead(functions.iter().copied(), callers);
        if dead.is_empty() {
            return functions;
        }
        functions.retain(|function| !dead.contains(&function.name.name));
    }
}

/// A definition in a file, with the comments that belong to it.
struct Item {
    file: FileId,
    /// With the comments right before it.
    start: usize,
    /// The definition alone.
    node: Range<usize>,
    /// With the comments behind it on its last line.
    end: usize,
}

fn items(unit: &Unit, sources: &Sources) -> Vec<Item> {
    let text = &sources.file(unit.file).text;
    let story = tags::story(unit).map(|node| node.end_byte());
    let root = unit.tree.root_node();
    let mut cursor = root.walk();
    let mut found: Vec<Item> = Vec::new();
    // The comments that stand right before the next definition.
    let mut lead: Option<Range<usize>> = None;
    for node in root.children(&mut cursor) {
        let range = node.start_byte()..node_end(node, text);
        let adjacent = |end: usize| text[end..range.start].matches('\n').count() <= 1;
        match node.kind() {
            "comment" if story.is_some_and(|end| range.end <= end) => {}
            "comment" => {
                if let Some(last) = found.last_mut()
                    && lead.is_none()
                    && !text[last.end..range.start].contains('\n')
                {
                    last.end = range.end;
                    continue;
                }
                lead = match lead {
                    Some(lead) if adjacent(lead.end) => Some(lead.start..range.end),
                    _ => Some(range),
                };
            }
            ";" => {
                if let Some(last) = found.last_mut() {
                    last.end = last.end.max(range.end);
                }
            }
            _ => {
                let lead = lead.take().filter(|lead| adjacent(lead.end));
                found.push(Item {
                    file: unit.file,
                    start: lead.map_or(range.start, |lead| lead.start),
                    end: range.end,
                    node: range,
                });
            }
        }
    }
    found
}

/// Directives end after their line break.
fn node_end(node: Node<'_>, text: &str) -> usize {
    node.start_byte() + text[node.byte_range()].trim_end().len()
}

struct Flat<'a> {
    sources: &'a Sources,
    units: &'a [Unit],
    items: &'a [Item],
    text: String,
    /// File and start of the items that are in the text.
    printed: BTreeSet<(FileId, usize)>,
}

impl<'a> Flat<'a> {
    /// The comment at the top of the listing, which also says what the copy is to be compared with.
    fn story(&mut self, program: &Program) {
        let Some(unit) = self.units.iter().find(|unit| unit.file == FileId(0)) else {
            return;
        };
        let Some(story) = tags::story(unit) else {
            return;
        };
        let source = &self.sources.file(unit.file).text;
        let first = children_with_comments(unit.tree.root_node())
            .first()
            .map_or(story.start_byte(), Node::start_byte);
        self.text
            .push_str(&source[first.min(story.start_byte())..story.start_byte()]);
        let story = &source[story.byte_range()];
        match (&program.tags.protocol, &program.tags.after) {
            (Some(protocol), None) => self.text.push_str(&with_after(story, &protocol.name)),
            _ => self.text.push_str(story),
        }
        self.text.push('\n');
    }

    fn item(&self, span: Span) -> Option<&'a Item> {
        self.items
            .iter()
            .find(|item| item.file == span.file && item.node.contains(&(span.start as usize)))
    }

    fn source(&self, item: &Item, range: Range<usize>) -> &'a str {
        &self.sources.file(item.file).text[range]
    }

    /// Short definitions, one below the other; a blank line before one with a comment above.
    fn lines(&mut self, spans: impl Iterator<Item = Span>) {
        let mut first = true;
        for span in spans {
            let Some(item) = self.item(span) else {
                continue;
            };
            if !self.printed.insert((item.file, item.start)) {
                continue;
            }
            if (first || item.start != item.node.start) && !self.text.is_empty() {
                self.text.push('\n');
            }
            first = false;
            self.text.push_str(self.source(item, item.start..item.end));
            self.text.push('\n');
        }
    }

    /// A definition with a blank line before it.
    fn paragraph(&mut self, span: Span) {
        self.lines(std::iter::once(span));
    }

    fn enumeration(&mut self, enumeration: &Enum) {
        let names: Vec<Span> = enumeration.enumerators.iter().map(|name| name.span).collect();
        self.opened(enumeration.name.span, &names, |flat, part| {
            flat.enumerators(part, &names)
        });
    }

    fn structure(&mut self, structure: &Struct) {
        let names: Vec<Span> = structure.fields.iter().map(|field| field.name.span).collect();
        self.opened(structure.name.span, &names, |flat, part| flat.fields(part));
    }

    /// A definition that other files may open again, in one piece.
    fn opened(&mut self, name: Span, members: &[Span], body: impl Fn(&Self, &Item) -> String) {
        let mut parts: Vec<&Item> = Vec::new();
        for &span in std::iter::once(&name).chain(members) {
            if let Some(item) = self.item(span)
                && !parts.iter().any(|part| std::ptr::eq(*part, item))
            {
                parts.push(item);
            }
        }
        let [first, others @ ..] = parts.as_slice() else {
            return;
        };
        if others.is_empty() {
            return self.paragraph(name);
        }
        let head = self.source(first, first.start..first.node.end);
        let Some((head, _)) = head.split_once('{') else {
            return;
        };
        let bodies: Vec<String> = parts.iter().map(|part| body(self, part)).collect();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(head);
        self.text.push_str("{\n");
        self.text.push_str(&bodies.concat());
        self.text.push_str("};\n");
    }

    /// The lines between the braces of a struct.
    fn fields(&self, part: &Item) -> String {
        let text = self.source(part, part.node.clone());
        match text.find('{').zip(text.rfind('}')) {
            Some((open, close)) => lines(&text[open + 1..close]),
            None => String::new(),
        }
    }

    /// The lines between the braces, with a comma after the last enumerator.
    fn enumerators(&self, part: &Item, names: &[Span]) -> String {
        let text = self.source(part, part.node.clone());
        let inside = |span: &Span| span.file == part.file && part.node.contains(&(span.start as usize));
        let last = names.iter().copied().filter(inside).map(|span| span.end as usize).max();
        let (Some(open), Some(close), Some(last)) = (text.find('{'), text.rfind('}'), last) else {
            return String::new();
        };
        let last = last - part.node.start;
        let behind = &text[last..close];
        let comma = if behind.trim_start().starts_with(',') { "" } else { "," };
        lines(&format!("{}{comma}{behind}", &text[open + 1..last]))
    }

    fn function(&mut self, function: &Function) {
        let Some(item) = self.item(function.name.span) else {
            return;
        };
        let text = self.source(item, item.start..item.end);
        self.text.push('\n');
        if !starts_with_origin(text) {
            let file = &self.sources.file(item.file).name;
            let line = self.sources.line(function.span);
            self.text.push_str(&format!("/* {file}:{line} */\n"));
        }
        self.text.push_str(text);
        self.text.push('\n');
    }
}

/// What stands between two braces, as lines of their own.
fn lines(body: &str) -> String {
    if body.starts_with(['\n', '\r']) {
        format!("{}\n", body.trim_matches(['\n', '\r']).trim_end())
    } else {
        format!("\t{}\n", body.trim())
    }
}

fn children_with_comments<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// Whether a definition carries the comment that an earlier flattening gave it.
fn starts_with_origin(text: &str) -> bool {
    let comment = text.strip_prefix("/* ").and_then(|rest| rest.split_once(" */"));
    let origin = comment.and_then(|(content, _)| content.rsplit_once(':'));
    origin.is_some_and(|(file, line)| {
        !file.contains(char::is_whitespace) && !line.is_empty() && line.chars().all(|c| c.is_ascii_digit())
    })
}

/// The story with `@after NAME` behind its `@protocol`.
fn with_after(story: &str, name: &str) -> String {
    let Some(at) = story.find("@protocol") else {
        return story.to_string();
    };
    let line_end = story[at..].find('\n').map_or(story.len(), |length| at + length);
    let line = story[..line_end].trim_end();
    match line.strip_suffix("*/") {
        Some(line) => format!("{}\n * @after    {name}\n */", line.trim_end()),
        None => format!("{line}\n * @after    {name}{}", &story[line_end..]),
    }
}
