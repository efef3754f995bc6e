//! Colour where a terminal is: it repeats what the characters say, and nothing is told by it alone.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

const BAD: Style = AnsiColor::Red.on_default().bold();
const NEWS: Style = AnsiColor::Magenta.on_default().bold();
const DESIGN: Style = AnsiColor::Yellow.on_default();
const QUIET: Style = Style::new().dimmed();
const TITLE: Style = Style::new().bold();

/// What marks the step that went wrong.
const MARKS: [&str; 2] = ["<-- BUG", "<-- HERE"];

/// The text of a check in colours. What is no terminal gets it without: `anstream` takes them out again, as `NO_COLOR` asks it to.
pub fn painted(text: &str) -> String {
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> Cow<'_, str> {
    let (words, end) = match line.strip_suffix('\n') {
        Some(words) => (words, "\n"),
        None => (line, ""),
    };
    if let Some((before, mark)) = MARKS.iter().find_map(|mark| Some((words.strip_suffix(mark)?, mark))) {
        return format!("{before}{BAD}{mark}{BAD:#}{end}").into();
    }
    if let Some(row) = row(words) {
        return (row + end).into();
    }
    if !words.starts_with(' ') && words.contains(" is violated") {
        return format!("{TITLE}{words}{TITLE:#}{end}").into();
    }
    if let Some(rest) = words.strip_prefix("  X ") {
        return format!("  {BAD}X{BAD:#} {rest}{end}").into();
    }
    line.into()
}

/// A row of the matrix: a name, and marks only.
fn row(words: &str) -> Option<String> {
    // Two blanks are where the marks begin.
    let marks = words.find("  ").map(|end| words.split_at(end))?.1;
    let is_mark = |word: &str| word.len() == 1 && ".Xx!v-?".contains(word);
    let mut count = 0;
    for word in marks.split_whitespace() {
        count += 1;
        if !is_mark(word) {
            return None;
        }
    }
    if count < 2 || words.starts_with(' ') {
        return None;
    }
    let (name, marks) = words.split_at(words.len() - marks.len());
    let mark = |mark: char| match mark {
        'X' => format!("{BAD}X{BAD:#}"),
        '!' => format!("{NEWS}!{NEWS:#}"),
        'x' => format!("{DESIGN}x{DESIGN:#}"),
        'v' | '-' | '?' => format!("{QUIET}{mark}{QUIET:#}"),
        other => other.to_string(),
    };
    Some(name.to_string() + &marks.chars().map(mark).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = concat!(
        "          UF DU\n",
        "alone     X  .\n",
        "v4.14     x  !\n",
        "\n",
        "  X  broken by mistake\n",
        "v4.14 in alone: NoUseAfterFree is violated (3 steps)\n",
        "  use()   <-- BUG\n",
        "  and X  .\n",
    );

    #[test]
    fn colours_change_no_character() {
        let painted = painted(TEXT);
        assert_ne!(painted, TEXT);
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), TEXT);
    }

    #[test]
    fn marks_have_colours_and_words_have_none() {
        let painted = painted(TEXT);
        let lines: Vec<&str> = painted.lines().collect();
        assert_eq!(lines[1], format!("alone     {BAD}X{BAD:#}  ."));
        assert_eq!(lines[2], format!("v4.14     {DESIGN}x{DESIGN:#}  {NEWS}!{NEWS:#}"));
        assert_eq!(lines[7], "  and X  .");
    }
}
