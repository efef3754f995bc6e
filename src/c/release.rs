//! Numbers of releases, and which of them a listing stands for: `v6.1 to v6.11, 5.10.113 on`.

use std::fmt;

/// A release: `v5.15`, `v5.15-rc1`, `5.10.200`. Ordered as they came out within one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    series: (u32, u32),
    patch: u32,
    /// The candidate, or [`FINAL`].
    candidate: u32,
}

/// After all candidates.
const FINAL: u32 = u32::MAX;

impl Release {
    /// Reads a release; the `v` in front may be left out. `None` for anything else: what distributions add to a number may change
    /// what it means.
    pub fn parse(text: &str) -> Option<Release> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (numbers, candidate) = match text.split_once("-rc") {
            Some((numbers, candidate)) => (numbers, number(candidate)?),
            None => (text, FINAL),
        };
        let numbers: Option<Vec<u32>> = numbers.split('.').map(number).collect();
        let (series, patch) = match numbers?[..] {
            [major, minor] => ((major, minor), 0),
            [major, minor, patch] if candidate == FINAL => ((major, minor), patch),
            _ => return None,
        };
        Some(Release {
            series,
            patch,
            candidate,
        })
    }

    /// True for a release of a stable series.
    fn is_stable(self) -> bool {
        self.patch > 0
    }
}

/// Digits alone: `+1` is no number of a release.
fn number(text: &str) -> Option<u32> {
    let digits = text.chars().all(|c| c.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.series;
        match (self.patch, self.candidate) {
            (0, FINAL) => write!(f, "v{major}.{minor}"),
            (0, candidate) => write!(f, "v{major}.{minor}-rc{candidate}"),
            (patch, _) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

/// Releases in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Releases {
    /// `v6.1`, or `v6.1 to v6.11`: releases that are of no stable series, from the first to the last.
    Mainline(Release, Release),
    /// `5.10.113 to 5.10.200`, or `5.10.113 on`: releases of one stable series.
    Stable(Release, Option<Release>),
}

/// How releases are written.
pub(crate) const FORM: &str = "v6.1, or v6.1 to v6.11, or 5.10.113 to 5.10.200, or 5.10.113 on";

impl Releases {
    /// Reads what stands between two commas; `None` if it is not understood, or if nothing would be in it.
    pub(crate) fn parse(text: &str) -> Option<Releases> {
        if let Some(first) = text.strip_suffix(" on") {
            let first = Release::parse(first.trim())?;
            return first.is_stable().then_some(Releases::Stable(first, None));
        }
        let (first, last) = text.split_once(" to ").unwrap_or((text, text));
        let (first, last) = (Release::parse(first.trim())?, Release::parse(last.trim())?);
        match (first.is_stable(), last.is_stable()) {
            _ if first > last => None,
            (false, false) => Some(Releases::Mainline(first, last)),
            (true, true) if first.series == last.series => Some(Releases::Stable(first, Some(last))),
            _ => None,
        }
    }

    /// Whether a release is one of them.
    pub fn contain(&self, release: Release) -> bool {
        match *self {
            Releases::Mainline(first, last) => !release.is_stable() && first <= release && release <= last,
            Releases::Stable(first, last) => {
                first.series == release.series && first <= release && last.is_none_or(|last| release <= last)
            }
        }
    }

    /// The first of them.
    pub fn first(&self) -> Release {
        match self {
            Releases::Mainline(first, _) | Releases::Stable(first, _) => *first,
        }
    }
}

impl fmt::Display for Releases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Releases::Mainline(first, last) if first == last => write!(f, "{first}"),
            Releases::Mainline(first, last) | Releases::Stable(first, Some(last)) if first != last => {
                write!(f, "{first} to {last}")
            }
            Releases::Stable(first, None) => write!(f, "{first} on"),
            other => write!(f, "{}", other.first()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contain(releases: &str, release: &str) -> bool {
        let release = Release::parse(release).unwrap();
        Releases::parse(releases).unwrap().contain(release)
    }

    #[test]
    fn a_range_of_the_mainline_has_no_stable_release() {
        assert!(contain("v6.1 to v6.11", "6.6") && contain("v6.1 to v6.11", "v6.11"));
        assert!(!contain("v6.1 to v6.11", "6.6.30") && !contain("v6.1 to v6.11", "v6.12"));
        assert!(contain("v6.1 to v6.11", "v6.2-rc3") && !contain("v6.1 to v6.11", "v6.1-rc8"));
        assert!(contain("v5.15-rc1 to v5.15-rc7", "v5.15-rc7") && !contain("v5.15-rc1 to v5.15-rc7", "v5.15"));
    }

    #[test]
    fn a_stable_series_ends_where_it_says_or_goes_on() {
        assert!(contain("5.10.113 on", "5.10.200") && !contain("5.10.113 on", "5.10.112"));
        assert!(!contain("5.10.113 on", "5.11.120") && !contain("5.10.113 on", "5.10"));
        assert!(contain("4.14.8 to 4.14.39", "4.14.39") && !contain("4.14.8 to 4.14.39", "4.14.40"));
    }

    #[test]
    fn what_is_no_release_is_not_guessed() {
        for text in [
            "",
            "v",
            "6",
            "6.",
            "6.1.2.3",
            "6.1-amd64",
            "6.1.0-28",
            "6.1.2-rc1",
            "6.1-rc",
            "+6.1",
            "6.99999999999",
            "x6.1",
        ] {
            assert_eq!(Release::parse(text), None, "{text}");
        }
        for text in [
            "v6.2 to v6.1",
            "v6.1 on",
            "v6.1 to 6.1.4",
            "5.10.3 to 5.11.4",
            "v6.1 to",
            "v6.1 v6.2",
        ] {
            assert_eq!(Releases::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_is_written_as_it_was_read() {
        for text in [
            "v6.1",
            "v6.1 to v6.11",
            "5.10.113 on",
            "4.14.8 to 4.14.39",
            "v5.15-rc1 to v5.15-rc7",
            "4.14.8",
        ] {
            assert_eq!(Releases::parse(text).unwrap().to_string(), text);
        }
    }
}
