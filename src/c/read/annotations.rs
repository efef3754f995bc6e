//! Annotations (`__atomic`, `__acquires(sem)`, `__ghost`, …). They are no C, so they are read here, and the grammar gets the text
//! with blanks in their place: places stay what they are, and prototypes, bit-fields and `bitset()` fields take them too.

use std::collections::BTreeSet;

use super::lexer::{Token, TokenKind, span};
use crate::c::ast::{Annotation, AnnotationKind, Hold, Ident};
use crate::c::nearest::did_you_mean;
use crate::source::{Diagnostic, FileId, Span};

/// The marker of a field that is written and never read.
const GHOST: &str = "__ghost";

/// An annotation as it stands in the text.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// Its name.
    pub(super) name: Ident,
    /// The identifiers in brackets after it.
    pub(super) arguments: Vec<Ident>,
    /// Name and arguments.
    pub(super) span: Span,
}

/// The prototype of what means nothing.
pub(super) const MEANINGLESS: &str = "__meaningless";

/// What a text says besides C.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The names of the loops whose heads are macros, in the order of the text. The grammar sees `while`.
    pub(super) loops: Vec<Ident>,
    /// After parameter lists, in the order of the text.
    pub(super) functions: Vec<Mark>,
    /// `__ghost`, in the order of the text.
    pub(super) ghosts: Vec<Span>,
    /// Those that stand nowhere where they mean something.
    pub(super) errors: Vec<Diagnostic>,
}

/// Finds the annotations and blanks them out of `text`, together with the words that stand for nothing.
pub(super) fn take(text: &mut [u8], tokens: &[Token], file: FileId, nothing: &BTreeSet<String>) -> Marks {
    let mut finder = Finder {
        tokens,
        file,
        text,
        nothing,
        marks: Marks::default(),
    };
    finder.run();
    finder.marks
}

struct Finder<'a> {
    text: &'a mut [u8],
    nothing: &'a BTreeSet<String>,
    tokens: &'a [Token],
    file: FileId,
    marks: Marks,
}

