//! One line of a trace.

/// What a field says, as far as it is a number.
pub type Value = u64;

/// The fields of an event, in the order of the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The text of a field.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A field as a number: decimal, `0x…`, a bare address, `true` or `false`.
    pub fn number(&self, name: &str) -> Option<Value> {
        number(self.text(name)?)
    }

    /// An address was printed by `%p` without `no_hash_pointers`: `(____ptrval____)`, or 32 bits of nothing in front of a hash.
    pub(super) fn are_hashed(&self) -> bool {
        self.0.iter().any(|(_, value)| {
            let hash = value.strip_prefix("00000000").filter(|hash| hash.len() == 8);
            let digits = |hash: &str| hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && hash != "00000000";
            value == "(____ptrval____)" || hash.is_some_and(digits)
        })
    }
}

fn number(text: &str) -> Option<Value> {
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok();
    }
    match text {
        "true" => Some(1),
        "false" => Some(0),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ if text.len() >= 8 => u64::from_str_radix(text, 16).ok(),
        _ => None,
    }
}

/// An event: who was running where when it was written, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The line of the file, from 1.
    pub line: usize,
    /// The name of the task.
    pub comm: String,
    /// Its number.
    pub pid: u32,
    /// The processor.
    pub cpu: u32,
    /// Microseconds.
    pub time: u64,
    /// The time as it is written.
    pub stamp: String,
    /// The event's own name.
    pub name: String,
    /// The function at whose entry it is, or `f__return`, where the line says so: what a probe there should be called.
    pub function: Option<String>,
    /// Its fields.
    pub fields: Fields,
}

/// What a line of a trace can be.
pub(super) enum Line {
    Event(Event),
    /// So many events were lost here.
    Lost(u64),
}

/// Reads a line that is no comment; nothing if it is no line of a trace.
pub(super) fn line(number: usize, text: &str) -> Option<Line> {
    if let Some(lost) = lost(text) {
        return Some(Line::Lost(lost));
    }
    let (task, cpu, rest) = processor(text)?;
    let (comm, pid) = task_of(task)?;
    let (stamp, time, rest) = stamp(rest)?;
    let (name, function, fields) = body(rest)?;
    Some(Line::Event(Event {
        line: number,
        comm,
        pid,
        cpu,
        time,
        stamp,
        name,
        function,
        fields,
    }))
}

/// `CPU:1 [LOST 43 EVENTS]`, and `CPU:1 [EVENTS DROPPED]`.
fn lost(text: &str) -> Option<u64> {
    let rest = text.trim_start().strip_prefix("CPU:")?;
    let (_, rest) = rest.split_once('[')?;
    let number = rest.split(' ').find_map(|word| word.parse().ok());
    (rest.contains("LOST") || rest.contains("DROPPED")).then(|| number.unwrap_or(1))
}

/// Splits at the first `[001]` that a task's number stands before.
fn processor(text: &str) -> Option<(&str, u32, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('[') {
        let open = from + open;
        let close = open + text[open..].find(']')?;
        let cpu = &text[open + 1..close];
        if !cpu.is_empty() && cpu.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some((text[..open].trim_end(), cpu.parse().ok()?, &text[close + 1..]));
        }
        from = open + 1;
    }
    None
}

/// `victim-102`, `victim-102 (102)`, `victim 102`, `victim 100/102`, `<...>-102`: the name and the thread's number.
fn task_of(text: &str) -> Option<(String, u32)> {
    let text = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((task, _)) => task.trim_end(),
        None => text,
    };
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (name, pid) = text.split_at(text.len() - digits);
    let name = match name.strip_suffix('/') {
        Some(process) => process.trim_end_matches(|letter: char| letter.is_ascii_digit()),
        None => name,
    };
    let name = name.trim_end();
    let name = name.strip_suffix('-').unwrap_or(name);
    Some((name.trim().to_string(), pid.parse().ok()?))
}

