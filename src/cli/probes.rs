//! `oomspec probes`: how to record a trace for `validate`.

use oomspec::source::Diagnostic;
use oomspec::spec::Spec;

/// Print the commands that record a trace for `oomspec validate`
///
/// A shell script for root, with a probe for each function whose entry or return the listing of that kernel says something of.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kernel's release, such as 6.1
    #[arg(value_name = "RELEASE")]
    release: String,
}

/// Prints the script.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, super::Failure> {
    let text = spec.text("trace/probes")?;
    let sections = text
        .split("\n@ ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'));
    let sections: Vec<(Vec<&str>, &str)> = sections
        .map(|(releases, lines)| (releases.split_whitespace().collect(), lines.trim_end()))
        .collect();
    let mut known: Vec<&str> = sections
        .iter()
        .flat_map(|(releases, _)| releases.iter().copied())
        .filter(|release| *release != "all")
        .collect();
    known.sort_unstable();
    known.dedup();
    let release = args.release.trim_start_matches('v');
    let own = known.iter().copied().find(|known| {
        release
            .strip_prefix(known)
            .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
    });
    let Some(own) = own else {
        return Err(Diagnostic::general(format!("there are no probes for Linux {release}"))
            .help(format!(
                "there are some for {}: take the ones that come closest",
                known.join(", ")
            ))
            .into());
    };
    let chosen = sections
        .iter()
        .filter(|(releases, _)| releases.contains(&"all") || releases.contains(&own));
    for (_, lines) in chosen {
        super::print(&format!("{lines}\n"))?;
    }
    Ok(super::exit::FINE)
}
