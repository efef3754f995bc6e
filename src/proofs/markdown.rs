//! Markdown as GitHub reads it.

/// Text of a listing's comment as a paragraph: what looks like code is set as code, the rest means nothing to Markdown.
pub(crate) fn prose(text: &str) -> String {
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let bare = word
        .trim_matches(|c: char| "(,.:;".contains(c))
        .trim_end_matches(['"', '\'']);
    let bare = match word.find(bare) {
        // The parenthesis that opens before a call does not belong to it, the pair at its end does.
        Some(at) if bare.ends_with("())") => &word[at..at + bare.len() - 1],
        _ if bare.ends_with(')') && !bare.contains('(') => bare.trim_end_matches(')'),
        _ => bare,
    };
    let name = bare.strip_suffix("()").unwrap_or(bare);
    let is_code = (bare.ends_with("()") || name.contains('_') || name.contains("->"))
        && name.contains(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_->.".contains(c));
    match word.find(bare) {
        Some(at) if is_code => {
            let (before, after) = (&word[..at], &word[at + bare.len()..]);
            format!("{}`{bare}`{}", plain(before), plain(after))
        }
        _ => plain(word),
    }
}

/// Text that means nothing to Markdown.
pub(crate) fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Code within a line.
pub(crate) fn code(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// A block of code.
pub(crate) fn block(language: &str, text: &str) -> String {
    let mut fence = "```".to_string();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// Lines of shell, each with a comment.
pub(crate) fn commands(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let lines = lines
        .iter()
        .map(|(command, what)| format!("{command:width$}  # {what}"));
    block("sh", &lines.collect::<Vec<_>>().join("\n"))
}

/// A link; the text is Markdown.
pub(crate) fn link(text: &str, target: &str) -> String {
    format!("[{text}]({target})")
}

/// Something to unfold.
pub(crate) fn details(summary: &str, body: &str) -> String {
    format!(
        "<details><summary>{summary}</summary>\n\n{}\n\n</details>\n",
        body.trim_end()
    )
}

/// A table; the cells are Markdown without line breaks. Columns whose head is a link are centered.
pub(crate) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = |cell: &String| if cell.starts_with('[') { ":-:" } else { "---" }.to_string();
    let rule: Vec<String> = head.iter().map(rule).collect();
    let rows: String = rows.iter().map(|cells| row(cells)).collect();
    row(head) + &row(&rule) + &rows
}

/// The anchor that GitHub gives a heading.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_code_is_set_as_code() {
        assert_eq!(
            prose("the flag MMF_X, (as in exit_it()) and p->q: see v1.2 [a] 2*3"),
            "the flag `MMF_X`, (as in `exit_it()`) and `p->q`: see v1.2 \\[a\\] 2\\*3"
        );
        assert_eq!(prose("wait (for x_y) twice"), "wait (for `x_y`) twice");
        assert_eq!(prose("a < b && c"), "a &lt; b &amp;&amp; c");
        assert_eq!(prose("... () _"), "... () \\_");
    }

    #[test]
    fn anchors_are_those_of_github() {
        assert_eq!(anchor("v4.14 in foreign-mmput"), "v414-in-foreign-mmput");
        assert_eq!(anchor("`__put()`"), "__put");
    }

    #[test]
    fn a_block_ends_where_it_ends() {
        assert_eq!(block("c", "a\n```\nb\n"), "````c\na\n```\nb\n````\n");
    }
}
