//! The page as one file: what the server would have answered about the counterexamples lies in it.

use serde_json::{Map, Value, json};

use super::summary::{Shown, Summary};
use super::view::view;
use crate::machine::Machine;
use crate::xml::escaped;

/// Nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The file.
pub(super) fn html(machine: &Machine, summary: &Summary) -> String {
    let runs: Map<String, Value> = summary
        .counterexamples
        .iter()
        .map(|shown| (shown.property.clone(), run(machine, shown)))
        .collect();
    // A script ends where its end tag begins, wherever that stands.
    let data = json!({ "summary": summary, "runs": runs })
        .to_string()
        .replace('<', "\\u003c");
    let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    let style = format!("<style>\n{}</style>", include_str!("page/page.css"));
    let script = format!(
        "<script type=\"application/json\" id=\"offline\">{data}</script>\n<script type=\"module\">\n{}</script>",
        include_str!("page/page.js")
    );
    include_str!("page/index.html")
        .replacen(
            "<meta charset=\"utf-8\">",
            &format!("<meta charset=\"utf-8\">\n{policy}"),
            1,
        )
        .replacen("<link rel=\"stylesheet\" href=\"page.css\">", &style, 1)
        .replacen("<script src=\"page.js\" type=\"module\"></script>\n", "", 1)
        .replacen(
            "<p class=\"notice\">This page needs JavaScript.</p>",
            &texts(summary),
            1,
        )
        .replacen("</body>", &format!("{script}\n</body>"), 1)
}

/// The diagrams as text, for those who run no scripts.
fn texts(summary: &Summary) -> String {
    let mut text = String::from("<style>main, #stateright { display: none } body { overflow: auto }</style>\n");
    if summary.counterexamples.is_empty() {
        text += "<p class=\"notice\">No property is violated.</p>\n";
    }
    for shown in &summary.counterexamples {
        text += &format!("<pre class=\"text\">{}</pre>\n", escaped(&shown.text));
    }
    text
}

/// The states of a counterexample; of each what is not as in the one before.
fn run(machine: &Machine, shown: &Shown) -> Value {
    let mut blocks: Vec<Value> = Vec::new();
    let mut states = Vec::new();
    let (mut svg, mut steps) = (Value::Null, Value::Null);
    for made in 0..=shown.steps.len() {
        let mut view = json!(view(machine, &shown.steps[..made], Some(shown)));
        let Some(fields) = view.as_object_mut() else { continue };
        svg = fields.remove("svg").unwrap_or_default();
        steps = fields.remove("steps").unwrap_or_default();
        // No other step than the next one can be taken here.
        let following = shown.path.get(made + 1).map(|index| json!(index));
        if let Some(Value::Array(next)) = fields.get_mut("next") {
            next.retain(|next| Some(&next["index"]) == following.as_ref());
        }
        if let Some(Value::Array(now)) = fields.remove("blocks") {
            let other = now
                .iter()
                .enumerate()
                .filter(|&(at, block)| blocks.get(at) != Some(block));
            let other: Map<String, Value> = other.map(|(at, block)| (at.to_string(), block.clone())).collect();
            fields.insert("blocks".to_string(), Value::Object(other));
            blocks = now;
        }
        states.push(view);
    }
    json!({ "svg": svg, "steps": steps, "states": states })
}
