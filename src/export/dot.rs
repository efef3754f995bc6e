//! A state graph for Graphviz.

use super::states::{Edge, Node, StateGraph};

/// The graph in the DOT language: the initial state with a thick border, ends by error or panic in red, the path in blue.
pub fn dot(graph: &StateGraph) -> String {
    let mut text = format!("digraph {} {{\n", quoted(&graph.name));
    text += &format!("  label={}; labelloc=t; fontname=\"monospace\";\n", quoted(&graph.name));
    text += "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"monospace\", fontsize=9];\n";
    text += "  edge [fontname=\"monospace\", fontsize=8];\n";
    for (number, node) in graph.nodes.iter().enumerate() {
        text += &format!("  s{number} [label={}{}];\n", label(node), style(number, node));
    }
    for edge in &graph.edges {
        let path = if edge.on_path {
            ", color=\"#0969da\", fontcolor=\"#0969da\", penwidth=2"
        } else {
            ""
        };
        text += &format!("  s{} -> s{} [label={}{path}];\n", edge.from, edge.to, step(edge));
    }
    text + "}\n"
}

/// A line for each thread, and one for how it ended.
fn label(node: &Node) -> String {
    let positions = node.positions.iter();
    let mut lines: Vec<String> = positions.map(|(thread, at)| format!("{thread} {at}")).collect();
    lines.extend(node.ended.clone());
    lines_to_the_left(&lines)
}

fn step(edge: &Edge) -> String {
    let place = format!("{} {}:{}", edge.thread, edge.function, edge.line);
    lines_to_the_left(&[place, edge.text.clone()])
}

fn style(number: usize, node: &Node) -> String {
    let mut style = String::new();
    if node.ended.is_some() {
        style += ", color=\"#d1242f\", fillcolor=\"#ffebe9\", peripheries=2";
    } else if node.on_path {
        style += ", color=\"#0969da\", fillcolor=\"#ddf4ff\"";
    }
    if number == 0 {
        style += ", penwidth=3";
    }
    style
}

/// `\l` ends a line that is set to the left.
fn lines_to_the_left(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| escaped(line) + "\\l").collect();
    format!("\"{lines}\"")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Between quotes only the quote itself means something, and in a label the backslash. A name has no end of line.
fn escaped(text: &str) -> String {
    let plain = text.replace(|c: char| c.is_control(), " ");
    plain.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_graphviz_is_escaped() {
        assert_eq!(quoted("a \"b\" \\ c\nd"), "\"a \\\"b\\\" \\\\ c d\"");
        assert_eq!(lines_to_the_left(&["x\\".into(), "<b>&".into()]), "\"x\\\\\\l<b>&\\l\"");
    }
}
