//! Configuration files, as TLC reads them.

use super::specification::Specification;
use super::value::Value;
use crate::source::{Diagnostic, FileId, Span};

/// What to check, and with which constants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// `SPECIFICATION`
    pub specification: Option<Name>,
    /// `INIT`
    pub init: Option<Name>,
    /// `NEXT`
    pub next: Option<Name>,
    /// `INVARIANT`
    pub invariants: Vec<Name>,
    /// `PROPERTY`
    pub properties: Vec<Name>,
    /// `CONSTANT`
    pub constants: Vec<(Name, Replacement)>,
    /// `CHECK_DEADLOCK`; nothing if the file does not say.
    pub check_deadlock: Option<bool>,
}

/// An operator's name, and where it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// The place.
    pub span: Span,
}

impl Name {
    /// An error that a specification makes for want of a place shown at this one.
    pub(crate) fn blame(&self, spec: &Specification, error: Diagnostic) -> Diagnostic {
        match error.span {
            Some(span) if span != spec.end() => error,
            _ => Diagnostic {
                span: Some(self.span),
                ..error
            },
        }
    }
}

/// What a constant is.
#[derive(Debug, Clone, PartialEq)]
pub enum Replacement {
    /// `C = value`
    Value(Value),
    /// `C <- Op`
    Operator(String),
}

impl Config {
    /// Reads a configuration file.
    pub fn parse(text: &str, file: FileId) -> Result<Config, Diagnostic> {
        let tokens = tokens(text, file)?;
        let mut reader = Reader { tokens, at: 0 };
        let mut config = Config::default();
        while let Some(token) = reader.next() {
            config.section(&token, &mut reader)?;
        }
        Ok(config)
    }

    /// Gives the constants of a specification their values; every one must have one.
    pub fn bind(&self, spec: &mut Specification) -> Result<(), Diagnostic> {
        for (name, replacement) in &self.constants {
            let result = match replacement {
                Replacement::Value(value) => spec.bind(&name.text, value.clone()),
                Replacement::Operator(operator) => spec.substitute(&name.text, operator),
            };
            result.map_err(|d| Diagnostic::at(name.span, d.message))?;
        }
        match spec.constants().iter().find(|c| !c.is_bound()) {
            Some(c) => {
                let message = format!("the .cfg gives the constant `{}` no value", c.name);
                let help = format!("add `CONSTANT {} = ...` to it", c.name);
                Err(Diagnostic::at(c.span, message).label("declared here").help(help))
            }
            None => Ok(()),
        }
    }

    fn section(&mut self, token: &Token, reader: &mut Reader) -> Result<(), Diagnostic> {
        match token.text.as_str() {
            "SPECIFICATION" => once(&mut self.specification, token, reader),
            "INIT" => once(&mut self.init, token, reader),
            "NEXT" => once(&mut self.next, token, reader),
            "INVARIANT" | "INVARIANTS" => reader.names(&mut self.invariants, token),
            "PROPERTY" | "PROPERTIES" => reader.names(&mut self.properties, token),
            "CONSTANT" | "CONSTANTS" => reader.constants(&mut self.constants, token),
            "CHECK_DEADLOCK" => {
                let answer = match reader.next().as_ref().map(|t| t.text.as_str()) {
                    Some("TRUE") => true,
                    Some("FALSE") => false,
                    _ => return Err(token.error("CHECK_DEADLOCK wants TRUE or FALSE")),
                };
                match self.check_deadlock.replace(answer) {
                    None => Ok(()),
                    Some(_) => Err(token.error("CHECK_DEADLOCK is given twice")),
                }
            }
            other if REFUSED.contains(&other) => {
                let message = format!("{other} is outside the subset");
                Err(token
                    .error(message)
                    .help("it would change what is checked, so it is not ignored"))
            }
            other => Err(token.error(format!("`{other}` is no section of a configuration"))),
        }
    }
}

const SECTIONS: &[&str] = &[
    "SPECIFICATION",
    "INIT",
    "NEXT",
    "INVARIANT",
    "INVARIANTS",
    "PROPERTY",
    "PROPERTIES",
    "CONSTANT",
    "CONSTANTS",
    "CHECK_DEADLOCK",
];

const REFUSED: &[&str] = &[
    "SYMMETRY",
    "VIEW",
    "CONSTRAINT",
    "CONSTRAINTS",
    "ACTION_CONSTRAINT",
    "ACTION_CONSTRAINTS",
    "ALIAS",
    "POSTCONDITION",
    "TYPE",
    "TYPE_CONSTRAINT",
    "_PERIODIC",
    "_RL_REWARD",
];

/// How deep sets may nest in values.
const MAX_NESTING: usize = 50;

#[derive(Debug, Clone)]
struct Token {
    text: String,
    span: Span,
}

