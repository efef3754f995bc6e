//! Texts the user wrote, places in them, and messages about those places.
//!
//! Both front ends (C and TLA+) report through [`Diagnostic`]; rendering is left to `annotate-snippets`, rustc's own renderer.

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

/// Index of a file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place in a file, in bytes, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One text: its display name (never an absolute path of this machine unless the user gave one) and its content.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Name shown in messages, e.g. `linux/v4.14.c`.
    pub name: String,
    /// Content.
    pub text: String,
    /// The bytes at which its lines start.
    lines: Vec<u32>,
}

/// The name of a file without its folders.
pub(crate) fn without_folders(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The files a program or module was read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<File>,
}

impl Sources {
    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        self.files.push(File {
            name: name.into(),
            text,
            lines,
        });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file behind an id.
    pub(crate) fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// All files, in the order in which they were read.
    pub(crate) fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text at a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// The 1-based line on which a span starts.
    pub fn line(&self, span: Span) -> u32 {
        self.file(span.file).lines.partition_point(|&start| start <= span.start) as u32
    }
}

/// An error in the user's text: what is wrong, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Lower case, fits after "error: ".
    pub message: String,
    /// The place, underlined when rendered.
    pub span: Option<Span>,
    /// Text under the underline.
    pub label: String,
    /// Other places that belong to it, each with the text under its underline.
    pub others: Vec<(Span, String)>,
    /// What to do instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A message about a place.
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            message: message.into(),
            span: Some(span),
            label: String::new(),
            others: Vec::new(),
            help: None,
        }
    }

    /// A message about no place in particular (a file that is not there).
    pub fn general(message: impl Into<String>) -> Self {
        Diagnostic {
            message: message.into(),
            span: None,
            label: String::new(),
            others: Vec::new(),
            help: None,
        }
    }

    /// Adds the text under the underline.
    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Underlines another place as well, with this text.
    #[must_use]
    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.others.push((span, label.into()));
        self
    }

    /// Adds what to do instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The error of a reading in which this is all that is wrong.
    pub fn within(self, sources: &Sources) -> Diagnostics {
        Diagnostics {
            sources: sources.clone(),
            errors: vec![self],
        }
    }

    /// The message as rustc would show it, with the source line underlined.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut group = Level::ERROR
            .primary_title(&self.message)
            .elements(self.snippets(sources));
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }

    /// One piece of text for each file that it speaks of, its own place first.
    fn snippets<'a>(&'a self, sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
        let own = self.span.map(|span| (span, &self.label, AnnotationKind::Primary));
        let others = self.others.iter();
        let others = others.map(|(span, label)| (*span, label, AnnotationKind::Context));
        let mut snippets: Vec<(FileId, Snippet<'a, Annotation<'a>>)> = Vec::new();
        for (span, label, kind) in own.into_iter().chain(others) {
            let place = kind.span(span.start as usize..span.end as usize).label(label);
            let known = snippets.iter().position(|(file, _)| *file == span.file);
            let (id, snippet) = match known {
                Some(at) => snippets.remove(at),
                None => {
                    let file = sources.file(span.file);
                    (span.file, Snippet::source(&file.text).path(&file.name))
                }
            };
            let at = known.unwrap_or(snippets.len());
            snippets.insert(at, (id, snippet.annotation(place)));
        }
        snippets.into_iter().map(|(_, snippet)| snippet).collect()
    }
}

/// Nobody reads more errors than this at once.
const MOST_SHOWN: usize = 50;

/// The library's error: all that is wrong in one reading of the user's texts; never empty.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    /// The texts the spans point into.
    pub sources: Sources,
    /// The errors, in the order of the text.
    pub errors: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Every message, one after the other.
    pub fn render(&self, color: bool) -> String {
        let shown = self.errors.iter().take(MOST_SHOWN);
        let mut parts: Vec<String> = shown.map(|d| d.render(&self.sources, color)).collect();
        if let Some(more) = self.errors.len().checked_sub(MOST_SHOWN).filter(|&more| more > 0) {
            parts.push(format!("and {more} errors more"));
        }
        parts.join("\n\n")
    }
}

/// A message about no place in a text: a file that is not there, a name that nothing has.
impl From<Diagnostic> for Diagnostics {
    fn from(error: Diagnostic) -> Self {
        Diagnostic { span: None, ..error }.within(&Sources::default())
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
