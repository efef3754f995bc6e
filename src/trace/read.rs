//! A file as a trace: which text it is, and whether all of it is there.

use std::io::Read as _;
use std::path::Path;

use super::event::{self, Event, Line};
use crate::input;
use crate::source::Diagnostic;

/// The longest trace, in bytes, after unpacking.
const MAX_TRACE: u64 = 64 << 20;

/// What was recorded.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The file, for messages.
    pub name: String,
    /// The lines before and between the events, without their `#`.
    pub notes: Vec<String>,
    /// The events by time; those of one processor as they were written.
    pub events: Vec<Event>,
    /// Events that the kernel says it lost.
    pub lost: u64,
    /// Events that are left out, because the kernel printed their addresses as hashes.
    pub hashed: usize,
    /// What is odd about the file, in words: lines that are none of a trace, a tail that is cut.
    pub odd: Vec<String>,
}

impl Trace {
    /// The version of the kernel that was running, such as `6.1.0-56`: from `Linux 6.1.0-56 …`, or perf's `# os release : …`.
    pub fn release(&self) -> Option<&str> {
        self.notes.iter().find_map(|note| {
            let after = |word: &str| note.split_once(word).map(|(_, rest)| rest);
            let rest = after("Linux version ")
                .or_else(|| after("Linux "))
                .or_else(|| after("os release : "))?;
            let word = rest.split_whitespace().next()?;
            word.starts_with(|letter: char| letter.is_ascii_digit()).then_some(word)
        })
    }
}

impl Trace {
    /// The clock of the trace, where a note says it as the kernel does: `trace_clock: local [global] …`.
    pub fn clock(&self) -> Option<&str> {
        let note = self.notes.iter().find_map(|note| note.split_once("trace_clock:"))?.1;
        Some(note.split_once('[')?.1.split_once(']')?.0)
    }
}

/// Reads a trace: the text of `/sys/kernel/tracing/trace`, of `trace-cmd report` or of `perf script`, plain or gzip.
///
/// # Errors
///
/// What is no such text, or more than one; what is longer than 64 MiB.
pub fn read(path: &Path) -> Result<Trace, Diagnostic> {
    let bytes = unpacked(path, input::bytes(path, MAX_TRACE)?)?;
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    parse(&name, &bytes)
}

fn unpacked(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Diagnostic> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .take(MAX_TRACE + 1)
        .read_to_end(&mut plain);
    let name = path.display();
    read.map_err(|error| {
        Diagnostic::general(format!("{name} cannot be unpacked: {error}"))
            .help("unpack it with gunzip, and name what comes out")
    })?;
    match plain.len() as u64 > MAX_TRACE {
        true => Err(
            Diagnostic::general(format!("{name} is longer than 64 MiB when it is unpacked"))
                .help("cut out the seconds around the kill"),
        ),
        false => Ok(plain),
    }
}