impl Token {
    fn is_name(&self) -> bool {
        let text = self.text.as_str();
        let word = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'!')
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        word && !SECTIONS.contains(&text) && !REFUSED.contains(&text)
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.span, message)
    }

    fn name(&self) -> Name {
        Name {
            text: self.text.clone(),
            span: self.span,
        }
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn names(&mut self, names: &mut Vec<Name>, section: &Token) -> Result<(), Diagnostic> {
        self.some(section)?;
        while let Some(token) = self.peek().filter(|t| t.is_name()) {
            names.push(token.name());
            self.at += 1;
        }
        Ok(())
    }

    fn constants(&mut self, constants: &mut Vec<(Name, Replacement)>, section: &Token) -> Result<(), Diagnostic> {
        self.some(section)?;
        while self.peek().is_some_and(Token::is_name) {
            let (name, replacement) = self.constant()?;
            if constants.iter().any(|(other, _)| other.text == name.text) {
                let message = format!("the constant `{}` is given a value twice", name.text);
                return Err(Diagnostic::at(name.span, message));
            }
            constants.push((name, replacement));
        }
        Ok(())
    }

    /// A section in which nothing stands is one that was not meant so.
    fn some(&self, section: &Token) -> Result<(), Diagnostic> {
        match self.peek() {
            Some(token) if token.is_name() => Ok(()),
            _ => Err(section.error(format!("{} wants a name", section.text))),
        }
    }

    fn constant(&mut self) -> Result<(Name, Replacement), Diagnostic> {
        let (Some(name), Some(sign)) = (self.next(), self.next()) else {
            return Err(Diagnostic::general(
                "a constant at the end of the configuration has no value",
            ));
        };
        let replacement = match sign.text.as_str() {
            "=" => Replacement::Value(self.value(&sign, 0)?),
            "<-" => match self.next() {
                Some(t) if t.is_name() => Replacement::Operator(t.text),
                Some(t) if t.text == "[" => {
                    return Err(t.error("substituting in one module only is outside the subset"));
                }
                _ => return Err(sign.error("the name of an operator must follow")),
            },
            _ => return Err(sign.error("`=` or `<-` must stand here")),
        };
        Ok((name.name(), replacement))
    }

    fn value(&mut self, before: &Token, depth: usize) -> Result<Value, Diagnostic> {
        if depth > MAX_NESTING {
            return Err(before.error("a value nested this deeply is outside the subset"));
        }
        let Some(token) = self.next() else {
            return Err(before.error("a value must follow"));
        };
        let text = token.text.as_str();
        if let Some(string) = text.strip_prefix('"') {
            return Ok(Value::string(string.trim_end_matches('"')));
        }
        match text {
            "TRUE" => Ok(Value::Bool(true)),
            "FALSE" => Ok(Value::Bool(false)),
            "{" => self.set(&token, depth),
            _ if token.is_name() => Ok(Value::Model(text.into())),
            _ => match text.parse() {
                Ok(i) => Ok(Value::Int(i)),
                Err(_) => Err(token.error("this is no value")),
            },
        }
    }

    fn set(&mut self, open: &Token, depth: usize) -> Result<Value, Diagnostic> {
        let mut elements = Vec::new();
        if self.peek().is_some_and(|t| t.text == "}") {
            self.at += 1;
            return Ok(Value::set(elements));
        }
        loop {
            elements.push(self.value(open, depth + 1)?);
            match self.next() {
                Some(t) if t.text == "," => {}
                Some(t) if t.text == "}" => return Ok(Value::set(elements)),
                _ => return Err(open.error("this set does not end")),
            }
        }
    }
}

fn once(place: &mut Option<Name>, section: &Token, reader: &mut Reader) -> Result<(), Diagnostic> {
    match reader.next() {
        Some(name) if name.is_name() && place.is_none() => {
            *place = Some(name.name());
            Ok(())
        }
        Some(name) if name.is_name() => {
            let message = format!("{} is given twice", section.text);
            Err(section.error(message))
        }
        _ => Err(section.error(format!("{} wants a name", section.text))),
    }
}

fn tokens(text: &str, file: FileId) -> Result<Vec<Token>, Diagnostic> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if rest.starts_with("\\*") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("(*") {
            match rest.find("*)") {
                Some(end) => end + 2,
                None => {
                    let (start, end) = (at as u32, at as u32 + 2);
                    return Err(Diagnostic::at(Span { file, start, end }, "this comment does not end"));
                }
            }
        } else if c.is_whitespace() {
            c.len_utf8()
        } else {
            let length = token_length(rest, c);
            let span = Span {
                file,
                start: at as u32,
                end: (at + length) as u32,
            };
            let text = rest[..length].to_string();
            let token = Token { text, span };
            if c == '"' && !(length > 1 && token.text.ends_with('"')) {
                return Err(token.error("this string does not end"));
            }
            tokens.push(token);
            length
        };
        at += length;
    }
    Ok(tokens)
}

fn token_length(rest: &str, first: char) -> usize {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '!';
    let run = |from: usize| {
        let tail = &rest[from..];
        from + tail.find(|c| !word(c)).unwrap_or(tail.len())
    };
    match first {
        '"' => {
            let end = rest[1..].find(['"', '\n']);
            match end.map(|i| i + 1) {
                Some(i) if rest.as_bytes()[i] == b'"' => i + 1,
                Some(i) => i,
                None => rest.len(),
            }
        }
        '<' if rest.starts_with("<-") => 2,
        '-' => run(1),
        c if word(c) => run(0),
        c => c.len_utf8(),
    }
}
