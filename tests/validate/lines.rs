//! A trace as lines that can be changed: read here, and not by what is tested.

/// A line of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub comm: String,
    pub pid: u32,
    pub cpu: String,
    pub time: String,
    pub name: String,
    pub text: String,
}

/// The events of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines(pub Vec<Line>);

impl Lines {
    /// What was changed, in words: the first line that is not as it was.
    pub(super) fn change(&self, changed: &Lines) -> String {
        let pairs = self.0.iter().zip(&changed.0);
        let at = pairs.take_while(|(line, other)| line == other).count();
        let Some(line) = self.0.get(at) else {
            return "something is added at the end".to_string();
        };
        let first = self.0[..at].iter().all(|other| other.name != line.name);
        let last = self.0[at + 1..]
            .iter()
            .all(|other| other.pid != line.pid || other.name == "sched_switch");
        let mut words = format!("from line {} on, `{}` of task {}", at + 1, line.name, line.pid);
        if first {
            words += ", the first of its kind";
        }
        if last {
            words += ", the last of its task";
        }
        words
    }

    pub(super) fn read(text: &str) -> (String, Self) {
        let (notes, events): (Vec<&str>, Vec<&str>) = text
            .lines()
            .partition(|line| line.starts_with('#') || line.starts_with("cpus="));
        let notes = notes
            .into_iter()
            .filter(|note| !note.contains("entries-in-buffer"))
            .map(|note| format!("{note}\n"))
            .collect();
        (notes, Lines(events.into_iter().filter_map(Line::read).collect()))
    }

    pub(super) fn write(&self, notes: &str) -> String {
        let lines: String = self.0.iter().map(Line::write).collect();
        format!("{notes}{lines}")
    }

    /// The address spaces of victims, each with the line from which on its address is somebody else's.
    fn marked(&self) -> Vec<(u64, usize)> {
        let marks = self.0.iter().filter(|line| line.name == "mark_oom_victim");
        marks
            .filter_map(|line| {
                let mm = line.number("mm")?;
                let ends = self
                    .0
                    .iter()
                    .position(|other| other.name == "__mmdrop" && other.number("mm") == Some(mm));
                Some((mm, ends.unwrap_or(usize::MAX)))
            })
            .collect()
    }

    /// Whether a line is about a victim's address space, or of who kills, leaves or reaps one.
    pub(super) fn is_about(&self, line: &Line) -> bool {
        let marked = self.marked();
        let at = || self.0.iter().position(|other| other == line).unwrap_or(0);
        if let Some(address) = line.number("mm").or_else(|| line.number("oom_mm")) {
            return marked.iter().any(|(mm, ends)| *mm == address && at() <= *ends);
        }
        if let Some(lock) = line.number("sem") {
            let inside = |mm: u64| lock > mm && lock - mm < 0x200;
            return marked.iter().any(|(mm, ends)| inside(*mm) && at() <= *ends);
        }
        let leaves = |other: &Line| {
            other.name == "exit_mm_release"
                && other
                    .number("mm")
                    .is_some_and(|mm| marked.iter().any(|(of, _)| *of == mm))
        };
        let own = || self.0.iter().filter(|other| other.pid == line.pid);
        let acts = line.comm == "oom_reaper" || line.bare().contains("oom") || own().any(leaves);
        let entry = line.bare().strip_suffix("__return");
        acts && entry.is_none_or(|entry| entry != "down_write" && own().any(|other| other.bare() == entry))
    }
}

impl Line {
    fn read(text: &str) -> Option<Self> {
        let open = text.find('[')?;
        let (task, rest) = text.split_at(open);
        let (comm, pid) = task.trim().rsplit_once('-')?;
        let (cpu, rest) = rest.split_once(']')?;
        let at = rest.find(": ")?;
        let time = rest[..at].split_whitespace().last()?;
        let rest = rest[at + 2..].trim();
        let (name, text) = rest.split_once(':')?;
        Some(Line {
            comm: comm.to_string(),
            pid: pid.parse().ok()?,
            cpu: cpu[1..].to_string(),
            time: time.to_string(),
            name: name.to_string(),
            text: text.trim().to_string(),
        })
    }

    fn write(&self) -> String {
        format!(
            "{:>16}-{:<7} [{}] ..... {}: {}: {}\n",
            self.comm, self.pid, self.cpu, self.time, self.name, self.text
        )
    }

    /// The name without a number at its end.
    pub(super) fn bare(&self) -> &str {
        let bare = self.name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        bare.strip_suffix('_').unwrap_or(&self.name)
    }

    pub(super) fn number(&self, field: &str) -> Option<u64> {
        let value = self
            .text
            .split_whitespace()
            .find_map(|word| word.strip_prefix(field)?.strip_prefix('='))?;
        match value
            .strip_prefix("0x")
            .or_else(|| value.starts_with("ffff").then_some(value))
        {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => value.parse().ok(),
        }
    }

    /// The line at another's place and time.
    pub(super) fn at(&self, other: &Line) -> Line {
        Line {
            cpu: other.cpu.clone(),
            time: other.time.clone(),
            ..self.clone()
        }
    }

    pub(super) fn give(&mut self, comm: &str, pid: u32) {
        self.comm = comm.to_string();
        self.pid = pid;
    }
}