impl Finder<'_> {
    fn run(&mut self) {
        let mut depth = 0usize;
        let mut at = 0;
        // Whether the token before closes a parameter list, or belongs to an annotation after one.
        let mut follows_parameters = false;
        let mut opener = None;
        while let Some(token) = self.tokens.get(at) {
            let here = at;
            at += 1;
            match token.kind {
                TokenKind::Mark(b'(' | b'[' | b'{') => {
                    if depth == 0 {
                        opener = here.checked_sub(1);
                    }
                    depth += 1;
                }
                TokenKind::Mark(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                TokenKind::Word => {
                    let word = self.word(here);
                    if self.nothing.contains(&word) {
                        self.blank(token.start, token.end);
                        continue;
                    }
                    if depth > 0 && word.contains(LOOP) && self.heads_a_loop(at) {
                        self.marks.loops.push(self.ident(here));
                        self.blank(token.start, token.end);
                        self.text[token.start..token.start + WHILE.len()].copy_from_slice(WHILE);
                        continue;
                    }
                    if word == GHOST {
                        self.marks.ghosts.push(token.span(self.file));
                        self.blank(token.start, token.end);
                        continue;
                    }
                    if follows_parameters && word.starts_with("__") {
                        at = self.function_annotation(here);
                        continue;
                    }
                    if FUNCTION_ANNOTATIONS.contains(&word.as_str()) {
                        self.misplaced(here);
                        at = self.function_annotation(here);
                        self.marks.functions.pop();
                        continue;
                    }
                }
                _ => {}
            }
            follows_parameters =
                depth == 0 && token.is(b')') && opener.is_none_or(|index| self.word(index) != "bitset");
        }
    }

    /// Whether brackets stand here, and a statement behind them.
    fn heads_a_loop(&self, opening: usize) -> bool {
        let opens = self.tokens.get(opening).is_some_and(|token| token.is(b'('));
        let behind = self.closing(opening + 1) + 1;
        opens
            && self
                .tokens
                .get(behind)
                .is_some_and(|token| !token.is(b';') && !token.is(b')') && !token.is(b','))
    }

    fn word(&self, index: usize) -> String {
        let token = self.tokens[index];
        String::from_utf8_lossy(&self.text[token.start..token.end]).into_owned()
    }

    fn ident(&self, index: usize) -> Ident {
        Ident {
            name: self.word(index),
            span: self.tokens[index].span(self.file),
        }
    }

    /// Reads the annotation at `index` and returns the index of the token after it.
    fn function_annotation(&mut self, index: usize) -> usize {
        let name = self.ident(index);
        let mut next = index + 1;
        let mut arguments = Vec::new();
        if self.tokens.get(next).is_some_and(|t| t.is(b'(')) {
            next += 1;
            while let Some(token) = self.tokens.get(next)
                && !token.is(b')')
            {
                if token.kind == TokenKind::Word {
                    arguments.push(self.ident(next));
                } else if !token.is(b',') {
                    self.marks.errors.push(
                        Diagnostic::at(token.span(self.file), format!("unexpected argument of `{}`", name.name))
                            .help("annotations take plain names"),
                    );
                    next = self.closing(next);
                    break;
                }
                next += 1;
            }
            next += 1;
        }
        let last = self.tokens[..next.min(self.tokens.len())].last().map_or(0, |t| t.end);
        let start = self.tokens[index].start;
        self.blank(start, last);
        self.marks.functions.push(Mark {
            name,
            arguments,
            span: span(self.file, start, last),
        });
        next
    }

    /// The bracket that closes the one which is open at `index`.
    fn closing(&self, mut index: usize) -> usize {
        let mut depth = 0usize;
        while let Some(token) = self.tokens.get(index) {
            match token.kind {
                TokenKind::Mark(b'(' | b'[' | b'{') => depth += 1,
                TokenKind::Mark(b')' | b']' | b'}') if depth == 0 => break,
                TokenKind::Mark(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            index += 1;
        }
        index
    }

    fn misplaced(&mut self, index: usize) {
        let name = self.word(index);
        self.marks.errors.push(
            Diagnostic::at(
                self.tokens[index].span(self.file),
                format!("`{name}` is in the wrong place"),
            )
            .label("annotations follow the parameter list")
            .help(format!("write it behind the parameters: `void f(void) {name} {{ … }}`")),
        );
    }

    fn blank(&mut self, start: usize, end: usize) {
        for byte in &mut self.text[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
}

/// What the name of a macro that is the head of a loop has in it.
pub(super) const LOOP: &str = "for_each";
/// It is longer than this.
const WHILE: &[u8] = b"while";

const FUNCTION_ANNOTATIONS: [&str; 14] = [
    "__atomic",
    "__acquires",
    "__acquires_shared",
    "__cond_acquires",
    "__cond_acquires_shared",
    "__releases",
    "__breaks",
    "__strongly_fair",
    "__counts",
    "__task",
    "__daemon",
    "__unfair",
    "__initially",
    MEANINGLESS,
];

/// True for the name of an annotation.
pub(super) fn is_annotation(name: &str) -> bool {
    name == GHOST || FUNCTION_ANNOTATIONS.contains(&name)
}

/// The name of an annotation.
pub(super) fn word(kind: &AnnotationKind) -> &'static str {
    match kind {
        AnnotationKind::Atomic => "__atomic",
        AnnotationKind::Acquires(_, Hold::Alone) => "__acquires",
        AnnotationKind::Acquires(_, Hold::Shared) => "__acquires_shared",
        AnnotationKind::CondAcquires(_, Hold::Alone) => "__cond_acquires",
        AnnotationKind::CondAcquires(_, Hold::Shared) => "__cond_acquires_shared",
        AnnotationKind::Releases(_) => "__releases",
        AnnotationKind::Breaks(_) => "__breaks",
        AnnotationKind::StronglyFair => "__strongly_fair",
        AnnotationKind::Counts(_) => "__counts",
        AnnotationKind::Task(_) => "__task",
        AnnotationKind::Daemon(_) => "__daemon",
        AnnotationKind::Unfair => "__unfair",
        AnnotationKind::Init => "__initially",
    }
}

impl Mark {
    /// What it means on a function with these parameters.
    pub(super) fn meaning(&self, parameters: &[&str]) -> Result<Annotation, Diagnostic> {
        let kind = match self.name.name.as_str() {
            "__atomic" => self.bare(AnnotationKind::Atomic)?,
            "__strongly_fair" => self.bare(AnnotationKind::StronglyFair)?,
            "__unfair" => self.bare(AnnotationKind::Unfair)?,
            "__initially" => self.bare(AnnotationKind::Init)?,
            "__acquires" => AnnotationKind::Acquires(self.parameter(parameters)?, Hold::Alone),
            "__acquires_shared" => AnnotationKind::Acquires(self.parameter(parameters)?, Hold::Shared),
            "__cond_acquires" => AnnotationKind::CondAcquires(self.parameter(parameters)?, Hold::Alone),
            "__cond_acquires_shared" => AnnotationKind::CondAcquires(self.parameter(parameters)?, Hold::Shared),
            "__releases" => AnnotationKind::Releases(self.parameter(parameters)?),
            "__counts" => AnnotationKind::Counts(self.names("what a call of it counts as")?),
            "__breaks" => AnnotationKind::Breaks(self.one("the property it breaks")?),
            "__task" => AnnotationKind::Task(self.one("the task it runs as")?),
            "__daemon" => AnnotationKind::Daemon(self.one("the task it runs as")?),
            MEANINGLESS => {
                return Err(
                    Diagnostic::at(self.span, "what means nothing has no body").help(format!(
                        "declare it: `void f() {MEANINGLESS};`, or remove the annotation"
                    )),
                );
            }
            unknown => {
                return Err(
                    Diagnostic::at(self.name.span, format!("unknown annotation `{unknown}`")).help(did_you_mean(
                        unknown,
                        FUNCTION_ANNOTATIONS,
                        format!("there are {}", FUNCTION_ANNOTATIONS.join(", ")),
                    )),
                );
            }
        };
        Ok(Annotation { kind, span: self.span })
    }

    fn bare(&self, kind: AnnotationKind) -> Result<AnnotationKind, Diagnostic> {
        if self.arguments.is_empty() {
            return Ok(kind);
        }
        let name = &self.name.name;
        Err(Diagnostic::at(self.span, format!("`{name}` takes no argument")).help(format!("write `{name}`")))
    }

    fn one(&self, what: &str) -> Result<Ident, Diagnostic> {
        if let [argument] = self.arguments.as_slice() {
            return Ok(argument.clone());
        }
        let name = &self.name.name;
        Err(Diagnostic::at(self.span, format!("`{name}` takes one argument"))
            .help(format!("write `{name}(x)`, where x is {what}")))
    }

    fn names(&self, what: &str) -> Result<Vec<Ident>, Diagnostic> {
        let twice = |(at, name): (usize, &Ident)| self.arguments[..at].iter().any(|other| other.name == name.name);
        if self.arguments.is_empty() || self.arguments.iter().enumerate().any(twice) {
            let name = &self.name.name;
            return Err(
                Diagnostic::at(self.span, format!("`{name}` takes one or more different names"))
                    .help(format!("write `{name}(x, y)`, where x and y are {what}")),
            );
        }
        Ok(self.arguments.clone())
    }

    fn parameter(&self, parameters: &[&str]) -> Result<Ident, Diagnostic> {
        let argument = self.one("the parameter that points to the lock")?;
        if parameters.contains(&argument.name.as_str()) {
            return Ok(argument);
        }
        Err(
            Diagnostic::at(argument.span, format!("no parameter is named `{}`", argument.name)).help(did_you_mean(
                &argument.name,
                parameters.iter().copied(),
                format!("`{}` names the parameter that points to the lock", self.name.name),
            )),
        )
    }
}
