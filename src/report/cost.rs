//! What protocols cost, as tables: a row for each of them.

use indexmap::IndexMap;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::lines::wrapped_after;
use crate::cost::{Asked, Cost, Figure, Most, Outcome};

/// The tables, one for each scenario.
pub fn tables(costs: &[Cost]) -> String {
    let mut text = String::new();
    for here in by_scenario(costs) {
        let rows = table(&here);
        if let ([first, ..], true) = (here.as_slice(), rows.len() > 1) {
            let title = format!("{}: {}", first.scenario, first.story);
            text += &wrapped_after("", "  ", &title);
            text += &aligned(&rows);
            text += "\n";
        }
    }
    text + LEGEND
}

/// The costs in each scenario, in the order in which the scenarios come.
pub(crate) fn by_scenario(costs: &[Cost]) -> Vec<Vec<&Cost>> {
    let mut groups: IndexMap<&str, Vec<&Cost>> = IndexMap::new();
    for cost in costs {
        groups.entry(&cost.scenario).or_default().push(cost);
    }
    groups.into_values().collect()
}

pub(crate) const LEGEND: &str = "\
2-4  fewest and most on any path to the end   2-any  there is no most
*    again and again in some fair run that never comes to the end
";

/// The head, and a row for each protocol.
pub(crate) fn table(costs: &[&Cost]) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    let figures = |cost: &Cost| -> Vec<Figure> {
        let Outcome::Measured(measured) = &cost.outcome else {
            return Vec::new();
        };
        let asked = measured.allocation.as_ref().and_then(|asked| asked.figures.clone());
        measured.exit.clone().or(asked).unwrap_or_default()
    };
    let all: Vec<Vec<Figure>> = costs.iter().map(|cost| figures(cost)).collect();
    for figure in all.iter().flatten() {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    // What nobody does here needs no column.
    let idle = |name: &str| {
        all.iter()
            .flatten()
            .all(|figure| figure.name != name || figure.times.most == Most::Bounded(0))
    };
    names.retain(|name| !idle(name));
    let asked = |cost: &Cost| match &cost.outcome {
        Outcome::Measured(measured) if measured.exit.is_none() => measured.allocation.clone(),
        _ => None,
    };
    let numbers = costs.iter().find_map(|cost| asked(cost));
    let numbers: Vec<String> = numbers
        .iter()
        .flat_map(|asked| &asked.at_next)
        .map(|next| next.name.clone())
        .collect();
    let ends = !numbers.is_empty();
    let mut head = vec![String::new()];
    head.extend(names.iter().map(|name| (*name).to_string()));
    head.extend(numbers.iter().cloned());
    if ends {
        head.push("may end".to_string());
    }
    let mut rows = vec![head];
    for (cost, figures) in costs.iter().zip(&all) {
        let mut row = vec![cost.protocol.clone()];
        if let Outcome::Undecided(why) = &cost.outcome {
            row.push(format!("not decided: {why}"));
            rows.push(row);
            continue;
        }
        for name in &names {
            let figure = figures.iter().find(|figure| figure.name == *name);
            row.push(figure.map_or("-".to_string(), words));
        }
        if let Some(asked) = asked(cost) {
            row.extend(asked.at_next.iter().map(|next| match &next.range {
                None => "-".to_string(),
                Some(range) if range.start() == range.end() => range.start().to_string(),
                Some(range) => format!("{}-{}", range.start(), range.end()),
            }));
            row.push(ways_to_end(&asked));
        }
        rows.push(row);
    }
    let undecided = |cost: &&Cost| matches!(cost.outcome, Outcome::Undecided(_));
    if names.is_empty() && !ends && !costs.iter().any(undecided) {
        rows.truncate(1);
    }
    rows
}

/// `2-4*`
fn words(figure: &Figure) -> String {
    let fewest = figure.times.fewest;
    let times = match figure.times.most {
        Most::Bounded(most) if most == fewest => most.to_string(),
        Most::Bounded(most) => format!("{fewest}-{most}"),
        Most::Unbounded => format!("{fewest}-any"),
    };
    if figure.for_ever { times + "*" } else { times }
}

fn ways_to_end(asked: &Asked) -> String {
    let ways = [
        (asked.figures.is_some(), "served"),
        (asked.never, "never"),
        (asked.panics, "panic"),
        (asked.errors, "error"),
    ];
    let ways: Vec<&str> = ways.into_iter().filter(|(is, _)| *is).map(|(_, way)| way).collect();
    ways.join(", ")
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > 2 || column == 0);
        cells
            .filter_map(|row| row.get(column))
            .map(String::len)
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$} "));
        format!("  {}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(line).collect()
}