/// Reads the text of a trace.
///
/// # Errors
///
/// As [`read`].
pub fn parse(name: &str, bytes: &[u8]) -> Result<Trace, Diagnostic> {
    if bytes.contains(&0) {
        return Err(Diagnostic::general(format!("{name} is binary"))
            .help("give the text: what `trace-cmd report` or `perf script` prints, or /sys/kernel/tracing/trace"));
    }
    let text = String::from_utf8_lossy(bytes);
    let mut trace = Trace {
        name: name.to_string(),
        ..Trace::default()
    };
    let (mut headers, mut strange, mut first_strange) = (0, 0, None);
    let (mut buffered, mut written): (Option<u64>, Option<u64>) = (None, None);
    let lines = text.lines().count();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        if let Some(note) = line.trim_start().strip_prefix('#') {
            let note = note.trim();
            headers += usize::from(note.starts_with("tracer:") || note.starts_with("captured on"));
            if let Some((_, counts)) = note.split_once("entries-in-buffer/entries-written:") {
                let counts = counts
                    .split_whitespace()
                    .next()
                    .and_then(|counts| counts.split_once('/'));
                (buffered, written) = counts.map_or((None, None), |(a, b)| (a.parse().ok(), b.parse().ok()));
            }
            if let Some((_, dropped)) = note
                .rsplit_once("overrun: ")
                .or_else(|| note.rsplit_once("dropped events: "))
            {
                trace.lost += dropped.trim().parse().unwrap_or(0);
            }
            trace.notes.push(note.to_string());
            continue;
        }
        match event::line(number, line) {
            Some(Line::Event(event)) if event.fields.are_hashed() => trace.hashed += 1,
            Some(Line::Event(event)) => trace.events.push(event),
            Some(Line::Lost(lost)) => trace.lost += lost,
            None if line.trim().is_empty() || line.starts_with("cpus=") || line.starts_with("version = ") => {}
            None if number == lines && !text.ends_with('\n') => trace.odd.push(format!("line {number} is cut short")),
            None => {
                strange += 1;
                first_strange.get_or_insert(number);
            }
        }
    }
    if headers > 1 {
        return Err(
            Diagnostic::general(format!("{name} holds more than one trace")).help("save each in a file of its own")
        );
    }
    if trace.events.is_empty() && trace.hashed > 0 {
        return Err(
            Diagnostic::general(format!("all events of {name} name addresses by hashes"))
                .help("record it again: echo 0 > /sys/kernel/tracing/options/hash-ptr before it begins"),
        );
    }
    if trace.events.is_empty() || strange > trace.events.len() {
        return Err(Diagnostic::general(format!(
            "{name} is no trace: {} of {lines} lines are events",
            trace.events.len()
        ))
        .help("give the text of /sys/kernel/tracing/trace, or what `trace-cmd report` or `perf script` prints"));
    }
    if let Some(line) = first_strange {
        trace
            .odd
            .push(format!("{strange} lines are no events, line {line} first"));
    }
    if let (Some(buffered), Some(written)) = (buffered, written) {
        let there = (trace.events.len() + trace.hashed) as u64;
        trace.lost += written.saturating_sub(buffered);
        if there < buffered {
            trace.odd.push(format!("{there} of {buffered} events are in the file"));
        }
    }
    in_order(&mut trace, name)?;
    Ok(trace)
}

/// By time. A processor writes its events in order: if they are not, this is more than one trace, or a clock that goes back.
fn in_order(trace: &mut Trace, name: &str) -> Result<(), Diagnostic> {
    let mut last = std::collections::HashMap::new();
    for event in &trace.events {
        let before = last.insert(event.cpu, event.time).unwrap_or(0);
        if event.time < before {
            return Err(Diagnostic::general(format!(
                "{name}: time goes back on processor {} in line {}",
                event.cpu, event.line
            ))
            .help("save one trace in one file, recorded with `trace_clock` global or mono"));
        }
    }
    trace.events.sort_by_key(|event| event.time);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = " a-1 [000] ..... 1.000001: put: x=1\n";

    #[test]
    fn bad_files_are_errors_that_say_what_to_do() {
        let message = |text: &[u8]| parse("t", text).unwrap_err().message;
        assert_eq!(message(b"a\0b"), "t is binary");
        let hashed = LINE.replace("x=1", "x=00000000deadbeef");
        assert_eq!(message(hashed.as_bytes()), "all events of t name addresses by hashes");
        assert_eq!(message(b"hello\nworld\n"), "t is no trace: 0 of 2 lines are events");
        let two = format!("# tracer: nop\n{LINE}# tracer: nop\n{LINE}");
        assert_eq!(message(two.as_bytes()), "t holds more than one trace");
        let back = format!("{LINE} a-1 [000] ..... 0.5: put: x=1\n");
        assert_eq!(message(back.as_bytes()), "t: time goes back on processor 0 in line 2");
    }

    #[test]
    fn what_is_missing_is_remembered() {
        let trace = parse(
            "t",
            format!("# entries-in-buffer/entries-written: 3/5   #P:2\n{LINE} a-1 [00").as_bytes(),
        )
        .unwrap();
        assert_eq!(trace.lost, 2);
        assert_eq!(trace.odd, ["line 3 is cut short", "1 of 3 events are in the file"]);
    }

    #[test]
    fn the_kernel_says_which_it_is() {
        let trace = parse("t", format!("# kernel: Linux 6.1.0-56-cloud #1 SMP\n{LINE}").as_bytes()).unwrap();
        assert_eq!(trace.release(), Some("6.1.0-56-cloud"));
    }
}
