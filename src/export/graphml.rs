//! A state graph for Gephi, yEd and whoever else reads GraphML.

use super::states::{Edge, Node, StateGraph};
use crate::xml::escaped;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="initial" for="node" attr.name="initial" attr.type="boolean"><default>false</default></key>
  <key id="ended" for="node" attr.name="ended" attr.type="string"/>
  <key id="path" for="all" attr.name="path" attr.type="boolean"><default>false</default></key>
  <key id="thread" for="edge" attr.name="thread" attr.type="string"/>
  <key id="function" for="edge" attr.name="function" attr.type="string"/>
  <key id="line" for="edge" attr.name="line" attr.type="int"/>
  <key id="text" for="edge" attr.name="text" attr.type="string"/>
"#;

/// The graph as GraphML: positions, ends and the path are data of the nodes; thread, function, line and text those of the edges.
pub fn graphml(graph: &StateGraph) -> String {
    let mut text = HEAD.to_string();
    text += &format!("  <graph id=\"{}\" edgedefault=\"directed\">\n", escaped(&graph.name));
    for (number, node) in graph.nodes.iter().enumerate() {
        text += &format!("    <node id=\"s{number}\">{}</node>\n", of_node(number, node));
    }
    for (number, edge) in graph.edges.iter().enumerate() {
        let Edge { from, to, .. } = edge;
        let ends = format!("id=\"e{number}\" source=\"s{from}\" target=\"s{to}\"");
        text += &format!("    <edge {ends}>{}</edge>\n", of_edge(edge));
    }
    text + "  </graph>\n</graphml>\n"
}

fn of_node(number: usize, node: &Node) -> String {
    let positions = node.positions.iter();
    let lines: Vec<String> = positions.map(|(thread, at)| format!("{thread} {at}")).collect();
    let mut text = data("label", &lines.join("\n"));
    if number == 0 {
        text += &data("initial", "true");
    }
    if let Some(ended) = &node.ended {
        text += &data("ended", ended);
    }
    if node.on_path {
        text += &data("path", "true");
    }
    text
}

fn of_edge(edge: &Edge) -> String {
    let mut text = data("thread", &edge.thread);
    text += &data("function", &edge.function);
    text += &data("line", &edge.line.to_string());
    text += &data("text", &edge.text);
    if edge.on_path {
        text += &data("path", "true");
    }
    text
}

fn data(key: &str, value: &str) -> String {
    format!("<data key=\"{key}\">{}</data>", escaped(value))
}