/// A protocol in a scenario as a JSON object.
pub fn json(cost: &Cost) -> String {
    let figures = |figures: &Option<Vec<Figure>>| {
        figures.as_ref().map(|figures| {
            let all = figures.iter().map(|figure| {
                let most = figure.times.most.bounded();
                let value =
                    serde_json::json!({ "fewest": figure.times.fewest, "most": most, "for_ever": figure.for_ever });
                (figure.name.clone(), value)
            });
            all.collect::<serde_json::Map<_, _>>()
        })
    };
    let mut object = serde_json::json!({ "protocol": cost.protocol, "scenario": cost.scenario });
    match &cost.outcome {
        Outcome::Undecided(why) => object["not_decided"] = why.clone().into(),
        Outcome::Measured(measured) => {
            object["exit"] = figures(&measured.exit).into();
            if let Some(asked) = &measured.allocation {
                let ranges = asked.at_next.iter().map(|next| {
                    let range = next.range.as_ref().map(|range| [*range.start(), *range.end()]);
                    (next.name.clone(), serde_json::json!(range))
                });
                object["allocation"] = serde_json::json!({
                    "figures": figures(&asked.figures),
                    "at_next_victim": ranges.collect::<serde_json::Map<_, _>>(),
                    "never": asked.never,
                    "panics": asked.panics,
                    "errors": asked.errors,
                });
            }
        }
    }
    object.to_string()
}

/// A plot: what an ordinary exit takes, by protocol; a group of bars for each, in their order. Empty if nobody was measured in that
/// scenario.
///
/// # Errors
///
/// The picture could not be drawn: never, as far as is known.
pub fn plot(costs: &[&Cost]) -> Result<String, String> {
    let rows: Vec<(&str, &[Figure])> = costs
        .iter()
        .filter_map(|cost| match &cost.outcome {
            Outcome::Measured(measured) => Some((cost.protocol.as_str(), measured.exit.as_deref()?)),
            Outcome::Undecided(_) => None,
        })
        .collect();
    let most = |figure: &Figure| figure.times.most.bounded().unwrap_or(0);
    let Some(highest) = rows.iter().flat_map(|(_, figures)| *figures).map(most).max() else {
        return Ok(String::new());
    };
    let mut svg = String::new();
    draw(&rows, highest as i32 + 1, &mut svg).map_err(|error| error.to_string())?;
    Ok(svg)
}

fn draw(rows: &[(&str, &[Figure])], top: i32, svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    const COLORS: [RGBColor; 4] = [
        RGBColor(0x4c, 0x72, 0xb0),
        RGBColor(0xdd, 0x84, 0x52),
        RGBColor(0x55, 0xa8, 0x68),
        RGBColor(0x80, 0x80, 0x80),
    ];
    let area = SVGBackend::with_string(svg, (960, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    // A unit for each bar, and one between the groups.
    let mut shown: Vec<&str> = Vec::new();
    for figure in rows.iter().flat_map(|(_, figures)| *figures) {
        if figure.times.most != Most::Bounded(0) && !shown.contains(&figure.name.as_str()) {
            shown.push(&figure.name);
        }
    }
    let group = shown.len() as i32 + 1;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(190)
        .y_label_area_size(36)
        .build_cartesian_2d(0..rows.len() as i32 * group, 0..top)?;
    let style = ("sans-serif", 12).into_font();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_label_style(style.clone())
        .draw()?;
    for (at, name) in shown.iter().enumerate() {
        let color = COLORS[at % COLORS.len()];
        let bars = rows.iter().enumerate().filter_map(|(row, (_, figures))| {
            let figure = figures.iter().find(|figure| figure.name == *name)?;
            let left = row as i32 * group + at as i32;
            let most = figure.times.most.bounded()? as i32;
            Some(Rectangle::new([(left, 0), (left + 1, most)], color.filled()))
        });
        chart
            .draw_series(bars)?
            .label(*name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 10, y + 4)], color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .label_font(style.clone())
        .draw()?;
    let (_, height) = area.dim_in_pixel();
    let turned = style.transform(FontTransform::Rotate270).color(&BLACK);
    let turned = turned.pos(Pos::new(HPos::Right, VPos::Center));
    for (row, (name, _)) in rows.iter().enumerate() {
        let (x, _) = chart.backend_coord(&(row as i32 * group + group / 2, 0));
        area.draw_text(name, &turned, (x, height as i32 - 196))?;
    }
    area.present()?;
    Ok(())
}
