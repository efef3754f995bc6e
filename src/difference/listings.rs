//! What changed between two listings, as a unified diff of all that is in force: headers included, stories left out.

use similar::TextDiff;

/// The diff of two flattened listings; empty if they say the same.
pub fn listings(first: &str, second: &str) -> String {
    let (first, second) = (code(first), code(second));
    let diff = TextDiff::from_lines(&first, &second);
    let lines: Vec<&str> = first.lines().collect();
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let starts = hunk.ops().first().map_or(0, |op| op.old_range().start);
        let inside = function(&lines[..starts.min(lines.len())]);
        text += format!("{} {inside}", hunk.header()).trim_end();
        text += "\n";
        for change in hunk.iter_changes() {
            text += &change.tag().to_string();
            text += change.value();
            if change.missing_newline() {
                text += "\n";
            }
        }
    }
    text
}

/// The function that the last of some lines stands in, as `diff -p` shows it.
fn function<'t>(lines: &[&'t str]) -> &'t str {
    let mut back = lines.iter().rev().take_while(|line| **line != "}");
    let head = back.find(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('('));
    head.map_or("", |head| head.split("/*").next().unwrap_or(head).trim_end())
}

/// A flattened listing without its story, and without where each function comes from.
fn code(text: &str) -> String {
    let code = match text.find("/**").zip(text.find("*/")) {
        Some((start, end)) if start < end => text[end + 2..].trim_start(),
        _ => text,
    };
    let lines = code.lines().filter(|line| !is_origin(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// `/* linux/v4.15.c:64 */`
fn is_origin(line: &str) -> bool {
    let inside = line.strip_prefix("/* ").and_then(|line| line.strip_suffix(" */"));
    let place = inside.and_then(|inside| inside.rsplit_once(':'));
    place
        .is_some_and(|(file, line)| !file.contains(' ') && !line.is_empty() && line.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_does_is_compared_and_not_where_it_stands() {
        let first = "/** A story.\n */\nint x;\n\n/* a.c:1 */\nvoid f(void)\n{\n\tg();\n\th();\n}\n";
        let second = "/** Another. */\nint x;\n\n/* b.c:7 */\nvoid f(void)\n{\n\th();\n}\n";
        let diff = listings(first, second);
        assert!(diff.contains("-\tg();\n"), "{diff}");
        assert_eq!(
            diff.lines().filter(|line| line.starts_with(['-', '+'])).count(),
            1,
            "{diff}"
        );
        assert_eq!(listings(first, &first.replace("a.c:1", "c.c:9")), "");
    }
}
