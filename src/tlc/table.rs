//! What comparisons came to, as a file that is checked in: each line says which text of a module it speaks of.

use serde::{Deserialize, Serialize};

use super::compare::{Agreement, Answer};
use super::digest::digest;
use crate::check::Checked;
use crate::export::tla::Export;

/// All comparisons.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// One for each protocol and scenario.
    pub records: Vec<Record>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The protocol.
    pub protocol: String,
    /// The scenario.
    pub scenario: String,
    /// SHA-256 of everything that TLC read, but for where in a listing a step stands.
    pub text: String,
    /// Distinct states here.
    pub distinct: usize,
    /// Distinct states in TLC.
    pub distinct_tlc: usize,
    /// Depth, the same in both.
    pub depth: usize,
    /// Whether TLC was also asked for what takes a search for fair cycles.
    pub lassos: bool,
    /// The properties that TLC decided alike, with the answer: `holds`, `violated in 36 steps`, `violated by a lasso`.
    pub properties: Vec<(String, String)>,
    /// Seconds here.
    pub seconds_here: f64,
    /// Seconds in TLC, all runs.
    pub seconds_tlc: f64,
    /// Seconds of TLC's longest run.
    pub longest: f64,
}

impl Record {
    /// The record of a comparison without disagreements.
    pub fn new(checked: &Checked, export: &Export, agreement: &Agreement) -> Self {
        let seconds = |time: std::time::Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
        Record {
            protocol: checked.instance.protocol.clone(),
            scenario: checked.instance.scenario.clone(),
            text: digest(export),
            distinct: agreement.distinct.0,
            distinct_tlc: agreement.distinct.1,
            depth: agreement.depth.1,
            lassos: agreement.lassos,
            properties: agreement
                .rows
                .iter()
                .map(|row| (row.property.clone(), words(row.there)))
                .collect(),
            seconds_here: seconds(agreement.time.0),
            seconds_tlc: seconds(agreement.time.1),
            longest: seconds(agreement.longest),
        }
    }

    /// Whether it speaks of this text.
    pub fn is_of(&self, export: &Export) -> bool {
        self.text == digest(export)
    }
}

impl Table {
    /// Reads a file that [`Table::to_json`] wrote.
    pub fn parse(text: &str) -> Result<Table, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The comparison of a protocol in a scenario.
    pub fn find(&self, protocol: &str, scenario: &str) -> Option<&Record> {
        let mut records = self.records.iter();
        records.find(|record| record.protocol == protocol && record.scenario == scenario)
    }

    /// Adds a comparison, in the place of an older one.
    pub fn insert(&mut self, record: Record) {
        let same = |other: &&mut Record| other.protocol == record.protocol && other.scenario == record.scenario;
        match self.records.iter_mut().find(same) {
            Some(place) => *place = record,
            None => self.records.push(record),
        }
    }

    /// Forgets the comparison of a protocol in a scenario if it was of another text.
    pub fn forget_older(&mut self, protocol: &str, scenario: &str, export: &Export) {
        self.records
            .retain(|record| record.protocol != protocol || record.scenario != scenario || record.is_of(export));
    }

    /// Puts the records into the order of their names, so that the file does not depend on who was first.
    pub fn sort(&mut self) {
        let key = |record: &Record| (record.protocol.clone(), record.scenario.clone());
        self.records.sort_by_key(key);
    }

    /// As a page for people.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "# TLC's second opinion\n\n\
             These {} graphs were exported (`oomspec export tla`) and given to TLC 2.15, one worker. Both explored the\n\
             same number of distinct states to the same depth, and agreed on every property: *held* counts those that hold,\n\
             *violated* those that do not, with equal length where TLC's counterexample is the shortest. Made by\n\
             `oomspec tlc --resume`; the seconds are wall-clock time on the machine that asked, TLC's with the start of each JVM.\n\n",
            self.records.len()
        );
        if self.records.iter().any(|record| !record.lassos) {
            text += "A star marks the graphs of which TLC was asked no lassos: its search for fair cycles takes a minute or more there.\n\n";
        }
        text += "| protocol | scenario | distinct states here | in TLC | depth | held | violated | seconds here | in TLC |\n\
                 |---|---|--:|--:|--:|--:|---|--:|--:|\n";
        for record in &self.records {
            let held = record.properties.iter().filter(|(_, answer)| answer == HOLDS).count();
            let violated: Vec<String> = record
                .properties
                .iter()
                .filter(|(_, answer)| answer != HOLDS)
                .map(|(name, answer)| format!("{name} ({})", answer.trim_start_matches("violated ")))
                .collect();
            text += &format!(
                "| {} | {} | {} | {}{} | {} | {held} | {} | {:.2} | {:.0} |\n",
                record.protocol,
                record.scenario,
                record.distinct,
                record.distinct_tlc,
                if record.lassos { "" } else { " *" },
                record.depth,
                violated.join(", "),
                record.seconds_here,
                record.seconds_tlc
            );
        }
        text
    }
}

const HOLDS: &str = "holds";

fn words(answer: Answer) -> String {
    match answer {
        Answer::Holds => HOLDS.to_string(),
        Answer::Violated(steps) => format!("violated in {steps} steps"),
        Answer::Lasso => "violated by a lasso".to_string(),
    }
}