/// The first word that is a time with a colon behind it; flags may stand before it.
fn stamp(text: &str) -> Option<(String, u64, &str)> {
    let mut rest = text.trim_start();
    for _ in 0..3 {
        let (word, after) = rest.split_once(char::is_whitespace)?;
        if let Some(time) = word.strip_suffix(':').and_then(micros) {
            return Some((word[..word.len() - 1].to_string(), time, after.trim_start()));
        }
        rest = after.trim_start();
    }
    None
}

fn micros(text: &str) -> Option<u64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.get(..fraction.len().min(6))?;
    let fraction: u64 = format!("{digits:0<6}").parse().ok()?;
    seconds
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(fraction)
}

/// `probe:name: (function+0x0/0x40) a=b`, `name: a=b`, and the function tracer's `function <-caller`.
fn body(text: &str) -> Option<(String, Option<String>, Fields)> {
    let word = text.split_whitespace().next()?;
    let Some(name) = word.strip_suffix(':') else {
        let traced = text.split_once("<-").is_some_and(|(before, _)| before.trim() == word);
        return traced.then(|| (word.to_string(), None, Fields::default()));
    };
    let name = name.rsplit(':').next().unwrap_or(name).to_string();
    let rest = text[word.len()..].trim_start();
    let (place, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((place, rest)) => (Some(place), rest),
        None => (None, rest),
    };
    let fields = rest.split_whitespace().filter_map(|word| word.split_once('='));
    let fields = fields.map(|(field, value)| (field.to_string(), value.trim_end_matches(',').to_string()));
    Some((name, place.and_then(function), Fields(fields.collect())))
}

/// `f+0x0/0x310` is the entry of `f`, `caller <- f` a return of it. What lies within a function, and an address, say nothing.
fn function(place: &str) -> Option<String> {
    let named = |text: &str| {
        let (name, offset) = text.trim().split_once('+').unwrap_or((text.trim(), "0x0"));
        (!name.is_empty()
            && offset.split('/').next() == Some("0x0")
            && !name.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !name.starts_with("0x"))
        .then(|| name.to_string())
    };
    match place.split_once("<-") {
        Some((_, returns)) => Some(format!("{}__return", named(returns)?)),
        None => named(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        match line(1, text) {
            Some(Line::Event(event)) => event,
            _ => panic!("no event: {text}"),
        }
    }

    #[test]
    fn the_formats_that_people_have_say_the_same() {
        let texts = [
            "          my task-102     [000] d..2.     5.239809: put: (put+0x0/0x30) mm=0xffff888004 users=1",
            "          my task-102     [000]     5.239809: put:      (ffffffff810911a0) mm=0xffff888004 users=1",
            "my task   102 [000]     5.239809: probe:put: (ffffffff810911a0) mm=0xffff888004 users=1",
            "my task 100/102 [000]     5.239809: probe:put: (ffffffff810911a0) mm=0xffff888004 users=1",
            "          my task-102     (  100) [000] d..2.     5.239809: put: mm=ffff888004 users=1",
        ];
        for text in texts {
            let event = event(text);
            let said = (
                event.comm.as_str(),
                event.pid,
                event.cpu,
                event.time,
                event.name.as_str(),
            );
            assert_eq!(said, ("my task", 102, 0, 5_239_809, "put"), "{text}");
            assert_eq!(event.fields.number("mm"), Some(0x00ff_ff88_8004), "{text}");
            assert_eq!(event.fields.number("users"), Some(1));
        }
    }

    #[test]
    fn a_return_is_told_from_an_entry() {
        let event = event("  a-1 [001] ..... 1.0: r_put_0: (caller+0x12/0x30 <- put) ret=0");
        assert_eq!(event.function.as_deref(), Some("put__return"));
    }

    #[test]
    fn the_function_tracer_says_names_only() {
        let event = event("  <idle>-0 [001] ..s1. 1.000001: put <-caller");
        assert_eq!((event.comm.as_str(), event.name.as_str()), ("<idle>", "put"));
    }

    #[test]
    fn lost_events_are_counted() {
        assert!(matches!(line(1, "CPU:1 [LOST 43 EVENTS]"), Some(Line::Lost(43))));
    }
}
