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

    /// The address spaces of victims, before they are given to somebody else.
    pub(super) fn is_about(&self, line: &Line) -> bool {
        let marked = |address: u64| {
            self.0
                .iter()
                .any(|other| other.bare() == "mark_oom_victim" && other.number("mm") == Some(address))
        };
        let whole = line.number("mm").or_else(|| line.number("oom_mm"));
        if let Some(address) = whole {
            let ends = self
                .0
                .iter()
                .position(|other| other.bare() == "__mmdrop" && other.number("mm") == Some(address));
            let at = self.0.iter().position(|other| other == line);
            return marked(address) && at <= ends.or(Some(usize::MAX));
        }
        if let Some(lock) = line.number("sem") {
            return self.0.iter().any(|other| {
                let ends = self
                    .0
                    .iter()
                    .position(|end| end.bare() == "__mmdrop" && end.number("mm") == other.number("mm"));
                let at = self.0.iter().position(|other| other == line);
                other.bare() == "mark_oom_victim"
                    && other.number("mm").is_some_and(|mm| lock > mm && lock - mm < 0x200)
                    && at <= ends.or(Some(usize::MAX))
            });
        }
        // Without an object: of a task that was seen to leave a victim's address space, or of the reaper, or of the killer.
        let member = self.0.iter().any(|other| {
            other.pid == line.pid && other.bare() == "exit_mm_release" && other.number("mm").is_some_and(marked)
        });
        let entered = self
            .0
            .iter()
            .any(|other| other.pid == line.pid && Some(other.bare()) == line.bare().strip_suffix("__return"));
        (member || line.comm == "oom_reaper" || line.bare().contains("oom"))
            && (!line.bare().ends_with("__return") || entered && line.bare() != "down_write__return")
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
