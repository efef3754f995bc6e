//! Words and brackets of a C text, for what is settled before the grammar sees it: annotations, and brackets that do not match.

use crate::source::{Diagnostic, FileId, Span};

/// What a token is, as far as anybody here cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier, a keyword or a number.
    Word,
    /// A string or a character constant.
    Literal,
    /// One character of punctuation.
    Mark(u8),
}

/// A token; comments and preprocessor lines are none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Whether it is this punctuation mark.
    pub(super) fn is(&self, mark: u8) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    pub(super) fn span(&self, file: FileId) -> Span {
        span(file, self.start, self.end)
    }
}

/// The span of these bytes.
pub(super) fn span(file: FileId, start: usize, end: usize) -> Span {
    Span {
        file,
        start: start as u32,
        end: end as u32,
    }
}

/// The tokens of a text whose comments end and whose brackets match.
pub(super) fn tokens(text: &str, file: FileId) -> Result<Vec<Token>, Diagnostic> {
    let tokens = Lexer::new(text, file, false).run()?;
    match_brackets(text, &tokens, file)?;
    Ok(tokens)
}

/// The tokens of a text that may be anything, each preprocessor line as one.
pub(super) fn words(text: &str, file: FileId) -> Result<Vec<Token>, Diagnostic> {
    Lexer::new(text, file, true).run()
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    file: FileId,
    /// Preprocessor lines are tokens.
    directives: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, file: FileId, directives: bool) -> Self {
        Lexer {
            text,
            bytes: text.as_bytes(),
            at: 0,
            file,
            directives,
        }
    }

    fn run(mut self) -> Result<Vec<Token>, Diagnostic> {
        let mut tokens = Vec::new();
        let mut line_start = true;
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b'\n' => {
                    line_start = true;
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' | b'\x0c' => {
                    self.at += 1;
                    continue;
                }
                b'/' if self.bytes[start..].starts_with(b"/*") || self.bytes[start..].starts_with(b"//") => {
                    self.comment()?;
                    continue;
                }
                b'#' if line_start => {
                    self.directive()?;
                    if self.directives {
                        let (kind, end) = (TokenKind::Literal, self.at);
                        tokens.push(Token { kind, start, end });
                    }
                    continue;
                }
                _ => {}
            }
            line_start = false;
            let kind = if is_word(byte) {
                self.skip_while(is_word);
                TokenKind::Word
            } else if byte == b'"' || byte == b'\'' {
                self.literal(byte);
                TokenKind::Literal
            } else if byte.is_ascii_control() || !byte.is_ascii() {
                return Err(self.stray_character());
            } else {
                self.at += 1;
                TokenKind::Mark(byte)
            };
            tokens.push(Token {
                kind,
                start,
                end: self.at,
            });
        }
        Ok(tokens)
    }

    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&b| accept(b)) {
            self.at += 1;
        }
    }

    fn comment(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        if self.bytes[start..].starts_with(b"//") {
            self.skip_while(|b| b != b'\n');
            return Ok(());
        }
        match self.text[start + 2..].find("*/") {
            Some(length) => {
                self.at = start + 2 + length + 2;
                Ok(())
            }
            None => Err(
                Diagnostic::at(span(self.file, start, start + 2), "comment without an end")
                    .label("starts here")
                    .help("close it with `*/`"),
            ),
        }
    }

    /// To the end of the line, over continued lines and comments.
    fn directive(&mut self) -> Result<(), Diagnostic> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => break,
                b'\\' => {
                    self.at += 1;
                    if self.bytes.get(self.at) == Some(&b'\r') {
                        self.at += 1;
                    }
                    if self.bytes.get(self.at) == Some(&b'\n') {
                        self.at += 1;
                    }
                }
                b'/' if self.bytes[self.at..].starts_with(b"/*") => self.comment()?,
                b'/' if self.bytes[self.at..].starts_with(b"//") => self.comment()?,
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn literal(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'\\' => self.at += 1,
                _ => {}
            }
            self.at += 1;
            if byte == quote {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn stray_character(&self) -> Diagnostic {
        let character = self.text[self.at..].chars().next().unwrap_or(' ');
        let end = self.at + character.len_utf8();
        Diagnostic::at(span(self.file, self.at, end), format!("stray character {character:?}"))
            .help("outside comments a listing is plain ASCII")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A closing bracket for each opening one. Where one is missing, the grammar's own recovery would blame a place far away.
fn match_brackets(text: &str, tokens: &[Token], file: FileId) -> Result<(), Diagnostic> {
    let mut open: Vec<Token> = Vec::new();
    let mut suspect = None;
    for token in tokens {
        let TokenKind::Mark(mark) = token.kind else {
            if let Some(last) = open.last()
                && starts_definition(text, token)
            {
                suspect.get_or_insert(*last);
            }
            continue;
        };
        match mark {
            b'(' | b'[' | b'{' => open.push(*token),
            b')' | b']' | b'}' => match open.pop() {
                Some(opening) if opening.is(partner(mark)) => {}
                Some(opening) => return Err(unclosed(suspect.unwrap_or(opening), file)),
                None => {
                    return Err(
                        Diagnostic::at(token.span(file), format!("`{}` closes nothing", mark as char)).help(format!(
                            "remove it, or write the `{}` it belongs to",
                            partner(mark) as char
                        )),
                    );
                }
            },
            _ => {}
        }
    }
    match open.pop() {
        Some(opening) => Err(unclosed(suspect.unwrap_or(opening), file)),
        None => Ok(()),
    }
}

/// A word in the first column, which in kernel style starts a definition (or is a label).
fn starts_definition(text: &str, token: &Token) -> bool {
    let first_column = token.start == 0 || text.as_bytes()[token.start - 1] == b'\n';
    first_column && token.kind == TokenKind::Word && !text[token.end..].trim_start().starts_with(':')
}

fn unclosed(opening: Token, file: FileId) -> Diagnostic {
    let TokenKind::Mark(mark) = opening.kind else {
        return Diagnostic::at(opening.span(file), "unexpected bracket");
    };
    let closing = match mark {
        b'(' => ')',
        b'[' => ']',
        _ => '}',
    };
    Diagnostic::at(opening.span(file), format!("`{}` is never closed", mark as char))
        .help(format!("write the `{closing}` that belongs to it"))
}

fn partner(closing: u8) -> u8 {
    match closing {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(text: &str) -> Result<Vec<&str>, (String, &str)> {
        match tokens(text, FileId(0)) {
            Ok(tokens) => Ok(tokens.iter().map(|t| &text[t.start..t.end]).collect()),
            Err(error) => {
                let place = error.span.map_or("", |s| &text[s.start as usize..]);
                Err((error.message, place))
            }
        }
    }

    #[test]
    fn comments_directives_and_literals_hide_their_content() {
        let text = "a /* ( */ // {\n#define X ( /* \n } */ [\n\"(\\\"\" '{' b->c";
        assert_eq!(lex(text), Ok(vec!["a", "\"(\\\"\"", "'{'", "b", "-", ">", "c"]));
    }

    #[test]
    fn a_missing_bracket_is_blamed_where_it_was_opened() {
        let text = "void f(void)\n{\n\tif (a) {\n\t\tb();\n}\nvoid g(void)\n{\n}\n";
        let (message, place) = lex(text).unwrap_err();
        assert_eq!(message, "`{` is never closed");
        assert!(place.starts_with("{\n\tif"), "{place}");
        let (message, place) = lex("if (a {\n}").unwrap_err();
        assert_eq!(message, "`(` is never closed");
        assert!(place.starts_with("(a"));
        let (message, place) = lex("a }").unwrap_err();
        assert_eq!((message.as_str(), place), ("`}` closes nothing", "}"));
    }

    #[test]
    fn ends_are_required_and_strange_characters_refused() {
        assert_eq!(lex("a /* b"), Err(("comment without an end".into(), "/* b")));
        assert_eq!(lex("a \0"), Err(("stray character '\\0'".into(), "\0")));
        assert_eq!(lex("ä"), Err(("stray character 'ä'".into(), "ä")));
        assert_eq!(lex("\"abc\\"), Ok(vec!["\"abc\\"]));
    }
}
